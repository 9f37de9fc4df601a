//! What a deserialiser objects to, in words that teach.

use super::problem::{UNKNOWN_KEY, shortened};
use crate::registry::nearest;
use std::fmt::Display;

/// What is wrong with a setting, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The setting as a path of keys below what was read. Items of lists have no number in it.
    pub key: String,
    /// What is wrong, as the rest of a sentence that begins with the key.
    pub what: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Explains an error. `given` is the user's own text of the value at fault, where it is known.
    pub fn new(error: &toml::de::Error, given: Option<&str>) -> Self {
        let message = error.message();
        let path = path(error);
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let (first, known) = quoted.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
        if message.starts_with("unknown field ") {
            let help = choices(first, known, "keys");
            return Diagnostic { key: below(&path, first), what: UNKNOWN_KEY.to_owned(), help };
        }
        if message.starts_with("unknown variant ") {
            let help = choices(first, known, "values");
            return Diagnostic { key: path, what: format!("is {first:?}"), help };
        }
        if message.starts_with("missing field ") {
            let help = Some(addition(first));
            return Diagnostic { key: below(&path, first), what: "is missing".to_owned(), help };
        }
        // An enumeration's ways of saying that it wants one of its names.
        if ["wanted string or table", "invalid type: unit variant, expected string only"].contains(&message) {
            let what = given.map_or("is not a name".to_owned(), |given| format!("is {}", shortened(given)));
            return Diagnostic { key: path, what, help: Some("it must be a name in quotes".to_owned()) };
        }
        for start in ["invalid type: ", "invalid value: "] {
            let parts = message.strip_prefix(start).and_then(|rest| rest.rsplit_once(", expected "));
            if let Some((found, expected)) = parts {
                let what = format!("is {}", value(found, given));
                let help = Some(format!("it must be {}", plain(expected, found, &path)));
                return Diagnostic { key: path, what, help };
            }
        }
        let (what, help) = match message.rsplit_once("; ") {
            Some((what, help)) => (what, Some(help.to_owned())),
            None => (message, None),
        };
        // A type's own message may begin with the value as that type understood it.
        let (quoted, what) = match what.starts_with('"').then(|| what.rsplit_once("\" ")).flatten() {
            Some((quoted, rest)) => (Some(format!("{quoted}\"")), rest.to_owned()),
            None => (None, format!("cannot be read: {what}")),
        };
        let what = match given.or(quoted.as_deref()) {
            Some(given) => format!("is {}, which {what}", shortened(given)),
            None => what,
        };
        Diagnostic { key: path, what, help }
    }
}

/// The keys that lead to the error. The library knows them, but tells them only where it shows
/// the error without the text around it.
fn path(error: &toml::de::Error) -> String {
    let mut bare = error.clone();
    bare.set_input(None);
    let shown = bare.to_string();
    let path = shown.trim_end().rsplit_once("\nin `").and_then(|(_, path)| path.strip_suffix('`'));
    path.unwrap_or_default().to_owned()
}

/// A key below a path of keys, which may be empty.
pub fn below(path: &str, key: impl Display) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

/// The valid names, and the one that was probably meant.
fn choices(given: &str, known: &[&str], noun: &str) -> Option<String> {
    if known.is_empty() {
        return Some(format!("there are no {noun} here"));
    }
    let list = known.join(", ");
    Some(match nearest(given, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Valid {noun}: {list}"),
        None => format!("valid {noun}: {list}"),
    })
}

fn addition(missing: &str) -> String {
    match missing {
        "kind" => "add `kind = \"...\"`; `tombola list` says what there is".to_owned(),
        "population" => "add a section [population]; see `tombola list scenarios` for examples".to_owned(),
        _ => format!("add `{missing} = ...`"),
    }
}

/// The value that was found, as the user wrote it where that is known.
fn value(found: &str, given: Option<&str>) -> String {
    let begins_with_digit = |text: &&str| text.starts_with(|first: char| first.is_ascii_digit());
    match found {
        // A date is a table to the deserialiser.
        "map" => given.filter(begins_with_digit).map_or("a table".to_owned(), shortened),
        "sequence" => "a list".to_owned(),
        _ => shortened(given.unwrap_or_else(|| {
            let kinds = ["integer ", "floating point ", "boolean ", "string "];
            let bare = kinds.iter().find_map(|kind| found.strip_prefix(kind)).unwrap_or(found);
            bare.trim_matches('`')
        })),
    }
}

/// What was expected, in words a user knows.
fn plain(expected: &str, found: &str, key: &str) -> String {
    match expected {
        "u64" | "u32" => format!("a whole number from 0 to {}", i64::MAX),
        "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "text in quotes".to_owned(),
        "path string" => "a path in quotes".to_owned(),
        "a sequence" if found == "map" => format!("a list: write [[{key}]], once for each item"),
        "a sequence" => "a list in [ ]".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ScenarioFile;

    /// The diagnostic to a table, of which the user's text is not known.
    fn diagnostic(text: &str) -> (String, String, String) {
        let table: toml::Table = toml::from_str(text).unwrap();
        let error = table.try_into::<ScenarioFile>().unwrap_err();
        let Diagnostic { key, what, help } = Diagnostic::new(&error, None);
        (key, what, help.unwrap_or_default())
    }

    #[test]
    fn keys_are_named_with_their_path_and_the_nearest_valid_one() {
        let (key, what, help) = diagnostic("run.rouns = 1");
        assert_eq!((key.as_str(), what.as_str()), ("run.rouns", "is an unknown key"));
        assert_eq!(
            help,
            "did you mean `rounds`? Valid keys: seed, rounds, trials, engine, checkpoints, rounds_per_year, until"
        );
        let (key, _, help) = diagnostic("run.zzz = 1");
        assert_eq!(key, "run.zzz");
        assert_eq!(help, "valid keys: seed, rounds, trials, engine, checkpoints, rounds_per_year, until");
        let (key, what, help) = diagnostic("run.rounds = 1");
        assert_eq!((key.as_str(), what.as_str()), ("population", "is missing"));
        assert!(help.contains("[population]"), "{help}");
        let (key, what, help) = diagnostic("population.accounts = [ { name = 'a' } ]");
        assert_eq!((key.as_str(), what.as_str()), ("population.accounts.balance", "is missing"));
        assert_eq!(help, "add `balance = ...`");
        let (key, what, _) = diagnostic("population.stake = { shape = 1 }");
        assert_eq!((key.as_str(), what.as_str()), ("population.stake.kind", "is missing"));
    }

    #[test]
    fn values_and_types_are_named_in_plain_words() {
        for (text, key, what, help) in [
            (
                "run.rounds = 'many'",
                "run.rounds",
                "is \"many\"",
                "it must be a whole number from 0 to 9223372036854775807",
            ),
            (
                "run.rounds = -1",
                "run.rounds",
                "is -1",
                "it must be a whole number from 0 to 9223372036854775807",
            ),
            ("run = 5", "run", "is 5", "it must be a section of keys and values"),
            (
                "run.engine = 'ful'",
                "run.engine",
                "is \"ful\"",
                "did you mean `full`? Valid values: full, draws, law, auto",
            ),
            ("run.engine = 7", "run.engine", "is not a name", "it must be a name in quotes"),
            (
                "reward.compound = 1.5",
                "reward.compound",
                "is 1.5",
                "it must be true or false, or a share between 0 and 1 such as \"1/2\"",
            ),
            (
                "behaviours.act = 'offline'",
                "behaviours",
                "is a table",
                "it must be a list: write [[behaviours]], once for each item",
            ),
            ("population.accounts = 5", "population.accounts", "is 5", "it must be a list in [ ]"),
            (
                "analysis.delta = [1]",
                "analysis.delta",
                "is a list",
                "it must be a number such as 0.1, \"1/10\" or \"10 %\"",
            ),
            (
                "attestation.quorum = 'most'",
                "attestation.quorum",
                "is \"most\", which is not a fraction",
                "write it as \"3/4\", as 0.75 or as \"75 %\", with at most 18 digits",
            ),
        ] {
            let found = diagnostic(text);
            assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), (key, what, help), "{text}");
        }
    }
}
