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

/// The expected share of the rounds, from a distribution of wins.
pub fn expected_share(chances: &[f64]) -> f64 {
    let rounds = chances.len().saturating_sub(1).max(1) as f64;
    chances.iter().enumerate().map(|(wins, chance)| wins as f64 * chance).sum::<f64>() / rounds
}

#[cfg(test)]
mod tests {
    use super::*;

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
