//! The single lottery: everybody draws a time uniform on `[0, 1 / stake]`, the smallest wins.

use super::first_accepted_shares;

/// The win probabilities of the single lottery: `time_i = U_i / s_i`, the smallest wins.
///
/// `s_i ∫_0^{1/s_max} Π_{j≠i} (1 - s_j t) dt`: with stakes relative to the largest this is
/// [`first_accepted_shares`], whose error and cost it has; two holders have the closed form of
/// [`two_party_race`]. All zero if nothing is staked.
pub fn single_lottery_shares(stakes: &[u64]) -> Vec<f64> {
    if let &[one, other] = stakes
        && one > 0
        && other > 0
    {
        let share = |mine: u64, theirs: u64| two_party_race(mine as f64, theirs as f64);
        return vec![share(one, other), share(other, one)];
    }
    let largest = stakes.iter().copied().max().unwrap_or(0).max(1) as f64;
    let chances: Vec<f64> = stakes.iter().map(|&stake| stake as f64 / largest).collect();
    first_accepted_shares(&chances)
}

/// The probability that the first of two wins the single lottery: `a / 2b` for the smaller stake,
/// and the rest for the larger. One half if both are zero.
pub fn two_party_race(a: f64, b: f64) -> f64 {
    if a > b {
        1.0 - b / (2.0 * a)
    } else if b > 0.0 {
        a / (2.0 * b)
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_parties_have_a_closed_form() {
        for (a, b) in [(20u64, 80u64), (1, 1_000_000), (5, 5), (80, 20)] {
            let largest = a.max(b) as f64;
            let shares = first_accepted_shares(&[a as f64 / largest, b as f64 / largest]);
            let closed = two_party_race(a as f64, b as f64);
            assert_eq!(single_lottery_shares(&[a, b]), [closed, two_party_race(b as f64, a as f64)]);
            assert!((shares[0] - closed).abs() < 1e-14 && (shares[1] - (1.0 - closed)).abs() < 1e-14);
        }
        assert_eq!(single_lottery_shares(&[0, 7]), [0.0, 1.0]);
        assert_eq!(single_lottery_shares(&[0, 0]), [0.0, 0.0]);
    }
}
