//! What a selection rule is, and the registry of all of them.

use super::{Dispersion, Draw, ExpectedShares, rules};
use crate::random::Stream;
use crate::registry::Entry;
use crate::stake::ValidatorId;

/// Every rule a scenario can name.
pub const RULES: &[Entry<dyn Rule>] = rules::ENTRIES;

/// A selection rule: its expected shares, and a selector that keeps it (or, if rigged, breaks it).
pub trait Rule: Send + Sync {
    /// The exact share of rounds expected to each validator while stakes stay as they are.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares;

    /// The exact expected share of rounds of each validator over any number of rounds when every
    /// forger's reward is added to its stake.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        let _ = stakes;
        ExpectedShares::Unknown("no exact law is known for this rule when rewards compound")
    }

    /// Whether every round is an independent draw in proportion to the stakes as they stand before
    /// it: with rewards that are staked at once the wins are then those of Pólya's urn.
    fn draws_by_current_stake(&self) -> bool {
        false
    }

    /// The exact chance of each validator to win the lottery of a round by itself, whether or not others
    /// win it too: what a chain's leader logs list. `None` for rules that draw one winner.
    fn lead_chances(&self, stakes: &[u64]) -> Option<Vec<f64>> {
        let _ = stakes;
        None
    }

    /// The exact chance that a round has a forger while stakes stay as they are.
    fn occupied(&self, stakes: &[u64]) -> f64 {
        let _ = stakes;
        1.0
    }

    /// How a validator's wins vary around the expected shares while stakes stay as they are.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion;

    /// Whether what became of a block changes the chances of later rounds. Then expected shares and
    /// dispersion hold only while everybody is honest.
    fn minds_outcomes(&self) -> bool {
        false
    }

    /// How each round draws while nobody disturbs it, where others may rely on it. A rigged rule
    /// tells what it does, not what it states. Must agree with the selector, which decides.
    fn draw(&self, stakes: &[u64]) -> Draw {
        let _ = stakes;
        Draw::Own
    }

    /// Whether the selector does something else than the rule states: a negative control, for which expected
    /// shares are a hypothesis that is false, and no distribution follows from them.
    fn is_rigged(&self) -> bool {
        false
    }

    /// Whether every round draws as [`Rule::draw`] says of the stakes as they stand before it, and
    /// nothing else of the past matters: then two validators whose rewards compound are a Markov
    /// chain, of which the number of wins is the whole state. Not for rules with a memory or with
    /// epochs, nor for those that keep to the stakes at genesis.
    fn draws_afresh(&self) -> bool {
        false
    }

    /// A selector for one trial.
    fn selector(&self, start: &TrialContext) -> Box<dyn Selector>;
}

/// What a selector knows when a trial begins.
#[derive(Clone, Copy, Debug)]
pub struct TrialContext<'a> {
    /// Every validator's stake at genesis, in order; their sum is below 2^63.
    pub stakes: &'a [u64],
    /// The scenario's seed.
    pub seed: u64,
    /// The trial's number.
    pub trial: u64,
}

/// The state of a rule during one trial.
pub trait Selector: Send {
    /// Selects the forger of a round. Called once a round, in order; the round makes sure that at
    /// least two validators hold stake.
    fn select(&mut self, turn: RoundContext<'_>) -> Selection;

    /// In how many of the rounds so far several validators won the lottery and had to be told apart
    /// (slot battles); `None` for rules that know no such rounds. Meant to be asked at checkpoints.
    fn battles(&self) -> Option<u64> {
        None
    }

    /// In how many of the rounds so far each validator won the lottery by itself, before a battle was
    /// decided; `None` for rules that draw one winner.
    fn leads(&self) -> Option<&[u64]> {
        None
    }
}

/// What a selector is told when its turn comes.
pub struct RoundContext<'a> {
    /// The round's number, counted from 1.
    pub round: u64,
    /// The stakes that changed since the last turn, in the order in which they changed.
    pub changes: &'a [StakeChange],
    /// What became of the last round; `None` in the first.
    pub last: Option<PreviousRound>,
    /// The stream of the lottery. Nothing else decides who wins.
    pub lottery: &'a mut Stream,
}

/// A validator's new stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeChange {
    /// Whose stake.
    pub validator: ValidatorId,
    /// The stake it has now.
    pub stake: u64,
}

/// What became of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviousRound {
    /// Who was selected, if anybody was.
    pub forger: Option<ValidatorId>,
    /// What became of its block.
    pub block_outcome: BlockOutcome,
}

/// What became of a round's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockOutcome {
    /// The block joined the chain.
    Accepted,
    /// The attestors refused the block.
    Rejected,
    /// No block was made: the forger stayed silent, or nobody was selected.
    Missed,
}

/// What a rule says when asked for a forger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// This validator forges. `token` is the number of the drawn token, where the rule draws one.
    Forger {
        /// Who forges.
        validator: ValidatorId,
        /// The drawn token.
        token: Option<u64>,
    },
    /// Nobody won this round's lottery; the slot stays empty.
    Nobody,
}
