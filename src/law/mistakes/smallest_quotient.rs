//! The smallest uniform ÷ stake wins.

use crate::law::acceptance_shares;

/// Who has the smallest of independent quotients `U_i / s_i`:
/// `P(i) = s_i ∫_0^{1/s_max} Π_{j≠i} (1 - s_j t) dt`, by quadrature. O(m).
pub fn smallest_quotient_shares(stakes: &[u64]) -> Vec<f64> {
    let largest = stakes.iter().copied().max().unwrap_or(0).max(1) as f64;
    let relative: Vec<f64> = stakes.iter().map(|&stake| stake as f64 / largest).collect();
    acceptance_shares(&relative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::mistakes::published::published;

    /// Exact values, and what was measured in public programs: within 0.2 points, as those values
    /// have the noise of their samples.
    #[test]
    fn published_values() {
        for case in published().smallest_quotient {
            let shares = smallest_quotient_shares(&case.stakes);
            for (share, exact) in shares.iter().zip(&case.exact) {
                assert!((share - exact).abs() < 1e-14);
            }
            for (share, percent) in shares.iter().zip(&case.measured_percent) {
                assert!((share * 100.0 - percent).abs() < 0.2, "{share} for {percent} %");
            }
        }
    }

    /// Holders of 20 and 80, one of them split into ever more parts: the small one wins 0.245421 if
    /// its rival splits and 0.115203 if it splits itself. 10,000 parts are within 2e-5 of the limit.
    #[test]
    fn splitting_hurts_the_splitter() {
        let rivals: Vec<u64> = std::iter::once(200_000).chain(std::iter::repeat_n(80, 10_000)).collect();
        assert!((smallest_quotient_shares(&rivals)[0] - 0.245421).abs() < 2e-5);
        let parts: Vec<u64> = std::iter::once(800_000).chain(std::iter::repeat_n(20, 10_000)).collect();
        let split: f64 = smallest_quotient_shares(&parts)[1..].iter().sum();
        assert!((split - 0.115203).abs() < 2e-5);
    }
}
