//! Leader schedules of Solana, as `solana leader-schedule --output json` and `getLeaderSchedule`
//! show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::delimited::each_text;
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::{Intake, TableHeader};
use super::super::json::{Kind, Node};
use super::super::long_list::{ValuesInText, each_item};
use super::super::numerals::Spot;
use super::record::{Record, begin};
use super::text_row::TextRow;
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "solana-leader-schedule",
    summary: "leader schedule of Solana (`solana leader-schedule`, as text or JSON, getLeaderSchedule): the leader of each slot; no stakes",
    source: "https://solana.com/docs/rpc/http/getleaderschedule",
    recognise: |content| match content {
        Content::Text(text) => text
            .lines()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| slot_and_leader(line).is_some()),
        Content::Json(_) => content.lists(ENTRIES, &["slot", "leader"]) || slots_by_leader(content).is_some(),
    },
    read: Reading::values(read).or_lines(read_text).with_list(ENTRIES, is_entry, read_items),
};

/// A slot and the key of its leader, if a line has these.
fn slot_and_leader(line: &str) -> Option<[&str; 2]> {
    let mut words = line.split_whitespace();
    let (slot, leader) = (words.next()?, words.next()?);
    let is_slot = slot.bytes().all(|byte| byte.is_ascii_digit());
    let is_key = (32..=44).contains(&leader.len()) && leader.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_slot && is_key && words.next().is_none()).then_some([slot, leader])
}

const TITLES: [&str; 2] = ["slot", "leader"];

const MEANING: [(Column, &str); 2] = [(Column::Height, TITLES[0]), (Column::Name, TITLES[1])];

/// A slot and its leader on each line.
fn read_text(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    each_text(input, |number, line| {
        let spot = Spot { line: number, column: 1 };
        if line.trim().is_empty() {
            return Ok(());
        }
        let Some(words) = slot_and_leader(line) else {
            return spot.fault(format!(
                "the line must hold a slot and the key of its leader, but is {}",
                shown(line.trim())
            ));
        };
        if !std::mem::replace(&mut begun, true) {
            intake.begin(&TableHeader {
                titles: &TITLES,
                meaning: Some(&MEANING),
                units: &[],
                spot: &|_| spot,
            })?;
        }
        intake.row(&TextRow { fields: words, numbers: 0..1, line: number })
    })
}

/// The list of the command, as long as an epoch.
const ENTRIES: &str = "leaderScheduleEntries";

/// Whether an object is a slot with its leader.
fn is_entry(node: Node) -> bool {
    TITLES.iter().all(|name| node.get(name).is_some())
}

fn take(node: Node, lines: &mut Lines, intake: &mut Intake) -> Result<(), Fault> {
    let mut record = Record::new(node, lines);
    record.add_all(&TITLES)?;
    intake.row(&record)
}

/// The schedules of several epochs, one after another, are a history.
fn read_items(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    each_item(input, ENTRIES, ValuesInText::Several, &mut |node, lines| {
        if !std::mem::replace(&mut begun, true) {
            begin(intake, node, &TITLES, &MEANING, &[])?;
        }
        take(node, lines, intake)
    })
}

/// The object that gives a list of slots for each leader.
fn slots_by_leader<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let Content::Json(json) = content else { return None };
    let root = json.first;
    let object = root.get("result").filter(|node| node.kind() == Kind::Object).unwrap_or(root);
    let is_slots = |node: &Node| {
        node.kind() == Kind::List && node.first().is_some_and(|first| first.kind() == Kind::Number)
    };
    // Keys of Ed25519 in base 58 have 32 to 44 letters.
    let all = object.each_member(|key, node| match (32..=44).contains(&key.len()) && is_slots(&node) {
        true => Ok(()),
        false => Fault::whole("this is none"),
    });
    (all.is_ok() && object.first_member().is_some()).then_some(object)
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    if let Some(list) = content.get(ENTRIES) {
        begin(intake, list, &TITLES, &MEANING, &[])?;
        let mut lines = Lines::new(list.document().as_bytes());
        return content.each_row(ENTRIES, &is_entry, &mut |node| take(node, &mut lines, intake));
    }
    if content.count() > 1 {
        return Fault::whole(
            "the file holds several answers, one after another, whose slots are counted from the beginning of each epoch; give them one by one",
        );
    }
    let Some(object) = slots_by_leader(content) else {
        return Fault::whole(
            "the file has no list `leaderScheduleEntries`, and no list of slots for each leader",
        );
    };
    begin(intake, object, &TITLES, &MEANING, &[])?;
    let mut lines = Lines::new(object.document().as_bytes());
    object.each_member(|leader, slots| {
        slots.each_item(|slot| {
            let mut record = Record::new(slot, &mut lines);
            record.add_node(slot)?;
            record.add_text(&*leader);
            intake.row(&record)
        })
    })
}
