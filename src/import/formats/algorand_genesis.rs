//! Genesis files of Algorand.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::labels::Labels;
use super::record::{Record, begin, needed};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "algorand-genesis",
    summary: "genesis of Algorand: accounts by comment or address, microalgos; who is not online is left out",
    source: "https://github.com/algorand/go-algorand/blob/master/data/bookkeeping/genesis.go",
    recognise: |content| content.lists("alloc", &["addr", "state"]),
    read: Reading::json(read),
};

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let list = needed(content.get("alloc"), "list `alloc`")?;
    let mut labels = Labels::default();
    list.each_item(|node| {
        labels.count(node.get("comment").map_or(Ok("".into()), |node| node.scalar())?.trim());
        Ok(())
    })?;
    let titles = ["name", "addr", "algo"];
    begin(
        intake,
        list,
        &titles,
        &[(Column::Name, "name"), (Column::Stake, "algo")],
        &[("algo", "microalgos")],
    )?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| {
        let text = |path: &[&str]| node.at(path).map_or(Ok("".into()), |node| node.scalar());
        if text(&["state", "onl"])? != "1" {
            intake.drop_row("not online: no part in consensus");
            return Ok(());
        }
        let mut record = Record::new(node, &mut lines);
        record.add_text(labels.name(text(&["comment"])?.trim(), &text(&["addr"])?));
        record.add(&["addr"])?;
        record.add(&["state", "algo"])?;
        intake.row(&record)
    })
}
