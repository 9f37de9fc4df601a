//! The rows of `fairness.csv`.

use super::basis::Basis;
use super::footing::Footing;
use crate::report::tables::FairnessRow;
use crate::selection::Promise;
use crate::statistics::concentration::{gini, herfindahl, nakamoto};
use crate::statistics::{
    Assessment, Effect, GoodnessOfFit, Interval, Sample, clopper_pearson, dispersed_goodness_of_fit,
    goodness_of_fit,
};

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
pub fn promise_test(basis: &Basis) -> Option<PromiseTest> {
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

fn alpha(basis: &Basis) -> f64 {
    // One minus 0.95 is not 0.05 in binary; twelve digits are what a confidence is given with.
    ((1.0 - basis.settings.confidence) * 1e12).round() / 1e12
}

/// A number with its noun.
fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A row with nothing but a metric and a note.
fn blank(metric: &str, subject: &str, note: impl Into<String>) -> FairnessRow {
    FairnessRow {
        metric: metric.to_owned(),
        subject: subject.to_owned(),
        value: None,
        low: None,
        high: None,
        reference: None,
        verdict: String::new(),
        note: note.into(),
    }
}

/// All measures, the verdict first.
pub fn rows(basis: &Basis, promise_test: Option<&PromiseTest>, assessment: &Assessment) -> Vec<FairnessRow> {
    let mut rows = vec![FairnessRow {
        value: assessment.bound,
        reference: Some(assessment.tolerance),
        verdict: assessment.verdict.word().to_owned(),
        ..blank("fairness_to_stake", "all", assessment.sentence())
    }];
    rows.extend(stopping_row(basis));
    rows.extend(effect_row(assessment.gains_most.as_ref(), "largest_gain"));
    rows.extend(effect_row(assessment.loses_most.as_ref(), "largest_loss"));
    rows.extend(p_rows(assessment));
    rows.push(detectable_row(assessment));
    rows.extend(promise_rows(basis, promise_test));
    rows.push(promise_distance(basis));
    rows.extend(robust_rows(basis));
    rows.extend(concentration_rows(basis));
    rows
}

/// Where and why a run ended that was to end when it is precise enough.
fn stopping_row(basis: &Basis) -> Option<FairnessRow> {
    let stopping = basis.stopping?;
    let until = stopping.until();
    let interval = stopping.of_subject();
    let satisfied = basis.results.satisfied == Some(true);
    let why = if satisfied { "precise enough" } else { "the cap of trials was reached first" };
    Some(FairnessRow {
        value: stopping.half_width(),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        reference: Some(until.half_width),
        verdict: if satisfied { "reached" } else { "not reached" }.to_owned(),
        ..blank(
            "stopping",
            until.validator.as_deref().unwrap_or("all"),
            format!(
                "half width of {} after {} of at most {}: {why}; intervals of win_share and unfair_probability and the \
                 verdict are those of confidence sequences, valid wherever the run ends; tests for a fixed number of \
                 rounds are left out",
                until.metric.name(),
                counted(stopping.trials(), "trial"),
                basis.experiment.trials
            ),
        )
    })
}

fn effect_row(effect: Option<&Effect>, metric: &str) -> Option<FairnessRow> {
    let effect = effect?;
    Some(FairnessRow {
        value: effect.relative,
        low: effect.relative_interval.map(|interval| interval.low),
        high: effect.relative_interval.map(|interval| interval.high),
        reference: Some(0.0),
        ..blank(
            metric,
            &effect.name,
            "win share over share of stake, minus one; the intervals of all validators hold together (Bonferroni)",
        )
    })
}

/// The p-values of both statements that the verdict may make.
fn p_rows(assessment: &Assessment) -> [FairnessRow; 2] {
    let row = |metric: &str, p: Option<f64>, hypothesis: &str| {
        let level = ((1.0 - assessment.confidence) * 1e12).round() / 1e12;
        FairnessRow {
            value: p,
            reference: Some(level),
            verdict: match p {
                Some(p) if p <= level => "shown",
                Some(_) => "not shown",
                None => "",
            }
            .to_owned(),
            ..blank(
                metric,
                "all",
                format!(
                    "null hypothesis: {hypothesis}; corrected for {} comparisons (Bonferroni); from the intervals \
                     that the verdict uses, and at least 1e-12 for each",
                    assessment.comparisons
                ),
            )
        }
    };
    [
        row("difference_p", assessment.difference_p, "no validator wins beyond the tolerance"),
        row("equivalence_p", assessment.equivalence_p, "some validator wins beyond the tolerance"),
    ]
}

fn detectable_row(assessment: &Assessment) -> FairnessRow {
    let unit = match assessment.sample {
        Sample::Rounds(_) => "round",
        Sample::Trials(_) => "trial",
    };
    let more = match assessment.needed {
        Some(needed) => format!("; about {} more would show a fair rule to be fair", counted(needed, unit)),
        None => String::new(),
    };
    FairnessRow {
        value: assessment.detectable,
        reference: Some(assessment.tolerance),
        ..blank(
            "smallest_detectable_effect",
            "all",
            format!(
                "the smallest relative deviation of any validator that a run of {} shows to be beyond the tolerance with 90 % power{more}",
                counted(assessment.sample.size(), unit)
            ),
        )
    }
}

fn promise_rows(basis: &Basis, test: Option<&PromiseTest>) -> Vec<FairnessRow> {
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
            rows.extend(dispersion_rows(basis));
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
    rows.extend(dispersion_rows(basis));
    rows
}

/// How much wins scatter, in units of the multinomial scatter: declared and seen.
fn dispersion_rows(basis: &Basis) -> Vec<FairnessRow> {
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
    vec![FairnessRow { value: seen, reference: declared, ..blank("dispersion", "all", note) }]
}

/// How far the promise itself is from stake shares: half the sum of absolute differences.
fn promise_distance(basis: &Basis) -> FairnessRow {
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

/// (epsilon, delta)-robust fairness of each followed validator: how often a trial ends outside the
/// tolerance.
fn robust_rows(basis: &Basis) -> Vec<FairnessRow> {
    let settings = basis.settings;
    let names = &basis.experiment.world.names;
    let mut rows = Vec::new();
    for (index, validator) in basis.experiment.followed().into_iter().enumerate() {
        let share = basis.stake_shares[validator.index()];
        let (low, high) = (share * (1.0 - settings.tolerance), share * (1.0 + settings.tolerance));
        let mut outside = 0;
        let mut trials = 0;
        for record in &basis.results.records {
            let selections = record.counters.rounds - record.counters.empty;
            if selections > 0 {
                trials += 1;
                let won = record.followed[index].wins as f64 / selections as f64;
                outside += u64::from(won < low || won > high);
            }
        }
        let (interval, method): (Option<Interval>, _) = match basis.stopping {
            Some(stopping) => {
                let level = stopping.confidence().max(settings.confidence);
                (stopping.unfair_probability(index, level), "confidence sequence")
            }
            None => {
                (clopper_pearson(outside, trials, settings.confidence), "exact interval (Clopper-Pearson)")
            }
        };
        let verdict = match interval {
            Some(interval) if interval.high <= settings.delta => "robust",
            Some(interval) if interval.low > settings.delta => "not robust",
            _ => "inconclusive",
        };
        rows.push(FairnessRow {
            value: (trials > 0).then(|| outside as f64 / trials as f64),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            reference: Some(settings.delta),
            verdict: verdict.to_owned(),
            ..blank(
                "unfair_probability",
                &names[validator.index()],
                format!(
                    "share of {} that end with a win share more than {} of the stake share away from it; {method}",
                    counted(trials, "trial"),
                    settings.tolerance
                ),
            )
        });
    }
    rows
}

fn concentration_rows(basis: &Basis) -> Vec<FairnessRow> {
    let totals = &basis.results.totals.validators;
    let stakes: Vec<u128> = basis.experiment.world.stakes.iter().map(|&stake| u128::from(stake)).collect();
    let wins: Vec<u128> = totals.iter().map(|totals| u128::from(totals.wins)).collect();
    let rewards: Vec<u128> = totals.iter().map(|totals| totals.reward).collect();
    let finals: Vec<u128> = totals.iter().map(|totals| totals.final_share).collect();
    let mut subjects: Vec<(&str, &[u128])> = vec![("stake", &stakes), ("wins", &wins), ("reward", &rewards)];
    if basis.results.totals.stakes_moved {
        subjects.push(("final_stake", &finals));
    }
    let counted =
        "counts scatter, so over few rounds they look more concentrated than the stakes behind them";
    let mut rows = Vec::new();
    for (subject, holdings) in subjects {
        let note = if subject == "stake" { "exact" } else { counted };
        for (metric, value) in [
            ("gini", gini(holdings)),
            ("herfindahl", herfindahl(holdings)),
            ("nakamoto_half", nakamoto(holdings, 1, 2).map(|holders| holders as f64)),
            ("nakamoto_third", nakamoto(holdings, 1, 3).map(|holders| holders as f64)),
        ] {
            rows.push(FairnessRow { value, ..blank(metric, subject, note) });
        }
    }
    rows
}
