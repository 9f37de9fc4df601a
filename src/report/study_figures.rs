//! The figures of a study that suit its factors, from its tables alone.

use super::figures::{Drawing, FIGURES, Figure, FigureError, Grid, Subject};
use super::study_values::{StudyValues, StudyValuesError, curves_of_study};
use crate::analysis::rows::{ShareRow, TimelineRow};
use crate::registry::{Choice, find};
use crate::scenario::{AnalysisSection, ScenarioFile};
use crate::statistics::percent::setting;
use crate::statistics::wording::counted;
use rayon::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A table larger than this, in bytes, is not read for figures that nobody asked for: no picture shows as many
/// points, and they would all be in memory.
const LARGEST: u64 = 32 << 20;

/// What was run, for the line below a title.
pub fn study_subtitle(points: u64, trials: u64, confidence: f64) -> String {
    format!("{} · {} · {} intervals", counted(points, "point"), counted(trials, "trial"), setting(confidence))
}

/// The points of a study, and the trials of each, where all have as many.
pub fn study_size(points: u64, trials: u64) -> (u64, Option<u64>) {
    (points, trials.checked_div(points).filter(|each| each * points == trials))
}

/// What the figures of a study are drawn from.
pub struct StudyFigures {
    title: String,
    subtitle: String,
    confidence: f64,
    delta: f64,
    names: Vec<&'static str>,
    grid: Grid,
    timeline: Vec<TimelineRow>,
    shares: Vec<ShareRow>,
}

impl StudyFigures {
    /// From the record of a study and its tables `batch.csv` and, where rules are a factor, `shares.csv`. `None`
    /// if there is nothing to draw, or too much.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn read(
        record: &Value,
        batch: &Path,
        shares: Option<&Path>,
    ) -> Result<Option<Self>, StudyValuesError> {
        if fs::metadata(batch).is_ok_and(|file| file.len() > LARGEST) {
            return Ok(None);
        }
        let values = StudyValues::read(batch)?;
        let mut grid = values.grid(None, None)?;
        let number = |key: &str| record[key].as_u64().unwrap_or_default();
        grid.size = Some(study_size(number("points"), number("trials")));
        let mut names = values.suitable(&grid);
        let shares = shares.map_or(Ok(Vec::new()), curves_of_study)?;
        if !shares.is_empty() {
            names.push("target-curve");
        }
        let file = toml::from_str::<ScenarioFile>(record["study"].as_str().unwrap_or_default());
        let AnalysisSection { confidence, delta, .. } = file.map(|file| file.analysis).unwrap_or_default();
        let title = record["name"].as_str().unwrap_or_default().to_owned();
        let subtitle = study_subtitle(number("points"), number("trials"), confidence);
        let timeline = values.timeline(None);
        Ok((!names.is_empty()).then_some(StudyFigures {
            title,
            subtitle,
            confidence,
            delta,
            names,
            grid,
            timeline,
            shares,
        }))
    }

    /// The figures with their names, in the order of the list of figures; without those that would show nothing.
    ///
    /// # Errors
    /// If one cannot be drawn.
    pub fn draw(&self) -> Result<Vec<(&'static str, Drawing)>, FigureError> {
        let subject = Subject {
            title: &self.title,
            subtitle: &self.subtitle,
            grid: Some(&self.grid),
            timeline: &self.timeline,
            shares: &self.shares,
            confidence: self.confidence,
            delta: self.delta,
            ..Subject::default()
        };
        let draw = |name: &&'static str| {
            let Ok(figure) = find::<dyn Figure>("figure", FIGURES, &Choice::plain(name)) else {
                return Ok(None);
            };
            match figure.thing.draw(&subject) {
                Ok(drawing) => Ok(Some((*name, drawing))),
                Err(FigureError::Empty { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let drawn: Vec<Result<Option<_>, FigureError>> = self.names.par_iter().map(draw).collect();
        drawn.into_iter().filter_map(Result::transpose).collect()
    }
}
