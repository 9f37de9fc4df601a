//! Validator sets of CometBFT, as a node's `/validators`, `query comet-validator-set` and a genesis
//! file show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "cometbft-validators",
    summary: "validator set of CometBFT (RPC `/validators`, `query comet-validator-set`, genesis): address, voting power, proposer priority",
    source: "https://docs.cometbft.com/main/rpc/#/Info/validators",
    recognise: |content| {
        content.lists("validators", &["address", "voting_power"])
            || content.lists("validators", &["pub_key", "power"])
    },
    read: Reading::Json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.get("validators"), "list `validators`")?;
    let is_genesis = content.lists("validators", &["power"]);
    let power = if is_genesis { "power" } else { "voting_power" };
    let mut titles = vec!["address", power];
    let mut meaning = vec![(Column::Name, "address"), (Column::Stake, power)];
    if content.lists("validators", &["proposer_priority"]) {
        titles.push("proposer_priority");
        meaning.push((Column::Priority, "proposer_priority"));
    }
    begin(intake, list, &titles, &meaning, &[])?;
    let mut lines = Lines::new(list.document().as_bytes());
    let mut count = 0u64;
    list.each_item(|node| {
        count += 1;
        let mut record = Record::new(node, &mut lines);
        for title in &titles {
            record.add(&[title])?;
        }
        intake.row(&record)
    })?;
    // A node says of which height the set is; blocks after it follow from its priorities.
    if let Some(node) = content.get("block_height") {
        match node.scalar().ok().and_then(|text| text.parse().ok()) {
            Some(height) => intake.as_of(height),
            None => intake.note("its `block_height` is no height, and is passed over"),
        }
    }
    let total = content.get("total").or_else(|| content.get("pagination")?.get("total"));
    if let Some(total) = total.and_then(|node| node.scalar().ok()?.parse::<u64>().ok())
        && total > count
    {
        intake.note(format!(
            "the file holds {count} of {total} validators, a page of the answer: ask the node for all, for example with per_page=100 and page=2"
        ));
    }
    Ok(())
}
