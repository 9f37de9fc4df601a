//! All validators' wins at once against the expected shares, by other tests than Pearson's, and the
//! dispersion of single validators' wins.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Family, Metric, Statement};
use crate::analysis::sampling_model::SamplingModel;
use crate::law::variance_inflation;
use crate::statistics::{
    DispersionTest, Divergence, Extremeness, dispersion_test, exact_multinomial_test, power_divergence,
};

/// The members of the family that stand beside Pearson's.
const MEMBERS: [(Divergence, &str, &str); 3] = [
    (Divergence::LogLikelihood, "likelihood-ratio", "G, twice the log-likelihood ratio (power 0)"),
    (Divergence::CressieRead, "cressie-read", "Cressie and Read's statistic (power 2/3)"),
    (Divergence::FreemanTukey, "freeman-tukey", "Freeman and Tukey's statistic (power -1/2)"),
];

/// The orderings of the exact test, by their names.
const ORDERINGS: [(Extremeness, &str, &str); 2] = [
    (Extremeness::Probability, "by-probability", "tables at most as probable as the one seen"),
    (Extremeness::ChiSquare, "by-chi-square", "tables with at least the chi-square of the one seen"),
];

const MULTINOMIAL: &str = "null hypothesis: counts are multinomial with the expected shares";

/// The tests of all wins, then those of the dispersion between trials.
pub fn rows(context: &AnalysisContext) -> Vec<Statement> {
    if context.stopping.is_some() {
        // Such tests need a number of rounds that is settled before.
        return Vec::new();
    }
    let mut rows = Vec::new();
    if let (Some(counts), Some(shares)) = (multinomial_counts(context), context.expected_shares.shares()) {
        rows.extend(divergence_rows(&counts, shares));
        rows.extend(multinomial_rows(&counts, shares));
    }
    rows.extend(variance_rows(context));
    rows
}

/// Wins, or runs won, where they are multinomial.
fn multinomial_counts(context: &AnalysisContext) -> Option<Vec<u64>> {
    let run = context.unit()?;
    Some(context.results.totals.validators.iter().map(|totals| totals.wins / run).collect())
}

fn divergence_rows(counts: &[u64], shares: &[f64]) -> Vec<Statement> {
    let row = |(divergence, name, words): (Divergence, &str, &str)| {
        let test = power_divergence(counts, shares, divergence)?;
        Some(Statement {
            statistic: test.statistic,
            df: Some(test.degrees as f64),
            p: Some(test.p_value),
            family: Some(Family::Exploratory),
            method: format!("{words}; {}", test.null.words()),
            ..Statement::new(Metric::PowerDivergence, name, MULTINOMIAL)
        })
    };
    MEMBERS.into_iter().filter_map(row).collect()
}

/// Exact p-values where all tables can be walked through.
fn multinomial_rows(counts: &[u64], shares: &[f64]) -> Vec<Statement> {
    let row = |(extremeness, name, words): (Extremeness, &str, &str)| {
        Some(Statement {
            p: Some(exact_multinomial_test(counts, shares, extremeness)?),
            family: Some(Family::Exploratory),
            method: format!("exact: {words}"),
            ..Statement::new(Metric::ExactMultinomial, name, MULTINOMIAL)
        })
    };
    ORDERINGS.into_iter().filter_map(row).collect()
}

/// For each followed validator, whether its wins vary between trials as the rule declares.
pub fn variance_rows(context: &AnalysisContext) -> Vec<Statement> {
    let names = &context.experiment.world.names;
    let declared = |validator: usize| match &context.sampling_model {
        SamplingModel::Rounds => Some(1.0),
        SamplingModel::Runs(_) => context.declared_dispersion(),
        SamplingModel::Scaled(factors) => Some(factors[validator]),
        // Pólya's urn: (1 + nw)/(1 + w) times, for a reward w of the initial total.
        SamplingModel::Trials(_) => {
            context.urn_reward.map(|w| variance_inflation(w, context.experiment.rounds))
        }
        SamplingModel::Bounded(_) => Some(0.0),
    };
    let tested = !matches!(context.sampling_model, SamplingModel::Trials(_) | SamplingModel::Bounded(_));
    let row = |(_, validator): (usize, usize)| {
        // In units of the declared variance where that is tested, of the binomial one elsewhere.
        let unit = if tested { declared(validator)? } else { 1.0 };
        let test = dispersion(context, validator, unit)?;
        Some(Statement {
            value: Some(test.ratio * unit),
            null_value: declared(validator),
            p: tested.then_some(test.p_value),
            family: tested.then_some(Family::Exploratory),
            method: if tested { "two-sided chi-square test of a variance" } else { "" }.to_owned(),
            ..Statement::new(
                Metric::VarianceRatio,
                &names[validator],
                "mean squared distance of a trial's wins from the expected ones, over that of independent draws; \
                 null hypothesis: what the rule declares, for nearly normal wins of a trial",
            )
        })
    };
    context.followed().filter_map(row).collect()
}

/// The test of a validator's dispersion in units of so many times the binomial one; `None` unless all
/// trials had as many selections.
fn dispersion(context: &AnalysisContext, validator: usize, unit: f64) -> Option<DispersionTest> {
    let (selections, share) = (context.selections_each?, context.expected_share(validator)?);
    dispersion_test(&context.win_moments(validator), selections, share, unit)
}
