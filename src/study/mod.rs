//! Studies: many points, each many trials, that cannot be lost.
//!
//! The unit of work is a block of trials of one point: a pure function of the resolved scenario, its
//! seed and the range of trials. Its result is a [`Tally`] of integers, which is put together with
//! others in any order. Running, resuming, sharding and merging are ways to evaluate units and to
//! collect their tallies ([`TallyFile`]).

mod design;
mod effects;
mod evaluate;
mod folder;
mod levels;
mod lock;
mod manifest;
mod merge;
#[cfg(feature = "mpi")]
mod mpi;
mod pairs;
#[cfg(feature = "parquet")]
mod parquet_table;
mod plan;
mod point;
mod probe;
mod ranks;
mod shard;
mod sobol_sequence;
mod solve;
mod summary;
mod sweep;
mod tables;
mod tally;
mod tally_file;
mod wire;

pub use design::{Design, Factor, Layout, LinkedFactors};
pub use effects::EffectRow;
pub use evaluate::{Evaluation, FailedPoint, Limits, Watch, evaluate, rounds_to_play};
pub use folder::{HeldFolder, OpenStudy, Opening, StudyError, TALLIES, hold_folder, hold_place, look_at};
pub use levels::{Levels, Range, Spacing, shown};
pub use lock::{Holder, StudyLock};
pub use manifest::StudyManifest;
pub use merge::{differs, gather, missing_shards, overlap, read_all};
#[cfg(feature = "mpi")]
pub use mpi::Mpi;
pub use plan::{Compared, Detail, Origin, Plan, PlannedPoint, Setting};
pub use point::{PointId, StudyPoint, TallyId};
pub use probe::{Cost, costs};
pub use ranks::{Players, Ranks, play_for_others};
pub use shard::Shard;
pub use solve::{Condition, Ends, Known, MOST_COMPARISONS, Solution, solve};
pub use summary::{Collected, PointState, PointSummary, Summary, collect};
pub use sweep::{Luck, Sweep, SweepOptions, read_sweep};
pub use tables::{StudyTables, TablesError, former_tables, write_tables};
pub use tally::{Tally, Unfit};
pub use tally_file::{Journal, StoredFailure, TallyBlock, TallyError, TallyFile, TallyHeader, TallyReader};

/// A study has at most so many points.
pub const MOST_POINTS: u64 = 1_000_000;
