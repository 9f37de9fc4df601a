//! A number of attestors drawn by stake, nobody twice.

use super::decaying_acceptance::ReluctantDrawer;
use super::{accept_filled, accept_size};
use crate::law::seats_without_replacement;
use crate::registry::{Entry, Refusal, settings};
use crate::selection::{Committee, CommitteeDrawer, Duty, SeatDraw};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "drawn",
    summary: "`size` attestors drawn by stake from the other validators, nobody twice",
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
        accept_filled(self.size, 1, validators)
    }

    fn seats_taken(&self, others: u64) -> Option<u64> {
        Some(self.size.min(others))
    }

    fn seats_one_each(&self) -> bool {
        true
    }

    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        match seats_without_replacement(stakes, forgers, self.size) {
            Some(seats) => Duty::Seats(seats),
            None => Duty::Unknown(
                "successive sampling has no closed form, and this pool has too many different stakes to integrate",
            ),
        }
    }

    fn seat_draw(&self) -> SeatDraw {
        SeatDraw::ByStake { size: self.size, max: Some(1) }
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        // Who sits once is refused for certain.
        Some(Box::new(ReluctantDrawer::new(self.size, 1, stakes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::registry::{Choice, find};
    use crate::selection::evidence::seats_follow;
    use crate::selection::{COMMITTEES, CommitteeTurn, Seat};
    use crate::stake::ValidatorId;

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
    fn an_empty_committee_is_refused() {
        let mut choice = Choice::plain("drawn");
        choice.settings.insert("size".into(), 0.into());
        assert!(find("committee", COMMITTEES, &choice).is_err());
    }
}
