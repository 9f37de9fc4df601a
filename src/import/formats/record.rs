//! A row made of JSON values.

use super::super::column::Column;
use super::super::fault::{Fault, Lines};
use super::super::intake::{Intake, Row, TableHeader};
use super::super::json::{Kind, Node};
use super::super::numerals::Spot;
use std::borrow::Cow;

/// A row made of JSON values, in the order of its titles.
pub struct Record<'a> {
    /// What it stands in.
    pub node: Node<'a>,
    /// The line on which it begins.
    pub line: u64,
    /// Its fields: their text, and the value that they come from.
    pub fields: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Record<'a> {
    /// A row without fields. Rows must be made in the order of the text.
    pub fn new(node: Node<'a>, lines: &mut Lines) -> Self {
        Record { node, line: node.line(lines), fields: Vec::new() }
    }

    /// Adds what stands at a path of names in the row's value; an empty field if nothing does.
    ///
    /// # Errors
    /// If it is a text that cannot be read.
    pub fn add(&mut self, path: &[&str]) -> Result<(), Fault> {
        let node = self.node.at(path).unwrap_or(self.node);
        self.add_node(node)
    }

    /// Adds a value; one that is a list or an object is an empty field.
    ///
    /// # Errors
    /// If it is a text that cannot be read.
    pub fn add_node(&mut self, node: Node<'a>) -> Result<(), Fault> {
        let text = match node.kind() {
            Kind::List | Kind::Object => Cow::Borrowed(""),
            _ => trimmed(node.scalar()?),
        };
        self.fields.push((text, node));
        Ok(())
    }

    /// Adds members of the row's value.
    ///
    /// # Errors
    /// If one is a text that cannot be read.
    pub fn add_all(&mut self, names: &[&str]) -> Result<(), Fault> {
        names.iter().try_for_each(|name| self.add(&[name]))
    }

    /// Whether a field is the number 0.
    pub fn field_is_zero(&self, place: usize) -> bool {
        self.field(place) == "0"
    }

    /// Adds a text that stands for the row as a whole.
    pub fn add_text(&mut self, text: impl Into<Cow<'a, str>>) {
        self.fields.push((text.into(), self.node));
    }
}

fn trimmed(text: Cow<str>) -> Cow<str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

impl Row for Record<'_> {
    fn field(&self, place: usize) -> &str {
        self.fields.get(place).map_or("", |(text, _)| text)
    }

    fn is_number(&self, place: usize) -> bool {
        self.fields.get(place).is_some_and(|(_, node)| node.kind() == Kind::Number)
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn spot(&self, place: usize) -> Spot {
        self.fields.get(place).map_or(self.node, |&(_, node)| node).spot()
    }

    fn near(&self, _place: usize) -> Spot {
        Spot { line: self.line, column: 1 }
    }
}

/// Begins a table whose format fixes what its titles mean, at some place of the text.
///
/// # Errors
/// If a column that was asked for is not there.
pub fn begin(
    intake: &mut Intake,
    node: Node,
    titles: &[&str],
    meaning: &[(Column, &str)],
    units: &[(&str, &str)],
) -> Result<(), Fault> {
    let spot = node.spot();
    intake.begin(&TableHeader { titles, meaning: Some(meaning), units, spot: &|_| spot })
}

/// A part of a file that must be there.
///
/// # Errors
/// If it is not.
pub fn needed<'a>(node: Option<Node<'a>>, what: &str) -> Result<Node<'a>, Fault> {
    match node {
        Some(node) => Ok(node),
        None => {
            Fault::whole(format!("the file has no {what}, which this format has; is another --format meant?"))
        }
    }
}
