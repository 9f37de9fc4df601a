//! `tombola plot`: figures from the tables of a folder of results, without a simulation.

use crate::cli::failure::Failure;
use crate::cli::folder_record::{AnyManifest, FolderRecord};
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::tell;
use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use tombola::analysis::rows::{
    AuditRow, CompareRow, IncomeRow, ShareRow, TimelineRow, TrialRow, ValidatorTable, WindowRow, as_decided,
};
use tombola::registry::{Choice, Chosen, find, nearest};
use tombola::report::figures::{
    Drawing, FIGURES, Figure, FigureError, Grid, NamedFile, Sheet, SheetWidth, Subject, Theme, Vocabulary,
    audit_subtitle, run_subtitle, undrawable_note,
};
use tombola::report::{
    StudyValues, StudyValuesError, curves_of_study, rule_label, study_size, study_subtitle,
};
use tombola::scenario::{AnalysisSection, FigureFormat, ScenarioFile};
use tombola::statistics::wording::counted;

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
    /// Of a study, the metric of the heat map [default: the unfair probability, if there is one]; of a
    /// comparison, the measures of the forest plot, separated by commas [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub metric: Vec<String>,
    /// Of a study: the validator that the figure is about [default: the first]
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// Title of the horizontal axis, in place of the figure's own
    #[arg(long, value_name = "TEXT")]
    pub x_label: Option<String>,
    /// Title of the vertical axis, in place of the figure's own
    #[arg(long, value_name = "TEXT")]
    pub y_label: Option<String>,
    /// A TOML file of words and what stands in their place, e.g. "win share" = "Anteil der Siege"
    #[arg(long, value_name = "FILE")]
    pub lang_file: Option<PathBuf>,
    /// Validators, or rules of a comparison, that the lines of a figure are about; repeatable [default: all that were followed]
    #[arg(long, value_name = "NAME")]
    pub follow: Vec<String>,
    /// How wide: 85mm, 170mm or another width on paper, slide, or pixels [default: 180mm]
    #[arg(long, value_name = "85mm|170mm|slide|PX")]
    pub width: Option<SheetWidth>,
    /// Colours: on white, on black, or on white without colours
    #[arg(long, value_enum, default_value = "light", value_name = "light|dark|grey")]
    pub theme: PictureTheme,
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
    /// Pixels, 300 an inch on paper
    Png,
    /// One page of paths, for documents
    Pdf,
    /// A .tex file for LaTeX in the fonts of the document, with its data in a .dat file
    Pgf,
    /// A Vega-Lite specification (.vl.json), with its data in a .vl.csv file
    VegaLite,
}

/// The colours of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PictureTheme {
    /// On white
    Light,
    /// On black
    Dark,
    /// On white, without colours
    Grey,
}

impl PictureTheme {
    /// The same for the figures.
    pub fn colors(self) -> Theme {
        match self {
            PictureTheme::Light => Theme::Light,
            PictureTheme::Dark => Theme::Dark,
            PictureTheme::Grey => Theme::Grey,
        }
    }
}

impl PictureFormat {
    /// The same in words of a scenario.
    pub fn kind(self) -> FigureFormat {
        match self {
            PictureFormat::Svg => FigureFormat::Svg,
            PictureFormat::Png => FigureFormat::Png,
            PictureFormat::Pdf => FigureFormat::Pdf,
            PictureFormat::Pgf => FigureFormat::Pgf,
            PictureFormat::VegaLite => FigureFormat::VegaLite,
        }
    }
}

impl From<StudyValuesError> for Failure {
    fn from(error: StudyValuesError) -> Self {
        Failure::CannotRun(error.to_string())
    }
}

/// Draws the figures of a folder again.
pub fn plot(args: &PlotArgs) -> Result<(), Failure> {
    let mut source = Source::read(args)?;
    let mut tables = FolderTables::read(&args.folder, args)?;
    tables.follow(&args.follow)?;
    if let (Some(grid), AnyManifest::Study(manifest)) = (&mut tables.grid, &source.record.manifest) {
        grid.size = Some(study_size(manifest.points as u64, manifest.trials));
    }
    let vocabulary = vocabulary(args)?;
    let subject = Subject {
        title: args.title.as_deref().unwrap_or(&source.name),
        subtitle: &source.subtitle,
        validators: &tables.validators,
        timeline: &tables.timeline,
        trials: &tables.trials,
        incomes: &tables.incomes,
        windows: &tables.windows,
        trials_finished: source.trials,
        rounds: source.rounds,
        compare: &tables.compare,
        shares: &tables.shares,
        grid: tables.grid.as_ref(),
        strategy: &[],
        confidence: source.confidence,
        delta: source.delta,
        sheet: Sheet { width: args.width.unwrap_or_default(), theme: args.theme.colors(), extra: 0 },
        vocabulary: Some(&vocabulary),
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
    let pictures: Vec<(&str, &Drawing, FigureFormat)> = drawings
        .iter()
        .flat_map(|(name, drawing)| formats.iter().map(move |format| (*name, drawing, *format)))
        .collect();
    let files: Vec<Result<Vec<NamedFile>, FigureError>> =
        pictures.par_iter().map(|(name, drawing, format)| drawing.files(name, *format)).collect();
    let files: Vec<Vec<NamedFile>> = files
        .into_iter()
        .collect::<Result<_, FigureError>>()
        .map_err(|error| Failure::CannotRun(error.to_string()))?;
    let bytes: Vec<(PathBuf, Vec<u8>)> =
        files.into_iter().flatten().map(|(file, bytes)| (target.join(file), bytes)).collect();
    // Nothing is written before everything can be. What the folder's own run drew is drawn again; what
    // somebody else put there is not touched.
    source.record.write(&bytes, args.force)?;
    for (path, _) in &bytes {
        tell(format_args!("Written: {}", path.display()));
    }
    if let Some(note) = undrawable_note(&subject.undrawable()) {
        tell(format_args!("note: {note}"));
    }
    Ok(())
}

/// Words in place of those of the figures.
fn vocabulary(args: &PlotArgs) -> Result<Vocabulary, Failure> {
    let mut vocabulary = Vocabulary { x: args.x_label.clone(), y: args.y_label.clone(), words: Vec::new() };
    if let Some(path) = &args.lang_file {
        let refused = |why: String| {
            Failure::CannotRun(format!(
                "--lang-file {}: {why}\n  help: give a TOML file of lines such as \"win share\" = \"Anteil der Siege\"",
                path.display()
            ))
        };
        let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        let words: BTreeMap<String, String> =
            toml::from_str(&text).map_err(|error| refused(error.message().to_owned()))?;
        vocabulary.words = words.into_iter().collect();
    }
    Ok(vocabulary)
}

/// What a folder of results says of itself.
struct Source {
    record: FolderRecord,
    name: String,
    subtitle: String,
    confidence: f64,
    delta: f64,
    trials: u64,
    rounds: u64,
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
            AnyManifest::Run(manifest) => {
                let file = scenario(&manifest.scenario)?;
                let rule = &file.selection.rule;
                let confidence = file.analysis.confidence;
                let subtitle =
                    run_subtitle(&rule_label(rule), manifest.trials_finished, manifest.rounds, confidence);
                (manifest.name.clone(), subtitle, file.analysis, file.report.figures)
            }
            AnyManifest::Audit(manifest) => {
                let audited: Vec<AuditRow> = rows(&folder.join("audit.csv"))?;
                let wins = audited.iter().map(|row| row.wins).sum();
                let subtitle = audit_subtitle(&rule_label(&manifest.rule), wins, manifest.confidence);
                let analysis =
                    AnalysisSection { confidence: manifest.confidence, ..AnalysisSection::default() };
                (manifest.name.clone(), subtitle, analysis, named(&["win-share", "lorenz"]))
            }
            AnyManifest::Comparison(manifest) => {
                let first = manifest.compared.first().map_or("", |compared| compared.scenario.as_str());
                let analysis = scenario(first)?.analysis;
                let rules: Vec<&str> =
                    manifest.compared.iter().map(|compared| compared.name.as_str()).collect();
                let rules =
                    if rules.len() > 4 { counted(rules.len() as u64, "rule") } else { rules.join(", ") };
                let subtitle = run_subtitle(&rules, manifest.trials, manifest.rounds, analysis.confidence);
                (
                    manifest.name.clone(),
                    subtitle,
                    analysis,
                    named(&["forest", "frontier", "unfair-probability", "target-curve"]),
                )
            }
            AnyManifest::Study(manifest) => {
                let analysis = scenario(&manifest.study).map(|file| file.analysis).unwrap_or_default();
                let subtitle = study_subtitle(manifest.points as u64, manifest.trials, analysis.confidence);
                (
                    manifest.name.clone(),
                    subtitle,
                    analysis,
                    named(&["heat-map", "small-multiples", "unfair-probability", "target-curve"]),
                )
            }
        };
        let (confidence, delta) = (analysis.confidence, analysis.delta);
        let (trials, rounds) = match &record.manifest {
            AnyManifest::Run(manifest) => (manifest.trials_finished, manifest.rounds),
            AnyManifest::Comparison(manifest) => (manifest.trials, manifest.rounds),
            AnyManifest::Audit(_) | AnyManifest::Study(_) => (1, 0),
        };
        Ok(Source { record, name, subtitle, confidence, delta, trials, rounds, figures })
    }
}

/// The tables of a folder that figures are drawn from; one that is not there is empty.
#[derive(Default)]
struct FolderTables {
    validators: ValidatorTable,
    timeline: Vec<TimelineRow>,
    trials: Vec<TrialRow>,
    incomes: Vec<IncomeRow>,
    windows: Vec<WindowRow>,
    compare: Vec<CompareRow>,
    shares: Vec<ShareRow>,
    grid: Option<Grid>,
}

impl FolderTables {
    /// Keeps the lines and the trials of these validators or rules alone; all if none is named.
    fn follow(&mut self, names: &[String]) -> Result<(), Failure> {
        let known = |name: &str| {
            self.timeline.iter().any(|row| row.subject == name)
                || self.trials.iter().any(|row| row.validator == name)
                || self.shares.iter().any(|row| row.rule == name)
        };
        if let Some(name) = names.iter().find(|name| !known(name)) {
            let lines = self.timeline.iter().map(|row| row.subject.as_str());
            let near = nearest(name, lines.chain(self.shares.iter().map(|row| row.rule.as_str())));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Failure::CannotRun(format!(
                "--follow {name}: neither timeline.csv nor trials.csv has it{near}\n  help: `[analysis] follow` says whose trials a run writes down"
            )));
        }
        if !names.is_empty() {
            self.timeline.retain(|row| names.contains(&row.subject));
            self.trials.retain(|row| names.contains(&row.validator));
            self.windows.retain(|row| names.contains(&row.validator));
            // Names may be of validators: then all rules have their curves.
            if self.shares.iter().any(|row| names.contains(&row.rule)) {
                self.shares.retain(|row| names.contains(&row.rule));
            }
        }
        Ok(())
    }

    fn read(folder: &Path, args: &PlotArgs) -> Result<Self, Failure> {
        let mut tables = FolderTables {
            compare: rows_of(&folder.join("compare.csv"))?,
            timeline: rows_of(&folder.join("timeline.csv"))?,
            validators: rows_of(&folder.join("validators.csv"))?.into_iter().collect(),
            incomes: rows_of(&folder.join("incomes.csv"))?,
            windows: rows_of(&folder.join("windows.csv"))?,
            ..FolderTables::default()
        };
        let audited: Vec<AuditRow> = rows_of(&folder.join("audit.csv"))?;
        if !audited.is_empty() {
            tables.validators = as_decided(&tables.validators, &audited);
        }
        if !args.metric.is_empty() && !tables.compare.is_empty() {
            let mut known: Vec<&str> = tables.compare.iter().map(|row| row.metric.as_str()).collect();
            known.dedup();
            if let Some(metric) = args.metric.iter().find(|metric| !known.contains(&metric.as_str())) {
                let near = nearest(metric, known.iter().copied());
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(Failure::CannotRun(format!(
                    "--metric {metric}: compare.csv has no such measure{near}\n  help: it has {}",
                    known.join(", ")
                )));
            }
            tables.compare.retain(|row| args.metric.contains(&row.metric));
        }
        let batch = folder.join("batch.csv");
        if batch.is_file() {
            let study = StudyValues::read(&batch)?;
            tables.timeline = study.timeline(args.validator.as_deref());
            if let [_, second, ..] = &args.metric[..] {
                return Err(Failure::CannotRun(format!(
                    "--metric {second}: the figures of a study show one metric\n  help: give --metric once"
                )));
            }
            let metric = args.metric.first().map(String::as_str);
            tables.grid = Some(study.grid(metric, args.validator.as_deref())?);
            let curves = folder.join("shares.csv");
            if curves.is_file() {
                tables.shares = curves_of_study(&curves)?;
            }
        } else {
            tables.shares = rows_of(&folder.join("shares.csv"))?;
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
