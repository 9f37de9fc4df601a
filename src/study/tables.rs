//! `points.csv`, `batch.csv` and what else a study's tallies are written down as.

use super::effects::{Effects, MOST_POINTS_WITH_EFFECTS};
use super::levels::shown;
use super::manifest::StudyManifest;
use super::plan::{Plan, PlannedPoint};
use super::summary::{Collected, PointState, Summary, collect, point_statements};
use super::tally_file::TallyReader;
use crate::analysis::rows::{Statement, TrialRow};
use crate::analysis::{analyse, analyse_stopped};
use crate::report::{FolderError, FormulaGuard, ResultsFolder, Stopwatch, Timing};
use crate::session::Outcome;
use crate::simulation::{Control, threads_here};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;
use thiserror::Error;

/// What is written beside `points.csv` and `batch.csv`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StudyTables {
    /// `trials.csv`: what each trial ended with, of the validators that are followed.
    pub trials: bool,
    /// A folder for each point, as `tombola run` would leave it.
    pub points: bool,
    /// Whether cells are guarded against being calculated.
    pub safe_csv: bool,
}

/// Why tables are not written.
#[derive(Debug, Error)]
pub enum TablesError {
    /// The operating system refuses.
    #[error("cannot write {}: {source}\n  help: the tallies are whole; `tombola summarise DIR` writes the tables again", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A tally cannot be used.
    #[error("{0}")]
    Tally(String),
    /// The folder of a point cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It was told to stop.
    #[error(
        "the tables were not finished; the tallies are whole, and `tombola summarise DIR` writes the tables"
    )]
    Stopped,
}

/// A cell of a table whose columns depend on the study.
#[derive(Serialize)]
#[serde(untagged)]
enum Cell {
    Text(String),
    Whole(u64),
    Fraction(Option<f64>),
}

fn text(text: impl ToString) -> Cell {
    Cell::Text(text.to_string())
}

/// So many points are worked at before their rows are written.
const STRIDE: usize = 256;

/// Writes the tables of a study from its tallies into a folder, each one whole or not at all, in place of
/// what it wrote there before, and shows the statements of each point in the order of the study. Returns
/// the SHA-256 of each file by its name. Progress is told of in points.
///
/// Memory does not grow with the number of points, except by what a plan keeps of each.
///
/// # Errors
/// The first failure.
pub fn write_tables(
    plan: &Plan,
    reader: &TallyReader,
    summary: &Summary,
    folder: &Path,
    wanted: StudyTables,
    control: &Control,
    mut seen: impl FnMut(&PlannedPoint, &[Statement]),
) -> Result<BTreeMap<String, String>, TablesError> {
    control.progress.begin("tables", plan.points.len() as u64);
    let keys = plan.sweep.layout.keys();
    let mut points = Table::create(folder, "points.csv", wanted.safe_csv)?;
    let mut batch = Table::create(folder, "batch.csv", wanted.safe_csv)?;
    let mut trials =
        wanted.trials.then(|| Table::create(folder, "trials.csv", wanted.safe_csv)).transpose()?;
    let header = |own: &[&str], rest: &[&str]| -> Vec<Cell> {
        own.iter().chain(&keys).chain(rest).map(text).collect()
    };
    points.row(&header(&["point"], &["luck", "seed", "state", "trials", "seconds"]))?;
    let inference = [
        "metric",
        "subject",
        "unit",
        "value",
        "se",
        "low",
        "high",
        "null_value",
        "null_low",
        "null_high",
        "p",
        "decision",
    ];
    batch.row(&header(&["point"], &inference))?;
    if let Some(trials) = &mut trials {
        let columns = [
            "trial",
            "validator",
            "wins",
            "win_share",
            "blocks",
            "reward",
            "slashed",
            "final_stake",
            "final_stake_share",
        ];
        trials.row(&header(&["point"], &columns))?;
    }
    let mut effects = (plan.points.len() <= MOST_POINTS_WITH_EFFECTS).then(Effects::default);
    for (part, (planned, come)) in plan.points.chunks(STRIDE).zip(summary.points.chunks(STRIDE)).enumerate() {
        let rows = part_rows(
            plan,
            reader,
            summary,
            part * STRIDE..part * STRIDE + planned.len(),
            folder,
            wanted,
            control,
        )?;
        for ((planned, come), rows) in planned.iter().zip(come).zip(rows) {
            let factors: Vec<String> = plan.sweep.layout.values(planned.index).iter().map(shown).collect();
            let begin = || std::iter::once(text(planned.id)).chain(factors.iter().map(text));
            let state = [
                text(plan.sweep.luck.name()),
                Cell::Whole(planned.seed),
                text(come.state),
                Cell::Whole(come.trials),
                Cell::Fraction(Some(come.seconds)),
            ];
            points.row(&begin().chain(state).collect::<Vec<_>>())?;
            if let Some(effects) = &mut effects {
                effects.add(planned.index, &rows.statements);
            }
            seen(planned, &rows.statements);
            for statement in rows.statements {
                batch.row(&begin().chain(statement_cells(statement)).collect::<Vec<_>>())?;
            }
            if let Some(trials) = &mut trials {
                for row in rows.trials {
                    trials.row(&begin().chain(trial_cells(row)).collect::<Vec<_>>())?;
                }
            }
        }
    }
    let effects = effects.map_or(Vec::new(), |effects| {
        effects.rows(&plan.sweep.layout, plan.confidence, plan.points.first().map_or(0, |point| point.seed))
    });
    let effects = match effects.is_empty() {
        true => None,
        false => {
            let mut table = Table::create(folder, "effects.csv", wanted.safe_csv)?;
            for row in &effects {
                table.serialize(row)?;
            }
            Some(table)
        }
    };
    let mut files = BTreeMap::new();
    for table in [Some(points), Some(batch), trials, effects].into_iter().flatten() {
        let (name, hash) = table.finish()?;
        files.insert(name, hash);
    }
    remove_former(folder, &files);
    Ok(files)
}

/// Removes tables that were written here before, as the manifest says, and are not any more: they are
/// about other trials.
fn remove_former(folder: &Path, files: &BTreeMap<String, String>) {
    let manifest = std::fs::read(folder.join("manifest.json")).ok();
    let former = manifest.and_then(|bytes| serde_json::from_slice::<StudyManifest>(&bytes).ok());
    for name in former.iter().flat_map(|former| former.files.keys()) {
        if ["trials.csv", "effects.csv"].contains(&name.as_str()) && !files.contains_key(name) {
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
}

/// What the tables say of one point.
#[derive(Default)]
struct PointRows {
    statements: Vec<Statement>,
    trials: Vec<TrialRow>,
}

/// The rows of some points, worked out side by side.
fn part_rows(
    plan: &Plan,
    reader: &TallyReader,
    summary: &Summary,
    places: std::ops::Range<usize>,
    folder: &Path,
    wanted: StudyTables,
    control: &Control,
) -> Result<Vec<PointRows>, TablesError> {
    let rows = |place: usize| {
        if control.should_stop() {
            return Err(TablesError::Stopped);
        }
        let (planned, come) = (&plan.points[place], &summary.points[place]);
        let mut rows = PointRows::default();
        if come.trials > 0 {
            let point =
                plan.point(planned.index).map_err(|problem| TablesError::Tally(problem.to_string()))?;
            if point.tally_id != planned.tally_id {
                let what = "a file that the study reads has changed since it was started";
                return Err(TablesError::Tally(format!("point {}: {what}", planned.id)));
            }
            if let Some(collected) = collect(&point, planned, reader).map_err(TablesError::Tally)? {
                rows.statements = point_statements(plan, &point, &collected);
                let experiment = &point.scenario.experiment;
                if wanted.trials {
                    rows.trials = crate::analysis::trial_rows(experiment, &collected.results);
                }
                if wanted.points && come.state == PointState::Done {
                    write_point(&folder.join("points"), &point, collected, come.seconds, wanted)?;
                }
            }
        }
        control.progress.advance(1);
        Ok(rows)
    };
    places.into_par_iter().map(rows).collect()
}

/// The folder of a point, as a run of it alone would leave it.
fn write_point(
    root: &Path,
    point: &super::StudyPoint,
    collected: Collected,
    seconds: f64,
    wanted: StudyTables,
) -> Result<(), TablesError> {
    let folder = ResultsFolder::prepare(root, &point.id.to_string(), true)?.with_safe_csv(wanted.safe_csv);
    let Collected { results, stopping, .. } = collected;
    let settings = &point.scenario.file.analysis;
    let experiment = &point.scenario.experiment;
    let analysis = match &stopping {
        Some(stopping) => analyse_stopped(experiment, settings, &results, stopping),
        None => analyse(experiment, settings, &results),
    };
    let timing = Timing { duration: Duration::from_secs_f64(seconds), ..Stopwatch::start().timing() };
    let outcome = Outcome { scenario: &point.scenario, results, analysis, timing, threads: threads_here() };
    outcome.write_into(&folder)?;
    folder.publish()?;
    Ok(())
}

fn statement_cells(statement: Statement) -> [Cell; 12] {
    let decision = statement.decision.and_then(|decision| serde_json::to_value(decision).ok());
    [
        text(statement.metric),
        Cell::Text(statement.subject),
        Cell::Text(statement.unit),
        Cell::Fraction(statement.value),
        Cell::Fraction(statement.se),
        Cell::Fraction(statement.low),
        Cell::Fraction(statement.high),
        Cell::Fraction(statement.null_value),
        Cell::Fraction(statement.null_low),
        Cell::Fraction(statement.null_high),
        Cell::Fraction(statement.p),
        text(decision.as_ref().and_then(|decision| decision.as_str()).unwrap_or_default()),
    ]
}

fn trial_cells(row: TrialRow) -> [Cell; 9] {
    [
        Cell::Whole(row.trial),
        Cell::Text(row.validator),
        Cell::Whole(row.wins),
        Cell::Fraction(row.win_share),
        Cell::Whole(row.blocks),
        Cell::Whole(row.reward),
        Cell::Whole(row.slashed),
        Cell::Whole(row.final_stake),
        Cell::Fraction(row.final_stake_share),
    ]
}

/// A table in the making, beside the place where it will stand.
struct Table {
    path: PathBuf,
    name: &'static str,
    writer: csv::Writer<FormulaGuard<BufWriter<HashedFile>>>,
}

/// A file that is hashed as it is written.
struct HashedFile {
    file: NamedTempFile,
    hash: Sha256,
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Table {
    fn create(folder: &Path, name: &'static str, safe_csv: bool) -> Result<Self, TablesError> {
        let path = folder.join(name);
        let file = draft(folder).map_err(|source| TablesError::Io { path: path.clone(), source })?;
        let out = BufWriter::new(HashedFile { file, hash: Sha256::new() });
        Ok(Table { path, name, writer: csv::Writer::from_writer(FormulaGuard::new(out, safe_csv)) })
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), TablesError> {
        self.serialize(cells)
    }

    fn serialize(&mut self, row: impl Serialize) -> Result<(), TablesError> {
        self.writer.serialize(row).map_err(|error| {
            let source = match error.into_kind() {
                csv::ErrorKind::Io(error) => error,
                other => io::Error::other(format!("{other:?}")),
            };
            TablesError::Io { path: self.path.clone(), source }
        })
    }

    fn finish(self) -> Result<(String, String), TablesError> {
        let Table { path, name, writer } = self;
        let failed = |source: io::Error| TablesError::Io { path: path.clone(), source };
        let guard = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        let out = guard.into_inner();
        let HashedFile { file, hash } = out.into_inner().map_err(|error| failed(error.into_error()))?;
        persist(file, &path)?;
        Ok((name.to_owned(), hex::encode(hash.finalize())))
    }
}

/// Puts a file that is whole in its place, instead of what this program wrote there before.
pub(super) fn persist(file: NamedTempFile, path: &Path) -> Result<(), TablesError> {
    let failed = |source: io::Error| TablesError::Io { path: path.to_owned(), source };
    file.as_file().sync_data().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A file beside the place where it will stand, as an ordinary one and not for its owner alone.
pub(super) fn draft(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tombola-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
