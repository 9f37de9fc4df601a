//! The section `[sweep]` of a study, and `--sweep` on the command line.

use super::MOST_POINTS;
use super::design::{Design, Factor, Layout, LinkedFactors};
use super::levels::{Levels, is_range};
use crate::analysis::MetricSet;
use crate::registry::nearest;
use crate::scenario::{Place, Problem, lost_number, pieces};
use crate::statistics::wording::{counted, grouped};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Keys of `[sweep]` that are no keys of a scenario.
const OWN_KEYS: [&str; 4] = ["together", "design", "luck", "metrics"];

/// Keys of a scenario that say nothing about its results.
const WITHOUT_RESULTS: [&str; 4] = ["name", "description", "report", "sweep"];

/// Whether points share their random numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Luck {
    /// All points have the seed of the study: what differs between them is not chance (common random
    /// numbers).
    #[default]
    Shared,
    /// Each has a seed of its own, made of the study's and of what it is.
    Own,
}

impl Luck {
    /// Its name in a study.
    pub fn name(self) -> &'static str {
        match self {
            Luck::Shared => "shared",
            Luck::Own => "own",
        }
    }
}

/// What is varied, and what is asked of every point.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The points.
    pub layout: Layout,
    /// Whether they share their random numbers.
    pub luck: Luck,
    /// What `batch.csv` has.
    pub metrics: MetricSet,
}

/// What the command line adds to a sweep, or has in its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepOptions {
    /// Each `KEY=LEVELS`.
    pub factors: Vec<String>,
    /// `shared` or `own`.
    pub luck: Option<Luck>,
    /// Names of metrics, or `all`.
    pub metrics: Option<MetricSet>,
}

/// Where a setting of a sweep stands.
enum Origin<'a> {
    File { path: &'a Path, text: &'a str, at: usize },
    CommandLine(String),
}

impl Origin<'_> {
    fn problem(&self, key: &str, what: impl Into<String>, help: impl Into<String>) -> Problem {
        let place = match self {
            Origin::File { path, text, at } => Place::in_text(path, text, *at),
            Origin::CommandLine(option) => Place::CommandLine(option.clone()),
        };
        let help = help.into();
        Problem { place, key: key.to_owned(), what: what.into(), help: (!help.is_empty()).then_some(help) }
    }
}

/// A factor as it was written, and where.
struct Written<'a> {
    origin: Origin<'a>,
    factor: Factor,
}

/// Reads the section `[sweep]` of a text, if it has one, and what the command line adds to it; the
/// seed is that of the study.
///
/// # Errors
/// The first problem: what, where, and what to do.
pub fn read_sweep(path: &Path, text: &str, options: &SweepOptions, seed: u64) -> Result<Sweep, Problem> {
    let table: toml::Table = toml::from_str(text).map_err(|error| Problem {
        place: Place::in_text(path, text, error.span().map_or(0, |span| span.start)),
        key: String::new(),
        what: format!("this is not TOML: {}", error.message()),
        help: None,
    })?;
    let empty = toml::Value::Table(toml::Table::new());
    let section = table.get("sweep").unwrap_or(&empty);
    let starts = key_starts(text);
    let start = |key: &str| {
        let known = starts.iter().find(|(path, _)| path == key);
        known.map_or_else(
            || starts.iter().find(|(path, _)| path.is_empty()).map_or(0, |(_, at)| *at),
            |(_, at)| *at,
        )
    };
    let file = |key: &str| Origin::File { path, text, at: start(key) };
    let Some(section) = section.as_table() else {
        return Err(file("").problem("sweep", "is no section of keys and values", "begin it with [sweep]"));
    };

    let mut axes: Vec<Vec<Written>> = Vec::new();
    for (key, value) in flattened("", section, &OWN_KEYS) {
        let origin = file(&key);
        let levels = Levels::read(value).map_err(|(what, help)| origin.problem(&named(&key), what, help))?;
        axes.push(vec![Written { origin, factor: Factor { key, levels } }]);
    }
    axes.sort_by_key(|axis| position(&axis[0]));
    axes.extend(together(section.get("together"), &file)?);
    for given in &options.factors {
        let one = from_option(given)?;
        let same = |axis: &Vec<Written>| axis.len() == 1 && axis[0].factor.key == one.factor.key;
        match axes.iter().position(same) {
            Some(place) => axes[place] = vec![one],
            None => axes.push(vec![one]),
        }
    }
    check_keys(&axes)?;
    let design = match section.get("design") {
        None => Design::Grid,
        Some(value) => {
            design(value).map_err(|(what, help)| file("design").problem("sweep.design", what, help))?
        }
    };
    if design == Design::Grid {
        let open = axes.iter().flatten().find(|one| one.factor.levels.count().is_none());
        if let Some(one) = open {
            return Err(one.origin.problem(
                &named(&one.factor.key),
                "is a range without a number of points",
                "add `points = ...`, or a design that says how many there are",
            ));
        }
    }
    let luck = match (options.luck, section.get("luck")) {
        (Some(luck), _) => luck,
        (None, None) => Luck::Shared,
        (None, Some(value)) => value.clone().try_into().map_err(|_| {
            file("luck").problem("sweep.luck", format!("is {value}"), "it must be \"shared\" or \"own\"")
        })?,
    };
    let metrics = match (&options.metrics, section.get("metrics")) {
        (Some(metrics), _) => metrics.clone(),
        (None, None) => MetricSet::default(),
        (None, Some(value)) => {
            metrics(value).map_err(|(what, help)| file("metrics").problem("sweep.metrics", what, help))?
        }
    };
    let seeded = axes.iter().flatten().find(|one| ["run", "run.seed"].contains(&one.factor.key.as_str()));
    if let (Luck::Own, Some(one)) = (luck, seeded) {
        return Err(one.origin.problem(
            &named(&one.factor.key),
            "is swept, but `luck = \"own\"` gives every point a seed of its own",
            "leave one of them out",
        ));
    }
    let axes: Vec<LinkedFactors> = axes
        .into_iter()
        .map(|axis| LinkedFactors { factors: axis.into_iter().map(|one| one.factor).collect() })
        .collect();
    if axes.is_empty() {
        return Err(file("").problem(
            "sweep",
            "varies nothing",
            "name a key and its values, e.g. \"selection.rule\" = [\"raffle\", \"uniform\"]",
        ));
    }
    let layout = Layout::new(axes, design, seed)
        .map_err(|(what, help)| file("design").problem("sweep.design", what, help))?;
    match layout.count() {
        Some(count) if count <= MOST_POINTS => {}
        count => {
            let count = count.map_or("more points than can be counted".to_owned(), |count| {
                format!("{} points", grouped(u128::from(count)))
            });
            return Err(file("").problem(
                "sweep",
                format!("has {count}, but a study can have {} at most", grouped(u128::from(MOST_POINTS))),
                "take fewer levels, or a design of fewer points over ranges",
            ));
        }
    }
    Ok(Sweep { layout, luck, metrics })
}

/// A key of a scenario as a key of the sweep.
fn named(key: &str) -> String {
    format!("sweep.\"{key}\"")
}

fn position(written: &Written) -> usize {
    match written.origin {
        Origin::File { at, .. } => at,
        Origin::CommandLine(_) => usize::MAX,
    }
}

/// Keys of a scenario with their values, however they are nested: `selection.rule` may be one key in
/// quotes, or a table in a table.
fn flattened<'v>(prefix: &str, table: &'v toml::Table, without: &[&str]) -> Vec<(String, &'v toml::Value)> {
    let mut all = Vec::new();
    for (key, value) in table {
        if without.contains(&key.as_str()) {
            continue;
        }
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) if !is_range(inner) && !inner.contains_key("kind") => {
                all.extend(flattened(&path, inner, &[]));
            }
            value => all.push((path, value)),
        }
    }
    all
}

/// Where each key of the section begins in the text; the section itself is the key without a name.
fn key_starts(text: &str) -> Vec<(String, usize)> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let section = table.get_ref().iter().find(|(key, _)| key.get_ref() == "sweep");
    let Some((key, value)) = section else { return Vec::new() };
    let mut starts = vec![(String::new(), key.span().start)];
    collect("", value.get_ref(), &mut starts);
    starts
}

fn collect(prefix: &str, value: &DeValue, starts: &mut Vec<(String, usize)>) {
    match value {
        DeValue::Table(table) => {
            for (key, value) in table.iter() {
                let path = if prefix.is_empty() {
                    key.get_ref().to_string()
                } else {
                    format!("{prefix}.{}", key.get_ref())
                };
                starts.push((path.clone(), key.span().start));
                collect(&path, value.get_ref(), starts);
            }
        }
        DeValue::Array(items) if prefix == "together" => {
            for item in items.iter() {
                collect(prefix, item.get_ref(), starts);
            }
        }
        _ => {}
    }
}

/// Reads the groups of factors that change together.
fn together<'a>(
    value: Option<&toml::Value>,
    file: &impl Fn(&str) -> Origin<'a>,
) -> Result<Vec<Vec<Written<'a>>>, Problem> {
    let groups = match value {
        None => return Ok(Vec::new()),
        Some(toml::Value::Array(groups)) => groups.clone(),
        Some(one) => vec![one.clone()],
    };
    let mut axes = Vec::new();
    for group in &groups {
        let refuse =
            |key: &str, what: String, help: &str| Err(file(key).problem("sweep.together", what, help));
        let example =
            "write it as [ { \"population.count\" = [10, 100], \"run.rounds\" = [1_000, 10_000] } ]";
        let Some(table) = group.as_table().filter(|table| !table.is_empty()) else {
            return refuse("together", "is no list of tables of keys with their values".to_owned(), example);
        };
        let mut axis: Vec<Written> = Vec::new();
        for (key, value) in flattened("", table, &[]) {
            let origin = file(&format!("together.{key}"));
            let levels =
                Levels::read(value).map_err(|(what, help)| origin.problem(&named(&key), what, help))?;
            let Some(count) = levels.count() else {
                return Err(origin.problem(
                    &named(&key),
                    "is a range without a number of points",
                    "add `points = ...`",
                ));
            };
            if let Some(first) = axis.first() {
                let others = first.factor.levels.count().unwrap_or(0);
                if others != count {
                    return Err(origin.problem(
                        &named(&key),
                        format!(
                            "has {}, but `{}`, which it goes together with, has {others}",
                            counted(count, "value"),
                            first.factor.key
                        ),
                        "give both as many, or sweep them apart from each other",
                    ));
                }
            }
            axis.push(Written { origin, factor: Factor { key, levels } });
        }
        axis.sort_by_key(position);
        axes.push(axis);
    }
    Ok(axes)
}

/// Reads `KEY=a,b,c`, `KEY=[...]` or `KEY={ from = ..., to = ... }`.
fn from_option(given: &str) -> Result<Written<'static>, Problem> {
    let origin = Origin::CommandLine(format!("--sweep {given}"));
    let help = "write it as --sweep KEY=VALUE,VALUE, e.g. --sweep selection.rule=raffle,uniform";
    let Some((key, text)) = given.split_once('=') else {
        return Err(origin.problem("", "there is no `=` between key and values", help));
    };
    let (key, text) = (key.trim().to_owned(), text.trim());
    if text.is_empty() {
        return Err(origin.problem(&key, "has no value, so that there would be no point", help));
    }
    let read = |text: &str| -> Option<toml::Value> {
        let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
        (table.len() == 1).then(|| table["value"].clone())
    };
    let mut values = Vec::new();
    for piece in pieces(text) {
        if piece.is_empty() {
            return Err(origin.problem(&key, "has an empty value between two commas", help));
        }
        match read(piece) {
            Some(_) if let Some(remedy) = lost_number(&format!("value = {piece}")) => {
                return Err(origin.problem(&key, format!("has the value {piece}"), remedy));
            }
            Some(value) => values.push(value),
            None if piece.starts_with(['[', '{']) => {
                return Err(origin.problem(
                    &key,
                    "has a value that begins as a list or a table, but is none",
                    "texts in it stand in quotes, which a shell removes unless all stands in others",
                ));
            }
            None => values.push(toml::Value::String(piece.to_owned())),
        }
    }
    let value = match &values[..] {
        [one @ (toml::Value::Array(_) | toml::Value::Table(_))] => one.clone(),
        _ => toml::Value::Array(values),
    };
    let levels = Levels::read(&value).map_err(|(what, help)| origin.problem(&key, what, help))?;
    Ok(Written { origin, factor: Factor { key, levels } })
}

/// Every key can be one of a scenario's, and stands once.
fn check_keys(axes: &[Vec<Written>]) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for Written { origin, factor: Factor { key, .. } } in axes.iter().flatten() {
        let first = key.split('.').next().unwrap_or_default();
        if key.split('.').any(str::is_empty) {
            return Err(origin.problem(&named(key), "has an empty key in it", "write it as \"section.key\""));
        }
        if WITHOUT_RESULTS.contains(&first) {
            return Err(origin.problem(
                &named(key),
                "cannot be swept: it says nothing about what is simulated",
                "sweep a key of another section; `tombola check FILE` prints every key",
            ));
        }
        // No key of a scenario stands outside of a section, so these are what `[sweep]` has beside them.
        let near = (!key.contains('.')).then(|| nearest(key, OWN_KEYS.iter().copied())).flatten();
        if let Some(near) = near {
            let help = if near == key {
                format!("`{near}` stands in [sweep] of the file; the command line has --luck and --metrics")
            } else {
                format!("did you mean `{near}`? Keys of a scenario are written as \"section.key\"")
            };
            return Err(origin.problem(&named(key), "is no key of a scenario", help));
        }
        if !seen.insert(key.clone()) {
            return Err(origin.problem(&named(key), "is swept twice", "give all of its values in one list"));
        }
    }
    Ok(())
}

fn design(value: &toml::Value) -> Result<Design, (String, String)> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        kind: String,
        points: Option<u64>,
        #[serde(default)]
        total: bool,
    }
    let help = "it must be \"grid\", or { kind = \"latin-hypercube\" | \"sobol\", points = 256 }".to_owned();
    let table: Table = match value {
        toml::Value::String(kind) => Table { kind: kind.clone(), points: None, total: false },
        other => match other.clone().try_into() {
            Ok(table) => table,
            Err(error) => return Err((format!("is {other}: {}", error.message()), help)),
        },
    };
    if table.total && table.kind != "sobol" {
        return Err((
            format!("asks for total indices of the design {:?}", table.kind),
            "they need { kind = \"sobol\", points = 256, total = true }".to_owned(),
        ));
    }
    match (table.kind.as_str(), table.points) {
        ("grid", None) => Ok(Design::Grid),
        ("grid", Some(_)) => Err((
            "is \"grid\" with a number of points".to_owned(),
            "the levels say how many there are".to_owned(),
        )),
        ("latin-hypercube", Some(points)) => Ok(Design::LatinHypercube(points)),
        ("sobol", Some(pairs)) if table.total => Ok(Design::Pairs { pairs, ranges: 0 }),
        ("sobol", Some(points)) => Ok(Design::Sobol(points)),
        ("latin-hypercube" | "sobol", None) => Err((format!("is {value} without a number of points"), help)),
        (kind, _) => Err((format!("has the unknown kind {kind:?}"), help)),
    }
}

fn metrics(value: &toml::Value) -> Result<MetricSet, (String, String)> {
    let names: Vec<String> = match value {
        toml::Value::String(one) => vec![one.clone()],
        other => other.clone().try_into().map_err(|_| {
            (format!("is {other}"), "it must be \"all\", or a list of names of metrics".to_owned())
        })?,
    };
    MetricSet::read(names.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep(text: &str, options: &[&str]) -> Result<Sweep, Problem> {
        let options = SweepOptions {
            factors: options.iter().map(|it| (*it).to_owned()).collect(),
            ..SweepOptions::default()
        };
        read_sweep(Path::new("study.toml"), text, &options, 1)
    }

    fn keys(text: &str, options: &[&str]) -> (Vec<String>, u64) {
        let sweep = sweep(text, options).unwrap_or_else(|problem| panic!("{problem}"));
        (sweep.layout.keys().into_iter().map(str::to_owned).collect(), sweep.layout.count().unwrap())
    }

    #[test]
    fn keys_stand_in_the_order_of_the_text_quoted_or_not() {
        let text = "[sweep]\n\"selection.rule\" = ['raffle', 'nxt']\npopulation.stake.gini = { from = 0.1, to = 0.9, points = 9 }\n\
                    together = [{ 'run.rounds' = [1, 2, 3], 'population.count' = [10, 100, 1000] }]\n";
        let (found, count) = keys(text, &[]);
        assert_eq!(found, ["selection.rule", "population.stake.gini", "run.rounds", "population.count"]);
        assert_eq!(count, 2 * 9 * 3);
        let (found, count) =
            keys(text, &["run.seed=1,2", "selection.rule=raffle,{ kind = \"top-n\", n = 3 },uniform"]);
        assert_eq!(found[0], "selection.rule");
        assert_eq!((found.last().unwrap().as_str(), count), ("run.seed", 3 * 9 * 3 * 2));
    }

    #[test]
    fn bad_sweeps_are_refused_where_they_stand() {
        for (text, expected) in [
            ("[sweep]\n'run.rounds' = []", "study.toml:2:1: `sweep.\"run.rounds\"` is an empty list"),
            ("[sweep]\ntogether = [{ 'a' = [1], 'b' = [1, 2] }]", "has 2 values, but `a`"),
            ("[sweep]\n'report.figures' = [[]]", "cannot be swept"),
            ("[sweep]\n'run.seed' = [1]\nluck = 'own'", "`sweep.\"run.seed\"` is swept, but"),
            ("[sweep]\n'run.seed' = [1]\nluck = 'bad'", "study.toml:3:1: `sweep.luck` is \"bad\""),
            ("[sweep]\n'run.rounds' = { from = 1, to = 9 }", "without a number of points"),
            ("[sweep]\n'run.rounds' = [1]\ndesign = { kind = 'sobol', points = 8 }", "no range to fill"),
            ("[sweep]\n'run.rounds' = [1]\ndesign = 'random'", "unknown kind \"random\""),
            ("[sweep]\n'run.rounds' = [1]\ndesing = ['grid']", "did you mean `design`?"),
            ("[sweep]\n'run.rounds' = [1]\nmetrics = ['unfair_probabilty']", "unfair_probabilty"),
            ("[sweep]\n", "`sweep` varies nothing"),
            ("sweep = 3", "is no section"),
            (
                "[sweep]\n'a' = { from = 1, to = 1000, points = 1000 }\n'b' = { from = 1, to = 1000, points = 1000 }\n'c' = { from = 1, to = 1000, points = 1000 }",
                "has 1,000,000,000 points",
            ),
            ("[sweep]\nrun.seed = [1]\ntogether = [{ 'run.seed' = [2] }]", "is swept twice"),
            (
                "[sweep]\n'a' = { from = 0.0, to = 1.0 }\ndesign = { kind = 'sobol', points = 1_000_000_000 }",
                "has 1,000,000,000 points",
            ),
        ] {
            let problem = sweep(text, &[]).unwrap_err().to_string();
            assert!(problem.contains(expected), "{text}\n{problem}");
        }
        for option in ["run.rounds", "run.rounds=", "run.rounds=1,,2", "run.rounds=[1", "=1", "run.rounds=[]"]
        {
            let problem = sweep("[sweep]\n'run.seed' = [1]", &[option]).unwrap_err().to_string();
            assert!(problem.starts_with(&format!("--sweep {option}")), "{problem}");
        }
    }
}
