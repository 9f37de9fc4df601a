//! Everybody in turn.

use crate::law::equal_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::ValidatorId;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "round-robin",
    summary: "everybody with stake in turn, in order, whatever the stake: no chance at all, and unfair to stake",
    source: "control; Clique proof of authority (EIP-225) and Aura take turns this way",
    parse: |table| no_settings(table, || Box::new(RoundRobin)),
};

/// Turns in order of the validators' numbers. No settings.
struct RoundRobin;

impl Rule for RoundRobin {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(equal_shares(stakes))
    }

    /// Turns do not depend on the stakes, so growth does not move them.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    /// After n rounds everybody has had ⌊n/m⌋ or ⌈n/m⌉ turns.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        Dispersion::bounded_for_holders(stakes, |members| 1.0 - 1.0 / members as f64)
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let mut members = Vec::with_capacity(start.stakes.len());
        let stakes = start.stakes.iter().enumerate();
        members.extend(stakes.filter(|&(_, &stake)| stake > 0).map(|(index, _)| ValidatorId(index as u32)));
        Box::new(RoundRobinSelector { members, next: 0 })
    }
}

struct RoundRobinSelector {
    /// Everybody with stake, in order.
    members: Vec<ValidatorId>,
    /// The place in `members` of whose turn it is.
    next: usize,
}

impl Selector for RoundRobinSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            match self.members.binary_search(&change.validator) {
                Ok(place) if change.stake == 0 => {
                    self.members.remove(place);
                    self.next -= usize::from(place < self.next);
                }
                Err(place) if change.stake > 0 => {
                    self.members.insert(place, change.validator);
                    self.next += usize::from(place < self.next);
                }
                _ => {}
            }
        }
        if self.next >= self.members.len() {
            self.next = 0;
        }
        let Some(&validator) = self.members.get(self.next) else { return Selection::Nobody };
        self.next += 1;
        Selection::Forger { validator, token: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::selection::StakeChange;

    #[test]
    fn turns_go_on_where_they_were_when_somebody_comes_or_goes() {
        let start = TrialContext { stakes: &[5, 0, 9, 1], seed: 0, trial: 0 };
        let mut selector = RoundRobin.selector(&start);
        let mut lottery = Stream::open(StreamKey::new());
        let mut turn = |round, changes: &[(u32, u64)]| {
            let changes: Vec<StakeChange> = changes
                .iter()
                .map(|&(validator, stake)| StakeChange { validator: ValidatorId(validator), stake })
                .collect();
            match selector.select(RoundContext {
                round,
                changes: &changes,
                last: None,
                lottery: &mut lottery,
            }) {
                Selection::Forger { validator, .. } => Some(validator.0),
                Selection::Nobody => None,
            }
        };
        assert_eq!(turn(1, &[]), Some(0));
        assert_eq!(turn(2, &[]), Some(2));
        assert_eq!(turn(3, &[(0, 0), (1, 3)]), Some(3));
        assert_eq!(turn(4, &[]), Some(1));
        assert_eq!(turn(5, &[(2, 0)]), Some(3));
        assert_eq!(turn(6, &[(1, 0), (3, 0)]), None);
        assert_eq!(turn(7, &[(3, 8)]), Some(3));
        assert_eq!(turn(8, &[]), Some(3));
    }
}
