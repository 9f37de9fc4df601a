//! Block production of Solana, as `solana block-production --output json` and `getBlockProduction`
//! show it.

use super::super::column::Column;
use super::super::content::Content;
use super::super::fault::{Fault, Lines};
use super::super::intake::Intake;
use super::super::json::{Kind, Node};
use super::record::{Record, begin};
use super::{Format, Reading};

/// See the module.
pub const FORMAT: Format = Format {
    name: "solana-block-production",
    summary: "block production of Solana (`solana block-production --output json`, getBlockProduction): blocks and slots of each leader; no stakes",
    source: "https://solana.com/docs/rpc/http/getblockproduction",
    recognise: |content| {
        content.lists("leaders", &["identityPubkey", "leaderSlots"]) || by_identity(content).is_some()
    },
    read: Reading::Json(read),
};

fn by_identity<'a>(content: &Content<'a>) -> Option<Node<'a>> {
    let object = content.get("byIdentity").or_else(|| content.get("value")?.get("byIdentity"))?;
    (object.kind() == Kind::Object).then_some(object)
}

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    if let Some(list) = content.get("leaders") {
        let titles = ["identityPubkey", "blocksProduced", "leaderSlots"];
        let meaning = [(Column::Name, titles[0]), (Column::Wins, titles[1]), (Column::Slots, titles[2])];
        begin(intake, list, &titles, &meaning, &[])?;
        let mut lines = Lines::new(list.document().as_bytes());
        return list.each_item(|node| {
            let mut record = Record::new(node, &mut lines);
            record.add_all(&titles)?;
            intake.row(&record)
        });
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
