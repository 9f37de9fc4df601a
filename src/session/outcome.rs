//! What a run gave, and how it is written down.

use crate::analysis::Analysis;
use crate::analysis::rows::Tables;
use crate::report::{FolderError, Manifest, Published, ResultsFolder, Stopwatch, Timing, write_run_tables};
use crate::scenario::Scenario;
use crate::simulation::{Control, Quiet, Results};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What the run of a scenario gave: counts, typed tables, a verdict.
pub struct Outcome<'a> {
    /// What was run.
    pub scenario: &'a Scenario,
    /// What was counted, trial by trial and in all.
    pub results: Results,
    /// The tables and the verdict.
    pub analysis: Analysis,
    /// When the simulation began and how long it took.
    pub timing: Timing,
    /// How long the analysis took.
    pub analysed_in: Duration,
    /// How many threads there were.
    pub threads: usize,
}

impl Outcome<'_> {
    /// The tables, as typed rows.
    pub fn tables(&self) -> &Tables {
        &self.analysis.tables
    }

    /// The verdict in one English sentence.
    pub fn verdict(&self) -> String {
        self.analysis.assessment.sentence()
    }

    /// Writes tables, the scenario's figures (with the feature `figures`) and the manifest to the
    /// folder `root/NAME`, all of it or nothing. A folder that is there already is refused; one that
    /// appears while this writes stays, and what is returned says where the results are.
    ///
    /// # Errors
    /// If something stands there, or something cannot be written.
    pub fn write(&self, root: &Path) -> Result<Published, FolderError> {
        let folder = ResultsFolder::prepare(root, &self.scenario.name, false)?;
        self.write_into(&folder)?;
        folder.publish()
    }

    /// Writes tables, figures and the manifest into a folder that was prepared; returns the
    /// manifest, and why some figures were left out because there is nothing to show in them.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn write_into(&self, folder: &ResultsFolder) -> Result<(Manifest, Vec<String>), FolderError> {
        let never = AtomicBool::new(false);
        self.write_watched(folder, &Control { progress: &Quiet, stop: &never })
    }

    /// The same, watched by somebody: progress is told of in rows, and once it is told to stop it
    /// fails.
    ///
    /// # Errors
    /// If something cannot be written, or if it was told to stop.
    pub fn write_watched(
        &self,
        folder: &ResultsFolder,
        control: &Control,
    ) -> Result<(Manifest, Vec<String>), FolderError> {
        let stopwatch = Stopwatch::start();
        write_run_tables(folder, &self.analysis.tables, control)?;
        let writing = stopwatch.elapsed();
        let stopwatch = Stopwatch::start();
        #[cfg(feature = "figures")]
        let skipped = crate::report::figures::write_figures(
            folder,
            self.scenario,
            &self.results,
            &self.analysis,
            control,
        )?;
        #[cfg(not(feature = "figures"))]
        let skipped = Vec::new();
        let drawing = stopwatch.elapsed();
        let mut manifest = Manifest::new(self.scenario, &self.results, self.threads, self.timing, folder)
            .map_err(|error| folder.failed("manifest.json", error))?;
        manifest.analysis_seconds = self.analysed_in.as_secs_f64();
        manifest.tables_seconds = writing.as_secs_f64();
        manifest.report_seconds = drawing.as_secs_f64();
        #[cfg(feature = "cli")]
        if !self.scenario.file.report.figures.is_empty() {
            let (name, hash, took) = crate::report::write_report(folder, &manifest)?;
            manifest.files.insert(name, hash);
            manifest.report_seconds += took.as_secs_f64();
        }
        folder.write_manifest(&manifest)?;
        Ok((manifest, skipped))
    }
}
