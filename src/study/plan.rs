//! A study that was read and checked: its points, and what is to be played for each.

use super::levels::{Levels, shown};
use super::point::{PointId, StudyPoint, TallyId, own_seed};
use super::sweep::{Luck, Sweep, SweepOptions, read_sweep};
use super::{Design, Factor, Layout, LinkedFactors, MOST_POINTS};
use crate::analysis::MetricSet;
use crate::scenario::{Override, Place, Problem, ScenarioFile, load_text, read_file};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Mutex;

/// Everything that a study is made of, so that it can be made again elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The study's file, as it was named.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Settings of the command line that replace those of the file.
    pub settings: Vec<Setting>,
    /// Factors of the command line, each `KEY=LEVELS`.
    pub sweeps: Vec<String>,
    /// `shared` or `own`, if the command line says so.
    pub luck: Option<String>,
    /// Names of metrics, if the command line has any.
    pub metrics: Option<Vec<String>>,
    /// The scenarios that are compared, if this is a comparison.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Compared>,
}

/// One of the scenarios that are compared: most often one file under one of several rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// As tables name it.
    pub name: String,
    /// Its file, as it was named.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Settings that replace those of the file.
    pub settings: Vec<Setting>,
}

/// A setting of the command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The path of keys.
    pub key: String,
    /// The value.
    pub value: toml::Value,
    /// The option, as it was given.
    pub option: String,
}

impl Origin {
    /// The settings as overrides of the file.
    fn overrides(&self) -> Vec<Override> {
        overrides(&self.settings)
    }

    fn sweep_options(&self) -> Result<SweepOptions, Problem> {
        let luck = match self.luck.as_deref() {
            None => None,
            Some("shared") => Some(Luck::Shared),
            Some("own") => Some(Luck::Own),
            Some(other) => {
                return Err(Problem {
                    place: Place::CommandLine(format!("--luck {other}")),
                    key: String::new(),
                    what: "the random numbers of the points are either shared or own".to_owned(),
                    help: Some("write it as --luck shared or --luck own".to_owned()),
                });
            }
        };
        let metrics = match &self.metrics {
            None => None,
            Some(names) => {
                Some(MetricSet::read(names.iter().map(String::as_str)).map_err(|(what, help)| Problem {
                    place: Place::CommandLine("--metrics".to_owned()),
                    key: String::new(),
                    what,
                    help: Some(help),
                })?)
            }
        };
        Ok(SweepOptions { factors: self.sweeps.clone(), luck, metrics })
    }
}

/// What is written down of every trial, beside what is always: each costs memory and bytes, and is left
/// out unless somebody asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The time line, at the checkpoints of the scenario.
    pub time_line: bool,
    /// The order of wins and the windows, as far as the scenario has them.
    pub order: bool,
    /// The incomes of all parties.
    pub incomes: bool,
    /// What rules are compared by.
    #[serde(default)]
    pub measurements: bool,
}

impl Detail {
    /// Everything.
    pub const ALL: Detail = Detail { time_line: true, order: true, incomes: true, measurements: false };
    /// What a comparison of rules needs.
    pub const COMPARED: Detail = Detail { time_line: true, order: false, incomes: false, measurements: true };
}

/// A point as far as it is kept in memory, of which there may be a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedPoint {
    /// Its number in the layout, counted from 0.
    pub index: u64,
    /// Which point it is.
    pub id: PointId,
    /// What trials are played for it.
    pub tally_id: TallyId,
    /// How many of them; with `until` at most.
    pub trials: u64,
    /// Rounds of each.
    pub rounds: u64,
    /// How many trials are a unit of work.
    pub block: u64,
    /// Whether a precision ends it.
    pub until: bool,
    /// Its seed.
    pub seed: u64,
}

/// A study that can be run: every point was read once and is possible.
pub struct Plan {
    /// What it was made of.
    pub origin: Origin,
    /// Its name, also of its folder.
    pub name: String,
    /// What is varied.
    pub sweep: Sweep,
    /// What is written down of every trial.
    pub detail: Detail,
    /// Its points, in the order of the layout, without those that are the same as one before.
    pub points: Vec<PlannedPoint>,
    /// How many points were the same as one before, as happens when a design's points are rounded.
    pub repeated: u64,
    /// The settings that all points have in common and that have a bearing on trials, by key.
    pub base: BTreeMap<String, String>,
    /// The confidence of what is said of the study as a whole.
    pub confidence: f64,
    /// The seed of the study.
    seed: u64,
}

impl Plan {
    /// Reads a study and checks every point of it, on the threads of the caller. `keep` says what is
    /// wanted of every trial beside what the metrics need.
    ///
    /// # Errors
    /// The first problem: what, where, and what to do; if it is one of a point's, it names the point.
    pub fn new(origin: Origin, keep: Detail) -> Result<Self, Problem> {
        let path = Path::new(&origin.path);
        let overrides = origin.overrides();
        let file = read_file(path, &origin.text, &overrides)?;
        let sweep = read_sweep(path, &origin.text, &origin.sweep_options()?, file.run.seed.0)?;
        let asked = sweep.metrics.detail();
        let detail = Detail {
            time_line: keep.time_line || asked.0,
            order: keep.order || asked.1,
            incomes: keep.incomes || asked.2,
            measurements: keep.measurements,
        };
        let name = match &file.name {
            Some(name) => name.clone(),
            None => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        };
        let base = base(&file);
        let seed = file.run.seed.0;
        let confidence = file.analysis.confidence;
        let mut plan =
            Plan { origin, name, sweep, detail, points: Vec::new(), repeated: 0, base, confidence, seed };
        plan.check()?;
        Ok(plan)
    }

    /// A scenario as a study of one point, of whose trials everything is written down.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of_one(origin: Origin) -> Result<Self, Problem> {
        let path = Path::new(&origin.path);
        let file = read_file(path, &origin.text, &origin.overrides())?;
        let seed = file.run.seed.0;
        let layout = Layout::new(Vec::new(), Design::Grid, seed).expect("no axis is refused");
        let mut plan = Plan {
            name: file.name.clone().unwrap_or_default(),
            sweep: Sweep { layout, luck: Luck::Shared, metrics: MetricSet::ALL },
            detail: Detail::ALL,
            points: Vec::new(),
            repeated: 0,
            base: base(&file),
            confidence: file.analysis.confidence,
            seed,
            origin,
        };
        plan.check()?;
        Ok(plan)
    }

    /// A comparison as the study whose factor is what is compared: `selection.rule`, for one file under
    /// several rules. The settings of [`Origin`] are those of what it compares.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of_comparison(name: &str, origin: Origin) -> Result<Self, Problem> {
        let mut files = Vec::new();
        for one in &origin.compared {
            files.push(read_file(Path::new(&one.path), &one.text, &overrides(&one.settings))?);
        }
        let names = origin.compared.iter().map(|one| toml::Value::String(one.name.clone())).collect();
        let factor = Factor { key: "selection.rule".to_owned(), levels: Levels::List(names) };
        let (seed, confidence) =
            files.first().map_or((0, 0.95), |file| (file.run.seed.0, file.analysis.confidence));
        let layout = Layout::new(vec![LinkedFactors { factors: vec![factor] }], Design::Grid, seed)
            .expect("a list of names is a grid");
        let mut bases = files.iter().map(base);
        let mut common = bases.next().unwrap_or_default();
        for other in bases {
            common.retain(|key, value| other.get(key) == Some(value));
        }
        let mut plan = Plan {
            name: name.to_owned(),
            sweep: Sweep { layout, luck: Luck::Shared, metrics: MetricSet::of([]) },
            detail: Detail::COMPARED,
            points: Vec::new(),
            repeated: 0,
            base: common,
            confidence,
            seed,
            origin,
        };
        plan.check()?;
        Ok(plan)
    }

    /// How many points the layout has.
    pub fn layout_count(&self) -> u64 {
        self.sweep.layout.count().unwrap_or(0).min(MOST_POINTS)
    }

    /// Makes a point ready to be played.
    ///
    /// # Errors
    /// What is impossible about it; that names the point.
    pub fn point(&self, index: u64) -> Result<StudyPoint, Problem> {
        let keys = self.sweep.layout.keys();
        let values = self.sweep.layout.values(index);
        let label = label(&keys, &values);
        if let Some(one) = self.origin.compared.get(index as usize) {
            let settings = overrides(&one.settings);
            let scenario = load_text(Path::new(&one.path), one.text.clone(), &settings)?;
            return Ok(StudyPoint::new(index, values, label, scenario, self.detail, false));
        }
        let told = format!("point {} of {} ({label})", index + 1, self.layout_count());
        let mut overrides = self.origin.overrides();
        let mut swept: Vec<Override> = keys
            .iter()
            .zip(&values)
            .map(|(key, value)| Override::of_point(key, value.clone(), told.clone()))
            .collect();
        // A key below another one is set after it.
        swept.sort_by_key(|one| one.key.split('.').count());
        overrides.extend(swept);
        if self.sweep.luck == Luck::Own {
            let seed = own_seed(self.seed, &label);
            let value = match i64::try_from(seed) {
                Ok(seed) => toml::Value::Integer(seed),
                Err(_) => toml::Value::String(seed.to_string()),
            };
            overrides.push(Override::of_point("run.seed", value, told.clone()));
        }
        let path = Path::new(&self.origin.path);
        let scenario = load_text(path, self.origin.text.clone(), &overrides).map_err(|problem| {
            let place = problem.place.to_string();
            if place == told {
                return problem;
            }
            Problem { place: Place::CommandLine(format!("{told}: {place}")), ..problem }
        })?;
        let trials_are_swept = keys.iter().any(|key| ["run", "run.trials"].contains(key));
        Ok(StudyPoint::new(index, values, label, scenario, self.detail, trials_are_swept))
    }

    /// The label of a point: its keys and values.
    pub fn label(&self, index: u64) -> String {
        label(&self.sweep.layout.keys(), &self.sweep.layout.values(index))
    }

    /// Reads every point, and settles which there are.
    fn check(&mut self) -> Result<(), Problem> {
        let count = self.layout_count();
        let first: Mutex<Option<(u64, Problem)>> = Mutex::new(None);
        let planned: Vec<Option<PlannedPoint>> = (0..count)
            .into_par_iter()
            .map(|index| {
                let earlier =
                    |first: &Option<(u64, Problem)>| first.as_ref().is_some_and(|(at, _)| *at < index);
                if first.lock().map_or(true, |first| earlier(&first)) {
                    return None;
                }
                match self.point(index) {
                    Ok(point) => Some(planned(&point)),
                    Err(problem) => {
                        if let Ok(mut first) = first.lock()
                            && !earlier(&first)
                        {
                            *first = Some((index, problem));
                        }
                        None
                    }
                }
            })
            .collect();
        if let Some((_, problem)) = first.into_inner().unwrap_or(None) {
            return Err(problem);
        }
        let mut seen: HashMap<PointId, u64> = HashMap::with_capacity(planned.len());
        self.points.reserve_exact(planned.len());
        for point in planned.into_iter().flatten() {
            match seen.insert(point.id, point.index) {
                None => self.points.push(point),
                // Two files may well be the same scenario, and are compared as two.
                Some(_) if !self.origin.compared.is_empty() => self.points.push(point),
                Some(_) if self.sweep.layout.design != Design::Grid => self.repeated += 1,
                Some(twin) => {
                    return Err(Problem {
                        place: Place::CommandLine(format!(
                            "point {} of {count} ({})",
                            point.index + 1,
                            self.label(point.index)
                        )),
                        key: String::new(),
                        what: format!("is the same scenario as point {} ({})", twin + 1, self.label(twin)),
                        help: Some("give every value once".to_owned()),
                    });
                }
            }
        }
        Ok(())
    }

    /// The hash of what is played: points, trials and what is written down of them.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for point in &self.points {
            hash.update(point.id.0);
            hash.update(point.tally_id.0);
            hash.update(point.trials.to_le_bytes());
        }
        hex::encode(hash.finalize())
    }

    /// The first setting in which a plan of before differs, where neither sweeps it: its key, what it was,
    /// and what it is. What a scenario leaves out counts with its default.
    pub fn changed(
        &self,
        before: &BTreeMap<String, String>,
        swept_before: &[String],
        origin_before: &Origin,
    ) -> Option<(String, String, String)> {
        let swept: Vec<&str> =
            self.sweep.layout.keys().into_iter().chain(swept_before.iter().map(String::as_str)).collect();
        first_change((before, origin_before), (&self.base, &self.origin), &swept)
    }
}

/// The first setting, none of the swept ones, in which the scenarios of two studies differ: its key, and
/// what it is in each. What a scenario leaves out counts with its default.
pub(super) fn first_change(
    (one, one_origin): (&BTreeMap<String, String>, &Origin),
    (other, other_origin): (&BTreeMap<String, String>, &Origin),
    swept: &[&str],
) -> Option<(String, String, String)> {
    let is_fixed = |key: &String| !swept.iter().any(|it| is_below(key, it) || is_below(it, key));
    let written: Vec<String> = differences(one, other).into_iter().filter(is_fixed).collect();
    if written.is_empty() {
        return None;
    }
    let (mut was, mut is) = match (with_defaults(one_origin), with_defaults(other_origin)) {
        (Some(was), Some(is)) => (was, is),
        _ => (one.clone(), other.clone()),
    };
    name_kinds(&mut was, &is);
    name_kinds(&mut is, &was);
    let all: Vec<String> = differences(&was, &is).into_iter().filter(is_fixed).collect();
    // A default that depends on what was changed is not what was changed.
    let given = all.iter().find(|key| written.iter().any(|it| is_below(key, it) || is_below(it, key)));
    let key = given.or(all.first())?;
    // Of another kind all other settings are others.
    let parents = key.match_indices('.').map(|(end, _)| &key[..end]);
    let of_kind = parents.map(|parent| format!("{parent}.kind")).find(|kind| all.contains(kind));
    let key = of_kind.as_ref().unwrap_or(key);
    let value = |of: &BTreeMap<String, String>| of.get(key).cloned().unwrap_or("not given".to_owned());
    Some((key.strip_suffix(".kind").unwrap_or(key).to_owned(), value(&was), value(&is)))
}

/// Whether a key is another, or one of its settings.
fn is_below(key: &str, other: &str) -> bool {
    key.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The keys at which two tables of settings differ, in their order.
fn differences(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    keys.into_iter().filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}

/// Writes a kind that stands without settings as the other table does, which has some.
fn name_kinds(table: &mut BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    let plain: Vec<String> =
        table.keys().filter(|key| other.contains_key(&format!("{key}.kind"))).cloned().collect();
    for key in plain {
        if let Some(kind) = table.remove(&key) {
            table.insert(format!("{key}.kind"), kind);
        }
    }
}

/// The settings of a study's scenario that have a bearing on trials, by key, with every default; `None` for
/// comparisons, and where the scenario is none without its sweep.
fn with_defaults(origin: &Origin) -> Option<BTreeMap<String, String>> {
    if !origin.compared.is_empty() {
        return None;
    }
    let scenario = load_text(Path::new(&origin.path), origin.text.clone(), &origin.overrides()).ok()?;
    Some(base(&scenario.file))
}

fn overrides(settings: &[Setting]) -> Vec<Override> {
    settings.iter().map(|it| Override::new(&it.key, it.value.clone(), it.option.clone())).collect()
}

fn planned(point: &StudyPoint) -> PlannedPoint {
    let experiment = &point.scenario.experiment;
    PlannedPoint {
        index: point.index,
        id: point.id,
        tally_id: point.tally_id,
        trials: experiment.trials,
        rounds: experiment.rounds,
        block: point.block,
        until: point.scenario.file.run.until.is_some(),
        seed: experiment.world.seed,
    }
}

fn label(keys: &[&str], values: &[toml::Value]) -> String {
    let cells: Vec<String> =
        keys.iter().zip(values).map(|(key, value)| format!("{key} = {}", shown(value))).collect();
    cells.join(", ")
}

/// The settings that have a bearing on trials, by key.
fn base(file: &ScenarioFile) -> BTreeMap<String, String> {
    let table = toml::Table::try_from(file).expect("a scenario that was read can be written");
    let mut all = BTreeMap::new();
    for (section, value) in &table {
        if ["name", "description", "report", "study"].contains(&section.as_str()) {
            continue;
        }
        flatten(section, value, &mut all);
    }
    all.retain(|key, _| {
        // What is asked of the trials later may change; what is tallied of them may not.
        let tallied = ["analysis.serial", "analysis.window", "analysis.unit"].contains(&key.as_str())
            || key.starts_with("analysis.follow");
        key != "run.trials" && (tallied || !key.starts_with("analysis."))
    });
    all
}

fn flatten(path: &str, value: &toml::Value, all: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                flatten(&format!("{path}.{key}"), value, all);
            }
        }
        value => drop(all.insert(path.to_owned(), shown(value))),
    }
}
