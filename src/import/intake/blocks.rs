//! The blocks of a history, a row each.

use super::name::check_name;
use super::row::Row;
use super::{Intake, Seen};
use crate::import::column::Column;
use crate::import::fault::{Fault, shown};
use crate::import::one_line::one_line;

impl Intake<'_> {
    /// Takes a block of a history in.
    pub(super) fn slot(&mut self, row: &dyn Row) -> Result<(), Fault> {
        let (Some(place), Some(named)) = (self.places.of(Column::Height), self.places.of(Column::Name))
        else {
            return Ok(());
        };
        let text = row.field(place);
        let Ok(height) = text.parse::<u64>() else {
            return row.spot(place).fault(format!(
                "the {} is {}, but must be a whole number, written with digits alone",
                self.import
                    .columns
                    .iter()
                    .find(|(column, _)| *column == Column::Height)
                    .map_or("height", |(_, title)| title),
                shown(text)
            ));
        };
        if !self.heights.insert(height) {
            return row.spot(place).fault(format!("a block of {height} stands already on an earlier line"));
        }
        let field = row.field(named);
        let name = &*one_line(field);
        self.joined += u64::from(name != field);
        if name.is_empty() {
            self.drop_row("slots without a proposer");
            return Ok(());
        }
        check_name(name, || row.spot(named))?;
        let index = match self.seen.get(name) {
            Some(seen) => seen.index,
            None => {
                let index = self.import.names.len();
                self.seen.insert(name.to_owned(), Seen { line: row.line(), index, times: 1 });
                self.import.names.push(name.to_owned());
                self.import.wins.get_or_insert_default().push(0);
                if let Some(slots) = &mut self.import.slots {
                    slots.push(0);
                }
                index
            }
        };
        let missed = match self.places.of(Column::Missed) {
            None => false,
            Some(place) => missed(row, place, self.has_status)?,
        };
        self.import.wins.get_or_insert_default()[index] += u64::from(!missed);
        if let Some(slots) = &mut self.import.slots {
            slots[index] += 1;
        }
        self.order.push((height, index as u32));
        self.rows += 1;
        Ok(())
    }
}

/// Whether a block of a history was missed.
fn missed(row: &dyn Row, place: usize, is_status: bool) -> Result<bool, Fault> {
    const MADE: &[&str] = &[
        "proposed",
        "produced",
        "made",
        "minted",
        "mined",
        "forged",
        "canonical",
        "finalized",
        "finalised",
        "justified",
        "confirmed",
        "included",
        "accepted",
        "adopted",
        "success",
        "successful",
        "succeeded",
        "ok",
        "valid",
    ];
    const MISSED: &[&str] = &[
        "missed",
        "skipped",
        "orphaned",
        "orphan",
        "forked",
        "failed",
        "failure",
        "empty",
        "absent",
        "lost",
        "stolen",
        "ghosted",
        "invalid",
        "rejected",
        "reorged",
        "dropped",
        "stale",
        "uncle",
        "not proposed",
        "not produced",
        "timeout",
    ];
    let text = row.field(place);
    let word = text.to_lowercase().replace(['_', '-'], " ");
    if MADE.contains(&word.as_str()) {
        return Ok(false);
    }
    if MISSED.contains(&word.as_str()) {
        return Ok(true);
    }
    match word.as_str() {
        _ if is_status => row.spot(place).fault(format!(
            "the status of the block is {}, which is not known; write proposed or missed in its place; if 1 means that it was missed, give the title with --columns missed=TITLE; if the column says nothing of missed blocks, give it another title",
            shown(text)
        )),
        // Blank is not zero: it may as well not be known.
        "" => row.spot(place).fault(
            "it is not said whether the block was missed: the cell is empty; write 0 or 1, or proposed or missed, in every row",
        ),
        "0" | "false" | "no" => Ok(false),
        "1" | "true" | "yes" => Ok(true),
        _ => row.spot(place).fault(format!(
            "whether the block was missed is {}, but must be 0 or 1, false or true, no or yes, proposed or missed",
            shown(text)
        )),
    }
}
