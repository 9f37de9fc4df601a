//! Who attests: the committee of a round, and the registry of the ways to form one.

use super::{SeatDraw, committees};
use crate::random::Stream;
use crate::registry::{Entry, Refusal};
use crate::stake::ValidatorId;

/// Every way to form a committee that a scenario can name.
pub const COMMITTEES: &[Entry<dyn Committee>] = committees::ENTRIES;

/// A way to form the committee of attestors.
pub trait Committee: Send + Sync {
    /// The number of seats, where it is fixed, though some may stay vacant; `None` where it depends
    /// on who validates.
    fn seats(&self) -> Option<u64>;

    /// Whether this committee can be formed among so many validators, one of whom forges.
    ///
    /// # Errors
    /// Which setting is impossible, and what is allowed.
    fn accept(&self, validators: usize) -> Result<(), Refusal> {
        let _ = validators;
        Ok(())
    }

    /// How many seats are taken if so many who may sit hold stake, where nothing else decides it; for
    /// whoever checks a certificate later.
    fn seats_taken(&self, holders: u64) -> Option<u64> {
        let _ = holders;
        None
    }

    /// Whether nobody sits on more than one seat.
    fn seats_one_each(&self) -> bool {
        false
    }

    /// Whether the forger may sit on the committee of its own block. Usually it does not.
    fn forger_sits(&self) -> bool {
        false
    }

    /// The expected number of seats of each validator in a round, if validator i forges it with
    /// chance `forgers[i]`. Computed in [`crate::law`], independently of the drawer.
    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty;

    /// How seats are drawn, as far as others may rely on it.
    fn seat_draw(&self) -> SeatDraw {
        SeatDraw::Own
    }

    /// A drawer for one trial; `None` where nothing is drawn because everybody but the forger sits.
    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>>;
}

/// The state of a committee rule during one trial.
pub trait CommitteeDrawer: Send {
    /// Draws a round's committee into `members` (cleared first), nobody listed twice. A
    /// validator without stake never sits, and the forger only if [`Committee::forger_sits`].
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>);
}

/// The share of seats that a committee rule gives each validator.
#[derive(Clone, Debug, PartialEq)]
pub enum Duty {
    /// The exact expected seats per round, in the order of the validators.
    Seats(Vec<f64>),
    /// No exact value is known, and why.
    Unknown(&'static str),
}

impl Duty {
    /// The seats, where they are known.
    pub fn seats(&self) -> Option<&[f64]> {
        match self {
            Duty::Seats(seats) => Some(seats),
            Duty::Unknown(_) => None,
        }
    }
}

/// What a committee rule is told when its turn comes.
pub struct CommitteeTurn<'a> {
    /// The round's number, counted from 1.
    pub round: u64,
    /// Who forges, and so does not attest, unless the committee seats it too.
    pub forger: ValidatorId,
    /// The stakes that changed since the last turn.
    pub changes: &'a [super::StakeChange],
    /// The stream of the committees; the lottery has one of its own.
    pub stream: &'a mut Stream,
}

/// One attestor's place on a committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who sits.
    pub validator: ValidatorId,
    /// How many seats it holds: more than one where seats are drawn with replacement.
    pub seats: u32,
}
