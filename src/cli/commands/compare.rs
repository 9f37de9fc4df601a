//! `tombola compare`.

use super::contestants::{Entrant, entrants};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::settings::PlayedSettings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::results::{
    ResultsPlace, {self},
};
use crate::cli::screen::{grouped, rate, table, tell};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use tombola::analysis::comparison::{
    Baseline, Contestant, RuleComparison, compare_rules, paragraph, rankings,
};
use tombola::analysis::rows::CompareRow;
use tombola::report::figures::{Overlay, overlay_measure, overlay_timeline, write_drawing};
use tombola::report::{Compared, ComparisonManifest, ResultsFolder, Stopwatch};
use tombola::scenario::Scenario;
use tombola::simulation::{Control, run_measured, threads_here};

#[derive(ClapArgs)]
#[command(after_help = "\
Results go to DIR/NAME-compare/: compare.csv, timeline.csv, figures/, manifest.json, where NAME is
that of the first scenario. Trials with the same number meet the same random numbers under every rule and are
compared pair by pair. All files but the manifest are the same bytes on any number of threads, and
with the engines full and draws. An interrupted comparison writes nothing.

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
    let contestants = play(args, &name, &entrants, &baseline, stop)?;
    let timing = stopwatch.timing();

    let comparison = compare_rules(&contestants, first.file.analysis.confidence);
    folder.write_table("compare.csv", &comparison.rows)?;
    folder.write_table("timeline.csv", &comparison.timeline)?;
    write_figures(&folder, &name, first, &baseline, &comparison)?;
    let compared = entrants
        .iter()
        .zip(&contestants)
        .map(|(entrant, played)| {
            Compared::new(&entrant.name, &entrant.scenario, entrant.file_sha256.clone(), played.rounds)
        })
        .collect();
    let manifest = ComparisonManifest::new(&name, first, compared, threads_here(), timing, &folder)
        .map_err(|error| folder.failed("manifest.json", error))?;
    folder.write_manifest(&manifest)?;
    let published = folder.publish()?;
    if args.place.quiet {
        return results::ended(&published);
    }
    results::print_summary(&summary(first, &comparison), &published)?;
    tell(format_args!(
        "{} rounds in {:.1} s ({} rounds/s)",
        grouped(contestants.iter().map(|contestant| u128::from(contestant.rounds)).sum()),
        timing.duration.as_secs_f64(),
        rate(manifest.rounds_per_second)
    ));
    results::tell_written(&published, manifest.files.keys());
    results::ended(&published)
}

/// Plays the trials of every rule, one rule after another, and keeps what is compared.
fn play(
    args: &CompareArgs,
    name: &str,
    entrants: &[Entrant],
    baseline: &Baseline,
    stop: &AtomicBool,
) -> Result<Vec<Contestant>, Failure> {
    let experiment = &entrants[0].scenario.experiment;
    let rounds = experiment.rounds.saturating_mul(experiment.trials).saturating_mul(entrants.len() as u64);
    let bar = Bar::new(name, rounds, args.place.quiet);
    let mut contestants = Vec::new();
    for entrant in entrants {
        let Scenario { experiment, file, .. } = &entrant.scenario;
        let control = Control { progress: &bar, stop };
        let played = run_measured(experiment, 0, None, &control, |end| baseline.measure(end));
        if played.is_err() {
            bar.clear();
        }
        let (results, measurements) = played?;
        if results.partial {
            bar.clear();
            return Err(Failure::Interrupted(format!(
                "{} of {} rules had finished; rules can only be compared when all have, so nothing was written",
                contestants.len(),
                entrants.len()
            )));
        }
        contestants.push(Contestant::new(
            &entrant.name,
            baseline,
            experiment,
            &file.analysis,
            &results,
            &measurements,
        ));
    }
    bar.clear();
    Ok(contestants)
}

/// Draws a figure for each measure, and the time line of the richest validator.
fn write_figures(
    folder: &ResultsFolder,
    name: &str,
    first: &Scenario,
    baseline: &Baseline,
    comparison: &RuleComparison,
) -> Result<(), Failure> {
    let experiment = &first.experiment;
    let subtitle = format!(
        "{} rules on the same population and random numbers · {} × {} rounds · {} % intervals",
        comparison.names.len(),
        match experiment.trials {
            1 => "1 trial".to_owned(),
            trials => format!("{} trials", grouped(trials.into())),
        },
        grouped(experiment.rounds.into()),
        comparison.confidence * 100.0
    );
    let words = |heading, axis, percent| Overlay {
        title: name,
        heading,
        subtitle: &subtitle,
        axis,
        percent,
        confidence: comparison.confidence,
    };
    for (measure, _) in &comparison.measures {
        let rows: Vec<CompareRow> =
            comparison.rows.iter().filter(|row| row.metric == measure.name).cloned().collect();
        if rows.iter().all(|row| row.value.is_none()) {
            tell(format_args!("note: no trial has a value of {}, so it is not drawn", measure.name));
            continue;
        }
        let drawing = overlay_measure(&words(measure.heading, measure.axis, measure.percent), &rows);
        let name = measure.name.replace('_', "-");
        write_drawing(folder, &name, &drawing.map_err(cannot_draw)?, &first.file.report.formats)?;
    }
    if comparison.timeline.is_empty() {
        return Ok(());
    }
    let heading = format!("win share of {}, the richest, over the rounds", {
        let richest = &experiment.world.names[baseline.richest];
        richest.chars().take(40).collect::<String>()
    });
    let words = words(&heading, "win share (%)", true);
    let drawing = overlay_timeline(&words, &comparison.timeline, baseline.shares[baseline.richest]);
    write_drawing(folder, "timeline", &drawing.map_err(cannot_draw)?, &first.file.report.formats)?;
    Ok(())
}

fn cannot_draw(error: tombola::report::figures::FigureError) -> Failure {
    Failure::CannotRun(error.to_string())
}

/// The distances from stake, the order by every measure, and the comparison in words.
fn summary(first: &Scenario, comparison: &RuleComparison) -> String {
    let estimates = comparison.rows.iter().filter(|row| row.kind == "estimate");
    let distances = estimates.filter(|row| row.metric == comparison.measures[0].0.name);
    let share = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{:.3} %", value * 100.0));
    let lines = distances
        .map(|row| {
            let interval = match (row.low, row.high) {
                (Some(low), Some(high)) => format!("{:.3} to {:.3} %", low * 100.0, high * 100.0),
                _ => "-".to_owned(),
            };
            vec![row.rule.clone(), share(row.value), interval, share(row.law), share(row.limit)]
        })
        .collect();
    let interval = format!("{} % interval", comparison.confidence * 100.0);
    let header = ["rule", "distance from stake", &interval, "exact mean", "limit, rounds → ∞"];
    let orders = rankings(comparison)
        .into_iter()
        .map(|(name, direction, order)| vec![name.to_owned(), order, format!("({direction})")])
        .collect();
    let experiment = &first.experiment;
    format!(
        "{}\n\n{}\n\n{} rules on the same population and random numbers, {} trials of {} rounds each, seed {}. {}\n",
        table(&header, 1, lines),
        table(&["measure", "order: < is shown, ~ is not, = gave the same in every trial", ""], 3, orders),
        comparison.names.len(),
        grouped(experiment.trials.into()),
        grouped(experiment.rounds.into()),
        experiment.world.seed,
        paragraph(comparison)
    )
}
