//! Draws against wealth.

use super::StakeRanking;
use crate::random::Stream;
use crate::stake::ValidatorId;

/// Draws a holder with probability proportional to `largest stake - stake`; each with the same
/// probability if all hold the same. Exact, O(log n). `None` without holders.
pub(in crate::selection) fn draw_opposite(
    ranking: &StakeRanking,
    lottery: &mut Stream,
) -> Option<ValidatorId> {
    let all = ranking.all();
    if all.holders == 0 {
        return None;
    }
    let largest = u128::from(ranking.largest());
    let total = largest * u128::from(all.holders) - u128::from(all.coins);
    if total == 0 {
        let place = u128::from(lottery.below(all.holders));
        return ranking.find(place, |part| u128::from(part.holders));
    }
    owner_of_distance(ranking, lottery.below_wide(total))
}

/// Whose distance from the largest a number counts to, the richest first.
fn owner_of_distance(ranking: &StakeRanking, goal: u128) -> Option<ValidatorId> {
    let largest = u128::from(ranking.largest());
    ranking.find(goal, |part| largest * u128::from(part.holders) - u128::from(part.coins))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of all numbers that can be drawn each holder owns exactly `largest - stake`.
    #[test]
    fn every_distance_is_owned_by_enumeration() {
        let stakes = [3u64, 10, 0, 7, 10, 1, 9];
        let ranking = StakeRanking::new(&stakes);
        let mut owned = [0u64; 7];
        for goal in 0..20 {
            owned[owner_of_distance(&ranking, goal).unwrap().index()] += 1;
        }
        assert_eq!(owned, [7, 0, 0, 3, 0, 9, 1]);
        assert_eq!(owner_of_distance(&ranking, 20), None);
    }
}
