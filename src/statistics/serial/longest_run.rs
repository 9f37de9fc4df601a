//! The longest run and the longest gap.

use crate::law::complex::Complex;
use crate::statistics::work;

/// Stretches of the length in question that fit into the rounds, up to which the interruptions are
/// counted one by one.
const FEW_STRETCHES: u64 = 16;
/// Expected interruptions within one length from which a single root of the generating function
/// is enough, and below which [`LongestRun::interruptions`] has few terms.
const MANY_INTERRUPTIONS: f64 = 1.5;
/// What must be left of the first root's part when the others are added.
const MOST_CANCELLED: f64 = 0.05;
/// No sum or iteration goes on for longer; none has been seen to need a tenth of it.
const MOST_TERMS: u64 = 10_000;
/// What is relatively smaller than this is left out of a sum.
const NEGLIGIBLE: f64 = 1e-18;

/// The exact distribution of the longest run of one outcome in independent rounds.
///
/// `P(L < k)` obeys a(n) = a(n−1) − q pᵏ a(n−k−1) (Feller, volume I, XIII.7), with p the
/// probability of the outcome and q = 1 − p, the interruptions. Nothing here walks through the
/// rounds; the cost of a probability is at most some thousand operations, whatever the
/// rounds and the length:
///
/// - Where long runs are rare (at most two expected): De Moivre's alternating sum, which keeps the
///   digits of a small P(L ≥ k).
/// - Where at most 16 stretches of the length fit into the rounds: the sum over the number of
///   interruptions, whose terms are all positive, which keeps the digits of a small P(L < k).
/// - Elsewhere: the roots of the generating function's denominator, as many of them as count.
///
/// Both tails are right to 11 digits as far as doubles reach (1e-300): the tests hold them against
/// the recursion itself.
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
        match self.trials {
            0 => 1.0,
            1 => one,
            trials if one > 0.5 => (trials as f64 * (-self.reached(next)).ln_1p()).exp(),
            trials => (trials as f64 * one.ln()).exp(),
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
        if length == 1 {
            // Every round interrupts.
            let ln_q = if self.q > 0.5 { (-self.p).ln_1p() } else { self.q.ln() };
            return (self.rounds as f64 * ln_q).exp();
        }
        let many = length as f64 * self.q >= MANY_INTERRUPTIONS;
        if many && self.expected_runs(length) <= 2.0 {
            1.0 - self.alternating_sum(length)
        } else if self.rounds / length <= FEW_STRETCHES {
            self.interruptions(length)
        } else if many {
            self.dominant_root(length)
        } else {
            self.all_roots(length).unwrap_or_else(|| self.interruptions(length))
        }
    }

    /// Σ_j (−1)^(j+1) p^(jk) q^(j−1) C(n − jk, j − 1) (p + q (n − jk + 1) / j), j = 1, 2, ... while
    /// jk ≤ n.
    fn alternating_sum(&self, length: u64) -> f64 {
        let rare = self.q * self.power(length);
        let mut sum = 0.0;
        let mut j = 1u64;
        while let Some(free) = length.checked_mul(j).and_then(|used| self.rounds.checked_sub(used)) {
            work::count(j);
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

    /// Σ_r T(n, r) over the numbers r of interruptions, where T(n, r) is the probability of r
    /// interruptions and no run as long as `length` in n rounds.
    ///
    /// r interruptions leave r + 1 runs. Their generating function ((1 − xᵏ)/(1 − x))^(r+1) gives,
    /// by its derivative, r T(n, r) = q (n T(n−1, r−1) + ((r+1)k − n) pᵏ T(n−1−k, r−1)), with
    /// T(n, 0) = pⁿ for n < k: the discrete form of the recurrence of B-splines. Nothing is
    /// subtracted. O(r n / k) for each r.
    fn interruptions(&self, length: u64) -> f64 {
        let power = self.power(length);
        let stretches = self.rounds / length;
        let mut sums = Vec::new();
        let (mut total, mut before) = (0.0, 0.0);
        for r in stretches..=self.rounds.min(stretches + MOST_TERMS) {
            let term = self.with_interruptions(length, power, r, &mut sums);
            total += term;
            // From the largest term on they fall faster and faster. The first ones may be too small
            // for a double beside later ones.
            if total > 0.0 && term <= before && term <= NEGLIGIBLE * total
                || total == 0.0 && r > stretches + 50
            {
                break;
            }
            before = term;
        }
        total.min(1.0)
    }

    /// T(n, r), with `values` as its memory.
    fn with_interruptions(&self, length: u64, power: f64, r: u64, values: &mut Vec<f64>) -> f64 {
        let (n, k) = (i128::from(self.rounds), i128::from(length));
        // Place j of level ρ holds T(n − (r − ρ) − jk, ρ). At level 0 only the last is not zero.
        let runs_only = self.rounds - r;
        let last = (runs_only / length) as usize;
        values.clear();
        values.resize(last + 2, 0.0);
        values[last] = ((runs_only % length) as f64 * self.ln_p()).exp();
        for level in 1..=r {
            let first = last.saturating_sub(level as usize);
            work::count((last - first) as u64 + 1);
            for j in first..=last {
                let rounds = n - i128::from(r - level) - j as i128 * k;
                let room = (i128::from(level) + 1) * k - rounds;
                // Without room there is no way at all, and the formula does not hold.
                values[j] = match room > 0 {
                    true => {
                        (rounds as f64 * values[j] + room as f64 * power * values[j + 1]) * self.q
                            / level as f64
                    }
                    false => 0.0,
                };
            }
        }
        values[0]
    }

    /// (1 − px) / ((k + 1 − kx) q) / x^(n+1) with x = 1 + ε the root of 1 − x + q pᵏ x^(k+1) next to
    /// one. The others are farther from one by 13 times at least, so that they count less than
    /// 13^−(n / (k + 1)).
    fn dominant_root(&self, length: u64) -> f64 {
        let (n, k) = (self.rounds as f64, length as f64);
        let rare = self.q * self.power(length);
        // The function is concave, and Newton's steps from the left stay left of the root.
        let mut epsilon = rare;
        for _ in 0..100 {
            work::count(1);
            let grown = rare * ((k + 1.0) * epsilon.ln_1p()).exp();
            let step = (grown - epsilon) / (1.0 - (k + 1.0) * grown / (1.0 + epsilon));
            epsilon += step;
            if step.abs() <= 4e-16 * epsilon {
                break;
            }
        }
        let factor = (self.q - self.p * epsilon) / ((1.0 - k * epsilon) * self.q);
        (factor * (-(n + 1.0) * epsilon.ln_1p()).exp()).clamp(0.0, 1.0)
    }

    /// Σ_j (p / q) / D_j / x_j^(n+1) over the k roots of Σ_{i ≤ k} (px)ⁱ = 1 / q, which are those of
    /// 1 − x + q pᵏ x^(k+1) but 1 / p, with D_j the derivative of that sum's logarithm by ln x.
    ///
    /// The real root has its own form: it passes through 1 / p where (k + 1) q = 1, and what is
    /// usually written would divide nothing by nothing there. The others come in pairs, one for
    /// each branch of the logarithm; |x − 1| grows with the branch, and what a root counts is to the
    /// first root's as the (n / (k + 1))th power of the ratio of their |x − 1|.
    ///
    /// `None` where the roots cancel each other so far that digits are lost, as they do where there are
    /// hardly more interruptions than must be.
    fn all_roots(&self, length: u64) -> Option<f64> {
        let (n, k) = (self.rounds as f64, length as f64);
        let u = self.ln_of_real_root(k);
        let slope = ln_sum_slope(k, u);
        let grows = u - self.ln_p();
        let ln_first = -(n + 1.0) * grows;
        if ln_first < -745.0 {
            return Some(0.0);
        }
        let first = self.p / self.q / slope;
        let mut sum = first;
        let pairs = (length - 1) / 2;
        for branch in 1..=pairs.min(MOST_TERMS) {
            let v = self.ln_of_complex_root(k, branch as f64);
            let epsilon = v.exp_m1();
            // (q − pε) / (q (1 − kε)) / x^(n+1).
            let factor =
                (Complex::real(self.q) - epsilon * self.p) / ((Complex::real(1.0) - epsilon * k) * self.q);
            let term = factor * (v * -(n + 1.0) - Complex::real(ln_first)).exp();
            sum += 2.0 * term.re;
            if term.abs() <= NEGLIGIBLE * first {
                break;
            }
        }
        if length.is_multiple_of(2) && length / 2 <= MOST_TERMS {
            sum += self.negative_root(length, ln_first);
        }
        (sum >= MOST_CANCELLED * first).then(|| (sum * ln_first.exp()).min(1.0))
    }

    /// What the root below zero, which there is where k is even, adds to the sum.
    fn negative_root(&self, length: u64, ln_first: f64) -> f64 {
        let k = length as f64;
        // x = −eᵃ, and (k + 1) a = ln (1 + eᵃ) − ln (q pᵏ).
        let ln_rare = self.q.ln() + k * self.ln_p();
        let mut a = (std::f64::consts::LN_2 - ln_rare) / k;
        for _ in 0..100 {
            work::count(1);
            let step = ((k + 1.0) * a - a.exp().ln_1p() + ln_rare) / (k + 1.0 - 1.0 / (1.0 + (-a).exp()));
            a -= step;
            if step.abs() <= 4e-16 * a.abs() {
                break;
            }
        }
        let epsilon = -a.exp() - 1.0;
        let sign = if self.rounds.is_multiple_of(2) { -1.0 } else { 1.0 };
        let factor = (self.q - self.p * epsilon) / (self.q * (1.0 - k * epsilon));
        sign * factor * (-(self.rounds as f64 + 1.0) * a - ln_first).exp()
    }

    /// ln (px) of the real root: where ln Σ_{i ≤ k} e^(iu) = −ln q. The function is convex and grows,
    /// and Newton's steps from the right stay there.
    fn ln_of_real_root(&self, k: f64) -> f64 {
        let mut u = (-self.q.ln() / k).min(0.0f64.max(-((k + 1.0) * self.q).ln() * 2.0 / k));
        for _ in 0..100 {
            work::count(1);
            let w = (k + 1.0) * u;
            // ln q Σ e^(iu), less what cancels.
            let excess = match w.abs() < 1e-8 {
                true => ((k + 1.0) * self.q).ln() + 0.5 * k * u,
                false => (self.q * (-w).exp_m1() / (-u).exp_m1()).ln() + k * u,
            };
            let step = excess / ln_sum_slope(k, u);
            u -= step;
            if step.abs() <= 4e-16 * u.abs() || step.abs() * k <= 1e-17 {
                break;
            }
        }
        u
    }

    /// ln x of the root on this branch of the logarithm: (k + 1) v = ln (eᵛ − 1) − ln (q pᵏ) + 2πi branch.
    fn ln_of_complex_root(&self, k: f64, branch: f64) -> Complex {
        let turns = Complex { re: -self.q.ln() - k * self.ln_p(), im: std::f64::consts::TAU * branch };
        let mut v = (Complex { re: (turns.im / (k + 1.0)).ln(), im: 0.25 * std::f64::consts::TAU } + turns)
            * (1.0 / (k + 1.0));
        for round in 0..100 {
            work::count(1);
            let next = (v.exp_m1().ln() + turns) * (1.0 / (k + 1.0));
            let step = match round < 3 {
                true => next - v,
                // Newton's step, from the slope of the fixed point.
                false => {
                    let slope =
                        Complex::real(1.0) / (Complex::real(1.0) - (v * -1.0).exp()) * (1.0 / (k + 1.0));
                    (next - v) / (Complex::real(1.0) - slope)
                }
            };
            v = v + step;
            if step.abs() <= 4e-16 * v.abs() {
                break;
            }
        }
        v
    }
}

/// d ln Σ_{i ≤ k} e^(iu) / du = (k + 1) / (1 − e^(−(k+1)u)) − 1 / (1 − e^(−u)).
fn ln_sum_slope(k: f64, u: f64) -> f64 {
    let w = (k + 1.0) * u;
    if w.abs() < 0.1 {
        // (w/2) coth(w/2) − 1, whose difference over u is what is left beside k / 2.
        let bend = |w: f64| {
            w * w * (1.0 / 12.0 - w * w * (1.0 / 720.0 - w * w * (1.0 / 30240.0 - w * w / 1_209_600.0)))
        };
        let over_u = if u == 0.0 { 0.0 } else { (bend(w) - bend(u)) / u };
        0.5 * k + over_u
    } else {
        -(k + 1.0) / (-w).exp_m1() + 1.0 / (-u).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    /// Of the 2ⁿ ways in which n tosses fall, those without three heads in a row are counted by 1, 2, 4, 7, 13, ...,
    /// each number the sum of the three before it: 4.735662412799123e-37 of all for n = 1000 (integers in Python).
    /// Some sixty such runs are expected, too many for an alternating sum.
    #[test]
    fn no_three_heads_in_a_thousand_tosses() {
        let coin = LongestRun::run(1_000, 0.5).unwrap();
        assert!((coin.at_most(2) / 4.735662412799123e-37 - 1.0).abs() < 1e-11, "{}", coin.at_most(2));
        assert_eq!(coin.at_least(3), 1.0);
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

    /// Where at most so many rounds are needed to know it, the recursion is the reference.
    fn agrees(law: &LongestRun, length: u64) {
        let expected = recursion(law.rounds, length, law.p, law.q);
        let found = law.below(length);
        assert!(
            (found / expected - 1.0).abs() < 1e-11 || expected < 1e-290,
            "{law:?} {length} {found} {expected}"
        );
        if law.expected_runs(length) > 1e-3 {
            let reached = law.reached(length);
            assert!((reached + expected - 1.0).abs() < 1e-11, "{law:?} {length} {reached} {expected}");
        }
    }

    /// A grid over all methods: lengths from one round to all, and from hardly any interruption
    /// within the length to a hundred, so that P(L < k) goes down to where doubles end.
    #[test]
    fn both_tails_are_those_of_the_recursion() {
        for rounds in [1u64, 2, 7, 36, 69, 124, 500, 3_000, 20_000] {
            for part in 0..=20 {
                let length = (rounds as f64).powf(f64::from(part) / 20.0).round() as u64;
                for size in -28..=8 {
                    let q = 10f64.powf(f64::from(size) / 4.0) / length as f64;
                    if q < 1.0 {
                        agrees(&LongestRun::gap(rounds, q).unwrap(), length);
                        agrees(&LongestRun::run(rounds, 1.0 - q).unwrap(), length);
                    }
                }
            }
        }
    }

    /// Where (k + 1) q = 1 two roots of the usual denominator are one.
    #[test]
    fn the_double_root_is_none_here() {
        for length in [2u64, 3, 10, 100, 301] {
            for shift in [-1e-3, -1e-9, -1e-15, 0.0, 1e-15, 1e-9, 1e-3] {
                agrees(&LongestRun::gap(20_000, (1.0 + shift) / (length as f64 + 1.0)).unwrap(), length);
            }
        }
    }

    /// Runs of slots as a public article prints them (32 slots, shares of 30 % and 10 %), and the
    /// operator of a stake pool who was expected to have 26 of 43,200 slots and had none for 19,280.
    #[test]
    fn published_values() {
        let two = |share: f64, length| LongestRun::run(32, share).unwrap().at_least(length);
        assert!((two(0.3, 2) - 0.907154).abs() < 5e-7);
        assert!((two(0.3, 3) - 0.459332).abs() < 5e-7);
        assert!((two(0.1, 2) - 0.248938).abs() < 5e-7);
        let gap = LongestRun::gap(43_200, 26.0 / 43_200.0).unwrap().at_least(19_280);
        assert!((gap - 1.40111e-4).abs() < 5e-10, "{gap}");
    }

    /// With rounds and lengths a thousand times larger and the share as much smaller, the distribution is
    /// nearly the same: that of the intervals of a Poisson process.
    #[test]
    fn rounds_beyond_any_recursion_continue_the_short_ones() {
        for (interruptions, part) in [(20.0, 0.05), (100.0, 0.05), (300.0, 0.02), (50.0, 0.01), (8.0, 0.2)] {
            let below = |rounds: f64| {
                let law = LongestRun::gap(rounds as u64, interruptions / rounds).unwrap();
                law.below((part * rounds) as u64).ln()
            };
            let (fine, finer, finest) = (below(1e6), below(1e9), below(1e15));
            assert!(
                (fine / finest - 1.0).abs() < 1e-3 && (finer / finest - 1.0).abs() < 1e-6,
                "{fine} {finer} {finest}"
            );
        }
    }

    /// What is counted is steps of sums and iterations.
    #[test]
    fn the_work_does_not_grow_with_the_rounds() {
        let most = |rounds: u64| {
            let mut most = 0;
            for size in -24..=8 {
                // So many of the lengths fit into the rounds.
                for stretches in [1, 2, 3, 5, 8, 12, 16, 17, 30, 100, 1_000, 30_000] {
                    let length = rounds / stretches;
                    let q = 10f64.powf(f64::from(size) / 4.0) / length as f64;
                    let law = LongestRun::gap(rounds, q.min(1.0)).unwrap();
                    let before = work::done();
                    law.at_least(length);
                    law.at_most(length);
                    most = most.max(work::done() - before);
                }
            }
            most
        };
        let short = most(100_000);
        for rounds in [1_000_000_000, 1_000_000_000_000, 1 << 62] {
            let long = most(rounds);
            assert!(2 * long <= 3 * short && long < 600_000, "{rounds}: {long} steps, {short} for 100,000");
        }
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
