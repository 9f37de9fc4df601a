//! What shows a folder of results to others: a page of one HTML file that loads nothing from elsewhere, and
//! the same text for a paper.

mod comparison_answer;
mod crate_metadata;
mod inline_figure;
mod prose;
mod references;
mod sheet;
mod sheet_text;
mod study_answer;

use crate::analysis::comparison::measure;
use crate::registry::{Choice, Entry};
use crate::report::active::visible;
use crate::report::figures::{FIGURES, font_face};
use crate::report::rule_label::rule_label;
use crate::report::study_values::{StudyValuesError, level_words};
use crate::report::{FolderError, ResultsFolder, Stopwatch, StudyFigures, listed_file, read_manifest};
use crate::scenario::StudySection;
use crate::statistics::percent;
use crate::statistics::wording::{counted, grouped};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use inline_figure::inlined;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sheet::TextTable;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use study_answer::{StudyAnswer, listed};
use thiserror::Error;

/// Why there is no page.
#[derive(Debug, Error)]
pub enum PageError {
    /// A file of the folder cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder has no record of this program.
    #[error(
        "{0}: is no record of this program\n  help: name a folder of results, e.g. output/seed after `tombola run seed`"
    )]
    NoRecord(PathBuf),
    /// A table of a study is not one of this program.
    #[error(transparent)]
    Study(#[from] StudyValuesError),
    /// A figure of a study cannot be drawn.
    #[error(transparent)]
    Figure(#[from] crate::report::figures::FigureError),
}

/// The page of a folder of results, from its manifest, its tables and its figures alone.
///
/// # Errors
/// If the folder has no manifest of this program, or a file of it cannot be read.
pub fn page(folder: &Path) -> Result<String, PageError> {
    let results = Folder::read(folder)?;
    Ok(results.page().into_string())
}

/// The page of results that are being written: from their record as it will stand in the manifest, and the
/// files that it lists.
///
/// # Errors
/// If a file cannot be read.
pub fn page_of(record: Value, files: &[(String, PathBuf)]) -> Result<String, PageError> {
    let place = |name: &str| files.iter().find(|(other, _)| other == name).map(|(_, path)| path.clone());
    Ok(Folder::of(record, &place)?.page().into_string())
}

/// The files that show a folder of results to others, apart from its page, by name: the text in Markdown and
/// for LaTeX, the works it rests on, and the description for archives; the tables too, if they are wanted.
///
/// # Errors
/// As [`page`].
pub fn paper(folder: &Path, tables: Option<TableStyle>) -> Result<Vec<(String, String)>, PageError> {
    let results = Folder::read(folder)?;
    let sections = results.sections();
    let mut files = vec![
        ("report.md".to_owned(), results.markdown(&sections)),
        ("methods.tex".to_owned(), results.latex(&sections)),
        ("references.bib".to_owned(), results.bibliography()),
        ("ro-crate-metadata.json".to_owned(), results.crate_metadata(folder)),
    ];
    if let Some(style) = tables {
        let ending = style.ending();
        files.extend(
            results
                .sheets
                .iter()
                .filter_map(|sheet| Some((format!("tables/{}.{ending}", sheet.name), sheet.typeset(style)?))),
        );
    }
    Ok(files)
}

/// Writes `report.html` for results that are being written, whose record this is; returns its name and
/// SHA-256 for the manifest, and how long it took.
///
/// # Errors
/// If a file cannot be read or written.
pub fn write_report(
    folder: &ResultsFolder,
    record: &impl Serialize,
) -> Result<(String, String, Duration), FolderError> {
    let stopwatch = Stopwatch::start();
    let refused = |why: String| folder.failed("report.html", io::Error::other(why));
    let record = serde_json::to_value(record).map_err(|error| refused(error.to_string()))?;
    let text = page_of(record, &folder.files()).map_err(|error| refused(error.to_string()))?;
    folder.write("report.html", |out| out.write_all(text.as_bytes()))?;
    Ok(("report.html".to_owned(), hex::encode(Sha256::digest(&text)), stopwatch.elapsed()))
}

/// How tables for a paper are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableStyle {
    /// LaTeX, with the package booktabs.
    Latex,
    /// Markdown.
    Markdown,
}

impl TableStyle {
    fn ending(self) -> &'static str {
        match self {
            TableStyle::Latex => "tex",
            TableStyle::Markdown => "md",
        }
    }
}

/// Files that show others; they do not describe themselves.
const SHOWN: [&str; 5] =
    ["report.html", "report.md", "methods.tex", "references.bib", "ro-crate-metadata.json"];

/// Whether a file shows the others.
fn shows_others(name: &str) -> bool {
    SHOWN.contains(&name) || name.starts_with("tables/")
}

/// What is shown of a file.
enum Shown {
    Table(TextTable),
    /// Its name and its SVG text.
    Figure(String, String),
}

/// What was read of a folder.
struct Folder {
    manifest: Value,
    sheets: Vec<TextTable>,
    /// Names and SVG texts.
    figures: Vec<(String, String)>,
    /// Whether the figures are files of the folder.
    has_figure_files: bool,
    /// What a study shows.
    answer: Option<StudyAnswer>,
    /// The section `[study]` of the scenario: what only people know.
    words: StudySection,
}

impl Folder {
    fn read(folder: &Path) -> Result<Self, PageError> {
        let path = folder.join("manifest.json");
        let text = read_manifest(folder).map_err(|_| PageError::NoRecord(path.clone()))?;
        let manifest: Value = serde_json::from_str(&text).map_err(|_| PageError::NoRecord(path.clone()))?;
        if manifest["program"] != env!("CARGO_PKG_NAME") {
            return Err(PageError::NoRecord(path));
        }
        let place = |name: &str| listed_file(folder, name);
        Self::of(manifest, &place)
    }

    /// From a record and the files that it lists; one that was taken away since is not shown.
    fn of(manifest: Value, place: &(dyn Fn(&str) -> Option<PathBuf> + Sync)) -> Result<Self, PageError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| PageError::Unreadable { path, source }
        };
        let names: Vec<&String> =
            manifest["files"].as_object().into_iter().flat_map(|files| files.keys()).collect();
        let read = |name: &String| -> Result<Option<Shown>, PageError> {
            // One from elsewhere is not shown either.
            let Some(path) = place(name) else { return Ok(None) };
            if let Some(table) = name.strip_suffix(".csv").filter(|table| !table.contains('/')) {
                return Ok(Some(Shown::Table(TextTable::read(table, &path).map_err(unreadable(&path))?)));
            }
            let figure = name.strip_prefix("figures/").and_then(|name| name.strip_suffix(".svg"));
            let Some(figure) = figure else { return Ok(None) };
            let svg = fs::read_to_string(&path).map_err(unreadable(&path))?;
            Ok(Some(Shown::Figure(figure.to_owned(), svg)))
        };
        let (mut sheets, mut figures) = (Vec::new(), Vec::new());
        for shown in names.into_par_iter().map(read).collect::<Vec<_>>() {
            match shown? {
                Some(Shown::Table(sheet)) => sheets.push(sheet),
                Some(Shown::Figure(name, svg)) => figures.push((name, svg)),
                None => {}
            }
        }
        let batch = manifest["points"].is_u64().then(|| place("batch.csv")).flatten();
        let has_figure_files = !figures.is_empty();
        let mut answer = None;
        if let Some(batch) = &batch {
            answer = Some(StudyAnswer::read(batch).map_err(unreadable(batch))?);
            if !has_figure_files
                && let Some(drawn) = StudyFigures::read(&manifest, batch, place("shares.csv").as_deref())?
            {
                let drawn = drawn.draw()?.into_iter();
                figures.extend(drawn.map(|(name, drawing)| (name.to_owned(), drawing.svg().to_owned())));
            }
        }
        // First what shows a study over its factors, then in the order in which the program lists figures; those
        // of comparisons after them.
        figures.sort_by_key(|(name, _): &(String, String)| {
            let first = ["heat-map", "small-multiples", "forest", "total-variation"];
            let of_study = first.iter().position(|first| first == name);
            let listed = || FIGURES.iter().position(|entry| entry.name == name).unwrap_or(FIGURES.len());
            of_study.map_or_else(|| (1, listed()), |place| (0, place))
        });
        // The tables that answer the question stand first.
        let first = ["validators", "audit", "compare", "effects", "batch", "points", "fairness", "incomes"];
        sheets.sort_by_key(|sheet| first.iter().position(|name| *name == sheet.name).unwrap_or(first.len()));
        let words = study_section(&manifest);
        Ok(Folder { manifest, sheets, figures, has_figure_files, answer, words })
    }

    fn text(&self, key: &str) -> &str {
        self.manifest[key].as_str().unwrap_or_default()
    }

    fn sheet(&self, name: &str) -> Option<&TextTable> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }

    /// What the tables conclude, in sentences, each with its heading.
    fn verdicts(&self) -> Vec<(&'static str, String)> {
        let mut verdicts = Vec::new();
        let statement = |metric: &str, column: &str| {
            let sheet = self.sheet("fairness")?;
            let row = sheet.rows.iter().find(|row| sheet.cell(row, "metric") == metric)?;
            Some(sheet.cell(row, column).to_owned()).filter(|text| !text.is_empty())
        };
        for (metric, heading) in [
            ("fairness_to_stake", "Wins"),
            ("audit_conclusion", "Audit"),
            ("income_to_stake", "Income"),
            ("income_risk", "Risk"),
        ] {
            if let Some(note) = statement(metric, "note") {
                verdicts.push((heading, note));
            }
        }
        if let Some(decision) = statement("misallocated", "decision") {
            let number = |column| statement("misallocated", column).and_then(|text| text.parse::<f64>().ok());
            let share = |column| number(column).map(percent::short).unwrap_or_else(|| "unknown".to_owned());
            let note = format!(
                "{decision}: {} of the wins went to other validators than their shares of stake would give them (interval \
                 {} to {}; margin {})",
                share("value"),
                share("low"),
                share("high"),
                share("null_value"),
            );
            verdicts.insert(1.min(verdicts.len()), ("As a whole", note));
        }
        if let Some(sheet) = self.sheet("compare") {
            verdicts.extend(comparison_answer::sentences(sheet));
        }
        if let Some(answer) = &self.answer {
            verdicts.extend(answer.sentences(self.sheet("effects")));
        }
        verdicts
    }

    /// What the folder is to answer.
    fn question(&self) -> String {
        if let Some(aim) = &self.words.aim {
            return aim.clone();
        }
        let labels = self.rule_labels();
        let under = match labels.len() {
            0 => String::new(),
            1 => format!(" under the rule {}", labels[0]),
            _ => format!(" under the rules {}", listed(&labels)),
        };
        if self.sheet("compare").is_some() {
            let fairest = if labels.len() == 2 { "fairer" } else { "the fairest" };
            return format!("Which of the rules {} is {fairest} to these stakes?", listed(&labels));
        }
        if self.is_audit() {
            return format!("Are the observed wins those that are expected{under}?");
        }
        let of_study = self.answer.as_ref().and_then(StudyAnswer::question);
        of_study.unwrap_or_else(|| format!("Do wins and rewards follow the shares of stake{under}?"))
    }

    /// The rules in question, each with the settings that tell it from others of its name, or from its defaults.
    fn rule_labels(&self) -> Vec<String> {
        let compared = self.manifest["compared"].as_array().into_iter().flatten();
        let mut labels: Vec<String> =
            compared.filter_map(|entry| Some(entry["name"].as_str()?.to_owned())).collect();
        let swept = self.manifest["factors"]["selection.rule"].as_array().into_iter().flatten();
        labels.extend(swept.filter_map(|level| Some(level_words(level.as_str()?))));
        if labels.is_empty() {
            let texts = [self.text("scenario"), self.text("study")];
            let label = texts.into_iter().find_map(|text| {
                let table: toml::Table = text.parse().ok()?;
                let rule = table.get("selection")?.get("rule")?.clone();
                Some(rule_label(&rule.try_into().ok()?))
            });
            labels.extend(label);
        }
        if labels.is_empty() {
            let rule = serde_json::from_value::<Choice>(self.manifest["rule"].clone());
            labels.extend(rule.ok().map(|rule| rule_label(&rule)));
        }
        labels
    }

    /// The names of the rules in question.
    fn rules(&self) -> Vec<String> {
        let kind = |rule: &Value| match rule {
            Value::String(name) => Some(name.clone()),
            rule => rule["kind"].as_str().map(str::to_owned),
        };
        let from_scenario = |text: &str| {
            let table: toml::Table = text.parse().ok()?;
            let rule = table.get("selection")?.get("rule")?;
            let name = rule.as_str().or_else(|| rule.get("kind")?.as_str())?;
            Some(name.to_owned())
        };
        let compared = self.manifest["compared"].as_array().into_iter().flatten();
        let compared = compared.filter_map(|entry| from_scenario(entry["scenario"].as_str()?));
        let mut rules: Vec<String> = compared.collect();
        rules.extend(from_scenario(self.text("scenario")));
        // Rules that are swept stand in for the one that the study names besides.
        let swept = self.manifest["factors"]["selection.rule"].as_array().into_iter().flatten();
        let swept = swept.filter_map(|level| {
            let level = level.as_str()?;
            from_scenario(&format!("selection.rule = {level}"))
                .or_else(|| from_scenario(&format!("selection.rule = \"{level}\"")))
        });
        rules.extend(swept);
        if rules.is_empty() {
            rules.extend(from_scenario(self.text("study")));
        }
        rules.extend(kind(&self.manifest["rule"]));
        rules.dedup();
        rules
    }

    /// Whether this is the record of a run, which `tombola reproduce` takes.
    fn is_run(&self) -> bool {
        !self.text("scenario").is_empty()
    }

    /// Whether wins that were observed elsewhere were judged, and nothing was simulated.
    fn is_audit(&self) -> bool {
        self.manifest["input"].is_string()
    }

    /// How many trials each point of a study had, if all had as many, and all of them in words.
    fn trials_of_study(&self) -> (Option<u64>, String) {
        let number = |key: &str| self.manifest[key].as_u64();
        let points = self.manifest["states"]["done"].as_u64().or_else(|| number("points")).unwrap_or(0);
        let trials = number("trials").unwrap_or(0);
        let varied = self.manifest["factors"].get("run.trials").is_some();
        let asked = self.text("study").parse::<toml::Table>().ok();
        let until = asked.as_ref().and_then(|table| table.get("run")?.get("until")).is_some();
        if points > 0 && trials % points == 0 && !varied && !until && self.manifest["partial"] != true {
            let each = trials / points;
            return (
                Some(each),
                format!("{} at each of {}", counted(each, "trial"), counted(points, "point")),
            );
        }
        (None, format!("{} at {}", counted(trials, "trial"), counted(points, "point")))
    }

    fn page(&self) -> Markup {
        let name = self.title();
        let verdicts = self.verdicts();
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
                    title { (visible(name)) " - tombola" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(include_str!("style.css"))) @if !self.figures.is_empty() { (PreEscaped(font_face())) } }
                }
                body {
                    header {
                        h1 lang=[self.words.language.as_deref()] { (visible(name)) }
                        @if !self.words.authors.is_empty() { p { (visible(&self.words.authors.join(", "))) } }
                        p class="quiet" { (self.subtitle()) }
                    }
                    main {
                        section aria-labelledby="question" {
                            h2 id="question" { "Question" }
                            p { (visible(&self.question())) }
                            @for hypothesis in &self.words.hypotheses { p class="quiet" { "Hypothesis: " (visible(hypothesis)) } }
                        }
                        section aria-labelledby="verdict" {
                            h2 id="verdict" { "Verdict" }
                            @if verdicts.is_empty() { p { (NO_VERDICT) } }
                            @for (heading, note) in &verdicts {
                                h3 { (heading) }
                                p class="verdict" { (visible(&capitalised(note))) }
                            }
                        }
                        (self.key_numbers())
                        (self.figures(&verdicts))
                        (self.tables())
                        (self.methods())
                        (self.reproduction())
                    }
                    script { (PreEscaped(include_str!("tables.js"))) }
                }
            }
        }
    }

    /// The title that people gave it, or its name.
    fn title(&self) -> &str {
        self.words.title.as_deref().unwrap_or_else(|| self.text("name"))
    }

    /// The files with their hashes, without those that show others.
    fn files(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.manifest["files"].as_object().into_iter().flatten().filter(|(name, _)| !shows_others(name))
    }

    fn subtitle(&self) -> String {
        let rules = self.rule_labels();
        let mut parts = match rules.len() {
            0 => Vec::new(),
            1 => vec![format!("rule {}", rules[0])],
            _ => vec![format!("rules {}", rules.join(", "))],
        };
        let number = |key: &str| self.manifest[key].as_u64();
        let trials = number("trials_finished").or_else(|| number("trials"));
        if let Some(points) = number("points") {
            parts.push(match trials {
                Some(_) => self.trials_of_study().1,
                None => counted(points, "point"),
            });
        } else if let (Some(trials), Some(rounds)) = (trials, number("rounds")) {
            parts.push(format!("{} of {}", counted(trials, "trial"), counted(rounds, "round")));
        }
        if let Some(seed) = self.manifest["seed"].as_u64() {
            parts.push(format!("seed {seed}"));
        }
        parts.push(format!("tombola {}", self.text("version")));
        parts.join(" · ")
    }

    fn key_numbers(&self) -> Markup {
        let mut facts: Vec<(&str, String)> = Vec::new();
        if let Some(sheet) = self.sheet("validators") {
            facts.push(("Validators", grouped(sheet.total as u64)));
        }
        let compared = self.manifest["compared"].as_array().map_or(0, Vec::len);
        if compared > 0 {
            facts.push(("Rules compared", grouped(compared as u64)));
        }
        let is_study = self.answer.is_some();
        if let Some((metric, range)) = self.answer.as_ref().and_then(StudyAnswer::range) {
            facts.push(("Metric", visible(&metric)));
            facts.push(("Range of the metric", range));
        }
        let factors = self.manifest["factors"].as_object().into_iter().flatten();
        for (key, levels) in factors {
            let levels = levels.as_array().into_iter().flatten().filter_map(|level| level.as_str());
            let levels: Vec<String> = levels.map(level_words).collect();
            facts.push(("Factor", visible(&format!("{key}: {}", levels.join(", ")))));
        }
        for (key, words) in [
            ("points", "Points"),
            ("rounds", "Rounds per trial"),
            ("trials", if is_study || compared > 0 { "Trials" } else { "Trials requested" }),
            ("trials_finished", "Trials finished"),
            ("confidence", "Confidence level"),
            ("tolerance", "Margin per validator, relative"),
        ] {
            match &self.manifest[key] {
                Value::Number(number) if number.is_u64() => {
                    facts.push((words, grouped(number.as_u64().unwrap_or_default())));
                }
                Value::Number(number) => {
                    facts.push((words, percent::setting(number.as_f64().unwrap_or_default())))
                }
                _ => {}
            }
        }
        for (state, count) in self.manifest["states"].as_object().into_iter().flatten() {
            if state != "done"
                && let Some(count) = count.as_u64().filter(|count| *count > 0)
            {
                facts.push(("Points not done", format!("{} {}", grouped(count), visible(state))));
            }
        }
        for (key, words) in [
            ("design", "Design"),
            ("luck", "Random numbers of the points"),
            ("engine", "Engine"),
            ("input", "Audited table"),
            ("stopped_because", "Reason for stopping"),
        ] {
            if let Some(text) = self.manifest[key].as_str() {
                facts.push((words, visible(text)));
            }
        }
        if self.manifest["partial"] == true {
            facts.push(("Interrupted", "yes: the tables cover what had finished".to_owned()));
        }
        html! {
            section aria-labelledby="numbers" {
                h2 id="numbers" { "Key numbers" }
                dl class="key" { @for (words, value) in &facts { dt { (words) } dd { (value) } } }
            }
        }
    }

    fn figures(&self, verdicts: &[(&'static str, String)]) -> Markup {
        let summary = |name: &str| {
            let known: Option<&Entry<_>> = FIGURES.iter().find(|entry| entry.name == name);
            let of_measure = || measure(&name.replace('-', "_")).map(|measure| measure.heading.to_owned());
            let known = known.map(|entry| entry.summary.to_owned());
            known.or_else(of_measure).unwrap_or_else(|| name.replace('-', " "))
        };
        let verdict = verdicts.first().map(|(_, note)| format!(" {}", capitalised(note))).unwrap_or_default();
        html! {
            @if !self.figures.is_empty() {
                section aria-labelledby="figures" {
                    h2 id="figures" { "Figures" }
                    p class="quiet" { "Point at a mark, or touch it, to read its values below the figure." }
                    @for (name, svg) in &self.figures {
                        @let described = visible(&format!("{}.{verdict}", capitalised(&summary(name))));
                        figure {
                            div class="sheet" role="region" aria-label=(format!("Figure {}", visible(name))) tabindex="0" {
                                @if let Some(figure) = inlined(svg, name, &described) { (PreEscaped(figure)) }
                                @else { img alt=(described) src=(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))); }
                            }
                            output { }
                            figcaption { (capitalised(&summary(name))) }
                        }
                    }
                }
            }
        }
    }

    fn tables(&self) -> Markup {
        html! {
            section aria-labelledby="tables" {
                h2 id="tables" { "Tables" }
                p class="quiet" { "Select a column heading to sort by it. All columns are defined in docs/glossary.md of tombola." }
                @for table in self.sheets.par_iter().enumerate().map(|(place, sheet)| sheet.markup(place == 0)).collect::<Vec<Markup>>() { (table) }
            }
        }
    }

    fn methods(&self) -> Markup {
        html! {
            section aria-labelledby="methods" {
                h2 id="methods" { "How it was computed" }
                @for section in self.sections().iter().skip(2) {
                    h3 { (section.heading) }
                    @for text in &section.texts { p { (visible(text)) } }
                    @if !section.points.is_empty() {
                        ul { @for point in &section.points { li { (visible(point)) } } }
                    }
                }
            }
        }
    }

    fn reproduction(&self) -> Markup {
        let scenario = match self.text("scenario") {
            "" => self.text("study"),
            scenario => scenario,
        };
        html! {
            section aria-labelledby="again" {
                h2 id="again" { "Reproduction" }
                @let command = self.manifest["environment"]["command"].as_str().unwrap_or_default();
                @if !self.is_run() && !command.is_empty() {
                    p { "Command that wrote these results:" }
                    pre tabindex="0" aria-label="Command" { (visible_lines(command)) }
                }
                @if !scenario.is_empty() {
                    @if self.is_run() {
                        p { "Resolved scenario, including defaults, as recorded in the manifest. The same seed gives the same bytes in every table; " code { "tombola reproduce" } " runs this folder again and compares." }
                    } @else {
                        p { "Study file, as recorded in the manifest; settings that it does not name have their defaults. The same seed gives the same bytes in every table." }
                    }
                    pre id="scenario" tabindex="0" aria-label="Scenario" { (visible_lines(scenario)) }
                    p { button class="copy" type="button" data-of="scenario" { "Copy the scenario" } }
                }
                details {
                    summary { "Files" }
                    ul { @for (name, hash) in self.files() {
                        li { a href=(name) { (visible(name)) } " " span class="quiet" { "SHA-256 " (hash.as_str().unwrap_or_default()) } }
                    } }
                }
            }
        }
    }
}

/// Said where nothing is concluded.
const NO_VERDICT: &str = "These tables contain no verdict.";

/// The section `[study]` of the scenario that a manifest records, if it has one.
fn study_section(manifest: &Value) -> StudySection {
    let texts = [&manifest["scenario"], &manifest["study"], &manifest["compared"][0]["scenario"]];
    let tables = texts.into_iter().filter_map(|text| text.as_str()?.parse::<toml::Table>().ok());
    let mut sections = tables.filter_map(|table| table.get("study")?.clone().try_into().ok());
    sections.next().unwrap_or_default()
}

/// A sentence that begins with a capital letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The same for text of several lines.
fn visible_lines(text: &str) -> String {
    text.lines().map(|line| visible(line) + "\n").collect()
}
