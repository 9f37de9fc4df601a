//! How far a study has come, point by point, and what its trials say.

use super::evaluate::missing;
use super::plan::{Plan, PlannedPoint};
use super::point::StudyPoint;
use super::tally::Tally;
use super::tally_file::{TallyFileContents, TallyReader};
use crate::analysis::comparison::Measurements;
use crate::analysis::rows::Statement;
use crate::analysis::{Stopping, statements};
use crate::simulation::{Results, StopRule, next_look};
use std::fmt;

/// What has become of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointState {
    /// All of its trials were played.
    Done,
    /// A program is playing it.
    Running,
    /// It failed when it was last tried.
    Failed,
    /// Some of its trials were played.
    Partial,
    /// None was.
    Missing,
}

impl fmt::Display for PointState {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(match self {
            PointState::Done => "done",
            PointState::Running => "running",
            PointState::Failed => "failed",
            PointState::Partial => "partial",
            PointState::Missing => "missing",
        })
    }
}

/// How far a point has come.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSummary {
    /// What has become of it.
    pub state: PointState,
    /// How many trials were played.
    pub trials: u64,
    /// How long they took, in seconds of one unit after another.
    pub seconds: f64,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// Whether a precision was to end it, and all of its trials were played without reaching it.
    pub imprecise: bool,
}

/// How far a study has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// One for each point of the plan.
    pub points: Vec<PointSummary>,
}

impl Summary {
    /// What a file of tallies says of a plan; `held` says whether a program is at work on it.
    pub fn new(plan: &Plan, contents: &TallyFileContents, held: bool) -> Self {
        let failures = contents.failures(plan);
        let point = |planned: &PlannedPoint| {
            let blocks = contents.blocks(planned.tally_id, planned.trials);
            let trials: u64 = blocks.iter().map(|block| block.count).sum();
            let micros: u64 = blocks.iter().map(|block| block.micros).fold(0, u64::saturating_add);
            let failure = failures.get(&planned.id).map(|message| (*message).to_owned());
            let precise = planned.until && contents.is_precise(planned.tally_id);
            let state = match () {
                () if trials >= planned.trials || precise => PointState::Done,
                () if failure.is_some() => PointState::Failed,
                () if held && contents.is_begun(planned.tally_id) => PointState::Running,
                () if trials > 0 => PointState::Partial,
                () => PointState::Missing,
            };
            let failure = failure.filter(|_| state == PointState::Failed);
            let imprecise = planned.until && !precise && state == PointState::Done;
            PointSummary { state, trials, seconds: micros as f64 / 1e6, failure, imprecise }
        };
        Summary { points: plan.points.iter().map(point).collect() }
    }

    /// How many points are in a state.
    pub fn count(&self, state: PointState) -> usize {
        self.points.iter().filter(|point| point.state == state).count()
    }

    /// How many points have played all of their trials without the precision that was to end them.
    pub fn imprecise(&self) -> usize {
        self.points.iter().filter(|point| point.imprecise).count()
    }

    /// Whether all points are done.
    pub fn is_complete(&self) -> bool {
        self.count(PointState::Done) == self.points.len()
    }
}

/// What the units in a file say of a point: its results, and the rule that ended it if it has one.
pub struct Collected<'a> {
    /// The trials and their sums.
    pub results: Results,
    /// The rule, which has seen them as they were played.
    pub stopping: Option<Stopping<'a>>,
    /// What each trial was measured by, where rules are compared.
    pub measurements: Vec<Measurements>,
}

/// Collects the units of a point; `None` if there are none.
///
/// # Errors
/// If a unit cannot be read or is none of this point.
pub fn collect<'a>(
    point: &'a StudyPoint,
    planned: &PlannedPoint,
    reader: &TallyReader,
) -> Result<Option<Collected<'a>>, String> {
    let experiment = &point.scenario.experiment;
    let blocks = reader.contents.blocks(planned.tally_id, planned.trials);
    if blocks.is_empty() {
        return Ok(None);
    }
    let mut tallies = Vec::new();
    for block in &blocks {
        let tally = reader.tally(block).map_err(|error| error.to_string())?;
        tally.fits(experiment).map_err(|unfit| {
            format!(
                "{}: the trials from {} on are none of the point {}: {} does not fit",
                reader.path().display(),
                block.first,
                planned.id,
                unfit.0
            )
        })?;
        tallies.push(tally);
    }
    let Some(until) = &point.scenario.file.run.until else {
        let partial = !missing(&reader.contents, planned, 0..planned.trials).is_empty();
        let measurements = tallies.iter().flat_map(|tally| tally.measurements.iter().copied()).collect();
        return Ok(Some(Collected {
            results: Tally::results(tallies, partial),
            stopping: None,
            measurements,
        }));
    };
    let mut rule = Stopping::new(experiment, &point.scenario.file.analysis, until);
    let mut rest = tallies.into_iter().peekable();
    let mut results = Tally::results([], false);
    let mut played = 0;
    let mut satisfied = false;
    while played < planned.trials && !satisfied {
        let end = next_look(played, planned.trials);
        let mut look = Vec::new();
        while let Some(tally) = rest.next_if(|tally| tally.first() < end) {
            look.push(tally);
        }
        let look = Tally::results(look, false);
        if look.records.len() as u64 != end - played {
            // A look that is not whole was not taken, and no later one was.
            break;
        }
        satisfied = rule.look(&look.totals, &look.records);
        results.records.extend(look.records);
        results.totals.merge(&look.totals);
        played = end;
    }
    if results.records.is_empty() {
        return Ok(None);
    }
    results.partial = !satisfied && played < planned.trials;
    results.satisfied = (!results.partial).then_some(satisfied);
    Ok(Some(Collected { results, stopping: Some(rule), measurements: Vec::new() }))
}

/// The statements on a point's trials, those of the study's metrics.
pub fn point_statements(plan: &Plan, point: &StudyPoint, collected: &Collected) -> Vec<Statement> {
    let (experiment, settings) = (&point.scenario.experiment, &point.scenario.file.analysis);
    statements(experiment, settings, &collected.results, collected.stopping.as_ref(), &plan.sweep.metrics)
}
