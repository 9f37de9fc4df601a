//! Proposer duties of Ethereum, as the beacon node's API shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::{Kind, Node};
use super::super::long_list::{ValuesInText, each_item};
use super::record::{Record, begin, needed};
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "ethereum-duties",
    summary: "proposer duties of Ethereum (beacon API, validator/duties/proposer): the proposer of each slot, of one epoch or of several, one after another or in a list; no stakes",
    source: "https://ethereum.github.io/beacon-APIs/#/Validator/getProposerDuties",
    recognise: |content| {
        content.lists("data", &["validator_index", "slot", "pubkey"]) || answers(content).is_some()
    },
    read: Reading::values(read).with_list("data", is_duty, read_items),
};

/// Whether an object is a duty.
fn is_duty(node: Node) -> bool {
    ["validator_index", "slot", "pubkey"].iter().all(|name| node.get(name).is_some())
}

/// The list of answers that `jq -s` makes of several.
fn answers<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let list = content.list()?;
    list.first()?.get("data")?.first().filter(|&node| is_duty(node))?;
    Some(list)
}

const TITLES: [&str; 3] = ["slot", "validator_index", "pubkey"];

fn begin_table(intake: &mut Intake, place: Node) -> Result<(), Fault> {
    begin(intake, place, &TITLES, &[(Column::Height, TITLES[0]), (Column::Name, TITLES[1])], &[])
}

fn take(node: Node, lines: &mut Lines, intake: &mut Intake) -> Result<(), Fault> {
    let mut record = Record::new(node, lines);
    record.add_all(&TITLES)?;
    intake.row(&record)
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    if let Some(list) = answers(content) {
        begin_table(intake, list)?;
        let mut lines = Lines::new(list.document().as_bytes());
        return list.each_item(|answer| {
            let duties = answer.get("data").filter(|node| node.kind() == Kind::List);
            match duties {
                Some(duties) => duties.each_item(|node| take(node, &mut lines, intake)),
                None => answer.fault("the value has no list `data`, which this format has"),
            }
        });
    }
    let list = needed(content.get("data"), "list `data`")?;
    begin_table(intake, list)?;
    let mut lines = Lines::new(list.document().as_bytes());
    content.each_row("data", &is_duty, &mut |node| take(node, &mut lines, intake))
}

/// The answers for many epochs, one after another, are a history.
fn read_items(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    each_item(input, "data", ValuesInText::Several, &mut |node, lines| {
        if !std::mem::replace(&mut begun, true) {
            begin_table(intake, node)?;
        }
        take(node, lines, intake)
    })
}
