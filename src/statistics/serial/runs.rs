//! Wald and Wolfowitz' runs test.

use crate::statistics::distributions::normal_upper;

/// Where the rarer outcome occurs at most so often, the number of runs gets its exact distribution.
const EXACT: u64 = 20_000;

/// The outcome of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunsTest {
    /// The number of runs expected of an order drawn at random.
    pub expected: f64,
    /// Observed minus expected, in standard deviations. Negative: wins come in clusters;
    /// positive: they avoid each other.
    pub z: f64,
    /// Two-sided p-value: twice the smaller tail, at most one.
    pub p_value: f64,
}

/// The test that the order of `wins` and `losses` is random, given how many there are, by the
/// number of `runs` (maximal stretches of the same outcome). Wald and Wolfowitz, Annals of
/// Mathematical Statistics 11, 1940. Exact where the rarer outcome occurs at most 20,000 times, however
/// many rounds there are; the normal approximation with continuity correction beyond.
///
/// `None` if one outcome is missing (there is no order to test), or if so many runs are impossible.
pub fn runs_test(wins: u64, losses: u64, runs: u64) -> Option<RunsTest> {
    let rounds = wins.checked_add(losses)?;
    let most = wins.min(losses).checked_mul(2)?.checked_add(u64::from(wins != losses))?;
    if wins == 0 || losses == 0 || runs < 2 || runs > most {
        return None;
    }
    let (a, b, n) = (wins as f64, losses as f64, rounds as f64);
    let expected = 1.0 + 2.0 * a * b / n;
    let variance = 2.0 * a * (b / n) * ((2.0 * a * b - n) / n / (n - 1.0));
    let z = if variance > 0.0 { (runs as f64 - expected) / variance.sqrt() } else { 0.0 };
    let p_value = if wins.min(losses) <= EXACT {
        let mass = exact_law(wins, losses);
        let at_most: f64 = mass[..=runs as usize].iter().sum();
        let at_least: f64 = mass[runs as usize..].iter().sum();
        2.0 * at_most.min(at_least)
    } else {
        2.0 * normal_upper(((runs as f64 - expected).abs() - 0.5).max(0.0) / variance.sqrt())
    };
    Some(RunsTest { expected, z, p_value: p_value.min(1.0) })
}

/// P(R = r) for r = 0, 1, ...: with k runs of each kind, C(a−1, k−1) C(b−1, k−1) ways to cut.
fn exact_law(wins: u64, losses: u64) -> Vec<f64> {
    let most = 2 * wins.min(losses) as usize + 1;
    // ln C(a - 1, k - 1), by recursion; -inf where impossible.
    let cuts = |count: u64| -> Vec<f64> {
        let mut ln = vec![f64::NEG_INFINITY; most + 2];
        let mut value = 0.0;
        for (k, slot) in ln.iter_mut().enumerate().skip(1).take(count as usize) {
            *slot = value;
            value += ((count - k as u64) as f64 / k as f64).ln();
        }
        ln
    };
    let (a, b) = (cuts(wins), cuts(losses));
    let mut ln_mass = vec![f64::NEG_INFINITY; most + 1];
    for (runs, slot) in ln_mass.iter_mut().enumerate().skip(2) {
        let k = runs / 2;
        *slot = if runs % 2 == 0 {
            a[k] + b[k] + 2f64.ln()
        } else {
            let (first, second) = (a[k + 1] + b[k], a[k] + b[k + 1]);
            let largest = first.max(second);
            if largest == f64::NEG_INFINITY {
                largest
            } else {
                largest + ((first - largest).exp() + (second - largest).exp()).ln()
            }
        };
    }
    let largest = ln_mass.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mass: Vec<f64> = ln_mass.iter().map(|ln| (ln - largest).exp()).collect();
    let whole: f64 = mass.iter().sum();
    mass.iter().map(|mass| mass / whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_counts_orders() {
        // Swed and Eisenhart 1943: ten and ten, at most 6 runs 0.019, at most 7 0.051;
        // 3,422 and 9,470 of C(20, 10) orders.
        let law = exact_law(10, 10);
        assert!((law[..=6].iter().sum::<f64>() - 3422.0 / 184_756.0).abs() < 1e-14);
        assert!((law[..=7].iter().sum::<f64>() - 9470.0 / 184_756.0).abs() < 1e-14);
        // Two and three: of the 10 orders 2, 3, 4 and 1 have 2, 3, 4 and 5 runs (counted by hand).
        let law = exact_law(2, 3);
        for (runs, orders) in [(2, 2.0), (3, 3.0), (4, 4.0), (5, 1.0)] {
            assert!((law[runs] - orders / 10.0).abs() < 1e-14);
        }
    }

    #[test]
    fn the_approximation_continues_the_exact_law() {
        // 2,000 rounds: mean 991, standard deviation 22.1314, half a run of correction.
        let exact = runs_test(900, 1100, 940).unwrap();
        assert!((exact.expected - 991.0).abs() < 1e-12 && (exact.z + 2.3044157).abs() < 1e-6, "{exact:?}");
        let normal = 2.0 * normal_upper(50.5 / 51.0 * 2.3044157);
        assert!((exact.p_value / normal - 1.0).abs() < 2e-3, "{exact:?} {normal}");
    }

    #[test]
    fn few_wins_in_many_rounds_are_exact() {
        // 3 wins and 1,998 losses in 5 runs: of C(2001, 3) orders those with at most 5 runs, by Python's
        // integers; the normal approximation says 3e-34.
        let p = runs_test(3, 1998, 5).unwrap().p_value;
        assert!((p / RUNS_OF_THREE - 1.0).abs() < 1e-9, "{p:e}");
        // 20,000 and more of each: the exact distribution and the normal one meet.
        let exact = runs_test(20_000, 30_000, 23_800).unwrap();
        let normal = 2.0 * normal_upper(exact.z.abs() - 0.5 / 107.3);
        assert!((exact.p_value / normal - 1.0).abs() < 0.02, "{exact:?} {normal}");
    }

    const RUNS_OF_THREE: f64 = 0.005996998499249625;

    #[test]
    fn what_cannot_be() {
        assert_eq!(runs_test(0, 5, 1), None);
        assert_eq!(runs_test(5, 5, 11), None);
        assert_eq!(runs_test(5, 6, 1), None);
        assert!(runs_test(5, 6, 11).is_some());
        assert_eq!(runs_test(1, 1, 2).unwrap().p_value, 1.0);
        assert_eq!(runs_test(u64::MAX, 1, 2), None);
        assert!(runs_test(1 << 62, 1 << 61, 1 << 40).unwrap().p_value < 1e-300);
    }
}
