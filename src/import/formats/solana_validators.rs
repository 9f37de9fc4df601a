//! Validators of Solana, as `solana validators --output json` and `getVoteAccounts` show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::{Kind, Node};
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "solana-validators",
    summary: "validators of Solana (`solana validators --output json`, getVoteAccounts): identity, activated stake in lamports, delinquent ones included, as they keep their slots",
    source: "https://solana.com/docs/rpc/http/getvoteaccounts",
    recognise: |content| {
        list(content).is_some() || content.lists("current", &["nodePubkey", "activatedStake"])
    },
    read: Reading::Json(read),
};

/// The list of validators of the command, in its object or by itself.
fn list<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let first = content.first_row("validators")?;
    let is_row = ["identityPubkey", "activatedStake"].iter().all(|name| first.get(name).is_some());
    content.place("validators").filter(|node| is_row && node.kind() == Kind::List)
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let (lists, identity, vote): (Vec<Node>, _, _) = match list(content) {
        Some(list) => (vec![list], "identityPubkey", "voteAccountPubkey"),
        None => {
            let current = needed(content.get("current"), "list `validators` or `current`")?;
            let lists = [Some(current), content.get("delinquent")];
            (lists.into_iter().flatten().collect(), "nodePubkey", "votePubkey")
        }
    };
    let titles = [identity, vote, "activatedStake"];
    let meaning = [(Column::Name, identity), (Column::Stake, "activatedStake")];
    begin(intake, lists[0], &titles, &meaning, &[("activatedStake", "lamports")])?;
    for list in lists {
        let mut lines = Lines::new(list.document().as_bytes());
        list.each_item(|node| {
            let mut record = Record::new(node, &mut lines);
            record.add_all(&titles)?;
            // A node may have vote accounts without stake, which have no slots.
            if record.field_is_zero(2) {
                intake.drop_row("vote accounts without stake");
                return Ok(());
            }
            intake.row(&record)
        })?;
    }
    if let Some(total) = content.get("totalActiveStake") {
        intake.check_total("totalActiveStake", &total.scalar()?, "`solana validators` shows all");
    }
    Ok(())
}
