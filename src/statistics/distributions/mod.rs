//! Probabilities of the standard laws, accurate far into their tails.

mod beta;
mod binomial;
mod chi_square;
mod deviance;
mod gamma;
mod multinomial;
mod noncentral_chi_square;
mod normal;
mod occupancy;
mod partial_runs;
mod poisson;
mod repeated_sum;
mod saddlepoint;
mod student;
mod tail_integral;

pub use beta::Beta;
pub use binomial::Binomial;
pub use chi_square::{chi_square_lower, chi_square_upper, skewed_upper};
pub(crate) use deviance::{deviance, exp_m1_minus, ln_1p_minus, stirling_error};
pub use gamma::Gamma;
pub use multinomial::sample_multinomial;
pub(crate) use multinomial::{cell_ln_mass, ln_relative_mass};
pub use noncentral_chi_square::noncentral_chi_square_upper;
pub use normal::{normal_quantile, normal_upper};
pub use occupancy::UnorderedMultinomial;
pub use partial_runs::PartialRuns;
pub use poisson::Poisson;
pub use repeated_sum::RepeatedSum;
pub use saddlepoint::SaddlepointBinomial;
pub use student::{student_quantile, student_upper};
