//! The verdict on fairness to stake, whom it concerns most, and what the run could have seen.

use super::row::{blank, counted};
use super::stopping;
use crate::report::analysis::basis::Basis;
use crate::report::tables::FairnessRow;
use crate::statistics::{Assessment, Effect, Sample};

/// The verdict first.
pub fn rows(basis: &Basis, assessment: &Assessment) -> Vec<FairnessRow> {
    let mut rows = vec![FairnessRow {
        value: assessment.bound,
        reference: Some(assessment.tolerance),
        verdict: assessment.verdict.word().to_owned(),
        ..blank("fairness_to_stake", "all", assessment.sentence())
    }];
    rows.extend(stopping::row(basis));
    rows.extend(effect_row(assessment.gains_most.as_ref(), "largest_gain"));
    rows.extend(effect_row(assessment.loses_most.as_ref(), "largest_loss"));
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
