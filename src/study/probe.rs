//! How long a study will take, and how much room, from a short try of some of its points.

use super::plan::{Plan, PlannedPoint};
use super::point::StudyPoint;
use super::summary::{Collected, point_statements};
use super::tally::Tally;
use crate::report::Stopwatch;
use crate::scenario::Problem;
use crate::simulation::{Control, Engine, Player, Quiet, TrialRecord};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What a point costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// What carries it out.
    pub engine: Engine,
    /// Seconds of one thread for a trial.
    pub seconds_per_trial: f64,
    /// Bytes of a unit beside those of its trials.
    pub bytes_per_unit: f64,
    /// Bytes of a trial in it.
    pub bytes_per_trial: f64,
    /// Seconds of one thread to work out its rows.
    pub seconds_of_rows: f64,
    /// Rows in `batch.csv`.
    pub rows: u64,
}

/// So many points are tried at most, evenly spread.
const MOST_TRIES: usize = 48;
/// Each for so long, about.
const TRY: Duration = Duration::from_millis(40);
/// A trial of the try has at most so many rounds.
const MOST_ROUNDS: u64 = 1 << 14;
/// Bytes of a row of `batch.csv`, about.
const BYTES_OF_A_ROW: f64 = 150.0;

/// The cost of every point of a plan: those that were not tried have that of the nearest one that was, by
/// its rounds.
///
/// # Errors
/// If a point cannot be read any more.
pub fn costs(plan: &Plan) -> Result<Vec<Cost>, Problem> {
    let count = plan.points.len();
    let tries = count.clamp(1, MOST_TRIES);
    let mut costs: Vec<Cost> = Vec::with_capacity(count);
    let mut tried: Option<(usize, Cost, u64)> = None;
    for (place, planned) in plan.points.iter().enumerate() {
        let due = place * tries / count != place.wrapping_sub(1).wrapping_mul(tries) / count || place == 0;
        if due {
            let point = plan.point(planned.index)?;
            tried = Some((place, cost(plan, &point), planned.rounds));
        }
        if let Some((_, cost, rounds)) = tried {
            let scale = match cost.engine {
                Engine::Law => 1.0,
                _ => planned.rounds as f64 / rounds.max(1) as f64,
            };
            costs.push(Cost { seconds_per_trial: cost.seconds_per_trial * scale, ..cost });
        }
    }
    Ok(costs)
}

fn cost(plan: &Plan, point: &StudyPoint) -> Cost {
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let mut experiment = point.scenario.experiment.clone();
    let rounds = experiment.rounds;
    if experiment.engine != Engine::Law {
        experiment.rounds = rounds.min(MOST_ROUNDS);
    }
    let scale = rounds as f64 / experiment.rounds.max(1) as f64;
    let player = Player::new(&experiment, &control);
    let stopwatch = Stopwatch::start();
    let mut trials = 0;
    let mut results = None;
    while trials < 2 || (stopwatch.elapsed() < TRY && trials < point.block) {
        let batch = trials.clamp(2, 256);
        if let Ok(played) = player.play(trials..trials + batch) {
            results = Some(played);
        }
        trials += batch;
    }
    let seconds_per_trial = stopwatch.elapsed().as_secs_f64() / trials as f64 * scale;
    let mut cost = Cost {
        engine: experiment.engine,
        seconds_per_trial,
        bytes_per_unit: 0.0,
        bytes_per_trial: 0.0,
        seconds_of_rows: 0.0,
        rows: 0,
    };
    if let Some(results) = results.filter(|results| results.records.len() >= 2) {
        let stopwatch = Stopwatch::start();
        let of = |records: &[TrialRecord]| Tally {
            records: records.to_vec(),
            totals: results.totals.clone(),
            measurements: Vec::new(),
        };
        let (tally, one) = (of(&results.records), of(&results.records[..1]));
        let (all, single) = (tally.bytes().len() as f64, one.bytes().len() as f64);
        cost.bytes_per_trial = (all - single) / (tally.records.len() - 1) as f64;
        cost.bytes_per_unit = single - cost.bytes_per_trial + 40.0;
        if experiment.rounds == rounds {
            let collected = Collected { results, stopping: None, measurements: Vec::new() };
            cost.rows = point_statements(plan, point, &collected).len() as u64;
        } else {
            cost.rows = 3 * experiment.followed().len() as u64 + 2;
        }
        cost.seconds_of_rows = stopwatch.elapsed().as_secs_f64();
    }
    cost
}

impl Cost {
    /// Seconds of one thread for all trials of a point and its rows.
    pub fn seconds(&self, point: &PlannedPoint) -> f64 {
        self.seconds_per_trial * point.trials as f64 + self.seconds_of_rows
    }

    /// Bytes of its tallies and its rows.
    pub fn bytes(&self, point: &PlannedPoint) -> f64 {
        let units = point.trials.div_ceil(point.block.max(1)) as f64;
        self.bytes_per_unit * units
            + self.bytes_per_trial * point.trials as f64
            + BYTES_OF_A_ROW * self.rows as f64
    }
}
