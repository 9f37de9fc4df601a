//! A scenario's text, and where each key stands in it.

use super::problem::{Place, Problem};
use super::unknown::teach;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// A scenario file's text, its path, and the place of every key.
pub struct Document {
    path: PathBuf,
    text: String,
    /// Every key as a path, with the bytes of the key and of its value, in the order of the text.
    places: Vec<(String, Range<usize>, Range<usize>)>,
}

impl Document {
    /// Reads the text.
    ///
    /// # Errors
    /// If it is not TOML: where, and why.
    pub fn parse(path: &Path, text: String) -> Result<Self, Problem> {
        let mut document = Document { path: path.to_owned(), text, places: Vec::new() };
        let mut places = Vec::new();
        match DeTable::parse(&document.text) {
            Ok(table) => collect_table("", table.get_ref(), &mut places),
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
        document.places = places;
        Ok(document)
    }

    /// Reads the text as a value; unknown keys and wrong types are problems with a place.
    ///
    /// # Errors
    /// The first problem.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        toml::from_str(&self.text).map_err(|error| {
            let (what, help) = teach(error.message());
            let span = error.span();
            let key = span.as_ref().map(|span| self.key_at(span)).unwrap_or_default();
            Problem { place: self.place_of(span), key, what, help }
        })
    }

    /// The text as a table.
    ///
    /// # Errors
    /// If it is not TOML, which [`Document::parse`] has seen before.
    pub fn table(&self) -> Result<toml::Table, Problem> {
        self.read()
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a key stands: its own place, or that of the nearest key above it, or the file.
    pub fn place(&self, key: &str) -> Place {
        let mut wanted = key;
        loop {
            if let Some((_, key_span, _)) = self.places.iter().find(|(path, _, _)| path == wanted) {
                return self.place_of(Some(key_span.clone()));
            }
            match wanted.rsplit_once('.') {
                Some((above, _)) => wanted = above,
                None => return Place::File(self.path.clone()),
            }
        }
    }

    /// The path of the innermost key whose name or value holds a span.
    fn key_at(&self, span: &Range<usize>) -> String {
        let holds = |outer: &Range<usize>| outer.start <= span.start && span.end <= outer.end;
        self.places
            .iter()
            .filter(|(_, key, value)| holds(key) || holds(value))
            .min_by_key(|(_, key, value)| if holds(key) { key.len() } else { value.len() })
            .map(|(path, _, _)| path.clone())
            .unwrap_or_default()
    }

    fn place_of(&self, span: Option<Range<usize>>) -> Place {
        let Some(span) = span else { return Place::File(self.path.clone()) };
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Place::Line { path: self.path.clone(), line, column }
    }
}

type Places = Vec<(String, Range<usize>, Range<usize>)>;

fn collect_table(prefix: &str, table: &DeTable, places: &mut Places) {
    for (key, value) in table.iter() {
        let path =
            if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        places.push((path.clone(), key.span(), value.span()));
        collect_value(&path, value.get_ref(), places);
    }
}

fn collect_value(path: &str, value: &DeValue, places: &mut Places) {
    match value {
        DeValue::Table(table) => collect_table(path, table, places),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                places.push((path.clone(), item.span(), item.span()));
                collect_value(&path, item.get_ref(), places);
            }
        }
        _ => {}
    }
}
