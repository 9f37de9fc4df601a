//! Interval estimates.

mod clopper_pearson;
mod interval;
mod mean;
mod wilson;

pub use clopper_pearson::clopper_pearson;
pub use interval::Interval;
pub use mean::Moments;
pub use wilson::wilson;
