//! Several treatments of the same trials: estimates, paired differences, and an order as far as the
//! data support one.

mod estimate;
mod paired;
mod ranking;
mod separation;

pub use estimate::Estimate;
pub use paired::{Comparison, Difference, RankOrder, compare, compare_alike};
pub use ranking::Ranking;
pub use separation::trials_to_separate;

/// What a trial's value can be, which decides what intervals and tests are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Any number: Student's t.
    Number,
    /// 1 or 0, whether something happened: binomial, exact.
    Event,
}
