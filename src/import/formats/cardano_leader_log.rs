//! Leader logs of a Cardano pool, as `cncli leaderlog` and `cardano-cli query leadership-schedule`
//! show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::{Header, Intake, Row};
use super::super::json::{Kind, Node};
use super::super::numerals::Spot;
use super::record::{Record, begin};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "cardano-leader-log",
    summary: "leader log of one Cardano pool (`cncli leaderlog`: pool, stake in lovelaces, slots, slots expected; `cardano-cli query leadership-schedule`, as text or JSON: slots)",
    source: "https://github.com/cardano-community/cncli/blob/develop/USAGE.md",
    recognise: |content| match content {
        Content::Text(text) => heading(text).is_some(),
        Content::Json(_) => content.get("epochSlotsIdeal").is_some() || schedule(content).is_some(),
    },
    read: Reading::Whole(read),
};

/// The name of a pool that the file does not name.
const UNNAMED: &str = "pool";

fn heading(text: &str) -> Option<usize> {
    let line = text.lines().position(|line| !line.trim().is_empty())?;
    let words: Vec<&str> = text.lines().nth(line)?.split_whitespace().collect();
    (words == ["SlotNo", "UTC", "Time"]).then_some(line)
}

fn schedule<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let Content::Json(json) = content else { return None };
    let root = *json.values.first()?;
    root.first().filter(|first| first.get("slotNumber").is_some()).map(|_| root)
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let titles = ["slotNumber", "pool"];
    let meaning = [(Column::Height, "slotNumber"), (Column::Name, "pool")];
    let unnamed = format!("the file does not name its pool, which is called `{UNNAMED}`; it has no stake");
    match content {
        Content::Text(text) => {
            intake.note(unnamed);
            read_text(
                text,
                intake,
                &Header {
                    titles: &titles,
                    meaning: Some(&meaning),
                    units: &[],
                    spot: &|_| Spot { line: 1, column: 1 },
                },
            )
        }
        Content::Json(_) => match schedule(content) {
            Some(list) => {
                intake.note(unnamed);
                begin(intake, list, &titles, &meaning, &[])?;
                let mut lines = Lines::new(list.document().as_bytes());
                list.each_item(|node| {
                    let mut record = Record::new(node, &mut lines);
                    record.add(&["slotNumber"])?;
                    record.add_text(UNNAMED);
                    intake.row(&record)
                })
            }
            None => read_log(content, intake),
        },
    }
}

/// A slot and its time on each line.
fn read_text(text: &str, intake: &mut Intake, header: &Header) -> Result<(), Fault> {
    struct Slot<'a>(&'a str, u64);
    impl Row for Slot<'_> {
        fn field(&self, place: usize) -> &str {
            if place == 0 { self.0 } else { UNNAMED }
        }
        fn is_number(&self, place: usize) -> bool {
            place == 0
        }
        fn line(&self) -> u64 {
            self.1
        }
        fn spot(&self, _place: usize) -> Spot {
            Spot { line: self.1, column: 1 }
        }
    }
    intake.begin(header)?;
    for (index, line) in text.lines().enumerate().skip(heading(text).unwrap_or(0) + 1) {
        let line_number = index as u64 + 1;
        let Some(slot) = line.split_whitespace().next() else { continue };
        if slot.bytes().all(|byte| byte == b'-') {
            continue;
        }
        if line.split_whitespace().count() < 3 {
            return Spot { line: line_number, column: 1 }
                .fault(format!("the line must hold a slot and its time, but is {}", shown(line.trim())));
        }
        intake.row(&Slot(slot, line_number))?;
    }
    Ok(())
}

/// The log of `cncli`, which is about one pool and all others.
fn read_log(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Content::Json(json) = content else { return Ok(()) };
    let root = json.values[0];
    let titles = ["poolId", "activeStake", "epochSlots", "epochSlotsIdeal"];
    let meaning = [
        (Column::Name, titles[0]),
        (Column::Stake, titles[1]),
        (Column::Wins, titles[2]),
        (Column::Expected, titles[3]),
    ];
    begin(intake, root, &titles, &meaning, &[("activeStake", "lovelace")])?;
    let text = |name: &str| content.get(name).map_or(Ok("".into()), |node| node.scalar());
    if let Some(slots) = content.get("assignedSlots").filter(|node| node.kind() == Kind::List) {
        let (listed, said) = (slots.items().len(), text("epochSlots")?);
        if said != listed.to_string() {
            return slots.fault(format!("{listed} slots are listed, but `epochSlots` is {}", shown(&said)));
        }
    }
    intake.note(format!(
        "the log is about one pool: its share of the stake is {} (`sigma`), the total {} lovelaces",
        text("sigma")?,
        text("totalActiveStake")?
    ));
    let mut record = Record::new(root, &mut Lines::new(root.document().as_bytes()));
    for title in titles {
        record.add_node(content.get(title).unwrap_or(root))?;
    }
    intake.row(&record)
}
