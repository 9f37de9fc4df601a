//! Probabilities of the standard laws, accurate far into their tails.

mod binomial;
mod deviance;
mod normal;
mod student;
mod tail_integral;

pub use binomial::Binomial;
pub use normal::{normal_quantile, normal_upper};
pub use student::{student_quantile, student_upper};
