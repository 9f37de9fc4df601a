//! What a report says beside its figures and tables, once for the page, for Markdown and for LaTeX.
//!
//! Headings and order follow what is asked of simulation studies: aims, data-generating mechanism,
//! estimands, methods, performance measures, repetitions, missing runs, software (Morris, White and Crowther,
//! *Statistics in Medicine* 38, 2019; the template of Siepe and others, *Psychological Methods*, 2024).

use super::study_answer::listed;
use super::{Folder, NO_VERDICT, capitalised};
use crate::registry::Entry;
use crate::report::active::visible;
use crate::report::latex::latex;
use crate::report::study_values::level_words;
use crate::scenario::ScenarioFile;
use crate::selection::RULES;
use crate::statistics::level_of;
use crate::statistics::percent;
use crate::statistics::wording::{counted, grouped};
use std::fmt::Write;

/// A section of the text.
pub struct Section {
    /// Its heading.
    pub heading: &'static str,
    /// Its paragraphs.
    pub texts: Vec<String>,
    /// A list after them.
    pub points: Vec<String>,
}

impl Section {
    fn new(heading: &'static str) -> Self {
        Section { heading, texts: Vec::new(), points: Vec::new() }
    }

    fn text(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    fn points(mut self, points: impl IntoIterator<Item = String>) -> Self {
        self.points.extend(points);
        self
    }
}

/// Metrics that are what a run was made for, with what they estimate.
const ESTIMANDS: [(&str, &str); 9] = [
    ("fairness_to_stake", "each validator's probability of winning a round, relative to its share of stake"),
    ("misallocated", "the share of wins that would have to move for win shares to equal stake shares"),
    ("mean_win_share", "the expected share of wins of a trial"),
    ("unfair_probability", "the probability that a trial's share of wins ends outside the tolerance"),
    ("equitability", "the variance of the final share of stake over a(1 - a)"),
    ("income_to_stake", "each validator's share of rewards, relative to its share of stake"),
    ("income_risk", "the probability of earning less than half of the stake's proportional share"),
    ("audit_conclusion", "whether the observed wins are those of the rule"),
    ("robust_from_round", "the round from which on the unfair probability is at most delta"),
];

impl Folder {
    /// The text, in order; first the question, then the verdict.
    pub(super) fn sections(&self) -> Vec<Section> {
        let verdicts = self.verdicts();
        let verdict = Section::new("Verdict")
            .points(verdicts.iter().map(|(heading, note)| format!("{heading}: {}", capitalised(note))));
        let all = [
            Section::new("Question").text(self.question()),
            verdict,
            self.aims(),
            self.mechanism(),
            self.estimands(),
            self.methods_used(),
            self.performance(),
            self.repetitions(),
            self.missing(),
            self.visible_effects(),
            self.software(),
            if self.is_audit() { limits_of_audit() } else { limits() },
        ];
        let mut sections: Vec<Section> = all.into_iter().collect();
        sections.retain(|section| !(section.texts.is_empty() && section.points.is_empty()));
        if sections.get(1).is_none_or(|section| section.heading != "Verdict") {
            sections.insert(1, Section::new("Verdict").text(NO_VERDICT));
        }
        sections
    }

    fn aims(&self) -> Section {
        let rules = self.rule_labels();
        let aim = self.words.aim.clone().unwrap_or_else(|| match (self.sheet("compare"), rules.len()) {
            _ if self.is_audit() => match &rules[..] {
                [] => "To find out whether the observed wins are those that are expected.".to_owned(),
                rules => format!(
                    "To find out whether the observed wins are those expected under the rule {}.",
                    listed(rules)
                ),
            },
            (Some(_), count) => format!(
                "To find out which of the rules {} is {} to these stakes.",
                listed(&rules),
                if count == 2 { "fairer" } else { "the fairest" }
            ),
            (None, 0) => "To find out whether wins and rewards follow the shares of stake.".to_owned(),
            (None, 1) => format!(
                "To find out whether wins and rewards follow the shares of stake under the rule {}.",
                rules[0]
            ),
            _ => format!(
                "To find out how closely wins and rewards follow the shares of stake under the rules {}.",
                listed(&rules)
            ),
        });
        let section = Section::new("Aims").text(aim);
        section.points(self.words.hypotheses.iter().map(|text| format!("Hypothesis: {text}")))
    }

    fn mechanism(&self) -> Section {
        let known: Vec<&Entry<_>> = self
            .rules()
            .iter()
            .filter_map(|name| RULES.iter().find(|entry| entry.name == name.as_str()))
            .collect();
        let mut section = Section::new("Data-generating mechanism");
        if let Some(input) = self.manifest["input"].as_str() {
            section = section.text(format!(
                "The data are the table {input} (SHA-256 {}); nothing was simulated. The wins are compared with those \
                 expected under:",
                self.text("input_sha256")
            ));
        } else {
            let number = |key: &str| self.manifest[key].as_u64();
            let mut text = String::new();
            if let Some(sheet) = self.sheet("validators") {
                let _ = write!(text, "{}. ", counted(sheet.total as u64, "validator"));
            }
            if let (Some(trials), Some(rounds)) = (number("trials"), number("rounds")) {
                let (trials, rounds) = (counted(trials, "trial"), counted(rounds, "round"));
                let _ = write!(text, "{trials} of {rounds} each, seed {}. ", self.manifest["seed"]);
            }
            if let Some(engine) = self.manifest["engine"].as_str() {
                let _ = write!(text, "Engine: {engine}. ");
            }
            if let Some(base) = self.base_of_study() {
                let _ = write!(text, "Base scenario: {base}. ");
            }
            if let Some(points) = number("points") {
                let factors = self.manifest["factors"].as_object().into_iter().flatten();
                let factors: Vec<String> = factors
                    .map(|(key, levels)| {
                        let levels = levels.as_array().into_iter().flatten();
                        let levels: Vec<String> =
                            levels.filter_map(|level| Some(level_words(level.as_str()?))).collect();
                        format!("{key} ({})", levels.join(", "))
                    })
                    .collect();
                let (points, design) = (counted(points, "point"), self.text("design"));
                let _ = write!(text, "{points} (design: {design}); factors: {}. ", factors.join("; "));
            }
            text += if self.is_run() { "The resolved scenario gives every setting. " } else { "" };
            text += if known.len() == 1 { "Selection rule:" } else { "Selection rules:" };
            section = section.text(text);
        }
        section.points(known.into_iter().map(|entry| {
            format!("{}: {}. Source: {}.", entry.name, capitalised(entry.summary), entry.source)
        }))
    }

    fn estimands(&self) -> Section {
        let has = |metric: &str| {
            let of_run = self.sheet("fairness");
            of_run.is_some_and(|sheet| sheet.rows.iter().any(|row| sheet.cell(row, "metric") == metric))
                || self.answer.as_ref().is_some_and(|answer| answer.has(metric))
        };
        let points = ESTIMANDS.iter().filter(|(metric, _)| has(metric));
        let compared = self
            .sheet("compare")
            .map(|_| "the differences between rules of every measure, paired by trial".to_owned());
        let words = |metric: &str, words: &str| match metric {
            "misallocated" if self.is_audit() => {
                "the share of wins that would have to move for win shares to equal the expected shares"
                    .to_owned()
            }
            _ => words.to_owned(),
        };
        Section::new("Estimands").points(
            points.map(|(metric, known)| format!("{metric}: {}", words(metric, known))).chain(compared),
        )
    }

    fn methods_used(&self) -> Section {
        let mut families: Vec<(String, usize)> = Vec::new();
        let mut methods: Vec<String> = Vec::new();
        for sheet in ["fairness", "compare", "batch"].into_iter().filter_map(|name| self.sheet(name)) {
            for row in &sheet.rows {
                let family = sheet.cell(row, "family");
                if !family.is_empty() && !sheet.cell(row, "p").is_empty() {
                    match families.iter_mut().find(|(name, _)| name == family) {
                        Some((_, count)) => *count += 1,
                        None => families.push((family.to_owned(), 1)),
                    }
                }
                let method = capitalised(sheet.cell(row, "method"));
                if !method.is_empty() && !methods.contains(&method) {
                    methods.push(method);
                }
            }
        }
        let mut section = Section::new("Methods");
        if let Some(confidence) = self.manifest["confidence"].as_f64().or_else(|| self.setting("confidence"))
        {
            section = section.text(format!(
                "Confidence level of intervals: {}. Significance level of tests: {}.",
                percent::setting(confidence),
                percent::setting(level_of(confidence))
            ));
        }
        let families = families.into_iter().map(|(family, count)| {
            let tests = counted(count as u64, "test");
            let corrected = if count == 1 { "" } else { ", corrected for multiplicity" };
            format!("Family {family}: {tests}{corrected}")
        });
        section.points(methods.into_iter().chain(families))
    }

    fn performance(&self) -> Section {
        let sheets = ["fairness", "batch"].into_iter().filter_map(|name| self.sheet(name));
        let with_error: u64 = sheets.map(|sheet| sheet.filled("se")).sum();
        if with_error == 0 {
            return Section::new("Performance measures");
        }
        Section::new("Performance measures").text(format!(
            "The column se gives the Monte Carlo standard errors of {}: S/√n for a mean over n trials, √(p(1 - p)/n) \
             for a proportion. All formulas are in docs/statistics.md.",
            counted(with_error, "estimate")
        ))
    }

    fn repetitions(&self) -> Section {
        let section = Section::new("Number of repetitions");
        let number = |key: &str| self.manifest[key].as_u64();
        match (number("trials"), self.manifest["stopped_because"].as_str()) {
            (Some(_), Some("precision-reached")) => section.text(
                "Trials were run until the required precision was reached; intervals are confidence sequences, which \
                 remain valid under this stopping rule.",
            ),
            (Some(_), Some(_)) => section.text(
                "Trials were to be run until a required precision was reached; the maximum number of trials came first. \
                 Intervals are confidence sequences, which remain valid under this stopping rule.",
            ),
            (Some(trials), None) => {
                let of_study = number("points").is_some().then(|| self.trials_of_study());
                let repeated = of_study.as_ref().and_then(|(each, _)| *each).is_some();
                let count = of_study.map_or_else(|| counted(trials, "trial"), |(_, words)| words);
                // Where the points have different numbers of trials, a precision may have ended them.
                let fixed = if number("points").is_none() || repeated { ", fixed in advance" } else { "" };
                let below = match self.visible_effects().points.is_empty() {
                    true => "",
                    false => " Minimum detectable effects, where known, are given below.",
                };
                section.text(format!(
                    "{count}{fixed}.{below} `tombola plan` computes the number that another aim needs."
                ))
            }
            _ => section,
        }
    }

    /// The scenario that the points of a study differ from, in words.
    fn base_of_study(&self) -> Option<String> {
        self.manifest["points"].as_u64()?;
        let text = self.text("study");
        let table: toml::Table = text.parse().ok()?;
        let file: ScenarioFile = toml::from_str(text).ok()?;
        let varies = |key: &str| {
            let factors = self.manifest["factors"].as_object();
            factors.is_some_and(|factors| {
                factors.keys().any(|factor| factor == key || factor.starts_with(&format!("{key}.")))
            })
        };
        let fixed = |key: &str, words: String| if varies(key) { format!("{words} (varied)") } else { words };
        let mut parts = Vec::new();
        let population = table.get("population").and_then(|value| value.as_table());
        for (key, value) in population.into_iter().flatten() {
            let words = match value {
                toml::Value::Array(list) => counted(list.len() as u64, "entry"),
                toml::Value::Integer(number) if *number >= 0 => grouped(number.unsigned_abs()),
                toml::Value::String(text) => text.clone(),
                other => level_words(&other.to_string()),
            };
            parts.push(fixed(&format!("population.{key}"), format!("population.{key} {words}")));
        }
        let run = &file.run;
        parts.push(fixed("run.rounds", counted(run.rounds, "round")));
        match self.trials_of_study().0 {
            Some(each) => parts.push(format!("{} per point", counted(each, "trial"))),
            None => parts.push(fixed("run.trials", format!("{} per point", counted(run.trials, "trial")))),
        }
        parts.push(fixed("run.seed", format!("seed {}", run.seed.0)));
        parts.push(fixed("run.engine", format!("engine {}", run.engine)));
        let tolerance = percent::setting(file.analysis.tolerance);
        parts.push(fixed("analysis.tolerance", format!("tolerance {tolerance} of the stake's share")));
        let options = self.manifest["options"].as_array().into_iter().flatten();
        let options: Vec<&str> = options.filter_map(|option| option.as_str()).collect();
        if !options.is_empty() {
            parts.push(format!("with the options {}", options.join(" ")));
        }
        Some(parts.join(", "))
    }

    fn missing(&self) -> Section {
        let section = Section::new("Missing and failed runs");
        let number = |key: &str| self.manifest[key].as_u64();
        if let Some(states) = self.manifest["states"].as_object() {
            let states: Vec<String> =
                states.iter().map(|(state, count)| format!("{count} {state}")).collect();
            return section.text(format!("Points: {}.", states.join(", ")));
        }
        match (number("trials"), number("trials_finished")) {
            (Some(asked), Some(finished)) if finished < asked && self.manifest["partial"] == true => section
                .text(format!(
                    "The run was interrupted: {} of {} had finished; the tables cover these only.",
                    grouped(finished),
                    counted(asked, "trial")
                )),
            (Some(_), Some(_)) => section.text("None: every trial finished."),
            _ => section,
        }
    }

    fn visible_effects(&self) -> Section {
        let mut effects = Vec::new();
        if let Some(sheet) = self.sheet("fairness") {
            for row in &sheet.rows {
                if sheet.cell(row, "metric") == "minimum_detectable_effect" {
                    let effect = sheet.cell(row, "value").parse().map(percent::short).unwrap_or_default();
                    effects.push(format!(
                        "{}: {effect}; {}",
                        sheet.cell(row, "subject"),
                        sheet.cell(row, "note")
                    ));
                }
            }
        }
        Section::new("Minimum detectable effects").points(effects)
    }

    fn software(&self) -> Section {
        if self.is_audit() {
            return Section::new("Software and reproducibility").text(format!(
                "tombola {}. The same table and settings give the same bytes in every table of results on any number of \
                 threads. manifest.json records the SHA-256 of the input and of each file, the settings and the run \
                 time.",
                self.text("version")
            ));
        }
        let text = format!(
            "tombola {}. The same scenario and seed give the same bytes in every table on any number of threads. \
             manifest.json records the SHA-256 of each file, the run time and the number of threads{}.",
            self.text("version"),
            if self.is_run() { "; `tombola reproduce` runs the folder again and compares" } else { "" }
        );
        Section::new("Software and reproducibility").text(text)
    }

    /// A setting of `[analysis]` in the recorded scenario.
    fn setting(&self, key: &str) -> Option<f64> {
        let compared = self.manifest["compared"][0]["scenario"].as_str().unwrap_or_default();
        let texts = [self.text("scenario"), compared, self.text("study")];
        let tables = texts.into_iter().filter_map(|text| text.parse::<toml::Table>().ok());
        tables.filter_map(|table| table.get("analysis")?.get(key)?.as_float()).next()
    }

    /// The text in Markdown.
    pub(super) fn markdown(&self, sections: &[Section]) -> String {
        let mut text = format!("# {}\n\n", plain(self.title()));
        if !self.words.authors.is_empty() {
            let _ = writeln!(text, "{}\n", plain(&self.words.authors.join(", ")));
        }
        let _ = writeln!(text, "{}\n", plain(&self.subtitle()));
        for section in sections {
            let _ = writeln!(text, "## {}\n", section.heading);
            for paragraph in &section.texts {
                let _ = writeln!(text, "{}\n", plain(paragraph));
            }
            for point in &section.points {
                let _ = writeln!(text, "- {}", plain(point));
            }
            if !section.points.is_empty() {
                text.push('\n');
            }
        }
        if self.has_figure_files {
            text += "## Figures\n\n";
            for (name, _) in &self.figures {
                let _ = writeln!(text, "![{}](figures/{name}.svg)\n", name.replace('-', " "));
            }
        }
        text
    }

    /// The text for LaTeX: a document of its own, or with `\def\tombolapart{}` before it a part of another.
    pub(super) fn latex(&self, sections: &[Section]) -> String {
        let mut text = String::from(
            "% Compiles as it is; to \\input it into a paper, write \\def\\tombolapart{} before.\n\
             \\ifdefined\\tombolapart\\else\n\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\
             \\usepackage[utf8]{inputenc}\n\\usepackage{textcomp}\n\\begin{document}\n\\fi\n",
        );
        let _ = writeln!(text, "\\section*{{{}}}", latex(self.title()));
        if !self.words.authors.is_empty() {
            let _ = writeln!(text, "{}\n", latex(&self.words.authors.join(", ")));
        }
        let _ = writeln!(text, "{}\n", latex(&self.subtitle()));
        for section in sections {
            let _ = writeln!(text, "\\subsection*{{{}}}", latex(section.heading));
            for paragraph in &section.texts {
                let _ = writeln!(text, "{}\n", latex(paragraph));
            }
            if !section.points.is_empty() {
                text += "\\begin{itemize}\n";
                for point in &section.points {
                    let _ = writeln!(text, "  \\item {}", latex(point));
                }
                text += "\\end{itemize}\n";
            }
        }
        text + "\\ifdefined\\tombolapart\\else\n\\end{document}\n\\fi\n"
    }
}

const PRIMARY: &str = "The primary family of tests answers the question asked; exploratory tests only suggest further questions.";
const P_VALUES: &str =
    "A p-value measures how well chance explains the counts. It does not show why they differ.";

fn limits_of_audit() -> Section {
    Section::new("Limits").points(
        [
            "The rounds are taken to be independent draws and the stakes constant over the period; missed slots are not \
             in the table.",
            PRIMARY,
            P_VALUES,
        ]
        .map(str::to_owned),
    )
}

fn limits() -> Section {
    let intervals = format!("Confidence intervals over rounds are pointwise. {PRIMARY}");
    Section::new("Limits").points(
        [
            "All nodes share one view of the chain: there are no forks, and the network can only delay or lose blocks \
             sent to attestors.",
            intervals.as_str(),
            P_VALUES,
        ]
        .map(str::to_owned),
    )
}

/// Text on one line in which nothing is markup of Markdown and nothing is active.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in visible(&text.replace(['\n', '\r', '\t'], " ")).chars() {
        if matches!(c, '\\' | '*' | '_' | '#' | '<' | '>' | '[' | ']' | '|') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(plain("a_b *c* <script>\n|"), "a\\_b \\*c\\* \\<script\\> \\|");
    }
}
