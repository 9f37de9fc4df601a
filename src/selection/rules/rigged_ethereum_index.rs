//! Rigged: phase 0's random byte is taken at `i div 32` of its block of 32 instead of `i mod 32`.

use crate::law::{acceptance_chance, first_accepted_shares};
use crate::registry::{Entry, no_settings};
use crate::selection::candidate_order::CandidateOrder;
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};

/// The largest effective balance, in ETH, of phase 0.
const CAP: u64 = 32;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-ethereum-index",
    summary: "rigged: Ethereum's proposer of phase 0 with the two indices of the random byte confused, so that 32 candidates in a row are tested against one byte: full balances gain, small ones lose",
    source: "a slip when implementing hash(seed ‖ i div 32)[i mod 32] of consensus-specs' compute_proposer_index",
    parse: |table| no_settings(table, || Box::new(EthereumIndex)),
};

/// Ethereum's rejection sampling with one random byte for 32 candidates. No settings; stakes are
/// whole ETH.
///
/// Right is byte `i mod 32` of hash number `i div 32` for the candidate at position i. Writing i for
/// `i div 32` in the hash still gives every candidate a byte of its own: the law stays the same, and
/// only the published test vectors can tell. Writing `i div 32` for `i mod 32` gives all 32
/// candidates of a block the same byte, and that is unfair: a byte that only full balances pass is
/// theirs, and one that all pass is shared by all, so that small balances win no more than an equal
/// share of the bytes they pass.
///
/// Candidates come in a random order (an unbiased shuffle drawn from the stream stands in for
/// swap-or-not), bytes from the stream.
///
/// True law: [`shared_byte_shares`](crate::law::mistakes::shared_byte_shares), closed for up to 32
/// validators.
struct EthereumIndex;

impl Rule for EthereumIndex {
    fn is_rigged(&self) -> bool {
        true
    }

    /// What the program believes: the law of phase 0, with a byte for every candidate.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let chances: Vec<f64> = stakes.iter().map(|&eth| acceptance_chance(eth, CAP, 255)).collect();
        ExpectedShares::Shares(first_accepted_shares(&chances))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(EthereumIndexSelector { candidates: CandidateOrder::new(start.stakes) })
    }
}

struct EthereumIndexSelector {
    candidates: CandidateOrder,
}

impl Selector for EthereumIndexSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.candidates.start(turn.changes);
        let mut byte = 0;
        // Ends for certain: byte 0 lets everybody pass.
        for position in 0.. {
            if position % 32 == 0 {
                byte = turn.lottery.below(256);
            }
            let Some((validator, eth)) = self.candidates.at(position, turn.lottery) else { break };
            if eth.min(CAP) * 255 >= CAP * byte {
                return Selection::Forger { validator, token: None };
            }
        }
        Selection::Nobody
    }
}
