//! Scenarios: the file format, where each setting stands, what is possible, and how a scenario
//! becomes an experiment.

mod behaviours;
mod diagnostic;
mod document;
mod follow;
mod format;
mod fraction;
mod groups;
mod limits;
mod load;
mod observed;
mod overrides;
mod pools;
mod population;
mod problem;
mod schema;
mod seed;
mod shipped;
mod template;
mod until;
mod window;

pub use crate::registry::Choice;
pub use document::Document;
pub(crate) use document::lost_number;
pub use follow::{Follow, FollowSelection};
pub use format::{
    AccountSection, AnalysisSection, AttestationSection, BehaviourSection, DelegatorSection, FigureFormat,
    GroupSection, NetworkSection, PoolSection, PopulationSection, ReportSection, RewardSection, RunSection,
    ScenarioFile, SelectionSection, SlashingSection, StudySection, TransactionsSection, UntilMetric,
    UntilSection,
};
pub use limits::MOST_PRIOR_WEIGHT;
pub use load::{Scenario, load, load_text, read_file, read_text};
pub use overrides::{Override, pieces};
pub use problem::{Place, Problem};
pub use schema::schema;
pub use seed::Seed;
pub use shipped::{Paper, Shipped, load_shipped, papers, shipped};
pub use template::TEMPLATE;
pub use window::Window;
