//! Proposer duties of Ethereum, as the beacon node's API shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "ethereum-duties",
    summary: "proposer duties of Ethereum (beacon API, validator/duties/proposer): the proposer of each slot; no stakes",
    source: "https://ethereum.github.io/beacon-APIs/#/Validator/getProposerDuties",
    recognise: |content| content.lists("data", &["validator_index", "slot", "pubkey"]),
    read: Reading::Json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.get("data"), "list `data`")?;
    let titles = ["slot", "validator_index", "pubkey"];
    begin(intake, list, &titles, &[(Column::Height, "slot"), (Column::Name, "validator_index")], &[])?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        let mut record = Record::new(node, &mut lines);
        record.add_all(&titles)?;
        intake.row(&record)
    })
}
