//! How many rounds or trials a wanted precision or power needs.
//!
//! All by the normal approximation, with the variance at the expected share: plans, not tests.

mod by_trials;
mod detectable;
mod detectable_divergence;
mod sample_size;

pub use by_trials::{detectable_by_trials, trials_for_difference, trials_for_equivalence};
pub use detectable::detectable_difference;
pub use detectable_divergence::detectable_divergence;
pub use sample_size::{
    rounds_for_difference, rounds_for_equivalence, rounds_for_half_width, trials_for_half_width,
};
