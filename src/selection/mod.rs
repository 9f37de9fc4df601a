//! Selection: the rules that pick the forger, and the committees that attest.

mod candidate_order;
mod committee;
mod committees;
mod dispersion;
mod draw;
mod epoch_stakes;
pub mod ethereum;
#[cfg(test)]
mod evidence;
mod expected_shares;
mod ideal_rounds;
mod lottery_source;
mod praos;
mod rule;
mod rules;
mod sampling;
mod seat_draw;
mod shapes;
pub mod solana;
mod sortition;

pub use committee::{COMMITTEES, Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat};
pub use dispersion::Dispersion;
pub use draw::Draw;
pub use expected_shares::ExpectedShares;
pub use ideal_rounds::IdealRounds;
pub use rule::{
    BlockOutcome, PreviousRound, RULES, RoundContext, Rule, Selection, Selector, StakeChange, TrialContext,
};
pub use rules::proposers_from_priorities;
pub use seat_draw::SeatDraw;
