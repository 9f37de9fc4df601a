//! One count against what was expected of it.

use crate::analysis::observations::Observations;
use crate::analysis::sampling_model::SamplingModel;
use crate::selection::ExpectedShares;
use crate::statistics::distributions::{Binomial, PartialRuns, Poisson, normal_upper};
use crate::statistics::{
    Interval, Margin, Posterior, clopper_pearson, detectable_difference, garwood, ln_binomial_test,
    ln_poisson_test, rate_posterior,
};

/// Power at which a deviation counts as seen.
pub const POWER: f64 = 0.9;

/// The shape of Jeffreys' prior of a Poisson mean.
const JEFFREYS: f64 = 0.5;

/// The wins of one validator, or of several as one, and what they are held against: a share of all wins
/// counted, or a number of blocks of its own.
///
/// Given how many wins there were in all, counts follow the sampling model of the rule. Against a number
/// of blocks a count is Poisson: so many slots, and a small chance in each. (It is then a little wider
/// than the binomial distribution, so p-values err on the cautious side, by about the share of the
/// slots.)
pub struct Count<'a> {
    observations: &'a Observations<'a>,
    index: usize,
    /// The expected number of blocks, where that is what is known.
    blocks: Option<f64>,
}

impl<'a> Count<'a> {
    /// The count of one row.
    pub fn new(observations: &'a Observations<'a>, index: usize, blocks: Option<f64>) -> Self {
        Count { observations, index, blocks }
    }

    /// The wins.
    pub fn wins(&self) -> u64 {
        self.observations.wins[self.index]
    }

    /// The expected wins.
    pub fn expected(&self) -> Option<f64> {
        self.blocks.or_else(|| Some(self.share()? * self.observations.selections as f64))
    }

    /// Wins over expected wins, minus one.
    pub fn relative_deviation(&self) -> Option<f64> {
        let expected = self.expected().filter(|&expected| expected > 0.0)?;
        Some(self.wins() as f64 / expected - 1.0)
    }

    /// Whether the expected share leaves nothing to chance.
    pub fn is_certain(&self) -> bool {
        let certain = |share| share == 0.0 || share == 1.0;
        match self.model() {
            SamplingModel::Bounded(_) => true,
            _ if self.blocks.is_some() => false,
            _ => self.share().is_some_and(certain),
        }
    }

    /// Two-sided p-value; `None` where no distribution is known. A rule that leaves nothing to chance
    /// gives 1 within its bound and 0 beyond it.
    pub fn p_value(&self) -> Option<f64> {
        if let SamplingModel::Bounded(bounds) = self.model() {
            let expected = self.expected()?;
            // A float of this size is not exact to less than this.
            let slack = expected.max(self.wins() as f64) * 1e-12;
            let beyond = (self.wins() as f64 - expected).abs() > bounds[self.index] + slack;
            return Some(if beyond { 0.0 } else { 1.0 });
        }
        match self.blocks {
            None => self.observations.p_value(self.index),
            Some(mean) => {
                let run = self.run()?;
                let counts = Poisson::new(mean / run)?;
                let (most, fewest) = self.draws(run);
                Some((2.0 * counts.lower(most).min(counts.upper(fewest))).min(1.0))
            }
        }
    }

    /// Its decimal logarithm; nothing for what is impossible.
    pub fn log10_p_value(&self) -> Option<f64> {
        let wins = self.wins();
        let ln = match (self.blocks, self.model()) {
            (Some(mean), SamplingModel::Rounds) => ln_poisson_test(wins, mean)?,
            (None, SamplingModel::Rounds) => {
                ln_binomial_test(wins, self.observations.selections, self.share()?)?
            }
            (None, SamplingModel::Runs(PartialRuns { run, .. })) => {
                ln_binomial_test(wins / run, self.observations.selections / run, self.share()?)?
            }
            _ => self.p_value()?.ln(),
        };
        ln.is_finite().then(|| (ln / std::f64::consts::LN_10).min(0.0))
    }

    /// The probability of fewer wins, and half of that of as many.
    pub fn mid_p(&self) -> Option<f64> {
        let (wins, n) = (self.wins(), self.observations.selections);
        match (self.blocks, self.model()) {
            (Some(mean), SamplingModel::Rounds) => Some(Poisson::new(mean)?.mid_p(wins)),
            (Some(mean), SamplingModel::Runs(PartialRuns { run, .. })) => {
                Some(Poisson::new(mean / *run as f64)?.mid_p(wins / run))
            }
            _ if n == 0 => None,
            (None, SamplingModel::Rounds) => Some(Binomial::new(n, self.share()?)?.percentile(wins)),
            (None, SamplingModel::Runs(PartialRuns { run, .. })) => {
                Some(Binomial::new(n / run, self.share()?)?.percentile(wins / run))
            }
            (None, SamplingModel::Scaled(factors)) => {
                let share = self.share()?;
                let sd = (factors[self.index] * n as f64 * share * (1.0 - share)).sqrt();
                (sd > 0.0).then(|| normal_upper((n as f64 * share - wins as f64) / sd))
            }
            _ => None,
        }
    }

    /// The interval of the relative deviation.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let Some(mean) = self.blocks else {
            let share = self.share().filter(|&share| share > 0.0)?;
            let interval = self.observations.joint_interval(self.index, confidence)?;
            return Some(Interval { low: interval.low / share - 1.0, high: interval.high / share - 1.0 });
        };
        let run = self.run().filter(|_| mean > 0.0)?;
        let (most, fewest) = self.draws(run);
        let relative = |draws: f64| draws * run / mean - 1.0;
        Some(Interval {
            low: relative(garwood(fewest, confidence)?.low),
            high: relative(garwood(most, confidence)?.high),
        })
    }

    /// The posterior of wins over expected wins, minus one. Against a share: a beta distribution, of a
    /// Dirichlet prior in which the row has `own` and all others have `others` draws. Against a number of
    /// blocks: a gamma distribution, of Jeffreys' prior, since of a Poisson mean alone nothing is shared
    /// out. `None` where no likelihood is known.
    pub fn posterior(&self, (own, others): (f64, f64), tolerance: f64, confidence: f64) -> Option<Posterior> {
        let run = self.observations.rounds_per_draw().ok()?;
        let around = Margin { low: 1.0 - tolerance, high: 1.0 + tolerance };
        let found = match self.blocks {
            Some(mean) => {
                if !self.wins().is_multiple_of(run) {
                    return None;
                }
                rate_posterior(self.wins() / run, mean / run as f64, JEFFREYS, around, confidence)?
            }
            None => {
                let share = self.share().filter(|&share| share > 0.0)?;
                let margin = Margin::around(share, tolerance);
                let found = self.observations.posterior(self.index, (own, others), margin, confidence)?;
                let Interval { low, high } = found.interval;
                Posterior {
                    mean: found.mean / share,
                    interval: Interval { low: low / share, high: high / share },
                    ..found
                }
            }
        };
        let Interval { low, high } = found.interval;
        let interval = Interval { low: low - 1.0, high: high - 1.0 };
        Some(Posterior { mean: found.mean - 1.0, interval, ..found })
    }

    /// The smallest relative gain that a test at this confidence would show nine times in ten: exactly
    /// for draws and runs, by the normal distribution for other dispersion; for a rule without chance,
    /// twice what it allows.
    pub fn minimum_detectable_effect(&self, confidence: f64) -> Option<f64> {
        let n = self.observations.selections;
        if let SamplingModel::Bounded(bounds) = self.model() {
            let expected = self.expected().filter(|&expected| expected > 0.0)?;
            return Some(2.0 * bounds[self.index] / expected);
        }
        if let Some(mean) = self.blocks.filter(|&mean| mean > 0.0) {
            return poisson_effect(mean / self.run()?, confidence);
        }
        let share = self.share().filter(|&share| share > 0.0 && share < 1.0)?;
        match self.model() {
            SamplingModel::Rounds => binomial_effect(share, n, confidence),
            SamplingModel::Runs(PartialRuns { run, .. }) => binomial_effect(share, n / run, confidence),
            SamplingModel::Scaled(factors) if factors[self.index] > 0.0 => {
                detectable_difference(share, (n as f64 / factors[self.index]) as u64, confidence, POWER)
            }
            _ => None,
        }
    }

    fn model(&self) -> &SamplingModel {
        &self.observations.sampling_model
    }

    fn share(&self) -> Option<f64> {
        self.observations.expected_share(self.index)
    }

    /// How many wins an independent draw gives, at least one; `None` where nothing is independent.
    fn run(&self) -> Option<f64> {
        match self.model() {
            SamplingModel::Rounds => Some(1.0),
            SamplingModel::Runs(PartialRuns { run, .. }) => Some(*run as f64),
            SamplingModel::Scaled(factors) => Some(factors[self.index].max(1.0)),
            SamplingModel::Bounded(_) | SamplingModel::Trials(_) => None,
        }
    }

    /// The most and the fewest draws that the wins can stand for: the ends of a stretch may cut runs.
    fn draws(&self, run: f64) -> (u64, u64) {
        let draws = self.wins() as f64 / run;
        (draws.ceil() as u64, draws.floor() as u64)
    }
}

/// Several rows as one, beside all the others.
pub struct Merged {
    names: [String; 2],
    stakes: [u64; 2],
    wins: Vec<u64>,
    expected_shares: ExpectedShares,
    sampling_model: SamplingModel,
    blocks: Option<f64>,
}

impl Merged {
    /// Puts rows together.
    pub fn new(observations: &Observations, blocks: Option<&[f64]>, members: &[usize]) -> Self {
        let all = 0..observations.validators();
        let others: Vec<usize> = all.filter(|index| !members.contains(index)).collect();
        let sum = |of: &[u64]| {
            let part = |indices: &[usize]| indices.iter().map(|&index| of[index]).sum::<u64>();
            [part(members), part(&others)]
        };
        let share = |of: &[f64]| {
            let part = |indices: &[usize]| indices.iter().map(|&index| of[index]).sum::<f64>();
            vec![part(members).min(1.0), part(&others).min(1.0)]
        };
        let sampling_model = match &observations.sampling_model {
            SamplingModel::Scaled(factors) => {
                let first = members.first().map_or(1.0, |&index| factors[index]);
                if members.iter().all(|&index| factors[index] == first) {
                    SamplingModel::Scaled(vec![first; 2])
                } else {
                    SamplingModel::Trials(
                        "the rule declares how the wins of each vary, and not those of several together",
                    )
                }
            }
            SamplingModel::Bounded(bounds) => {
                let part = |indices: &[usize]| indices.iter().map(|&index| bounds[index]).sum();
                SamplingModel::Bounded(vec![part(members), part(&others)])
            }
            other => other.clone(),
        };
        Merged {
            names: [String::new(), String::new()],
            stakes: sum(observations.stakes),
            wins: sum(&observations.wins).to_vec(),
            expected_shares: match &observations.expected_shares {
                ExpectedShares::Shares(shares) => ExpectedShares::Shares(share(shares)),
                ExpectedShares::Unknown(why) => ExpectedShares::Unknown(why),
            },
            sampling_model,
            blocks: blocks.map(|blocks| members.iter().map(|&index| blocks[index]).sum()),
        }
    }

    /// Asks something of the count.
    pub fn ask<T>(&self, question: impl FnOnce(&Count) -> T) -> T {
        let observations = Observations::of_stretch(
            &self.names,
            &self.stakes,
            self.wins.clone(),
            self.expected_shares.clone(),
            self.sampling_model.clone(),
        );
        question(&Count::new(&observations, 0, self.blocks))
    }
}

fn binomial_effect(share: f64, n: u64, confidence: f64) -> Option<f64> {
    let counts = Binomial::new(n, share)?;
    let most =
        fewest_too_many((n as f64 * share).floor() as u64, n, confidence, |count| counts.upper(count))?;
    // The chance at which fewer have a probability of one minus the power.
    let enough = clopper_pearson(most - 1, n, 2.0 * POWER - 1.0)?.high;
    Some(enough / share - 1.0)
}

fn poisson_effect(mean: f64, confidence: f64) -> Option<f64> {
    let counts = Poisson::new(mean)?;
    let most = fewest_too_many(mean.floor() as u64, 1 << 53, confidence, |count| counts.upper(count))?;
    Some(garwood(most - 1, 2.0 * POWER - 1.0)?.high / mean - 1.0)
}

/// The fewest wins, above `mean` and at most `possible`, that a test at this confidence finds too many.
fn fewest_too_many(mean: u64, possible: u64, confidence: f64, upper: impl Fn(u64) -> f64) -> Option<u64> {
    let tail = 0.5 * (1.0 - confidence);
    let (mut least, mut step) = (mean.min(possible), 1);
    let mut most = least.saturating_add(step);
    while most <= possible && upper(most) > tail {
        least = most;
        step *= 2;
        most = least.saturating_add(step);
    }
    let mut most = most.min(possible + 1);
    while most - least > 1 {
        let middle = least + (most - least) / 2;
        if upper(middle) > tail { least = middle } else { most = middle }
    }
    (most <= possible).then_some(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the definition, by sums over all counts: scipy.stats.binom.sf(k - 1, n, p) <= tail for
    /// the fewest wins k, then scipy.optimize.brentq of binom.sf(k - 1, n, q) = 0.9.
    #[test]
    fn the_smallest_effect_is_exact() {
        for (share, n, confidence, expected) in EFFECTS {
            let effect = binomial_effect(share, n, confidence).unwrap();
            assert!((effect / expected - 1.0).abs() < 1e-8, "{share} {n}: {effect}, not {expected}");
        }
        // Even winning always would not be seen.
        assert_eq!(binomial_effect(0.9, 5, 0.99), None);
        assert_eq!(binomial_effect(0.5, 0, 0.99), None);
    }

    const EFFECTS: [(f64, u64, f64, f64); 4] = [
        (0.25, 1000, 0.975, 0.20010958180027205),
        (0.01, 300, 0.99, 3.2955025809277734),
        (0.0001, 50, 0.999, 754.8059884532787),
        (0.4, 10_000_000, 0.995, 0.0015838430540873194),
    ];

    /// Forty rounds won four by four are ten draws: whatever is said of the deviation is said of those.
    #[test]
    fn whole_runs_are_draws() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let expected = || ExpectedShares::Shares(vec![0.08, 0.42, 0.5]);
        let runs = PartialRuns { runs: 100, run: 4, rests: 0, rest: 0 };
        let of = |factor: u64, model| {
            let wins = vec![10 * factor, 40 * factor, 50 * factor];
            Observations::of_stretch(&names, &[8, 42, 50], wins, expected(), model)
        };
        let (by_runs, by_rounds) = (of(4, SamplingModel::Runs(runs)), of(1, SamplingModel::Rounds));
        let close = |one: Option<f64>, other: Option<f64>| {
            let (one, other) = (one.expect("a number"), other.expect("a number"));
            assert!((one - other).abs() <= 1e-9 * other.abs(), "{one} and {other}");
        };
        for blocks in [None, Some(7.5)] {
            let one = Count::new(&by_runs, 0, blocks.map(|mean| 4.0 * mean));
            let other = Count::new(&by_rounds, 0, blocks);
            close(one.relative_deviation(), other.relative_deviation());
            close(one.p_value(), other.p_value());
            close(one.log10_p_value(), other.log10_p_value());
            close(one.mid_p(), other.mid_p());
            close(one.minimum_detectable_effect(0.95), other.minimum_detectable_effect(0.95));
            let [one_posterior, other_posterior] =
                [&one, &other].map(|count| count.posterior((0.5, 1.0), 0.1, 0.95).expect("a likelihood"));
            close(Some(one_posterior.mean), Some(other_posterior.mean));
            close(Some(one_posterior.within), Some(other_posterior.within));
            if blocks.is_some() {
                let [one, other] = [&one, &other].map(|count| count.interval(0.95).expect("draws"));
                close(Some(one.low), Some(other.low));
                close(Some(one.high), Some(other.high));
            }
        }
    }

    /// Nothing can be said relative to nothing.
    #[test]
    fn no_share_has_no_relative_deviation() {
        let names = ["a", "b"].map(str::to_owned);
        let expected = ExpectedShares::Shares(vec![0.0, 1.0]);
        let counts = Observations::of_stretch(&names, &[0, 9], vec![0, 50], expected, SamplingModel::Rounds);
        let nobody = Count::new(&counts, 0, None);
        assert_eq!((nobody.relative_deviation(), nobody.interval(0.95)), (None, None));
        assert_eq!(
            (nobody.minimum_detectable_effect(0.95), nobody.posterior((0.5, 0.5), 0.1, 0.95)),
            (None, None)
        );
    }

    /// A mean of 100 at 95 %: 121 wins are the fewest that are too many (P(X >= 121) = .0227, P(X >= 120)
    /// = .0282, summed by hand), and a mean of 134.6 gives at least as many nine times in ten.
    #[test]
    fn of_a_poisson_count_too() {
        let counts = Poisson::new(100.0).unwrap();
        assert!(counts.upper(121) <= 0.025 && counts.upper(120) > 0.025);
        let effect = poisson_effect(100.0, 0.95).unwrap();
        let enough = Poisson::new(100.0 * (1.0 + effect)).unwrap();
        assert!((enough.upper(121) - 0.9).abs() < 1e-9, "{effect}");
    }
}
