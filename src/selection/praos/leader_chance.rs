//! The chance to lead a slot, as exact integers.

use crate::law::Ratio;
use crate::registry::Refusal;

/// `φ(σ) = 1 - (1 - c)^σ` as thresholds for uniform 128-bit numbers: a number lies below the
/// threshold with that probability.
///
/// Computed in integers of 128 fractional bits, the same on every machine; thresholds are within
/// 2^-120 of the exact probability for c up to 1/2 (256 units in the last place), and within 2^-114
/// for all c. (Clients of real chains compute a double and scale it up, which is right to 53 bits.)
#[derive(Clone, Copy, Debug)]
pub struct LeaderChance {
    /// `-ln(1 - c) / 2^halvings`, as a fraction of 2^128.
    rate: u128,
    /// How often the rate was halved to lie below one.
    halvings: u32,
}

/// The chances at which slots are neither almost never nor almost always led: between one in a
/// million and all but one in a million.
const MILLION: u64 = 1_000_000;

impl LeaderChance {
    /// The chance for a share, when c is the chance that a slot has any leader at all; `key` is its
    /// name in the scenario file.
    ///
    /// # Errors
    /// If c does not lie between 1/1000000 and 999999/1000000.
    pub fn new(key: &'static str, c: Ratio) -> Result<Self, Refusal> {
        let least = Ratio::new(1, MILLION).is_some_and(|least| c < least);
        let most = Ratio::new(MILLION - 1, MILLION).is_some_and(|most| c > most);
        if least || most {
            let problem = format!("is {c}, but must lie between 1/{MILLION} and {}/{MILLION}", MILLION - 1);
            return Err(Refusal::Value { key, problem });
        }
        // 1 - c = (1 - rest) / 2^doublings with a rest of at most 1/2.
        let (mut rest, whole) = (c.numerator(), c.denominator());
        let mut doublings = 0u32;
        while rest > whole - rest {
            rest -= whole - rest;
            doublings += 1;
        }
        // Each doubling stands for ln 2, and the rest for no more.
        let halvings = (doublings + 1).next_power_of_two().ilog2();
        let ln_2 = minus_log_of_complement(1, 2) >> halvings;
        let rate = u128::from(doublings) * ln_2 + (minus_log_of_complement(rest, whole) >> halvings);
        Ok(LeaderChance { rate, halvings })
    }

    /// The threshold for the holder of `stake` out of `total`; zero for no stake.
    ///
    /// # Panics
    /// If the stake is above the total.
    pub fn threshold(&self, stake: u64, total: u64) -> u128 {
        assert!(stake <= total, "a part is not above the whole");
        if stake == 0 {
            return 0;
        }
        let x = product(self.rate, fraction(stake, total));
        // 1 - e^-x = x (1 - x/2 (1 - x/3 (1 - ...))); x < 1, so what follows 40 terms is below 2^-150.
        let mut inner = u128::MAX;
        for divisor in (2..=40).rev() {
            inner = u128::MAX - product(x, inner) / divisor;
        }
        let mut stay = u128::MAX - product(x, inner);
        for _ in 0..self.halvings {
            stay = product(stay, stay);
        }
        u128::MAX - stay
    }

    /// The thresholds for more than j points, j = 0, 1, ..., when their number has a Poisson
    /// distribution in which no point at all has probability `1 - c`. The first is c.
    pub fn point_thresholds(&self) -> Vec<u128> {
        let mut terms = vec![u128::MAX - self.threshold(1, 1)];
        while let Some(&last) = terms.last().filter(|&&last| last > 0) {
            terms.push((product(last, self.rate) / terms.len() as u128) << self.halvings);
        }
        let mut above = 0;
        let tails = terms[1..].iter().rev().map(|term| {
            above += term;
            above
        });
        let mut thresholds: Vec<u128> = tails.collect();
        thresholds.reverse();
        thresholds
    }
}

/// `-ln(1 - c)` for `c = part / whole <= 1/2`, as a fraction of 2^128: `c + c²/2 + c³/3 + ...`.
fn minus_log_of_complement(part: u64, whole: u64) -> u128 {
    let c = fraction(part, whole);
    let (mut power, mut sum, mut term) = (c, 0, 1);
    while power > 0 {
        sum += power / term;
        power = product(power, c);
        term += 1;
    }
    sum
}

/// `⌊2^128 part / whole⌋`, or the largest fraction if they are equal.
fn fraction(part: u64, whole: u64) -> u128 {
    if part >= whole {
        return u128::MAX;
    }
    let whole = u128::from(whole);
    let upper = (u128::from(part) << 64) / whole;
    let rest = (u128::from(part) << 64) % whole;
    (upper << 64) + (rest << 64) / whole
}

/// The product of two fractions of 2^128, rounded down.
fn product(a: u128, b: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low) = (a >> 64, a & LOW);
    let (b_high, b_low) = (b >> 64, b & LOW);
    let (outer, inner) = (a_high * b_low, a_low * b_high);
    let carry = ((a_low * b_low) >> 64) + (outer & LOW) + (inner & LOW);
    a_high * b_high + (outer >> 64) + (inner >> 64) + (carry >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::praos_leader_chances;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        published: Vec<Case>,
        exact: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        c: Ratio,
        weights: Vec<u64>,
        authority: usize,
        threshold: String,
    }

    fn chance(above: u64, below: u64) -> LeaderChance {
        LeaderChance::new("c", Ratio::new(above, below).unwrap()).unwrap()
    }

    /// Published thresholds come from doubles: within 2^-52. Exact ones: within 256 units.
    #[test]
    fn published_and_exact_thresholds() {
        let text = include_str!("../../../tests/vectors/babe-threshold.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty() && vectors.published.len() >= 2 && vectors.exact.len() >= 7);
        for (cases, tolerance) in [(vectors.published, 1u128 << 76), (vectors.exact, 256)] {
            for case in cases {
                let total = case.weights.iter().sum();
                let chance = LeaderChance::new("c", case.c).unwrap();
                let threshold = chance.threshold(case.weights[case.authority], total);
                let expected: u128 = case.threshold.parse().unwrap();
                assert!(threshold.abs_diff(expected) <= tolerance, "{threshold} against {expected}");
            }
        }
    }

    /// All stake at one pool: exactly c, whatever c is. `⌊2^128 c⌋` by long division.
    #[test]
    fn the_whole_leads_with_chance_c() {
        for (above, below) in
            [(1, 1_000_000), (1, 20), (1, 2), (500_001, 1_000_000), (3, 4), (19, 20), (999_999, 1_000_000)]
        {
            let off = chance(above, below).threshold(7, 7).abs_diff(fraction(above, below));
            assert!(off < 1 << 14, "{above}/{below}: off by {off}");
        }
    }

    /// 1 - φ(a + b) = (1 - φ(a)) (1 - φ(b)): splitting a stake does not change the chance that
    /// one of its parts leads.
    #[test]
    fn parts_together_lead_as_often_as_the_whole() {
        for chance in [chance(1, 4), chance(9, 10), chance(999_999, 1_000_000)] {
            for (a, b, total) in [(1, 2, 10), (500, 499, 1_000), (1 << 61, 1 << 60, 1 << 62), (3, 4, 7)] {
                let stay = |stake| u128::MAX - chance.threshold(stake, total);
                assert!(product(stay(a), stay(b)).abs_diff(stay(a + b)) < 1 << 15);
            }
        }
    }

    /// Against the law's floating-point numbers, to their precision, which falls as 1 - c loses
    /// digits; the Poisson tails term by term.
    #[test]
    fn thresholds_agree_with_the_law() {
        const SCALE: f64 = 2.0 * (1u128 << 127) as f64;
        for (above, below) in [(1, 1_000_000), (1, 20), (1, 2), (3, 4), (19, 20), (999_999, 1_000_000)] {
            let (c, chance) = (above as f64 / below as f64, chance(above, below));
            let tolerance = 1e-14 + 1e-16 / (1.0 - c);
            let stakes = [1, 10, 100, 1_000, 1_000_000];
            for (&stake, expected) in stakes.iter().zip(praos_leader_chances(c, &stakes)) {
                let frozen = chance.threshold(stake, stakes.iter().sum()) as f64 / SCALE;
                assert!((frozen / expected - 1.0).abs() < tolerance, "c = {c}: {frozen} for {expected}");
            }
            let (mut tail, mut term) = (c, 1.0 - c);
            for (j, frozen) in chance.point_thresholds().iter().take(12).enumerate() {
                if j > 0 {
                    term *= -(-c).ln_1p() / j as f64;
                    tail -= term;
                }
                assert!((*frozen as f64 / SCALE - tail).abs() < tolerance, "c = {c}: more than {j}");
            }
        }
    }

    #[test]
    fn impossible_chances_are_refused() {
        for c in [(0, 1), (1, 1), (3, 2), (1, 1_000_001), (9_999_999, 10_000_000)] {
            let refusal = LeaderChance::new("c", Ratio::new(c.0, c.1).unwrap()).unwrap_err().to_string();
            assert!(refusal.starts_with("`c` is") && refusal.contains("999999/1000000"), "{refusal}");
        }
    }

    #[test]
    fn products_are_exact() {
        assert_eq!(product(u128::MAX, u128::MAX), u128::MAX - 1);
        assert_eq!(product(1 << 127, 1 << 127), 1 << 126);
        assert_eq!(product(1, u128::MAX), 0);
        assert_eq!(fraction(1, 3), u128::MAX / 3);
        assert_eq!(fraction(u64::MAX - 1, u64::MAX), !((1 << 64) + 1));
    }
}
