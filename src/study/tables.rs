//! `points.csv`, `batch.csv` and what else a study's tallies are written down as.

use super::effects::{EffectRow, Effects};
use super::folder::POINTS;
use super::levels::shown;
use super::manifest::StudyManifest;
#[cfg(feature = "parquet")]
use super::parquet_table::ParquetTable;
use super::plan::{Plan, PlannedPoint};
use super::summary::{Collected, PointState, Summary, collect, point_statements};
use super::tally_file::TallyReader;
use crate::analysis::rows::{ShareRow, Statement, TrialRow};
use crate::analysis::{analyse, analyse_stopped, share_rows};
use crate::report::{FolderError, FormulaGuard, ResultsFolder, Stopwatch, Timing};
use crate::session::Outcome;
use crate::simulation::{Control, threads_here};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};
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
    /// Every table as Parquet too; only where the program was built with it.
    pub parquet: bool,
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
pub(super) enum TableCell {
    /// Text; none of it is what is not available.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A number, if it is available.
    Fraction(Option<f64>),
}

/// What all cells of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    Whole,
    Fraction,
}

/// The columns that follow the point and the swept keys, or all.
type Columns = &'static [(&'static str, ColumnType)];

fn text(text: impl ToString) -> TableCell {
    TableCell::Text(text.to_string())
}

/// So many points are worked at before their rows are written.
const STRIDE: usize = 256;

/// Writes the tables of a study from its tallies into a folder, each one whole or not at all, and shows the statements of each point in the order of the study. Returns
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
    let create = |name, columns: Columns| {
        let own = std::iter::once("point").chain(keys.iter().copied()).map(|key| (key, ColumnType::Text));
        let all: Vec<_> = own.chain(columns.iter().copied()).collect();
        Table::create(folder, name, &all, wanted)
    };
    let mut points = create("points", POINT_COLUMNS)?;
    let mut batch = create("batch", STATEMENT_COLUMNS)?;
    let mut trials = wanted.trials.then(|| create("trials", TRIAL_COLUMNS)).transpose()?;
    let curves = curves(plan);
    let mut shares = (!curves.is_empty()).then(|| create("shares", SHARE_COLUMNS)).transpose()?;
    let mut effects = Effects::of(&plan.sweep.layout, plan.points.len());
    for (part, (planned, come)) in plan.points.chunks(STRIDE).zip(summary.points.chunks(STRIDE)).enumerate() {
        let rows = part_rows(
            plan,
            reader,
            summary,
            part * STRIDE..part * STRIDE + planned.len(),
            folder,
            &Wanted { tables: wanted, curves: &curves },
            control,
        )?;
        for ((planned, come), rows) in planned.iter().zip(come).zip(rows) {
            let factors: Vec<String> = plan.sweep.layout.values(planned.index).iter().map(shown).collect();
            let begin = || std::iter::once(text(planned.id)).chain(factors.iter().map(text));
            let state = [
                text(plan.sweep.luck.name()),
                TableCell::Whole(planned.seed),
                text(come.state),
                TableCell::Whole(come.trials),
                TableCell::Fraction(Some(come.seconds)),
            ];
            points.row(&begin().chain(state).collect::<Vec<_>>())?;
            if let Some(effects) = &mut effects {
                effects.add(planned.index, &rows.statements);
            }
            seen(planned, &rows.statements);
            for statement in rows.statements {
                batch.row(&begin().chain(statement_cells(statement)).collect::<Vec<_>>())?;
            }
            if let Some(shares) = &mut shares {
                for row in rows.shares {
                    shares.row(&begin().chain(share_cells(row)).collect::<Vec<_>>())?;
                }
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
            let mut table = Table::create(folder, "effects", EFFECT_COLUMNS, wanted)?;
            for row in effects {
                table.row(&effect_cells(row))?;
            }
            Some(table)
        }
    };
    let mut files = BTreeMap::new();
    for table in [Some(points), Some(batch), trials, shares, effects].into_iter().flatten() {
        files.extend(table.finish()?);
    }
    Ok(files)
}

/// The tables and the report that were written into a folder before, as its manifest says, and are not among
/// these files: they are about other trials.
pub fn former_tables(folder: &Path, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let manifest = std::fs::read(folder.join("manifest.json")).ok();
    let former = manifest.and_then(|bytes| serde_json::from_slice::<StudyManifest>(&bytes).ok());
    let is_table = |name: &str| {
        let stem = ["csv", "parquet"].iter().find_map(|end| name.strip_suffix(end)?.strip_suffix('.'));
        stem.is_some_and(|stem| ["points", "batch", "trials", "shares", "effects"].contains(&stem))
    };
    let names = former.iter().flat_map(|former| former.files.keys());
    names
        .filter(|name| (is_table(name) || *name == "report.html") && !files.contains_key(*name))
        .cloned()
        .collect()
}

/// What the tables say of one point.
#[derive(Default)]
struct PointRows {
    statements: Vec<Statement>,
    trials: Vec<TrialRow>,
    shares: Vec<ShareRow>,
}

/// The factor whose levels have a curve each in `shares.csv`; so have settings of it.
const RULE: &str = "selection.rule";
/// How many levels have one.
const MOST_CURVES: usize = 24;

/// The places of the points that are in `shares.csv`: of each rule the first, up to 24, where the rule is a
/// factor.
fn curves(plan: &Plan) -> HashSet<usize> {
    let keys = plan.sweep.layout.keys();
    let is_rule =
        |key: &str| key.strip_prefix(RULE).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let mut rules: Vec<Vec<String>> = Vec::new();
    let mut places = HashSet::new();
    if !keys.iter().any(|key| is_rule(key)) {
        return places;
    }
    for (place, planned) in plan.points.iter().enumerate() {
        let levels = plan.sweep.layout.values(planned.index);
        let levels = keys.iter().zip(&levels).filter(|(key, _)| is_rule(key));
        let rule: Vec<String> = levels.map(|(_, level)| shown(level)).collect();
        if !rules.contains(&rule) {
            rules.push(rule);
            places.insert(place);
        }
        if rules.len() == MOST_CURVES {
            break;
        }
    }
    places
}

/// What is asked for of each point.
struct Wanted<'a> {
    tables: StudyTables,
    /// The places of the points that are in `shares.csv`.
    curves: &'a HashSet<usize>,
}

/// The rows of some points, worked out side by side.
fn part_rows(
    plan: &Plan,
    reader: &TallyReader,
    summary: &Summary,
    places: std::ops::Range<usize>,
    folder: &Path,
    wanted: &Wanted,
    control: &Control,
) -> Result<Vec<PointRows>, TablesError> {
    let Wanted { tables: wanted, curves } = *wanted;
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
                if curves.contains(&place) {
                    let settings = &point.scenario.file.analysis;
                    rows.shares = share_rows(experiment, settings, &collected.results, "");
                }
                if wanted.trials {
                    rows.trials = crate::analysis::trial_rows(experiment, &collected.results);
                }
                if wanted.points && come.state == PointState::Done {
                    write_point(&folder.join(POINTS), &point, collected, come.seconds, wanted)?;
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
    let stopwatch = Stopwatch::start();
    let analysis = match &stopping {
        Some(stopping) => analyse_stopped(experiment, settings, &results, stopping),
        None => analyse(experiment, settings, &results),
    };
    let timing = Timing { duration: Duration::from_secs_f64(seconds), ..Stopwatch::start().timing() };
    let analysed_in = stopwatch.elapsed();
    let outcome = Outcome {
        scenario: &point.scenario,
        results,
        analysis,
        timing,
        analysed_in,
        threads: threads_here(),
    };
    outcome.write_into(&folder)?;
    folder.publish()?;
    Ok(())
}

const POINT_COLUMNS: Columns = &[
    ("luck", ColumnType::Text),
    ("seed", ColumnType::Whole),
    ("state", ColumnType::Text),
    ("trials", ColumnType::Whole),
    ("seconds", ColumnType::Fraction),
];

const STATEMENT_COLUMNS: Columns = &[
    ("metric", ColumnType::Text),
    ("subject", ColumnType::Text),
    ("unit", ColumnType::Text),
    ("value", ColumnType::Fraction),
    ("se", ColumnType::Fraction),
    ("low", ColumnType::Fraction),
    ("high", ColumnType::Fraction),
    ("null_value", ColumnType::Fraction),
    ("null_low", ColumnType::Fraction),
    ("null_high", ColumnType::Fraction),
    ("p", ColumnType::Fraction),
    ("decision", ColumnType::Text),
];

fn statement_cells(statement: Statement) -> [TableCell; 12] {
    let decision = statement.decision.and_then(|decision| serde_json::to_value(decision).ok());
    [
        text(statement.metric),
        TableCell::Text(statement.subject),
        TableCell::Text(statement.unit),
        TableCell::Fraction(statement.value),
        TableCell::Fraction(statement.se),
        TableCell::Fraction(statement.low),
        TableCell::Fraction(statement.high),
        TableCell::Fraction(statement.null_value),
        TableCell::Fraction(statement.null_low),
        TableCell::Fraction(statement.null_high),
        TableCell::Fraction(statement.p),
        text(decision.as_ref().and_then(|decision| decision.as_str()).unwrap_or_default()),
    ]
}

const SHARE_COLUMNS: Columns = &[
    ("stake", ColumnType::Whole),
    ("validators", ColumnType::Whole),
    ("stake_share", ColumnType::Fraction),
    ("expected_share", ColumnType::Fraction),
    ("win_share", ColumnType::Fraction),
];

fn share_cells(row: ShareRow) -> [TableCell; 5] {
    [
        TableCell::Whole(row.stake),
        TableCell::Whole(row.validators),
        TableCell::Fraction(Some(row.stake_share)),
        TableCell::Fraction(row.expected_share),
        TableCell::Fraction(row.win_share),
    ]
}

const TRIAL_COLUMNS: Columns = &[
    ("trial", ColumnType::Whole),
    ("validator", ColumnType::Text),
    ("wins", ColumnType::Whole),
    ("win_share", ColumnType::Fraction),
    ("blocks", ColumnType::Whole),
    ("reward", ColumnType::Whole),
    ("slashed", ColumnType::Whole),
    ("final_stake", ColumnType::Whole),
    ("final_stake_share", ColumnType::Fraction),
];

fn trial_cells(row: TrialRow) -> [TableCell; 9] {
    [
        TableCell::Whole(row.trial),
        TableCell::Text(row.validator),
        TableCell::Whole(row.wins),
        TableCell::Fraction(row.win_share),
        TableCell::Whole(row.blocks),
        TableCell::Whole(row.reward),
        TableCell::Whole(row.slashed),
        TableCell::Whole(row.final_stake),
        TableCell::Fraction(row.final_stake_share),
    ]
}

const EFFECT_COLUMNS: Columns = &[
    ("metric", ColumnType::Text),
    ("subject", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("factor", ColumnType::Text),
    ("share", ColumnType::Fraction),
    ("low", ColumnType::Fraction),
    ("high", ColumnType::Fraction),
    ("points", ColumnType::Whole),
];

fn effect_cells(row: EffectRow) -> [TableCell; 8] {
    [
        TableCell::Text(row.metric),
        TableCell::Text(row.subject),
        TableCell::Text(row.kind),
        TableCell::Text(row.factor),
        TableCell::Fraction(Some(row.share)),
        TableCell::Fraction(row.low),
        TableCell::Fraction(row.high),
        TableCell::Whole(row.points),
    ]
}

/// A table in the making, beside the place where it will stand.
struct Table {
    path: PathBuf,
    writer: csv::Writer<FormulaGuard<BufWriter<HashedFile>>>,
    #[cfg(feature = "parquet")]
    parquet: Option<(PathBuf, ParquetTable<BufWriter<HashedFile>>)>,
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

impl HashedFile {
    fn create(folder: &Path, path: &Path) -> Result<BufWriter<Self>, TablesError> {
        let file = draft(folder).map_err(|source| TablesError::Io { path: path.to_owned(), source })?;
        Ok(BufWriter::new(HashedFile { file, hash: Sha256::new() }))
    }

    /// Puts it in its place; its name and its SHA-256.
    fn finish(out: BufWriter<Self>, path: &Path) -> Result<(String, String), TablesError> {
        let failed = |source: io::Error| TablesError::Io { path: path.to_owned(), source };
        let HashedFile { file, hash } = out.into_inner().map_err(|error| failed(error.into_error()))?;
        persist(file, path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, hex::encode(hash.finalize())))
    }
}

impl Table {
    fn create(
        folder: &Path,
        name: &str,
        columns: &[(&str, ColumnType)],
        wanted: StudyTables,
    ) -> Result<Self, TablesError> {
        let path = folder.join(format!("{name}.csv"));
        let out = HashedFile::create(folder, &path)?;
        let writer = csv::Writer::from_writer(FormulaGuard::new(out, wanted.safe_csv));
        #[cfg(feature = "parquet")]
        let parquet = match wanted.parquet {
            false => None,
            true => {
                let path = folder.join(format!("{name}.parquet"));
                let table = ParquetTable::new(HashedFile::create(folder, &path)?, columns)
                    .map_err(|source| TablesError::Io { path: path.clone(), source })?;
                Some((path, table))
            }
        };
        let mut table = Table {
            path,
            writer,
            #[cfg(feature = "parquet")]
            parquet,
        };
        table.serialize(columns.iter().map(|(name, _)| text(name)).collect::<Vec<_>>())?;
        Ok(table)
    }

    fn row(&mut self, cells: &[TableCell]) -> Result<(), TablesError> {
        #[cfg(feature = "parquet")]
        if let Some((path, parquet)) = &mut self.parquet {
            parquet.row(cells).map_err(|source| TablesError::Io { path: path.clone(), source })?;
        }
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

    /// Puts its files in their places; their names and SHA-256.
    fn finish(self) -> Result<Vec<(String, String)>, TablesError> {
        let failed = |source: io::Error| TablesError::Io { path: self.path.clone(), source };
        let guard = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        #[cfg_attr(not(feature = "parquet"), allow(unused_mut))]
        let mut files = vec![HashedFile::finish(guard.into_inner(), &self.path)?];
        #[cfg(feature = "parquet")]
        if let Some((path, table)) = self.parquet {
            let out = table.finish().map_err(|source| TablesError::Io { path: path.clone(), source })?;
            files.push(HashedFile::finish(out, &path)?);
        }
        Ok(files)
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
