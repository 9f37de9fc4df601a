//! In which rounds windows, gaps and runs of wins are counted.

use clap::ValueEnum;
use tombola::simulation::CountingUnit;

/// In which rounds windows, gaps and runs of wins are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// Those in which somebody is selected.
    Blocks,
    /// All, empty ones too.
    Slots,
}

impl From<Unit> for CountingUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Blocks => CountingUnit::Blocks,
            Unit::Slots => CountingUnit::Slots,
        }
    }
}
