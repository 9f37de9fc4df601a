//! Validators of Solana, as `solana validators --output json` and `getVoteAccounts` show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::{Kind, Node};
use super::page::AnswerPages;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "solana-validators",
    summary: "validators of Solana (`solana validators --output json`, getVoteAccounts; also their rows as a list or an object on each line): identity, activated stake in lamports, delinquent ones included, as they keep their slots",
    source: "https://solana.com/docs/rpc/http/getvoteaccounts",
    recognise: |content| titles(content).is_some(),
    read: Reading::values(read),
};

/// Identity, vote account and stake, as the command calls them.
const OF_COMMAND: [&str; 3] = ["identityPubkey", "voteAccountPubkey", "activatedStake"];

/// The same, as the remote call does.
const OF_CALL: [&str; 3] = ["nodePubkey", "votePubkey", "activatedStake"];

/// What the members of a validator are called, if an object is one.
fn titles_of(node: Node) -> Option<[&'static str; 3]> {
    [OF_COMMAND, OF_CALL]
        .into_iter()
        .find(|[identity, _, stake]| node.get(identity).is_some() && node.get(stake).is_some())
}

/// The lists of the answer to the remote call.
fn lists<'a>(content: &Content<'a>) -> impl Iterator<Item = Node<'a>> {
    let lists = ["current", "delinquent"].map(|name| content.get(name));
    lists.into_iter().flatten().filter(|node| node.kind() == Kind::List)
}

/// What the members of the first validator are called.
fn titles(content: &Content) -> Option<[&'static str; 3]> {
    let row = content.first_row("validators").and_then(titles_of);
    row.or_else(|| lists(content).find_map(|list| titles_of(list.first()?)))
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Some(titles) = titles(content) else {
        return Fault::whole(
            "the file has no list `validators` or `current` of objects with an identity and an `activatedStake`, which this format has; is another --format meant?",
        );
    };
    AnswerPages::of(content)?;
    let lists: Vec<Node> = lists(content).collect();
    if !lists.is_empty() && content.count() > 1 {
        return Fault::whole(format!(
            "the file holds {} answers, one after another, but one has all validators; give one",
            content.count()
        ));
    }
    let place = needed(lists.first().copied().or(content.place("validators")), "validators")?;
    let meaning = [(Column::Name, titles[0]), (Column::Stake, titles[2])];
    begin(intake, place, &titles, &meaning, &[(titles[2], "lamports")])?;
    let take = |node: Node, lines: &mut Lines, intake: &mut Intake| {
        if titles_of(node) != Some(titles) {
            return node.fault(format!("a validator here has `{}` and `{}`", titles[0], titles[2]));
        }
        let mut record = Record::new(node, lines);
        record.add_all(&titles)?;
        // A node may have vote accounts without stake, which have no slots.
        if record.field_is_zero(2) {
            intake.drop_row("vote accounts without stake");
            return Ok(());
        }
        intake.row(&record)
    };
    // The rows of the lists need not stand in their order in the text.
    for list in &lists {
        let mut lines = Lines::new(list.document().as_bytes());
        list.each_item(|node| take(node, &mut lines, intake))?;
    }
    if lists.is_empty() {
        let mut lines = Lines::new(place.document().as_bytes());
        let is_row = |node: Node| titles_of(node).is_some();
        content.each_row("validators", &is_row, &mut |node| take(node, &mut lines, intake))?;
    }
    if content.is_single_row("validators") && lists.is_empty() {
        intake.part("it is about one validator", "`solana validators --output json` shows all", None);
    }
    if let Some(total) = content.get("totalActiveStake") {
        intake.check_total("totalActiveStake", &total.scalar()?, "`solana validators` shows all");
    }
    Ok(())
}
