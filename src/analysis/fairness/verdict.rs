//! The verdict on fairness to stake, whom it concerns most, and what the run could have seen.

use super::stopping;
use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Decision, Family, Metric, Statement};
use crate::statistics::wording::counted;
use crate::statistics::{Assessment, Effect, Sample, Verdict};

/// The verdict first.
pub fn rows(context: &AnalysisContext, assessment: &Assessment) -> Vec<Statement> {
    let decision = match assessment.verdict {
        Verdict::Fair => Decision::Fair,
        Verdict::Unfair => Decision::Unfair,
        Verdict::Inconclusive => Decision::Inconclusive,
    };
    let mut rows = vec![Statement {
        value: assessment.bound,
        null_value: Some(assessment.tolerance),
        decision: Some(decision),
        ..Statement::new(Metric::FairnessToStake, "all", assessment.sentence())
    }];
    rows.extend(stopping::row(context));
    rows.extend(effect_row(assessment.gains_most.as_ref(), Metric::LargestGain));
    rows.extend(effect_row(assessment.loses_most.as_ref(), Metric::LargestLoss));
    rows.extend(test_rows(assessment));
    rows.push(detectable_row(assessment));
    rows
}

fn effect_row(effect: Option<&Effect>, metric: Metric) -> Option<Statement> {
    let effect = effect?;
    Some(Statement {
        value: effect.relative,
        low: effect.relative_interval.map(|interval| interval.low),
        high: effect.relative_interval.map(|interval| interval.high),
        null_value: Some(0.0),
        method: "simultaneous intervals (Bonferroni)".to_owned(),
        ..Statement::new(metric, &effect.name, "win share over share of stake, minus one")
    })
}

/// The tests of both statements that the verdict may make.
fn test_rows(assessment: &Assessment) -> [Statement; 2] {
    let level = ((1.0 - assessment.confidence) * 1e12).round() / 1e12;
    let row = |metric: Metric, p: Option<f64>, hypothesis: &str| Statement {
        p,
        p_adjusted: p,
        family: p.map(|_| Family::Primary),
        decision: p.map(|p| Decision::of_test(p, level)),
        ..Statement::new(metric, "all", format!("null hypothesis: {hypothesis}"))
    };
    [
        row(Metric::Difference, assessment.difference_p, "no validator wins beyond the tolerance"),
        row(Metric::Equivalence, assessment.equivalence_p, "some validator wins beyond the tolerance"),
    ]
}

fn detectable_row(assessment: &Assessment) -> Statement {
    let unit = match assessment.sample {
        Sample::Rounds(_) => "round",
        Sample::Trials(_) => "trial",
    };
    let more = match assessment.needed {
        Some(needed) => format!("; about {} more would show a fair rule to be fair", counted(needed, unit)),
        None => String::new(),
    };
    Statement {
        value: assessment.detectable,
        null_value: Some(assessment.tolerance),
        ..Statement::new(
            Metric::MinimumDetectableEffect,
            "all",
            format!(
                "the smallest relative deviation of any validator that a run of {} shows to be beyond the tolerance with 90 % power{more}",
                counted(assessment.sample.size(), unit)
            ),
        )
    }
}
