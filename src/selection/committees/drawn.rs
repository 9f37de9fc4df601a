//! A number of attestors drawn by stake, nobody twice.

use super::accept_size;
use crate::law::seats_without_replacement;
use crate::registry::{Entry, settings};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat};
use crate::stake::{Pool, ValidatorId};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "drawn",
    summary: "`size` attestors drawn by stake from the losers, nobody twice",
    source: "successive sampling without replacement (Horvitz and Thompson, JASA 1952)",
    parse: |table| {
        settings::<Drawn, _>(table, |drawn| {
            accept_size(drawn.size)?;
            Ok(Box::new(drawn))
        })
    },
};

/// A committee drawn by stake without replacement.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Drawn {
    /// The number of attestors.
    size: u64,
}

impl Committee for Drawn {
    fn seats(&self) -> Option<u64> {
        Some(self.size)
    }

    fn accept(&self, validators: usize) -> Result<(), Refusal> {
        let attestors = validators as u64 - 1;
        if self.size > attestors {
            let problem = format!(
                "is {}, but of {validators} validators only {attestors} can attest while one forges",
                self.size
            );
            return Err(Refusal::Value { key: "size", problem });
        }
        Ok(())
    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        match seats_without_replacement(stakes, forgers, self.size) {
            Some(seats) => Duty::Seats(seats),
            None => Duty::Unknown(
                "successive sampling has no closed form, and this pool is too large to enumerate",
            ),
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        Some(Box::new(DrawnDrawer { size: self.size, pool: Pool::new(stakes), aside: Vec::new() }))
    }
}

struct DrawnDrawer {
    size: u64,
    pool: Pool,
    /// Who was taken out of the pool for this draw, with the stake to put back.
    aside: Vec<(ValidatorId, u64)>,
}

impl DrawnDrawer {
    fn set_aside(&mut self, validator: ValidatorId) {
        self.aside.push((validator, self.pool.stake(validator)));
        self.pool.set(validator, 0);
    }
}

impl CommitteeDrawer for DrawnDrawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        members.clear();
        self.set_aside(turn.forger);
        for _ in 0..self.size {
            let Some((_, validator)) = self.pool.draw(turn.stream) else { break };
            members.push(Seat { validator, seats: 1 });
            self.set_aside(validator);
        }
        for (validator, stake) in self.aside.drain(..) {
            self.pool.set(validator, stake);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::registry::{Choice, find};
    use crate::selection::COMMITTEES;
    use crate::selection::evidence::{committee_example, seats_follow};

    fn draws(stakes: &[u64], size: u64, forger: u32, times: u64) -> Vec<Vec<Seat>> {
        let mut drawer = Drawn { size }.drawer(stakes).unwrap();
        let mut stream = Stream::open(StreamKey::new().text("committee"));
        (0..times)
            .map(|round| {
                let mut members = Vec::new();
                let turn =
                    CommitteeTurn { round, forger: ValidatorId(forger), changes: &[], stream: &mut stream };
                drawer.draw(turn, &mut members);
                members
            })
            .collect()
    }

    #[test]
    fn nobody_sits_twice_and_neither_forger_nor_stakeless_sit() {
        for members in draws(&[5, 10, 0, 1, 7], 2, 1, 2_000) {
            assert_eq!(members.len(), 2);
            assert_ne!(members[0].validator, members[1].validator);
            for seat in members {
                assert!(![1, 2].contains(&seat.validator.0));
            }
        }
        assert!(draws(&[5, 10, 0, 1], 9, 0, 10).iter().all(|members| members.len() == 2));
    }

    /// Stakes 1, 2, 3 with the fourth forging and two seats: P(validator 0 sits) is
    /// 1/6 + 2/6 * 1/4 + 3/6 * 1/3 = 5/12. 60,000 draws: within 4.5 standard errors.
    #[test]
    fn inclusion_follows_successive_sampling() {
        let times = 60_000u64;
        let sits = draws(&[1, 2, 3, 9], 2, 3, times)
            .iter()
            .filter(|members| members.iter().any(|seat| seat.validator.0 == 0))
            .count() as f64;
        let p: f64 = 5.0 / 12.0;
        let sigma = (p * (1.0 - p) / times as f64).sqrt();
        assert!((sits / times as f64 - p).abs() < 4.5 * sigma);
    }

    #[test]
    fn seats_are_as_expected() {
        for size in [1, 2, 5] {
            seats_follow(&Drawn { size }, 20_000, |_, _| None);
        }
    }

    #[test]
    fn its_scenario_is_read() {
        committee_example("drawn");
    }

    #[test]
    fn an_empty_committee_is_refused() {
        let mut choice = Choice::plain("drawn");
        choice.settings.insert("size".into(), 0.into());
        assert!(find("committee", COMMITTEES, &choice).is_err());
    }
}
