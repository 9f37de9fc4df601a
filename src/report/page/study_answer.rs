//! What a study shows over its factors, from all rows of its table `batch.csv`.

use super::sheet::TextTable;
use crate::report::study_values::{FIRST, level_words};
use crate::statistics::percent;
use crate::statistics::wording::{counted, grouped, three_digits};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The metrics whose decisions a point may be judged by: the first that is there.
const JUDGED_BY: [&str; 2] = ["fairness_to_stake", "unfair_probability"];

/// How many points were decided which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Decided {
    points: u64,
    /// All of the point's decisions are for it.
    fair: u64,
    /// One of them is against it.
    unfair: u64,
}

/// What the decisions of one point say so far.
#[derive(Clone, Copy, Default)]
struct OfPoint {
    seen: bool,
    against: bool,
    open: bool,
}

/// A value of a metric and where it is found.
#[derive(Clone, Debug)]
struct End {
    value: f64,
    place: String,
}

/// The values of a metric over all points.
#[derive(Clone, Debug)]
struct MetricRange {
    unit: String,
    points: u64,
    last_point: String,
    least: End,
    most: End,
}

/// What is kept of a study's values, however many there are.
#[derive(Debug, Default)]
pub struct StudyAnswer {
    /// The factors.
    pub keys: Vec<String>,
    ranges: BTreeMap<String, MetricRange>,
    decided: [Decided; JUDGED_BY.len()],
    delta: Option<f64>,
}

impl StudyAnswer {
    /// Reads a table row by row: memory does not grow with its rows, which stand point by point.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
        let header = reader.headers()?.clone();
        let place = |name: &str| header.iter().position(|column| column == name);
        let (Some(metric), Some(subject), Some(unit), Some(value), Some(decision)) =
            (place("metric"), place("subject"), place("unit"), place("value"), place("decision"))
        else {
            return Ok(StudyAnswer::default());
        };
        let null_value = place("null_value");
        let keys: Vec<String> = header.iter().take(metric).skip(1).map(str::to_owned).collect();
        let mut answer = StudyAnswer { keys, ..StudyAnswer::default() };
        let (mut point, mut of_point) = (String::new(), [OfPoint::default(); JUDGED_BY.len()]);
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            let cell = |column: usize| record.get(column).unwrap_or_default();
            if cell(0) != point {
                answer.close(&mut of_point);
                cell(0).clone_into(&mut point);
            }
            if let Some(judged) = JUDGED_BY.iter().position(|name| *name == cell(metric)) {
                let of_point = &mut of_point[judged];
                match cell(decision) {
                    "" => {}
                    "fair" | "robust" => of_point.seen = true,
                    "unfair" | "not robust" => (of_point.seen, of_point.against) = (true, true),
                    _ => (of_point.seen, of_point.open) = (true, true),
                }
                if JUDGED_BY[judged] == "unfair_probability" && answer.delta.is_none() {
                    answer.delta = null_value.and_then(|column| cell(column).parse().ok());
                }
            }
            let Some(number) = cell(value).parse::<f64>().ok().filter(|number| number.is_finite()) else {
                continue;
            };
            let levels = answer
                .keys
                .iter()
                .zip(1..)
                .map(|(key, column)| format!("{key} = {}", level_words(cell(column))));
            let end = || {
                let levels: Vec<String> = levels.clone().collect();
                End { value: number, place: format!("{} at {}", cell(subject), levels.join(", ")) }
            };
            match answer.ranges.get_mut(cell(metric)) {
                Some(range) => {
                    if range.last_point != point {
                        range.points += 1;
                        range.last_point.clone_from(&point);
                    }
                    if number < range.least.value {
                        range.least = end();
                    }
                    if number > range.most.value {
                        range.most = end();
                    }
                }
                None => {
                    let (unit, last_point) = (cell(unit).to_owned(), point.clone());
                    let range = MetricRange { unit, points: 1, last_point, least: end(), most: end() };
                    answer.ranges.insert(cell(metric).to_owned(), range);
                }
            }
        }
        answer.close(&mut of_point);
        Ok(answer)
    }

    /// Counts a point whose rows have all been read.
    fn close(&mut self, of_point: &mut [OfPoint; JUDGED_BY.len()]) {
        for (decided, of_point) in self.decided.iter_mut().zip(of_point) {
            let OfPoint { seen, against, open } = std::mem::take(of_point);
            if seen {
                decided.points += 1;
                decided.unfair += u64::from(against);
                decided.fair += u64::from(!against && !open);
            }
        }
    }

    /// Whether a metric has values.
    pub fn has(&self, metric: &str) -> bool {
        self.ranges.contains_key(metric)
    }

    /// The metric that says most: of those known to, the one that the most points have.
    pub fn metric(&self) -> Option<&str> {
        let mut first: Vec<(&&str, &MetricRange)> =
            FIRST.iter().filter_map(|name| Some((name, self.ranges.get(*name)?))).collect();
        first.sort_by_key(|(_, range)| std::cmp::Reverse(range.points));
        let any = || self.ranges.keys().next().map(String::as_str);
        first.first().map(|(name, _)| **name).or_else(any)
    }

    /// The question of the study.
    pub fn question(&self) -> Option<String> {
        let (metric, keys) = (words(self.metric()?), listed(&self.keys));
        Some(format!("How does the {metric} depend on {keys}?"))
    }

    /// The range of that metric, for the key numbers.
    pub fn range(&self) -> Option<(String, String)> {
        let metric = self.metric()?;
        let range = &self.ranges[metric];
        let text =
            format!("{} to {}", shown(range.least.value, &range.unit), shown(range.most.value, &range.unit));
        Some((words(metric), text))
    }

    /// The answer in sentences, each with its heading; `effects` is the study's table of them, if it has one.
    pub fn sentences(&self, effects: Option<&TextTable>) -> Vec<(&'static str, String)> {
        let mut sentences: Vec<(&'static str, String)> =
            self.points().map(|text| ("Points", text)).into_iter().collect();
        if let Some(metric) = self.metric() {
            let MetricRange { unit, least, most, .. } = &self.ranges[metric];
            let text = if least.value < most.value {
                format!(
                    "The {} ranges from {} ({}) to {} ({}).",
                    words(metric),
                    shown(least.value, unit),
                    least.place,
                    shown(most.value, unit),
                    most.place
                )
            } else {
                format!("The {} is {} at every point.", words(metric), shown(least.value, unit))
            };
            sentences.push(("Range", text));
        }
        sentences
            .extend(effects.and_then(|effects| self.largest_effect(effects)).map(|text| ("Effects", text)));
        sentences
    }

    /// How many points are fair, unfair or undecided.
    fn points(&self) -> Option<String> {
        let judged = self.decided.iter().position(|decided| decided.points > 0)?;
        let Decided { points, fair, unfair } = self.decided[judged];
        let open = points - fair - unfair;
        let at = |count: u64| match (count, points) {
            (1, 1) => "At the only point".to_owned(),
            (some, all) if some == all => format!("At all {}", counted(all, "point")),
            (some, all) => format!("At {} of {}", grouped(some), counted(all, "point")),
        };
        let delta = self.delta.map_or("delta".to_owned(), percent::setting);
        let (is_fair, is_unfair) = match JUDGED_BY[judged] {
            "fairness_to_stake" => {
                ("selection is fair to stake".to_owned(), "selection is unfair to stake".to_owned())
            }
            _ => (
                format!("every followed validator is shown to have an unfair probability of at most {delta}"),
                format!(
                    "at least one followed validator is shown to have an unfair probability above {delta}"
                ),
            ),
        };
        let classes = [(fair, is_fair), (unfair, is_unfair), (open, "the trials cannot tell".to_owned())];
        let mut sentences: Vec<String> = classes
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{} {words}.", at(count)))
            .collect();
        if points > 1 {
            sentences.push("Each point is judged by itself, without correction for their number.".to_owned());
        }
        Some(sentences.join(" "))
    }

    /// The factor that accounts for most of the variance between points.
    fn largest_effect(&self, effects: &TextTable) -> Option<String> {
        let share =
            |row: &[String]| effects.cell(row, "share").parse::<f64>().ok().filter(|share| share.is_finite());
        let is_main = |row: &&Vec<String>| {
            matches!(effects.cell(row, "kind"), "main" | "first-order")
                && matches!(effects.cell(row, "subject"), "followed" | "all")
        };
        let of = |metric: &str| {
            let rows =
                effects.rows.iter().filter(is_main).filter(|row| effects.cell(row, "metric") == metric);
            let largest = rows.filter_map(|row| Some((share(row)?, row))).max_by(|a, b| a.0.total_cmp(&b.0));
            largest.map(|(share, row)| (metric.to_owned(), share, row))
        };
        let metrics = self.metric().into_iter().chain(FIRST);
        let (metric, share, row) = metrics.into_iter().find_map(of)?;
        let whose = match effects.cell(row, "subject") {
            "followed" => ", averaged over the followed validators,",
            _ => "",
        };
        Some(format!(
            "Largest main effect: {} accounts for {} of the variance of the {}{whose} between points.",
            effects.cell(row, "factor"),
            percent::short(share.clamp(0.0, 1.0)),
            words(&metric)
        ))
    }
}

/// A metric in words.
fn words(metric: &str) -> String {
    match metric {
        "unfair_probability_by_law" => "exact unfair probability".to_owned(),
        "misallocated" => "share of misallocated wins".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A value in its unit.
fn shown(value: f64, unit: &str) -> String {
    match unit {
        "share" | "probability" => percent::short(value),
        _ => three_digits(value),
    }
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed<S: AsRef<str>>(parts: &[S]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match parts[..] {
        [] => String::new(),
        [one] => one.to_owned(),
        [ref before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const HEADER: &str =
        "point,selection.rule,population.count,metric,subject,unit,value,null_value,decision\n";

    fn answer(rows: &str) -> StudyAnswer {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("batch.csv");
        fs::write(&path, format!("{HEADER}{rows}")).unwrap();
        StudyAnswer::read(&path).unwrap()
    }

    /// A point is fair if all of its validators are, and unfair if one is not.
    #[test]
    fn points_are_counted_by_their_decisions() {
        let rows = "a,raffle,10,unfair_probability,x,probability,0.02,0.1,robust\n\
                    a,raffle,10,unfair_probability,y,probability,0.05,0.1,robust\n\
                    b,nxt,10,unfair_probability,x,probability,0.01,0.1,robust\n\
                    b,nxt,10,unfair_probability,y,probability,0.9,0.1,not robust\n\
                    c,nxt,20,unfair_probability,x,probability,0.11,0.1,inconclusive\n";
        let answer = answer(rows);
        let sentences = answer.sentences(None);
        assert_eq!(
            sentences[0].1,
            "At 1 of 3 points every followed validator is shown to have an unfair probability of at most 10 %. At 1 of 3 \
             points at least one followed validator is shown to have an unfair probability above 10 %. At 1 of 3 points \
             the trials cannot tell. Each point is judged by itself, without correction for their number."
        );
        assert_eq!(
            sentences[1].1,
            "The unfair probability ranges from 1 % (x at selection.rule = nxt, population.count = 10) to 90 % (y at \
             selection.rule = nxt, population.count = 10)."
        );
        assert_eq!(
            answer.question().unwrap(),
            "How does the unfair probability depend on selection.rule and population.count?"
        );
        assert_eq!(answer.range().unwrap(), ("unfair probability".to_owned(), "1 % to 90 %".to_owned()));
    }

    /// Of classes without a point nothing is said.
    #[test]
    fn empty_classes_are_not_named() {
        let row =
            |point: &str| format!("{point},nxt,10,unfair_probability,x,probability,0.9,0.1,not robust\n");
        let said = |points: &[&str]| {
            answer(&points.iter().map(|point| row(point)).collect::<String>()).sentences(None)[0].1.clone()
        };
        assert_eq!(
            said(&["a", "b", "c"]),
            "At all 3 points at least one followed validator is shown to have an unfair probability above 10 %. Each \
             point is judged by itself, without correction for their number."
        );
        assert_eq!(
            said(&["a"]),
            "At the only point at least one followed validator is shown to have an unfair probability above 10 %."
        );
    }

    #[test]
    fn the_verdict_on_stake_comes_before_the_unfair_probability() {
        let rows = "a,raffle,10,fairness_to_stake,all,relative deviation,0.01,0.1,fair\n\
                    a,raffle,10,unfair_probability,x,probability,0.9,0.1,not robust\n\
                    b,nxt,10,fairness_to_stake,all,relative deviation,0.2,0.1,unfair\n";
        let sentences = answer(rows).sentences(None);
        assert!(sentences[0].1.starts_with(
            "At 1 of 2 points selection is fair to stake. At 1 of 2 points selection is unfair to stake. Each"
        ));
    }

    #[test]
    fn the_largest_main_effect_is_that_of_the_metric() {
        let cells = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
        let effects = TextTable {
            name: "effects".to_owned(),
            columns: cells(["metric", "subject", "kind", "factor", "share"]),
            rows: vec![
                cells(["gini", "all", "main", "selection.rule", "0.99"]),
                cells(["unfair_probability", "followed", "main", "selection.rule", "0.25"]),
                cells(["unfair_probability", "followed", "main", "population.count", "0.5"]),
                cells(["unfair_probability", "followed", "interaction", "both", "0.9"]),
            ],
            total: 4,
            filled: Vec::new(),
        };
        let one = answer("a,raffle,10,unfair_probability,x,probability,0.5,,\n");
        let sentences = one.sentences(Some(&effects));
        assert_eq!(sentences[0], ("Range", "The unfair probability is 50 % at every point.".to_owned()));
        assert_eq!(
            sentences[1].1,
            "Largest main effect: population.count accounts for 50 % of the variance of the unfair probability, averaged \
             over the followed validators, between points."
        );
    }

    #[test]
    fn lists_end_in_and() {
        assert_eq!(
            [listed(&["a"]), listed(&["a", "b"]), listed(&["a", "b", "c"])],
            ["a", "a and b", "a, b and c"]
        );
        assert_eq!(listed::<&str>(&[]), "");
    }
}
