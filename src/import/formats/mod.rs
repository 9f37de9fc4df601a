//! The formats, one file each.

mod algorand_genesis;
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

/// How a format is read.
pub(super) enum Reading {
    /// It is one value of JSON.
    Json(ReadJson),
    /// It is JSON, of one value or of several, one after another.
    Values(ReadJson),
    /// It is JSON with a list that may be long: as of several values of `whole`, or item by item where its
    /// beginning shows the list.
    LongList {
        /// The name of the list.
        list: &'static str,
        /// Whether an item of it is a row.
        is_row: fn(Node) -> bool,
        /// Hands the rows on, all in memory.
        whole: ReadJson,
        /// Hands the rows on, of which one is in memory.
        items: ReadLines,
    },
    /// It is other text.
    Lines(ReadLines),
    /// It is one or the other.
    Either(ReadJson, ReadLines),
}

impl Format {
    /// How it is read as JSON, if it can be.
    pub(super) fn json(&self) -> Option<ReadJson> {
        match self.read {
            Reading::Json(read) | Reading::Values(read) | Reading::Either(read, _) => Some(read),
            Reading::LongList { whole, .. } => Some(whole),
            Reading::Lines(_) => None,
        }
    }

    /// How it is read as other text, if it can be.
    pub(super) fn lines(&self) -> Option<ReadLines> {
        match self.read {
            Reading::Lines(read) | Reading::Either(_, read) => Some(read),
            Reading::Json(_) | Reading::Values(_) | Reading::LongList { .. } => None,
        }
    }

    /// How it is read item by item, if JSON that begins so can be.
    pub(super) fn items(&self, begin: &str) -> Option<ReadLines> {
        match self.read {
            Reading::LongList { list, is_row, items, .. } => {
                begins_with(begin, list, is_row).then_some(items)
            }
            _ => None,
        }
    }

    /// Whether a file of it may hold several values of JSON.
    pub(super) fn has_values(&self) -> bool {
        matches!(self.read, Reading::Values(_) | Reading::LongList { .. })
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
