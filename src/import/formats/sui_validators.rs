//! Validators of Sui, as `suix_getLatestSuiSystemState` and `suix_getCommitteeInfo` show them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::labels::Labels;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "sui-validators",
    summary: "validators of Sui (suix_getLatestSuiSystemState: name, stake in MIST; suix_getCommitteeInfo: key, voting power)",
    source: "https://docs.sui.io/sui-api-ref#suix_getlatestsuisystemstate",
    recognise: |content| {
        content.lists("activeValidators", &["suiAddress", "stakingPoolSuiBalance"])
            || content.get("epoch").is_some()
                && content
                    .get("validators")
                    .and_then(|list| list.first())
                    .is_some_and(|first| first.pair().is_some())
    },
    read: Reading::json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Some(list) = content.get("activeValidators") else { return committee(content, intake) };
    let mut labels = Labels::default();
    list.each_item(|node| {
        labels.count(node.get("name").map_or(Ok("".into()), |node| node.scalar())?.trim());
        Ok(())
    })?;
    let titles = ["name", "suiAddress", "stakingPoolSuiBalance", "votingPower"];
    let meaning = [(Column::Name, "name"), (Column::Stake, "stakingPoolSuiBalance")];
    begin(intake, list, &titles, &meaning, &[("stakingPoolSuiBalance", "mist")])?;
    intake.note(
        "stakes are those of the staking pools; consensus uses `votingPower`, parts of 10,000 with a cap: --columns stake=votingPower",
    );
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        let text = |name: &str| node.get(name).map_or(Ok("".into()), |node| node.scalar());
        let mut record = Record::new(node, &mut lines);
        record.add_text(labels.name(text("name")?.trim(), &text("suiAddress")?));
        record.add_all(&titles[1..])?;
        intake.row(&record)
    })?;
    if intake.title_of_stakes() == Some("stakingPoolSuiBalance")
        && let Some(total) = content.get("totalStake")
    {
        intake.check_total("totalStake", &total.scalar()?, "suix_getLatestSuiSystemState has all");
    }
    Ok(())
}

/// Pairs of a key and its voting power.
fn committee(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.get("validators"), "list `activeValidators` or `validators`")?;
    begin(
        intake,
        list,
        &["key", "votingPower"],
        &[(Column::Name, "key"), (Column::Stake, "votingPower")],
        &[],
    )?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        let Some([key, power]) = node.pair() else {
            return node.fault("a member of the committee is a key and its voting power");
        };
        let mut record = Record::new(node, &mut lines);
        record.add_node(key)?;
        record.add_node(power)?;
        intake.row(&record)
    })
}
