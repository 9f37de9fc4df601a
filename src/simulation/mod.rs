//! Trials in parallel: experiments, engines, tallies, checkpoints, progress.

mod backend;
mod checkpoints;
mod concentration;
mod engine;
mod experiment;
mod fast_paths;
mod incomes;
mod law;
mod order;
mod progress;
mod record;
mod runner;
mod share;
mod stopping;
mod threads;
mod totals;
mod trial;

pub use backend::Method;
pub use checkpoints::checkpoints;
pub use concentration::TrialConcentration;
pub use engine::Engine;
pub use experiment::Experiment;
pub use fast_paths::Obstacle;
pub use incomes::{BySource, INCOME_SOURCES, TrialIncomes};
pub use order::{
    CountingUnit, FollowedOrder, Histogram, LAGS, LongestStretches, OrderPlan, OrderTally, OrderTotals,
    Serial, SerialTotals, gap_cell, gap_cell_start,
};
pub use progress::{Control, Progress, Quiet};
pub use record::{Followed, TimeLine, TimelinePoint, TrialRecord};
pub use runner::{Player, Results, SimulationError, replay, run, run_measured, run_until};
pub use share::{SHARE_SCALE, fixed_share};
pub use stopping::{StopRule, next_look};
pub use threads::{Threads, on_threads, threads_here};
pub use totals::{Totals, ValidatorTotals};
pub use trial::{TrialEnd, play_trial};
