//! `tombola plot`: figures from the tables of a folder of results, without a simulation.

use crate::cli::failure::Failure;
use crate::cli::screen::tell;
use crate::cli::whole_file::{self, Existing};
use clap::{Args as ClapArgs, ValueEnum};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use tombola::analysis::rows::AuditRow;
use tombola::registry::{Choice, find};
use tombola::report::figures::{
    Drawing, FIGURES, Figure, FigureError, Subject, audit_subtitle, run_subtitle,
};
use tombola::report::{AuditManifest, Manifest};
use tombola::scenario::{FigureFormat, ScenarioFile};

#[derive(ClapArgs)]
#[command(after_help = "\
What the run drew is replaced, and the manifest goes on saying what stands in the folder; files that
somebody else put there are not touched without --force.

Examples:
  tombola plot output/seed
  tombola plot output/seed --figure lorenz --title \"Five accounts\" --format svg --output paper")]
pub struct PlotArgs {
    /// Folder of results of `tombola run` or `tombola audit`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Draw this figure; repeatable. Without it: those of the scenario
    #[arg(long, value_name = "NAME")]
    pub figure: Vec<String>,
    /// Title, in place of the scenario's name
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Formats, separated by commas; without it: svg and png
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS")]
    pub format: Vec<PictureFormat>,
    /// Where to put the figures; without it: DIR/figures
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
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
    let mut source = Source::read(&args.folder)?;
    let validators = rows(&args.folder.join("validators.csv"))?;
    let timeline = match args.folder.join("timeline.csv") {
        path if path.is_file() => rows(&path)?,
        _ => Vec::new(),
    };
    let subject = Subject {
        title: args.title.as_deref().unwrap_or(&source.name),
        subtitle: &source.subtitle,
        validators: &validators,
        timeline: &timeline,
        confidence: source.confidence,
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
    let mut drawings: Vec<(&'static str, Drawing)> = Vec::new();
    for choice in &figures {
        let figure = find::<dyn Figure>("figure", FIGURES, choice)
            .map_err(|refusal| Failure::CannotRun(format!("--figure: {refusal}")))?;
        match figure.thing.draw(&subject) {
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
    // Nothing is written before everything can be. What the folder's own run drew is drawn again; what
    // somebody else put there is not touched.
    for (path, ..) in &files {
        whole_file::check_target(path, Existing::forced(args.force || source.drew(path)))?;
    }
    fs::create_dir_all(&target).map_err(|error| {
        Failure::CannotRun(format!("{}: the folder cannot be made: {error}", target.display()))
    })?;
    for (path, drawing, format) in &files {
        let bytes = match format {
            FigureFormat::Svg => drawing.svg().as_bytes().to_vec(),
            FigureFormat::Png => drawing.png().map_err(|error| Failure::CannotRun(error.to_string()))?,
        };
        whole_file::write(path, Existing::IsReplaced, |out| out.write_all(&bytes))?;
        source.record(path, &bytes);
        tell(format_args!("Written: {}", path.display()));
    }
    source.write_manifest()
}

/// What a folder of results says of itself.
struct Source {
    folder: PathBuf,
    manifest: Record,
    name: String,
    subtitle: String,
    confidence: f64,
    figures: Vec<Choice>,
}

/// The record of a command whose figures come from tables.
#[derive(Serialize)]
#[serde(untagged)]
enum Record {
    Run(Box<Manifest>),
    Audit(Box<AuditManifest>),
}

impl Record {
    fn files(&mut self) -> &mut BTreeMap<String, String> {
        match self {
            Record::Run(manifest) => &mut manifest.files,
            Record::Audit(manifest) => &mut manifest.files,
        }
    }
}

impl Source {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("manifest.json");
        let text = fs::read_to_string(&path).map_err(|error| {
            Failure::CannotRun(format!(
                "{}: {error}\n  help: name a folder of results, e.g. output/seed after `tombola run seed`",
                path.display()
            ))
        })?;
        if let Ok(manifest) = serde_json::from_str::<Manifest>(&text) {
            let file: ScenarioFile = toml::from_str(&manifest.scenario).map_err(|error| {
                Failure::CannotRun(format!("{}: the scenario in it cannot be read: {error}", path.display()))
            })?;
            let confidence = file.analysis.confidence;
            let rule = &file.selection.rule.kind;
            return Ok(Source {
                folder: folder.to_owned(),
                subtitle: run_subtitle(rule, manifest.trials_finished, manifest.rounds, confidence),
                name: manifest.name.clone(),
                confidence,
                figures: file.report.figures,
                manifest: Record::Run(Box::new(manifest)),
            });
        }
        if let Ok(manifest) = serde_json::from_str::<AuditManifest>(&text) {
            let audited: Vec<AuditRow> = rows(&folder.join("audit.csv"))?;
            let wins = audited.iter().map(|row| row.wins).sum();
            return Ok(Source {
                folder: folder.to_owned(),
                subtitle: audit_subtitle(&manifest.rule.kind, wins, manifest.confidence),
                name: manifest.name.clone(),
                confidence: manifest.confidence,
                figures: ["win-share", "lorenz"].map(Choice::plain).to_vec(),
                manifest: Record::Audit(Box::new(manifest)),
            });
        }
        Err(Failure::CannotRun(format!(
            "{}: is not the record of a run or an audit, and only their figures can be drawn from tables",
            path.display()
        )))
    }

    /// The name of a file in this folder, as its manifest writes it.
    fn listed(&self, path: &Path) -> Option<String> {
        let name = path.strip_prefix(&self.folder).ok()?.to_str()?;
        Some(name.replace(std::path::MAIN_SEPARATOR, "/"))
    }

    /// Whether a file is as the folder's own run left it.
    fn drew(&mut self, path: &Path) -> bool {
        let Some(name) = self.listed(path) else { return false };
        let standing = fs::read(path).ok().map(|bytes| hex::encode(Sha256::digest(bytes)));
        standing.is_some() && self.manifest.files().get(&name) == standing.as_ref()
    }

    fn record(&mut self, path: &Path, bytes: &[u8]) {
        if let Some(name) = self.listed(path) {
            self.manifest.files().insert(name, hex::encode(Sha256::digest(bytes)));
        }
    }

    /// The manifest goes on saying what stands in the folder.
    fn write_manifest(&self) -> Result<(), Failure> {
        whole_file::write(&self.folder.join("manifest.json"), Existing::IsReplaced, |out| {
            serde_json::to_writer_pretty(&mut *out, &self.manifest)?;
            out.write_all(b"\n")
        })
    }
}

/// The rows of a table.
fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let refused = |error: String| Failure::CannotRun(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(|error| refused(error.to_string()))?;
    let mut reader = csv::Reader::from_reader(file);
    reader.deserialize().collect::<Result<_, csv::Error>>().map_err(|error| refused(error.to_string()))
}
