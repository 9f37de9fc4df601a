//! A chain written down: one JSON object a line, the bytes of blocks and certificates in
//! hexadecimal.

use super::attest::Ballot;
use super::chain::Chain;
use super::full::Full;
use super::genesis::GenesisRecord;
use super::observer::Observer;
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// One line of an exported chain.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum ChainLine {
    /// The beginning.
    Genesis(Box<GenesisRecord>),
    /// A block that joined the chain.
    Block {
        /// The bytes of the block.
        bytes: String,
        /// The bytes of its certificate.
        certificate: String,
    },
    /// A round whose forger made no block, or one that was rejected and proves nothing, and was penalised
    /// for it.
    Missed {
        /// The round.
        round: u64,
        /// The forger's address.
        forger: String,
    },
    /// A rejected block that proves its forger cheated.
    Offence {
        /// The round in which it was drawn; the block may lie about it.
        round: u64,
        /// The bytes of the block.
        bytes: String,
        /// The bytes of the second block for the same round, if that was the cheat.
        #[serde(skip_serializing_if = "Option::is_none")]
        second: Option<String>,
    },
    /// The end.
    End {
        /// The height of the last block.
        height: u64,
        /// Commitment to the state of all accounts, in hexadecimal.
        state: String,
    },
}

/// A observer that writes a chain down while it grows. Memory does not grow with the rounds.
pub struct ChainWriter<W: Write> {
    out: W,
    /// The first failure; nothing is written after it.
    result: io::Result<()>,
    /// The round that is being played.
    round: u64,
}

impl<W: Write> ChainWriter<W> {
    /// Begins with the genesis record.
    pub fn new(out: W, genesis: GenesisRecord) -> Self {
        let mut writer = ChainWriter { out, result: Ok(()), round: 0 };
        writer.write(&ChainLine::Genesis(Box::new(genesis)));
        writer
    }

    /// Writes the end and hands back what was written to.
    ///
    /// # Errors
    /// The first failure to write, whenever it happened.
    pub fn finish(mut self, chain: &mut Chain<Full>) -> io::Result<W> {
        let height = chain.height();
        let (fidelity, state) = chain.fidelity_with_state();
        let state = hex::encode(fidelity.commitment(state));
        self.write(&ChainLine::End { height, state });
        self.result?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Ends without an end, because the trial did.
    ///
    /// # Errors
    /// The first failure to write, whenever it happened.
    pub fn give_up(self) -> io::Result<()> {
        self.result
    }

    fn write(&mut self, line: &ChainLine) {
        if self.result.is_ok() {
            self.result = serde_json::to_writer(&mut self.out, line)
                .map_err(io::Error::from)
                .and_then(|()| self.out.write_all(b"\n"));
        }
    }
}

impl<W: Write> Observer<Full<'_>> for ChainWriter<W> {
    fn gave_up(&self) -> bool {
        self.result.is_err()
    }

    fn opened(&mut self, chain: &Chain<Full>) {
        self.round = chain.round();
    }

    fn decided(&mut self, full: &Full, _ballot: &Ballot, accepted: bool) {
        if accepted {
            let mut certificate = Vec::new();
            full.certificate().encode(&mut certificate);
            self.write(&ChainLine::Block {
                bytes: hex::encode(full.block_bytes()),
                certificate: hex::encode(certificate),
            });
        }
    }

    fn penalised(&mut self, full: &Full, forger: ValidatorId) {
        let forger = full.keys().directory().address(forger.into()).to_string();
        self.write(&ChainLine::Missed { round: self.round, forger });
    }

    fn slashed(&mut self, full: &Full, _forger: ValidatorId, _amount: u64) {
        self.write(&ChainLine::Offence {
            round: self.round,
            bytes: hex::encode(full.block_bytes()),
            second: full.second_bytes().map(hex::encode),
        });
    }
}
