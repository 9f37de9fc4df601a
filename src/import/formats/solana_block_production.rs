//! Block production of Solana, as `solana block-production --output json` and `getBlockProduction`
//! show it.

use super::super::column::Column;
use super::super::content::Content;
use super::super::delimited::each_text;
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::{Intake, Row, TableHeader};
use super::super::json::{Kind, Node};
use super::super::long_list::{ValuesInText, each_item};
use super::super::numerals::Spot;
use super::record::{Record, begin};
use super::text_row::TextRow;
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "solana-block-production",
    summary: "block production of Solana (`solana block-production`, as text or JSON, getBlockProduction): blocks and slots of each leader; no stakes",
    source: "https://solana.com/docs/rpc/http/getblockproduction",
    recognise: |content| match content {
        Content::Text(text) => text.lines().find(|line| !line.trim().is_empty()).is_some_and(is_heading),
        Content::Json(_) => {
            content.lists("leaders", &["identityPubkey", "leaderSlots"]) || by_identity(content).is_some()
        }
    },
    read: Reading::json(read).or_lines(read_text).with_list("leaders", is_leader, read_items),
};

/// Whether a line is the heading of the text.
fn is_heading(line: &str) -> bool {
    let titles = ["Identity", "Leader", "Slots", "Blocks", "Produced", "Skipped", "Slots"];
    line.split_whitespace().take(titles.len()).eq(titles)
}

/// A leader on each line, and at the end the totals of the epoch.
fn read_text(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let titles = ["identity", "slots", "blocks"];
    let meaning = [(Column::Name, titles[0]), (Column::Slots, titles[1]), (Column::Wins, titles[2])];
    let (mut begun, mut ended) = (false, false);
    let mut slots = 0u64;
    each_text(input, |number, line| {
        let spot = Spot { line: number, column: 1 };
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => Ok(()),
            _ if !begun => {
                if !is_heading(line) {
                    return spot.fault(
                        "the table must begin with the line `Identity Leader Slots Blocks Produced ...`",
                    );
                }
                begun = true;
                intake.begin(&TableHeader {
                    titles: &titles,
                    meaning: Some(&meaning),
                    units: &[],
                    spot: &|_| spot,
                })
            }
            ["Epoch", _, "total:", total, ..] => {
                ended = true;
                match total.parse() == Ok(slots) {
                    true => Ok(()),
                    false => spot
                        .fault(format!("the leaders have {slots} slots, but the total is {}", shown(total))),
                }
            }
            // What is below the totals says which slots were looked at, and with --verbose what was in each.
            _ if ended => Ok(()),
            [identity, led, made, skipped, _] => {
                check_slots(identity, [led, made, skipped], || spot)?;
                slots += led.parse::<u64>().unwrap_or(0);
                intake.row(&TextRow { fields: [identity, led, made], numbers: 1..3, line: number })
            }
            _ => spot.fault(format!(
                "the line must hold a leader, three numbers and a percentage, but is {}",
                shown(line.trim())
            )),
        }
    })?;
    if begun && !ended {
        let remedy = "`solana block-production` shows all, and the totals below them";
        intake.part("it has no line of totals, so leaders may be missing", remedy, None);
    }
    Ok(())
}

/// Refuses a leader whose blocks and skipped slots are not its slots; `numbers` are slots, blocks and
/// skipped slots. What is no number is left to those who read it.
fn check_slots(name: &str, numbers: [&str; 3], spot: impl Fn() -> Spot) -> Result<(), Fault> {
    let [slots, made, skipped] = numbers.map(|number| number.parse::<u64>().ok());
    let (Some(slots), Some(made)) = (slots, made) else { return Ok(()) };
    let Some(skipped) = skipped else {
        return spot().fault(format!(
            "the number of skipped slots of {} is {}, but must be a whole number",
            shown(name),
            shown(numbers[2])
        ));
    };
    match made.saturating_add(skipped) {
        all if all == slots => Ok(()),
        all => spot().fault(format!(
            "{} has {slots} slots, but the blocks it made and those it missed are {all}",
            shown(name)
        )),
    }
}

fn by_identity<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let object = content.get("byIdentity").or_else(|| content.get("value")?.get("byIdentity"))?;
    (object.kind() == Kind::Object).then_some(object)
}

/// What the members of a leader are called in the answer of the command.
const TITLES: [&str; 3] = ["identityPubkey", "blocksProduced", "leaderSlots"];

/// Whether an object is a leader.
fn is_leader(node: Node) -> bool {
    TITLES.iter().all(|name| node.get(name).is_some())
}

fn begin_leaders(intake: &mut Intake, place: Node) -> Result<(), Fault> {
    let meaning = [(Column::Name, TITLES[0]), (Column::Wins, TITLES[1]), (Column::Slots, TITLES[2])];
    begin(intake, place, &TITLES, &meaning, &[])
}

fn take(node: Node, lines: &mut Lines, intake: &mut Intake) -> Result<(), Fault> {
    let mut record = Record::new(node, lines);
    record.add_all(&TITLES)?;
    if let Some(skipped) = node.get("skippedSlots") {
        let fields = [record.field(2), record.field(1), &*skipped.scalar()?];
        check_slots(record.field(0), fields, || skipped.spot())?;
    }
    intake.row(&record)
}

/// Beside the leaders stands what was in each slot of the epoch, which is long and passed over.
fn read_items(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    each_item(input, "leaders", ValuesInText::One, &mut |node, lines| {
        if !std::mem::replace(&mut begun, true) {
            begin_leaders(intake, node)?;
        }
        take(node, lines, intake)
    })
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    if let Some(list) = content.get("leaders") {
        begin_leaders(intake, list)?;
        let mut lines = Lines::new(list.document().as_bytes());
        return list.each_item(|node| take(node, &mut lines, intake));
    }
    let Some(object) = by_identity(content) else {
        return Fault::whole("the file has no list `leaders` and no object `byIdentity`");
    };
    let meaning = [(Column::Name, "identity"), (Column::Wins, "blocks"), (Column::Slots, "slots")];
    begin(intake, object, &["identity", "blocks", "slots"], &meaning, &[])?;
    let mut lines = Lines::new(object.document().as_bytes());
    object.each_member(|identity, node| {
        let Some([slots, blocks]) = node.pair() else {
            return node.fault("a leader has two numbers here, those of its slots and its blocks");
        };
        let mut record = Record::new(node, &mut lines);
        record.add_text(&*identity);
        record.add_node(blocks)?;
        record.add_node(slots)?;
        intake.row(&record)
    })
}

#[cfg(test)]
mod tests {
    use crate::import::{Options, read};

    #[test]
    fn blocks_that_were_made_or_skipped_are_all_slots() {
        let json = r#"{"leaders": [{"identityPubkey": "a", "leaderSlots": 4, "blocksProduced": 3, "skippedSlots": 1}]}"#;
        let text = "Identity Leader Slots Blocks Produced Skipped Slots Skipped Slot Percentage\n\
            a 4 3 1 25.00%\nEpoch 3 total: 4 3 1 25.00%\n";
        let says = "`a` has 4 slots, but the blocks it made and those it missed are 5";
        for (good, bad) in [
            (json.to_owned(), json.replace("\"skippedSlots\": 1", "\"skippedSlots\": 2")),
            (text.to_owned(), text.replace("a 4 3 1", "a 4 3 2")),
        ] {
            assert!(read(good.as_bytes(), &Options::default()).is_ok(), "{good}");
            let fault = read(bad.as_bytes(), &Options::default()).unwrap_err();
            assert_eq!(fault.problem, says);
        }
    }
}
