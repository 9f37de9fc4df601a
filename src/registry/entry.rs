//! One member of a family: its name, what it is, where it comes from, how its settings are read.

use super::{Choice, Chosen, nearest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::ops::RangeInclusive;
use thiserror::Error;

/// A thing that was made from its settings, and the settings with every default filled in.
pub type Parsed<T> = (Box<T>, toml::Table);

/// A member of a family of things a scenario can name.
pub struct Entry<T: ?Sized> {
    /// The name in scenario files: lower case, words joined by hyphens.
    pub name: &'static str,
    /// One sentence: what it does.
    pub summary: &'static str,
    /// Where the definition stands: a paper, a specification section, a program.
    pub source: &'static str,
    /// Reads the settings that stand beside `kind`; most entries call [`settings`].
    pub parse: fn(toml::Table) -> Result<Parsed<T>, Refusal>,
}

/// Why settings were refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// The settings do not have the form the member expects: the deserialiser's own error.
    #[error("{}", .0.message())]
    Form(toml::de::Error),
    /// One setting has a value that is not possible.
    #[error("`{key}` {problem}")]
    Value {
        /// The setting at fault.
        key: &'static str,
        /// What is wrong with its value and what is allowed, e.g. "is 7, but must lie between 0 and 1".
        problem: String,
    },
    /// No member of the family has this name.
    #[error("unknown {family} `{given}`{}; known: {}", hint.map(|h| format!("; did you mean `{h}`?")).unwrap_or_default(), known.join(", "))]
    Unknown {
        /// What kind of thing was looked for, e.g. "rule".
        family: &'static str,
        /// The name that was given.
        given: String,
        /// The nearest valid name, if one is near.
        hint: Option<&'static str>,
        /// All valid names.
        known: Vec<&'static str>,
    },
}

/// Reads settings of type `S` (unknown keys refused by `S` itself), checks and boxes them, and
/// returns them also in resolved form, with every default filled in.
pub fn settings<S, T: ?Sized>(
    table: toml::Table,
    accept: fn(S) -> Result<Box<T>, Refusal>,
) -> Result<Parsed<T>, Refusal>
where
    S: DeserializeOwned + Serialize,
{
    let settings: S = table.try_into().map_err(Refusal::Form)?;
    let resolved =
        toml::Table::try_from(&settings).map_err(|error| Refusal::Form(serde::de::Error::custom(error)))?;
    Ok((accept(settings)?, resolved))
}

/// Reads the settings of a member that has none, and makes it.
pub fn no_settings<T: ?Sized>(table: toml::Table, make: fn() -> Box<T>) -> Result<Parsed<T>, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NoSettings {}

    let NoSettings {} = table.try_into().map_err(Refusal::Form)?;
    Ok((make(), toml::Table::new()))
}

/// Refuses a number outside its range, naming the range and its unit (which may be empty).
pub fn within<T: PartialOrd + Display>(
    key: &'static str,
    value: T,
    allowed: RangeInclusive<T>,
    unit: &str,
) -> Result<(), Refusal> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let (least, most) = (allowed.start(), allowed.end());
    let space = if unit.is_empty() { "" } else { " " };
    Err(Refusal::Value {
        key,
        problem: format!("is {value}, but must lie between {least} and {most}{space}{unit}"),
    })
}

/// Looks a choice up in a family and reads its settings.
///
/// # Errors
/// [`Refusal::Unknown`] with the nearest valid name, or whatever the member says of its settings.
pub fn find<T: ?Sized>(
    family: &'static str,
    entries: &'static [Entry<T>],
    choice: &Choice,
) -> Result<Chosen<T>, Refusal> {
    let Some(entry) = entries.iter().find(|entry| entry.name == choice.kind) else {
        return Err(Refusal::Unknown {
            family,
            given: choice.kind.clone(),
            hint: nearest(&choice.kind, entries.iter().map(|entry| entry.name)),
            known: entries.iter().map(|entry| entry.name).collect(),
        });
    };
    let (thing, resolved) = (entry.parse)(choice.settings.clone())?;
    Ok(Chosen { name: entry.name, thing: thing.into(), settings: resolved })
}
