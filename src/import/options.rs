//! What a reader of tables is asked for.

use super::column::{Column, parse_choices};
use super::numerals::Decimal;
use super::unit::Unit;
use crate::registry::nearest;

/// What to do with rows of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// One row with the sum of their numbers.
    Sum,
    /// A row each, the second called `NAME (2)`.
    Keep,
}

/// What to do with a row that holds the total of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalRow {
    /// Leave it out.
    Drop,
    /// Read it as a validator.
    Keep,
}

/// What the table is read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intent {
    /// To see what it says; a row without a name gets one.
    #[default]
    Import,
    /// To hold wins against a rule; only shares of stake matter, so amounts may be scaled.
    Audit,
    /// As a part of an audit that says only who has what stake, or who won what.
    AuditPart,
    /// To play with whole coins; a plain table is not scaled unless a unit is given.
    Stakes,
}

/// How to read a table, where its contents leave a choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// What it is read for.
    pub intent: Intent,
    /// The format, by name; recognised by its contents if not given.
    pub format: Option<String>,
    /// Which title is which column.
    pub columns: Vec<(Column, String)>,
    /// The unit of stakes.
    pub unit: Option<Unit>,
    /// What to do with rows of the same name; refused if not given.
    pub duplicates: Option<Duplicates>,
    /// What to do with a row of totals; refused if not given.
    pub total: Option<TotalRow>,
    /// The decimal mark, where the numbers leave it open.
    pub decimal: Option<Decimal>,
}

impl Options {
    /// The options that are given as text, each by this name.
    pub const NAMES: [&str; 6] = ["format", "columns", "unit", "duplicates", "total", "decimal"];

    /// Sets one of [`Options::NAMES`] from text.
    ///
    /// # Errors
    /// What the text must be.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        match name {
            "format" => self.format = Some(text.to_owned()),
            "columns" => self.columns = parse_choices(text)?,
            "unit" => self.unit = Some(Unit::parse(text)?),
            "duplicates" => {
                self.duplicates =
                    Some(one_of(text, &[("sum", Duplicates::Sum), ("keep", Duplicates::Keep)])?);
            }
            "total" => {
                self.total = Some(one_of(text, &[("drop", TotalRow::Drop), ("keep", TotalRow::Keep)])?);
            }
            "decimal" => {
                self.decimal = Some(one_of(text, &[("point", Decimal::Point), ("comma", Decimal::Comma)])?);
            }
            _ => return Err(format!("there is no option `{name}`")),
        }
        Ok(())
    }
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    match choices.iter().find(|(name, _)| *name == text) {
        Some((_, choice)) => Ok(*choice),
        None => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let hint = match nearest(text, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? "),
                None => String::new(),
            };
            Err(format!("{hint}it must be {}", names.join(" or ")))
        }
    }
}
