//! The rows of an audit.

use super::table::AuditTable;
use crate::analysis::rows::{AuditRow, ValidatorRow};
use crate::analysis::{AnalysisContext, SamplingModel};
use crate::statistics::distributions::{Binomial, normal_upper};
use crate::statistics::{
    binomial_test, bonferroni, clopper_pearson, detectable_difference, holm, ln_binomial_test,
};

/// The word for what the law allows.
pub const LUCK: &str = "luck";
/// The word for what it does not allow.
pub const BUG: &str = "bug";
/// The word for too little evidence, or no law.
pub const CANNOT_TELL: &str = "cannot tell";

/// Power at which a bias counts as seen.
pub const POWER: f64 = 0.9;

/// The level of each of the two questions, about single validators and about all together: half of
/// what the confidence leaves, so that both together are wrong no more often than that.
pub fn level(context: &AnalysisContext) -> f64 {
    // Twelve digits are what a confidence is given with; 1 - 0.95 is not 0.05 in binary.
    ((1.0 - context.settings.confidence) * 1e12).round() / 2e12
}

/// One row for each validator, in the order of the table.
pub fn rows(context: &AnalysisContext, validators: &[ValidatorRow], table: &AuditTable) -> Vec<AuditRow> {
    let missed = Missed::new(table);
    validators
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let n = context.selections;
            let expected_wins = row.expected_share.map(|share| share * n as f64);
            let minimum_detectable_effect = minimum_detectable_effect(context, index);
            AuditRow {
                validator: row.validator.clone(),
                stake: row.stake,
                stake_share: row.stake_share,
                expected_share: row.expected_share,
                expected_wins,
                wins: row.wins,
                win_share: row.win_share,
                win_share_low: row.win_share_low,
                win_share_high: row.win_share_high,
                relative_deviation: expected_wins
                    .filter(|&expected| expected > 0.0)
                    .map(|expected| row.wins as f64 / expected - 1.0),
                percentile: percentile(context, index),
                p_value: row.p_value,
                log10_p_value: log10_p_value(context, index, row.p_value),
                p_holm: row.p_holm,
                minimum_detectable_effect,
                finding: finding(context, index, row, minimum_detectable_effect).to_owned(),
                blocks: table.slots.as_ref().map(|_| table.wins[index]),
                missed_share: missed.as_ref().and_then(|missed| missed.share(index)),
                missed_p_value: missed.as_ref().and_then(|missed| missed.p_values[index]),
                missed_p_holm: missed.as_ref().and_then(|missed| missed.adjusted[index]),
            }
        })
        .collect()
}

/// Whether a deterministic rule forbids so many wins.
fn is_beyond_bound(context: &AnalysisContext, index: usize, bound: f64) -> bool {
    let n = context.selections as f64;
    let Some(share) = context.expected_share(index) else { return false };
    (context.totals(index).wins as f64 - n * share).abs() > bound + n * 1e-12
}

fn finding(
    context: &AnalysisContext,
    index: usize,
    row: &ValidatorRow,
    minimum_detectable_effect: Option<f64>,
) -> &'static str {
    if let SamplingModel::Bounded(bounds) = &context.sampling_model {
        return match row.expected_share {
            None => CANNOT_TELL,
            Some(_) if is_beyond_bound(context, index, bounds[index]) => BUG,
            Some(_) => LUCK,
        };
    }
    match row.p_holm {
        None => CANNOT_TELL,
        Some(p) if p < level(context) => BUG,
        // Who is promised nothing or everything, and got it, leaves nothing to ask.
        Some(_) if row.expected_share.is_some_and(|share| share == 0.0 || share == 1.0) => LUCK,
        Some(_) if minimum_detectable_effect.is_some_and(|bias| bias <= context.settings.tolerance) => LUCK,
        Some(_) => CANNOT_TELL,
    }
}

fn percentile(context: &AnalysisContext, index: usize) -> Option<f64> {
    let share = context.expected_share(index)?;
    let (wins, n) = (context.totals(index).wins, context.selections);
    if n == 0 {
        return None;
    }
    match &context.sampling_model {
        SamplingModel::Rounds => Some(Binomial::new(n, share)?.percentile(wins)),
        SamplingModel::Runs(runs) => Some(Binomial::new(n / runs.run, share)?.percentile(wins / runs.run)),
        SamplingModel::Scaled(factors) => {
            let spread = (factors[index] * n as f64 * share * (1.0 - share)).sqrt();
            let deviation = n as f64 * share - wins as f64;
            (spread > 0.0).then(|| normal_upper(deviation / spread))
        }
        SamplingModel::Bounded(_) | SamplingModel::Trials(_) => None,
    }
}

fn log10_p_value(context: &AnalysisContext, index: usize, p_value: Option<f64>) -> Option<f64> {
    let share = context.expected_share(index)?;
    let wins = context.totals(index).wins;
    let ln = match &context.sampling_model {
        SamplingModel::Rounds => ln_binomial_test(wins, context.selections, share)?,
        SamplingModel::Runs(runs) => ln_binomial_test(wins / runs.run, context.selections / runs.run, share)?,
        _ => p_value?.ln(),
    };
    // What is impossible has no logarithm.
    ln.is_finite().then(|| (ln / std::f64::consts::LN_10).min(0.0))
}

/// The smallest relative gain of a validator that Holm's first step would show with the power: of
/// independent draws exactly, by their binomial law; otherwise by the normal one.
fn minimum_detectable_effect(context: &AnalysisContext, index: usize) -> Option<f64> {
    let share = context.expected_share(index).filter(|&share| share > 0.0 && share < 1.0)?;
    let n = context.selections;
    let confidence = corrected(context);
    match &context.sampling_model {
        SamplingModel::Rounds => exact_bias(share, n, confidence),
        SamplingModel::Runs(runs) => exact_bias(share, n / runs.run, confidence),
        SamplingModel::Scaled(factors) if factors[index] > 0.0 => {
            detectable_difference(share, (n as f64 / factors[index]) as u64, confidence, POWER)
        }
        // Off by more than twice the bound on either side of the promise, whatever the phase.
        SamplingModel::Bounded(bounds) if n > 0 => Some(2.0 * bounds[index] / (n as f64 * share)),
        _ => None,
    }
}

/// The confidence of each validator's test, corrected for their number.
pub fn corrected(context: &AnalysisContext) -> f64 {
    bonferroni(1.0 - level(context), context.validators())
}

fn exact_bias(share: f64, n: u64, confidence: f64) -> Option<f64> {
    let law = Binomial::new(n, share)?;
    let tail = 0.5 * (1.0 - confidence);
    // The fewest wins that are too many.
    let mean = (n as f64 * share).floor() as u64;
    let (mut least, mut step) = (mean.min(n), 1);
    let mut most = least.saturating_add(step);
    while most <= n && law.upper(most) > tail {
        least = most;
        step *= 2;
        most = least.saturating_add(step);
    }
    let mut most = most.min(n + 1);
    while most - least > 1 {
        let middle = least + (most - least) / 2;
        if law.upper(middle) > tail { least = middle } else { most = middle }
    }
    if most > n {
        return None;
    }
    // The chance at which fewer have a probability of one minus the power.
    let enough = clopper_pearson(most - 1, n, 2.0 * POWER - 1.0)?.high;
    Some(enough / share - 1.0)
}

/// The blocks that were missed, and how surprising that is if all miss alike.
///
/// Given how many were missed in all, those of one validator are a draw without replacement from
/// the slots. The binomial law with its share of the slots is a little wider than that, so that the
/// p-values err on the cautious side, by little where few slots are missed.
pub struct Missed {
    slots: Vec<u64>,
    missed: Vec<u64>,
    p_values: Vec<Option<f64>>,
    adjusted: Vec<Option<f64>>,
}

impl Missed {
    /// The missed blocks of a table that has slots.
    pub fn new(table: &AuditTable) -> Option<Self> {
        let slots = table.slots.clone()?;
        let missed: Vec<u64> = slots.iter().zip(&table.wins).map(|(slots, wins)| slots - wins).collect();
        let (all, lost): (u64, u64) = (slots.iter().sum(), missed.iter().sum());
        let p_values: Vec<Option<f64>> = slots
            .iter()
            .zip(&missed)
            .map(|(&slots, &missed)| {
                // Whoever had no slot could not miss any.
                if slots == 0 { None } else { binomial_test(missed, lost, slots as f64 / all as f64) }
            })
            .collect();
        let adjusted = holm(&p_values);
        Some(Missed { slots, missed, p_values, adjusted })
    }

    /// The slots and the missed blocks of one validator.
    pub fn of(&self, index: usize) -> (u64, u64) {
        (self.slots[index], self.missed[index])
    }

    /// Those of all.
    pub fn all(&self) -> (u64, u64) {
        (self.slots.iter().sum(), self.missed.iter().sum())
    }

    fn share(&self, index: usize) -> Option<f64> {
        (self.slots[index] > 0).then(|| self.missed[index] as f64 / self.slots[index] as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the definition, by sums over all counts: scipy.stats.binom.sf(k - 1, n, p) <= tail for
    /// the fewest wins k, then scipy.optimize.brentq of binom.sf(k - 1, n, q) = 0.9.
    #[test]
    fn the_smallest_bias_is_exact() {
        for (share, n, confidence, expected) in BIASES {
            let bias = exact_bias(share, n, confidence).unwrap();
            assert!((bias / expected - 1.0).abs() < 1e-8, "{share} {n}: {bias}, not {expected}");
        }
        // Even winning always would not be seen.
        assert_eq!(exact_bias(0.9, 5, 0.99), None);
        assert_eq!(exact_bias(0.5, 0, 0.99), None);
    }

    const BIASES: [(f64, u64, f64, f64); 4] = [
        (0.25, 1000, 0.975, 0.20010958180027205),
        (0.01, 300, 0.99, 3.2955025809277734),
        (0.0001, 50, 0.999, 754.8059884532787),
        (0.4, 10_000_000, 0.995, 0.0015838430540873194),
    ];
}
