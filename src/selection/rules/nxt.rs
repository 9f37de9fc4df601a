//! NXT: everybody's hit against a target that grows with time and balance.

use crate::crypto::{Hash, sha256};
use crate::law::single_lottery_shares;
use crate::random::StreamKey;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{ByChance, ChanceTokens, forger, smallest_quotient};
use crate::selection::{
    Dispersion, Draw, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "nxt",
    summary: "the first whose hit falls below base target x balance x seconds: a single lottery, with real hash draws if wanted",
    source: "Nxt whitepaper, revision 4, section 2.4.1; Generator.java of the reference software",
    parse: |table| settings::<Nxt, _>(table, |rule| Ok(Box::new(rule))),
};

/// NXT's forging.
///
/// Account i may forge when `hit_i < base target * balance_i * seconds`, so the one with the
/// smallest `hit / balance` does; the base target is the same for all and cancels. NXT counts whole
/// seconds, and lets the network settle a tie; here the quotients are compared exactly.
/// With hits from the stream and while stakes stay, the winner is drawn by its exact chance, at the cost
/// of a draw by stake; otherwise O(n) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Nxt {
    #[serde(default)]
    lottery: Lottery,
    #[serde(skip)]
    tokens: ChanceTokens,
}

/// Where the hits come from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Lottery {
    /// A word of the trial's stream for each contender.
    #[default]
    Stream,
    /// As NXT does it: the first 8 bytes, little-endian, of
    /// `SHA-256(generation signature, public key)`. The forger's own digest is the next generation
    /// signature. The first one is the stream key (seed, "nxt", trial), the public keys are the
    /// stream keys (seed, "nxt-key", number), which stand in for keys that no one signs with. Every
    /// selected forger extends the chain, whether or not its block is accepted: otherwise a silent
    /// one would be selected for ever.
    Hash,
}

impl Rule for Nxt {
    /// Of the hits, taken as uniform numbers.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(single_lottery_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, _stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Unknown(
            "the expected share depends on the reward and the number of rounds; it drifts to the largest",
        )
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        match self.lottery {
            Lottery::Stream => self.tokens.of(stakes, single_lottery_shares).map_or(Draw::Own, Draw::Tokens),
            Lottery::Hash => Draw::Own,
        }
    }

    fn draws_afresh(&self) -> bool {
        matches!(self.lottery, Lottery::Stream)
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        match self.lottery {
            Lottery::Stream => {
                let tokens = self.tokens.of(start.stakes, single_lottery_shares);
                Box::new(ByChance::new(start.stakes, tokens, |stakes, lottery| {
                    smallest_quotient(stakes, |_| lottery.next_u64())
                }))
            }
            Lottery::Hash => {
                let stakes = start.stakes.to_vec();
                let key = |number| StreamKey::new().number(start.seed).text("nxt-key").number(number).bytes();
                Box::new(HashHits {
                    keys: (0..stakes.len() as u64).map(key).collect(),
                    stakes,
                    signature: StreamKey::new().number(start.seed).text("nxt").number(start.trial).bytes(),
                })
            }
        }
    }
}

struct HashHits {
    stakes: Vec<u64>,
    keys: Vec<Hash>,
    /// The generation signature of the last block.
    signature: Hash,
}

impl Selector for HashHits {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        let (signature, keys) = (&self.signature, &self.keys);
        let winner =
            smallest_quotient(&self.stakes, |validator| hit(&sha256(&[signature, &keys[validator.index()]])));
        if let Some(winner) = winner {
            self.signature = sha256(&[&self.signature, &self.keys[winner.index()]]);
        }
        forger(winner)
    }
}

fn hit(digest: &Hash) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}
