//! Contenders asked in random order, each accepted by a chance of its own: the first accepted wins.

use super::gauss_legendre;

/// The probability of each contender to be the first that is accepted, when all are asked in a
/// uniformly random order and contender i is accepted with probability `chances[i]`, independently
/// of the order and of the others.
///
/// `P(i) = p_i ∫_0^1 Π_{j≠i} (1 - p_j t) dt`: give everybody a uniform time of being asked; at time
/// t another contender has not yet won if it has not been asked, or was asked and not accepted. The
/// same integral is the law
/// - of Ethereum's proposers, where an order that accepts nobody is asked again
///   ([`first_accepted_shares`]);
/// - of an even choice among all who pass a test of their own (Praos since Vasil, BABE);
/// - of the race of times `U_i / p_i` that end before 1 (SL-PoS and NXT).
///
/// What the contenders do not share is left to nobody: `Π (1 - p_j)`. Chances must lie in 0..=1.
/// Contenders with equal chances are computed once.
///
/// # Error
/// The range is cut into pieces on which the product decays by at most about e^-32, and each gets
/// 32 Gauss-Legendre nodes; by the bound for functions analytic in a Bernstein ellipse (Trefethen,
/// SIAM Review 2008, theorem 4.5; here the ellipse whose semi-axes sum to 6) the truncation stays
/// below 1e-25, and what is cut off at the end is below e^-80. What remains is rounding: below
/// 1e-12 for 10,000 contenders. About 300 logarithms for each different chance: a tenth of a second
/// for 10,000 of them.
pub fn first_accepted(chances: &[f64]) -> Vec<f64> {
    let mut sorted = chances.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // Each different chance, and how many have it.
    let mut groups: Vec<(f64, f64)> = Vec::new();
    for chance in sorted {
        match groups.last_mut() {
            Some((same, count)) if *same == chance => *count += 1.0,
            _ => groups.push((chance, 1.0)),
        }
    }
    let integrals = integrals(&groups);
    let group = |chance: f64| groups.partition_point(|&(other, _)| other < chance);
    chances.iter().map(|&chance| chance * integrals[group(chance)]).collect()
}

/// `∫_0^1 Π_j (1 - p_j t) / (1 - p_i t) dt` for each group i.
fn integrals(groups: &[(f64, f64)]) -> Vec<f64> {
    let log_product = |t: f64| groups.iter().map(|(p, count)| count * (-p * t).ln_1p()).sum::<f64>();
    let rule = gauss_legendre(32);
    let mut integrals = vec![0.0; groups.len()];
    let mut start = 0.0;
    while start < 1.0 && log_product(start) > -80.0 {
        let mut end = 1.0;
        let (middle, half) = loop {
            let half = (end - start) / 2.0;
            let middle = start + half;
            let decay: f64 = groups.iter().map(|(p, count)| count * p * half / (1.0 - p * middle)).sum();
            if decay <= 16.0 {
                break (middle, half);
            }
            end = middle;
        };
        for (x, weight) in &rule {
            let t = middle + half * x;
            let product = log_product(t).exp() * weight * half;
            for (integral, (p, _)) in integrals.iter_mut().zip(groups) {
                *integral += product / (1.0 - p * t);
            }
        }
        start = end;
    }
    integrals
}

/// The probability of each contender to be the first that is accepted, given that anybody is:
/// [`first_accepted`] divided by its sum, with the same error and cost. All zero if nobody can be
/// accepted.
pub fn first_accepted_shares(chances: &[f64]) -> Vec<f64> {
    super::weights::normalised(first_accepted(chances))
}

/// The chance that at least one of independent events happens: `1 - Π (1 - p_j)`, to full relative
/// precision however small it is. O(m).
pub fn somebody(chances: &[f64]) -> f64 {
    -chances.iter().map(|p| (-p).ln_1p()).sum::<f64>().exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders times all answers, by definition.
    fn by_enumeration(chances: &[f64]) -> Vec<f64> {
        fn walk(left: &mut Vec<usize>, weight: f64, chances: &[f64], wins: &mut [f64]) {
            let choices = left.len() as f64;
            for place in 0..left.len() {
                let asked = left.remove(place);
                wins[asked] += weight / choices * chances[asked];
                walk(left, weight / choices * (1.0 - chances[asked]), chances, wins);
                left.insert(place, asked);
            }
        }
        let mut wins = vec![0.0; chances.len()];
        walk(&mut (0..chances.len()).collect(), 1.0, chances, &mut wins);
        wins
    }

    /// Multiplies the polynomial under the integral out and integrates it term by term.
    fn by_expansion(chances: &[f64]) -> Vec<f64> {
        (0..chances.len())
            .map(|i| {
                let mut polynomial = vec![1.0];
                for (_, chance) in chances.iter().enumerate().filter(|&(j, _)| j != i) {
                    polynomial.push(0.0);
                    for k in (1..polynomial.len()).rev() {
                        polynomial[k] -= chance * polynomial[k - 1];
                    }
                }
                chances[i] * polynomial.iter().enumerate().map(|(k, c)| c / (k as f64 + 1.0)).sum::<f64>()
            })
            .collect()
    }

    #[test]
    fn equals_enumeration_and_expansion() {
        let cases: [&[f64]; 9] = [
            &[1.0, 0.5],
            &[1.0, 1e-6],
            &[1.0, 1.0, 0.3],
            &[0.05, 0.02, 0.001],
            &[0.9, 0.0, 1e-6, 0.4, 0.4],
            &[1.0 / 256.0, 1.0, 0.75, 0.5, 0.25, 0.1, 0.1],
            &[1e-9, 2e-9, 3e-9, 0.999_999],
            &[0.01; 7],
            &[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.0],
        ];
        for chances in cases {
            let law = first_accepted(chances);
            for other in [by_enumeration(chances), by_expansion(chances)] {
                for (value, exact) in law.iter().zip(other) {
                    assert!((value - exact).abs() < 1e-13, "{chances:?}: {value} against {exact}");
                }
            }
        }
    }

    /// Two contenders: p_1 (1 - p_2 / 2). Published shares: Ethereum's phase 0 with 32 and 16 ETH
    /// (chances 1 and 1/2) 3/4 and 1/4, Electra with 1024 and 512 ETH (1/2 and 1/4) 0.7 and 0.3,
    /// SL-PoS with stakes 1, 2, 3 (1/3, 2/3, 1) 7/54, 16/54, 31/54.
    #[test]
    fn closed_forms_and_published_values() {
        let law = first_accepted(&[0.5, 0.25]);
        assert!((law[0] - 0.5 * 0.875).abs() < 1e-15);
        assert!((somebody(&[0.5, 0.25]) - 0.625).abs() < 1e-15);
        let published: [(&[f64], &[f64]); 3] = [
            (&[1.0, 0.5], &[0.75, 0.25]),
            (&[0.5, 0.25], &[0.7, 0.3]),
            (&[1.0 / 3.0, 2.0 / 3.0, 1.0], &[7.0 / 54.0, 16.0 / 54.0, 31.0 / 54.0]),
        ];
        for (chances, expected) in published {
            for (share, expected) in first_accepted_shares(chances).iter().zip(expected) {
                assert!((share - expected).abs() < 1e-14, "{chances:?}: {share} for {expected}");
            }
        }
        assert_eq!(first_accepted_shares(&[0.0, 0.0]), [0.0, 0.0]);
        assert!(first_accepted_shares(&[]).is_empty());
    }

    /// The integrand summed over all contenders is an exact derivative, so that they win together as
    /// often as anybody does, whatever the chances. The quadrature does not know: its error shows
    /// here. Equal chances share equally. Ten thousand different chances, among them many certain
    /// ones, and a whale.
    #[test]
    fn large_sets_sum_to_the_chance_of_anybody() {
        let certain: Vec<f64> = (0..1_000).map(|i| if i % 2 == 0 { 1.0 } else { 1e-7 }).collect();
        let cases: [Vec<f64>; 7] = [
            (0..10_000).map(|i| f64::from(i) / 9_999.0).collect(),
            (0..10_000).map(|i| f64::from(i) / 1e9).collect(),
            (1..=10_000).map(|rank| 1.0 / f64::from(rank)).collect(),
            (0..10_000).map(|i| if i == 17 { 1.0 } else { 1e-6 }).collect(),
            certain,
            vec![1.0; 10_000],
            vec![0.28; 5_000],
        ];
        for chances in cases {
            let sum: f64 = first_accepted(&chances).iter().sum();
            assert!((sum / somebody(&chances) - 1.0).abs() < 1e-12, "{sum}");
        }
        let equal = first_accepted(&[0.28; 5_000]);
        assert!((equal[17] * 5_000.0 - 1.0).abs() < 1e-12);
    }

    /// Against exact rational arithmetic (Python's fractions, expanding the polynomial), for
    /// chances k / 64, k = 1..=40.
    #[test]
    fn equals_exact_arithmetic_for_forty_contenders() {
        let chances: Vec<f64> = (1..=40).map(|k| f64::from(k) / 64.0).collect();
        let law = first_accepted(&chances);
        for (index, exact) in EXACT_FORTY {
            assert!((law[index] - exact).abs() < 1e-15, "{index}: {}", law[index]);
        }
    }

    const EXACT_FORTY: [(usize, f64); 3] =
        [(0, 0.001_181_676_397_751_204_4), (19, 0.024_171_873_803_232_723), (39, 0.049_593_428_788_641_33)];
}
