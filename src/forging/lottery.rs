//! The draws of one chain: who forges each round, and who sits on its committee.

use crate::random::{CHUNK, Purpose, Stream};
use crate::selection::{
    BlockOutcome, Committee, CommitteeDrawer, CommitteeTurn, PreviousRound, RoundContext, Rule, Seat,
    Selection, Selector, StakeChange, TrialContext,
};
use crate::stake::ValidatorId;

/// The lottery of one trial. A chain draws from it as it grows, and whoever checks an exported chain
/// draws again.
///
/// A round is opened, its forger selected, its committee seated if there is a forger, and in the end
/// the round is closed; stakes may change in between.
pub(super) struct Lottery {
    seed: u64,
    trial: u64,
    selector: Box<dyn Selector>,
    /// `None` where nothing is drawn, because everybody but the forger sits.
    drawer: Option<Box<dyn CommitteeDrawer>>,
    forger_stream: Stream,
    committee_stream: Stream,
    /// Stake changes that the selector, and the drawer, have not been told yet.
    changes: Vec<StakeChange>,
    committee_changes: Vec<StakeChange>,
    last: Option<PreviousRound>,
    round: u64,
}

impl Lottery {
    /// The lottery of a trial at genesis.
    pub fn new(rule: &dyn Rule, committee: &dyn Committee, context: &TrialContext) -> Self {
        let &TrialContext { stakes, seed, trial } = context;
        Lottery {
            seed,
            trial,
            selector: rule.selector(context),
            drawer: committee.drawer(stakes),
            forger_stream: Stream::of_lottery(seed, trial, 0),
            committee_stream: Stream::of_trial(seed, trial, Purpose::Committee),
            changes: Vec::new(),
            committee_changes: Vec::new(),
            last: None,
            round: 0,
        }
    }

    /// Begins the next round.
    pub fn open(&mut self) {
        if self.round > 0 && self.round.is_multiple_of(CHUNK) {
            self.forger_stream = Stream::of_lottery(self.seed, self.trial, self.round / CHUNK);
        }
        self.round += 1;
    }

    /// Selects the round's forger.
    pub fn select(&mut self) -> Selection {
        let selection = self.selector.select(RoundContext {
            round: self.round,
            changes: &self.changes,
            last: self.last,
            lottery: &mut self.forger_stream,
        });
        self.changes.clear();
        selection
    }

    /// Draws the committee of a round that this validator forges, in place of what was in `members`;
    /// false, and nothing is drawn, where everybody but the forger sits.
    pub fn seat(&mut self, forger: ValidatorId, members: &mut Vec<Seat>) -> bool {
        let Some(drawer) = &mut self.drawer else { return false };
        let turn = CommitteeTurn {
            round: self.round,
            forger,
            changes: &self.committee_changes,
            stream: &mut self.committee_stream,
        };
        drawer.draw(turn, members);
        self.committee_changes.clear();
        true
    }

    /// Takes note of a validator's new stake.
    pub fn stake_changed(&mut self, change: StakeChange) {
        self.changes.push(change);
        if self.drawer.is_some() {
            self.committee_changes.push(change);
        }
    }

    /// Takes note of what became of the round.
    pub fn close(&mut self, forger: Option<ValidatorId>, block_outcome: BlockOutcome) {
        self.last = Some(PreviousRound { forger, block_outcome });
    }

    /// Whether committees are drawn, so that not everybody but the forger sits.
    pub fn draws_committees(&self) -> bool {
        self.drawer.is_some()
    }

    /// The number of the round that is being played, or was played last.
    pub fn round(&self) -> u64 {
        self.round
    }

    /// In how many rounds so far each validator won the lottery by itself, where the rule can say so.
    pub fn leads(&self) -> Option<&[u64]> {
        self.selector.leads()
    }

    /// In how many rounds so far a tie had to be broken, where the rule can say so.
    pub fn battles(&self) -> Option<u64> {
        self.selector.battles()
    }
}
