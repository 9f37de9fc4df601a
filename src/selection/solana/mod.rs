//! What Solana's leader schedules are made of: the epoch's generator, and the leaders in order.
//!
//! The rules `solana-schedule` and `simd-0612` share these; they differ in how they fill an epoch.

mod epoch_random;
mod leaders;
mod schedule_settings;
mod weight_tree;

pub use epoch_random::{SeedSource, uniform, uniform_wide};
pub use leaders::Leaders;
pub use schedule_settings::ScheduleSettings;
pub use weight_tree::WeightTree;
