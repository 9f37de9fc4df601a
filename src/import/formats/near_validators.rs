//! Validators of NEAR, as the RPC method `validators` shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::Node;
use super::page::AnswerPages;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "near-validators",
    summary: "validators of NEAR (RPC `validators`): account, stake in yocto, blocks produced and expected in this epoch",
    source: "https://docs.near.org/api/rpc/network#validation-status",
    recognise: |content| {
        content.lists("current_validators", &["account_id", "stake"])
            || content.first_row("current_validators").is_some_and(is_validator)
    },
    read: Reading::values(read),
};

/// Whether an object is a validator of the answer, and not a row of somebody's own table.
fn is_validator(node: Node) -> bool {
    ["account_id", "stake", "is_slashed", "num_expected_blocks"].iter().all(|name| node.get(name).is_some())
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let is_row = |node: &Node| node.get("account_id").is_some();
    let first = needed(content.first_row("current_validators").filter(is_row), "list `current_validators`")?;
    let list = needed(content.place("current_validators"), "list `current_validators`")?;
    let titles = ["account_id", "public_key", "stake", "num_produced_blocks", "num_expected_blocks"];
    let mut meaning = vec![(Column::Name, "account_id"), (Column::Stake, "stake")];
    if ["num_produced_blocks", "num_expected_blocks"].iter().all(|name| first.get(name).is_some()) {
        meaning.extend([(Column::Wins, "num_produced_blocks"), (Column::Slots, "num_expected_blocks")]);
    }
    AnswerPages::of(content)?;
    begin(intake, list, &titles, &meaning, &[("stake", "yocto")])?;
    let mut lines = Lines::new(list.document().as_bytes());
    content.each_row("current_validators", &is_validator, &mut |node| {
        if node.get("is_slashed").is_some_and(|node| node.scalar().is_ok_and(|text| text == "true")) {
            intake.drop_row("slashed");
            return Ok(());
        }
        let mut record = Record::new(node, &mut lines);
        record.add_all(&titles)?;
        intake.row(&record)
    })
}
