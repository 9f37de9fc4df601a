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
use tombola::simulation::{Control, Engine, Player, Quiet, Results, Serial};
use tombola::statistics::percent::setting;
use tombola::study::{
    Condition, Ends, Known, Levels, MOST_COMPARISONS, Solution, SweepOptions, read_sweep, solve as search,
};

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
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    trials: u64,
    holds: Option<bool>,
}

/// Looks at one value, each with twice the trials of the one before.
const FIRST_LOOK: u64 = 64;

/// Finds the smallest value of a key at which a condition holds.
pub fn solve(args: &SolveArgs) -> Result<(), Failure> {
    let stop = interrupt::watch()?;
    let (path, text) = crate::cli::scenario::text(&args.file)?;
    let overrides = args.settings.overrides()?;
    let needs = MetricSet::of([args.until.metric]).detail();
    let source = Source { path, text, overrides, key: &args.key, needs };
    let (ends, steps) = steps(&source, ends(args, &source)?)?;
    let confidence = args.confidence.unwrap_or(0.95);
    if !(confidence > 0.5 && confidence < 1.0) {
        return Err(Failure::CannotRun(format!("--confidence {confidence}: it must lie between 0.5 and 1")));
    }
    let mut rows = Vec::new();
    let exact = exact(&source.at(ends.from, ends.whole)?, args).is_some();
    let solution = search(steps.of(ends), exact, |step| -> Result<Known, Failure> {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted("nothing was found".into()));
        }
        let at = steps.value(step);
        let scenario = source.at(at, ends.whole)?;
        let known = match exact {
            true => known_exactly(&scenario, args, at)?,
            false => known_by_trials(&scenario, args, at, confidence, stop)?,
        };
        rows.push(known);
        Ok(known)
    })?;
    report(args, &rows, &steps.solution(solution), ends, exact, confidence)
}

/// What the search counts in: the values themselves, or thousandths of settings that are fractions with small
/// denominators.
#[derive(Clone, Copy)]
struct Steps(Option<f64>);

/// Parts of one, where a setting takes no finer ones.
const PARTS: f64 = 1000.0;

/// A whole number above it may not be one in a float.
const LARGEST_WHOLE: f64 = (1u64 << f64::MANTISSA_DIGITS) as f64;

/// Whether the setting takes whole numbers alone, and what the search counts in: thousandths where the setting
/// refuses finer values between both ends.
fn steps(source: &Source, ends: Ends) -> Result<(Ends, Steps), Failure> {
    // Between both ends, and no fraction with a small denominator.
    let fine = ends.from + (ends.to - ends.from) / std::f64::consts::PI;
    let fractions = Ends { whole: false, ..ends };
    let refused = match source.at(fine, false) {
        Ok(_) => return Ok((fractions, Steps(None))),
        Err(refused) => refused,
    };
    let steps = Steps(Some(PARTS));
    let coarse = steps.of(fractions);
    if coarse.from < coarse.to && source.at((fine * PARTS).round() / PARTS, false).is_ok() {
        return Ok((fractions, steps));
    }
    let Ends { from, to, .. } = ends;
    // What is wrong with an end is said of the end.
    source.at(from, from.fract() == 0.0)?;
    if from.fract() != 0.0 || to.fract() != 0.0 {
        return Err(refused.into());
    }
    if from.abs().max(to.abs()) > LARGEST_WHOLE {
        return Err(Failure::CannotRun(format!(
            "--from {from:e} --to {to:e}: whole numbers are looked for up to {}",
            grouped(LARGEST_WHOLE as u128)
        )));
    }
    Ok((Ends { whole: true, ..ends }, Steps(None)))
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
            Solution::Between { last, first, begins, earliest, returns } => Solution::Between {
                last: self.value(last),
                first: self.value(first),
                begins,
                earliest: earliest.map(|earliest| self.value(earliest)),
                returns,
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
    /// Whether the metric needs the time line, the order of wins, incomes.
    needs: (bool, bool, bool),
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
        let (time_line, order, incomes) = self.needs;
        let experiment = &mut scenario.experiment;
        if !time_line {
            experiment.checkpoints = 1;
        }
        if !order {
            (experiment.serial, experiment.window) = (Serial::Off, 0);
        }
        if !incomes {
            experiment.world.parties = Vec::new();
        }
        Ok(scenario)
    }
}

/// Between which values to look: as the command line says, or the range of the key in `[sweep]`, or for
/// rounds from 1 on. Whether they are whole numbers is not known yet.
fn ends(args: &SolveArgs, source: &Source) -> Result<Ends, Failure> {
    let swept = read_file(&source.path, &source.text, &source.overrides)
        .and_then(|file| read_sweep(&source.path, &source.text, &SweepOptions::default(), file.run.seed.0));
    let range = swept.ok().and_then(|sweep| {
        let mut factors = sweep.layout.axes().iter().flat_map(|axis| &axis.factors);
        let levels = &factors.find(|factor| factor.key == args.key)?.levels;
        match levels {
            Levels::Range(range) => Some((range.from, range.to)),
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
                Some((least, most))
            }
        }
    });
    let rounds = (args.key == "run.rounds").then_some((1.0, 1e9));
    let number = |text: &Option<String>, option: &str| -> Result<Option<f64>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let number = decimal(&text.replace('_', ""));
        number.map(Some).map_err(|reason| Failure::CannotRun(format!("{option} {text}: {reason}")))
    };
    let (from, to) = (number(&args.from, "--from")?, number(&args.to, "--to")?);
    let known = range.or(rounds);
    let ends = match (from.or(known.map(|known| known.0)), to.or(known.map(|known| known.1))) {
        (Some(from), Some(to)) => Ends { from, to, whole: false },
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
    // The exact values do not depend on what is played.
    experiment.engine = if experiment.law_covers().is_ok() { Engine::Law } else { Engine::Draws };
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
    let holds = Some(args.until.holds(worst));
    Ok(Known { at, value: Some(worst), interval: Some((worst, worst)), trials: 0, holds })
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
    settings.confidence = 1.0 - (1.0 - confidence) / f64::from(MOST_COMPARISONS) / looks / subjects as f64;
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
            let with_value = rows.iter().filter_map(|row| Some((row, row.value?)));
            let worst = with_value.reduce(|one, other| match args.until.at_most {
                true if other.1 > one.1 => other,
                false if other.1 < one.1 => other,
                _ => one,
            });
            let (value, interval) = match worst {
                Some((row, value)) => (Some(value), row.low.zip(row.high)),
                None => (None, None),
            };
            return Ok(Known { at, value, interval, trials: played, holds });
        }
    }
}

fn report(
    args: &SolveArgs,
    known: &[Known],
    solution: &Solution,
    ends: Ends,
    exact: bool,
    confidence: f64,
) -> Result<(), Failure> {
    let rows: Vec<SolveRow> = known
        .iter()
        .map(|known| SolveRow {
            key: args.key.clone(),
            at: known.at,
            metric: args.until.metric.to_string(),
            value: known.value,
            low: known.interval.map(|(low, _)| low),
            high: known.interval.map(|(_, high)| high),
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
        Solution::Never { holds } => (unchanged(args, known, *holds), false),
        Solution::Unknown => (not_shown(args, known), false),
        Solution::Between { first, last, begins, returns: true, .. } => {
            let (answer, word) = if *begins { (first, "first") } else { (last, "last") };
            let again = if *begins { "does not hold again" } else { "holds again" };
            (
                format!(
                    "{key} = {answer} is the {word} value for which `{until}` holds, but at {} it {again}: it changes more than once between {} and {}; narrow --from and --to ({basis})",
                    ends.to, ends.from, ends.to
                ),
                false,
            )
        }
        Solution::Between { last, first, begins, earliest, .. } => {
            let (answer, word) = if *begins { (first, "smallest") } else { (last, "largest") };
            let between = match (ends.whole && (exact || (first - last).abs() <= 1.0), earliest) {
                (true, Some(earliest)) if *begins => format!(
                    "{key} = {answer} is the smallest value from which on `{until}` always holds; since wins are whole numbers, it also holds at some smaller values, the first of them {earliest}"
                ),
                (true, _) => format!("{key} = {answer} is the {word} value for which `{until}` holds"),
                (false, _) => {
                    let shown = if exact { "" } else { "is shown " };
                    let (holds, not) = match exact {
                        true => ("holds", "does not hold"),
                        false => ("to hold", "not to hold"),
                    };
                    let (before, after) = if *begins { (not, holds) } else { (holds, not) };
                    format!(
                        "the {word} value of {key} for which `{until}` holds lies between {last} and {first}: at {last} it {shown}{before}, at {first} it {shown}{after}"
                    )
                }
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
                let interval = match row.low.zip(row.high) {
                    _ if row.trials == 0 => "exact".to_owned(),
                    Some((low, high)) => format!("{low:.4} to {high:.4}"),
                    None => "none".to_owned(),
                };
                vec![
                    row.at.to_string(),
                    row.value.map_or("-".to_owned(), |value| format!("{value:.4}")),
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

/// The value of the metric, if it is the same wherever it was looked at.
fn constant(known: &[Known]) -> Option<f64> {
    let value = known.first()?.value?;
    (known.len() > 1 && known.iter().all(|known| known.value == Some(value))).then_some(value)
}

/// What is said where the condition holds wherever it was looked at, or nowhere.
fn unchanged(args: &SolveArgs, known: &[Known], holds: bool) -> String {
    let SolveArgs { key, until, .. } = args;
    let number = grouped(known.len() as u128);
    let between = match (known.first(), known.last()) {
        (Some(first), Some(last)) => format!("between {} and {}", first.at, last.at),
        _ => String::new(),
    };
    match (constant(known), holds) {
        (Some(value), _) => format!(
            "`{until}` does not depend on {key} {between}: {} is {value} at each of {number} values, so the condition holds at {} of them",
            until.metric,
            if holds { "all" } else { "none" }
        ),
        (None, true) => format!(
            "`{until}` holds at both ends and at each of {number} values {between}, so what is looked for, if there is such a value, lies outside; move --from or --to"
        ),
        (None, false) => format!(
            "`{until}` holds at neither end and at none of {number} values {between}, so nothing there is known to be enough; move --from or --to"
        ),
    }
}

/// What is said where it is not shown at an end whether the condition holds.
fn not_shown(args: &SolveArgs, known: &[Known]) -> String {
    let SolveArgs { key, until, .. } = args;
    let metric = until.metric;
    let Some(open) = known.iter().find(|known| known.holds.is_none()) else {
        return format!("cannot tell whether `{until}` holds at enough values of {key}");
    };
    let (at, trials) = (open.at, grouped(open.trials.into()));
    if open.value.is_none() {
        return format!(
            "cannot tell: {metric} has no value at {key} = {at}, so it is not known whether `{until}` holds; ask about another metric"
        );
    }
    let why = match open.interval {
        None => format!(
            "{metric} has no interval at {key} = {at} after {trials} trials, as where all of them are alike, so they do not show whether `{until}` holds"
        ),
        Some(_) => format!("at {key} = {at}, {trials} trials do not show whether `{until}` holds"),
    };
    let advice = match (constant(known), open.interval) {
        (Some(value), _) => format!(
            "; {metric} is {value} at every value that was looked at, with the same random numbers, so that it does not seem to depend on {key}"
        ),
        (None, None) => "; ask about another metric, or move the end".to_owned(),
        (None, Some(_)) => "; raise --most-trials, or move the end".to_owned(),
    };
    format!("cannot tell: {why}{advice}")
}
