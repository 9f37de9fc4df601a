//! Races of uniform times: everybody draws a time uniform on `[0, 1 / chance]`, the smallest wins.

use super::quadrature::gauss_legendre;

/// Nodes to a panel of the quadrature.
const NODES: usize = 32;
/// A panel spans so many times the typical winning time.
const PANEL: f64 = 8.0;
/// Beyond so many typical winning times the integrand is below 1e-20 of its start.
const END: f64 = 48.0;

/// `c_i * integral over 0..1 of the product over j != i of (1 - c_j x) dx` for every i, where the
/// `c_i` lie in 0..=1: the probability that i's time `U_i / c_i` is the smallest and below 1.
///
/// The same integral is the share of blocks under any rule where each validator passes a test of
/// its own with chance `c_i` and one of those who pass is picked evenly.
///
/// Gauss-Legendre quadrature with 32 nodes to a panel; a panel is 8 times the typical winning time,
/// so that the integrand is smooth within it, and the panels end where less than 1e-19 of the
/// integral is left. The product is kept as a sum of logarithms. Equal chances are computed once.
/// The error is below 1e-13 for few validators (against exact rational integration) and below 1e-11
/// of itself up to 10,000 (against the sum of one). At most 200 nodes, each O(distinct chances).
pub fn uniform_race(chances: &[f64]) -> Vec<f64> {
    let mut groups: Vec<(f64, f64)> = Vec::new();
    let mut sorted = chances.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    for chance in sorted {
        match groups.last_mut() {
            Some((same, count)) if *same == chance => *count += 1.0,
            _ => groups.push((chance, 1.0)),
        }
    }
    let speed: f64 = groups.iter().map(|(chance, count)| chance * count).sum();
    let mut wins = vec![0.0; groups.len()];
    if speed > 0.0 {
        let rule = gauss_legendre(NODES);
        let end = (END / speed).min(1.0);
        let panels = (end * speed / PANEL).ceil().max(1.0);
        let width = end / panels;
        for panel in 0..panels as usize {
            for &(node, weight) in &rule {
                let x = (panel as f64 + node) * width;
                let survival: f64 = groups.iter().map(|(chance, count)| count * (-chance * x).ln_1p()).sum();
                let density = survival.exp() * weight * width;
                for ((chance, _), win) in groups.iter().zip(&mut wins) {
                    *win += density * chance / (1.0 - chance * x);
                }
            }
        }
    }
    let position = |chance: f64| groups.partition_point(|&(other, _)| other < chance);
    chances.iter().map(|&chance| wins[position(chance)]).collect()
}

/// The win probabilities of the single lottery: `time_i = U_i / s_i`, the smallest wins.
///
/// `s_i * integral over 0..1/s_max of the product over j != i of (1 - s_j t) dt`; cost and error as
/// [`uniform_race`].
pub fn single_lottery_shares(stakes: &[u64]) -> Vec<f64> {
    let largest = stakes.iter().copied().max().unwrap_or(0).max(1) as f64;
    let chances: Vec<f64> = stakes.iter().map(|&stake| stake as f64 / largest).collect();
    // They sum to one up to rounding, because somebody always wins: what is left is taken out.
    super::weights::normalised(uniform_race(&chances))
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

    /// Multiplies the polynomial out and integrates it term by term: good for few parties.
    fn by_expansion(chances: &[f64]) -> Vec<f64> {
        (0..chances.len())
            .map(|i| {
                let mut polynomial = vec![1.0];
                for (j, &chance) in chances.iter().enumerate() {
                    if j != i {
                        polynomial.push(0.0);
                        for k in (1..polynomial.len()).rev() {
                            polynomial[k] -= chance * polynomial[k - 1];
                        }
                    }
                }
                chances[i] * polynomial.iter().enumerate().map(|(k, c)| c / (k as f64 + 1.0)).sum::<f64>()
            })
            .collect()
    }

    #[test]
    fn quadrature_agrees_with_expansion_for_few_parties() {
        let pools: [&[f64]; 5] = [
            &[1.0, 0.5, 0.25, 0.25, 0.125],
            &[1.0, 1e-6],
            &[1.0; 8],
            &[0.05, 0.02, 0.001],
            &[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.0],
        ];
        for pool in pools {
            for (quadrature, expanded) in uniform_race(pool).iter().zip(by_expansion(pool)) {
                assert!((quadrature - expanded).abs() < 1e-13, "{pool:?}: {quadrature} and {expanded}");
            }
        }
        // Fewer than certain to be won: the shares sum to the chance that anybody passes.
        let sum: f64 = uniform_race(&[0.05, 0.02, 0.001]).iter().sum();
        assert!((sum - (1.0 - 0.95 * 0.98 * 0.999)).abs() < 1e-14);
    }

    #[test]
    fn two_parties_have_a_closed_form() {
        for (a, b) in [(20u64, 80u64), (1, 1_000_000), (5, 5), (80, 20)] {
            let shares = single_lottery_shares(&[a, b]);
            let closed = two_party_race(a as f64, b as f64);
            assert!((shares[0] - closed).abs() < 1e-14 && (shares[1] - (1.0 - closed)).abs() < 1e-14);
        }
        assert_eq!(single_lottery_shares(&[0, 7]), [0.0, 1.0]);
        assert_eq!(single_lottery_shares(&[0, 0]), [0.0, 0.0]);
    }

    /// Ten thousand different stakes in a long tail, ten thousand equal ones, and a whale among
    /// ten thousand: the probabilities sum to one although each is integrated by itself.
    #[test]
    fn ten_thousand_parties_sum_to_one() {
        let tail: Vec<u64> = (1..=10_000u64).map(|rank| 1_000_000_000_000 / rank).collect();
        let mut whale = vec![1u64; 10_000];
        whale[17] = 10_000_000;
        for stakes in [tail, vec![5; 10_000], whale] {
            let largest = *stakes.iter().max().unwrap() as f64;
            let chances: Vec<f64> = stakes.iter().map(|&stake| stake as f64 / largest).collect();
            let sum: f64 = uniform_race(&chances).iter().sum();
            assert!((sum - 1.0).abs() < 1e-11, "sum {sum}");
        }
        let equal = uniform_race(&[1.0; 10_000]);
        assert!((equal[0] / 1e-4 - 1.0).abs() < 1e-11);
    }
}
