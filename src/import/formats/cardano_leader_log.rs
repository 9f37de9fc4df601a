//! Leader logs of a Cardano pool, as `cncli leaderlog` and `cardano-cli query leadership-schedule`
//! show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::delimited::each_text;
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::{Intake, TableHeader};
use super::super::json::{Kind, Node};
use super::super::numerals::Spot;
use super::record::{Record, begin};
use super::text_row::TextRow;
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "cardano-leader-log",
    summary: "leader log of one Cardano pool (`cncli leaderlog`: pool, stake in lovelaces, slots, slots expected; `cardano-cli query leadership-schedule`, as text or JSON: slots)",
    source: "https://github.com/cardano-community/cncli/blob/develop/USAGE.md",
    recognise: |content| match content {
        Content::Text(text) => text.lines().find(|line| !line.trim().is_empty()).is_some_and(is_heading),
        Content::Json(_) => content.get("epochSlotsIdeal").is_some() || schedule(content).is_some(),
    },
    read: Reading::json(read_json).or_lines(read_text),
};

/// The name of a pool that the file does not name.
const UNNAMED: &str = "pool";

/// How to get the whole.
const REMEDY: &str = "`cardano-cli query stake-snapshot --all-stake-pools` has the stakes of all pools";

/// Whether a line is the heading of this table.
fn is_heading(line: &str) -> bool {
    line.split_whitespace().eq(["SlotNo", "UTC", "Time"])
}

fn schedule<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let Content::Json(json) = content else { return None };
    let root = json.first;
    root.first().filter(|first| first.get("slotNumber").is_some()).map(|_| root)
}

const TITLES: [&str; 2] = ["slotNumber", "pool"];

const MEANING: [(Column, &str); 2] = [(Column::Height, "slotNumber"), (Column::Name, "pool")];

/// What is said of a log that does not name its pool, and lists so many slots of an epoch.
fn say_unnamed(intake: &mut Intake, slots: u64) {
    intake.note(format!("the file does not name its pool, which is called `{UNNAMED}`; it has no stake"));
    say_alone(intake, None, &slots.to_string());
}

/// What is said of a log about a pool that holds such a share of the stake, if that is known, and leads so
/// many slots of an epoch.
fn say_alone(intake: &mut Intake, share: Option<f64>, slots: &str) {
    intake.part("it is the log of one pool", REMEDY, share);
    let luck =
        |share: &str| format!("`tombola luck --chain cardano --share {share} --epochs 1 --wins {slots}`");
    intake.alone(match share {
        Some(share) => luck(&share.to_string()),
        None => luck("SHARE") + ", with the pool's share of the active stake,",
    });
}

fn read_json(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Some(list) = schedule(content) else { return read_log(content, intake) };
    begin(intake, list, &TITLES, &MEANING, &[])?;
    let mut lines = Lines::new(list.document().as_bytes());
    let mut slots = 0;
    list.each_item(|node| {
        slots += 1;
        let mut record = Record::new(node, &mut lines);
        record.add(&["slotNumber"])?;
        record.add_text(UNNAMED);
        intake.row(&record)
    })?;
    say_unnamed(intake, slots);
    Ok(())
}

/// A slot and its time on each line.
fn read_text(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    let mut slots = 0;
    each_text(input, |number, line| {
        let spot = Spot { line: number, column: 1 };
        let mut words = line.split_whitespace();
        let Some(slot) = words.next() else { return Ok(()) };
        if !begun && is_heading(line) {
            begun = true;
            return intake.begin(&TableHeader {
                titles: &TITLES,
                meaning: Some(&MEANING),
                units: &[],
                spot: &|_| spot,
            });
        }
        if slot.bytes().all(|byte| byte == b'-') {
            return Ok(());
        }
        if !begun {
            return spot.fault("the table must begin with the line `SlotNo UTC Time`");
        }
        if words.nth(1).is_none() {
            return spot
                .fault(format!("the line must hold a slot and its time, but is {}", shown(line.trim())));
        }
        slots += 1;
        intake.row(&TextRow { fields: [slot, UNNAMED], numbers: 0..1, line: number })
    })?;
    say_unnamed(intake, slots);
    Ok(())
}

/// The log of `cncli`, which is about one pool and all others.
fn read_log(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Content::Json(json) = content else { return Ok(()) };
    let root = json.first;
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
        let mut listed = 0u64;
        slots.each_item(|_| {
            listed += 1;
            Ok(())
        })?;
        let said = text("epochSlots")?;
        if said != listed.to_string() {
            return slots.fault(format!("{listed} slots are listed, but `epochSlots` is {}", shown(&said)));
        }
    }
    intake.note(format!(
        "the log is about one pool: its share of the stake is {} (`sigma`), the total {} lovelaces",
        text("sigma")?,
        text("totalActiveStake")?
    ));
    say_alone(intake, share(content)?, &text("epochSlots")?);
    let mut record = Record::new(root, &mut Lines::new(root.document().as_bytes()));
    for title in titles {
        record.add_node(content.get(title).unwrap_or(root))?;
    }
    intake.row(&record)
}

/// The pool's share of the stake: `sigma`, with which its stake and the total must agree; or from these.
fn share(content: &Content) -> Result<Option<f64>, Fault> {
    let number = |name: &str| content.get(name)?.scalar().ok()?.parse::<f64>().ok();
    let sigma = number("sigma").filter(|sigma| (0.0..=1.0).contains(sigma));
    let (Some(stake), Some(total)) = (number("activeStake"), number("totalActiveStake")) else {
        return Ok(sigma);
    };
    let Some(node) = content.get("sigma") else { return Ok((stake <= total).then_some(stake / total)) };
    match sigma {
        // Rounded to three digits at most.
        Some(sigma) if (stake / total - sigma).abs() <= 0.01 * sigma.max(1e-9) => Ok(Some(sigma)),
        _ => node.fault(format!(
            "`sigma` is {}, but `activeStake` and `totalActiveStake` make a share of {}",
            shown(&node.scalar()?),
            stake / total
        )),
    }
}
