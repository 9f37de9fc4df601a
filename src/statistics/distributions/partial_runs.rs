//! Wins that come in runs, some of which are cut short.

use super::Binomial;

/// The wins of somebody who wins each of `runs` runs of `run` rounds, and each of `rests` runs of
/// `rest` rounds, independently with the same probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialRuns {
    /// Whole runs.
    pub runs: u64,
    /// Rounds of a whole run; positive.
    pub run: u64,
    /// Runs that were cut short.
    pub rests: u64,
    /// Their rounds, fewer than those of a whole run.
    pub rest: u64,
}

impl PartialRuns {
    /// All rounds.
    pub fn rounds(&self) -> u64 {
        self.runs * self.run + self.rests * self.rest
    }

    /// So many independent draws of one weight give the same variance: N² over the sum of squared
    /// lengths.
    pub fn effective_draws(&self) -> f64 {
        let (run, rest) = (self.run as f64, self.rest as f64);
        (self.rounds() as f64).powi(2) / (self.runs as f64 * run * run + self.rests as f64 * rest * rest)
    }

    /// P(at least so many wins), exactly; `None` unless p is between 0 and 1.
    pub fn at_least(&self, wins: u64, p: f64) -> Option<f64> {
        let whole = Binomial::new(self.runs, p)?;
        self.over_rests(p, |short| whole.upper(wins.saturating_sub(short).div_ceil(self.run)))
    }

    /// P(at most so many wins), likewise.
    pub fn at_most(&self, wins: u64, p: f64) -> Option<f64> {
        let whole = Binomial::new(self.runs, p)?;
        self.over_rests(p, |short| wins.checked_sub(short).map_or(0.0, |left| whole.lower(left / self.run)))
    }

    /// The mean of a function of the wins in short runs. Numbers of short runs that are less likely than
    /// 1e-20 are left out.
    fn over_rests(&self, p: f64, value: impl Fn(u64) -> f64) -> Option<f64> {
        if self.rests == 0 || self.rest == 0 {
            return Some(value(0));
        }
        let short = Binomial::new(self.rests, p)?;
        let mean = self.rests as f64 * p;
        let reach = 10.0 * (mean * (1.0 - p)).sqrt() + 25.0;
        let first = (mean - reach).max(0.0) as u64;
        let last = ((mean + reach) as u64).min(self.rests);
        let part = |won: u64| short.ln_mass(won).exp() * value(won * self.rest);
        Some((first..=last).map(part).sum::<f64>().clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_counted_once() {
        // By hand, 2 whole runs of 4 and one of 1, p = ½: wins 0, 1, 4, 5, 8, 9 with 1, 1, 2, 2, 1, 1 of 8.
        let law = PartialRuns { runs: 2, run: 4, rests: 1, rest: 1 };
        assert_eq!(law.rounds(), 9);
        for (wins, at_least, at_most) in
            [(0, 1.0, 0.125), (1, 0.875, 0.25), (4, 0.75, 0.5), (6, 0.25, 0.75), (9, 0.125, 1.0)]
        {
            assert!((law.at_least(wins, 0.5).unwrap() - at_least).abs() < 1e-14, "{wins}");
            assert!((law.at_most(wins, 0.5).unwrap() - at_most).abs() < 1e-14, "{wins}");
        }
        // 81 / (2 · 16 + 1).
        assert!((law.effective_draws() - 81.0 / 33.0).abs() < 1e-12);
        // 14² / (2 · 16 + 3 · 4).
        let several = PartialRuns { runs: 2, run: 4, rests: 3, rest: 2 };
        assert!((several.effective_draws() - 196.0 / 44.0).abs() < 1e-12);
        let plain = PartialRuns { runs: 50, run: 1, rests: 0, rest: 0 };
        assert_eq!(plain.at_least(20, 0.3), Some(Binomial::new(50, 0.3).unwrap().upper(20)));
        assert_eq!(plain.at_least(20, 1.3), None);
    }
}
