//! What a study's `batch.csv` says, as figures need it.

use crate::analysis::rows::{ShareRow, TimelineRow};
use crate::registry::nearest;
use crate::report::figures::{Grid, GridCell};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a table of a study says nothing: which file, what is wrong, and what to do.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct StudyValuesError(String);

/// Metrics that say most of a study, the first that is there is drawn.
pub(super) const FIRST: [&str; 6] = [
    "unfair_probability_by_law",
    "unfair_probability",
    "misallocated",
    "equitability",
    "mean_win_share",
    "expected_share_total_variation",
];
/// The setting that a line runs along.
const ROUNDS: &str = "run.rounds";

/// A level as figures name it: of an inline table its kind, with the settings in brackets, as `compare` names
/// rules.
pub(super) fn level_words(level: &str) -> String {
    let table = || toml::from_str::<toml::Table>(&format!("level = {level}")).ok()?.remove("level");
    let Some(toml::Value::Table(mut table)) = level.starts_with('{').then(table).flatten() else {
        return level.to_owned();
    };
    let Some(toml::Value::String(kind)) = table.remove("kind") else { return level.to_owned() };
    let settings: Vec<String> = table
        .iter()
        .map(|(key, value)| match value {
            toml::Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    if settings.is_empty() { kind } else { format!("{kind}({})", settings.join(", ")) }
}

/// The curves in a study's `shares.csv`; each is named by the levels of the keys in which they differ.
///
/// # Errors
/// If the file cannot be read, or is not such a table.
pub fn curves_of_study(path: &Path) -> Result<Vec<ShareRow>, StudyValuesError> {
    let refused = |what: String| StudyValuesError(format!("{}: {what}", path.display()));
    let mut reader = csv::Reader::from_path(path).map_err(|error| refused(error.to_string()))?;
    let header = reader.headers().map_err(|error| refused(error.to_string()))?.clone();
    // Levels stand between the point and the stake.
    let end = header.iter().position(|column| column == "stake").filter(|&end| end > 1).ok_or_else(|| {
        refused(
            "has no column `stake` behind the swept keys; `tombola summarise` writes the table anew".into(),
        )
    })?;
    let mut curves: Vec<(Vec<String>, ShareRow)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| refused(error.to_string()))?;
        let place = record.position().map_or(0, csv::Position::line);
        let cell = |column: usize| record.get(end + column).unwrap_or_default();
        let number = |column: usize| -> Result<Option<f64>, StudyValuesError> {
            match cell(column) {
                "" => Ok(None),
                text => match text.parse() {
                    Ok(number) => Ok(Some(number)),
                    Err(_) => Err(refused(format!("line {place}: `{text}` is no number"))),
                },
            }
        };
        let whole = |column: usize| cell(column).parse().unwrap_or(0);
        let row = ShareRow {
            rule: String::new(),
            stake: whole(0),
            validators: whole(1),
            stake_share: number(2)?.unwrap_or(0.0),
            expected_share: number(3)?,
            win_share: number(4)?,
        };
        curves.push((record.iter().take(end).skip(1).map(level_words).collect(), row));
    }
    let differ = |key: usize| curves.iter().any(|(levels, _)| levels[key] != curves[0].0[key]);
    let mut keys: Vec<usize> = (0..end - 1).filter(|&key| differ(key)).collect();
    if keys.is_empty() {
        keys = vec![0];
    }
    let named = |(levels, row): &(Vec<String>, ShareRow)| {
        let levels: Vec<&str> = keys.iter().map(|&key| levels[key].as_str()).collect();
        ShareRow { rule: levels.join(", "), ..row.clone() }
    };
    Ok(curves.iter().map(named).collect())
}

/// The values of a study.
pub struct StudyValues {
    path: PathBuf,
    /// The swept keys, in their order.
    keys: Vec<String>,
    rows: Vec<StudyValue>,
}

struct StudyValue {
    levels: Vec<String>,
    metric: String,
    subject: String,
    /// Whether it is a share or a probability.
    is_share: bool,
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
}

impl StudyValues {
    /// Reads them. Memory grows with the table.
    ///
    /// # Errors
    /// If the file cannot be read, or is not such a table.
    pub fn read(path: &Path) -> Result<Self, StudyValuesError> {
        let refused = |what: String| StudyValuesError(format!("{}: {what}", path.display()));
        let mut reader = csv::Reader::from_path(path).map_err(|error| refused(error.to_string()))?;
        let header = reader.headers().map_err(|error| refused(error.to_string()))?.clone();
        let place = |name: &str| {
            header.iter().position(|column| column == name).ok_or_else(|| {
                refused(format!("has no column `{name}`; `tombola summarise` writes the table anew"))
            })
        };
        let metric = place("metric")?;
        let (subject, value, low, high) = (place("subject")?, place("value")?, place("low")?, place("high")?);
        let unit = place("unit")?;
        let keys: Vec<String> = header.iter().take(metric).skip(1).map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| refused(error.to_string()))?;
            let number = |place: usize| record[place].parse::<f64>().ok().filter(|value| value.is_finite());
            let Some(found) = number(value) else { continue };
            rows.push(StudyValue {
                levels: record.iter().take(metric).skip(1).map(level_words).collect(),
                metric: record[metric].to_owned(),
                subject: record[subject].to_owned(),
                is_share: matches!(&record[unit], "share" | "probability"),
                value: found,
                low: number(low),
                high: number(high),
            });
        }
        Ok(StudyValues { path: path.to_owned(), keys, rows })
    }

    /// The unfair probability over the rounds, a line for each setting of the other keys.
    pub fn timeline(&self, validator: Option<&str>) -> Vec<TimelineRow> {
        let Some(rounds) = self.keys.iter().position(|key| key == ROUNDS) else { return Vec::new() };
        let metrics = ["unfair_probability", "unfair_probability_by_law"];
        let of = || self.rows.iter().filter(|row| metrics.contains(&row.metric.as_str()));
        let drawn = FIRST.into_iter().filter(|metric| metrics.contains(metric));
        let Some(metric) = drawn.max_by_key(|metric| (self.points_of(metric, None), *metric == FIRST[0]))
        else {
            return Vec::new();
        };
        let Some(subject) = validator.or_else(|| self.subject_of(metric)) else {
            return Vec::new();
        };
        of().filter(|row| row.subject == subject)
            .filter_map(|row| {
                let others = row.levels.iter().enumerate().filter(|(place, _)| *place != rounds);
                let others: Vec<&str> = others.map(|(_, level)| level.as_str()).collect();
                Some(TimelineRow {
                    round: row.levels[rounds].parse::<f64>().ok().map(|round| round as u64)?,
                    metric: row.metric.clone(),
                    subject: if others.is_empty() { subject.to_owned() } else { others.join(", ") },
                    mean: row.value,
                    low: row.low,
                    high: row.high,
                    ..TimelineRow::default()
                })
            })
            .collect()
    }

    /// How many points have a value of a metric, or of a metric of this subject.
    fn points_of(&self, metric: &str, subject: Option<&str>) -> usize {
        let rows = self.rows.iter().filter(|row| row.metric == metric);
        let rows = rows.filter(|row| subject.is_none_or(|subject| row.subject == subject));
        rows.map(|row| &row.levels).collect::<BTreeSet<_>>().len()
    }

    /// Of whom a metric is drawn if nobody is named: of who has it at the most points, and of these of the one with
    /// the largest unfair probability over all of them, or with the largest share of wins where another metric is
    /// drawn, which is the richest under most rules.
    fn subject_of(&self, metric: &str) -> Option<&str> {
        let mut subjects: Vec<&str> = Vec::new();
        for row in self.rows.iter().filter(|row| row.metric == metric) {
            if !subjects.contains(&row.subject.as_str()) {
                subjects.push(&row.subject);
            }
        }
        let by = if metric.starts_with("unfair_probability") { metric } else { "mean_win_share" };
        let size = |subject: &str| -> f64 {
            let rows = self.rows.iter().filter(|row| row.metric == by && row.subject == subject);
            rows.map(|row| row.value).sum()
        };
        let mut ranked: Vec<(usize, f64, &str)> = subjects
            .into_iter()
            .map(|subject| (self.points_of(metric, Some(subject)), size(subject), subject))
            .collect();
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
        ranked.first().map(|&(_, _, subject)| subject)
    }

    /// The figures that suit these values: lines over one factor, a heat map and small multiples over two or more,
    /// and the unfair probability where rounds are a factor.
    pub fn suitable(&self, grid: &Grid) -> Vec<&'static str> {
        let mut figures = match grid {
            grid if grid.cells.is_empty() => Vec::new(),
            grid if grid.down.is_empty() => vec!["small-multiples"],
            _ => vec!["heat-map", "small-multiples"],
        };
        if self.keys.iter().any(|key| key == ROUNDS) {
            figures.push("unfair-probability");
        }
        figures
    }

    /// A metric over the first two keys that have several levels; of further keys the first level. Where points
    /// are not on a grid of these, over the first key alone.
    ///
    /// # Errors
    /// If there is no such metric, or it has no such validator.
    pub fn grid(&self, metric: Option<&str>, validator: Option<&str>) -> Result<Grid, StudyValuesError> {
        let known: Vec<&str> = self.rows.iter().map(|row| row.metric.as_str()).collect();
        if let Some(metric) = metric.filter(|metric| !known.contains(metric)) {
            let near = nearest(metric, known.iter().copied());
            let help = near.map_or(String::new(), |near| format!("\n  help: did you mean `{near}`?"));
            return Err(StudyValuesError(format!(
                "--metric {metric}: {} has no value of it{help}",
                self.path.display()
            )));
        }
        // That of the most points: some rules have no distribution, and some points not the same validators.
        let mut first = FIRST.to_vec();
        first.sort_by_key(|metric| Reverse(self.points_of(metric, None)));
        let first = || first.iter().copied().find(|metric| known.contains(metric));
        let Some(metric) = metric.or_else(first).or_else(|| known.first().copied()) else {
            return Ok(Grid::default());
        };
        let of = || self.rows.iter().filter(|row| row.metric == metric);
        let subject = match validator {
            Some(name) if of().any(|row| row.subject == name) => name,
            Some(name) => {
                let near = nearest(name, of().map(|row| row.subject.as_str()));
                let help = near.map_or(String::new(), |near| format!("\n  help: did you mean `{near}`?"));
                return Err(StudyValuesError(format!(
                    "--validator {name}: {} has no {metric} of this name{help}",
                    self.path.display()
                )));
            }
            None => self.subject_of(metric).unwrap_or_default(),
        };
        let mut varied: Vec<usize> = (0..self.keys.len())
            .filter(|&place| self.rows.iter().any(|row| row.levels[place] != self.rows[0].levels[place]))
            .collect();
        // Numbers stand along an axis, names below one another, where they have room.
        let numbers = |place: usize| self.rows.iter().all(|row| row.levels[place].parse::<f64>().is_ok());
        if let [first, second, ..] = varied[..]
            && !numbers(first)
            && numbers(second)
        {
            varied.swap(0, 1);
        }
        // Of factors that are drawn from ranges each point has levels of its own: no grid holds them.
        let levels = |place: usize| {
            let levels: BTreeSet<&str> = self.rows.iter().map(|row| row.levels[place].as_str()).collect();
            levels.len()
        };
        let all: BTreeSet<&Vec<String>> = self.rows.iter().map(|row| &row.levels).collect();
        let fit = varied.iter().fold(1usize, |product, &place| product.saturating_mul(levels(place)));
        let scattered = varied.len() > 1 && 2 * all.len() < fit;
        if scattered {
            varied.sort_by_key(|&place| Reverse((numbers(place), levels(place))));
            varied.truncate(1);
        }
        let (across, down) = (varied.first().copied(), varied.get(1).copied());
        let rest: Vec<usize> = varied.iter().copied().skip(2).collect();
        let key = |place: Option<usize>| place.map_or(String::new(), |place| self.keys[place].clone());
        let shown = |row: &&StudyValue| row.metric == metric && row.subject == subject;
        let mut without: Vec<String> = Vec::new();
        for place in [across, down].into_iter().flatten() {
            let mut seen: BTreeSet<&str> =
                self.rows.iter().filter(shown).map(|row| row.levels[place].as_str()).collect();
            for row in &self.rows {
                if seen.insert(&row.levels[place]) {
                    without.push(row.levels[place].clone());
                }
            }
        }
        let cells = of()
            .filter(|row| row.subject == subject)
            .filter(|row| rest.iter().all(|&place| row.levels[place] == self.rows[0].levels[place]))
            .map(|row| {
                let level =
                    |place: Option<usize>| place.map_or(String::new(), |place| row.levels[place].clone());
                GridCell {
                    across: level(across),
                    down: level(down),
                    value: row.value,
                    low: row.low,
                    high: row.high,
                }
            });
        let held = rest.iter().map(|&place| format!("{} = {}", self.keys[place], self.rows[0].levels[place]));
        let held: Vec<String> = held.collect();
        let subject =
            if held.is_empty() { subject.to_owned() } else { format!("{subject}, {}", held.join(", ")) };
        Ok(Grid {
            metric: metric.to_owned(),
            is_share: of().all(|row| row.is_share),
            scattered,
            subject,
            across: key(across),
            down: key(down),
            cells: cells.collect(),
            without,
            size: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two metrics the one that more points have, of its subjects likewise; levels without it are named.
    #[test]
    fn a_grid_shows_what_most_points_have() {
        let row = |rule: &str, gini: &str, metric: &str, subject: &str| StudyValue {
            levels: vec![rule.to_owned(), gini.to_owned()],
            metric: metric.to_owned(),
            subject: subject.to_owned(),
            is_share: true,
            value: 0.5,
            low: None,
            high: None,
        };
        let mut rows = vec![
            row("raffle", "0.1", "unfair_probability_by_law", "a"),
            row("raffle", "0.2", "unfair_probability_by_law", "a"),
            row("raffle", "0.1", "unfair_probability", "b"),
        ];
        for (rule, gini) in [("raffle", "0.1"), ("raffle", "0.2"), ("nxt", "0.1"), ("nxt", "0.2")] {
            rows.push(row(rule, gini, "unfair_probability", "a"));
        }
        let keys = ["selection.rule", "population.stake.gini"].map(str::to_owned).to_vec();
        let values = StudyValues { path: PathBuf::new(), keys, rows };
        let Ok(grid) = values.grid(None, None) else { panic!("no grid") };
        assert_eq!((grid.metric.as_str(), grid.subject.as_str()), ("unfair_probability", "a"));
        assert!(grid.cells.len() == 4 && grid.without.is_empty() && !grid.scattered && grid.is_share);
        assert_eq!(values.suitable(&grid), ["heat-map", "small-multiples"]);
        let Ok(grid) = values.grid(Some("unfair_probability_by_law"), None) else { panic!("no grid") };
        assert_eq!((grid.cells.len(), grid.without), (2, vec!["nxt".to_owned()]));
    }

    /// Nobody is named: drawn is who has the largest unfair probability, not who comes first.
    #[test]
    fn the_largest_unfair_probability_is_drawn() {
        let row = |rounds: &str, subject: &str, value: f64| StudyValue {
            levels: vec![rounds.to_owned()],
            metric: "unfair_probability".to_owned(),
            subject: subject.to_owned(),
            is_share: true,
            value,
            low: None,
            high: None,
        };
        let rows = vec![
            row("10", "a", 0.3),
            row("10", "b", 0.9),
            row("10", "c", 1.0),
            row("20", "a", 0.2),
            row("20", "b", 0.8),
        ];
        let values = StudyValues { path: PathBuf::new(), keys: vec![ROUNDS.to_owned()], rows };
        let Ok(grid) = values.grid(None, None) else { panic!("no grid") };
        assert_eq!(grid.subject, "b");
        let lines = values.timeline(None);
        assert!(lines.len() == 2 && lines.iter().all(|row| row.subject == "b" && row.mean >= 0.8));
    }

    /// Of points that are drawn from ranges each has levels of its own: they stand along one factor, without a line.
    #[test]
    fn points_off_a_grid_are_scattered_over_one_factor() {
        let row = |point: u32| StudyValue {
            levels: vec![
                format!("{}", 0.37 * f64::from(point)),
                format!("{}", 9.1 * f64::from(point)),
                "raffle".into(),
            ],
            metric: "gini".to_owned(),
            subject: "all".to_owned(),
            is_share: false,
            value: f64::from(point),
            low: None,
            high: None,
        };
        let keys =
            ["population.stake.gini", "population.count", "selection.rule"].map(str::to_owned).to_vec();
        let values = StudyValues { path: PathBuf::new(), keys, rows: (1..=30).map(row).collect() };
        let Ok(grid) = values.grid(None, None) else { panic!("no grid") };
        assert!(grid.scattered && grid.down.is_empty() && grid.cells.len() == 30, "{grid:?}");
        assert_eq!(values.suitable(&grid), ["small-multiples"]);
    }

    #[test]
    fn levels_are_named_as_compare_names_rules() {
        for (level, words) in [
            ("raffle", "raffle"),
            ("0.25", "0.25"),
            ("{ exponent = \"9/10\", kind = \"power-weighted\" }", "power-weighted(exponent=9/10)"),
            ("{ kind = \"top-n\", n = 3 }", "top-n(n=3)"),
            ("{ kind = \"nxt\" }", "nxt"),
            ("{ n = 3 }", "{ n = 3 }"),
            ("{ no table", "{ no table"),
        ] {
            assert_eq!(level_words(level), words);
        }
    }
}
