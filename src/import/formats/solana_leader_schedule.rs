//! Leader schedules of Solana, as `solana leader-schedule --output json` and `getLeaderSchedule`
//! show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::{Kind, Node};
use super::record::{Record, begin};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "solana-leader-schedule",
    summary: "leader schedule of Solana (`solana leader-schedule --output json`, getLeaderSchedule): the leader of each slot; no stakes",
    source: "https://solana.com/docs/rpc/http/getleaderschedule",
    recognise: |content| {
        content.lists("leaderScheduleEntries", &["slot", "leader"]) || slots_by_leader(content).is_some()
    },
    read: Reading::Json(read),
};

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
    let titles = ["slot", "leader"];
    let meaning = [(Column::Height, "slot"), (Column::Name, "leader")];
    if let Some(list) = content.get("leaderScheduleEntries") {
        begin(intake, list, &titles, &meaning, &[])?;
        let mut lines = Lines::new(list.document().as_bytes());
        return list.each_item(|node| {
            let mut record = Record::new(node, &mut lines);
            record.add(&["slot"])?;
            record.add(&["leader"])?;
            intake.row(&record)
        });
    }
    let Some(object) = slots_by_leader(content) else {
        return Fault::whole(
            "the file has no list `leaderScheduleEntries`, and no list of slots for each leader",
        );
    };
    begin(intake, object, &titles, &meaning, &[])?;
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
