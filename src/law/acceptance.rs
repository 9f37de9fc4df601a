//! Candidates in random order, each accepted by a chance of its own: the first accepted wins.

use super::gauss_legendre::nodes_and_weights;

/// Beyond this many expected acceptances what is left of the integral is below e^-60.
const REACH: f64 = 60.0;

/// Panels of the quadrature; on each the integrand falls by at most e^-7.5.
const PANELS: usize = 8;

/// Who is accepted first when all are asked in random order, given that somebody is:
///
/// `P(i) = p_i ∫_0^1 Π_{j≠i} (1 - p_j t) dt / (1 - Π_j (1 - p_j))`
///
/// with acceptance chances `p` in 0..=1. The candidate at position t of the order (uniform) wins
/// if it is accepted and nobody before it is. The same law holds when an order without success is
/// asked again, for the choice of one among several winners by lot (Cardano since Vasil), and with
/// `p_j = s_j / s_max` for the race of `uniform / stake` (NXT).
///
/// All zero if nobody can be accepted. O(m) with 160 nodes, a second for a million candidates. The
/// quadrature's own error is below 1e-20; rounding leaves about 1e-15 relative for small sets and
/// below 1e-11 for a million.
pub fn acceptance_shares(chances: &[f64]) -> Vec<f64> {
    let sum: f64 = chances.iter().sum();
    if sum <= 0.0 {
        return vec![0.0; chances.len()];
    }
    let mut rule = nodes_and_weights(0.0, (REACH / sum).min(1.0), PANELS);
    // Each weight takes in the product over all candidates; one factor is divided out for each.
    for (t, weight) in &mut rule {
        *weight *= chances.iter().map(|p| 1.0 - p * *t).product::<f64>();
    }
    let somebody = somebody(chances);
    chances
        .iter()
        .map(|p| p / somebody * rule.iter().map(|(t, weight)| weight / (1.0 - p * t)).sum::<f64>())
        .collect()
}

/// The chance that at least one of independent events happens: `1 - Π (1 - p_j)`, to full relative
/// precision however small it is. O(m).
pub fn somebody(chances: &[f64]) -> f64 {
    -chances.iter().map(|p| (-p).ln_1p()).sum::<f64>().exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: the coefficients of the polynomial under the integral, term by term.
    fn by_coefficients(chances: &[f64]) -> Vec<f64> {
        let somebody = 1.0 - chances.iter().map(|p| 1.0 - p).product::<f64>();
        (0..chances.len())
            .map(|i| {
                let mut polynomial = vec![1.0];
                for (_, p) in chances.iter().enumerate().filter(|&(j, _)| j != i) {
                    polynomial.push(0.0);
                    for degree in (1..polynomial.len()).rev() {
                        polynomial[degree] -= p * polynomial[degree - 1];
                    }
                }
                let integral: f64 = polynomial.iter().enumerate().map(|(k, c)| c / (k + 1) as f64).sum();
                chances[i] * integral / somebody
            })
            .collect()
    }

    /// Every order of the candidates, each of them accepted or not.
    fn by_enumeration(chances: &[f64]) -> Vec<f64> {
        fn visit(chances: &[f64], left: &mut Vec<usize>, weight: f64, wins: &mut [f64]) {
            let choices = left.len() as f64;
            for place in 0..left.len() {
                let candidate = left.swap_remove(place);
                wins[candidate] += weight / choices * chances[candidate];
                visit(chances, left, weight / choices * (1.0 - chances[candidate]), wins);
                left.push(candidate);
                let last = left.len() - 1;
                left.swap(place, last);
            }
        }
        let mut wins = vec![0.0; chances.len()];
        visit(chances, &mut (0..chances.len()).collect(), 1.0, &mut wins);
        let all: f64 = wins.iter().sum();
        wins.iter().map(|w| w / all).collect()
    }

    #[test]
    fn agrees_with_enumeration_and_coefficients() {
        let sets: [&[f64]; 5] = [
            &[1.0, 0.5],
            &[0.2, 0.0, 0.9, 0.9],
            &[1e-6, 1.0, 1.0],
            &[0.01; 7],
            &[1.0, 0.1, 0.2, 0.3, 0.4, 0.5],
        ];
        for chances in sets {
            let shares = acceptance_shares(chances);
            for other in [by_enumeration(chances), by_coefficients(chances)] {
                for (a, b) in shares.iter().zip(other) {
                    assert!((a - b).abs() < 1e-12, "{chances:?}: {a} against {b}");
                }
            }
        }
    }

    /// Published for SL-PoS: stakes 1, 2, 3 give 7/54, 16/54, 31/54; and for Ethereum's phase 0:
    /// 32 and 16 ETH give 3/4 and 1/4 when the chances are 1 and 1/2.
    #[test]
    fn published_values() {
        let shares = acceptance_shares(&[1.0 / 3.0, 2.0 / 3.0, 1.0]);
        for (share, expected) in shares.iter().zip([7.0, 16.0, 31.0]) {
            assert!((share - expected / 54.0).abs() < 1e-14);
        }
        let shares = acceptance_shares(&[1.0, 0.5]);
        assert!((shares[0] - 0.75).abs() < 1e-14 && (shares[1] - 0.25).abs() < 1e-14);
    }

    /// The shares of an exhaustive list of outcomes sum to one, which the quadrature does not
    /// know: its error shows here.
    #[test]
    fn large_sets_sum_to_one() {
        let cases: [Vec<f64>; 4] = [
            (0..10_000).map(|i| f64::from(i % 97) / 96.0).collect(),
            (1..=10_000).map(|i| 0.05 / f64::from(i)).collect(),
            vec![1.0; 10_000],
            (0..10_000).map(|i| if i == 0 { 1.0 } else { 1e-6 }).collect(),
        ];
        for chances in cases {
            let sum: f64 = acceptance_shares(&chances).iter().sum();
            assert!((sum - 1.0).abs() < 1e-11, "sum {sum}");
        }
        assert_eq!(acceptance_shares(&[0.0, 0.0]), [0.0, 0.0]);
    }
}
