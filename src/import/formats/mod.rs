//! The formats, one file each.

mod algorand_genesis;
mod all_or_none;
mod aptos_validators;
mod cardano_leader_log;
mod cardano_stake_distribution;
mod cometbft_validators;
mod cosmos_staking;
mod ethereum_duties;
mod ethereum_validators;
mod json_rows;
mod labels;
mod near_validators;
mod page;
mod polkadot_era_points;
mod record;
mod separated;
mod solana_block_production;
mod solana_leader_schedule;
mod solana_validators;
mod sui_validators;
mod text_row;
mod text_table;

use super::content::Content;
use super::fault::Fault;
use super::intake::Intake;
use super::json::Node;
use super::long_list::begins_with;
use std::io::BufRead;

/// A format that tables come in.
pub struct Format {
    /// Its name for `--format`.
    pub name: &'static str,
    /// What prints it, and what is read of it.
    pub summary: &'static str,
    /// Where it is described.
    pub source: &'static str,
    /// Whether some contents are of this format.
    pub(super) recognise: fn(&Content) -> bool,
    /// Hands the rows on.
    pub(super) read: Reading,
}

/// Hands the rows of JSON on, all of which is in memory.
type ReadJson = fn(&Content, &mut Intake) -> Result<(), Fault>;

/// Hands the rows of other text on, of which a line is in memory.
type ReadLines = fn(&mut dyn BufRead, &mut Intake) -> Result<(), Fault>;

/// Hands on the rows of JSON that is a list of rows, or has them one after another; the text is its beginning, by
/// which the titles are known.
type ReadRows = fn(&str, &mut dyn BufRead, &mut Intake) -> Result<(), Fault>;

/// How a format is read.
pub(super) struct Reading {
    /// As JSON, all of which is in memory.
    json: Option<ReadJson>,
    /// Whether such JSON may be of several values, one after another.
    has_values: bool,
    /// As other text.
    lines: Option<ReadLines>,
    /// As JSON with a list that may be long, item by item where its beginning shows the list.
    list: Option<LongList>,
    /// As JSON that is nothing but rows, row by row.
    rows: Option<ReadRows>,
}

/// A list of JSON that may be long.
struct LongList {
    /// Its name.
    name: &'static str,
    /// Whether an item of it is a row.
    is_row: fn(Node) -> bool,
    /// Whether it may stand by itself, without what tells whose it is.
    is_bare: bool,
    /// Hands the rows on, of which one is in memory.
    read: ReadLines,
}

impl Reading {
    const NONE: Reading = Reading { json: None, has_values: false, lines: None, list: None, rows: None };

    /// It is one value of JSON.
    pub(super) const fn json(read: ReadJson) -> Self {
        Reading { json: Some(read), ..Reading::NONE }
    }

    /// It is JSON, of one value or of several, one after another.
    pub(super) const fn values(read: ReadJson) -> Self {
        Reading { has_values: true, ..Reading::json(read) }
    }

    /// It is other text.
    pub(super) const fn lines(read: ReadLines) -> Self {
        Reading { lines: Some(read), ..Reading::NONE }
    }

    /// It may be other text too.
    pub(super) const fn or_lines(self, read: ReadLines) -> Self {
        Reading { lines: Some(read), ..self }
    }

    /// It has a list that may be long.
    pub(super) const fn with_list(
        self,
        name: &'static str,
        is_row: fn(Node) -> bool,
        read: ReadLines,
    ) -> Self {
        Reading { list: Some(LongList { name, is_row, is_bare: false, read }), ..self }
    }

    /// It has a list that may be long, or is such a list.
    pub(super) const fn with_bare_list(
        self,
        name: &'static str,
        is_row: fn(Node) -> bool,
        read: ReadLines,
    ) -> Self {
        Reading { list: Some(LongList { name, is_row, is_bare: true, read }), ..self }
    }

    /// It may be nothing but rows.
    pub(super) const fn with_rows(self, read: ReadRows) -> Self {
        Reading { rows: Some(read), ..self }
    }
}

impl Format {
    /// How it is read as JSON, if it can be.
    pub(super) fn json(&self) -> Option<ReadJson> {
        self.read.json
    }

    /// How it is read as other text, if it can be.
    pub(super) fn lines(&self) -> Option<ReadLines> {
        self.read.lines
    }

    /// How it is read item by item, if JSON that begins so can be.
    pub(super) fn items(&self, begin: &str) -> Option<ReadLines> {
        let list =
            self.read.list.as_ref().filter(|list| list.is_bare || !begin.trim_start().starts_with('['))?;
        begins_with(begin, list.name, list.is_row).then_some(list.read)
    }

    /// How it is read row by row, if JSON that is nothing but rows can be.
    pub(super) fn rows(&self) -> Option<ReadRows> {
        self.read.rows
    }

    /// Whether a file of it may hold several values of JSON.
    pub(super) fn has_values(&self) -> bool {
        self.read.has_values
    }
}

/// Every format; the first that recognises the contents is taken.
pub const FORMATS: &[Format] = &[
    cosmos_staking::FORMAT,
    cometbft_validators::FORMAT,
    solana_validators::FORMAT,
    solana_leader_schedule::FORMAT,
    solana_block_production::FORMAT,
    ethereum_validators::FORMAT,
    ethereum_duties::FORMAT,
    cardano_stake_distribution::FORMAT,
    cardano_leader_log::FORMAT,
    near_validators::FORMAT,
    sui_validators::FORMAT,
    aptos_validators::FORMAT,
    algorand_genesis::FORMAT,
    polkadot_era_points::FORMAT,
    json_rows::FORMAT,
    text_table::FORMAT,
    separated::TSV,
    separated::SEMICOLON,
    separated::CSV,
];
