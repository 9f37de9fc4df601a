//! Chances that differ between parties by a beta distribution, from how often each met its own.

use crate::statistics::distributions::normal_quantile;
use statrs::function::gamma::ln_gamma;

/// Correlations below this are told from none by no table.
const LEAST: f64 = 1e-7;
/// Above this everybody either always or never does.
const MOST: f64 = 0.999;
/// Logarithms of likelihoods are not told apart by less.
const ROUNDING: f64 = 1e-6;

/// A beta distribution of chances: its mean, and the correlation of two attempts of one party.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaBinomial {
    /// The mean chance.
    pub mean: f64,
    /// The correlation; 0 where all have the same chance.
    pub correlation: f64,
    /// Lower end of the profile-likelihood interval of the correlation.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

impl BetaBinomial {
    /// By maximum likelihood from attempts and successes; `None` if nobody, or everybody always,
    /// succeeded, or fewer than two made attempts. O(m log m), and about three hundred evaluations whose cost
    /// is the number of different counts.
    pub fn fit(attempts: &[u64], successes: &[u64], confidence: f64) -> Option<Self> {
        let counts = Counts::of(attempts, successes);
        let parties = counts.attempts.iter().map(|&(_, times)| times).sum::<f64>();
        let (all, met) = (sum(&counts.attempts), sum(&counts.successes));
        if parties < 2.0 || met == 0.0 || met == all {
            return None;
        }
        let mut mean = met / all;
        let likelihood = |mean: f64, correlation: f64| counts.ln_likelihood(mean, correlation);
        let (mut best, mut correlation) = (likelihood(mean, 0.0), 0.0);
        for _ in 0..4 {
            let ln = highest(LEAST.ln(), MOST.ln(), |ln| likelihood(mean, ln.exp()));
            let found = likelihood(mean, ln.exp());
            if found <= best + ROUNDING && correlation == 0.0 {
                break;
            }
            (best, correlation) = (found, ln.exp());
            let logit = (mean / (1.0 - mean)).ln();
            let at = |logit: f64| 1.0 / (1.0 + (-logit).exp());
            mean = at(highest(logit - 2.0, logit + 2.0, |logit| likelihood(at(logit), correlation)));
            best = best.max(likelihood(mean, correlation));
        }
        let level = best - 0.5 * normal_quantile(0.5 * (1.0 - confidence)).powi(2);
        let inside = |correlation: f64| likelihood(mean, correlation) >= level;
        let edge = |mut from: f64, mut to: f64, rising: bool| {
            for _ in 0..50 {
                let middle = 0.5 * (from + to);
                if inside(middle.exp()) == rising { to = middle } else { from = middle }
            }
            (0.5 * (from + to)).exp()
        };
        let at = correlation.max(LEAST).ln();
        let low = if inside(0.0) { 0.0 } else { edge(LEAST.ln(), at, true) };
        let high = if inside(MOST) { 1.0 } else { edge(at, MOST.ln(), false) };
        Some(BetaBinomial { mean, correlation, low, high: high.max(correlation) })
    }

    /// The parameters of the beta distribution; `None` where all have the same chance.
    pub fn parameters(&self) -> Option<(f64, f64)> {
        let size = (1.0 - self.correlation) / self.correlation;
        (self.correlation > 0.0).then_some((self.mean * size, (1.0 - self.mean) * size))
    }

    /// The chance that is to be expected of somebody after these attempts.
    pub fn expected_of(&self, attempts: u64, successes: u64) -> f64 {
        match self.parameters() {
            Some((alpha, beta)) => (successes as f64 + alpha) / (attempts as f64 + alpha + beta),
            None => self.mean,
        }
    }
}

/// Different numbers, and how many parties have each.
type Numbers = Vec<(f64, f64)>;

/// The likelihood is a product of factors of one number each: those of successes, of failures, of attempts.
struct Counts {
    attempts: Numbers,
    successes: Numbers,
    failures: Numbers,
}

impl Counts {
    fn of(attempts: &[u64], successes: &[u64]) -> Self {
        let made = || attempts.iter().zip(successes).filter(|(attempts, _)| **attempts > 0);
        Counts {
            attempts: distinct(made().map(|(&attempts, _)| attempts)),
            successes: distinct(made().map(|(_, &successes)| successes)),
            failures: distinct(made().map(|(attempts, successes)| attempts - successes)),
        }
    }

    /// ln of the likelihood, up to what does not depend on the parameters.
    fn ln_likelihood(&self, mean: f64, correlation: f64) -> f64 {
        if correlation <= 0.0 {
            return sum(&self.successes) * mean.ln() + sum(&self.failures) * (-mean).ln_1p();
        }
        let size = (1.0 - correlation) / correlation;
        // ln of x (x + 1) ... (x + n − 1) / size^n; the powers of size cancel each other, and without them
        // nothing large is subtracted from something large.
        let rising = |numbers: &Numbers, x: f64| {
            let none = ln_gamma(x);
            let one = |&(n, times): &(f64, f64)| times * (ln_gamma(x + n) - none - n * size.ln());
            numbers.iter().map(one).sum::<f64>()
        };
        rising(&self.successes, mean * size) + rising(&self.failures, (1.0 - mean) * size)
            - rising(&self.attempts, size)
    }
}

fn sum(numbers: &Numbers) -> f64 {
    numbers.iter().map(|&(number, times)| number * times).sum()
}

fn distinct(numbers: impl Iterator<Item = u64>) -> Numbers {
    let mut sorted: Vec<u64> = numbers.collect();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|same| (same[0] as f64, same.len() as f64)).collect()
}

/// Where a function with one peak is highest, by golden sections.
fn highest(mut low: f64, mut high: f64, value: impl Fn(f64) -> f64) -> f64 {
    const SECTION: f64 = 0.618_033_988_749_894_9;
    let (mut left, mut right) = (high - SECTION * (high - low), low + SECTION * (high - low));
    let (mut at_left, mut at_right) = (value(left), value(right));
    for _ in 0..40 {
        if at_left < at_right {
            (low, left, at_left) = (left, right, at_right);
            right = low + SECTION * (high - low);
            at_right = value(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - SECTION * (high - low);
            at_left = value(left);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// Of so many attempts, each succeeds with this probability in percent.
    fn successes_of(stream: &mut Stream, attempts: u64, percent: u64) -> u64 {
        (0..attempts).filter(|_| stream.chance(percent, 100)).count() as u64
    }

    /// Parties whose chances are alternately 0.1 and 0.3: mean 0.2, correlation
    /// variance / (mean (1 - mean)) = 0.01 / 0.16 = 0.0625.
    #[test]
    fn two_kinds_of_parties() {
        let mut stream = Stream::of_trial(16, 0, Purpose::Faults);
        let attempts = vec![200; 400];
        let successes: Vec<u64> =
            (0..400).map(|party| successes_of(&mut stream, 200, [10, 30][party % 2])).collect();
        let fit = BetaBinomial::fit(&attempts, &successes, 0.95).unwrap();
        assert!((fit.mean - 0.2).abs() < 0.02, "{fit:?}");
        assert!(fit.low < 0.0625 && 0.0625 < fit.high && fit.high < 0.09, "{fit:?}");
        // Drawn towards the mean, by little after so many attempts.
        let expected = fit.expected_of(200, 60);
        assert!(expected < 0.3 && expected > 0.28, "{expected}");
        assert!(fit.expected_of(1, 1) < 0.3);
    }

    /// The likelihood from different counts is that of the parties one by one: products of rising factorials.
    #[test]
    fn the_likelihood_is_that_of_all_parties() {
        let (attempts, successes) = ([5u64, 7, 7, 0, 30, 5], [1u64, 7, 0, 0, 4, 1]);
        let counts = Counts::of(&attempts, &successes);
        let by_party = |mean: f64, correlation: f64| -> f64 {
            let size = (1.0 - correlation) / correlation;
            let rising = |x: f64, n: u64| (0..n).map(|step| (x + step as f64).ln()).sum::<f64>();
            let one = |(&n, &k): (&u64, &u64)| {
                rising(mean * size, k) + rising((1.0 - mean) * size, n - k) - rising(size, n)
            };
            attempts.iter().zip(&successes).map(one).sum()
        };
        for (mean, correlation) in [(0.2, 0.1), (0.5, 0.01), (0.01, 0.7)] {
            let (found, expected) = (counts.ln_likelihood(mean, correlation), by_party(mean, correlation));
            assert!((found - expected).abs() < 1e-9, "{mean} {correlation}: {found} {expected}");
        }
        // No correlation is the limit of a small one.
        assert!((counts.ln_likelihood(0.2, 0.0) - by_party(0.2, 1e-9)).abs() < 1e-5);
    }

    #[test]
    fn parties_that_are_alike() {
        let mut stream = Stream::of_trial(16, 1, Purpose::Faults);
        let attempts: Vec<u64> = (0..300).map(|party| 50 + party).collect();
        let successes: Vec<u64> =
            attempts.iter().map(|&attempts| successes_of(&mut stream, attempts, 5)).collect();
        let fit = BetaBinomial::fit(&attempts, &successes, 0.95).unwrap();
        assert!(fit.low == 0.0 && fit.high < 0.01, "{fit:?}");
        assert!(BetaBinomial::fit(&[5, 5], &[0, 0], 0.95).is_none());
        assert!(BetaBinomial::fit(&[5, 5], &[5, 5], 0.95).is_none());
        assert!(BetaBinomial::fit(&[5, 0], &[1, 0], 0.95).is_none());
    }
}
