//! Validators of the staking module of the Cosmos SDK, as `query staking validators` and the REST
//! interface show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::Intake;
use super::super::json::Node;
use super::all_or_none::AllOrNone;
use super::labels::Labels;
use super::page::AnswerPages;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "cosmos-staking",
    summary: "validators of a Cosmos chain (`query staking validators`): moniker, tokens in the base unit; who is not bonded is left out",
    source: "https://docs.cosmos.network/main/build/modules/staking#validator",
    recognise: |content| content.first_row("validators").is_some_and(is_validator),
    read: Reading::values(read),
};

/// Whether an object is a validator of the module, and not a row of somebody's own table.
fn is_validator(node: Node) -> bool {
    let has = |name| node.get(name).is_some();
    has("operator_address") && has("tokens") && (has("status") || has("jailed") || has("delegator_shares"))
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let first = content.first_row("validators").filter(|node| node.get("operator_address").is_some());
    needed(first, "list `validators` of objects with an `operator_address`")?;
    let list = needed(content.place("validators"), "list `validators`")?;
    let mut labels = Labels::default();
    let mut has_three = false;
    let mut has_status = AllOrNone::new("status");
    content.each_row("validators", &is_validator, &mut |node| {
        let status = node.get("status").map_or(Ok("".into()), |node| node.scalar())?;
        has_status.check(node, status.trim())?;
        has_three |= status == "3";
        labels
            .count(node.at(&["description", "moniker"]).map_or(Ok("".into()), |node| node.scalar())?.trim());
        Ok(())
    })?;
    let pages = AnswerPages::of(content)?;
    let titles = ["name", "moniker", "operator_address", "tokens", "delegator_shares"];
    begin(intake, list, &titles, &[(Column::Name, "name"), (Column::Stake, "tokens")], &[])?;
    let mut lines = Lines::new(list.document().as_bytes());
    let mut count = 0u64;
    content.each_row("validators", &is_validator, &mut |node| {
        count += 1;
        let text = |name: &str| node.get(name).map_or(Ok("".into()), |node| node.scalar());
        let status = text("status")?;
        let is_bonded = match &*status {
            "BOND_STATUS_BONDED" | "Bonded" | "bonded" | "" => true,
            "BOND_STATUS_UNBONDING" | "BOND_STATUS_UNBONDED" | "BOND_STATUS_UNSPECIFIED" => false,
            // Numbers changed their meaning with version 0.40 of the SDK: 2 was bonded, now 3 is.
            "3" => true,
            "2" => !has_three,
            "0" | "1" => false,
            other => {
                return node.fault(format!(
                    "the status {} is not known; write it as BOND_STATUS_BONDED, or remove it",
                    shown(other)
                ));
            }
        };
        if !is_bonded || text("jailed")? == "true" {
            intake.drop_row("not bonded, or jailed: no turn to propose");
            return Ok(());
        }
        let mut record = Record::new(node, &mut lines);
        let moniker = node.at(&["description", "moniker"]).map_or(Ok("".into()), |node| node.scalar())?;
        record.add_text(labels.name(moniker.trim(), &text("operator_address")?));
        record.add(&["description", "moniker"])?;
        record.add(&["operator_address"])?;
        record.add(&["tokens"])?;
        record.add(&["delegator_shares"])?;
        intake.row(&record)
    })?;
    if content.is_single_row("validators") {
        intake.part("it is about one validator", "ask for all, with `query staking validators`", None);
    }
    if let Some(why) = pages.why(count)? {
        let remedy =
            "ask for all, for example with --limit 1000, or put all pages into one file, one after another";
        intake.part(why, remedy, None);
    }
    Ok(())
}
