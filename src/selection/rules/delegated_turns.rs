//! Delegated proof of stake: an elected set takes turns, some blocks each.

use crate::law::{drawn_delegate_shares, successive_inclusion, top_shares};
use crate::random::{Stream, shuffle};
use crate::registry::{Entry, Refusal, settings, within};
use crate::selection::epoch_stakes::EpochStakes;
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::{Pool, ValidatorId};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "delegated-turns",
    summary: "an elected set of `n` (21) takes turns, `blocks` (12) in a row each: the richest, or an election by stake anew each epoch; in fixed order or shuffled",
    source: "delegated proof of stake as EOS runs it (EOS.IO technical white paper v2, 2018: 21 producers, 12 blocks each, in an order that they agree on); n = 27, blocks = 1 is TRON, n = 101, blocks = 1, order = \"shuffled\" is Lisk before its version 4",
    parse: |table| {
        settings::<DelegatedTurns, _>(table, |rule| {
            let refuse = |key, problem: String| Err(Refusal::Value { key, problem });
            if rule.n == 0 {
                return refuse("n", "is 0, but must be at least 1".into());
            }
            within("blocks", rule.blocks, 1..=1_000_000, "")?;
            Ok(Box::new(rule))
        })
    },
};

/// Turns of an elected set.
///
/// An epoch is one turn of each member: `blocks` rounds for each of the `n` elected, or of all
/// holders where they are fewer. Whom an election seats is decided by the stakes at the start of
/// the epoch, earlier validators first among equals; a member that has lost all its stake since
/// leaves its rounds empty. O(m log m) at the start of an epoch, O(1) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct DelegatedTurns {
    n: u32,
    blocks: u64,
    elect: Election,
    order: TurnOrder,
}

impl Default for DelegatedTurns {
    fn default() -> Self {
        DelegatedTurns { n: 21, blocks: 12, elect: Election::Top, order: TurnOrder::Fixed }
    }
}

/// Who is elected.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Election {
    /// Those with the largest stakes.
    Top,
    /// Drawn by stake, nobody twice.
    Drawn,
}

/// In which order the members forge.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum TurnOrder {
    /// By their numbers.
    Fixed,
    /// In a random order, another in each epoch.
    Shuffled,
}

impl DelegatedTurns {
    fn members(&self, stakes: &[u64]) -> usize {
        stakes.iter().filter(|&&stake| stake > 0).count().min(self.n as usize)
    }
}

impl Rule for DelegatedTurns {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(match self.elect {
            Election::Top => top_shares(stakes, self.n as usize, true),
            Election::Drawn => drawn_delegate_shares(stakes, u64::from(self.n)),
        })
    }

    /// Members are paid and others are not, so that the richest stay the richest; in a random order
    /// each of them is as likely as the others in every round.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        match (self.elect, self.order) {
            (Election::Top, TurnOrder::Shuffled) => self.expected_shares(stakes),
            (Election::Top, TurnOrder::Fixed) => ExpectedShares::Unknown(
                "in a fixed order the shares are equal over whole epochs only, and the exact ones depend on the number of rounds",
            ),
            (Election::Drawn, _) => ExpectedShares::Unknown(
                "no exact law is known for an election by stake when rewards compound",
            ),
        }
    }

    /// A member has its whole turn in every epoch, and is never further from its due than that turn
    /// less its own share of it. Where the members are drawn, an epoch's wins are `blocks` with the
    /// chance π of being elected, independently between epochs: a variance of `blocks² π (1 - π)`.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        let (members, blocks) = (self.members(stakes), self.blocks as f64);
        let holders = stakes.iter().filter(|&&stake| stake > 0).count();
        if self.elect == Election::Top || members == holders {
            let shares = top_shares(stakes, self.n as usize, true);
            return Dispersion::Bounded {
                bounds: shares
                    .iter()
                    .map(|&share| if share > 0.0 { blocks * (1.0 - share) } else { 0.0 })
                    .collect(),
            };
        }
        let factor = |elected: f64| {
            let share = elected / members as f64;
            blocks * (1.0 - elected) / (1.0 - share)
        };
        let elected = successive_inclusion(stakes, u64::from(self.n));
        Dispersion::Scaled {
            factors: elected.into_iter().map(factor).collect(),
            cycle: self.blocks * members as u64,
        }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(TurnSelector {
            n: self.n as usize,
            blocks: self.blocks,
            elect: self.elect,
            order: self.order,
            stakes: EpochStakes::new(start.stakes),
            pool: Pool::new(start.stakes),
            candidates: Vec::with_capacity(start.stakes.len()),
            members: Vec::with_capacity(start.stakes.len().min(self.n as usize)),
            turn: 0,
            forged: 0,
        })
    }
}

struct TurnSelector {
    n: usize,
    blocks: u64,
    elect: Election,
    order: TurnOrder,
    stakes: EpochStakes,
    /// The stakes at the start of the epoch.
    pool: Pool,
    /// Everybody with stake; kept for its memory.
    candidates: Vec<ValidatorId>,
    /// The elected of the running epoch, in the order of their turns.
    members: Vec<ValidatorId>,
    /// Whose turn it is, as a place in `members`.
    turn: usize,
    /// The rounds of that turn that are over.
    forged: u64,
}

impl TurnSelector {
    fn begin_epoch(&mut self, lottery: &mut Stream) {
        let pool = &mut self.pool;
        self.stakes.begin_epoch(|validator, stake| pool.set(validator, stake));
        (self.turn, self.forged) = (0, 0);
        self.members.clear();
        match self.elect {
            Election::Top => {
                self.candidates.clear();
                let stakes = self.stakes.current();
                let holders = stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0);
                self.candidates.extend(holders.map(|(index, _)| ValidatorId(index as u32)));
                self.candidates.sort_unstable_by_key(|&id| (std::cmp::Reverse(stakes[id.index()]), id));
                self.members.extend(self.candidates.iter().take(self.n));
            }
            Election::Drawn => {
                while self.members.len() < self.n
                    && let Some((_, validator)) = self.pool.draw(lottery)
                {
                    self.members.push(validator);
                    self.pool.set(validator, 0);
                }
                for &validator in &self.members {
                    self.pool.set(validator, self.stakes.current()[validator.index()]);
                }
            }
        }
        match self.order {
            TurnOrder::Fixed => self.members.sort_unstable(),
            TurnOrder::Shuffled => shuffle(&mut self.members, lottery),
        }
    }
}

impl Selector for TurnSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.stakes.note(turn.changes);
        if self.forged == self.blocks {
            (self.turn, self.forged) = (self.turn + 1, 0);
        }
        if self.turn >= self.members.len() {
            self.begin_epoch(turn.lottery);
        }
        self.forged += 1;
        match self.members.get(self.turn) {
            Some(&validator) if self.stakes.holds(validator) => Selection::Forger { validator, token: None },
            _ => Selection::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use crate::selection::StakeChange;

    fn forgers(
        rule: &DelegatedTurns,
        stakes: &[u64],
        changes: &[(u64, u32, u64)],
        rounds: u64,
    ) -> Vec<Option<u32>> {
        let mut selector = rule.selector(&TrialContext { stakes, seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new().text("turns"));
        let round = |round| {
            let now = changes.iter().filter(|change| change.0 == round);
            let now: Vec<StakeChange> = now
                .map(|&(_, validator, stake)| StakeChange { validator: ValidatorId(validator), stake })
                .collect();
            match selector.select(RoundContext { round, changes: &now, last: None, lottery: &mut lottery }) {
                Selection::Forger { validator, .. } => Some(validator.0),
                Selection::Nobody => None,
            }
        };
        (1..=rounds).map(round).collect()
    }

    /// The two richest of four, three blocks each, by number; a richer one waits for the next epoch,
    /// and who has lost all leaves its rounds empty.
    #[test]
    fn turns_by_hand() {
        let rule = DelegatedTurns { n: 2, blocks: 3, ..DelegatedTurns::default() };
        let seen = forgers(&rule, &[5, 9, 0, 7], &[(2, 0, 8), (8, 1, 0)], 18);
        let expected = [1, 1, 1, 3, 3, 3, 0, 9, 9, 9, 9, 9, 0, 0, 0, 3, 3, 3];
        // The second epoch seats 0 and 1; 1 loses all in its second round.
        let expected: Vec<Option<u32>> = expected
            .iter()
            .enumerate()
            .map(|(place, &id)| match (place, id) {
                (6..9, _) => Some(0),
                (9..12, _) => None,
                (_, id) => Some(id),
            })
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn every_epoch_of_a_shuffled_order_has_all_members() {
        for elect in [Election::Top, Election::Drawn] {
            let rule = DelegatedTurns { n: 3, blocks: 2, elect, order: TurnOrder::Shuffled };
            let seen = forgers(&rule, &[5, 9, 1, 7], &[], 6 * 200);
            let mut orders = std::collections::BTreeSet::new();
            for epoch in seen.chunks(6) {
                assert!(epoch.chunks(2).all(|turn| turn[0] == turn[1]));
                let mut members: Vec<u32> = epoch.iter().step_by(2).map(|id| id.unwrap()).collect();
                orders.insert(members.clone());
                members.sort_unstable();
                members.dedup();
                assert_eq!(members.len(), 3);
                assert!(elect == Election::Drawn || members == [0, 1, 3]);
            }
            assert_eq!(orders.len(), if elect == Election::Top { 6 } else { 24 });
        }
    }

    /// Without anybody who holds stake nothing happens, and it begins with the first who does.
    #[test]
    fn an_empty_set_waits() {
        let rule = DelegatedTurns { n: 2, blocks: 2, ..DelegatedTurns::default() };
        let seen = forgers(&rule, &[0, 0], &[(3, 1, 4)], 6);
        assert_eq!(seen, [None, None, Some(1), Some(1), Some(1), Some(1)]);
    }
}
