//! `tombola solve`.

use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::number::{decimal, whole};
use crate::cli::options::settings::Settings;
use crate::cli::options::table_format::TableFormat;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::{grouped, print, print_rows, table};
use clap::Args as ClapArgs;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::analysis::rows::{Metric, Statement};
use tombola::analysis::{MetricSet, statements};
use tombola::scenario::{Override, Place, Problem, Scenario, load_text, read_file};
use tombola::simulation::{Control, Engine, Player, Quiet, Results};
use tombola::statistics::percent::setting;
use tombola::study::{Condition, Ends, Known, Levels, Solution, SweepOptions, read_sweep, solve as search};

#[derive(ClapArgs)]
#[command(after_help = "\
Where the metric has an exact value, the answer is exact; otherwise trials are played until its interval
lies on one side of the limit, and the answer is an interval with the stated confidence. The condition
is taken to change once between both ends.

Examples:
  tombola solve scenarios/seed.toml --for run.rounds --until 'unfair_probability <= 0.1'
  tombola solve scenarios/compounding.toml --for reward.policy.amount --from 1 --to 100000 --until 'equitability >= 0.001'

Exit codes: 0 found; 1 there is no such value between the ends, or it cannot be told; 2 could not run.")]
pub struct SolveArgs {
    /// Scenario or study, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The setting that is looked for, by its keys
    #[arg(long = "for", value_name = "KEY")]
    pub key: String,
    /// What is to hold: a metric of fairness.csv, <= or >=, and a number
    #[arg(long, value_name = "CONDITION")]
    pub until: Condition,
    /// For this validator alone [default: for everybody who is followed]
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// The smallest value to look at [default: of the key's range in [sweep]; 1 for run.rounds]
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub from: Option<String>,
    /// The largest value to look at
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub to: Option<String>,
    /// Confidence of the whole search, where trials are played [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub confidence: Option<f64>,
    /// Trials at one value at most
    #[arg(long, value_name = "N", default_value_t = 16_384, allow_negative_numbers = true, value_parser = whole(2, 1 << 40))]
    pub most_trials: u64,
    #[command(flatten)]
    pub settings: Settings,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// A value that was looked at.
#[derive(Serialize)]
struct SolveRow {
    key: String,
    at: f64,
    metric: String,
    value: f64,
    low: f64,
    high: f64,
    trials: u64,
    holds: Option<bool>,
}

/// So many comparisons at most; each has its part of the error that is allowed in all.
const COMPARISONS: f64 = 80.0;
/// Looks at one value, each with twice the trials of the one before.
const FIRST_LOOK: u64 = 64;

/// Finds the smallest value of a key at which a condition holds.
pub fn solve(args: &SolveArgs) -> Result<(), Failure> {
    let stop = interrupt::watch()?;
    let (path, text) = crate::cli::scenario::text(&args.file)?;
    let overrides = args.settings.overrides()?;
    let source = Source { path, text, overrides, key: &args.key };
    let ends = ends(args, &source)?;
    let confidence = args.confidence.unwrap_or(0.95);
    if !(confidence > 0.5 && confidence < 1.0) {
        return Err(Failure::CannotRun(format!("--confidence {confidence}: it must lie between 0.5 and 1")));
    }
    let mut rows = Vec::new();
    let exact = exact(&source.at(ends.from, ends.whole)?, args).is_some();
    let steps = steps(&source, ends)?;
    let solution = search(steps.of(ends), exact && ends.whole, |step| -> Result<Known, Failure> {
        let at = steps.value(step);
        let scenario = source.at(at, ends.whole)?;
        let known = match exact {
            true => known_exactly(&scenario, args, at)?,
            false => known_by_trials(&scenario, args, at, confidence, stop)?,
        };
        rows.push(known);
        Ok(known)
    })?;
    report(args, &rows, &steps.solution(solution), (exact, ends.whole), confidence)
}

/// What the search counts in: the values themselves, or thousandths of settings that are fractions with small
/// denominators.
#[derive(Clone, Copy)]
struct Steps(Option<f64>);

/// Parts of one, where a setting takes no finer ones.
const PARTS: f64 = 1000.0;

/// Takes thousandths where the setting refuses finer values between both ends.
fn steps(source: &Source, ends: Ends) -> Result<Steps, Failure> {
    // Between both ends, and no fraction with a small denominator.
    let fine = ends.from + (ends.to - ends.from) / std::f64::consts::PI;
    match source.at(fine, ends.whole) {
        _ if ends.whole => Ok(Steps(None)),
        Ok(_) => Ok(Steps(None)),
        Err(_) => {
            source.at((fine * PARTS).round() / PARTS, false)?;
            Ok(Steps(Some(PARTS)))
        }
    }
}

impl Steps {
    fn of(self, ends: Ends) -> Ends {
        match self.0 {
            None => ends,
            Some(parts) => {
                Ends { from: (ends.from * parts).ceil(), to: (ends.to * parts).floor(), whole: true }
            }
        }
    }

    fn value(self, step: f64) -> f64 {
        self.0.map_or(step, |parts| step / parts)
    }

    fn solution(self, solution: Solution) -> Solution {
        match solution {
            Solution::Between { last, first, begins, earliest } => Solution::Between {
                last: self.value(last),
                first: self.value(first),
                begins,
                earliest: earliest.map(|earliest| self.value(earliest)),
            },
            other => other,
        }
    }
}

/// The scenario with a value for the key.
struct Source<'a> {
    path: std::path::PathBuf,
    text: String,
    overrides: Vec<Override>,
    key: &'a str,
}

impl Source<'_> {
    fn at(&self, at: f64, whole: bool) -> Result<Scenario, Problem> {
        let value = match whole {
            true => toml::Value::Integer(at as i64),
            false => toml::Value::Float(at),
        };
        let mut overrides = self.overrides.clone();
        overrides.push(Override::of_point(self.key, value.clone(), format!("--for {} at {value}", self.key)));
        let mut scenario = load_text(&self.path, self.text.clone(), &overrides)?;
        scenario.experiment.checkpoints = 1;
        scenario.experiment.serial = tombola::simulation::Serial::Off;
        scenario.experiment.window = 0;
        scenario.experiment.world.parties = Vec::new();
        Ok(scenario)
    }
}

/// Between which values to look: as the command line says, or the range of the key in `[sweep]`, or for
/// rounds from 1 on.
fn ends(args: &SolveArgs, source: &Source) -> Result<Ends, Failure> {
    let swept = read_file(&source.path, &source.text, &source.overrides)
        .and_then(|file| read_sweep(&source.path, &source.text, &SweepOptions::default(), file.run.seed.0));
    let range = swept.ok().and_then(|sweep| {
        let mut factors = sweep.layout.axes().iter().flat_map(|axis| &axis.factors);
        let levels = &factors.find(|factor| factor.key == args.key)?.levels;
        match levels {
            Levels::Range(range) => Some((range.from, range.to, range.whole)),
            Levels::List(values) => {
                let numbers: Option<Vec<f64>> = values
                    .iter()
                    .map(|value| value.as_integer().map(|number| number as f64).or(value.as_float()))
                    .collect();
                let numbers = numbers?;
                let (least, most) = (
                    numbers.iter().copied().fold(f64::INFINITY, f64::min),
                    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                );
                Some((least, most, values.iter().all(toml::Value::is_integer)))
            }
        }
    });
    let rounds = (args.key == "run.rounds").then_some((1.0, 1e9, true));
    let whole = |text: &Option<String>| text.as_ref().is_none_or(|text| text.parse::<i64>().is_ok());
    let number = |text: &Option<String>, option: &str| -> Result<Option<f64>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let number = decimal(&text.replace('_', ""));
        number.map(Some).map_err(|reason| Failure::CannotRun(format!("{option} {text}: {reason}")))
    };
    let (from, to) = (number(&args.from, "--from")?, number(&args.to, "--to")?);
    let known = range.or(rounds);
    let ends = match (from.or(known.map(|known| known.0)), to.or(known.map(|known| known.1))) {
        (Some(from), Some(to)) => Ends {
            from,
            to,
            whole: whole(&args.from) && whole(&args.to) && known.is_none_or(|known| known.2),
        },
        _ => {
            // Whoever mistypes a key is not helped by values to look between.
            if let Err(problem) = source.at(1.0, true)
                && problem.is_unknown_key()
            {
                let place = Place::CommandLine(format!("--for {}", args.key));
                return Err(Problem { place, ..problem }.into());
            }
            return Err(Failure::CannotRun(format!(
                "--for {}: between which values to look is not known\n  help: add --from and --to, or a range of the key to [sweep]",
                args.key
            )));
        }
    };
    if ends.from >= ends.to {
        return Err(Failure::CannotRun(format!(
            "--from {} --to {}: the first must be the smaller one",
            ends.from, ends.to
        )));
    }
    Ok(ends)
}

/// The metric that is the exact value of the one that is asked about, and whether it stands as the null
/// value of its row; `None` where there is none.
fn exact(scenario: &Scenario, args: &SolveArgs) -> Option<(Metric, bool)> {
    let (metric, is_null) = match args.until.metric {
        Metric::UnfairProbability | Metric::UnfairProbabilityByLaw => (Metric::UnfairProbabilityByLaw, false),
        metric @ (Metric::LimitUnfairProbability
        | Metric::LimitShareSd
        | Metric::ExpectedShareTotalVariation) => (metric, false),
        Metric::Equitability => (Metric::Equitability, true),
        _ => return None,
    };
    let rows = rows_of(scenario, metric, args).ok()?;
    let known = |row: &Statement| if is_null { row.null_value.is_some() } else { row.value.is_some() };
    let followed = match args.validator {
        Some(_) => 1,
        None if metric == Metric::ExpectedShareTotalVariation => 1,
        None => scenario.experiment.followed().len(),
    };
    (rows.len() == followed && rows.iter().all(known)).then_some((metric, is_null))
}

/// The rows of a metric after as few trials as can be.
fn rows_of(scenario: &Scenario, metric: Metric, args: &SolveArgs) -> Result<Vec<Statement>, Failure> {
    let never = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &never };
    let mut experiment = scenario.experiment.clone();
    experiment.trials = 1;
    if experiment.engine != Engine::Full && experiment.law_covers().is_ok() {
        experiment.engine = Engine::Law;
    }
    let results = Player::new(&experiment, &control).play(0..1)?;
    let metrics = MetricSet::of([metric]);
    let rows = statements(&experiment, &scenario.file.analysis, &results, None, &metrics);
    Ok(of_subject(rows, metric, args))
}

fn of_subject(rows: Vec<Statement>, metric: Metric, args: &SolveArgs) -> Vec<Statement> {
    let wanted = |row: &Statement| {
        row.metric == metric && args.validator.as_ref().is_none_or(|name| row.subject == *name)
    };
    rows.into_iter().filter(wanted).collect()
}

fn known_exactly(scenario: &Scenario, args: &SolveArgs, at: f64) -> Result<Known, Failure> {
    let not_known = || {
        Failure::CannotRun(format!(
            "--for {} at {at}: the exact {} is not known there, though it is elsewhere\n  help: narrow --from and --to",
            args.key, args.until.metric
        ))
    };
    let (metric, is_null) = exact(scenario, args).ok_or_else(not_known)?;
    let rows = rows_of(scenario, metric, args)?;
    let values = rows.iter().filter_map(|row| if is_null { row.null_value } else { row.value });
    let worst = worst(args, values).ok_or_else(not_known)?;
    Ok(Known { at, value: worst, interval: (worst, worst), trials: 0, holds: Some(args.until.holds(worst)) })
}

/// Of several values the one that is farthest from meeting the condition.
fn worst(args: &SolveArgs, values: impl Iterator<Item = f64>) -> Option<f64> {
    values.reduce(|one, other| if args.until.at_most { one.max(other) } else { one.min(other) })
}

fn known_by_trials(
    scenario: &Scenario,
    args: &SolveArgs,
    at: f64,
    confidence: f64,
    stop: &AtomicBool,
) -> Result<Known, Failure> {
    let control = Control { progress: &Quiet, stop };
    let mut experiment = scenario.experiment.clone();
    experiment.trials = args.most_trials;
    experiment.engine = experiment.chosen_engine(false).0;
    if experiment.follow.is_none() {
        experiment.follow = Some(experiment.richest(10));
    }
    let player = Player::new(&experiment, &control);
    let looks = (args.most_trials as f64 / FIRST_LOOK as f64).log2().ceil().max(0.0) + 1.0;
    let mut settings = scenario.file.analysis.clone();
    let subjects = if args.validator.is_some() { 1 } else { experiment.followed().len().max(1) };
    settings.confidence = 1.0 - (1.0 - confidence) / COMPARISONS / looks / subjects as f64;
    let metrics = MetricSet::of([args.until.metric]);
    let mut all: Option<Results> = None;
    let mut played = 0;
    loop {
        let end = (played * 2).max(FIRST_LOOK).min(args.most_trials);
        let more = player.play(played..end)?;
        if stop.load(Ordering::Relaxed) || more.partial {
            return Err(Failure::Interrupted("nothing was found".into()));
        }
        all = Some(match all.take() {
            None => more,
            Some(mut all) => {
                all.records.extend(more.records);
                all.totals.merge(&more.totals);
                all
            }
        });
        played = end;
        let Some(results) = &all else { continue };
        let rows = statements(&experiment, &settings, results, None, &metrics);
        let rows = of_subject(rows, args.until.metric, args);
        if rows.is_empty() {
            return Err(Failure::CannotRun(format!(
                "--until {}: there is no such row of {} for this scenario\n  help: `tombola run` writes those that there are to fairness.csv",
                args.until,
                args.validator.as_deref().unwrap_or("anybody")
            )));
        }
        let shown: Vec<Option<bool>> = rows
            .iter()
            .map(|row| row.low.zip(row.high).and_then(|(low, high)| args.until.shown(low, high)))
            .collect();
        let holds = match () {
            () if shown.iter().all(|shown| *shown == Some(true)) => Some(true),
            () if shown.contains(&Some(false)) => Some(false),
            () => None,
        };
        if holds.is_some() || played >= args.most_trials {
            let by_value = |row: &&Statement| row.value.unwrap_or(f64::NAN);
            let worst = rows.iter().reduce(|one, other| {
                let (mine, theirs) = (by_value(&one), by_value(&other));
                if (theirs > mine) == args.until.at_most { other } else { one }
            });
            let Some(row) = worst else { continue };
            let value = row.value.unwrap_or(f64::NAN);
            let interval = (row.low.unwrap_or(f64::NEG_INFINITY), row.high.unwrap_or(f64::INFINITY));
            return Ok(Known { at, value, interval, trials: played, holds });
        }
    }
}

fn report(
    args: &SolveArgs,
    known: &[Known],
    solution: &Solution,
    (exact, whole): (bool, bool),
    confidence: f64,
) -> Result<(), Failure> {
    let rows: Vec<SolveRow> = known
        .iter()
        .map(|known| SolveRow {
            key: args.key.clone(),
            at: known.at,
            metric: args.until.metric.to_string(),
            value: known.value,
            low: known.interval.0,
            high: known.interval.1,
            trials: known.trials,
            holds: known.holds,
        })
        .collect();
    let basis = match exact {
        true => "exactly, without a simulation".to_owned(),
        false => format!("with confidence {}, if the condition changes once", setting(confidence)),
    };
    let (key, until) = (&args.key, &args.until);
    let (sentence, found) = match solution {
        Solution::Never { holds: true } => {
            (format!("`{until}` holds at both ends, so there is no smallest value between them"), false)
        }
        Solution::Never { holds: false } => {
            (format!("`{until}` holds at neither end, so nothing between them is known to be enough"), false)
        }
        Solution::Unknown => (
            format!(
                "cannot tell: at an end {} trials do not show whether `{until}` holds; raise --most-trials, or move the end",
                grouped(args.most_trials.into())
            ),
            false,
        ),
        Solution::Between { last, first, begins, earliest } => {
            let (answer, word) = if *begins { (first, "smallest") } else { (last, "largest") };
            let between = match (exact || (whole && (first - last).abs() <= 1.0), earliest) {
                (true, Some(earliest)) if *begins => format!(
                    "{key} = {answer} is the smallest value from which on `{until}` always holds; since wins are whole numbers, it also holds at some smaller values, the first of them {earliest}"
                ),
                (true, _) => format!("{key} = {answer} is the {word} value for which `{until}` holds"),
                (false, _) => format!(
                    "the {word} value of {key} for which `{until}` holds lies between {last} and {first}: at {last} it is shown {}, at {first} it is shown {}",
                    if *begins { "not to hold" } else { "to hold" },
                    if *begins { "to hold" } else { "not to hold" }
                ),
            };
            (format!("{between} ({basis})"), true)
        }
    };
    match args.format {
        TableFormat::Table => {
            const MOST: usize = 60;
            let lines = rows.iter().take(MOST).map(|row| {
                let holds = match row.holds {
                    Some(true) => "holds",
                    Some(false) => "does not hold",
                    None => "not shown",
                };
                let interval = if row.trials == 0 {
                    "exact".to_owned()
                } else {
                    format!("{:.4} to {:.4}", row.low, row.high)
                };
                vec![
                    row.at.to_string(),
                    format!("{:.4}", row.value),
                    interval,
                    grouped(row.trials.into()),
                    holds.to_owned(),
                ]
            });
            let metric = args.until.metric.to_string();
            let text = table(&[key, &metric, "interval", "trials", ""], 0, lines.collect());
            let more = match rows.len().saturating_sub(MOST) {
                0 => String::new(),
                more => format!("... and {} values more\n", grouped(more as u128)),
            };
            print(&format!("{text}\n{more}\n{sentence}\n"))?;
        }
        format => {
            print_rows(format, false, &rows, |_| String::new())?;
            crate::cli::screen::tell(&sentence);
        }
    }
    match found {
        true => Ok(()),
        false => Err(Failure::CheckFailed(sentence)),
    }
}
