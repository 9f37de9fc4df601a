//! Contests in which everybody with stake takes part: the smallest quotient, the largest score.

use crate::stake::ValidatorId;

/// The validator with the smallest `number / stake`, compared exactly by cross-multiplication; the
/// earlier one on a tie. Who has no stake takes no part, and `number` is not asked for it. O(n).
#[inline]
pub(in crate::selection) fn smallest_quotient(
    stakes: &[u64],
    mut number: impl FnMut(ValidatorId) -> u64,
) -> Option<ValidatorId> {
    let mut best: Option<(ValidatorId, u64, u64)> = None;
    for (index, &stake) in stakes.iter().enumerate() {
        if stake == 0 {
            continue;
        }
        let validator = ValidatorId(index as u32);
        let number = number(validator);
        let faster = best.is_none_or(|(_, best_number, best_stake)| {
            u128::from(number) * u128::from(best_stake) < u128::from(best_number) * u128::from(stake)
        });
        if faster {
            best = Some((validator, number, stake));
        }
    }
    best.map(|(validator, _, _)| validator)
}

/// The validator with the largest score; the earlier one on a tie. Who has no stake takes no part,
/// and `score`, which is told the stake, is not asked for it. O(n).
#[inline]
pub(in crate::selection) fn largest_score<S: Ord + Copy>(
    stakes: &[u64],
    mut score: impl FnMut(u64) -> S,
) -> Option<ValidatorId> {
    let mut best: Option<(ValidatorId, S)> = None;
    for (index, &stake) in stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0) {
        let score = score(stake);
        if best.is_none_or(|(_, largest)| score > largest) {
            best = Some((ValidatorId(index as u32), score));
        }
    }
    best.map(|(validator, _)| validator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn winner(stakes: &[u64], numbers: &[u64]) -> Option<u32> {
        smallest_quotient(stakes, |validator| numbers[validator.index()]).map(|winner| winner.0)
    }

    #[test]
    fn comparisons_are_exact() {
        // 1/3 against 33.../100...: a float could not tell them apart.
        assert_eq!(winner(&[1 << 62, 3], &[(1 << 62) / 3, 1]), Some(0));
        assert_eq!(winner(&[1 << 62, 3], &[(1 << 62) / 3 + 1, 1]), Some(1));
        assert_eq!(winner(&[2, 4, 6], &[1, 2, 3]), Some(0));
        assert_eq!(winner(&[0, 5, 5], &[0, 7, 6]), Some(2));
        assert_eq!(winner(&[0, 0], &[0, 0]), None);
        assert_eq!(winner(&[u64::MAX, u64::MAX], &[u64::MAX, u64::MAX - 1]), Some(1));
    }

    #[test]
    fn the_first_of_the_largest_scores_wins() {
        let scores = [5, 9, 9, 1];
        let winner = |stakes: &[u64]| largest_score(stakes, |stake| scores[stake as usize]).map(|w| w.0);
        assert_eq!(winner(&[3, 2, 1]), Some(1));
        // Stake 0 would score 5, more than the others.
        assert_eq!(winner(&[0, 3, 0]), Some(1));
        assert_eq!(winner(&[0, 0]), None);
    }
}
