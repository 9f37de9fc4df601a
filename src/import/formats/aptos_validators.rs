//! Validators of Aptos: the resource `0x1::stake::ValidatorSet`, and `aptos node
//! show-validator-set`.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::Node;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "aptos-validators",
    summary: "validators of Aptos (resource 0x1::stake::ValidatorSet, `aptos node show-validator-set`): address, voting power in octas",
    source: "https://aptos.dev/network/blockchain/staking",
    recognise: |content| set(content).is_some(),
    read: Reading::Json(read),
};

/// The list of active validators, and the titles of an address and a voting power in it.
fn set<'a>(content: &Content<'a>) -> Option<(Node<'a>, [&'static str; 2])> {
    let list = content.get("active_validators").or_else(|| content.get("data")?.get("active_validators"))?;
    let first = list.first()?;
    [["addr", "voting_power"], ["account_address", "consensus_voting_power"]]
        .into_iter()
        .find(|titles| titles.iter().all(|title| first.get(title).is_some()))
        .map(|titles| (list, titles))
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Some((list, titles)) = set(content) else {
        needed(None, "list `active_validators`")?;
        return Ok(());
    };
    let meaning = [(Column::Name, titles[0]), (Column::Stake, titles[1])];
    begin(intake, list, &titles, &meaning, &[(titles[1], "octas")])?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        let mut record = Record::new(node, &mut lines);
        for title in titles {
            record.add(&[title])?;
        }
        intake.row(&record)
    })
}
