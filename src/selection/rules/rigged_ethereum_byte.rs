//! Rigged: Electra's cap of 2048 ETH tested with phase 0's 8-bit random byte.

use crate::law::{acceptance_chance, first_accepted_shares};
use crate::registry::{Entry, no_settings};
use crate::selection::candidate_order::CandidateOrder;
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};

/// The largest effective balance, in ETH, since Electra.
const CAP: u64 = 2048;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-ethereum-byte",
    summary: "rigged: Ethereum's proposer after Electra, but with the 8-bit random byte of before: balances from 33 to 40 ETH share one chance, +21.2 % at 33 ETH",
    source: "a draft of Electra's compute_proposer_index (consensus-specs, EIP-7251) before the byte became 16 bits",
    parse: |table| no_settings(table, || Box::new(EthereumByte)),
};

/// Ethereum's rejection sampling with too coarse a random number. No settings; stakes are whole ETH.
///
/// Candidates come in a random order (an unbiased shuffle drawn from the stream stands in for
/// swap-or-not: the mistake is in the byte, not in the order) and are accepted if
/// `balance * 255 >= 2048 * byte`.
///
/// True law: [`first_accepted_shares`] with chances of `floor(balance * 255 / 2048) + 1` in 256.
struct EthereumByte;

impl Rule for EthereumByte {
    fn is_rigged(&self) -> bool {
        true
    }

    /// What the program believes: Electra's law, with a 16-bit random number.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let chances: Vec<f64> = stakes.iter().map(|&eth| acceptance_chance(eth, CAP, 65535)).collect();
        ExpectedShares::Shares(first_accepted_shares(&chances))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(EthereumByteSelector { candidates: CandidateOrder::new(start.stakes) })
    }
}

struct EthereumByteSelector {
    candidates: CandidateOrder,
}

impl Selector for EthereumByteSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.candidates.start(turn.changes);
        // Ends for certain: byte 0 lets everybody pass.
        for position in 0.. {
            let Some((validator, eth)) = self.candidates.at(position, turn.lottery) else { break };
            let byte = turn.lottery.below(256);
            if eth.min(CAP) * 255 >= CAP * byte {
                return Selection::Forger { validator, token: None };
            }
        }
        Selection::Nobody
    }
}
