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
    summary: "validators of Aptos (resource 0x1::stake::ValidatorSet, `aptos node show-validator-set`): address, voting power in octas; those of pending_active are left out",
    source: "https://aptos.dev/network/blockchain/staking",
    recognise: |content| set(content).is_some(),
    read: Reading::json(read),
};

/// The lists of validators that propose in this epoch, and the titles of an address and a voting power
/// in them. Who leaves is `pending_inactive`, and stays until the epoch ends.
fn set<'a>(content: &Content<'a>) -> Option<(Vec<Node<'a>>, [&'static str; 2])> {
    member(content, "active_validators")?;
    let lists: Vec<Node> = ["active_validators", "pending_inactive"]
        .into_iter()
        .filter_map(|name| member(content, name))
        .collect();
    let first = lists.iter().find_map(|list| list.first())?;
    [["addr", "voting_power"], ["account_address", "consensus_voting_power"]]
        .into_iter()
        .find(|titles| titles.iter().all(|title| first.get(title).is_some()))
        .map(|titles| (lists, titles))
}

/// A member of the set, which a resource has in its `data`.
fn member<'a>(content: &Content<'a>, name: &str) -> Option<Node<'a>> {
    content.get(name).or_else(|| content.get("data")?.get(name))
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Some((lists, titles)) = set(content) else {
        needed(None, "list `active_validators`")?;
        return Ok(());
    };
    let meaning = [(Column::Name, titles[0]), (Column::Stake, titles[1])];
    begin(intake, lists[0], &titles, &meaning, &[(titles[1], "octas")])?;
    for list in lists {
        let mut lines = Lines::new(list.document().as_bytes());
        list.each_item(|node| {
            let mut record = Record::new(node, &mut lines);
            record.add_all(&titles)?;
            intake.row(&record)
        })?;
    }
    if let Some(pending) = member(content, "pending_active") {
        pending.each_item(|_| {
            intake.drop_row("pending_active: no turn to propose before the next epoch");
            Ok(())
        })?;
    }
    if let Some(total) = member(content, "total_voting_power")
        && intake.title_of_stakes() == Some(titles[1])
    {
        intake.check_total("total_voting_power", &total.scalar()?, "give the whole resource");
    }
    Ok(())
}
