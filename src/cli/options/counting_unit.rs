//! In which rounds windows, gaps and runs of wins are counted.

use clap::ValueEnum;
use tombola::simulation::CountingUnit;

/// In which rounds windows, gaps and runs of wins are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnitChoice {
    /// Those in which somebody is selected.
    Blocks,
    /// All, empty ones too.
    Slots,
}

impl From<UnitChoice> for CountingUnit {
    fn from(unit: UnitChoice) -> Self {
        match unit {
            UnitChoice::Blocks => CountingUnit::Blocks,
            UnitChoice::Slots => CountingUnit::Slots,
        }
    }
}
