//! Seats drawn by stake, each from all losers anew.

use super::{accept_size, gather};
use crate::law::seats_with_replacement;
use crate::registry::{Entry, settings};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat, SeatDraw};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "drawn-with-replacement",
    summary: "`size` seats drawn by stake from the other validators, each draw from all of them anew: a large holder may hold several seats",
    source: "independent and identically distributed committee selection (the baseline of Gazi, Kiayias and Russell, CCS 2023)",
    parse: |table| {
        settings::<DrawnWithReplacement, _>(table, |drawn| {
            accept_size(drawn.size)?;
            Ok(Box::new(drawn))
        })
    },
};

/// A committee drawn by stake with replacement. The forger takes no part in the draw, so all seats
/// are filled. O(size log m) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DrawnWithReplacement {
    /// The number of seats.
    size: u64,
}

impl Committee for DrawnWithReplacement {
    fn seats(&self) -> Option<u64> {
        Some(self.size)
    }

    fn seats_taken(&self, others: u64) -> Option<u64> {
        Some(if others > 0 { self.size } else { 0 })
    }

    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        Duty::Seats(seats_with_replacement(stakes, forgers, self.size))
    }

    fn seat_draw(&self) -> SeatDraw {
        SeatDraw::ByStake { size: self.size, max: None }
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        Some(Box::new(Drawer { size: self.size, pool: Pool::new(stakes) }))
    }
}

struct Drawer {
    size: u64,
    pool: Pool,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        members.clear();
        let forger_stake = self.pool.stake(turn.forger);
        self.pool.set(turn.forger, 0);
        for _ in 0..self.size {
            let Some((_, validator)) = self.pool.draw(turn.stream) else { break };
            members.push(Seat { validator, seats: 1 });
        }
        self.pool.set(turn.forger, forger_stake);
        gather(members);
    }
}

#[cfg(test)]
mod tests {
    use crate::selection::evidence::{committee, committee_refusal, seats_follow};

    #[test]
    fn seats_are_as_expected() {
        for size in [1, 3, 40] {
            let rule = committee(&format!("{{ kind = 'drawn-with-replacement', size = {size} }}"));
            seats_follow(&*rule, 20_000, |stakes, forger| {
                let rest = stakes.iter().sum::<u64>() - stakes[forger];
                let variance = |(i, &stake): (usize, &u64)| {
                    let share = if i == forger { 0.0 } else { stake as f64 / rest as f64 };
                    size as f64 * share * (1.0 - share)
                };
                Some(stakes.iter().enumerate().map(variance).collect())
            });
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let text = committee_refusal("{ kind = 'drawn-with-replacement', size = 0 }");
        assert_eq!(text, "`size` is 0, but must lie between 1 and 1000000");
        assert!(committee_refusal("'drawn-with-replacement'").contains("size"));
    }
}
