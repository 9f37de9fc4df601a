//! Validator sets of CometBFT, as a node's `/validators`, `query comet-validator-set` and a genesis
//! file show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::page::AnswerPages;
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
    read: Reading::values(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.place("validators"), "list `validators`")?;
    let first = needed(content.first_row("validators"), "list `validators` of objects")?;
    let has = |name: &str| first.get(name).is_some();
    if !has("address") && !has("pub_key") {
        return first.fault("a validator of this format has an `address`");
    }
    let is_genesis = has("power");
    let power = if is_genesis { "power" } else { "voting_power" };
    let mut titles = vec!["address", power];
    let mut meaning = vec![(Column::Name, "address"), (Column::Stake, power)];
    if has("proposer_priority") {
        titles.push("proposer_priority");
        meaning.push((Column::Priority, "proposer_priority"));
    }
    let pages = AnswerPages::of(content)?;
    begin(intake, list, &titles, &meaning, &[])?;
    let mut lines = Lines::new(list.document().as_bytes());
    let mut count = 0u64;
    content.each_row("validators", &|_| true, &mut |node| {
        count += 1;
        let mut record = Record::new(node, &mut lines);
        record.add_all(&titles)?;
        intake.row(&record)
    })?;
    // A node says of which height the set is; blocks after it follow from its priorities.
    if let Some(node) = content.get("block_height") {
        match node.scalar().ok().and_then(|text| text.parse().ok()) {
            Some(height) => intake.as_of(height),
            None => intake.note("its `block_height` is no height, and is passed over"),
        }
    }
    if let Some(why) = pages.why(count)? {
        intake.part(
            why,
            "ask the node for all, for example with per_page=100 and page=2, and put the pages into one file, one after another",
            None,
        );
    }
    Ok(())
}
