//! A member that every row of a list has, or none.

use super::super::fault::Fault;
use super::super::json::Node;

/// Checks that a member stands in every row or in none.
pub struct AllOrNone {
    name: &'static str,
    /// Whether the first row has it.
    first: Option<bool>,
}

impl AllOrNone {
    /// Begins before the first row.
    pub fn new(name: &'static str) -> Self {
        AllOrNone { name, first: None }
    }

    /// Takes a row, and what it says.
    ///
    /// # Errors
    /// If it is the first that differs.
    pub fn check(&mut self, row: Node, text: &str) -> Result<(), Fault> {
        let has = !text.is_empty();
        let name = self.name;
        match *self.first.get_or_insert(has) {
            first if first == has => Ok(()),
            true => row
                .fault(format!("this row has no `{name}`, but those before it have; write it in every row")),
            false => row.fault(format!(
                "this row has a `{name}`, but the first has no `{name}`; write it in every row"
            )),
        }
    }
}
