//! A page that shows a folder of results to others: one HTML file, nothing loaded from elsewhere.

mod sheet;

use crate::registry::Entry;
use crate::report::figures::FIGURES;
use crate::report::{is_active, listed_file, read_manifest};
use crate::selection::RULES;
use crate::statistics::wording::grouped;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sheet::Sheet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
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
}

/// The page of a folder of results, from its manifest, its tables and its figures alone.
///
/// # Errors
/// If the folder has no manifest of this program, or a file of it cannot be read.
pub fn page(folder: &Path) -> Result<String, PageError> {
    let results = Folder::read(folder)?;
    Ok(results.page().into_string())
}

/// What was read of a folder.
struct Folder {
    manifest: Value,
    sheets: Vec<Sheet>,
    /// Names and SVG texts.
    figures: Vec<(String, String)>,
}

impl Folder {
    fn read(folder: &Path) -> Result<Self, PageError> {
        let path = folder.join("manifest.json");
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| PageError::Unreadable { path, source }
        };
        let text = read_manifest(folder).map_err(|_| PageError::NoRecord(path.clone()))?;
        let manifest: Value = serde_json::from_str(&text).map_err(|_| PageError::NoRecord(path.clone()))?;
        if manifest["program"] != env!("CARGO_PKG_NAME") {
            return Err(PageError::NoRecord(path));
        }
        let (mut sheets, mut figures) = (Vec::new(), Vec::new());
        for name in manifest["files"].as_object().into_iter().flat_map(|files| files.keys()) {
            // A file that was taken away since is not shown, nor one from elsewhere.
            let Some(path) = listed_file(folder, name) else { continue };
            if let Some(table) = name.strip_suffix(".csv") {
                sheets.push(Sheet::read(table, &path).map_err(unreadable(&path))?);
            } else if let Some(figure) =
                name.strip_prefix("figures/").and_then(|name| name.strip_suffix(".svg"))
            {
                figures.push((figure.to_owned(), fs::read_to_string(&path).map_err(unreadable(&path))?));
            }
        }
        // Figures in the order in which the program lists them; those of comparisons after them.
        figures.sort_by_key(|(name, _): &(String, String)| {
            FIGURES.iter().position(|entry| entry.name == name).unwrap_or(FIGURES.len())
        });
        // The tables that answer the question stand first.
        let first = ["validators", "audit", "compare", "fairness", "incomes"];
        sheets.sort_by_key(|sheet| first.iter().position(|name| *name == sheet.name).unwrap_or(first.len()));
        Ok(Folder { manifest, sheets, figures })
    }

    fn text(&self, key: &str) -> &str {
        self.manifest[key].as_str().unwrap_or_default()
    }

    fn sheet(&self, name: &str) -> Option<&Sheet> {
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
            let percent = |column| number(column).map(sheet::percent).unwrap_or_else(|| "unknown".to_owned());
            let note = format!(
                "{decision}: {} of the wins went to others than the shares of stake say (interval {} to {}; margin {})",
                percent("value"),
                percent("low"),
                percent("high"),
                percent("null_value"),
            );
            verdicts.insert(1.min(verdicts.len()), ("As a whole", note));
        }
        if let Some(sheet) = self.sheet("compare") {
            let count = |verdicts: &[&str]| {
                let differences = sheet.rows.iter().filter(|row| sheet.cell(row, "kind") == "difference");
                differences.filter(|row| verdicts.contains(&sheet.cell(row, "verdict"))).count()
            };
            let (shown, alike, open) =
                (count(&["lower", "higher"]), count(&["identical"]), count(&["undecided"]));
            verdicts.push((
                "Comparison",
                format!(
                    "of the differences between two rules, over all measures, {shown} are shown, {alike} are exactly zero and {open} are undecided; the table `compare` has each"
                ),
            ));
        }
        verdicts
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
        rules.extend(kind(&self.manifest["rule"]));
        rules.dedup();
        rules
    }

    fn page(&self) -> Markup {
        let name = self.text("name");
        let verdicts = self.verdicts();
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
                    title { (visible(name)) " - tombola" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(include_str!("style.css"))) }
                }
                body {
                    header {
                        h1 { (visible(name)) }
                        p class="quiet" { (self.subtitle()) }
                    }
                    main {
                        section aria-labelledby="verdict" {
                            h2 id="verdict" { "Verdict" }
                            @if verdicts.is_empty() { p { "These tables hold no verdict." } }
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

    fn subtitle(&self) -> String {
        let rules = self.rules();
        let mut parts = vec![match rules.len() {
            0 => "no rule is named".to_owned(),
            1 => format!("rule {}", rules[0]),
            _ => format!("rules {}", rules.join(", ")),
        }];
        let number = |key: &str| self.manifest[key].as_u64().map(grouped);
        if let (Some(trials), Some(rounds)) =
            (number("trials_finished").or_else(|| number("trials")), number("rounds"))
        {
            parts.push(format!("{trials} trials of {rounds} rounds"));
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
        for (key, words) in [
            ("rounds", "Rounds of each trial"),
            ("trials", "Trials asked for"),
            ("trials_finished", "Trials finished"),
            ("confidence", "Confidence"),
            ("tolerance", "Margin of a validator, relative"),
        ] {
            match &self.manifest[key] {
                Value::Number(number) if number.is_u64() => {
                    facts.push((words, grouped(number.as_u64().unwrap_or_default())));
                }
                Value::Number(number) => {
                    facts.push((words, sheet::percent(number.as_f64().unwrap_or_default())))
                }
                _ => {}
            }
        }
        for (key, words) in
            [("engine", "Engine"), ("input", "Table that was audited"), ("stopped_because", "Ended because")]
        {
            if let Some(text) = self.manifest[key].as_str() {
                facts.push((words, visible(text)));
            }
        }
        if self.manifest["partial"] == true {
            facts.push(("Interrupted", "yes: the tables are about the trials that had finished".to_owned()));
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
            known.map_or_else(|| name.replace('-', " "), |entry| entry.summary.to_owned())
        };
        let verdict = verdicts.first().map(|(_, note)| format!(" {}", capitalised(note))).unwrap_or_default();
        html! {
            @if !self.figures.is_empty() {
                section aria-labelledby="figures" {
                    h2 id="figures" { "Figures" }
                    @for (name, svg) in &self.figures {
                        figure {
                            img alt=(visible(&format!("{}.{verdict}", capitalised(&summary(name)))))
                                src=(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)));
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
                p class="quiet" { "Press a column's name to sort by it. Every column is defined in docs/scenario.md and docs/glossary.md of the program." }
                @for (place, sheet) in self.sheets.iter().enumerate() { (sheet.markup(place == 0)) }
            }
        }
    }

    fn methods(&self) -> Markup {
        let known: Vec<&Entry<_>> = self
            .rules()
            .iter()
            .filter_map(|name| RULES.iter().find(|entry| entry.name == name.as_str()))
            .collect();
        let mut families: Vec<(String, usize)> = Vec::new();
        let mut methods: Vec<String> = Vec::new();
        let mut visible_effects: Vec<String> = Vec::new();
        if let Some(sheet) = self.sheet("fairness") {
            for row in &sheet.rows {
                let family = sheet.cell(row, "family");
                if !family.is_empty() && !sheet.cell(row, "p").is_empty() {
                    match families.iter_mut().find(|(name, _)| name == family) {
                        Some((_, count)) => *count += 1,
                        None => families.push((family.to_owned(), 1)),
                    }
                }
                let method = sheet.cell(row, "method").to_owned();
                if !method.is_empty() && !methods.contains(&method) {
                    methods.push(method);
                }
                if sheet.cell(row, "metric") == "minimum_detectable_effect" {
                    let effect = sheet.cell(row, "value").parse().map(sheet::percent).unwrap_or_default();
                    visible_effects.push(format!(
                        "{}: {effect}; {}",
                        sheet.cell(row, "subject"),
                        sheet.cell(row, "note")
                    ));
                }
            }
        }
        html! {
            section aria-labelledby="methods" {
                h2 id="methods" { "How it was computed" }
                @for entry in known {
                    h3 { "Rule " code { (entry.name) } }
                    p { (capitalised(entry.summary)) ". Source: " (entry.source) "." }
                }
                @if !methods.is_empty() {
                    h3 { "Tests and intervals" }
                    ul { @for method in &methods { li { (visible(method)) } } }
                }
                @if !families.is_empty() {
                    h3 { "Families of tests" }
                    ul { @for (family, count) in &families { li { (visible(family)) ": " (count) @if *count == 1 { " test" } @else { " tests" } ", corrected together" } } }
                }
                @if !visible_effects.is_empty() {
                    h3 { "What could have been seen" }
                    ul { @for effect in &visible_effects { li { (visible(effect)) } } }
                }
                h3 { "Limits" }
                ul {
                    li { "All nodes share one view of the chain: there are no forks, and the network only delays or loses blocks on their way to attestors." }
                    li { "Intervals of the time line are pointwise. Exploratory tests suggest questions; the primary family answers the one that was asked." }
                    li { "A p-value tells how well chance explains the counts. It does not tell why they differ." }
                }
            }
        }
    }

    fn reproduction(&self) -> Markup {
        let scenario = self.text("scenario");
        html! {
            section aria-labelledby="again" {
                h2 id="again" { "Reproduce it" }
                @if !scenario.is_empty() {
                    p { "The scenario, with every default, as the manifest records it; the same seed gives the same bytes in every table. " code { "tombola reproduce" } " with this folder runs it again and compares." }
                    pre id="scenario" tabindex="0" aria-label="Scenario" { (visible_lines(scenario)) }
                    p { button class="copy" type="button" data-of="scenario" { "Copy the scenario" } }
                }
                details {
                    summary { "Files" }
                    ul { @for (name, hash) in self.manifest["files"].as_object().into_iter().flatten() {
                        li { a href=(name) { (visible(name)) } " " span class="quiet" { "SHA-256 " (hash.as_str().unwrap_or_default()) } }
                    } }
                }
            }
        }
    }
}

/// A sentence that begins with a capital letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Text in which nothing turns the direction of what follows and nothing is invisible.
fn visible(text: &str) -> String {
    text.chars().map(|c| if is_active(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// The same for text of several lines.
fn visible_lines(text: &str) -> String {
    text.lines().map(|line| visible(line) + "\n").collect()
}
