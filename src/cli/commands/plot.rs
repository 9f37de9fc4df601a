//! `tombola plot`: figures from the tables of a folder of results, without a simulation.

use super::study_values::StudyValues;
use crate::cli::failure::Failure;
use crate::cli::folder_record::{FolderRecord, Record};
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::{grouped, tell};
use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::path::{Path, PathBuf};
use tombola::analysis::rows::{AuditRow, CompareRow, IncomeRow, TimelineRow, TrialRow, ValidatorRow};
use tombola::registry::{Choice, Chosen, find};
use tombola::report::figures::{
    Drawing, FIGURES, Figure, FigureError, Grid, Subject, audit_subtitle, run_subtitle,
};
use tombola::scenario::{AnalysisSection, FigureFormat, ScenarioFile};

#[derive(ClapArgs)]
#[command(after_help = "\
What the run drew is replaced, and the manifest goes on saying what stands in the folder; files that
somebody else put there are not touched without --force.

Examples:
  tombola plot output/seed
  tombola plot output/seed --figure lorenz --title \"Five accounts\" --format svg --output paper")]
pub struct PlotArgs {
    /// Folder of results of `tombola run`, `audit` or `compare`, or of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Draw this figure, see `tombola list figures`; repeatable. Without it: those of the scenario
    #[arg(long, value_name = "NAME")]
    pub figure: Vec<String>,
    /// Title, in place of the scenario's name
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Of a study: the metric of the heat map [default: the unfair probability, if there is one]
    #[arg(long, value_name = "NAME")]
    pub metric: Option<String>,
    /// Of a study: the validator that the figure is about [default: the first]
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// Formats, separated by commas; without it: svg and png
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS")]
    pub format: Vec<PictureFormat>,
    /// Where to put the figures; without it: DIR/figures
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// A format of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PictureFormat {
    /// Scalable vector graphics with the font inside
    Svg,
    /// Pixels, 300 an inch
    Png,
}

impl PictureFormat {
    /// The same in words of a scenario.
    pub fn kind(self) -> FigureFormat {
        match self {
            PictureFormat::Svg => FigureFormat::Svg,
            PictureFormat::Png => FigureFormat::Png,
        }
    }
}

/// Draws the figures of a folder again.
pub fn plot(args: &PlotArgs) -> Result<(), Failure> {
    let mut source = Source::read(args)?;
    let tables = FolderTables::read(&args.folder, args)?;
    let subject = Subject {
        title: args.title.as_deref().unwrap_or(&source.name),
        subtitle: &source.subtitle,
        validators: &tables.validators,
        timeline: &tables.timeline,
        trials: &tables.trials,
        incomes: &tables.incomes,
        compare: &tables.compare,
        grid: tables.grid.as_ref(),
        confidence: source.confidence,
        delta: source.delta,
    };
    let mut formats: Vec<FigureFormat> = args.format.iter().map(|format| format.kind()).collect();
    if formats.is_empty() {
        formats = vec![FigureFormat::Svg, FigureFormat::Png];
    }
    let figures = if args.figure.is_empty() {
        source.figures.clone()
    } else {
        args.figure.iter().map(|name| Choice::plain(name)).collect()
    };
    let target = args.output.clone().unwrap_or_else(|| args.folder.join("figures"));
    let chosen: Vec<Chosen<dyn Figure>> = figures
        .iter()
        .map(|choice| find::<dyn Figure>("figure", FIGURES, choice))
        .collect::<Result<_, _>>()
        .map_err(|refusal| Failure::CannotRun(format!("--figure: {refusal}")))?;
    let drawn: Vec<Result<Drawing, FigureError>> =
        chosen.par_iter().map(|figure| figure.thing.draw(&subject)).collect();
    let mut drawings: Vec<(&'static str, Drawing)> = Vec::new();
    for (figure, drawing) in chosen.iter().zip(drawn) {
        match drawing {
            Ok(drawing) => drawings.push((figure.name, drawing)),
            // One that was asked for by name must be drawn; of all, those that show something.
            Err(error @ FigureError::Empty { .. }) if args.figure.is_empty() => {
                tell(format_args!("note: {error}"))
            }
            Err(error) => return Err(Failure::CannotRun(error.to_string())),
        }
    }
    let mut files: Vec<(PathBuf, &Drawing, FigureFormat)> = Vec::new();
    for (name, drawing) in &drawings {
        for format in &formats {
            files.push((target.join(format!("{name}.{}", format.extension())), drawing, *format));
        }
    }
    let bytes: Vec<Result<Vec<u8>, FigureError>> = files
        .par_iter()
        .map(|(_, drawing, format)| match format {
            FigureFormat::Svg => Ok(drawing.svg().as_bytes().to_vec()),
            FigureFormat::Png => drawing.png(),
        })
        .collect();
    let bytes = files.into_iter().zip(bytes).map(|((path, ..), bytes)| Ok((path, bytes?)));
    let bytes: Vec<(PathBuf, Vec<u8>)> =
        bytes.collect::<Result<_, FigureError>>().map_err(|error| Failure::CannotRun(error.to_string()))?;
    // Nothing is written before everything can be. What the folder's own run drew is drawn again; what
    // somebody else put there is not touched.
    source.record.write(&bytes, args.force)?;
    for (path, _) in &bytes {
        tell(format_args!("Written: {}", path.display()));
    }
    Ok(())
}

/// What a folder of results says of itself.
struct Source {
    record: FolderRecord,
    name: String,
    subtitle: String,
    confidence: f64,
    delta: f64,
    figures: Vec<Choice>,
}

impl Source {
    fn read(args: &PlotArgs) -> Result<Self, Failure> {
        let folder = &args.folder;
        let record = FolderRecord::read(folder)?;
        let path = folder.join("manifest.json");
        let scenario = |text: &str| -> Result<ScenarioFile, Failure> {
            toml::from_str(text).map_err(|error| {
                Failure::CannotRun(format!("{}: the scenario in it cannot be read: {error}", path.display()))
            })
        };
        let named = |names: &[&str]| names.iter().copied().map(Choice::plain).collect::<Vec<_>>();
        let (name, subtitle, analysis, figures) = match &record.manifest {
            Record::Run(manifest) => {
                let file = scenario(&manifest.scenario)?;
                let rule = &file.selection.rule.kind;
                let confidence = file.analysis.confidence;
                let subtitle = run_subtitle(rule, manifest.trials_finished, manifest.rounds, confidence);
                (manifest.name.clone(), subtitle, file.analysis, file.report.figures)
            }
            Record::Audit(manifest) => {
                let audited: Vec<AuditRow> = rows(&folder.join("audit.csv"))?;
                let wins = audited.iter().map(|row| row.wins).sum();
                let subtitle = audit_subtitle(&manifest.rule.kind, wins, manifest.confidence);
                let analysis =
                    AnalysisSection { confidence: manifest.confidence, ..AnalysisSection::default() };
                (manifest.name.clone(), subtitle, analysis, named(&["win-share", "lorenz"]))
            }
            Record::Comparison(manifest) => {
                let first = manifest.compared.first().map_or("", |compared| compared.scenario.as_str());
                let analysis = scenario(first)?.analysis;
                let rules: Vec<&str> =
                    manifest.compared.iter().map(|compared| compared.name.as_str()).collect();
                let rules = if rules.len() > 4 { format!("{} rules", rules.len()) } else { rules.join(", ") };
                let subtitle = run_subtitle(&rules, manifest.trials, manifest.rounds, analysis.confidence);
                (manifest.name.clone(), subtitle, analysis, named(&["forest", "unfair-probability"]))
            }
            Record::Study(manifest) => {
                let analysis = scenario(&manifest.study).map(|file| file.analysis).unwrap_or_default();
                let subtitle = format!(
                    "{} points · {} trials · {} % intervals",
                    grouped(manifest.points as u128),
                    grouped(manifest.trials.into()),
                    100.0 * analysis.confidence
                );
                (manifest.name.clone(), subtitle, analysis, named(&["heat-map", "unfair-probability"]))
            }
        };
        let (confidence, delta) = (analysis.confidence, analysis.delta);
        Ok(Source { record, name, subtitle, confidence, delta, figures })
    }
}

/// The tables of a folder that figures are drawn from; one that is not there is empty.
#[derive(Default)]
struct FolderTables {
    validators: Vec<ValidatorRow>,
    timeline: Vec<TimelineRow>,
    trials: Vec<TrialRow>,
    incomes: Vec<IncomeRow>,
    compare: Vec<CompareRow>,
    grid: Option<Grid>,
}

impl FolderTables {
    fn read(folder: &Path, args: &PlotArgs) -> Result<Self, Failure> {
        let mut tables = FolderTables {
            compare: rows_of(&folder.join("compare.csv"))?,
            timeline: rows_of(&folder.join("timeline.csv"))?,
            validators: rows_of(&folder.join("validators.csv"))?,
            incomes: rows_of(&folder.join("incomes.csv"))?,
            ..FolderTables::default()
        };
        let batch = folder.join("batch.csv");
        if batch.is_file() {
            let study = StudyValues::read(&batch)?;
            tables.timeline = study.timeline(args.validator.as_deref());
            tables.grid = Some(study.grid(args.metric.as_deref(), args.validator.as_deref())?);
        } else {
            // A study's trials.csv has other columns.
            tables.trials = rows_of(&folder.join("trials.csv"))?;
        }
        Ok(tables)
    }
}

/// The rows of a table, if it is there.
fn rows_of<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    if path.is_file() { rows(path) } else { Ok(Vec::new()) }
}

/// The rows of a table.
fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let refused = |error: String| Failure::CannotRun(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(|error| refused(error.to_string()))?;
    let mut reader = csv::Reader::from_reader(file);
    reader.deserialize().collect::<Result<_, csv::Error>>().map_err(|error| refused(error.to_string()))
}
