//! Shorter ways to the same tables, where nothing but the draw decides.
//!
//! A trial in which everybody is honest, no block is lost, nobody trades and everybody attests is
//! its draws alone: every block is accepted and earns the same. Such a trial need not be played
//! round by round. Each way here takes the same words from the same stream and selects the same
//! forgers as the plain round, so that all tables are the same bytes; tests hold them together.

mod counts;
mod ideal_conditions;
mod lanes;
mod pool;
mod table;
mod task;

pub(super) use counts::Counts;
pub use ideal_conditions::Obstacle;
pub(super) use ideal_conditions::{IdealConditions, has_ideal_rounds, ideal_conditions};
pub(super) use lanes::Lanes;
pub(super) use pool::play_pool;
pub(super) use table::play_table;
pub(super) use task::Task;
