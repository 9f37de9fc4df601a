//! Trials without rounds: counts drawn from their exact law.
//!
//! Where the law of the wins is known, the wins at the checkpoints are drawn from it, at a cost that
//! does not grow with the rounds. The same distribution as by playing, never the same numbers: the
//! words come from a stream of their own.

mod beta;
mod binomial;
mod counts;
mod cover;
mod multinomial;
mod trials;
mod two_party;
mod whole_trial;

pub(super) use counts::Law;
pub(super) use cover::{Covered, covered};
