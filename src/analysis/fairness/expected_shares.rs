//! Does the rule keep its own promise, and how far is that from stake?

use super::row::{alpha, blank};
use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;
use crate::analysis::sampling_model::SamplingModel;
use crate::selection::ExpectedShares;
use crate::statistics::{GoodnessOfFit, detectable_divergence, dispersed_goodness_of_fit, goodness_of_fit};

/// With how much probability an effect is to be seen that is called detectable.
const POWER: f64 = 0.9;

/// The test that the rule keeps its own promise.
pub struct ExpectedSharesTest {
    /// Its p-value; `None` where the rule leaves nothing to chance.
    pub p_value: Option<f64>,
    /// Whether the promise is refuted.
    pub broken: bool,
    statistic: Option<f64>,
    degrees: f64,
    note: String,
}

/// Tests whether the rule keeps its own promise, with the scatter that it declares; `None` where
/// no law is known of its shares or of its scatter.
pub fn test(context: &AnalysisContext) -> Option<ExpectedSharesTest> {
    let shares = context.expected_shares.shares()?;
    if context.stopping.is_some() {
        return None;
    }
    let alpha = alpha(context);
    let wins: Vec<u64> = context.results.totals.validators.iter().map(|totals| totals.wins).collect();
    match &context.sampling_model {
        SamplingModel::Rounds => {
            Some(pearson(&goodness_of_fit(&wins, shares)?, alpha, "wins are multinomial"))
        }
        SamplingModel::Runs(run) => {
            let runs: Vec<u64> = wins.iter().map(|wins| wins / run).collect();
            Some(pearson(
                &goodness_of_fit(&runs, shares)?,
                alpha,
                "runs of rounds that are won together are multinomial",
            ))
        }
        SamplingModel::Scaled(_) => scaled_pearson(context, &wins, shares, alpha),
        SamplingModel::Bounded(bounds) => Some(bounded(context, bounds, &wins, shares)),
        SamplingModel::Trials(_) => None,
    }
}

fn pearson(test: &GoodnessOfFit, alpha: f64, null: &str) -> ExpectedSharesTest {
    let pooled = match test.pooled {
        0 => String::new(),
        pooled => format!("; {pooled} validators with fewer than 5 expected were pooled"),
    };
    ExpectedSharesTest {
        p_value: Some(test.p_value),
        broken: test.p_value < alpha,
        statistic: test.statistic,
        degrees: test.degrees as f64,
        note: format!("null hypothesis: {null} with the rule's promised shares{pooled}"),
    }
}

/// Pearson's statistic divided by the declared dispersion (Rao and Scott's first-order
/// correction), against the same chi-square law.
fn scaled_pearson(
    context: &AnalysisContext,
    wins: &[u64],
    shares: &[f64],
    alpha: f64,
) -> Option<ExpectedSharesTest> {
    let factor = context.declared_dispersion()?;
    let test = dispersed_goodness_of_fit(wins, shares, factor)?;
    Some(ExpectedSharesTest {
        p_value: Some(test.p_value),
        broken: test.p_value < alpha,
        statistic: test.statistic,
        degrees: test.degrees as f64,
        note: format!(
            "null hypothesis: wins have the rule's promised shares and {factor:.4} times the multinomial scatter \
             that it declares (Rao and Scott's first-order correction)"
        ),
    })
}

/// A deterministic rule keeps its promise if nobody is farther from it than the rule's bound, in
/// every trial; over all trials together, by as many bounds.
fn bounded(context: &AnalysisContext, bounds: &[f64], wins: &[u64], shares: &[f64]) -> ExpectedSharesTest {
    let trials = context.results.totals.trials as f64;
    let n = context.selections as f64;
    let relative_deviation =
        |index: usize| (wins[index] as f64 - n * shares[index]).abs() - bounds[index] * trials;
    // A float of this size is not exact to less than this.
    let slack = n * 1e-12;
    let beyond = (0..wins.len()).filter(|&index| relative_deviation(index) > slack).count();
    ExpectedSharesTest {
        p_value: None,
        broken: beyond > 0,
        statistic: None,
        degrees: 0.0,
        note: format!(
            "the rule leaves nothing to chance: its wins may differ from the promise only by a bounded rounding, and \
             {beyond} validators are beyond it; no p-value"
        ),
    }
}

/// The test, what it could have seen, the scatter, and what the promise itself does to stake.
pub fn rows(context: &AnalysisContext, test: Option<&ExpectedSharesTest>) -> Vec<FairnessRow> {
    let mut rows = test_rows(context, test);
    rows.push(distance_row(context));
    rows
}

fn test_rows(context: &AnalysisContext, test: Option<&ExpectedSharesTest>) -> Vec<FairnessRow> {
    let Some(test) = test else {
        let why = match (&context.expected_shares, &context.sampling_model) {
            _ if context.stopping.is_some() => {
                "the run ended by what it showed, and such a test needs a number of rounds that is settled before"
            }
            (ExpectedShares::Unknown(why), _) | (_, SamplingModel::Trials(why)) => why,
            _ => "too little was counted",
        };
        let mut rows =
            vec![blank("expected_shares_p", "all", format!("no test of the rule's own promise: {why}"))];
        if context.stopping.is_some() && !matches!(context.sampling_model, SamplingModel::Trials(_)) {
            rows.push(dispersion_row(context));
        }
        return rows;
    };
    let mut rows = Vec::new();
    if test.statistic.is_some() {
        rows.push(FairnessRow {
            value: test.statistic,
            reference: Some(test.degrees),
            ..blank(
                "expected_share_chi_square",
                "all",
                "Pearson's statistic against the promise; the reference is its degrees of freedom",
            )
        });
    }
    rows.push(FairnessRow {
        value: test.p_value,
        reference: test.p_value.map(|_| alpha(context)),
        verdict: if test.broken { "rejected" } else { "not rejected" }.to_owned(),
        ..blank(
            "expected_shares_p",
            "all",
            format!("{}; one test, so no correction; `kept` means not refuted", test.note),
        )
    });
    rows.extend(detectable_row(context, test));
    rows.push(dispersion_row(context));
    rows
}

/// What the test could have seen.
fn detectable_row(context: &AnalysisContext, test: &ExpectedSharesTest) -> Option<FairnessRow> {
    test.statistic?;
    let draws = context.selections as f64 / context.declared_dispersion().filter(|&factor| factor > 0.0)?;
    let value = detectable_divergence(test.degrees as u64, draws as u64, alpha(context), POWER)?;
    Some(FairnessRow {
        value: Some(value),
        ..blank(
            "expected_share_minimum_detectable_effect",
            "all",
            format!(
                "the smallest departure from the promise that Pearson's test sees with {} % power in a run of this size: \
                 relative deviations of the shares, root mean square, weighted by share (Cohen's w)",
                POWER * 100.0
            ),
        )
    })
}

/// How much wins scatter, in units of the multinomial scatter: declared and seen.
fn dispersion_row(context: &AnalysisContext) -> FairnessRow {
    let declared = context.declared_dispersion();
    let wins: Vec<u64> = context.results.totals.validators.iter().map(|totals| totals.wins).collect();
    let seen = context
        .expected_shares
        .shares()
        .and_then(|shares| goodness_of_fit(&wins, shares))
        .and_then(|test| Some(test.statistic? / test.degrees as f64));
    let note = format!(
        "Pearson's statistic of all wins over its degrees of freedom: about the reference if the rule scatters as it declares, \
         far below 1 if it leaves little to chance; {}",
        context.sampling_model.words()
    );
    FairnessRow { value: seen, reference: declared, ..blank("dispersion", "all", note) }
}

/// How far the promise itself is from stake shares: half the sum of absolute differences.
fn distance_row(context: &AnalysisContext) -> FairnessRow {
    let metric = "expected_share_total_variation";
    match &context.expected_shares {
        ExpectedShares::Unknown(why) => blank(metric, "all", *why),
        ExpectedShares::Shares(shares) => {
            let sum: f64 = shares
                .iter()
                .zip(&context.stake_shares)
                .map(|(promised, stake)| (promised - stake).abs())
                .sum();
            FairnessRow {
                value: Some(sum / 2.0),
                reference: Some(0.0),
                ..blank(
                    metric,
                    "all",
                    "exact: the share of rounds that the rule's promise moves from some validators to others",
                )
            }
        }
    }
}
