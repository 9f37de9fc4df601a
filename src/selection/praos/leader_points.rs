//! The leaders of a slot as the owners of random points.

use super::LeaderChance;
use crate::random::Stream;
use crate::stake::{Pool, ValidatorId};
use rand::Rng;

/// Draws the leaders of a slot in O(log m), with exactly the law of a test for every pool.
///
/// Let points fall on the stake, Poisson distributed with mean `λ = -ln(1 - c)` in all. The numbers
/// of points on different pools are then independent, and a pool has at least one with probability
/// `1 - e^(-λσ) = φ(σ)`: the leaders are the owners of the points. The distance of a pool's first
/// point from the start of its stake is `-ln(1 - value)` for a value uniform in `0..φ(σ)`, so the
/// lowest leader value is the first point nearest to its pool's start.
#[derive(Clone, Debug)]
pub struct LeaderPoints {
    /// `counts[j]` is the threshold for more than j points.
    counts: Vec<u128>,
    pool: Pool,
    leaders: Vec<ValidatorId>,
    /// Who has the lowest value, if several lead.
    lowest: Option<ValidatorId>,
}

impl LeaderPoints {
    /// Points on these stakes.
    pub fn new(chance: &LeaderChance, stakes: &[u64]) -> Self {
        let counts = chance.point_thresholds();
        let leaders = Vec::with_capacity(counts.len());
        LeaderPoints { counts, pool: Pool::new(stakes), leaders, lowest: None }
    }

    /// Sets a pool's stake, in O(log m).
    pub fn set(&mut self, validator: ValidatorId, stake: u64) {
        self.pool.set(validator, stake);
    }

    /// Draws the leaders of a slot, each once.
    pub fn draw(&mut self, lottery: &mut Stream) -> &[ValidatorId] {
        let number = lottery.word_128();
        let points = self.counts.iter().take_while(|&&count| number < count).count();
        self.leaders.clear();
        let mut nearest: Option<(u128, ValidatorId)> = None;
        for _ in 0..points {
            let Some((_, owner)) = self.pool.draw(lottery) else { break };
            if !self.leaders.contains(&owner) {
                self.leaders.push(owner);
            }
            if points > 1 {
                // Where on the owner's stake the point lies, to 2^-64 of a coin.
                let coin = lottery.below(self.pool.stake(owner));
                let distance = u128::from(coin) << 64 | u128::from(lottery.next_u64());
                if nearest.is_none_or(|(least, _)| distance < least) {
                    nearest = Some((distance, owner));
                }
            }
        }
        self.lowest = nearest.map(|(_, owner)| owner);
        &self.leaders
    }

    /// The leader with the lowest value in the slot that was drawn last.
    pub fn lowest(&self) -> Option<ValidatorId> {
        self.lowest.or(self.leaders.first().copied())
    }
}
