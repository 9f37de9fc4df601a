//! Dependence between rounds: runs, lags, gaps, runs, gaps and short windows.

mod gaps;
mod lag_matches;
mod longest_run;
mod runs;
mod window;

pub use gaps::{gaps_test, grouped_gaps_test};
pub use lag_matches::{LagMatches, lag_matches_test};
pub use longest_run::LongestRun;
pub use runs::{RunsTest, runs_test};
pub use window::WindowLaw;
