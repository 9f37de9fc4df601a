//! `tombola run --resume`: one scenario whose finished trials are kept, and go on where they stopped.

use super::study::{command_line, holder, settings};
use crate::cli::commands::run::RunArgs;
use crate::cli::failure::Failure;
use crate::cli::progress_bar::Bar;
use crate::cli::screen::{grouped, tell};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tombola::Outcome;
use tombola::analysis::{analyse, analyse_stopped};
use tombola::report::{Environment, Stopwatch, Timing};
use tombola::scenario::Scenario;
use tombola::simulation::{Progress, threads_here};
use tombola::statistics::wording::{are, counted};
use tombola::study::{
    FailedPoint, Limits, OpenStudy, Opening, Origin, Plan, Setting, Summary, Watch, collect, evaluate,
    rounds_to_play,
};

/// Watches for the screen.
pub struct Watching<'a>(pub &'a Bar);

impl Watch for Watching<'_> {
    fn progress(&self) -> &dyn Progress {
        self.0
    }

    fn failed(&self, failed: &FailedPoint) {
        self.0.beside(|| tell(format_args!("failed: {}", failed.message)));
    }
}

/// What of a scenario was kept, so that it can be removed when its results stand.
pub struct Kept(OpenStudy);

impl Kept {
    /// What was kept in a file of tallies that has no folder.
    pub fn new(open: OpenStudy) -> Self {
        Kept(open)
    }

    /// Removes the file of tallies: the results stand.
    pub fn remove(self) {
        let path = self.0.before.path().to_owned();
        let mut lock = path.clone().into_os_string();
        lock.push(".lock");
        let _ = std::fs::remove_file(path);
        let _ = std::fs::remove_file(lock);
    }
}

/// Plays what is missing of a scenario, and analyses all of it as a run without interruption would.
pub fn played<'a>(
    args: &RunArgs,
    path: &Path,
    scenario: &'a Scenario,
    bar: &Bar,
    stop: &AtomicBool,
) -> Result<(Outcome<'a>, Kept), Failure> {
    let (path, text) = crate::cli::scenario::text(path)?;
    let mut all_settings = settings(&args.overrides()?);
    // The engine that was settled for all trials, however many are left.
    let engine = scenario.experiment.engine.to_string();
    all_settings.push(Setting {
        key: "run.engine".to_owned(),
        option: format!("--engine {engine}"),
        value: toml::Value::String(engine),
    });
    let origin = Origin {
        path: path.to_string_lossy().into_owned(),
        text,
        settings: all_settings,
        sweeps: Vec::new(),
        luck: None,
        metrics: None,
        compared: Vec::new(),
    };
    let plan = Plan::of_one(origin)?;
    let stopwatch = Stopwatch::start();
    let environment = Environment::here(command_line(), &stopwatch.timing());
    let file = args.place.output.join(format!("{}.tally", scenario.name));
    let opening = Opening { force: false, other_version: args.study.other_version };
    let open = OpenStudy::file(&file, &plan, &holder(&environment), opening)?;
    let before = Summary::new(&plan, &open.before.contents, false).points[0].trials;
    if before > 0 && !args.place.quiet {
        tell(format_args!("{}: {} {} done already", scenario.name, counted(before, "trial"), are(before)));
    }
    let limits = Limits { stop, is_over: &|| false, fail_fast: true, shard: None, points: None };
    let evaluated = evaluate(&plan, &open.before, &open.file, &limits, &Watching(bar))?;
    if let Some(failed) = evaluated.failed.first() {
        return Err(Failure::CheckFailed(failed.message.clone()));
    }
    let now = open.now()?;
    let summary = &Summary::new(&plan, &now.contents, false).points[0];
    if stop.load(Ordering::Relaxed) || rounds_to_play(&plan, &now.contents, None) > 0 {
        return Err(Failure::Interrupted(format!(
            "{} of {} finished and kept in {}; the same command goes on from here",
            grouped(summary.trials.into()),
            counted(scenario.experiment.trials, "trial"),
            file.display()
        )));
    }
    let point = plan.point(0)?;
    let collected = collect(&point, &plan.points[0], &now).map_err(Failure::CannotRun)?;
    let Some(collected) = collected else {
        return Err(Failure::CannotRun(format!("{}: there is no trial in it", file.display())));
    };
    let (experiment, settings) = (&scenario.experiment, &scenario.file.analysis);
    let analysing = Stopwatch::start();
    let analysis = match &collected.stopping {
        Some(stopping) => analyse_stopped(experiment, settings, &collected.results, stopping),
        None => analyse(experiment, settings, &collected.results),
    };
    let analysed_in = analysing.elapsed();
    let timing = Timing { duration: Duration::from_secs_f64(summary.seconds), ..stopwatch.timing() };
    let results = collected.results;
    Ok((Outcome { scenario, results, analysis, timing, analysed_in, threads: threads_here() }, Kept(open)))
}
