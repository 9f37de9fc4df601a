//! All validators' wins at once against the promise, by other tests than Pearson's, and the scatter
//! of single validators' wins.
//!
//! The decision is that of `expected_shares_p` alone. These are other views of the same counts: a reader who
//! took the smallest of their p-values would be right less often than it says.

use super::row::{alpha, blank, replicates};
use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;
use crate::analysis::sampling_model::SamplingModel;
use crate::law::variance_inflation;
use crate::random::Stream;
use crate::statistics::{
    DispersionTest, Divergence, Extremeness, exact_multinomial_test, goodness_of_fit, holm,
    monte_carlo_multinomial_test, power_divergence, scaled_dispersion_test,
};

/// The members of the family that stand beside Pearson's.
const MEMBERS: [(Divergence, &str, &str); 3] = [
    (Divergence::LogLikelihood, "likelihood-ratio", "G, twice the log-likelihood ratio (power 0)"),
    (Divergence::CressieRead, "cressie-read", "Cressie and Read's statistic (power 2/3)"),
    (Divergence::FreemanTukey, "freeman-tukey", "Freeman and Tukey's statistic (power -1/2)"),
];

/// The orderings of the exact test, by their names.
const ORDERINGS: [(Extremeness, &str, &str); 2] = [
    (Extremeness::Probability, "by-probability", "at most as probable as"),
    (Extremeness::ChiSquare, "by-chi-square", "with at least the chi-square of"),
];

/// The tests of all wins, then those of the scatter between trials.
pub fn rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    if context.stopping.is_some() {
        // Such tests need a number of rounds that is settled before.
        return Vec::new();
    }
    let mut rows = Vec::new();
    if let (Some(counts), Some(shares)) = (multinomial_counts(context), context.expected_shares.shares()) {
        rows.extend(divergence_rows(context, &counts, shares));
        rows.extend(multinomial_rows(context, &counts, shares));
    }
    rows.extend(scatter_rows(context));
    rows
}

/// Wins, or runs won, where they are multinomial.
fn multinomial_counts(context: &AnalysisContext) -> Option<Vec<u64>> {
    let run = match context.sampling_model {
        SamplingModel::Rounds => 1,
        SamplingModel::Runs(run) => run,
        _ => return None,
    };
    Some(context.results.totals.validators.iter().map(|totals| totals.wins / run).collect())
}

fn divergence_rows(context: &AnalysisContext, counts: &[u64], shares: &[f64]) -> Vec<FairnessRow> {
    let mut rows = Vec::new();
    for (divergence, name, words) in MEMBERS {
        let Some(test) = power_divergence(counts, shares, divergence) else { continue };
        rows.push(FairnessRow {
            value: test.statistic,
            reference: Some(test.degrees as f64),
            ..blank("power_divergence", name, format!("{words}; the reference is its degrees of freedom"))
        });
        rows.push(FairnessRow {
            value: Some(test.p_value),
            reference: Some(alpha(context)),
            ..blank(
                "power_divergence_p",
                name,
                "null hypothesis: counts are multinomial with the promised shares; the chi-square law of the limit, \
                 too small a p-value where few are expected; another view of expected_shares_p, so no correction and no verdict",
            )
        });
    }
    rows
}

/// Exact p-values where all tables can be walked through; simulated ones where they cannot and so
/// little is expected of some that the chi-square law is doubtful.
fn multinomial_rows(context: &AnalysisContext, counts: &[u64], shares: &[f64]) -> Vec<FairnessRow> {
    let row = |metric: &str, subject: &str, value: Option<f64>, note: String| FairnessRow {
        value,
        reference: value.map(|_| alpha(context)),
        ..blank(metric, subject, note)
    };
    let pooled = goodness_of_fit(counts, shares).is_none_or(|test| test.pooled > 0);
    let mut rows = Vec::new();
    for (extremeness, name, words) in ORDERINGS {
        let null = format!(
            "null hypothesis: counts are multinomial with the promised shares; the probability of a table {words} the one seen"
        );
        if let Some(p) = exact_multinomial_test(counts, shares, extremeness) {
            rows.push(row(
                "exact_p",
                name,
                Some(p),
                format!("{null}; exact, over all tables; no correction"),
            ));
        } else if pooled && let Some(replicates) = replicates(counts.len()) {
            let mut stream =
                Stream::of_figure(context.experiment.world.seed, &format!("monte_carlo_p {name}"));
            let p = monte_carlo_multinomial_test(counts, shares, extremeness, replicates, &mut stream);
            let note = format!(
                "{null}; from {replicates} simulated tables without pooling, (b + 1)/({replicates} + 1), so never below {}; no correction",
                1.0 / (f64::from(replicates) + 1.0)
            );
            rows.extend(p.map(|p| row("monte_carlo_p", name, Some(p), note)));
        }
    }
    rows
}

/// For each followed validator, whether its wins scatter between trials as the rule declares.
fn scatter_rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    let names = &context.experiment.world.names;
    let declared = |validator: usize| match &context.sampling_model {
        SamplingModel::Rounds => Some(1.0),
        SamplingModel::Runs(run) => Some(*run as f64),
        SamplingModel::Scaled(factors) => Some(factors[validator]),
        // Pólya's urn: (1 + nw)/(1 + w) times, for a reward w of the initial total.
        SamplingModel::Trials(_) => {
            context.relative_reward().map(|w| variance_inflation(w, context.experiment.rounds))
        }
        SamplingModel::Bounded(_) => Some(0.0),
    };
    let tested = !matches!(context.sampling_model, SamplingModel::Trials(_) | SamplingModel::Bounded(_));
    // In units of the declared scatter where that is tested, of the binomial one elsewhere.
    let unit = |validator: usize| if tested { declared(validator) } else { Some(1.0) };
    let mut rows = Vec::new();
    let mut validators = Vec::new();
    let mut p_values = Vec::new();
    for (_, validator) in context.followed() {
        let Some(unit) = unit(validator) else { continue };
        let Some(test) = scatter(context, validator, unit) else { continue };
        validators.push(validator);
        p_values.push(tested.then_some(test.p_value));
        rows.push(FairnessRow {
            value: Some(test.ratio * unit),
            reference: declared(validator),
            ..blank(
                "variance_ratio",
                &names[validator],
                "mean squared distance of a trial's wins from the promise, over that of independent draws; the reference is what the rule declares",
            )
        });
    }
    for (validator, p) in validators.into_iter().zip(holm(&p_values)) {
        let Some(p) = p else { continue };
        rows.push(FairnessRow {
            value: Some(p),
            reference: Some(alpha(context)),
            verdict: if p < alpha(context) { "rejected" } else { "not rejected" }.to_owned(),
            ..blank(
                "variance_ratio_p",
                &names[validator],
                "null hypothesis: wins scatter between trials as the rule declares; two-sided chi-square test, which takes the wins of a trial to be nearly normal; \
                 corrected for the validators followed (Holm); `as declared` means not refuted",
            )
        });
    }
    rows
}

/// The test of a validator's scatter in units of so many times the binomial one; `None` unless all
/// trials had as many selections.
fn scatter(context: &AnalysisContext, validator: usize, unit: f64) -> Option<DispersionTest> {
    let (selections, share) = (context.selections_each?, context.expected_share(validator)?);
    scaled_dispersion_test(&context.win_moments(validator), selections, share, unit)
}
