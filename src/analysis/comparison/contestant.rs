//! One rule of a comparison, once its trials are played.

use super::baseline::{Baseline, Measurements};
use super::law::CountDraws;
use super::measures::MEASURES;
use crate::analysis::context::AnalysisContext;
use crate::analysis::rows::{ShareRow, TimelineRow};
use crate::analysis::sampling_model::SamplingModel;
use crate::analysis::share_rows::rows as shares;
use crate::analysis::timeline_rows::rows as timeline;
use crate::scenario::AnalysisSection;
use crate::simulation::{Experiment, Results, TrialRecord};

/// What a comparison keeps of one rule: a few numbers for each trial and measure.
pub struct Contestant {
    /// The rule, or the scenario, as the tables name it.
    pub name: String,
    /// Rounds that were played in all trials.
    pub rounds: u64,
    /// Rounds of each trial in which somebody was selected: the blocks that there could be.
    pub selections: Vec<u64>,
    /// Whether any stake changed in any trial.
    pub stakes_moved: bool,
    /// Whether every win earned the same, so that incomes are those of the wins.
    pub income_follows_wins: bool,
    /// For each measure the values of the trials, in their order.
    pub values: Vec<Vec<Option<f64>>>,
    /// For each measure its expected value by the law of the rule, as far as that is known.
    pub laws: Vec<Option<f64>>,
    /// For each measure the value it tends to in endless rounds; nothing where it tends to none.
    pub limits: Vec<Option<f64>>,
    /// The time line of the richest validator's win share; the subject is the rule.
    pub timeline: Vec<TimelineRow>,
    /// Which share of the wins the rule gives to which stake.
    pub shares: Vec<ShareRow>,
}

/// What the time line of a comparison has of each rule.
const OF_RULES: [&str; 3] = ["win_share", "unfair_probability", "unfair_probability_by_law"];

impl Contestant {
    /// A rule whose trials were measured, one after another in their order.
    pub fn new(
        name: &str,
        baseline: &Baseline,
        experiment: &Experiment,
        settings: &AnalysisSection,
        results: &Results,
        measurements: &[Measurements],
    ) -> Self {
        let context = AnalysisContext::new(experiment, settings, results, None);
        let richest = &experiment.world.names[baseline.richest];
        let timeline = timeline(&context)
            .into_iter()
            .filter(|row| OF_RULES.contains(&row.metric.as_str()) && row.subject == *richest)
            .map(|row| TimelineRow { subject: name.to_owned(), ..row })
            .collect();
        Contestant {
            name: name.to_owned(),
            rounds: results.totals.counters.rounds,
            selections: results.records.iter().map(TrialRecord::selections).collect(),
            stakes_moved: results.totals.stakes_moved,
            income_follows_wins: context.income_follows_wins(),
            values: (0..MEASURES.len())
                .map(|index| measurements.iter().map(|trial| trial[index]).collect())
                .collect(),
            laws: laws(baseline, &context),
            limits: limits(baseline, &context),
            timeline,
            shares: shares(&context, name),
        }
    }
}

/// The expected shares, unless the rule is rigged, which does not keep them.
fn kept_shares<'a>(context: &'a AnalysisContext) -> Option<&'a [f64]> {
    let rigged = context.experiment.world.rule.thing.is_rigged();
    context.expected_shares.shares().filter(|_| !rigged)
}

/// The expected values of all measures, exactly.
fn laws(baseline: &Baseline, context: &AnalysisContext) -> Vec<Option<f64>> {
    let Some(chances) = kept_shares(context) else { return vec![None; MEASURES.len()] };
    let mut selections =
        context.results.records.iter().map(|record| record.counters.rounds - record.counters.empty);
    let first = selections.next().unwrap_or(0);
    if context.sampling_model == SamplingModel::Rounds && first > 0 && selections.all(|other| other == first)
    {
        let draws = CountDraws { baseline, chances, rounds: first };
        return MEASURES.iter().map(|measure| (measure.law)(&draws)).collect();
    }
    // What everybody is expected to win is known for runs and for compounding rewards too, whatever
    // the law of the dispersion.
    let expected = matches!(context.sampling_model, SamplingModel::Rounds | SamplingModel::Runs(_))
        || context.results.totals.stakes_moved;
    let gain = chances[baseline.richest] - baseline.shares[baseline.richest];
    MEASURES.iter().map(|measure| (expected && measure.name == "richest_gain").then_some(gain)).collect()
}

/// The values of all measures in endless rounds of fixed stakes.
fn limits(baseline: &Baseline, context: &AnalysisContext) -> Vec<Option<f64>> {
    let expected_shares = kept_shares(context).filter(|_| !context.results.totals.stakes_moved);
    MEASURES.iter().map(|measure| (measure.limit)(baseline, expected_shares?)).collect()
}
