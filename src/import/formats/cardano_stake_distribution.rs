//! Stake distributions of Cardano, as `cardano-cli query stake-distribution` and `query
//! stake-snapshot` show them.

use super::super::amount::Amount;
use super::super::column::Column;
use super::super::content::Content;
use super::super::delimited::each_text;
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::{Intake, TableHeader};
use super::super::json::{Kind, Node};
use super::super::numerals::Spot;
use super::record::{Record, begin, needed};
use super::text_row::TextRow;
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "cardano-stake-distribution",
    summary: "stake distribution of Cardano (`cardano-cli query stake-distribution`, as text or JSON, or stake-snapshot): pool, share of the stake or lovelaces",
    source: "https://developers.cardano.org/docs/get-started/cardano-cli/",
    recognise: |content| match content {
        Content::Text(text) => text.lines().find(|line| !line.trim().is_empty()).is_some_and(is_heading),
        Content::Json(_) => {
            fractions(content).is_some()
                || decimals(content).is_some()
                || OLD_TITLES.iter().all(|title| content.get(title).is_some())
                || snapshots(content).is_some()
        }
    },
    read: Reading::json(read_json).or_lines(read_text),
};

/// What `query stake-snapshot --stake-pool-id` showed before it named pools: the stakes of one pool
/// and of all in the three snapshots.
const OLD_TITLES: [&str; 6] =
    ["poolStakeMark", "poolStakeSet", "poolStakeGo", "activeStakeMark", "activeStakeSet", "activeStakeGo"];

/// How to get the whole.
const REMEDY: &str = "`cardano-cli query stake-snapshot --all-stake-pools` has all pools";

/// Whether a line is the heading of this table.
fn is_heading(line: &str) -> bool {
    line.split_whitespace().eq(["PoolId", "Stake", "frac"])
}

/// The numerator and denominator of a pool's stake.
fn fraction<'a>(pool: Node<'a>) -> Option<(Node<'a>, Node<'a>)> {
    let both = |node: Node<'a>| Some((node.get("numerator")?, node.get("denominator")?));
    // With the hash of a key beside it in some versions, as an object or as a list.
    let inner = pool.members().into_iter().map(|(_, node)| node);
    [Some(pool), pool.first()].into_iter().flatten().chain(inner).find_map(both)
}

/// The object that gives the stakes of three snapshots for each pool, in the answer or by itself.
fn snapshots<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let Content::Json(json) = content else { return None };
    let is_pools = |node: &Node| node.first_member().is_some_and(|pool| pool.get("stakeSet").is_some());
    [content.get("pools"), Some(json.first)].into_iter().flatten().find(is_pools)
}

/// The object that gives a fraction for each pool.
fn fractions<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let Content::Json(json) = content else { return None };
    let root = json.first;
    let inner = ["pools", "unPoolDistr", "poolDistribution"].iter().find_map(|name| root.get(name));
    let object = inner.unwrap_or(root);
    fraction(object.first_member()?).map(|_| object)
}

/// The object that gives a decimal fraction for each pool.
fn decimals<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let Content::Json(json) = content else { return None };
    let is_share = |node: &Node| {
        let number = || node.scalar().ok()?.parse::<f64>().ok();
        node.kind() == Kind::Number && number().is_some_and(|share| (0.0..=1.0).contains(&share))
    };
    let all =
        json.body.iter().all(|(key, node)| key.starts_with("pool1") && key.len() > 50 && is_share(node));
    (all && !json.body.is_empty()).then_some(json.first)
}

const MEANING: [(Column, &str); 2] = [(Column::Name, "pool"), (Column::Stake, "stake")];

fn read_json(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    match fractions(content) {
        Some(object) => read_fractions(object, intake),
        None if let Some(object) = decimals(content) => read_decimals(object, intake),
        None if content.get(OLD_TITLES[1]).is_some() => read_old_snapshot(content, intake),
        None => read_snapshot(content, intake),
    }
}

/// A pool and its share on each line.
fn read_text(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut begun = false;
    each_text(input, |number, line| {
        let line = line.trim();
        let spot = Spot { line: number, column: 1 };
        if !begun && is_heading(line) {
            begun = true;
            intake.note(
                "stakes are shares of the total active stake, with four digits: `query stake-snapshot` has whole lovelaces",
            );
            return intake.begin(&TableHeader {
                titles: &["pool", "stake"],
                meaning: Some(&MEANING),
                units: &[],
                spot: &|_| spot,
            });
        }
        if line.bytes().all(|byte| byte == b'-') {
            return Ok(());
        }
        if !begun {
            return spot.fault("the table must begin with the line `PoolId Stake frac`");
        }
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(pool), Some(stake), None) => {
                intake.row(&TextRow { fields: [pool, stake], numbers: 1..2, line: number })
            }
            _ => spot.fault(format!("the line must hold a pool and its share, but is {}", shown(line))),
        }
    })?;
    if begun { check_fractions(intake, Amount::new(1, 0)) } else { Ok(()) }
}

/// The fractions of all pools make the whole, but for their rounding.
fn check_fractions(intake: &mut Intake, whole: Amount) -> Result<(), Fault> {
    let Some(sum) = intake.staked() else { return Ok(()) };
    let share = sum.approximate() / whole.approximate();
    let why = format!("the fractions of its pools make {:.4} % of the stake", 100.0 * share);
    if share > 1.01 {
        return Fault::whole(format!("{why}: more than there is, so they are fractions of something else"));
    }
    if share < 0.99 {
        intake.part(why, REMEDY, Some(share));
    }
    Ok(())
}

/// A decimal fraction for each pool.
fn read_decimals(object: Node, intake: &mut Intake) -> Result<(), Fault> {
    begin(intake, object, &["pool", "stake"], &MEANING, &[])?;
    let mut lines = Lines::new(object.document().as_bytes());
    object.each_member(|pool, node| {
        let mut record = Record::new(node, &mut lines);
        record.add_text(pool);
        record.add_node(node)?;
        intake.row(&record)
    })?;
    intake.note("stakes are fractions of the total active stake");
    check_fractions(intake, Amount::new(1, 0))
}

/// A fraction for each pool. They are brought to the common denominator, which is the total stake.
fn read_fractions(object: Node, intake: &mut Intake) -> Result<(), Fault> {
    begin(intake, object, &["pool", "stake"], &MEANING, &[])?;
    let mut numbers = Vec::new();
    object.each_member(|_, node| {
        let Some((over, under)) = fraction(node) else {
            return node.fault("this pool has no numerator and denominator, but others have");
        };
        let read = |node: Node| node.scalar().ok()?.parse::<u128>().ok();
        match (read(over), read(under)) {
            (Some(a), Some(b)) if b > 0 => numbers.push((a, b)),
            _ => return node.fault("the fraction of this pool is not one of two whole numbers"),
        }
        Ok(())
    })?;
    let mut common = 1u128;
    for &(_, under) in &numbers {
        let shared = divisor(common, under);
        let Some(next) = (common / shared).checked_mul(under).filter(|next| *next < 1 << 90) else {
            return object.fault("the denominators of the pools have no common multiple below 2^90");
        };
        common = next;
    }
    let mut lines = Lines::new(object.document().as_bytes());
    let mut numbers = numbers.into_iter();
    object.each_member(|pool, node| {
        let stake = numbers.next().and_then(|(over, under)| (common / under).checked_mul(over));
        let Some(stake) = stake else {
            return node.fault("the fraction of this pool is too large");
        };
        let mut record = Record::new(node, &mut lines);
        record.add_text(pool);
        record.add_text(Amount::new(stake, 0).to_string());
        intake.row(&record)
    })?;
    intake.note(format!(
        "stakes are fractions of the total active stake, brought to the common denominator {common}"
    ));
    check_fractions(intake, Amount::new(common, 0))
}

/// The stakes of the snapshot in use.
fn read_snapshot(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let pools = needed(snapshots(content), "object `pools` with a `stakeSet` for each pool")?;
    let titles = ["pool", "stakeMark", "stakeSet", "stakeGo"];
    let units = [("stakeMark", "lovelace"), ("stakeSet", "lovelace"), ("stakeGo", "lovelace")];
    begin(intake, pools, &titles, &[(Column::Name, "pool"), (Column::Stake, "stakeSet")], &units)?;
    intake.note("read the snapshot `set`, by which the leaders of this epoch are drawn");
    let mut lines = Lines::new(pools.document().as_bytes());
    pools.each_member(|pool, node| {
        let mut record = Record::new(node, &mut lines);
        record.add_text(&*pool);
        record.add_all(&titles[1..])?;
        intake.row(&record)
    })?;
    // The total is of all pools, also where the file shows a few.
    let title = intake.title_of_stakes().unwrap_or_default().to_owned();
    let total = format!("total.{title}");
    match content.get("total").and_then(|total| total.get(&title)) {
        Some(node) => {
            let said = node.scalar()?;
            intake.note(format!("shares are of `{total}`, {said} lovelaces"));
            intake.check_total(&total, &said, REMEDY);
        }
        None => intake.part(
            format!("the file says no `{total}`, so whether it has all pools, and what share a stake is, is not known"),
            "give the whole answer of `cardano-cli query stake-snapshot --all-stake-pools`, with its `total`; if these are all pools, `tombola import FILE --to stakes.csv` makes a table whose sum is the total",
            None,
        ),
    }
    Ok(())
}

/// The stakes of the one pool of an older snapshot.
fn read_old_snapshot(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Content::Json(json) = content else { return Ok(()) };
    let root = json.first;
    let titles = ["pool", OLD_TITLES[0], OLD_TITLES[1], OLD_TITLES[2]];
    let units = [(titles[1], "lovelace"), (titles[2], "lovelace"), (titles[3], "lovelace")];
    begin(intake, root, &titles, &[(Column::Name, "pool"), (Column::Stake, "poolStakeSet")], &units)?;
    intake.note("the file does not name its pool, which is called `pool`; read the snapshot `set`, by which the leaders of this epoch are drawn");
    let mut record = Record::new(root, &mut Lines::new(root.document().as_bytes()));
    record.add_text("pool");
    for title in &titles[1..] {
        record.add_node(content.get(title).unwrap_or(root))?;
    }
    intake.row(&record)?;
    let of_all = intake.title_of_stakes().unwrap_or_default().replace("poolStake", "activeStake");
    let total = content.get(&of_all).and_then(|node| node.scalar().ok()?.parse::<f64>().ok());
    let share = intake.staked().zip(total).map(|(stake, total)| stake.approximate() / total);
    let share = share.filter(|share| (0.0..=1.0).contains(share));
    let why = match share {
        Some(_) => format!("it is about one pool, of which `{of_all}` tells the share"),
        None => format!("it is about one pool, and `{of_all}` does not tell its share"),
    };
    intake.part(why, REMEDY, share);
    let share = share.map_or("SHARE".to_owned(), |share| share.to_string());
    intake.alone(format!("`tombola luck --chain cardano --share {share} --epochs N --wins K`"));
    Ok(())
}

fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
