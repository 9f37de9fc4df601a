//! What a study says on the screen at its end.

use crate::cli::screen::{grouped, table};
use tombola::analysis::rows::{Metric, Statement};
use tombola::statistics::wording::{are, counted};
use tombola::study::{Plan, PlannedPoint, PointState, Summary, shown};

/// The rows of some points.
#[derive(Default)]
pub struct Report {
    rows: Vec<Vec<String>>,
    more: u64,
}

/// So many points are shown at most.
const MOST_ROWS: usize = 60;

impl Report {
    /// Adds a point with what its trials say.
    pub fn add(&mut self, plan: &Plan, point: &PlannedPoint, statements: &[Statement]) {
        if self.rows.len() == MOST_ROWS {
            self.more += 1;
            return;
        }
        let mut row: Vec<String> = plan.sweep.layout.values(point.index).iter().map(shown).collect();
        let of = |metric: Metric| statements.iter().filter(move |row| row.metric == metric);
        if shows_unfair_probability(plan) {
            row.push(range(of(Metric::UnfairProbability)));
            row.push(range(of(Metric::UnfairProbabilityByLaw)));
        } else {
            row.extend(columns(plan).iter().map(|&metric| range(of(metric))));
        }
        self.rows.push(row);
    }

    /// The whole in words.
    pub fn text(self, plan: &Plan, summary: &Summary) -> String {
        let keys = plan.sweep.layout.keys();
        let mut header = keys.clone();
        let named: Vec<String> = columns(plan).iter().map(Metric::to_string).collect();
        let unfair = if shows_unfair_probability(plan) {
            header.extend(["unfair probability", "exact"]);
            "Unfair probability: how likely a trial ends with a win share outside the tolerance; least and most of the validators that are followed. "
        } else {
            header.extend(named.iter().map(String::as_str));
            "Least and most of the subjects that there are. "
        };
        let more = match self.more {
            0 => String::new(),
            more => format!("... and {} more\n", counted(more, "point")),
        };
        let imprecise = match summary.imprecise() {
            0 => String::new(),
            points => {
                format!("Not as precise as wanted after all trials: {} of them.\n", grouped(points as u128))
            }
        };
        format!(
            "{}\n{more}\n{unfair}{} of {} {} done.\n{imprecise}",
            table(&header, keys.len(), self.rows),
            grouped(summary.count(PointState::Done) as u128),
            counted(summary.points.len() as u64, "point"),
            are(summary.count(PointState::Done) as u64),
        )
    }
}

/// Whether the study was asked for the unfair probability.
fn shows_unfair_probability(plan: &Plan) -> bool {
    plan.sweep.metrics.has_any(&[Metric::UnfairProbability, Metric::UnfairProbabilityByLaw])
}

/// The metrics that are shown in its place: the first of those that the study was asked for.
fn columns(plan: &Plan) -> &[Metric] {
    const MOST: usize = 4;
    let named = plan.sweep.metrics.named();
    &named[..named.len().min(MOST)]
}

/// The least and the most of some values.
fn range<'a>(statements: impl Iterator<Item = &'a Statement>) -> String {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in statements.filter_map(|row| row.value) {
        (least, most) = (least.min(value), most.max(value));
    }
    if least > most { "-".to_owned() } else { format!("{least:.3} to {most:.3}") }
}
