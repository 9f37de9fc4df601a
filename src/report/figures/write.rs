//! The figures of a run as files.

use super::{Drawing, FIGURES, FigureError, Subject, undrawable_note};
use crate::analysis::Analysis;
use crate::registry::{Choice, find};
use crate::report::{FolderError, ResultsFolder, rule_label};
use crate::scenario::{FigureFormat, Scenario};
use crate::simulation::{Control, Results};
use crate::statistics::percent::setting;
use crate::statistics::wording::counted;
use rayon::prelude::*;
use std::io::{self, Write};

/// Draws the figures that a scenario asks for; returns why some were not drawn because there is
/// nothing to show, and which characters no font has.
///
/// # Errors
/// If a figure cannot be drawn or written, or if it was told to stop.
pub fn write_figures(
    folder: &ResultsFolder,
    scenario: &Scenario,
    results: &Results,
    analysis: &Analysis,
    control: &Control,
) -> Result<Vec<String>, FolderError> {
    let confidence = scenario.file.analysis.confidence;
    let experiment = &scenario.experiment;
    let rule = rule_label(&experiment.world.rule.resolved());
    let subtitle = run_subtitle(&rule, results.totals.trials, experiment.rounds, confidence);
    let subject = Subject {
        title: &scenario.name,
        subtitle: &subtitle,
        validators: &analysis.tables.validators,
        timeline: &analysis.tables.timeline,
        trials: &analysis.tables.trials,
        incomes: &analysis.tables.incomes,
        windows: &analysis.tables.windows,
        trials_finished: results.totals.trials,
        rounds: experiment.rounds,
        confidence,
        delta: scenario.file.analysis.delta,
        ..Subject::default()
    };
    let report = &scenario.file.report;
    draw_figures(folder, &report.figures, &report.formats, &subject, control)
}

/// What was run, for the line below a title.
pub fn run_subtitle(rule: &str, trials: u64, rounds: u64, confidence: f64) -> String {
    let (trials, rounds) = (counted(trials, "trial"), counted(rounds, "round"));
    format!("{rule} · {trials} × {rounds} · {} intervals", setting(confidence))
}

/// What was audited, for the line below a title.
pub fn audit_subtitle(rule: &str, wins: u64, confidence: f64) -> String {
    format!("{rule} · {} · {} intervals", counted(wins, "win"), setting(confidence))
}

/// Draws these figures of a subject in these formats, each on a thread of its own; returns why some were
/// not drawn because there is nothing to show, and which characters no font has.
///
/// # Errors
/// If a figure cannot be drawn or written, or if it was told to stop.
pub fn draw_figures(
    folder: &ResultsFolder,
    figures: &[Choice],
    formats: &[FigureFormat],
    subject: &Subject,
    control: &Control,
) -> Result<Vec<String>, FolderError> {
    let draw = |choice: &Choice| {
        let Ok(figure) = find("figure", FIGURES, choice) else { return Ok(None) };
        go_on(folder, figure.name, control)?;
        let drawing = match figure.thing.draw(subject) {
            Ok(drawing) => drawing,
            Err(error @ FigureError::Empty { .. }) => return Ok(Some(error.to_string())),
            Err(error) => return Err(folder.failed(figure.name, io::Error::other(error))),
        };
        write_drawing(folder, figure.name, &drawing, formats, control)?;
        Ok(None)
    };
    // Of several failures the first in order is told, whichever thread came first.
    let drawn: Vec<Result<Option<String>, FolderError>> = figures.par_iter().map(draw).collect();
    let skipped: Vec<Option<String>> = drawn.into_iter().collect::<Result<_, _>>()?;
    let escaped = if figures.is_empty() { None } else { undrawable_note(&subject.undrawable()) };
    Ok(skipped.into_iter().flatten().chain(escaped).collect())
}

/// Writes a drawing as `figures/NAME.FORMAT`, in every format that is wanted, and the data of those that have
/// it beside them.
///
/// # Errors
/// If one cannot be made or written, or if it was told to stop.
pub fn write_drawing(
    folder: &ResultsFolder,
    name: &str,
    drawing: &Drawing,
    formats: &[FigureFormat],
    control: &Control,
) -> Result<(), FolderError> {
    for format in formats {
        go_on(folder, name, control)?;
        let files =
            drawing.files(name, *format).map_err(|error| folder.failed(name, io::Error::other(error)))?;
        for (file, bytes) in files {
            folder.write(&format!("figures/{file}"), |out| out.write_all(&bytes))?;
        }
    }
    Ok(())
}

/// Fails if it was told to stop.
fn go_on(folder: &ResultsFolder, name: &str, control: &Control) -> Result<(), FolderError> {
    match control.should_stop() {
        true => Err(folder.failed(name, io::Error::other("the run was told to stop"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::samples::seed;
    use crate::simulation::Quiet;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_stop_ends_it_before_the_next_figure() {
        let root = tempfile::tempdir().unwrap();
        let folder = ResultsFolder::prepare(root.path(), "x", false).unwrap();
        let sample = seed();
        let draw = |stop: bool| {
            let control = Control { progress: &Quiet, stop: &AtomicBool::new(stop) };
            let figures = [Choice::plain("win-share")];
            draw_figures(&folder, &figures, &[FigureFormat::Svg], &sample.subject(), &control)
        };
        let refused = draw(true).unwrap_err().to_string();
        assert!(refused.contains("told to stop"), "{refused}");
        assert_eq!(draw(false).unwrap(), Vec::<String>::new());
    }
}
