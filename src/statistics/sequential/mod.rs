//! Intervals that stay valid however often one looks and whenever one stops.
//!
//! Source: Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic
//! confidence sequences", Annals of Statistics 49, 2021.

mod bernoulli;
mod empirical_bernstein;
mod normal_mixture;

pub use bernoulli::bernoulli_sequence;
pub use empirical_bernstein::BoundedMean;
pub use normal_mixture::{normal_mixture_bound, normal_mixture_tuning};
