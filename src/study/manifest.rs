//! The `manifest.json` of a study.

use super::levels::{Levels, shown};
use super::plan::Plan;
use super::summary::{PointState, Summary};
use super::tables::{TablesError, persist};
use crate::report::Environment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// The record of a study. Times, machines and numbers of threads stand here and in the column `seconds`
/// of `points.csv`, and nowhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyManifest {
    /// `tombola`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The name of the study.
    pub name: String,
    /// Where and how it was run last.
    pub environment: Environment,
    /// The number of threads.
    pub threads: usize,
    /// The file of the study as it was read.
    pub study: String,
    /// Settings and factors of the command line.
    pub options: Vec<String>,
    /// How points are laid out.
    pub design: String,
    /// Whether they share their random numbers.
    pub luck: String,
    /// Each swept key with its levels.
    pub factors: BTreeMap<String, Vec<String>>,
    /// The hash of what is played: points, trials, what is written down.
    pub digest: String,
    /// How many points there are.
    pub points: usize,
    /// How many are in each state.
    pub states: BTreeMap<String, usize>,
    /// Trials that were played.
    pub trials: u64,
    /// Seconds they took, of one unit after another.
    pub seconds: f64,
    /// Whether anything is missing.
    pub partial: bool,
    /// How long the report took.
    #[serde(default)]
    pub report_seconds: f64,
    /// SHA-256 of every table and of the report, by name.
    pub files: BTreeMap<String, String>,
}

impl StudyManifest {
    /// The record of a study whose tables were written.
    pub fn new(
        plan: &Plan,
        summary: &Summary,
        environment: Environment,
        threads: usize,
        files: BTreeMap<String, String>,
    ) -> Self {
        let states = [PointState::Done, PointState::Failed, PointState::Partial, PointState::Missing];
        let levels = |levels: &Levels| match levels {
            Levels::List(values) => values.iter().map(shown).collect(),
            Levels::Range(range) => vec![format!("{} to {}", range.from, range.to)],
        };
        let origin = &plan.origin;
        let options = origin.settings.iter().map(|setting| setting.option.clone());
        StudyManifest {
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: plan.name.clone(),
            environment,
            threads,
            study: origin.text.clone(),
            options: options.chain(origin.sweeps.iter().map(|sweep| format!("--sweep {sweep}"))).collect(),
            design: plan.sweep.layout.design.name().to_owned(),
            luck: plan.sweep.luck.name().to_owned(),
            factors: plan
                .sweep
                .layout
                .axes
                .iter()
                .flat_map(|axis| &axis.factors)
                .map(|factor| (factor.key.clone(), levels(&factor.levels)))
                .collect(),
            digest: plan.digest(),
            points: plan.points.len(),
            states: states.into_iter().map(|state| (state.to_string(), summary.count(state))).collect(),
            trials: summary.points.iter().map(|point| point.trials).sum(),
            seconds: summary.points.iter().map(|point| point.seconds).sum(),
            partial: !summary.is_complete(),
            report_seconds: 0.0,
            files,
        }
    }

    /// Writes it into the folder, last of all files.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), TablesError> {
        let path = folder.join("manifest.json");
        let failed = |source: std::io::Error| TablesError::Io { path: path.clone(), source };
        let mut file = super::tables::draft(folder).map_err(failed)?;
        serde_json::to_writer_pretty(&mut file, self).map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
        persist(file, &path)
    }
}
