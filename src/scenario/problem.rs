//! What is wrong with a scenario, where, and what to do about it.

use std::fmt;
use std::path::PathBuf;

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
    /// A file as a whole, or a setting that it leaves to the default.
    File(PathBuf),
    /// An option on the command line.
    CommandLine(String),
}

impl Problem {
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

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Place::Line { path, line, column } => write!(formatter, "{}:{line}:{column}", path.display()),
            Place::File(path) => write!(formatter, "{}", path.display()),
            Place::CommandLine(option) => write!(formatter, "{option}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(formatter, "`{}` ", self.key)?;
        }
        write!(formatter, "{}", self.what)?;
        if let Some(help) = &self.help {
            write!(formatter, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
