//! How many of an account's coins a lottery value selects.

/// 2^128 as a float.
const SCALE: f64 = 2.0 * (1u128 << 127) as f64;

/// A chance as a threshold for a uniform 128-bit number: the number lies below it with that chance.
/// One (and more) becomes 2^128 - 1, which is short of certainty by 3e-39.
fn threshold(chance: f64) -> u128 {
    (chance * SCALE) as u128
}

/// The chances `P(X > j)` of a binomial X, frozen as 128-bit thresholds.
///
/// Published sortition (Gilad et al., "Algorand", SOSP 2017) selects j coins where j is the smallest
/// with `ratio <= P(X <= j)`. Near one that comparison needs the distance from one, which a float
/// cannot hold: with a million coins and an upper tail of 4e-17 a double is rounded to one and the
/// account gets all its million. So the comparison is made from the other end, with the tail
/// `1 - ratio` against the survival function: j is the number of thresholds above the tail.
///
/// The thresholds are computed with additions, multiplications and divisions of doubles alone, which
/// every machine rounds alike: binomial terms relative to the largest, outwards until they are below
/// 1e-45 of it, summed from the small end. Their relative error is about 1e-13, tails included.
#[derive(Clone, Debug, Default)]
pub struct SurvivalTable {
    thresholds: Vec<u128>,
    /// The terms of the last computation; kept so that the next one need not allocate.
    terms: Vec<f64>,
    /// Set where every coin is selected for certain.
    certain: Option<u64>,
}

impl SurvivalTable {
    /// Fills the table for `coins` coins of `total`, of which `expected` are selected on average.
    /// O(expected share + its root).
    pub fn fill(&mut self, coins: u64, expected: u64, total: u64) {
        self.thresholds.clear();
        self.terms.clear();
        self.certain = (expected >= total).then_some(coins);
        if expected >= total || coins == 0 {
            return;
        }
        const NEGLIGIBLE: f64 = 1e-45;
        let odds = expected as f64 / (total - expected) as f64;
        let n = coins as f64;
        let mode = ((n + 1.0) * (expected as f64 / total as f64)).floor().min(n) as u64;
        // Downwards from the mode; `lowest` ends as the smallest weight with a term.
        let mut term = 1.0;
        let mut lowest = mode;
        self.terms.push(term);
        while lowest > 0 {
            let k = lowest as f64;
            term *= k / ((n - k + 1.0) * odds);
            if term < NEGLIGIBLE {
                break;
            }
            lowest -= 1;
            self.terms.push(term);
        }
        self.terms.reverse();
        term = 1.0;
        let mut k = mode;
        while k < coins {
            term *= (coins - k) as f64 / (k + 1) as f64 * odds;
            if term < NEGLIGIBLE {
                break;
            }
            k += 1;
            self.terms.push(term);
        }
        // Each term becomes the sum of those above it; the last carry is the sum of all.
        let mut above = 0.0;
        for term in self.terms.iter_mut().rev() {
            above += std::mem::replace(term, above);
        }
        self.thresholds.resize(lowest as usize, u128::MAX);
        self.thresholds.extend(self.terms.iter().map(|tail| threshold(tail / above)));
    }

    /// How many coins a tail `1 - ratio` selects, given as a 128-bit number. O(log weight).
    #[inline]
    pub fn weight(&self, tail: u128) -> u64 {
        match self.certain {
            Some(all) => all,
            None => self.thresholds.partition_point(|&threshold| tail < threshold) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        weight: Vec<WeightVector>,
        survival: Vec<SurvivalVector>,
    }

    #[derive(Deserialize)]
    struct WeightVector {
        coins: u64,
        expected: u64,
        total: u64,
        tail: f64,
        weight: u64,
    }

    #[derive(Deserialize)]
    struct SurvivalVector {
        coins: u64,
        expected: u64,
        total: u64,
        above: usize,
        chance: f64,
    }

    fn vectors() -> Vectors {
        toml::from_str(include_str!("../../../tests/vectors/algorand-sortition.toml")).unwrap()
    }

    fn table(coins: u64, expected: u64, total: u64) -> SurvivalTable {
        let mut table = SurvivalTable::default();
        table.fill(coins, expected, total);
        table
    }

    #[test]
    fn published_weights() {
        for case in vectors().weight {
            let table = table(case.coins, case.expected, case.total);
            assert_eq!(table.weight(threshold(case.tail)), case.weight, "tail {}", case.tail);
        }
    }

    #[test]
    fn tails_agree_with_independent_values() {
        for case in vectors().survival {
            let frozen = table(case.coins, case.expected, case.total).thresholds[case.above] as f64 / SCALE;
            assert!((frozen / case.chance - 1.0).abs() < 1e-11, "{frozen} for {}", case.chance);
        }
    }

    /// Small cases by the definition, every weight.
    #[test]
    fn small_tables_by_enumeration() {
        for (coins, expected, total) in [(5u64, 2, 9), (6, 8, 9), (1, 1, 2), (12, 1, 100)] {
            let p = expected as f64 / total as f64;
            let mut tail = 1.0;
            let mut choose = 1.0;
            let table = table(coins, expected, total);
            for k in 0..=coins {
                tail -= choose * p.powi(k as i32) * (1.0 - p).powi((coins - k) as i32);
                choose *= (coins - k) as f64 / (k + 1) as f64;
                let frozen = table.thresholds[k as usize] as f64 / SCALE;
                assert!((frozen - tail).abs() < 1e-14, "{coins} {expected} {total}: {k}");
            }
            assert_eq!(table.weight(0), coins);
            assert_eq!(table.weight(u128::MAX), 0);
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(table(7, 9, 9).weight(u128::MAX), 7);
        assert_eq!(table(0, 2, 9).weight(0), 0);
        // A thousand expected of all 2^63 - 1 coins: certain to be more than 300 and less than 2000.
        let whole = table(i64::MAX as u64, 1000, i64::MAX as u64);
        let middle = whole.weight(1 << 127);
        assert!((999..=1000).contains(&middle), "median {middle}");
        assert!(whole.weight(u128::MAX - 1) > 300 && whole.weight(0) < 2000);
    }
}
