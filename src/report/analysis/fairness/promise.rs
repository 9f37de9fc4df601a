//! Does the rule keep its own promise, and how far is that from stake?

use super::row::{alpha, blank};
use crate::report::analysis::basis::Basis;
use crate::report::analysis::footing::Footing;
use crate::report::tables::FairnessRow;
use crate::selection::Promise;
use crate::statistics::{GoodnessOfFit, detectable_divergence, dispersed_goodness_of_fit, goodness_of_fit};

/// With how much probability an effect is to be seen that is called detectable.
const POWER: f64 = 0.9;

/// The test that the rule keeps its own promise.
pub struct PromiseTest {
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
pub fn test(basis: &Basis) -> Option<PromiseTest> {
    let shares = basis.promise.shares()?;
    if basis.stopping.is_some() {
        return None;
    }
    let alpha = alpha(basis);
    let wins: Vec<u64> = basis.results.totals.validators.iter().map(|totals| totals.wins).collect();
    match &basis.footing {
        Footing::Rounds => Some(pearson(&goodness_of_fit(&wins, shares)?, alpha, "wins are multinomial")),
        Footing::Runs(run) => {
            let runs: Vec<u64> = wins.iter().map(|wins| wins / run).collect();
            Some(pearson(
                &goodness_of_fit(&runs, shares)?,
                alpha,
                "runs of rounds that are won together are multinomial",
            ))
        }
        Footing::Scaled(_) => scaled_pearson(basis, &wins, shares, alpha),
        Footing::Bounded(bounds) => Some(bounded(basis, bounds, &wins, shares)),
        Footing::Trials(_) => None,
    }
}

fn pearson(test: &GoodnessOfFit, alpha: f64, null: &str) -> PromiseTest {
    let pooled = match test.pooled {
        0 => String::new(),
        pooled => format!("; {pooled} validators with fewer than 5 expected were pooled"),
    };
    PromiseTest {
        p_value: Some(test.p_value),
        broken: test.p_value < alpha,
        statistic: test.statistic,
        degrees: test.degrees as f64,
        note: format!("null hypothesis: {null} with the rule's promised shares{pooled}"),
    }
}

/// Pearson's statistic divided by the declared dispersion (Rao and Scott's first-order
/// correction), against the same chi-square law.
fn scaled_pearson(basis: &Basis, wins: &[u64], shares: &[f64], alpha: f64) -> Option<PromiseTest> {
    let factor = basis.declared_dispersion()?;
    let test = dispersed_goodness_of_fit(wins, shares, factor)?;
    Some(PromiseTest {
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
fn bounded(basis: &Basis, bounds: &[f64], wins: &[u64], shares: &[f64]) -> PromiseTest {
    let trials = basis.results.totals.trials as f64;
    let n = basis.selections as f64;
    let excess = |index: usize| (wins[index] as f64 - n * shares[index]).abs() - bounds[index] * trials;
    // A float of this size is not exact to less than this.
    let slack = n * 1e-12;
    let beyond = (0..wins.len()).filter(|&index| excess(index) > slack).count();
    PromiseTest {
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
pub fn rows(basis: &Basis, test: Option<&PromiseTest>) -> Vec<FairnessRow> {
    let mut rows = test_rows(basis, test);
    rows.push(distance_row(basis));
    rows
}

fn test_rows(basis: &Basis, test: Option<&PromiseTest>) -> Vec<FairnessRow> {
    let Some(test) = test else {
        let why = match (&basis.promise, &basis.footing) {
            _ if basis.stopping.is_some() => {
                "the run ended by what it showed, and such a test needs a number of rounds that is settled before"
            }
            (Promise::Unknown(why), _) | (_, Footing::Trials(why)) => why,
            _ => "too little was counted",
        };
        let mut rows = vec![blank("promise_p", "all", format!("no test of the rule's own promise: {why}"))];
        if basis.stopping.is_some() && !matches!(basis.footing, Footing::Trials(_)) {
            rows.push(dispersion_row(basis));
        }
        return rows;
    };
    let mut rows = Vec::new();
    if test.statistic.is_some() {
        rows.push(FairnessRow {
            value: test.statistic,
            reference: Some(test.degrees),
            ..blank(
                "promise_chi_square",
                "all",
                "Pearson's statistic against the promise; the reference is its degrees of freedom",
            )
        });
    }
    rows.push(FairnessRow {
        value: test.p_value,
        reference: test.p_value.map(|_| alpha(basis)),
        verdict: if test.broken { "broken" } else { "kept" }.to_owned(),
        ..blank(
            "promise_p",
            "all",
            format!("{}; one test, so no correction; `kept` means not refuted", test.note),
        )
    });
    rows.extend(detectable_row(basis, test));
    rows.push(dispersion_row(basis));
    rows
}

/// What the test could have seen.
fn detectable_row(basis: &Basis, test: &PromiseTest) -> Option<FairnessRow> {
    test.statistic?;
    let draws = basis.selections as f64 / basis.declared_dispersion().filter(|&factor| factor > 0.0)?;
    let value = detectable_divergence(test.degrees as u64, draws as u64, alpha(basis), POWER)?;
    Some(FairnessRow {
        value: Some(value),
        ..blank(
            "promise_detectable",
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
fn dispersion_row(basis: &Basis) -> FairnessRow {
    let declared = basis.declared_dispersion();
    let wins: Vec<u64> = basis.results.totals.validators.iter().map(|totals| totals.wins).collect();
    let seen = basis
        .promise
        .shares()
        .and_then(|shares| goodness_of_fit(&wins, shares))
        .and_then(|test| Some(test.statistic? / test.degrees as f64));
    let note = format!(
        "Pearson's statistic of all wins over its degrees of freedom: about the reference if the rule scatters as it declares, \
         far below 1 if it leaves little to chance; {}",
        basis.footing.words()
    );
    FairnessRow { value: seen, reference: declared, ..blank("dispersion", "all", note) }
}

/// How far the promise itself is from stake shares: half the sum of absolute differences.
fn distance_row(basis: &Basis) -> FairnessRow {
    let metric = "promise_distance_from_stake";
    match &basis.promise {
        Promise::Unknown(why) => blank(metric, "all", *why),
        Promise::Shares(shares) => {
            let sum: f64 = shares
                .iter()
                .zip(&basis.stake_shares)
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
