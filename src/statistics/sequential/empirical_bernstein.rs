//! A confidence sequence of the mean of bounded values.

use super::normal_mixture_tuning;
use crate::statistics::Interval;
use statrs::function::gamma::{gamma_lr, ln_gamma};

/// The mean of values between 0 and 1, such as a share in each trial, looked at as often as one
/// likes.
///
/// The empirical Bernstein sequence of Howard, Ramdas, McAuliffe and Sekhon (2021, theorem 4) with
/// the gamma-exponential mixture (proposition 9): a value is compared with a guess made before it
/// was seen, and the squares of the differences take the place of an unknown variance. The values
/// come in blocks; the guess for a block is the mean of all blocks before it, so that the sums of
/// a block are all that is needed.
///
/// Nothing is assumed but independence of the trials (the same mean of each, given those before)
/// and the bounds. The price: however small the spread, about 4 / h trials are needed for an
/// interval of ± h at 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundedMean {
    trials: u64,
    sum: f64,
    /// Sum of squared differences from the guesses: the variance process.
    variance: f64,
    guess: f64,
}

impl BoundedMean {
    /// Nothing seen yet. The first guess, between 0 and 1, must not come from the values; the
    /// better it is, the shorter the first intervals.
    pub fn new(guess: f64) -> Self {
        BoundedMean { trials: 0, sum: 0.0, variance: 0.0, guess: guess.clamp(0.0, 1.0) }
    }

    /// Takes a block of trials: how many, the sum of their values and the sum of the squares.
    pub fn observe(&mut self, trials: u64, sum: f64, squares: f64) {
        let count = trials as f64;
        self.variance += (squares - 2.0 * self.guess * sum + count * self.guess * self.guess).max(0.0);
        self.trials += trials;
        self.sum += sum;
        self.guess = (self.sum / self.trials.max(1) as f64).clamp(0.0, 1.0);
    }

    /// How many trials were seen.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// The mean of the values; `None` without trials.
    pub fn mean(&self) -> Option<f64> {
        (self.trials > 0).then(|| self.sum / self.trials as f64)
    }

    /// The interval of the mean now. The probability that any interval of this sequence ever
    /// misses is at most 1 − `confidence`.
    ///
    /// It is that of the sequence which is shortest, nearly, at this confidence: intervals at other
    /// confidences are those of other sequences, and need not lie in each other.
    ///
    /// `None` without trials or with a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        self.interval_tuned(confidence, confidence)
    }

    /// The same of the sequence that is shortest, nearly, at the confidence `shortest_at`, which must not
    /// come from the values: the intervals of one sequence lie in each other, the smaller the confidence the
    /// further inside, so that they can be asked for the smallest level which shows something.
    pub fn interval_tuned(&self, confidence: f64, shortest_at: f64) -> Option<Interval> {
        let mean = self.mean()?;
        let tuning = normal_mixture_tuning(1.0, 1.0 - shortest_at)?;
        let half = gamma_exponential_bound(self.variance, 1.0 - confidence, tuning)? / self.trials as f64;
        Some(Interval { low: (mean - half).max(0.0), high: (mean + half).min(1.0) })
    }
}

/// The s at which the mixture reaches 2/α: sums of steps of at most one leave ± s at any time with
/// probability at most `alpha`, with `variance` their variance process.
///
/// The mixture is that of exp(λ s − v ψ(λ)), ψ(λ) = −ln(1 − λ) − λ, over λ in [0, 1) with a density
/// proportional to (1 − λ)^(ρ−1) exp(−ρ (1 − λ)); its logarithm is
/// `ln_part(v + ρ, s + v + ρ) − ln_part(ρ, ρ) + s + v`.
fn gamma_exponential_bound(variance: f64, alpha: f64, tuning: f64) -> Option<f64> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let constant = (2.0 / alpha).ln() + ln_part(tuning, tuning);
    // Rises in s, from below zero.
    let relative_deviation =
        |s: f64| ln_part(variance + tuning, s + variance + tuning) + s + variance - constant;
    let (mut least, mut below) = (0.0, relative_deviation(0.0));
    let mut most = (2.0 * variance * constant.max(1.0)).sqrt().max(1.0);
    let mut above = relative_deviation(most);
    while above <= 0.0 {
        (least, below) = (most, above);
        most *= 2.0;
        above = relative_deviation(most);
        if most > 1e18 {
            return None;
        }
    }
    // False position, halving the weight of an end that stays (Illinois).
    for _ in 0..200 {
        if most - least <= 1e-12 * most {
            break;
        }
        let middle = most - above * (most - least) / (above - below);
        let value = relative_deviation(middle);
        if !(middle > least && middle < most) || value.abs() < 1e-12 {
            return Some(middle.clamp(least, most));
        }
        if value > 0.0 {
            (most, above) = (middle, value);
            below *= 0.5;
        } else {
            (least, below) = (middle, value);
            above *= 0.5;
        }
    }
    Some(most)
}

/// ln of Γ(shape) P(shape, x) / x^shape: the gamma integral from 0 to x, over its scale.
fn ln_part(shape: f64, x: f64) -> f64 {
    ln_gamma(shape) + gamma_lr(shape, x).ln() - shape * x.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixture_is_its_integral() {
        // The integral of the definition, by scipy.integrate.quad over −ln(1 − λ).
        for (s, v, tuning, expected) in [
            (1.0, 0.5, 0.126, -0.6063110040335),
            (3.0, 1.0, 0.126, 0.2647004010841),
            (10.0, 4.0, 0.126, 2.968286299827),
            (40.0, 100.0, 0.126, 2.77904390529),
            (300.0, 5000.0, 0.05, 2.272335478453),
            (6.0, 0.0, 0.126, 5.724891491384),
        ] {
            let found = ln_part(v + tuning, s + v + tuning) - ln_part(tuning, tuning) + s + v;
            assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{s} {v}: {found} {expected}");
        }
    }

    #[test]
    fn bounds_by_another_solver() {
        // The same quadrature solved for 2/α with scipy.optimize.brentq.
        for (variance, alpha, expected) in [
            (0.0, 0.05, 3.91201773204),
            (0.1, 0.05, 4.60848813104),
            (1.0, 0.05, 7.19278992102),
            (10.0, 0.05, 15.5084875793),
            (1000.0, 0.05, 135.345487666),
            (1.0, 0.001, 12.1727175134),
            (100.0, 0.0001, 63.6624347051),
        ] {
            let tuning = normal_mixture_tuning(1.0, alpha).unwrap();
            let found = gamma_exponential_bound(variance, alpha, tuning).unwrap();
            assert!((found - expected).abs() < 1e-8 * expected, "{variance} {alpha}: {found} {expected}");
        }
    }

    #[test]
    fn the_variance_process_compares_with_guesses_made_before() {
        let mut mean = BoundedMean::new(0.5);
        assert_eq!(mean.interval(0.95), None);
        mean.observe(2, 0.2 + 0.4, 0.04 + 0.16);
        // (.2 − .5)² + (.4 − .5)² = .1; the next guess is .3.
        assert!((mean.variance - 0.10).abs() < 1e-12);
        mean.observe(1, 0.9, 0.81);
        assert!((mean.variance - 0.46).abs() < 1e-12);
        assert!((mean.mean().unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(mean.interval(1.0), None);
        assert_eq!(mean.interval(f64::NAN), None);
    }

    /// Intervals of one sequence: the larger the level, the shorter, up to levels at which a sequence of its own
    /// would be longer again.
    #[test]
    fn intervals_of_one_sequence_lie_in_each_other() {
        for (squares, shortest_at) in [(40.0, 0.95), (60.0, 0.95), (150.0, 0.999), (40.0, 0.6)] {
            let mut mean = BoundedMean::new(0.2);
            mean.observe(1000, 200.0, squares);
            let widths = [1e-12, 1e-4, 0.01, 0.05, 0.5, 0.9, 0.999, 1.0 - 1e-9]
                .map(|level| mean.interval_tuned(1.0 - level, shortest_at).unwrap().half_width());
            assert!(widths.windows(2).all(|pair| pair[0] >= pair[1]), "{squares} {shortest_at}: {widths:?}");
        }
        let mut mean = BoundedMean::new(0.2);
        mean.observe(1000, 200.0, 60.0);
        assert_eq!(mean.interval_tuned(0.95, 0.95), mean.interval(0.95));
        assert!(mean.interval(1e-5).unwrap().half_width() > mean.interval(0.5).unwrap().half_width());
    }

    #[test]
    fn without_spread_the_width_falls_with_the_trials() {
        let mut mean = BoundedMean::new(0.2);
        mean.observe(1000, 200.0, 40.0);
        let interval = mean.interval(0.95).unwrap();
        assert!(interval.half_width() * 1000.0 > 3.0 && interval.half_width() * 1000.0 < 6.0, "{interval:?}");
    }
}
