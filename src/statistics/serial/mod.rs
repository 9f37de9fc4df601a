//! Dependence between rounds: runs, lags, gaps, streaks and droughts.

mod gaps;
mod lag_matches;
mod longest_run;
mod runs;

pub use gaps::gaps_test;
pub use lag_matches::{LagMatches, lag_correlation, lag_matches_test};
pub use longest_run::LongestRun;
pub use runs::{RunsTest, runs_test};
