//! Reward points of an era of Polkadot, as `staking.erasRewardPoints` shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::Kind;
use super::super::numerals::ungrouped;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "polkadot-era-points",
    summary: "reward points of an era of Polkadot (staking.erasRewardPoints): address, points; no stakes, and points are not blocks",
    source: "https://docs.polkadot.com/infrastructure/staking-mechanics/rewards-payout/",
    recognise: |content| {
        content.get("total").is_some()
            && content.get("individual").is_some_and(|node| matches!(node.kind(), Kind::Object | Kind::List))
    },
    read: Reading::json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let object = needed(content.get("individual"), "object `individual`")?;
    begin(
        intake,
        object,
        &["address", "points"],
        &[(Column::Name, "address"), (Column::Points, "points")],
        &[],
    )?;
    intake.note(
        "20 points are given for a block, and more for work on parachains, so points are not counts of blocks; if here they are nothing else, --columns wins=points",
    );
    let mut lines = Lines::new(object.document().as_bytes());
    let mut sum = 0u128;
    let mut take = |address: &str, node: super::super::json::Node| {
        let mut record = Record::new(node, &mut lines);
        record.add_text(address.to_owned());
        record.add_node(node)?;
        sum += points(&record.fields[1].0).map_or(0, u128::from);
        intake.row(&record)
    };
    match object.kind() {
        Kind::List => object.each_item(|pair| match pair.pair() {
            Some([address, node]) => take(&address.scalar()?, node),
            None => pair.fault("an item is an address and its points"),
        })?,
        _ => object.each_member(|address, node| take(&address, node))?,
    }
    let total = needed(content.get("total"), "number `total`")?;
    match points(&total.scalar()?) {
        Some(said) if u128::from(said) == sum => Ok(()),
        _ => total.fault(format!("the points sum to {sum}, but `total` is {}", total.scalar()?)),
    }
}

/// Points as a program or a page for people writes them, `1,200`.
fn points(text: &str) -> Option<u64> {
    ungrouped(text)?.parse().ok()
}
