//! Some of the rows, without the work for the others.

use super::{
    across_trials, across_validators, concentration, expected_shares, family, income, order, verdict,
};
use crate::analysis::income_verdict::IncomeVerdict;
use crate::analysis::rows::{Metric, Statement};
use crate::analysis::{AnalysisContext, MetricSet, assess_whole, claimed, income_rows};

/// The rows of these metrics, in the order of all rows. P-values are adjusted for each other among those
/// that were worked out for them.
pub fn wanted_rows(context: &AnalysisContext, metrics: &MetricSet) -> Vec<Statement> {
    use Metric::{
        ChainGini, ChainHerfindahl, Difference, Dispersion, Equitability, Equivalence, ExactMultinomial,
        ExpectedShareMinimumDetectableEffect, ExpectedShareTotalVariation, ExpectedShares, FairnessToStake,
        Gini, Herfindahl, IncomeRisk, IncomeToStake, KsStatistic, LargestGain, LargestLoss, LimitShareSd,
        LimitUnfairProbability, MeanWinShare, MinimumDetectableEffect, Misallocated, MisallocatedDifference,
        MisallocatedEquivalence, OrderGaps, OrderLag, OrderRuns, PowerDivergence, Renyi2Bits, ReturnByDecile,
        RobustFromRound, ShannonBits, Stopping, Theil, Top1Share, Top10PercentShare, UnfairProbability,
        UnfairProbabilityByLaw, VarianceRatio,
    };
    let mut rows = Vec::new();
    let of_verdict = metrics.has_any(&[
        FairnessToStake,
        Stopping,
        LargestGain,
        LargestLoss,
        Difference,
        Equivalence,
        Misallocated,
        MisallocatedDifference,
        MisallocatedEquivalence,
        MinimumDetectableEffect,
    ]);
    let of_expected_shares = metrics.has_any(&[
        ExpectedShares,
        ExpectedShareMinimumDetectableEffect,
        ExpectedShareTotalVariation,
        Dispersion,
    ]);
    if of_verdict || of_expected_shares {
        let test = expected_shares::test(context);
        if of_verdict {
            let assessment =
                assess_whole(context, &claimed(context), test.as_ref().and_then(|test| test.p_value()));
            rows.extend(verdict::rows(context, &assessment));
        }
        if of_expected_shares {
            rows.extend(expected_shares::rows(context, test.as_ref()));
        }
    }
    if metrics.has_any(&[PowerDivergence, ExactMultinomial]) {
        rows.extend(across_validators::rows(context));
    } else if metrics.has(VarianceRatio) && context.stopping.is_none() {
        rows.extend(across_validators::variance_rows(context));
    }
    if metrics.has(MeanWinShare) {
        rows.extend(across_trials::expectation_rows(context));
    }
    if metrics.has_any(&[UnfairProbability, UnfairProbabilityByLaw, RobustFromRound]) {
        rows.extend(across_trials::robust_rows(context));
    }
    if metrics.has(Equitability) {
        rows.extend(across_trials::equitability_rows(context));
    }
    if metrics.has_any(&[LimitShareSd, LimitUnfairProbability]) {
        rows.extend(across_trials::limit_rows(context));
    }
    if metrics.has(KsStatistic) {
        rows.extend(across_trials::distance_rows(context));
    }
    let of_concentration = [
        Gini,
        Herfindahl,
        Theil,
        ShannonBits,
        Renyi2Bits,
        Top1Share,
        Top10PercentShare,
        ChainHerfindahl,
        ChainGini,
    ];
    let is_nakamoto = |metric: &Metric| matches!(metric, Metric::Nakamoto(_));
    if metrics.has_any(&of_concentration) || metrics.has_such(is_nakamoto) {
        rows.extend(concentration::rows(context));
    }
    if metrics.has_any(&[OrderLag, OrderRuns, OrderGaps]) {
        rows.extend(order::rows(context));
    }
    family::adjust_exploratory(context, &mut rows);
    if metrics.has_any(&[IncomeToStake, IncomeRisk, ReturnByDecile]) {
        let verdict = IncomeVerdict::new(context, &income_rows::rows(context));
        rows.extend(income::rows(context, &verdict));
    }
    rows.retain(|row| metrics.has(row.metric));
    rows
}
