//! Everybody who lost the draw attests.

use crate::law::seats_of_all;
use crate::registry::{Entry, no_settings};
use crate::selection::{Committee, CommitteeDrawer, Duty, SeatDraw};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "all",
    summary: "every validator but the forger attests",
    source: "the teaching notebook this program grew from",
    parse: |table| no_settings(table, || Box::new(All)),
};

/// All the losers. No settings.
struct All;

impl Committee for All {
    fn seats(&self) -> Option<u64> {
        None
    }

    fn seats_taken(&self, others: u64) -> Option<u64> {
        Some(others)
    }

    fn seats_one_each(&self) -> bool {
        true
    }

    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        Duty::Seats(seats_of_all(stakes, forgers))
    }

    fn seat_draw(&self) -> SeatDraw {
        SeatDraw::Everybody
    }

    fn drawer(&self, _stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::selection::Duty;
    use crate::selection::evidence::committee;

    #[test]
    fn everybody_who_does_not_forge_sits() {
        let all = committee("'all'");
        assert!(all.seats().is_none() && all.drawer(&[1, 2]).is_none());
        assert_eq!(all.expected_seats(&[1, 3, 0], &[0.25, 0.75, 0.0]), Duty::Seats(vec![0.75, 0.25, 0.0]));
    }
}
