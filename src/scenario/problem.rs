//! What is wrong with a scenario, where, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// One clear message: what failed, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// The setting, as a path of keys; empty if it is about the file as a whole.
    pub key: String,
    /// What is wrong, with the user's own value.
    pub what: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A place in a file; line and column are counted from 1.
    Line {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The column, in characters.
        column: usize,
    },
    /// A line of a table; lines are counted from 1.
    Row {
        /// The table.
        path: PathBuf,
        /// The line.
        line: u64,
    },
    /// A file as a whole, or a setting that it leaves to the default.
    File(PathBuf),
    /// An option on the command line.
    CommandLine(String),
}

/// What is wrong with a key that nobody knows.
pub(super) const UNKNOWN_KEY: &str = "is an unknown key";

impl Problem {
    /// Whether it is a key that nobody knows.
    pub fn is_unknown_key(&self) -> bool {
        self.what == UNKNOWN_KEY
    }

    /// A problem with a file as a whole.
    pub fn file(path: impl Into<PathBuf>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Problem {
            place: Place::File(path.into()),
            key: String::new(),
            what: what.into(),
            help: Some(help.into()),
        }
    }
}

impl Place {
    /// The place of a byte of a file's text.
    pub fn in_text(path: &Path, text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Place::Line { path: path.to_owned(), line, column }
    }
}

/// A user's own text as it is quoted in a message: one line, not too long.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(LONGEST).collect();
    if cut == text { cut } else { format!("{cut}...") }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Place::Line { path, line, column } => write!(formatter, "{}:{line}:{column}", path.display()),
            Place::Row { path, line } => write!(formatter, "{}:{line}", path.display()),
            Place::File(path) => write!(formatter, "{}", path.display()),
            Place::CommandLine(option) => write!(formatter, "{option}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.without_place())
    }
}

impl Problem {
    /// What is wrong and what to do, where the place was told already.
    pub fn without_place(&self) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!("`{}` ", self.key) };
        let help = self.help.as_ref().map_or(String::new(), |help| format!("\n  help: {help}"));
        format!("{key}{}{help}", self.what)
    }
}

impl std::error::Error for Problem {}
