//! The figures of a run as files.

use super::{Drawing, FIGURES, FigureError, Subject};
use crate::analysis::Analysis;
use crate::registry::find;
use crate::report::{FolderError, ResultsFolder};
use crate::scenario::{FigureFormat, Scenario};
use crate::simulation::Results;
use crate::statistics::wording::grouped;
use std::io::{self, Write};

/// Draws the figures that a scenario asks for; returns why some were not drawn because there is
/// nothing to show.
///
/// # Errors
/// If a figure cannot be drawn or written.
pub fn write_figures(
    folder: &ResultsFolder,
    scenario: &Scenario,
    results: &Results,
    analysis: &Analysis,
) -> Result<Vec<String>, FolderError> {
    let confidence = scenario.file.analysis.confidence;
    let subtitle = format!(
        "{} · {} × {} rounds · {} % intervals",
        scenario.experiment.world.rule.name,
        match results.totals.trials {
            1 => "1 trial".to_owned(),
            trials => format!("{} trials", grouped(trials)),
        },
        grouped(scenario.experiment.rounds),
        confidence * 100.0
    );
    let subject = Subject {
        title: &scenario.name,
        subtitle: &subtitle,
        validators: &analysis.tables.validators,
        timeline: &analysis.tables.timeline,
        confidence,
    };
    let mut skipped = Vec::new();
    for choice in &scenario.file.report.figures {
        let Ok(figure) = find("figure", FIGURES, choice) else { continue };
        let drawing = match figure.thing.draw(&subject) {
            Ok(drawing) => drawing,
            Err(error @ FigureError::Empty { .. }) => {
                skipped.push(error.to_string());
                continue;
            }
            Err(error) => return Err(folder.failed(figure.name, io::Error::other(error))),
        };
        for &format in &scenario.file.report.formats {
            write_drawing(folder, figure.name, format, &drawing)?;
        }
    }
    Ok(skipped)
}

/// Writes a drawing as `figures/NAME.FORMAT`.
///
/// # Errors
/// If it cannot be made or written.
pub fn write_drawing(
    folder: &ResultsFolder,
    name: &str,
    format: FigureFormat,
    drawing: &Drawing,
) -> Result<(), FolderError> {
    let name = format!("figures/{name}.{}", format.extension());
    let write = || {
        let mut file = folder.create(&name)?;
        match format {
            FigureFormat::Svg => file.write_all(drawing.svg().as_bytes()),
            FigureFormat::Png => file.write_all(&drawing.png().map_err(io::Error::other)?),
        }
    };
    write().map_err(|error| folder.failed(&name, error))
}
