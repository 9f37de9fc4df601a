//! `tombola compare`.

use super::contestants::{Entrant, entrants};
use super::resume::{Kept, Watching};
use super::study::{command_line, holder, settings};
use crate::cli::commands::study::same_command;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::settings::PlayedSettings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::results::{self, ResultsPlace};
use crate::cli::screen::{percent, rate, table, tell};
use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::analysis::comparison::{
    Baseline, Contestant, MEASURES, Measure, Measurements, RuleComparison, compare_rules, paragraph, rankings,
};
use tombola::analysis::rows::{CompareRow, RuleMeasureRow, RuleTrialRow};
use tombola::analysis::trial_rows;
use tombola::registry::Choice;
use tombola::report::figures::{
    Drawing, FigureError, Overlay, Sheet, Subject, draw_figures, overlay_measure, overlay_timeline,
    short_name, write_drawing,
};
use tombola::report::{
    ComparedScenario, ComparisonManifest, Environment, ResultsFolder, Stopwatch, write_report,
};
use tombola::scenario::Scenario;
use tombola::simulation::{Control, Quiet, Results, TrialRecord, threads_here};
use tombola::statistics::percent::setting;
use tombola::statistics::wording::{are, counted};
use tombola::study::{
    Collected, Compared, Limits, OpenStudy, Opening, Origin, Plan, PointState, Setting, StudyError, Summary,
    collect, evaluate, rounds_to_play,
};

/// What is kept of a comparison beside its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeepOfComparison {
    /// trials.csv and measures.csv: what each trial of each rule ended with, and was measured by.
    Trials,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Results go to DIR/NAME-compare/: compare.csv, timeline.csv, shares.csv, figures/, manifest.json, where
NAME is that of the first scenario. Trials with the same number meet the same random numbers under every rule and are
compared pair by pair. Tables and figures are the same bytes on any number of threads, and with the
engines full and draws; so is the report, but for the engine's name. An interrupted comparison writes no
table; the trials that had finished are kept in DIR/NAME-compare.tally, and the same command goes on
from there.

Examples:
  tombola compare scenarios/seed.toml --rules raffle,single-lottery --engine draws --rounds 2000 --trials 50
  tombola compare my.toml --rules 'raffle,{ kind = \"top-n\", n = 3 }'
  tombola compare my.toml --rules raffle --rule '{ kind = \"power-weighted\", exponent = 0.5 }'
  tombola compare a.toml b.toml --trials 100")]
pub struct CompareArgs {
    /// Scenario file; or several with the same population, each compared as it is
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Rules to compare in the place of the file's own, by name or as inline tables, with commas
    /// between them
    #[arg(long, value_name = "LIST")]
    pub rules: Option<String>,
    /// One more rule, by name or as an inline table; may be repeated
    #[arg(long = "rule", value_name = "RULE")]
    pub rule: Vec<String>,
    #[command(flatten)]
    pub settings: PlayedSettings,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Write down the trials of every rule too
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_enum)]
    pub keep: Vec<KeepOfComparison>,
    /// Go on from the trials that were kept, or refuse if they are of another comparison, which is begun
    /// anew otherwise
    #[arg(long)]
    pub resume: bool,
    /// With --resume: go on although another version of the program has begun it
    #[arg(long, requires = "resume")]
    pub other_version: bool,
    #[command(flatten)]
    pub place: ResultsPlace,
}

/// Compares rules on the same population and random numbers.
pub fn compare(args: &CompareArgs) -> Result<(), Failure> {
    let entrants = entrants(args)?;
    let first = &entrants[0].scenario;
    if !args.place.quiet {
        crate::cli::scenario::tell_notes(first);
    }
    let name = format!("{}-compare", first.name);
    let stop = interrupt::watch()?;
    let folder = results::prepare(&args.place.wish(), &name)?;
    let stopwatch = Stopwatch::start();
    let baseline = Baseline::new(&first.experiment, first.file.analysis.tolerance);
    let Played { contestants, trials, measures, kept } = play(args, &name, &entrants, &baseline, stop)?;
    let timing = stopwatch.timing();

    let comparison = compare_rules(&contestants, first.file.analysis.confidence);
    folder.write_table("compare.csv", &comparison.rows)?;
    folder.write_table("timeline.csv", &comparison.timeline)?;
    folder.write_table("shares.csv", &comparison.shares)?;
    if args.keep.contains(&KeepOfComparison::Trials) {
        folder.write_table("trials.csv", &trials)?;
        folder.write_table("measures.csv", &measures)?;
    }
    let control = Control { progress: &Quiet, stop };
    let drawing = Stopwatch::start();
    let drawn = write_figures(&folder, &name, first, &baseline, &comparison, &control);
    if control.should_stop() {
        return Err(Failure::Interrupted("the tables were not finished, so nothing was written".into()));
    }
    drawn?;
    let drawing = drawing.elapsed();
    let compared = entrants
        .iter()
        .zip(&contestants)
        .map(|(entrant, played)| {
            ComparedScenario::new(
                &entrant.name,
                &entrant.scenario,
                entrant.file_sha256.clone(),
                played.rounds,
            )
        })
        .collect();
    let mut manifest = ComparisonManifest::new(&name, first, compared, threads_here(), timing, &folder)
        .map_err(|error| folder.failed("manifest.json", error))?;
    manifest.report_seconds = drawing.as_secs_f64();
    if !first.file.report.figures.is_empty() {
        let (page, hash, took) = write_report(&folder, &manifest)?;
        manifest.files.insert(page, hash);
        manifest.report_seconds += took.as_secs_f64();
    }
    folder.write_manifest(&manifest)?;
    let published = folder.publish()?;
    kept.remove();
    if args.place.quiet {
        return results::ended(&published);
    }
    results::print_summary(&summary(first, &comparison), &published)?;
    tell(format_args!(
        "{} in {:.1} s ({} rounds/s)",
        counted(contestants.iter().map(|contestant| u128::from(contestant.rounds)).sum::<u128>(), "round"),
        timing.duration.as_secs_f64(),
        rate(manifest.rounds_per_second)
    ));
    results::tell_written(&published, manifest.files.keys());
    results::ended(&published)
}

/// What was played of every rule: what is compared, and the trials themselves if they are wanted.
struct Played {
    contestants: Vec<Contestant>,
    trials: Vec<RuleTrialRow>,
    measures: Vec<RuleMeasureRow>,
    kept: Kept,
}

/// Plays what is missing of the comparison as a study whose factor is the rule, and keeps what is compared.
fn play(
    args: &CompareArgs,
    name: &str,
    entrants: &[Entrant],
    baseline: &Baseline,
    stop: &AtomicBool,
) -> Result<Played, Failure> {
    let plan = plan(args, name, entrants)?;
    let file = args.place.output.join(format!("{name}.tally"));
    let open = open(args, &plan, &file)?;
    let before: u64 =
        Summary::new(&plan, &open.before.contents, false).points.iter().map(|point| point.trials).sum();
    if before > 0 && !args.place.quiet {
        tell(format_args!("{name}: {} {} done already", counted(before, "trial"), are(before)));
    }
    let bar = Bar::new(name, rounds_to_play(&plan, &open.before.contents, None), args.place.quiet);
    let limits = Limits { stop, is_over: &|| false, fail_fast: true, shard: None, points: None };
    let evaluated = evaluate(&plan, &open.before, &open.file, &limits, &Watching(&bar));
    bar.clear();
    if let Some(failed) = evaluated?.failed.first() {
        return Err(Failure::CheckFailed(failed.message.clone()));
    }
    let now = open.now()?;
    if stop.load(Ordering::Relaxed) || rounds_to_play(&plan, &now.contents, None) > 0 {
        let summary = Summary::new(&plan, &now.contents, false);
        return Err(Failure::Interrupted(format!(
            "{} of {} had finished; rules can only be compared when all have, so no table was written; the trials that were finished are kept in {}, and {} goes on from there",
            summary.count(PointState::Done),
            counted(entrants.len() as u64, "rule"),
            file.display(),
            same_command(args.place.force)
        )));
    }
    let (mut contestants, mut trials, mut measures) = (Vec::new(), Vec::new(), Vec::new());
    for (entrant, planned) in entrants.iter().zip(&plan.points) {
        let point = plan.point(planned.index)?;
        let collected = collect(&point, planned, &now).map_err(Failure::CannotRun)?;
        let measured = collected.filter(|it| it.measurements.len() == it.results.records.len());
        let Some(Collected { results, measurements, .. }) = measured else {
            return Err(Failure::CannotRun(format!(
                "{}: it has no trials of {} that are measured\n  help: remove it, and give the command again",
                file.display(),
                entrant.name
            )));
        };
        let experiment = &point.scenario.experiment;
        let analysis = &entrant.scenario.file.analysis;
        contestants.push(Contestant::new(
            &entrant.name,
            baseline,
            experiment,
            analysis,
            &results,
            &measurements,
        ));
        if args.keep.contains(&KeepOfComparison::Trials) {
            let rows = trial_rows(experiment, &results).into_iter();
            trials.extend(rows.map(|row| RuleTrialRow::new(&entrant.name, row)));
            measures.extend(measure_rows(&entrant.name, &results, &measurements));
        }
    }
    Ok(Played { contestants, trials, measures, kept: Kept::new(open) })
}

/// The comparison as a study.
fn plan(args: &CompareArgs, name: &str, entrants: &[Entrant]) -> Result<Plan, Failure> {
    let mut compared = Vec::new();
    for entrant in entrants {
        let (path, text) = crate::cli::scenario::text(&entrant.path)?;
        // The engine that is settled for all trials, however many are left.
        let engine = entrant.scenario.experiment.chosen_engine(false).0.to_string();
        let mut all = settings(&entrant.settings);
        all.push(Setting {
            key: "run.engine".to_owned(),
            option: format!("--engine {engine}"),
            value: toml::Value::String(engine),
        });
        let path = path.to_string_lossy().into_owned();
        compared.push(Compared { name: entrant.name.clone(), path, text, settings: all });
    }
    let origin = Origin { path: args.files[0].to_string_lossy().into_owned(), compared, ..Origin::default() };
    Ok(Plan::of_comparison(name, origin)?)
}

/// Opens the file in which finished trials are kept until the tables stand. With `--resume` what is there
/// must be this comparison; without, anything else that was left there is begun anew.
fn open(args: &CompareArgs, plan: &Plan, file: &Path) -> Result<OpenStudy, Failure> {
    let environment = Environment::here(command_line(), &Stopwatch::start().timing());
    let holder = holder(&environment);
    let opening = Opening { force: false, other_version: args.other_version };
    match OpenStudy::file(file, plan, &holder, opening) {
        Err(StudyError::Changed { .. } | StudyError::OtherVersion { .. }) if !args.resume => {
            Ok(OpenStudy::file(file, plan, &holder, Opening { force: true, ..opening })?)
        }
        opened => Ok(opened?),
    }
}

fn measure_rows(rule: &str, results: &Results, measurements: &[Measurements]) -> Vec<RuleMeasureRow> {
    let of_trial = |(record, measured): (&TrialRecord, &Measurements)| {
        let row = |(measure, value): (&Measure, &Option<f64>)| RuleMeasureRow {
            rule: rule.to_owned(),
            trial: record.trial,
            metric: measure.name.to_owned(),
            value: *value,
        };
        MEASURES.iter().zip(measured).map(row).collect::<Vec<_>>()
    };
    results.records.iter().zip(measurements).flat_map(of_trial).collect()
}

/// Draws a figure for each measure, and the time line of the richest validator, on all threads.
fn write_figures(
    folder: &ResultsFolder,
    name: &str,
    first: &Scenario,
    baseline: &Baseline,
    comparison: &RuleComparison,
    control: &Control,
) -> Result<(), Failure> {
    let experiment = &first.experiment;
    let subtitle = format!(
        "{} on the same population and random numbers · {} × {} · {} intervals",
        counted(comparison.names.len() as u64, "rule"),
        counted(experiment.trials, "trial"),
        counted(experiment.rounds, "round"),
        setting(comparison.confidence)
    );
    let words = |heading, axis, percent| Overlay {
        title: name,
        heading,
        subtitle: &subtitle,
        axis,
        percent,
        confidence: comparison.confidence,
        compare: &comparison.rows,
        sheet: Sheet::default(),
    };
    let write = |name: &str, drawing: Result<Drawing, FigureError>| -> Result<(), Failure> {
        Ok(write_drawing(folder, name, &drawing.map_err(cannot_draw)?, &first.file.report.formats, control)?)
    };
    let mut shown = Vec::new();
    for (measure, _) in &comparison.measures {
        let rows: Vec<CompareRow> =
            comparison.rows.iter().filter(|row| row.metric == measure.name).cloned().collect();
        if rows.iter().all(|row| row.value.is_none()) {
            tell(format_args!("note: no trial has a value of {}, so it is not drawn", measure.name));
            continue;
        }
        shown.push((measure, rows));
    }
    let drawn: Vec<Result<(), Failure>> = shown
        .par_iter()
        .map(|(measure, rows)| {
            let words = words(measure.heading, measure.axis, measure.percent);
            write(&measure.name.replace('_', "-"), overlay_measure(&words, rows))
        })
        .collect();
    drawn.into_iter().collect::<Result<(), Failure>>()?;
    let subject = Subject {
        title: name,
        subtitle: &subtitle,
        compare: &comparison.rows,
        timeline: &comparison.timeline,
        shares: &comparison.shares,
        confidence: comparison.confidence,
        delta: first.file.analysis.delta,
        ..Subject::default()
    };
    let figures = ["forest", "frontier", "unfair-probability", "target-curve"].map(Choice::plain);
    for note in draw_figures(folder, &figures, &first.file.report.formats, &subject, control)? {
        tell(format_args!("note: {note}"));
    }
    if comparison.timeline.is_empty() {
        return Ok(());
    }
    let richest = short_name(&experiment.world.names[baseline.richest]);
    let heading = format!("win share of {richest}, the richest, over the rounds");
    let words = words(&heading, "win share (%)", true);
    write("timeline", overlay_timeline(&words, &comparison.timeline, baseline.shares[baseline.richest]))
}

fn cannot_draw(error: FigureError) -> Failure {
    Failure::CannotRun(error.to_string())
}

/// The distances from stake, the order by every measure, and the comparison in words.
fn summary(first: &Scenario, comparison: &RuleComparison) -> String {
    let estimates = comparison.rows.iter().filter(|row| row.kind == "estimate");
    let distances = estimates.filter(|row| row.metric == comparison.measures[0].0.name);
    let lines = distances
        .map(|row| {
            let interval = match (row.low, row.high) {
                (Some(low), Some(high)) => format!("{:.3} to {:.3} %", low * 100.0, high * 100.0),
                _ => "-".to_owned(),
            };
            vec![row.rule.clone(), percent(row.value), interval, percent(row.law), percent(row.limit)]
        })
        .collect();
    let interval = format!("{} interval", setting(comparison.confidence));
    let header = ["rule", "distance from stake", &interval, "exact mean", "limit, rounds → ∞"];
    let orders = rankings(comparison)
        .into_iter()
        .map(|(name, direction, order)| vec![name.to_owned(), order, format!("({direction})")])
        .collect();
    let experiment = &first.experiment;
    format!(
        "{}\n\n{}\n\n{} on the same population and random numbers, {} of {} each, seed {}. {}\n",
        table(&header, 1, lines),
        table(&["measure", "order: < is shown, ~ is not, = gave the same in every trial", ""], 3, orders),
        counted(comparison.names.len() as u64, "rule"),
        counted(experiment.trials, "trial"),
        counted(experiment.rounds, "round"),
        experiment.world.seed,
        paragraph(comparison)
    )
}
