//! The first to be accepted, when all are asked in random order.

use super::gauss_legendre;

/// Who is accepted first, and how likely nobody is.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstAccepted {
    /// The probability of each contender to be the first that is accepted, in order.
    pub first: Vec<f64>,
    /// The probability that no contender is accepted.
    pub nobody: f64,
}

/// Contenders are asked in a uniformly random order; contender i says yes with probability
/// `chances[i]`, independently of the order and of the others. The first yes wins.
///
/// `P(i) = p_i ∫_0^1 Π_{j≠i} (1 - p_j t) dt`: give everybody a uniform time of being asked; at
/// time t another contender has not yet won if it has not been asked, or has been and said no.
/// It is also the law of a uniform choice among all who say yes. What the contenders do not
/// share is left to `nobody = Π (1 - p_j)`.
///
/// Chances must lie in 0..=1. Contenders with equal chances are computed once.
///
/// # Error
/// The range is cut into pieces on which the product decays by at most about e^-32, and each gets
/// 32 Gauss-Legendre nodes; by the bound for functions analytic in a Bernstein ellipse (Trefethen,
/// SIAM Review 2008, theorem 4.5; here the ellipse whose semi-axes sum to 6) the truncation stays
/// below 1e-25, and what is cut off at the end is below e^-80. What remains is rounding: below
/// 1e-12 for 10,000 contenders. About 300 m evaluations of a logarithm for m different chances.
pub fn first_accepted(chances: &[f64]) -> FirstAccepted {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_unstable_by(|&a, &b| chances[a].total_cmp(&chances[b]));
    // (chance, how many have it), and for each contender in `order` the group it belongs to.
    let mut groups: Vec<(f64, f64)> = Vec::new();
    let mut group_of = vec![0; chances.len()];
    for &index in &order {
        match groups.last_mut() {
            Some((chance, count)) if *chance == chances[index] => *count += 1.0,
            _ => groups.push((chances[index], 1.0)),
        }
        group_of[index] = groups.len() - 1;
    }

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
            for (integral, (p, _)) in integrals.iter_mut().zip(&groups) {
                *integral += product / (1.0 - p * t);
            }
        }
        start = end;
    }
    FirstAccepted {
        first: group_of.iter().map(|&group| groups[group].0 * integrals[group]).collect(),
        nobody: log_product(1.0).exp(),
    }
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

    #[test]
    fn equals_enumeration() {
        let cases: [&[f64]; 6] = [
            &[1.0, 0.5],
            &[0.5, 0.25],
            &[1.0, 1.0, 0.3],
            &[0.9, 0.0, 1e-6, 0.4, 0.4],
            &[1.0 / 256.0, 1.0, 0.75, 0.5, 0.25, 0.1, 0.1],
            &[1e-9, 2e-9, 3e-9, 0.999_999],
        ];
        for chances in cases {
            let law = first_accepted(chances);
            for (value, exact) in law.first.iter().zip(by_enumeration(chances)) {
                assert!((value - exact).abs() < 1e-14, "{chances:?}: {value} against {exact}");
            }
        }
    }

    /// Two contenders: p_1 (1 - p_2 / 2). Stakes of 1024 and 512 ETH under Electra's rule have
    /// chances 1/2 and 1/4, and shares 0.7 and 0.3 given that one is accepted.
    #[test]
    fn two_contenders_in_closed_form() {
        let law = first_accepted(&[0.5, 0.25]);
        assert!((law.first[0] - 0.5 * 0.875).abs() < 1e-15);
        assert!((law.nobody - 0.375).abs() < 1e-15);
        assert!((law.first[0] / (1.0 - law.nobody) - 0.7).abs() < 1e-15);
    }

    /// The integrand summed over all contenders is an exact derivative, so the shares and
    /// `nobody` sum to one whatever the chances; equal chances share equally. Ten thousand
    /// different chances, among them many certain ones.
    #[test]
    fn large_sets_sum_to_one() {
        let mixed: Vec<f64> = (0..10_000).map(|i| f64::from(i) / 9_999.0).collect();
        let small: Vec<f64> = (0..10_000).map(|i| f64::from(i) / 1e9).collect();
        let certain: Vec<f64> = (0..1_000).map(|i| if i % 2 == 0 { 1.0 } else { 1e-7 }).collect();
        for chances in [mixed, small, certain, vec![0.28; 5_000]] {
            let law = first_accepted(&chances);
            let sum: f64 = law.first.iter().sum::<f64>() + law.nobody;
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
        let equal = first_accepted(&[0.28; 5_000]);
        assert!((equal.first[17] * 5_000.0 - 1.0).abs() < 1e-12);
    }

    /// Against exact rational arithmetic (Python's fractions, expanding the polynomial), for
    /// chances k / 64, k = 1..=40.
    #[test]
    fn equals_exact_arithmetic_for_forty_contenders() {
        let chances: Vec<f64> = (1..=40).map(|k| f64::from(k) / 64.0).collect();
        let law = first_accepted(&chances);
        for (index, exact) in EXACT_FORTY {
            assert!((law.first[index] - exact).abs() < 1e-15, "{index}: {}", law.first[index]);
        }
    }

    const EXACT_FORTY: [(usize, f64); 3] =
        [(0, 0.001_181_676_397_751_204_4), (19, 0.024_171_873_803_232_723), (39, 0.049_593_428_788_641_33)];
}
