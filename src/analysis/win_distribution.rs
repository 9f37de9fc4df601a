//! The exact law of a validator's wins in one trial, where it is known.

use super::context::AnalysisContext;
use super::sampling_model::SamplingModel;
use crate::law::beta_binomial_wins;
use crate::statistics::distributions::Binomial;
use crate::statistics::fair_counts;

/// Rounds up to which the law under compounding is computed: it takes a number for each.
const MOST_ROUNDS: u64 = 200_000;

/// The law of the wins of one validator after so many selections of one trial.
pub struct WinLaw {
    /// What is drawn independently: rounds, or runs of them.
    draws: u64,
    /// How many wins each draw gives.
    run: u64,
    chances: Chances,
}

enum Chances {
    Binomial(Binomial),
    /// The probability of each count, and of at most that count.
    Listed {
        masses: Vec<f64>,
        cumulative: Vec<f64>,
    },
}

impl AnalysisContext<'_> {
    /// The law of a validator's wins after so many selections of a trial: binomial where draws are
    /// independent and chances fixed, beta-binomial where constant rewards compound and every draw
    /// is by the stakes as they stand (Pólya's urn). `None` where no law is known, without
    /// selections, or where computing it would take too long.
    pub fn win_law(&self, validator: usize, selections: u64) -> Option<WinLaw> {
        if selections == 0 {
            return None;
        }
        let fixed = |run: u64| {
            let whole = run > 0 && selections.is_multiple_of(run);
            let chances =
                Chances::Binomial(Binomial::new(selections / run.max(1), self.expected_share(validator)?)?);
            whole.then_some(WinLaw { draws: selections / run.max(1), run, chances })
        };
        match self.sampling_model {
            SamplingModel::Rounds => fixed(1),
            SamplingModel::Runs(runs) => fixed(runs.run),
            SamplingModel::Trials(_) if selections <= MOST_ROUNDS => {
                let (reward, mine) = (self.urn_reward?, self.stake_shares[validator]);
                let others = 1.0 - mine;
                if mine <= 0.0 || others <= 0.0 {
                    return None;
                }
                let masses = beta_binomial_wins(selections, mine / reward, others / reward);
                let mut sum = 0.0;
                let cumulative = masses.iter().map(|mass| (sum += mass, sum).1).collect();
                Some(WinLaw { draws: selections, run: 1, chances: Chances::Listed { masses, cumulative } })
            }
            _ => None,
        }
    }
}

impl WinLaw {
    /// P(at most so many draws won).
    fn at_most(&self, won: u64) -> f64 {
        match &self.chances {
            Chances::Binomial(law) => law.lower(won),
            Chances::Listed { cumulative, .. } => {
                cumulative.get(won as usize).copied().unwrap_or(1.0).min(1.0)
            }
        }
    }

    /// P(at least so many draws won), not as one minus the other side.
    fn at_least(&self, won: u64) -> f64 {
        match &self.chances {
            Chances::Binomial(law) => law.upper(won),
            Chances::Listed { masses, .. } => masses.iter().skip(won as usize).rev().sum::<f64>().min(1.0),
        }
    }

    /// The probability that the share of wins ends outside (1 ± tolerance) × `share`.
    pub fn unfair_probability(&self, share: f64, tolerance: f64) -> Option<f64> {
        let (low, high) = fair_counts(self.draws, share, tolerance)?;
        let below = if low == 0 { 0.0 } else { self.at_most(low - 1) };
        Some((below + self.at_least(high)).min(1.0))
    }

    /// The smallest share of wins that is not exceeded with at least this probability.
    pub fn quantile(&self, probability: f64) -> f64 {
        self.draws_at(probability) as f64 / self.draws as f64
    }

    fn draws_at(&self, probability: f64) -> u64 {
        let (mut low, mut high) = (0, self.draws);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at_most(middle) >= probability {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// Trials sorted into at most `most` cells of ascending wins that are about equally likely: how
    /// many trials fell into each, and each one's probability.
    pub fn cells(&self, wins: &[u64], most: u32) -> (Vec<u64>, Vec<f64>) {
        let mut ends: Vec<u64> =
            (1..most).map(|cell| self.draws_at(f64::from(cell) / f64::from(most))).collect();
        ends.dedup();
        ends.retain(|&end| end < self.draws);
        let mut shares = Vec::with_capacity(ends.len() + 1);
        let mut reached = 0.0;
        for &end in &ends {
            let next = self.at_most(end);
            shares.push(next - reached);
            reached = next;
        }
        shares.push(ends.last().map_or(1.0, |&end| self.at_least(end + 1)));
        let mut counts = vec![0; shares.len()];
        for &won in wins {
            counts[ends.partition_point(|&end| end * self.run < won)] += 1;
        }
        (counts, shares)
    }
}
