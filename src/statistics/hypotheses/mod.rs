//! Tests of hypotheses.

mod binomial_test;
mod chi_square;
mod kolmogorov_smirnov;
mod margin;
mod multinomial_test;
mod poisson_test;
mod power_divergence;
mod table;

pub use binomial_test::{binomial_test, ln_binomial_test};
pub(crate) use chi_square::ordered_goodness_of_fit;
pub use chi_square::{
    GoodnessOfFit, NullDistribution, dispersed_goodness_of_fit, goodness_of_fit, pearson_dispersion,
    simulated_goodness_of_fit,
};
pub use kolmogorov_smirnov::{KolmogorovSmirnov, kolmogorov_smirnov};
pub use margin::{Margin, MarginTest, Side, Tails, interval_by_tails};
pub use multinomial_test::{
    Extremeness, SimulatedP, exact_multinomial_test, monte_carlo_multinomial_test, replicates,
};
pub use poisson_test::{ln_poisson_test, poisson_test};
pub use power_divergence::{Divergence, power_divergence};
