//! Draws against wealth.

use super::Ranking;
use crate::random::Stream;
use crate::stake::ValidatorId;

/// Draws a holder with probability proportional to `largest stake - stake`; each with the same
/// probability if all hold the same. Exact, O(log n). `None` without holders.
pub(in crate::selection) fn draw_opposite(ranking: &Ranking, lottery: &mut Stream) -> Option<ValidatorId> {
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
    let goal = lottery.below_wide(total);
    ranking.find(goal, |part| largest * u128::from(part.holders) - u128::from(part.coins))
}
