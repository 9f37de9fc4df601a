//! The longest run and the longest gap.

/// Sequences up to this length go through the exact recursion.
const SHORT: u64 = 20_000;
/// Longer ones do so only where nothing faster is accurate, and up to here.
const LONG: u64 = 10_000_000;

/// The exact law of the longest run of one outcome in independent rounds.
///
/// `P(L < k)` obeys a(n) = a(n−1) − q pᵏ a(n−k−1) (Feller, volume I, XIII.7), with p the
/// probability of the outcome and q = 1 − p. It is evaluated by whatever is cheap and exact: where
/// long runs are rare, De Moivre's alternating sum, which keeps the digits of a small tail; for long
/// sequences the dominant root of the generating function, whose error, at most 2 pⁿ⁺² / (q (1 +
/// p)), is checked to be negligible; for short ones the recursion itself. What is left (more than
/// ten million rounds of which fewer than about 60 interrupt the runs, and a run much shorter than
/// usual) is the same recursion with rounds put together, right to about 1e-5.
#[derive(Clone, Copy, Debug)]
pub struct LongestRun {
    rounds: u64,
    trials: u64,
    p: f64,
    q: f64,
}

impl LongestRun {
    /// The longest run: rounds in a row that a validator with this win probability wins.
    /// `None` unless `share` is between 0 and 1.
    pub fn run(rounds: u64, share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(LongestRun { rounds, trials: 1, p: share, q: 1.0 - share })
    }

    /// The longest gap: rounds in a row that it does not win.
    pub fn gap(rounds: u64, share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(LongestRun { rounds, trials: 1, p: 1.0 - share, q: share })
    }

    /// The longest over so many independent trials of as many rounds each.
    pub fn over_trials(self, trials: u64) -> Self {
        LongestRun { trials, ..self }
    }

    /// P(L ≥ length): the p-value of a longest run of that length.
    pub fn at_least(&self, length: u64) -> f64 {
        let one = self.reached(length);
        match self.trials {
            0 => 0.0,
            1 => one,
            trials => -(trials as f64 * (-one).ln_1p()).exp_m1(),
        }
    }

    /// P(L ≤ length).
    pub fn at_most(&self, length: u64) -> f64 {
        let Some(next) = length.checked_add(1) else { return 1.0 };
        let one = self.below(next);
        if self.trials == 0 {
            1.0
        } else if one == 0.0 {
            0.0
        } else {
            (self.trials as f64 * one.ln()).exp()
        }
    }

    /// The smallest length that the longest run does not exceed with at least this probability.
    /// `None` unless the probability is between 0 and 1.
    pub fn quantile(&self, probability: f64) -> Option<u64> {
        if !(0.0..=1.0).contains(&probability) {
            return None;
        }
        let (mut least, mut most) = (0, self.rounds);
        while least < most {
            let middle = least + (most - least) / 2;
            if self.at_most(middle) >= probability {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        Some(least)
    }

    /// ln p, from the side that has the digits.
    fn ln_p(&self) -> f64 {
        if self.p > 0.5 { (-self.q).ln_1p() } else { self.p.ln() }
    }

    /// pᵏ.
    fn power(&self, length: u64) -> f64 {
        (length as f64 * self.ln_p()).exp()
    }

    /// How many runs of at least this length are expected.
    fn expected_runs(&self, length: u64) -> f64 {
        self.power(length) * (1.0 + (self.rounds - length) as f64 * self.q)
    }

    /// P(L ≥ length) in one trial.
    fn reached(&self, length: u64) -> f64 {
        if length == 0 {
            1.0
        } else if length > self.rounds || self.p == 0.0 {
            0.0
        } else if self.expected_runs(length) <= 2.0 {
            self.alternating_sum(length)
        } else {
            1.0 - self.below(length)
        }
    }

    /// P(L < length) in one trial.
    fn below(&self, length: u64) -> f64 {
        if length == 0 {
            return 0.0;
        }
        if length > self.rounds || self.p == 0.0 {
            return 1.0;
        }
        if self.q == 0.0 {
            return 0.0;
        }
        if self.expected_runs(length) <= 2.0 {
            return 1.0 - self.alternating_sum(length);
        }
        if self.rounds <= SHORT {
            return recursion(self.rounds, length, self.p, self.q);
        }
        if let Some(value) = self.dominant_root(length) {
            return value;
        }
        // The rounds hold rounds / length stretches that would all have to be interrupted.
        let stretches = (self.rounds / length) as f64;
        if stretches * (-self.power(length)).ln_1p() < -700.0 {
            return 0.0;
        }
        if self.rounds <= LONG {
            return recursion(self.rounds, length, self.p, self.q);
        }
        let coarse = (length as f64 / (self.rounds as f64 / LONG as f64)).round().max(1.0);
        let scale = length as f64 / coarse;
        let q = -(scale * self.ln_p()).exp_m1();
        recursion((self.rounds as f64 / scale).round() as u64, coarse as u64, 1.0 - q, q)
    }

    /// Σ_j (−1)^(j+1) p^(jk) q^(j−1) C(n − jk, j − 1) (p + q (n − jk + 1) / j), j = 1, 2, ... while
    /// jk ≤ n.
    fn alternating_sum(&self, length: u64) -> f64 {
        let rare = self.q * self.power(length);
        let mut sum = 0.0;
        let mut j = 1u64;
        while let Some(free) = length.checked_mul(j).and_then(|used| self.rounds.checked_sub(used)) {
            let ways: f64 = (1..j).map(|i| (free as f64 - i as f64 + 1.0) / i as f64 * rare).product();
            let term = ways * (self.p + self.q * (free as f64 + 1.0) / j as f64);
            sum += if j % 2 == 1 { term } else { -term };
            if term <= 1e-17 * sum {
                break;
            }
            j += 1;
        }
        (sum * self.power(length)).clamp(0.0, 1.0)
    }

    /// (1 − px) / ((k + 1 − kx) q) / x^(n+1) with x = 1 + ε the root of 1 − x + q pᵏ x^(k+1) next to
    /// one; `None` where the other roots count, or where this one is too close to 1/p.
    fn dominant_root(&self, length: u64) -> Option<f64> {
        let (n, k) = (self.rounds as f64, length as f64);
        if k * self.q < 1.5 {
            return None;
        }
        let rare = self.q * self.power(length);
        // The function is concave, and Newton's steps from the left stay left of the root.
        let mut epsilon = rare;
        for _ in 0..100 {
            let grown = rare * ((k + 1.0) * epsilon.ln_1p()).exp();
            let step = (grown - epsilon) / (1.0 - (k + 1.0) * grown / (1.0 + epsilon));
            epsilon += step;
            if step.abs() <= 1e-16 * epsilon {
                break;
            }
        }
        let factor = (self.q - self.p * epsilon) / ((1.0 - k * epsilon) * self.q);
        let value = factor * (-(n + 1.0) * epsilon.ln_1p()).exp();
        let ln_error = (n + 2.0) * self.ln_p() - (0.5 * self.q * (1.0 + self.p)).ln();
        let sound = k * epsilon < 0.9 && (ln_error < value.ln() - 30.0 || value < 1e-300);
        sound.then_some(value.clamp(0.0, 1.0))
    }
}

/// The recursion in its positive form: with r(n) the probability that no run has reached `length`
/// and round n interrupted, r(n + 1) = q Σ_{i < k} pⁱ r(n − i), and a(n) = r(n + 1) / q. O(rounds)
/// time, O(length) memory.
///
/// Nothing is subtracted, since where the runs are much longer than `length` rounding errors of a
/// subtraction would outgrow the result. The window's sum is kept in two halves: the newer values
/// as one running sum, the older ones as sums from each of them to the youngest of their half, so
/// that the oldest leaves by dropping a sum. `length` ≥ 1.
fn recursion(rounds: u64, length: u64, p: f64, q: f64) -> f64 {
    let length = length as usize;
    let mut older: Vec<f64> = Vec::new();
    let mut newer: Vec<f64> = vec![1.0];
    let (mut sum, mut weight) = (1.0, p);
    for _ in 0..rounds {
        let value = q * (sum + older.last().map_or(0.0, |older| older * weight));
        if older.len() + newer.len() == length {
            if older.is_empty() {
                let mut from_here = 0.0;
                let mut age = 1.0;
                while let Some(value) = newer.pop() {
                    from_here += value * age;
                    age *= p;
                    older.push(from_here);
                }
                (sum, weight) = (0.0, 1.0);
            }
            older.pop();
        }
        newer.push(value);
        sum = sum * p + value;
        weight *= p;
    }
    sum + older.last().map_or(0.0, |older| older * weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn against_the_recursion_in_fifty_digits() {
        // mpmath: P(L < k), P(L >= k).
        for (n, p, k, below, reached) in [
            (100, 0.5, 8, 0.8297920375809, 0.1702079624191),
            (1_000, 0.5, 12, 0.8860044708435, 0.1139955291565),
            (1_000, 0.1, 4, 0.9141356671817, 0.08586433281826),
            (2_000, 0.9, 60, 0.7017130648296, 0.2982869351704),
            (2_000, 0.9, 200, 0.9999998723031, 1.276969254199e-7),
            (30_000, 0.9, 100, 0.9236091224597, 0.07639087754029),
            (30_000, 0.999, 5000, 0.8349850586969, 0.1650149413031),
            (30_000, 0.999, 3000, 0.1925601310063, 0.8074398689937),
            (40_000, 0.5, 1, 6.312093752467e-12042, 1.0),
            (25_000, 0.5, 30, 0.9999883715738, 1.162842622103e-5),
            (25_000, 0.9, 20, 5.262469459683e-189, 1.0),
            (30_000, 0.99, 150, 4.137724154503e-54, 1.0),
            (30_000, 0.9995, 1500, 1.268629444616e-11, 0.9999999999873),
            (60_000, 0.9995, 1000, 6.272183757105e-46, 1.0),
        ] {
            let law = LongestRun::run(n, p).unwrap();
            assert!((law.below(k) - below).abs() <= 1e-10 * below + 1e-300, "{n} {p} {k} {}", law.below(k));
            assert!((law.reached(k) / reached - 1.0).abs() < 1e-10, "{n} {p} {k} {}", law.reached(k));
        }
    }

    #[test]
    fn coins() {
        // De Moivre, "The Doctrine of Chances", problem LXXIV: three heads in a row in ten tosses
        // have the probability 65/128.
        let coin = LongestRun::run(10, 0.5).unwrap();
        assert!((coin.at_least(3) - 65.0 / 128.0).abs() < 1e-15);
        // 200 tosses (fractions in Python): a run of at least 7 has the probability 0.5437079159159.
        let coin = LongestRun::run(200, 0.5).unwrap();
        assert!((coin.at_least(7) - 0.5437079159159).abs() < 1e-12, "{}", coin.at_least(7));
        assert_eq!(coin.quantile(0.5), Some(7));
        assert_eq!((coin.at_least(0), coin.at_least(201), coin.at_most(200)), (1.0, 0.0, 1.0));
    }

    #[test]
    fn a_billion_rounds() {
        // A gap of at least k for 1 % of stake in 1e9 rounds: rare runs are Poisson with mean
        // λ = (1 + (n − k) q) pᵏ up to O(k q λ / n) and P = 1 − exp(−λ).
        let law = LongestRun::gap(1_000_000_000, 0.01).unwrap();
        for k in [1500, 1800, 2500, 4000] {
            let mean = 0.99f64.powi(k) * (1.0 + (1e9 - f64::from(k)) * 0.01);
            assert!((law.at_least(k as u64) / -(-mean).exp_m1() - 1.0).abs() < 1e-5, "{k}");
        }
        let far = law.at_least(60_000);
        assert!((far / (1e9 * 0.01 * (60_000.0 * (-0.01f64).ln_1p()).exp()) - 1.0).abs() < 1e-4 && far > 0.0);
        // Ten trials of n rounds: about as one of 10 n.
        let ten = LongestRun::gap(100_000_000, 0.01).unwrap().over_trials(10);
        assert!((ten.at_least(1800) / law.at_least(1800) - 1.0).abs() < 1e-3);
        assert!((ten.at_most(1799) + ten.at_least(1800) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn put_together_rounds_agree_with_single_ones() {
        // 1e-6 of the stake, gaps much shorter than usual: 8 and 40 million rounds; the scaled
        // law depends on n q and k q only.
        let fine = LongestRun::gap(8_000_000, 5e-6).unwrap().below(200_000);
        let coarse = LongestRun::gap(40_000_000, 1e-6).unwrap().below(1_000_000);
        assert!(fine > 0.0 && (fine.ln() / coarse.ln() - 1.0).abs() < 1e-4, "{fine} {coarse}");
    }

    #[test]
    fn the_ends() {
        assert!(LongestRun::run(5, f64::NAN).is_none() && LongestRun::gap(5, 1.5).is_none());
        let never = LongestRun::run(5, 0.0).unwrap();
        assert_eq!((never.at_most(0), never.at_least(1)), (1.0, 0.0));
        let always = LongestRun::run(5, 1.0).unwrap();
        assert_eq!((always.at_most(4), always.at_least(5)), (0.0, 1.0));
        assert_eq!(LongestRun::run(0, 0.5).unwrap().at_most(0), 1.0);
    }

    proptest! {
        #[test]
        fn is_the_share_of_sequences(n in 1u64..14, p in 0.05f64..0.95, k in 1u64..14) {
            let mut expected = 0.0;
            for bits in 0u32..1 << n {
                let (mut run, mut longest) = (0, 0);
                for i in 0..n {
                    run = if bits >> i & 1 == 1 { run + 1 } else { 0 };
                    longest = longest.max(run);
                }
                if longest >= k {
                    let wins = bits.count_ones() as i32;
                    expected += p.powi(wins) * (1.0 - p).powi(n as i32 - wins);
                }
            }
            let law = LongestRun::run(n, p).unwrap();
            prop_assert!((law.at_least(k) - expected).abs() < 1e-11);
            prop_assert!((law.at_most(k) + law.at_least(k + 1) - 1.0).abs() < 1e-11);
        }

        #[test]
        fn never_nan(n in 1u64..30_000_000, q in 1e-7f64..1.0, part in 0.0f64..1.0) {
            let law = LongestRun::gap(n, q).unwrap();
            let k = (n as f64 * part * part) as u64;
            for value in [law.at_least(k), law.at_most(k)] {
                prop_assert!((0.0..=1.0).contains(&value), "{value}");
            }
        }
    }
}
