//! The rows of the result tables: tidy, counts as integers, an empty cell for "not available".

mod audit;
mod chains;
mod columns;
mod compare;
mod identify;
mod incomes;
mod law;
mod law_window;
mod luck;
mod metric;
mod misses;
mod plan;
mod quorum;
mod run_summary;
mod shares;
mod statement;
mod strategy;
mod tables;
mod takeover;
mod timeline;
mod trials;
mod validator_table;
mod validators;
mod windows;

pub use audit::{
    AuditAnswer, AuditReport, AuditRow, AuditTest, AuditedRest, AuditedValidator, AuditedWhole, BlockCheck,
    BlockDifference, Finding, OrderReport, OrderRow, as_decided,
};
pub use chains::ChainRow;
pub use columns::Cells;
pub use compare::{CompareRow, RuleMeasureRow, RuleTrialRow};
pub use identify::{IdentifyReport, IdentifyRow, ProfileEstimate, Standing};
pub use incomes::IncomeRow;
pub use law::{LawRow, law_rows};
pub use law_window::window_law;
pub use law_window::{LawWindowRow, law_window_rows};
pub use luck::{LuckReport, LuckRow, LuckStretch};
pub use metric::Metric;
pub use misses::{MissesFinding, MissesReport, MissesRow};
pub use plan::PlanRow;
pub use quorum::QuorumRow;
pub use run_summary::{
    ExpectedSharesSummary, MisallocatedSummary, PosteriorSummary, RunSummary, ValidatorSummary,
};
pub use shares::ShareRow;
pub use statement::{Decision, Family, Statement};
pub use strategy::StrategyRow;
pub use tables::Tables;
pub use takeover::TakeoverRow;
pub use timeline::TimelineRow;
pub use trials::TrialRow;
pub use validator_table::ValidatorTable;
pub use validators::ValidatorRow;
pub use windows::WindowRow;
