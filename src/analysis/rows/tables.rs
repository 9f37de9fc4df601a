//! The tables of a run together.

use super::{ChainRow, IncomeRow, Statement, TimelineRow, TrialRow, ValidatorTable, WindowRow};

/// All tables of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// `validators.csv`
    pub validators: ValidatorTable,
    /// `trials.csv`
    pub trials: Vec<TrialRow>,
    /// `chains.csv`
    pub chains: Vec<ChainRow>,
    /// `timeline.csv`
    pub timeline: Vec<TimelineRow>,
    /// `fairness.csv`
    pub fairness: Vec<Statement>,
    /// `incomes.csv`; not written where nothing is known of incomes.
    pub incomes: Vec<IncomeRow>,
    /// `windows.csv`; not written where windows were not tallied.
    pub windows: Vec<WindowRow>,
}
