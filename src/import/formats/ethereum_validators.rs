//! Validators of Ethereum, as the beacon node's API shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::{Kind, Node};
use super::super::long_list::{ValuesInText, each_item};
use super::all_or_none::AllOrNone;
use super::record::{Record, begin, needed};
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "ethereum-validators",
    summary: "validators of Ethereum (beacon API, states/{id}/validators): index, effective balance in Gwei; who is not active is left out",
    source: "https://ethereum.github.io/beacon-APIs/#/Beacon/getStateValidators",
    recognise: |content| content.first_row("data").is_some_and(is_validator) || one(content).is_some(),
    read: Reading::values(read).with_bare_list("data", is_validator, read_items),
};

/// Whether an object is a validator of the beacon chain.
fn is_validator(node: Node) -> bool {
    node.get("index").is_some() && node.at(&["validator", "effective_balance"]).is_some()
}

/// The validator of an answer about one, which is no list.
fn one<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    content.get("data").filter(|node| node.kind() == Kind::Object && is_validator(*node))
}

const TITLES: [&str; 4] = ["index", "pubkey", "effective_balance", "balance"];

fn begin_table(intake: &mut Intake, place: Node) -> Result<(), Fault> {
    let units = [("effective_balance", "gwei"), ("balance", "gwei")];
    let meaning = [(Column::Name, "index"), (Column::Stake, "effective_balance")];
    begin(intake, place, &TITLES, &meaning, &units)
}

fn take(node: Node, lines: &mut Lines, has_status: &mut AllOrNone, intake: &mut Intake) -> Result<(), Fault> {
    let members = node.members();
    let get = |name: &str| members.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
    let status = get("status").map_or(Ok("".into()), |node| node.scalar())?;
    has_status.check(node, status.trim())?;
    // Older nodes begin it with a capital letter.
    if !status.is_empty() && !status.to_ascii_lowercase().starts_with("active") {
        intake.drop_row("not active: no turn to propose");
        return Ok(());
    }
    let inner = get("validator").map(|node| node.members()).unwrap_or_default();
    let get_inner = |name: &str| inner.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
    let mut record = Record::new(node, lines);
    for found in [get("index"), get_inner("pubkey"), get_inner("effective_balance"), get("balance")] {
        record.add_node(found.unwrap_or(node))?;
    }
    intake.row(&record)
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let mut has_status = AllOrNone::new("status");
    if let Some(node) = one(content) {
        if content.count() > 1 {
            return Fault::whole(
                "the file holds answers about single validators; ask for all, with states/{id}/validators",
            );
        }
        begin_table(intake, node)?;
        take(node, &mut node.lines(), &mut has_status, intake)?;
        intake.part("it is about one validator", "ask for all, with states/{id}/validators", None);
        return Ok(());
    }
    let first = content.first_row("data").filter(|&node| is_validator(node));
    needed(first, "list `data` of objects with `index` and `validator`")?;
    let list = needed(content.place("data"), "list `data`")?;
    begin_table(intake, list)?;
    let mut lines = list.lines();
    content.each_row("data", &is_validator, &mut |node| take(node, &mut lines, &mut has_status, intake))?;
    if content.is_single_row("data") {
        intake.part("it is about one validator", "ask for all, with states/{id}/validators", None);
    }
    Ok(())
}

/// A million validators have half a gigabyte of text.
fn read_items(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    let mut has_status = AllOrNone::new("status");
    each_item(input, "data", ValuesInText::Several, &mut |node, lines| {
        if !std::mem::replace(&mut begun, true) {
            begin_table(intake, node)?;
        }
        take(node, lines, &mut has_status, intake)
    })
}
