//! Reward policies: what a block earns, and whom, besides fees.
//!
//! All money is whole coins. Where a share of something is not, the rest is carried, so that over any
//! number of rounds what was paid and what is owed are exactly what was to be paid.

mod amounts;
mod base;
mod constant;
mod divider;
mod epoch;
mod every;
mod fixed_point;
mod missed;
mod none;
mod payment;
mod policy;
mod random;
mod range;
mod roster;
mod saturation;
mod schedule;
mod split;
mod sync_committee;
mod terms;

pub use amounts::Amounts;
pub use base::Base;
pub use divider::Divider;
pub use payment::{CountedVote, Genesis, Outset, Payee, Payment, Payments, Penalty, SettledBlock, Source};
pub use policy::{Payer, REWARDS, RewardPolicy};
pub use roster::Roster;
pub use terms::{BlockIncome, BlockKind, IncomeTerms, PaidCommittees};
