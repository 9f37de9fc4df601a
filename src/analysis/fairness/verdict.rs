//! The verdict on fairness to stake, whom it concerns most, and what the run could have seen.

use super::row::{blank, counted};
use super::stopping;
use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;
use crate::statistics::{Assessment, Effect, Sample};

/// The verdict first.
pub fn rows(context: &AnalysisContext, assessment: &Assessment) -> Vec<FairnessRow> {
    let mut rows = vec![FairnessRow {
        value: assessment.bound,
        reference: Some(assessment.tolerance),
        verdict: assessment.verdict.word().to_owned(),
        ..blank("fairness_to_stake", "all", assessment.sentence())
    }];
    rows.extend(stopping::row(context));
    rows.extend(effect_row(assessment.gains_most.as_ref(), "largest_gain"));
    rows.extend(effect_row(assessment.loses_most.as_ref(), "largest_loss"));
    rows.extend(p_rows(assessment));
    rows.push(detectable_row(assessment));
    rows
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
            "minimum_detectable_effect",
            "all",
            format!(
                "the smallest relative deviation of any validator that a run of {} shows to be beyond the tolerance with 90 % power{more}",
                counted(assessment.sample.size(), unit)
            ),
        )
    }
}
