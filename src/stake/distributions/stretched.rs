//! Stakes whose logarithms are variates of a fixed law, stretched.

use crate::random::Stream;
use crate::registry::Refusal;
use crate::stake::range::require;
use crate::stake::target_gini::{Spread, weights_from_logarithms};
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use std::ops::RangeInclusive;

/// Stakes in proportion to `exp(s z)`: the spread s is given, or found for which exactly the variates z
/// that were drawn have the Gini coefficient asked for. Rounding to whole coins then moves it a
/// little; with fewer coins than accounts, a lot.
#[derive(Debug)]
pub(super) struct Stretched {
    pub spread: Spread,
    /// One variate.
    pub variate: fn(&mut Stream) -> f64,
}

impl Stretched {
    /// The logarithms of the weights.
    pub fn logarithms(&self, count: usize, stream: &mut Stream) -> Result<Vec<f64>, StakeError> {
        self.spread.stretch((0..count).map(|_| (self.variate)(stream)).collect())
    }
}

impl StakeDistribution for Stretched {
    fn holdings(&self, order: &Order, stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        let (count, _) = order.size()?;
        let logarithms = self.logarithms(count, stream)?;
        order.divide(|_| weights_from_logarithms(logarithms))
    }
}

/// The spread that exactly one of two settings gives: `given`, called `key`, or `gini`.
pub(super) fn spread(
    key: &'static str,
    given: Option<f64>,
    gini: Option<f64>,
    allowed: RangeInclusive<f64>,
    spread: fn(f64) -> f64,
) -> Result<Spread, Refusal> {
    match (given, gini) {
        (Some(given), None) => {
            require(key, given, allowed)?;
            Ok(Spread::Given(spread(given)))
        }
        (None, Some(gini)) => Spread::gini(gini),
        _ => {
            let problem = "and `gini` both say how unequal the stakes are; give one of them".into();
            Err(Refusal::Value { key, problem })
        }
    }
}
