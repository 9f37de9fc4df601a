//! An entry of the gallery: what was published, and how it is computed again.

use super::estimand::{ESTIMANDS, Estimand};
use crate::registry::{Chosen, find};
use crate::scenario::{Choice, Place, Problem, papers};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A published result that was read.
pub struct PublishedResult {
    /// The entry's name: that of its file, without the ending.
    pub name: String,
    /// Where the file is, for messages and for relative paths in its scenario.
    pub path: PathBuf,
    /// The file's text.
    pub text: String,
    /// Whether it holds a scenario.
    pub has_scenario: bool,
    /// What was published.
    pub published: PublishedSection,
    /// What it is a value of.
    pub estimand: Chosen<dyn Estimand>,
}

/// The section `[published]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedSection {
    /// What it is, in a sentence.
    pub result: String,
    /// The heading of the page under which it stands.
    pub topic: String,
    /// Where it was published.
    pub source: String,
    /// Whether the source prints the number, or a formula that was evaluated apart from this program.
    pub given: Given,
    /// The number.
    pub value: f64,
    /// How far the exact value may be from it: half a unit of its last digit, or what its source allows.
    pub tolerance: f64,
    /// If the publication is in error: why.
    #[serde(default)]
    pub error: Option<String>,
    /// Why there is no simulation, where there is none.
    #[serde(default)]
    pub not_simulated: Option<String>,
    /// What is estimated.
    pub estimand: Choice,
}

/// What the source has.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Given {
    /// The number itself.
    Number,
    /// A formula.
    Formula,
}

impl Given {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Given::Number => "number",
            Given::Formula => "formula",
        }
    }
}

#[derive(Deserialize)]
struct File {
    published: PublishedSection,
}

/// Reads an entry.
///
/// # Errors
/// If `[published]` is missing, has an unknown key or a value that is not possible.
pub fn published_result(path: &Path, text: &str) -> Result<PublishedResult, Problem> {
    let refuse = |what: String, help: &str| Problem::file(path, what, help);
    let table: toml::Table = toml::from_str(text)
        .map_err(|error| refuse(error.message().to_owned(), "an entry of the gallery is a TOML file"))?;
    let File { published } = toml::from_str(text).map_err(|error| {
        refuse(
            error.message().to_owned(),
            "`[published]` needs result, topic, source, given, value, tolerance and estimand; \
             scenarios/papers has examples",
        )
    })?;
    if !(published.value.is_finite() && published.tolerance >= 0.0 && published.tolerance.is_finite()) {
        return Err(refuse(
            format!("`value` is {} and `tolerance` is {}", published.value, published.tolerance),
            "both must be finite, and the tolerance at least 0",
        ));
    }
    let estimand = find("estimand", ESTIMANDS, &published.estimand).map_err(|refusal| Problem {
        place: Place::File(path.to_owned()),
        key: "published.estimand".to_owned(),
        what: refusal.to_string(),
        help: None,
    })?;
    let has_scenario = table.contains_key("population");
    if estimand.thing.needs_scenario() && !has_scenario {
        return Err(refuse(
            format!("the estimand `{}` is about a scenario, and the file has none", estimand.name),
            "add [population] and what else the scenario needs",
        ));
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(PublishedResult {
        name,
        path: path.to_owned(),
        text: text.to_owned(),
        has_scenario,
        published,
        estimand,
    })
}

/// All entries that come along, in the order of their names.
///
/// # Errors
/// As [`published_result`].
pub fn published_results() -> Result<Vec<PublishedResult>, Problem> {
    papers().iter().map(|paper| published_result(Path::new(&paper.path), paper.text)).collect()
}
