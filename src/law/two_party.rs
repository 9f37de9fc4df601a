//! Two parties whose rewards compound: a Markov chain on the number of wins.

/// The distribution of the first party's wins after `rounds` rounds: entry k is the probability of
/// exactly k wins. `win(a, b)` is the probability that the first wins a round when the stakes are
/// a and b; each round's winner gains `reward`.
///
/// Exact up to rounding (an error below `rounds` times 1e-16): after t rounds and k wins the stakes
/// are known, so k is the whole state. O(rounds^2).
pub fn two_party_wins(
    first: f64,
    second: f64,
    reward: f64,
    rounds: usize,
    win: impl Fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut chances = vec![0.0; rounds + 1];
    chances[0] = 1.0;
    for played in 0..rounds {
        // From many wins to few, so that each entry is read before it is overwritten.
        for wins in (0..=played).rev() {
            let gains = first + reward * wins as f64;
            let losses = second + reward * (played - wins) as f64;
            let moved = chances[wins] * win(gains, losses);
            chances[wins + 1] += moved;
            chances[wins] -= moved;
        }
    }
    chances
}

/// The law of a number of wins, as far as it matters: entry i is the probability of `fewest + i`.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelyWins {
    /// The smallest number that matters.
    pub fewest: u64,
    /// The probabilities from there on.
    pub chances: Vec<f64>,
}

impl LikelyWins {
    /// What each end may lose at a time: far less than a word of 64 bits can tell.
    const NEGLIGIBLE: f64 = 1e-24;

    /// So many wins for certain.
    pub fn certain(wins: u64) -> Self {
        LikelyWins { fewest: wins, chances: vec![1.0] }
    }

    /// The largest number that matters.
    pub fn most(&self) -> u64 {
        self.fewest + self.chances.len() as u64 - 1
    }

    /// Goes on for some rounds, then drops at each end what is less likely than 1e-24 altogether.
    /// `spare` is room to work in.
    ///
    /// O(rounds × numbers that matter); the error is that of [`two_party_wins`].
    pub fn play(&mut self, rounds: &TwoPartyRounds, spare: &mut Vec<f64>) {
        let offset = (self.fewest - rounds.fewest) as usize;
        for chances in &rounds.chances {
            let old = &self.chances;
            let win = &chances[offset..offset + old.len()];
            spare.clear();
            spare.push(old[0] - old[0] * win[0]);
            // What stays and what comes from one win fewer.
            let pairs = old.windows(2).zip(win.windows(2));
            spare.extend(pairs.map(|(old, win)| (old[1] - old[1] * win[1]) + old[0] * win[0]));
            spare.push(old[old.len() - 1] * win[old.len() - 1]);
            std::mem::swap(&mut self.chances, spare);
        }
        let low = negligible(self.chances.iter());
        let high = negligible(self.chances.iter().rev());
        self.chances.truncate(self.chances.len() - high);
        self.chances.drain(..low);
        self.fewest += low as u64;
    }
}

/// How many of the first chances are negligible together.
fn negligible<'a>(chances: impl Iterator<Item = &'a f64>) -> usize {
    let mut sum = 0.0;
    chances.take_while(|&chance| (sum += chance, sum < LikelyWins::NEGLIGIBLE).1).count()
}

/// Some rounds in a row of two parties.
pub struct TwoPartyRounds {
    /// The smallest number of wins before the first of them.
    pub fewest: u64,
    /// For each round, the chance that the first party wins it if it has won `fewest + i` before.
    pub chances: Vec<Vec<f64>>,
}

/// The expected share of the rounds, from a distribution of wins.
pub fn expected_share(chances: &[f64]) -> f64 {
    let rounds = chances.len().saturating_sub(1).max(1) as f64;
    chances.iter().enumerate().map(|(wins, chance)| wins as f64 * chance).sum::<f64>() / rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Followed stretch by stretch, whether from the start or from every number of wins in between,
    /// the chain is the same.
    #[test]
    fn stretches_agree_with_the_whole() {
        let stake = |wins: u64, start: f64| start + 0.01 * wins as f64;
        let win = |wins, losses| crate::law::two_party_race(stake(wins, 0.2), stake(losses, 0.8));
        let stretch = |played: u64, rounds: u64, fewest: u64, most: u64| TwoPartyRounds {
            fewest,
            chances: (played..played + rounds)
                .map(|now| {
                    let most = most + now - played;
                    (fewest..=most).map(|wins| win(wins, now.saturating_sub(wins))).collect()
                })
                .collect(),
        };
        let whole = two_party_wins(0.2, 0.8, 0.01, 120, crate::law::two_party_race);
        let mut spare = Vec::new();
        let mut early = LikelyWins::certain(0);
        early.play(&stretch(0, 50, 0, 0), &mut spare);
        let mut straight = early.clone();
        straight.play(&stretch(50, 70, early.fewest, early.most()), &mut spare);
        let mut mixed = vec![0.0; 121];
        for (wins, weight) in (early.fewest..).zip(&early.chances) {
            let mut late = LikelyWins::certain(wins);
            late.play(&stretch(50, 70, wins, wins), &mut spare);
            assert!((late.chances.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            for (wins, chance) in (late.fewest..).zip(&late.chances) {
                mixed[wins as usize] += weight * chance;
            }
        }
        for (wins, chance) in whole.iter().enumerate() {
            let place = (wins as u64).checked_sub(straight.fewest).map(|place| place as usize);
            let straight = place.and_then(|place| straight.chances.get(place)).copied().unwrap_or(0.0);
            assert!((chance - straight).abs() < 1e-14 && (chance - mixed[wins]).abs() < 1e-14);
        }
    }

    /// All 2^n histories of six rounds, each with its own probability.
    #[test]
    fn the_chain_agrees_with_all_histories() {
        let win = |a: f64, b: f64| crate::law::two_party_race(a, b);
        let chances = two_party_wins(0.3, 0.7, 0.2, 6, win);
        let mut counted = vec![0.0; 7];
        for history in 0u32..64 {
            let (mut a, mut b, mut chance) = (0.3, 0.7, 1.0);
            for round in 0..6 {
                if history >> round & 1 == 1 {
                    chance *= win(a, b);
                    a += 0.2;
                } else {
                    chance *= 1.0 - win(a, b);
                    b += 0.2;
                }
            }
            counted[history.count_ones() as usize] += chance;
        }
        for (chance, counted) in chances.iter().zip(counted) {
            assert!((chance - counted).abs() < 1e-15);
        }
    }
}
