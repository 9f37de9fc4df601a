//! A scenario's text, and where each key stands in it.

use super::diagnostic::{Diagnostic, below};
use super::problem::{Place, Problem, shortened};
use crate::import::vanishes;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// A scenario file's text, its path, and the place of every key.
pub struct Document {
    path: PathBuf,
    text: String,
    /// In the order of the text.
    entries: Vec<Entry>,
}

/// A key, or an item of a list, and its value.
struct Entry {
    /// The path of keys, with the number of each item in brackets.
    path: String,
    /// The bytes of the key; of an item, those of its value.
    key: Range<usize>,
    value: Range<usize>,
    /// What must be done if it is a number that cannot be held.
    remedy: Option<String>,
}

impl Entry {
    fn holds(&self, span: &Range<usize>) -> bool {
        let within = |outer: &Range<usize>| outer.start <= span.start && span.end <= outer.end;
        within(&self.key) || within(&self.value)
    }

    /// The path without the numbers of items.
    fn unnumbered(&self) -> String {
        let mut outside = true;
        let mut keep = |c: char| {
            outside = if outside { c != '[' } else { c == ']' };
            outside && c != ']'
        };
        self.path.chars().filter(|&c| keep(c)).collect()
    }
}

impl Document {
    /// Reads the text.
    ///
    /// # Errors
    /// If it is not TOML, or holds a number too large or too near to 0: where, and why.
    pub fn parse(path: &Path, text: String) -> Result<Self, Problem> {
        let mut document = Document { path: path.to_owned(), text, entries: Vec::new() };
        let mut entries = Vec::new();
        match DeTable::parse(&document.text) {
            Ok(table) => collect_table("", table.get_ref(), &mut entries),
            Err(error) => {
                let what = format!("this is not TOML: {}", error.message());
                let help = "see https://toml.io for the format, and `tombola list scenarios` for examples";
                return Err(Problem {
                    place: document.place_of(error.span()),
                    key: String::new(),
                    what,
                    help: Some(help.to_owned()),
                });
            }
        }
        document.entries = entries;
        match document.entries.iter().find(|entry| entry.remedy.is_some()) {
            None => Ok(document),
            Some(entry) => Err(Problem {
                place: document.place_of(Some(entry.value.clone())),
                key: entry.path.clone(),
                what: format!("is {}", shortened(&document.text[entry.value.clone()])),
                help: entry.remedy.clone(),
            }),
        }
    }

    /// Reads the text as a value; unknown keys and wrong types are problems with a place.
    ///
    /// # Errors
    /// The first problem.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        toml::from_str(&self.text).map_err(|error| {
            let span = error.span();
            let given = span.clone().and_then(|span| self.text.get(span));
            let Diagnostic { key, what, help } = Diagnostic::new(&error, given);
            let key = self.numbered(&key, span.as_ref());
            let there = self.entries.iter().any(|entry| entry.path == key);
            let place = if there { self.place_of(span) } else { self.place(&key) };
            Problem { place, key, what, help }
        })
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a key stands: its own place, or that of the nearest key above it, or the file.
    pub fn place(&self, key: &str) -> Place {
        let mut wanted = key;
        loop {
            if let Some(entry) = self.entry(wanted) {
                return self.place_of(Some(entry.key.clone()));
            }
            match wanted.rfind(['.', '[']) {
                Some(end) => wanted = &wanted[..end],
                None => return Place::File(self.path.clone()),
            }
        }
    }

    /// What the user wrote as the value of a key.
    pub fn given(&self, key: &str) -> Option<&str> {
        self.entry(key).and_then(|entry| self.text.get(entry.value.clone()))
    }

    fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// A path of keys with the numbers of items, which a deserialiser leaves out: of the innermost
    /// entry that has this path and holds the span. A key that is missing is looked for above it.
    fn numbered(&self, key: &str, span: Option<&Range<usize>>) -> String {
        let holders = self.entries.iter().filter(|entry| span.is_none_or(|span| entry.holds(span)));
        // An item stands behind the list that it is in, and may be as long.
        let innermost =
            holders.rev().filter(|entry| entry.unnumbered() == key).min_by_key(|entry| entry.value.len());
        match (innermost, key.rsplit_once('.')) {
            (Some(entry), _) => entry.path.clone(),
            (None, Some((above, last))) => below(&self.numbered(above, span), last),
            (None, None) => key.to_owned(),
        }
    }

    fn place_of(&self, span: Option<Range<usize>>) -> Place {
        match span {
            Some(span) => Place::in_text(&self.path, &self.text, span.start),
            None => Place::File(self.path.clone()),
        }
    }
}

fn collect_table(prefix: &str, table: &DeTable, entries: &mut Vec<Entry>) {
    for (key, value) in table.iter() {
        collect_value(below(prefix, key.get_ref()), key.span(), value.get_ref(), value.span(), entries);
    }
}

fn collect_value(
    path: String,
    key: Range<usize>,
    value: &DeValue,
    span: Range<usize>,
    entries: &mut Vec<Entry>,
) {
    entries.push(Entry { path: path.clone(), key, value: span, remedy: remedy(value) });
    match value {
        DeValue::Table(table) => collect_table(&path, table, entries),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_value(format!("{path}[{index}]"), item.span(), item.get_ref(), item.span(), entries);
            }
        }
        _ => {}
    }
}

/// What must be done if a value is a number that cannot be held.
fn remedy(value: &DeValue) -> Option<String> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .is_err()
            .then(|| format!("whole numbers end at {}; only a seed may be larger, in quotes", i64::MAX)),
        DeValue::Float(number) => {
            let is_lost = number.as_str().parse().is_ok_and(|read| vanishes(number.as_str(), read));
            is_lost.then(|| {
                "it is so near to 0 that it would become 0; write 0, or at least 2.3e-308".to_owned()
            })
        }
        _ => None,
    }
}

/// Why a text of TOML holds a number that cannot be held, if it does.
pub fn lost_number(text: &str) -> Option<String> {
    let mut entries = Vec::new();
    collect_table("", DeTable::parse(text).ok()?.get_ref(), &mut entries);
    entries.into_iter().find_map(|entry| entry.remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ScenarioFile;

    fn message(text: &str) -> String {
        let path = Path::new("s.toml");
        let read = Document::parse(path, text.to_owned()).and_then(|it| it.read::<ScenarioFile>());
        read.unwrap_err().to_string().lines().next().unwrap().to_owned()
    }

    #[test]
    fn problems_are_found_where_they_stand() {
        for (text, expected) in [
            ("[run]\nrouns = 1", "s.toml:2:1: `run.rouns` is an unknown key"),
            ("[run]\nrounds = 'x'", "s.toml:2:10: `run.rounds` is 'x'"),
            ("[run]\nrounds = -1_0", "s.toml:2:10: `run.rounds` is -1_0"),
            ("[run]\nrounds = 9223372036854775808", "s.toml:2:10: `run.rounds` is 9223372036854775808"),
            ("[network]\nloss = 1e-400", "s.toml:2:8: `network.loss` is 1e-400"),
            ("[run]\nengine = 7", "s.toml:2:10: `run.engine` is 7"),
            ("[run]\nrounds = 1979-05-27", "s.toml:2:10: `run.rounds` is 1979-05-27"),
            (
                "[attestation]\nquorum = 1e30",
                "s.toml:2:10: `attestation.quorum` is 1e30, which is not a fraction",
            ),
            ("[run]\nrounds = {}", "s.toml:2:10: `run.rounds` is a table"),
            ("[run]\n", "s.toml: `population` is missing"),
            ("", "s.toml: `population` is missing"),
            (
                "[population]\naccounts = [\n {name='a',balance=1},\n {name='b'}]",
                "s.toml:4:2: `population.accounts[1].balance` is missing",
            ),
            (
                "[[population.accounts]]\nname='a'\nbalance=1\n[[population.accounts]]\nname='b'",
                "s.toml:4:1: `population.accounts[1].balance` is missing",
            ),
            (
                "[population]\naccounts = [ {name='a',balance=1}, {name='b',balence=2} ]",
                "s.toml:2:46: `population.accounts[1].balence` is an unknown key",
            ),
            ("[population]\naccounts = ['a', 'b']", "s.toml:2:13: `population.accounts[0]` is 'a'"),
            ("[population]\nstake = {shape=1}", "s.toml:2:1: `population.stake.kind` is missing"),
            ("[population]\nstake = {kind=7}", "s.toml:2:15: `population.stake.kind` is 7"),
            ("[population]\n[report]\nformats=['svg','gif']", "s.toml:3:16: `report.formats[1]` is \"gif\""),
            ("[[behaviours]]\nshare=1", "s.toml:1:1: `behaviours[0].act` is missing"),
            ("[[behaviours]]\nact='x'\n[[behaviours]]\n", "s.toml:3:1: `behaviours[1].act` is missing"),
        ] {
            assert_eq!(message(text), expected);
        }
    }
}
