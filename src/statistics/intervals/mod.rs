//! Interval estimates.

mod bootstrap;
mod clopper_pearson;
mod clustered;
mod credible;
mod garwood;
mod goodman;
mod interval;
mod mean;
mod scaled;
mod sison_glaz;
mod wilson;

pub use bootstrap::{bootstrap, percentile_interval};
pub use clopper_pearson::clopper_pearson;
pub use clustered::{clustered_tail, clustered_tails, least_trials};
pub use credible::{Posterior, rate_posterior, share_posterior};
pub use garwood::garwood;
pub use goodman::goodman;
pub use interval::Interval;
pub(crate) use interval::one_sided_level;
pub use mean::Moments;
pub use scaled::{scaled_tail, scaled_tails};
pub use sison_glaz::sison_glaz;
pub use wilson::wilson;
