//! Stopping a run by what it has shown so far.

use super::record::TrialRecord;
use super::totals::Totals;

/// Decides, look by look, whether enough trials were played.
///
/// The looks come after fixed numbers of trials ([`next_look`]), whatever the number of threads,
/// and each one sees the trials in the order of their numbers, so a run ends at the same place
/// everywhere.
pub trait StopRule {
    /// Takes the trials since the last look, their sums and their records in ascending order, and
    /// says whether all trials so far are enough.
    fn look(&mut self, totals: &Totals, records: &[TrialRecord]) -> bool;
}

/// After how many trials to look, when so many were played and at most `cap` may be: eight at
/// first, later a quarter more in whole eights, so that many threads have something to do.
pub fn next_look(played: u64, cap: u64) -> u64 {
    let step = (played / 4 / 8 * 8).max(8);
    played.saturating_add(step).min(cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_grow_with_the_run_and_end_with_the_cap() {
        let mut looks = vec![0];
        while looks[looks.len() - 1] < 100 {
            looks.push(next_look(looks[looks.len() - 1], 100));
        }
        assert_eq!(looks, [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 100]);
        assert_eq!(next_look(0, 3), 3);
        assert_eq!(next_look(u64::MAX - 1, u64::MAX), u64::MAX);
    }
}
