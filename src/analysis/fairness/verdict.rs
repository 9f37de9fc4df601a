//! The verdict on fairness to stake, whom it concerns most, and what the run could have seen.

use super::stopping;
use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Decision, Family, Metric, Statement};
use crate::statistics::wording::counted;
use crate::statistics::{Assessment, Detectable, Effect, SampleUnits, Verdict, WholeVerdict, level_of};

/// The verdict first.
pub fn rows(context: &AnalysisContext, assessment: &Assessment) -> Vec<Statement> {
    let mut rows = vec![Statement {
        value: assessment.bound,
        null_value: Some(assessment.tolerance),
        decision: Some(decided(assessment.verdict)),
        method: "simultaneous intervals (Bonferroni)".to_owned(),
        ..Statement::new(Metric::FairnessToStake, "all", assessment.sentence())
    }];
    rows.extend(stopping::row(context));
    rows.extend(effect_row(assessment.gains_most.as_ref(), Metric::LargestGain));
    rows.extend(effect_row(assessment.loses_most.as_ref(), Metric::LargestLoss));
    rows.extend(test_rows(assessment));
    rows.extend(assessment.whole.as_ref().map(|whole| whole_rows(assessment, whole)).into_iter().flatten());
    rows.extend(detectable_rows(assessment));
    rows
}

fn decided(verdict: Verdict) -> Decision {
    match verdict {
        Verdict::Fair => Decision::Fair,
        Verdict::Unfair => Decision::Unfair,
        Verdict::Inconclusive => Decision::Inconclusive,
    }
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

/// A test of the primary family.
fn primary(metric: Metric, p: Option<f64>, adjusted: Option<f64>, confidence: f64) -> Statement {
    Statement {
        p,
        p_adjusted: adjusted,
        family: p.map(|_| Family::Primary),
        decision: adjusted.map(|p| Decision::of_test(p, level_of(confidence))),
        ..Statement::new(metric, "all", "")
    }
}

/// The tests of both statements that the verdict may make.
fn test_rows(assessment: &Assessment) -> [Statement; 2] {
    let (difference, adjusted) = (assessment.difference_p, assessment.difference_p_adjusted);
    let equivalence = assessment.equivalence_p;
    [
        Statement {
            method: format!("smallest p-value of {} validators (Bonferroni)", assessment.comparisons),
            note: "null hypothesis: no validator wins beyond the tolerance".to_owned(),
            ..primary(Metric::Difference, difference, adjusted, assessment.confidence)
        },
        Statement {
            method: "largest p-value of all validators (intersection-union test)".to_owned(),
            note: "null hypothesis: some validator wins beyond the tolerance".to_owned(),
            ..primary(Metric::Equivalence, equivalence, equivalence, assessment.confidence)
        },
    ]
}

/// The verdict on all wins as a whole, and its tests.
fn whole_rows(assessment: &Assessment, whole: &WholeVerdict) -> [Statement; 3] {
    let judged = &whole.misallocation;
    let confidence = assessment.confidence;
    [
        Statement {
            value: Some(judged.value),
            low: judged.interval.map(|interval| interval.low),
            high: judged.interval.map(|interval| interval.high),
            null_value: Some(judged.margin),
            decision: Some(decided(whole.verdict)),
            method: "McDiarmid's and Hoeffding's inequalities (conservative)".to_owned(),
            ..Statement::new(
                Metric::Misallocated,
                "all",
                "the share of all wins that went to others than the shares of stake say; the interval is that of the expected shares",
            )
        },
        Statement {
            method: "McDiarmid's inequality".to_owned(),
            note: "null hypothesis: the expected share of wins that goes to others than the shares of stake say is at most misallocated"
                .to_owned(),
            ..primary(Metric::MisallocatedDifference, judged.difference_p, whole.difference_p, confidence)
        },
        Statement {
            method: "Hoeffding's inequality".to_owned(),
            note: "null hypothesis: it is more".to_owned(),
            ..primary(Metric::MisallocatedEquivalence, judged.equivalence_p, judged.equivalence_p, confidence)
        },
    ]
}

/// Of the validator of whom it is easiest to see, and of the one of whom it is hardest.
fn detectable_rows(assessment: &Assessment) -> Vec<Statement> {
    let unit = match assessment.sample {
        SampleUnits::Rounds(_) => "round",
        SampleUnits::Trials(_) => "trial",
    };
    let row = |(detectable, which): (&Detectable, &str)| Statement {
        value: Some(detectable.effect),
        null_value: Some(assessment.tolerance),
        method: "normal approximation, 90 % power".to_owned(),
        ..Statement::new(
            Metric::MinimumDetectableEffect,
            &detectable.name,
            format!(
                "the smallest relative deviation from its share of stake that a run of {} shows to be beyond the tolerance; {which}",
                counted(assessment.sample.size(), unit)
            ),
        )
    };
    let (easiest, hardest) = (assessment.easiest.as_ref(), assessment.hardest.as_ref());
    let rows = [(easiest, "the easiest to judge"), (hardest, "the hardest to judge")];
    rows.into_iter().filter_map(|(detectable, which)| Some(row((detectable?, which)))).collect()
}
