//! Validators of NEAR, as the RPC method `validators` shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "near-validators",
    summary: "validators of NEAR (RPC `validators`): account, stake in yocto, blocks produced and expected in this epoch",
    source: "https://docs.near.org/api/rpc/network#validation-status",
    recognise: |content| content.lists("current_validators", &["account_id", "stake"]),
    read: Reading::Json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.get("current_validators"), "list `current_validators`")?;
    let titles = ["account_id", "public_key", "stake", "num_produced_blocks", "num_expected_blocks"];
    let mut meaning = vec![(Column::Name, "account_id"), (Column::Stake, "stake")];
    if content.lists("current_validators", &["num_produced_blocks", "num_expected_blocks"]) {
        meaning.extend([(Column::Wins, "num_produced_blocks"), (Column::Slots, "num_expected_blocks")]);
    }
    begin(intake, list, &titles, &meaning, &[("stake", "yocto")])?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        if node.get("is_slashed").is_some_and(|node| node.scalar().is_ok_and(|text| text == "true")) {
            intake.drop_row("slashed");
            return Ok(());
        }
        let mut record = Record::new(node, &mut lines);
        for title in titles {
            record.add(&[title])?;
        }
        intake.row(&record)
    })
}
