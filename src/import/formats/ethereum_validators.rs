//! Validators of Ethereum, as the beacon node's API shows them.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "ethereum-validators",
    summary: "validators of Ethereum (beacon API, states/{id}/validators): index, effective balance in Gwei; who is not active is left out",
    source: "https://ethereum.github.io/beacon-APIs/#/Beacon/getStateValidators",
    recognise: |content| {
        content.lists("data", &["index", "validator"])
            && content
                .first_of("data")
                .and_then(|first| first.at(&["validator", "effective_balance"]))
                .is_some()
    },
    read: Reading::Json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.get("data"), "list `data`")?;
    let titles = ["index", "pubkey", "effective_balance", "balance"];
    let units = [("effective_balance", "gwei"), ("balance", "gwei")];
    let meaning = [(Column::Name, "index"), (Column::Stake, "effective_balance")];
    begin(intake, list, &titles, &meaning, &units)?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        let members = node.members();
        let get = |name: &str| members.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
        let status = get("status").map_or(Ok("".into()), |node| node.scalar())?;
        if !status.is_empty() && !status.starts_with("active") {
            intake.drop_row("not active: no turn to propose");
            return Ok(());
        }
        let inner = get("validator").map(|node| node.members()).unwrap_or_default();
        let get_inner = |name: &str| inner.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
        let mut record = Record::new(node, &mut lines);
        for found in [get("index"), get_inner("pubkey"), get_inner("effective_balance"), get("balance")] {
            record.add_node(found.unwrap_or(node))?;
        }
        intake.row(&record)
    })
}
