//! `tombola run` of a study, and what commands about studies share.

use super::study_report::Report;
use crate::cli::commands::run::RunArgs;
use crate::cli::failure::Failure;
use crate::cli::folder_record::FolderRecord;
use crate::cli::interrupt;
use crate::cli::options::span;
use crate::cli::options::span::{seconds_shown, size_shown};
use crate::cli::progress_bar::Bar;
use crate::cli::results::{DEFAULT_OUTPUT, tell_settled};
use crate::cli::screen::{grouped, print, table, tell};
use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tombola::report::figures::{FigureError, NamedFile};
use tombola::report::{Addition, Environment, Stopwatch, StudyFigures, Terms, page_of};
use tombola::scenario::{FigureFormat, Override, Place, Problem, read_file};
use tombola::simulation::{Control, Progress, threads_here};
use tombola::statistics::wording::{are, counted};
use tombola::study::Shard;

/// What is said of a study.
#[derive(ClapArgs, Clone)]
#[command(next_help_heading = "Studies")]
pub struct StudyArgs {
    /// Vary a setting: one point for each value, or a range { from = 0.1, to = 0.9, points = 9 }; may be
    /// repeated, and replaces the same key of [sweep]
    #[arg(long, value_name = "KEY=A,B,C")]
    pub sweep: Vec<String>,
    /// Whether points share their random numbers: shared or own [default: the file's, or shared]
    #[arg(long, value_name = "LUCK")]
    pub luck: Option<String>,
    /// What batch.csv has: names of metrics with commas between them, or all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Print the points, the engine of each, and estimates of time and disk; run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Stop at the first point that fails, instead of going on with the others
    #[arg(long)]
    pub fail_fast: bool,
    /// Also write trials.csv, a folder of results for each point, or the tables as Parquet
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub keep: Vec<Keep>,
    /// Begin nothing more after so long, e.g. 2h or 90m; what was begun is finished
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span::span)]
    pub time: Option<std::time::Duration>,
    /// Play this point only, by its name in points.csv; may be repeated
    #[arg(long, value_name = "POINT")]
    pub point: Vec<String>,
    /// Play the third of eight parts into a file of tallies, for `tombola merge`
    #[arg(long, value_name = "3/8")]
    pub shard: Option<Shard>,
    /// Started by mpirun: the first process hands units out and keeps the file of tallies, the others play,
    /// on one thread each unless --threads says more. Needs a program that was built with --features mpi
    #[arg(long)]
    pub mpi: bool,
    /// The file of the shard [default: DIR/NAME.3-of-8.tally]
    #[arg(long, value_name = "FILE.tally", requires = "shard")]
    pub tally: Option<PathBuf>,
    /// Go on with a study that another version of this program has begun
    #[arg(long)]
    pub other_version: bool,
}

impl StudyArgs {
    /// The places of the points that are named, if any are.
    pub fn points(&self, plan: &Plan) -> Result<Option<BTreeSet<usize>>, Problem> {
        if self.point.is_empty() {
            return Ok(None);
        }
        // Of points that are alike the first one.
        let places: HashMap<String, usize> = plan
            .points
            .iter()
            .enumerate()
            .rev()
            .map(|(place, point)| (point.id.to_string(), place))
            .collect();
        let place = |name: &String| {
            places.get(name).copied().ok_or_else(|| Problem {
                place: Place::CommandLine(format!("--point {name}")),
                key: String::new(),
                what: "the study has no such point".to_owned(),
                help: Some("`tombola run STUDY --dry-run` prints their names".to_owned()),
            })
        };
        self.point.iter().map(place).collect::<Result<_, _>>().map(Some)
    }

    /// The options that name the shard and its file, if it is one, with a space before each: without them a
    /// point would be played into the folder of the whole study.
    fn part(&self) -> String {
        let shard = self.shard.map_or(String::new(), |shard| format!(" --shard {shard}"));
        let file = self.tally.as_ref().map(|path| format!(" --tally {}", quoted(&path.to_string_lossy())));
        shard + &file.unwrap_or_default()
    }

    /// The first option that has a meaning for studies only, if one was given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            (self.luck.is_some(), "--luck"),
            (!self.metrics.is_empty(), "--metrics"),
            (self.dry_run, "--dry-run"),
            (self.fail_fast, "--fail-fast"),
            (!self.keep.is_empty(), "--keep"),
            (self.time.is_some(), "--time"),
            (!self.point.is_empty(), "--point"),
            (self.shard.is_some(), "--shard"),
            (self.mpi, "--mpi"),
            (self.other_version, "--other-version"),
        ];
        given.into_iter().find_map(|(given, name)| given.then_some(name))
    }
}

/// What is kept of a study beside its tallies and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// trials.csv: what each trial ended with, of the validators that are followed.
    Trials,
    /// points/POINT/: what `tombola run` of the point alone would leave.
    Points,
    /// batch.parquet and the like: every table as Parquet too; of a program built with --features parquet.
    Parquet,
}

#[cfg(feature = "mpi")]
use tombola::study::Ranks;
use tombola::study::{
    Detail, FailedPoint, Holder, Limits, OpenStudy, Opening, Origin, Plan, Players, PointId, PointState,
    Setting, StudyError, StudyManifest, StudyTables, Summary, TALLIES, TablesError, TallyError, TallyReader,
    Watch, costs, evaluate, former_tables, rounds_to_play, write_tables,
};

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        Failure::CannotRun(error.to_string())
    }
}

impl From<TallyError> for Failure {
    fn from(error: TallyError) -> Self {
        Failure::CannotRun(error.to_string())
    }
}

impl From<TablesError> for Failure {
    fn from(error: TablesError) -> Self {
        match error {
            TablesError::Stopped => Failure::Interrupted(error.to_string()),
            _ => Failure::CannotRun(error.to_string()),
        }
    }
}

/// Runs a study, or the part of it that is wanted.
pub fn run(args: &RunArgs, path: &Path) -> Result<(), Failure> {
    match args.study.mpi {
        true => run_on_ranks(args, path),
        false => run_here(args, path, None),
    }
}

/// Runs a study on the processes that mpirun has started: on the first one, or for it.
#[cfg(feature = "mpi")]
fn run_on_ranks(args: &RunArgs, path: &Path) -> Result<(), Failure> {
    let mpi = tombola::study::Mpi::begin()
        .ok_or_else(|| Failure::CannotRun("MPI cannot be begun, because it was begun already".to_owned()))?;
    if mpi.rank() > 0 {
        tombola::study::play_for_others(&mpi, interrupt::watch()?);
        return Ok(());
    }
    let mut players = Players::new(&mpi);
    if players.count() == 0 {
        return run_here(args, path, None);
    }
    let ended = run_here(args, path, Some(&mut players));
    players.dismiss();
    ended
}

#[cfg(not(feature = "mpi"))]
fn run_on_ranks(_: &RunArgs, _: &Path) -> Result<(), Failure> {
    Err(Failure::CannotRun(
        "--mpi: this program was built without MPI\n  help: build it with `cargo install --path . --features mpi`, which needs an MPI library and libclang (Debian: libopenmpi-dev, libclang-dev); or run shards, which need neither: --shard 1/8".to_owned(),
    ))
}

/// Runs a study on the threads of this process, or hands it out to others.
fn run_here(args: &RunArgs, path: &Path, players: Option<&mut Players>) -> Result<(), Failure> {
    let study = &args.study;
    let tables = wanted(&study.keep, args.place.safe_csv.on)?;
    if args.keep_chain || args.schedule.is_some() {
        return Err(Failure::CannotRun(
            "--keep-chain and --schedule are about one scenario, and this is a study of several points\n  help: run one of its points as a scenario of its own".to_owned(),
        ));
    }
    let origin = origin(path, &args.overrides()?, study)?;
    let plan = Plan::new(origin, detail(&study.keep))?;
    if plan.repeated > 0 && !args.place.quiet {
        let points = grouped(plan.repeated.into());
        tell(format_args!(
            "note: {points} points are the same as others after rounding, and are played once"
        ));
    }
    if study.dry_run {
        return dry_run(&plan);
    }
    let points = study.points(&plan)?;
    let stop = interrupt::watch()?;
    let stopwatch = Stopwatch::start();
    let environment = Environment::here(command_line(), &stopwatch.timing());
    let holder = holder(&environment);
    let opening = Opening { force: args.place.force, other_version: study.other_version };
    let open = match study.shard {
        None => OpenStudy::folder(&args.place.output, &plan, &holder, opening)?,
        Some(shard) => {
            let name = format!("{}.{}-of-{}.tally", plan.name, shard.part, shard.of);
            let path = study.tally.clone().unwrap_or_else(|| args.place.output.join(name));
            if path.file_name().is_some_and(|name| name == TALLIES) {
                return Err(Failure::CannotRun(format!(
                    "--tally {}: a whole study keeps its own tallies in a file of this name\n  help: name another file",
                    path.display()
                )));
            }
            OpenStudy::shard(&path, &plan, shard, &holder, opening)?
        }
    };
    tell_settled(&open.leftovers, args.place.quiet);
    tell_before(args, &plan, &open);
    let bar = Bar::of_study(
        &plan.name,
        rounds_to_play(&plan, &open.before.contents, study.shard),
        args.place.quiet,
    );
    let again = repeat(&plan, path, &args.place.output, tables) + &study.part();
    let watch = Watching { bar: &bar, again: &again };
    let limit = study.time;
    let is_over = || limit.is_some_and(|limit| stopwatch.elapsed() >= limit);
    let limits = Limits { stop, is_over: &is_over, fail_fast: study.fail_fast, shard: study.shard, points };
    let evaluated = match players {
        None => evaluate(&plan, &open.before, &open.file, &limits, &watch),
        Some(players) => players.evaluate(&plan, &open.before, &open.file, &limits, &watch),
    };
    if evaluated.is_err() || stop.load(Ordering::Relaxed) {
        bar.clear();
    }
    let evaluation = evaluated?;
    let now = open.now()?;
    let summary = Summary::new(&plan, &now.contents, false);
    if stop.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted(format!(
            "{} of {} {} done, and what was finished of the others is kept in {}; {} goes on from here{}",
            grouped(summary.count(PointState::Done) as u128),
            counted(summary.points.len() as u64, "point"),
            are(summary.count(PointState::Done) as u64),
            now.path().display(),
            same_command(args.place.force),
            if study.shard.is_some() { "" } else { "; `tombola summarise` makes tables of what is there" }
        )));
    }
    if study.shard.is_some() {
        bar.clear();
        return end_of_shard(args, &plan, &open, &now, &again, evaluation.failed, stopwatch.elapsed());
    }
    let addition = Addition::begin(&open.folder)?;
    let (report, files) = tabulate(&plan, &now, &summary, addition, tables, environment, &bar, stop)?;
    if !args.place.quiet {
        crate::cli::results::print_text(&report.text(&plan, &summary), &open.folder)?;
        tell(format_args!(
            "{} played in {}, {}",
            counted(evaluation.trials, "trial"),
            seconds_shown(stopwatch.elapsed().as_secs_f64()),
            counted(threads_here() as u64, "thread")
        ));
        tell(format_args!("Written to {}:", open.folder.display()));
        for name in files.keys().map(String::as_str).chain(["manifest.json"]) {
            tell(format_args!("  {}", open.folder.join(name).display()));
        }
    }
    ended(&plan, &summary, path, &open.folder, tables)
}

/// Writes tables and manifest, which join the folder of the study together with what else is in `addition`;
/// what there is to say of them.
#[allow(clippy::too_many_arguments)]
pub fn tabulate(
    plan: &Plan,
    reader: &TallyReader,
    summary: &Summary,
    addition: Addition,
    tables: StudyTables,
    environment: Environment,
    bar: &Bar,
    stop: &AtomicBool,
) -> Result<(Report, BTreeMap<String, String>), Failure> {
    let mut record = FolderRecord::read(addition.root()).ok();
    let control = Control { progress: bar, stop };
    let made = write_all(plan, reader, summary, &addition, record.as_mut(), tables, environment, &control);
    bar.clear();
    let (report, files) = made.map_err(|failure| in_its_place(&addition, failure))?;
    let mut former = former_tables(addition.root(), &files);
    if let Some(record) = &mut record {
        let drawn = record.figures().into_iter();
        former.extend(
            drawn.filter(|name| !files.contains_key(name) && record.wrote(&addition.root().join(name))),
        );
    }
    addition.place(Terms { former, ..Terms::default() })?;
    Ok((report, files))
}

/// Writes the files where they are made; `former` is the record of those that stand in their place.
#[allow(clippy::too_many_arguments)]
fn write_all(
    plan: &Plan,
    reader: &TallyReader,
    summary: &Summary,
    addition: &Addition,
    former: Option<&mut FolderRecord>,
    tables: StudyTables,
    environment: Environment,
    control: &Control,
) -> Result<(Report, BTreeMap<String, String>), Failure> {
    let folder = addition.folder();
    let mut report = Report::default();
    let mut files = write_tables(plan, reader, summary, &folder, tables, control, |point, statements| {
        report.add(plan, point, statements);
    })?;
    let mut manifest = StudyManifest::new(plan, summary, environment, threads_here(), files.clone());
    let formats = formats_of_figures(plan);
    if !formats.is_empty() {
        let stopwatch = Stopwatch::start();
        let refused =
            |why: String| Failure::CannotRun(format!("{}: {why}", folder.join("report.html").display()));
        let record = serde_json::to_value(&manifest).map_err(|error| refused(error.to_string()))?;
        files.extend(write_figures(&record, addition, former, &formats)?);
        manifest.files.clone_from(&files);
        let record = serde_json::to_value(&manifest).map_err(|error| refused(error.to_string()))?;
        let paths: Vec<(String, PathBuf)> =
            files.keys().map(|name| (name.clone(), folder.join(name))).collect();
        let page = page_of(record, &paths).map_err(|error| refused(error.to_string()))?;
        addition.write("report.html", page.as_bytes())?;
        files.insert("report.html".to_owned(), hex::encode(Sha256::digest(&page)));
        manifest.files = files.clone();
        manifest.report_seconds = stopwatch.elapsed().as_secs_f64();
    }
    manifest.write(&folder)?;
    Ok((report, files))
}

/// The same failure about the place where a file will stand: the hidden folder in which it is made means
/// nothing to a user.
pub fn in_its_place(addition: &Addition, failure: impl Into<Failure>) -> Failure {
    match failure.into() {
        Failure::CannotRun(message) => {
            let (hidden, shown) = (addition.folder(), addition.root());
            Failure::CannotRun(message.replace(&*hidden.to_string_lossy(), &shown.to_string_lossy()))
        }
        other => other,
    }
}

/// The formats of the study's figures; none if its file wants no figures, and with them no report.
fn formats_of_figures(plan: &Plan) -> Vec<FigureFormat> {
    read_file(Path::new(&plan.origin.path), &plan.origin.text, &[])
        .ok()
        .filter(|file| !file.report.figures.is_empty())
        .map_or(Vec::new(), |file| file.report.formats)
}

/// Draws the figures that suit a study's factors, to stand in its folder; returns the SHA-256 of each file by its
/// name. What somebody else put there is left alone.
fn write_figures(
    record: &serde_json::Value,
    addition: &Addition,
    mut former: Option<&mut FolderRecord>,
    formats: &[FigureFormat],
) -> Result<BTreeMap<String, String>, Failure> {
    let tables = addition.folder();
    let (batch, shares) = (tables.join("batch.csv"), tables.join("shares.csv"));
    let drawings = match StudyFigures::read(record, &batch, shares.is_file().then_some(shares.as_path()))? {
        Some(figures) => figures.draw().map_err(|error| Failure::CannotRun(error.to_string()))?,
        None => Vec::new(),
    };
    let pictures: Vec<_> =
        drawings.iter().flat_map(|drawing| formats.iter().map(move |format| (drawing, *format))).collect();
    let made: Vec<Result<Vec<NamedFile>, FigureError>> =
        pictures.par_iter().map(|((name, drawing), format)| drawing.files(name, *format)).collect();
    let mut files = BTreeMap::new();
    for made in made {
        for (file, bytes) in made.map_err(|error| Failure::CannotRun(error.to_string()))? {
            let name = format!("figures/{file}");
            let path = addition.root().join(&name);
            if path.exists() && !former.as_mut().is_some_and(|former| former.wrote(&path)) {
                tell(format_args!("note: {} is somebody else's and is not replaced", path.display()));
                continue;
            }
            addition.write(&name, &bytes)?;
            files.insert(name, hex::encode(Sha256::digest(&bytes)));
        }
    }
    Ok(files)
}

/// How a study ends whose tables are written: well if everything is done.
pub fn ended(
    plan: &Plan,
    summary: &Summary,
    path: &Path,
    folder: &Path,
    tables: StudyTables,
) -> Result<(), Failure> {
    let again = repeat(plan, path, &root_of(folder), tables);
    let all = plan.points.iter().zip(&summary.points);
    let failed: Vec<String> = all
        .filter_map(|(point, come)| Some((point, come.failure.as_ref()?)))
        .map(|(point, why)| told_of_failure(&point.id, &plan.label(point.index), why, &again))
        .collect();
    if !failed.is_empty() {
        return Err(points_failed(&failed));
    }
    if summary.is_complete() {
        return Ok(());
    }
    let left = summary.points.len() - summary.count(PointState::Done);
    Err(Failure::CheckFailed(format!(
        "{} of {} {} not done: {} partial, {} missing; the tables in {} cover the trials that were played\n  help: to play the rest: {again}",
        grouped(left as u128),
        counted(summary.points.len() as u64, "point"),
        are(left as u64),
        summary.count(PointState::Partial),
        summary.count(PointState::Missing),
        folder.display(),
    )))
}

/// What is said at the end of a point that has failed, and the command that repeats it.
fn told_of_failure(id: &PointId, label: &str, why: &str, again: &str) -> String {
    format!("\n  point {id} ({label}): {why}\n    {again} --point {id}")
}

fn points_failed(failed: &[String]) -> Failure {
    let number = match failed.len() {
        1 => "1 point failed; to repeat it:".to_owned(),
        many => format!("{} points failed; to repeat each:", grouped(many as u128)),
    };
    Failure::CheckFailed(number + &failed.concat())
}

/// The command that goes on with what is kept: once more with `--force` it would discard that.
pub fn same_command(force: bool) -> &'static str {
    if force { "the same command without --force" } else { "the same command" }
}

/// Where the folder of a study stands.
pub fn root_of(folder: &Path) -> PathBuf {
    let named = match folder.file_name() {
        Some(_) => folder.to_owned(),
        None => folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
    };
    match named.parent() {
        Some(root) if !root.as_os_str().is_empty() => root.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn end_of_shard(
    args: &RunArgs,
    plan: &Plan,
    open: &OpenStudy,
    now: &TallyReader,
    again: &str,
    failed: Vec<FailedPoint>,
    elapsed: Duration,
) -> Result<(), Failure> {
    let shard = args.study.shard;
    let left = rounds_to_play(plan, &now.contents, shard);
    if !args.place.quiet {
        tell(format_args!(
            "shard {} in {}, written to {}; `tombola merge` puts shards together",
            shard.map_or(String::new(), |shard| shard.to_string()),
            seconds_shown(elapsed.as_secs_f64()),
            open.before.path().display()
        ));
    }
    if !failed.is_empty() {
        let each: Vec<String> = failed
            .iter()
            .map(|FailedPoint { id, label, message, .. }| told_of_failure(id, label, message, again))
            .collect();
        return Err(points_failed(&each));
    }
    match left {
        0 => Ok(()),
        _ => Err(Failure::CheckFailed(format!(
            "the shard is not finished; what was finished is kept, and {} goes on from here",
            same_command(args.place.force)
        ))),
    }
}

fn tell_before(args: &RunArgs, plan: &Plan, open: &OpenStudy) {
    if args.place.quiet {
        return;
    }
    let contents = &open.before.contents;
    if let Some(note) = not_whole(&open.before) {
        tell(format_args!("note: {note}"));
    }
    let summary = Summary::new(plan, contents, false);
    let done = summary.count(PointState::Done);
    let trials: u64 = summary.points.iter().map(|point| point.trials).sum();
    let before = match trials {
        0 => String::new(),
        trials => {
            format!("; {} and {} are done already", counted(done as u64, "point"), counted(trials, "trial"))
        }
    };
    tell(format_args!(
        "{}: {}, {}{before}",
        plan.name,
        counted(plan.points.len() as u64, "point"),
        luck_in_words(plan)
    ));
}

/// What is said of a file of tallies that is not whole.
pub fn not_whole(reader: &TallyReader) -> Option<String> {
    let contents = &reader.contents;
    let path = reader.path().display();
    let lost = match contents.lost {
        0 => None,
        lost => Some(format!(
            "the last {} bytes of {path} are no whole record, as after a kill; what they were about is played again",
            grouped(lost.into())
        )),
    };
    let damaged = match contents.damaged {
        0 => None,
        damaged => Some(format!(
            "{} bytes within {path} are not what was written, and are passed over; what they were about is played again",
            grouped(damaged.into())
        )),
    };
    let both: Vec<String> = [lost, damaged].into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join("; "))
}

/// What the points have in common of their random numbers.
fn luck_in_words(plan: &Plan) -> String {
    match plan.sweep.luck.name() {
        "shared" => "which share their random numbers".to_owned(),
        _ => "each with random numbers of its own".to_owned(),
    }
}

/// Watches for the screen.
struct Watching<'a> {
    bar: &'a Bar,
    /// The command that goes on with the study.
    again: &'a str,
}

impl Watch for Watching<'_> {
    fn progress(&self) -> &dyn Progress {
        self.bar
    }

    fn begun(&self, label: &str) {
        self.bar.at_work(label);
    }

    fn lost(&self, rank: usize, why: &str) {
        self.bar.beside(|| tell(format_args!("note: process {rank} plays nothing more: {why}")));
    }

    fn failed(&self, failed: &FailedPoint) {
        self.bar.beside(|| {
            tell(format_args!(
                "failed: point {} ({}): {}\n  to repeat it: {} --point {}",
                failed.id, failed.label, failed.message, self.again, failed.id
            ));
        });
    }
}

/// What is wanted of every trial beside what the metrics need.
pub fn detail(keep: &[Keep]) -> Detail {
    match keep.contains(&Keep::Points) {
        true => Detail::ALL,
        false => Detail::default(),
    }
}

/// What is written beside the tables that there always are.
pub fn wanted(keep: &[Keep], safe_csv: bool) -> Result<StudyTables, Failure> {
    let parquet = keep.contains(&Keep::Parquet);
    if parquet && !cfg!(feature = "parquet") {
        return Err(Failure::CannotRun(
            "--keep parquet: this program was built without Parquet\n  help: build it with `cargo install --path . --features parquet`; `tombola summarise DIR --keep parquet` then writes the tables of studies that were run without".to_owned(),
        ));
    }
    let (trials, points) = (keep.contains(&Keep::Trials), keep.contains(&Keep::Points));
    Ok(StudyTables { trials, points, parquet, safe_csv })
}

/// What a study is made of.
fn origin(path: &Path, overrides: &[Override], study: &StudyArgs) -> Result<Origin, Failure> {
    let (path, text) = crate::cli::scenario::text(path)?;
    Ok(Origin {
        path: path.to_string_lossy().into_owned(),
        text,
        settings: settings(overrides),
        sweeps: study.sweep.clone(),
        luck: study.luck.clone(),
        metrics: (!study.metrics.is_empty()).then(|| study.metrics.clone()),
        compared: Vec::new(),
    })
}

/// Settings of the command line, as a study keeps them.
pub fn settings(overrides: &[Override]) -> Vec<Setting> {
    let one =
        |it: &Override| Setting { key: it.key.clone(), value: it.value.clone(), option: it.option.clone() };
    overrides.iter().map(one).collect()
}

/// The command that goes on with a study whose folder stands in `root`, and writes the same tables.
pub fn repeat(plan: &Plan, path: &Path, root: &Path, tables: StudyTables) -> String {
    let origin = &plan.origin;
    let mut words = vec!["tombola".to_owned(), "run".to_owned(), quoted(&path.to_string_lossy())];
    for setting in &origin.settings {
        match setting.option.split_once(' ') {
            Some(("--set", _)) => {
                words.push("--set".to_owned());
                words.push(quoted(&set(setting)));
            }
            _ => words.push(setting.option.clone()),
        }
    }
    for sweep in &origin.sweeps {
        words.extend(["--sweep".to_owned(), quoted(sweep)]);
    }
    if let Some(luck) = &origin.luck {
        words.push(format!("--luck {luck}"));
    }
    if let Some(metrics) = &origin.metrics {
        words.push(format!("--metrics {}", metrics.join(",")));
    }
    // Whatever is written down of every trial has to be asked for again, and a table that is not is removed.
    let of_metrics = plan.sweep.metrics.detail();
    let all = plan.detail == Detail::ALL && of_metrics != (true, true, true);
    let kept = [(tables.trials, "trials"), (tables.points || all, "points"), (tables.parquet, "parquet")];
    let kept: Vec<&str> = kept.into_iter().filter_map(|(kept, name)| kept.then_some(name)).collect();
    if !kept.is_empty() {
        words.push(format!("--keep {}", kept.join(",")));
    }
    if tables.safe_csv {
        words.push("--safe-csv".to_owned());
    }
    if root != Path::new(DEFAULT_OUTPUT) {
        words.extend(["--output".to_owned(), quoted(&root.to_string_lossy())]);
    }
    words.join(" ")
}

/// What `--set` is given for a setting: a text without quotes of its own, unless it would be read as something
/// else.
fn set(setting: &Setting) -> String {
    let Setting { key, value, .. } = setting;
    let plain = value.as_str().map(|text| format!("{key}={text}"));
    let reads_back = |text: &String| Override::parse(text).is_ok_and(|it| it.value == *value);
    plain.filter(reads_back).unwrap_or_else(|| format!("{key}={value}"))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=,+:@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// The command line of this program.
pub fn command_line() -> String {
    let mut words = std::env::args_os().map(|word| quoted(&word.to_string_lossy()));
    let _ = words.next();
    std::iter::once("tombola".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// This process, as the holder of a folder.
pub fn holder(environment: &Environment) -> Holder {
    Holder {
        process: process::id(),
        host: environment.host.clone().unwrap_or_else(|| "this machine".to_owned()),
        since: environment.started.clone(),
        command: environment.command.clone(),
    }
}

/// Prints the points, what carries each out, and what all of them cost.
fn dry_run(plan: &Plan) -> Result<(), Failure> {
    let costs = costs(plan)?;
    let mut header = vec!["point"];
    let keys = plan.sweep.layout.keys();
    header.extend(&keys);
    header.extend(["engine", "trials", "rounds", "time of one thread"]);
    let (mut seconds, mut bytes, mut rows) = (0.0, 0.0, Vec::new());
    for (point, cost) in plan.points.iter().zip(&costs) {
        seconds += cost.seconds(point);
        bytes += cost.bytes(point);
        let mut row = vec![point.id.to_string()];
        row.extend(plan.sweep.layout.values(point.index).iter().map(tombola::study::shown));
        row.extend([
            cost.engine.to_string(),
            grouped(point.trials.into()),
            grouped(point.rounds.into()),
            seconds_shown(cost.seconds(point)),
        ]);
        rows.push(row);
    }
    let threads = threads_here();
    let rounds: u128 =
        plan.points.iter().map(|point| u128::from(point.trials) * u128::from(point.rounds)).sum();
    let text = format!(
        "{}\n\n{}: {} ({}, luck {}), {} in all; estimated from a short try: {} on {}, {} on the disk. Nothing was run.\n",
        table(&header, 1 + keys.len(), rows),
        plan.name,
        counted(plan.points.len() as u64, "point"),
        plan.sweep.layout.design_name(),
        plan.sweep.luck.name(),
        counted(rounds, "round"),
        seconds_shown(seconds / threads as f64),
        counted(threads as u64, "thread"),
        size_shown(bytes)
    );
    Ok(print(&text)?)
}

/// The path of a study that is in a folder, for commands that go on with it.
pub fn path_of(plan: &Plan) -> PathBuf {
    PathBuf::from(&plan.origin.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_needs_it() {
        assert_eq!(quoted("run.rounds=10,100"), "run.rounds=10,100");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }

    /// A text that looks like a number, a list or nothing at all stays a text.
    #[test]
    fn settings_are_told_so_that_they_read_back() {
        for text in
            ["a.b=raffle", "a.b='10'", "a.b=10", "a.b=9/10", "a.b='true'", "a.b=''", "a.b=['x', \"it's\"]"]
        {
            let read = |text: &str| Override::parse(text).unwrap_or_else(|problem| panic!("{problem}"));
            let setting = settings(&[read(text)]).remove(0);
            assert_eq!(read(&set(&setting)).value, setting.value, "{text}");
        }
    }

    /// A point of a shard is repeated within the shard, in the file that it was played into.
    #[test]
    fn the_shard_is_named_where_a_point_is_to_be_repeated() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            study: StudyArgs,
        }
        let part = |words: &[&str]| {
            let line = <Line as clap::Parser>::try_parse_from(std::iter::once(&"run").chain(words));
            line.unwrap_or_else(|error| panic!("{error}")).study.part()
        };
        assert_eq!(part(&[]), "");
        assert_eq!(part(&["--shard", "3/8"]), " --shard 3/8");
        assert_eq!(
            part(&["--shard", "3/8", "--tally", "my file.tally"]),
            " --shard 3/8 --tally 'my file.tally'"
        );
    }
}
