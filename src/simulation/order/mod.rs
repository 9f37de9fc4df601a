//! The order of wins: gaps, runs, repeats, gaps and short windows, tallied as they come.
//!
//! Positions count the rounds in which somebody was selected, as win shares do: a round without a
//! winner is no round of the sequence, neither a win nor a loss of anybody.

mod histogram;
mod packed;
mod plan;
mod repeats;
mod stretches;
mod tally;
mod totals;
mod windows;

pub use histogram::Histogram;
pub use plan::{CountingUnit, OrderPlan, Serial};
pub use repeats::LAGS;
pub use stretches::{LongestStretches, gap_cell, gap_cell_start};
pub use tally::OrderTally;
pub use totals::{FollowedOrder, OrderTotals, SerialTotals};
