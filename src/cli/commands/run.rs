//! `tombola run`.

use super::resume;
use super::schedule::write_schedule;
use super::summary::summary;
use crate::cli::commands::study::StudyArgs;
use crate::cli::failure::Failure;
use crate::cli::options::counting_unit::UnitChoice;
use crate::cli::options::settings::PlayedSettings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::results::{self, ResultsPlace};
use crate::cli::screen::{rate, tell};
use crate::cli::whole_file::{self, Existing};
use crate::cli::{interrupt, scenario};
use clap::{Args as ClapArgs, ValueEnum};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::analysis::rows::RunSummary;
use tombola::report::ResultsFolder;
use tombola::scenario::{Override, Problem};
use tombola::simulation::{Control, CountingUnit, Engine, SimulationError};
use tombola::statistics::wording::counted;
use tombola::{Outcome, RunError, RunOptions, Scenario};

#[derive(ClapArgs)]
#[command(after_help = "\
Results go to DIR/NAME/: validators.csv, trials.csv, chains.csv, timeline.csv, fairness.csv,
windows.csv, figures/, report.html, manifest.json. For one seed tables and figures are the same bytes
on any number of threads, and with the engines full and draws.

Examples:
  tombola run scenarios/seed.toml
  tombola run scenarios/seed.toml --engine draws --rounds 1000000 --force
  tombola run scenarios/stake-table.toml --set population.stake.path=mine.csv
  tombola run a.toml b.toml --output results --threads 2
  tombola run scenarios/study-inequality.toml --dry-run
  tombola run scenarios/seed.toml --engine draws --rounds 1000 --trials 100 --sweep selection.rule=raffle,uniform

A file with a section [sweep], or an option --sweep, is a study of many points. It goes to DIR/NAME/:
study.tally, points.csv, batch.csv, manifest.json; the same command again goes on where it stopped.

Exit codes: 0 done; 1 a point failed, or something of a study is missing; 2 could not run; 130 interrupted.")]
pub struct RunArgs {
    /// Scenario files, or names of scenarios that come along, run one after another
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub settings: PlayedSettings,
    #[command(flatten)]
    pub threads: ThreadsArg,
    #[command(flatten)]
    pub place: ResultsPlace,
    /// Also write who was selected in each round of the first trial to FILE, as a table of blocks
    /// (height, proposer) that `tombola audit` reads; the trial is played again for it
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
    /// In which rounds windows, longest gaps and the order of wins are counted, where some rounds stay
    /// empty [default: blocks]
    #[arg(long, value_enum)]
    pub unit: Option<UnitChoice>,
    /// Write the first trial's chain to chain.jsonl, for `tombola verify`; needs the full engine
    #[arg(long)]
    pub keep_chain: bool,
    /// Keep what is finished of the trials in DIR/NAME.tally until the results stand, and go on with it;
    /// studies always do
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub study: StudyArgs,
    /// What is printed at the end: a table and the verdict in words, or one JSON object for each scenario
    #[arg(long, value_enum, default_value = "table")]
    pub format: SummaryFormat,
}

impl RunArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        let mut overrides = self.settings.overrides()?;
        if let Some(unit) = self.unit.map(|unit| CountingUnit::from(unit).word()) {
            let value = toml::Value::String(unit.to_owned());
            overrides.push(Override::new("analysis.unit", value, format!("--unit {unit}")));
        }
        Ok(overrides)
    }
}

/// What `run` prints at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// A table and the verdict in words.
    Table,
    /// One JSON object for each scenario, on a line of its own.
    Json,
}

/// Runs scenarios, one after another. Every file is read and every folder prepared before the
/// first one runs, so that nothing is found wrong halfway.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    let study = args.files.iter().find(|path| scenario::is_study(path));
    if study.is_some() || !args.study.sweep.is_empty() {
        return match &args.files[..] {
            [path] => super::study::run(args, path),
            _ => Err(Failure::CannotRun(
                "a study is run by itself, and there are several files\n  help: run one after another"
                    .to_owned(),
            )),
        };
    }
    if args.resume && args.keep_chain {
        return Err(Failure::CannotRun(
            "--keep-chain writes the first trial's chain while it is played, which --resume may not play again\n  help: leave one of them out".to_owned(),
        ));
    }
    if let Some(option) = args.study.given().filter(|option| !args.resume || *option != "--other-version") {
        return Err(Failure::CannotRun(format!(
            "{option} is about a study of several points, and {} is one scenario\n  help: add a section [sweep] to it, or --sweep KEY=VALUE,VALUE",
            args.files[0].display()
        )));
    }
    let mut scenarios: Vec<Scenario> = Vec::new();
    for path in &args.files {
        let mut scenario = scenario::read(path, &args.overrides()?)?;
        if !args.place.quiet {
            scenario::tell_notes(&scenario);
        }
        if scenario.experiment.engine == Engine::Auto {
            let (engine, why) = scenario.experiment.chosen_engine(args.keep_chain);
            if !args.place.quiet {
                tell(format_args!("{}: engine {engine}, because {why}", scenario.name));
            }
            scenario.experiment.engine = engine;
        }
        if args.keep_chain && scenario.experiment.engine != Engine::Full {
            return Err(Failure::CannotRun(format!(
                "{}: --keep-chain needs blocks, which the engine `{}` does not make\n  help: add --engine full",
                path.display(),
                scenario.experiment.engine
            )));
        }
        if let Some(target) = &args.schedule {
            if args.files.len() > 1 {
                return Err(Failure::CannotRun(
                    "--schedule is about one scenario, and there are several\n  help: run it by itself"
                        .to_owned(),
                ));
            }
            if scenario.experiment.engine == Engine::Law {
                return Err(Failure::CannotRun(format!(
                    "{}: --schedule needs rounds, which the engine `law` does not play\n  help: add --engine draws",
                    path.display()
                )));
            }
            whole_file::check_target(target, Existing::forced(args.place.force))?;
        }
        if let Some(twin) = scenarios.iter().find(|other| other.name == scenario.name) {
            return Err(Failure::CannotRun(format!(
                "{}: another scenario of this run is named `{}` too, and both would write to one folder\n  help: give them different names",
                path.display(),
                twin.name
            )));
        }
        scenarios.push(scenario);
    }
    let stop = interrupt::watch()?;
    let wish = args.place.wish();
    let mut folders = Vec::new();
    for scenario in &scenarios {
        folders.push(results::prepare(&wish, &scenario.name)?);
    }
    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
    let mut ready = args.files.iter().zip(&scenarios).zip(folders);
    one_after_another(&names, || match ready.next() {
        Some(((path, scenario), folder)) => {
            run_one(args, path, scenario, folder, stop)?;
            match &args.schedule {
                Some(target) => write_schedule(&scenario.experiment, 0, target, args.place.force, stop),
                None => Ok(()),
            }
        }
        None => Ok(()),
    })
}

/// Runs each of the scenarios with these names. One that fails does not keep the others from being
/// run, for they have folders of their own; it is reported at once. An interrupt ends them all.
fn one_after_another(
    names: &[&str],
    mut run_next: impl FnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut failed: Vec<&str> = Vec::new();
    let mut checks_only = true;
    for (place, name) in names.iter().enumerate() {
        let failure = match run_next() {
            Ok(()) => continue,
            Err(failure) if names.len() == 1 => return Err(failure),
            Err(failure) => failure,
        };
        if let Failure::Interrupted(message) = failure {
            let rest = match &names[place + 1..] {
                [] => String::new(),
                rest => format!("; not begun: {}", rest.join(", ")),
            };
            return Err(Failure::Interrupted(format!("{name}: {message}{rest}")));
        }
        tell(format_args!("{name}:"));
        failure.report();
        checks_only &= matches!(failure, Failure::CheckFailed(_));
        failed.push(name);
    }
    let message = format!("{} of {} scenarios failed: {}", failed.len(), names.len(), failed.join(", "));
    match failed.is_empty() {
        true => Ok(()),
        false if checks_only => Err(Failure::CheckFailed(message)),
        false => Err(Failure::CannotRun(message)),
    }
}

fn run_one(
    args: &RunArgs,
    path: &Path,
    scenario: &Scenario,
    folder: ResultsFolder,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let experiment = &scenario.experiment;
    let chain_out = match args.keep_chain {
        true => {
            let file = folder.create("chain.jsonl").map_err(|error| folder.failed("chain.jsonl", error))?;
            Some(Box::new(BufWriter::new(file)) as Box<dyn Write + Send>)
        }
        false => None,
    };
    let bar = Bar::new(&scenario.name, experiment.rounds.saturating_mul(experiment.trials), args.place.quiet);
    let (outcome, kept) = if args.resume {
        let played = resume::played(args, path, scenario, &bar, stop).inspect_err(|_| bar.clear());
        played.map(|(outcome, kept)| (outcome, Some(kept)))?
    } else {
        let mut options = RunOptions::default().progress(&bar).stop(stop);
        if let Some(out) = chain_out {
            options = options.chain_out(out);
        }
        let outcome = tombola::run(scenario, options).map_err(|error| {
            bar.clear();
            match error {
                RunError::Simulation(SimulationError::Chain(source)) => {
                    Failure::from(folder.failed("chain.jsonl", source))
                }
                other => Failure::from(other),
            }
        })?;
        (outcome, None)
    };
    let Outcome { results, analysis, timing, .. } = &outcome;
    if args.keep_chain && results.records[0].trial != 0 {
        // The first trial is missing: what was written of its chain has no end.
        folder.remove("chain.jsonl").map_err(|error| folder.failed("chain.jsonl", error))?;
    }
    // What an interrupt has left of the simulation is written; one that comes now gives it up.
    let never = AtomicBool::new(false);
    let stop = if results.partial { &never } else { stop };
    let written = outcome.write_watched(&folder, &Control { progress: &bar, stop });
    bar.clear();
    let (manifest, skipped) = written.map_err(|error| match stop.load(Ordering::Relaxed) {
        true => Failure::Interrupted("the tables were not finished, so nothing was written".into()),
        false => Failure::from(error),
    })?;
    let published = folder.publish()?;
    if let Some(kept) = kept {
        kept.remove();
    }
    let text = match args.format {
        SummaryFormat::Table if args.place.quiet => None,
        SummaryFormat::Table => Some(summary(scenario, results, analysis)),
        // Whoever asks for an object wants it, however little else.
        SummaryFormat::Json => {
            let object = RunSummary::new(&scenario.name, analysis);
            Some(serde_json::to_string(&object).map_err(std::io::Error::from)? + "\n")
        }
    };
    if let Some(text) = text {
        results::print_summary(&text, &published)?;
    }
    if !args.place.quiet {
        for note in skipped {
            tell(format_args!("note: {note}"));
        }
        if experiment.engine == Engine::Law && !experiment.wanted_order().is_idle() {
            tell(format_args!(
                "note: the engine `law` plays no rounds, so it leaves out short windows and the order of wins; --engine draws tallies them"
            ));
        }
        tell(format_args!(
            "{} in {:.1} s ({} rounds/s, engine {})",
            counted(results.totals.counters.rounds, "round"),
            timing.duration.as_secs_f64(),
            rate(manifest.rounds_per_second),
            manifest.engine
        ));
        results::tell_written(&published, manifest.files.keys());
    }
    if results.partial {
        let displaced = results::displaced(&published).map(|message| format!("; {message}"));
        return Err(Failure::Interrupted(format!(
            "{} of {} had finished; the tables in {} cover these only, and the manifest says so{}",
            results.records.len(),
            counted(experiment.trials, "trial"),
            published.folder.display(),
            displaced.unwrap_or_default()
        )));
    }
    results::ended(&published)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs three scenarios that end in these ways; returns how many were begun, and the end.
    fn three(ends: [Result<(), Failure>; 3]) -> (usize, Result<(), Failure>) {
        let (mut begun, mut ends) = (0, ends.into_iter());
        let end = one_after_another(&["a", "b", "c"], || {
            begun += 1;
            ends.next().unwrap()
        });
        (begun, end)
    }

    #[test]
    fn one_that_fails_does_not_stop_the_others() {
        assert!(matches!(three([Ok(()), Ok(()), Ok(())]), (3, Ok(()))));
        let (begun, end) = three([Ok(()), Err(Failure::CannotRun("disk full".into())), Ok(())]);
        let Err(Failure::CannotRun(message)) = end else { panic!("{end:?}") };
        assert_eq!((begun, message.as_str()), (3, "1 of 3 scenarios failed: b"));
        let (begun, end) = three([Err(Failure::CheckFailed("x".into())), Ok(()), Ok(())]);
        assert!(begun == 3 && matches!(end, Err(Failure::CheckFailed(_))));
        let both = [Err(Failure::CheckFailed("x".into())), Err(Failure::CannotRun("y".into())), Ok(())];
        let (begun, end) = three(both);
        let Err(Failure::CannotRun(message)) = end else { panic!("{end:?}") };
        assert_eq!((begun, message.as_str()), (3, "2 of 3 scenarios failed: a, b"));
    }

    #[test]
    fn an_interrupt_ends_them_all_and_says_what_was_not_begun() {
        let (begun, end) = three([Ok(()), Err(Failure::Interrupted("no trial had finished".into())), Ok(())]);
        let Err(Failure::Interrupted(message)) = end else { panic!("{end:?}") };
        assert_eq!((begun, message.as_str()), (2, "b: no trial had finished; not begun: c"));
        let alone = one_after_another(&["a"], || Err(Failure::Interrupted("no trial".into())));
        let Err(Failure::Interrupted(message)) = alone else { panic!("{alone:?}") };
        assert_eq!(message, "no trial");
    }
}
