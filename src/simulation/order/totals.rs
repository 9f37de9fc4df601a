//! What many trials say of the order of wins.

use super::histogram::Histogram;
use super::repeats::LAGS;
use super::stretches::LongestStretches;

/// The order of wins in one trial, as far as it is kept for each followed validator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowedOrder {
    /// How many runs its wins form.
    pub runs: u64,
    /// The position of its first win, counted from 1; 0 if it never won.
    pub first_win: u64,
    /// The position of its last win; 0 if it never won.
    pub last_win: u64,
}

/// The order of wins over all trials; each part `None` where it was not tallied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderTotals {
    /// Stretches, repeats and gaps.
    pub serial: Option<SerialTotals>,
    /// For each followed validator, how often it won 0, 1, 2, ... times in a window.
    pub windows: Option<Vec<Histogram>>,
}

/// Stretches, repeats and gaps over all trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialTotals {
    /// The longest stretches of each validator in any trial.
    pub longest: Vec<LongestStretches>,
    /// How often the winner was the same as 1, 2, ... rounds before.
    pub matches: [u64; LAGS],
    /// For each followed validator, how often the next win came so many rounds after the last, by
    /// [`gap_cell`](super::gap_cell()). What lies before the first and after the last win of a trial
    /// is no gap.
    pub gaps: Vec<Histogram>,
}

impl OrderTotals {
    /// Adds the totals of other trials of the same plan. Associative and commutative.
    pub fn merge(&mut self, other: &OrderTotals) {
        match (&mut self.serial, &other.serial) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
        match (&mut self.windows, &other.windows) {
            (Some(mine), Some(theirs)) => merge_all(mine, theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
    }
}

impl SerialTotals {
    fn merge(&mut self, other: &SerialTotals) {
        for (mine, theirs) in self.longest.iter_mut().zip(&other.longest) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.matches.iter_mut().zip(&other.matches) {
            *mine += theirs;
        }
        merge_all(&mut self.gaps, &other.gaps);
    }
}

fn merge_all(mine: &mut [Histogram], theirs: &[Histogram]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.merge(theirs);
    }
}
