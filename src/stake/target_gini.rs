//! How far a drawn sample is spread out, as a number or as a Gini coefficient to be met.

use super::StakeError;
use crate::law::gini_of_ascending;
use crate::registry::Refusal;

/// Weights are `exp(s z)` for variates `z` of a fixed law; `s` spreads them.
///
/// With `z` standard normal the weights are log-normal with sigma = s; with `z` standard
/// exponential they are Pareto with shape = 1 / s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// The spread itself.
    Given(f64),
    /// The Gini coefficient that the weights of each sample shall have.
    Gini(f64),
}

impl Spread {
    /// A target Gini coefficient.
    ///
    /// # Errors
    /// If no number of accounts can have it.
    pub fn gini(target: f64) -> Result<Self, Refusal> {
        if target > 0.0 && target < 1.0 {
            return Ok(Spread::Gini(target));
        }
        let problem = format!("is {target:?}, but must be a number between 0 and 1, both excluded");
        Err(Refusal::Value { key: "gini", problem })
    }

    /// Turns variates into the logarithms of weights: `s z`.
    ///
    /// For a target Gini, `s` is found by bisection for exactly these variates: a larger `s` makes
    /// every ratio of a larger to a smaller weight grow, so the coefficient rises with `s`, from 0
    /// (all equal) towards (n - 1) / n (the largest has everything). The result meets the target
    /// within 1e-12 before it is frozen to coins. O(n log n), about forty passes.
    ///
    /// # Errors
    /// If so few accounts cannot have this Gini; names the reachable range.
    pub fn stretch(self, variates: Vec<f64>) -> Result<Vec<f64>, StakeError> {
        let spread = match self {
            Spread::Given(spread) => spread,
            Spread::Gini(target) => spread_for(&variates, target)?,
        };
        Ok(variates.into_iter().map(|z| spread * z).collect())
    }
}

/// Weights from their logarithms, the largest being 1.
///
/// Dividing by the largest while still in logarithms keeps extreme weights from overflowing; what
/// is more than e^745 times smaller than the largest becomes zero.
pub fn weights_from_logarithms(logarithms: Vec<f64>) -> Vec<f64> {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logarithms.into_iter().map(|logarithm| (logarithm - largest).exp()).collect()
}

/// How close the coefficient of the sample comes to the target.
const GINI_TOLERANCE: f64 = 1e-12;

/// The largest variates are of the order of one, so that those which differ at all do so by more
/// than 1e-17, and at this spread the larger one has everything: a target not met by then is out
/// of reach.
const WIDEST: f64 = 1e20;

fn spread_for(variates: &[f64], target: f64) -> Result<f64, StakeError> {
    let mut ascending = variates.to_vec();
    ascending.sort_unstable_by(f64::total_cmp);
    let largest = ascending.last().copied().unwrap_or(0.0);
    let mut weights = vec![0.0; ascending.len()];
    let mut gini_at = |spread: f64| {
        for (weight, z) in weights.iter_mut().zip(&ascending) {
            *weight = (spread * (z - largest)).exp();
        }
        gini_of_ascending(&weights).unwrap_or(0.0)
    };
    // All in one hand: what no spread can exceed. Equal largest variates would share it, but a
    // continuous law does not draw them.
    let supremum = 1.0 - 1.0 / ascending.len() as f64;
    if target >= supremum {
        return Err(unreachable(target, ascending.len(), supremum));
    }
    let (mut low, mut high) = (0.0, 1.0);
    while gini_at(high) < target {
        (low, high) = (high, 2.0 * high);
        if high > WIDEST {
            return Err(unreachable(target, ascending.len(), gini_at(low)));
        }
    }
    loop {
        let middle = low + (high - low) / 2.0;
        let gini = gini_at(middle);
        if (gini - target).abs() <= GINI_TOLERANCE || middle <= low || middle >= high {
            return Ok(middle);
        }
        if gini < target {
            low = middle;
        } else {
            high = middle;
        }
    }
}

fn unreachable(target: f64, count: usize, supremum: f64) -> StakeError {
    let problem = if count < 2 {
        format!("is {target}, but a single account is always equal to itself: give at least 2 accounts")
    } else {
        format!("is {target}, but {count} accounts can reach only what lies above 0 and below {supremum}")
    };
    StakeError::Setting { key: "gini", problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::gini;
    use crate::random::{Stream, StreamKey};
    use rand_distr::{Distribution, Exp1, StandardNormal};

    fn variates(count: usize) -> [Vec<f64>; 2] {
        let mut stream = Stream::open(StreamKey::new().text("spread"));
        let normal = (0..count).map(|_| StandardNormal.sample(&mut stream)).collect();
        let exponential = (0..count).map(|_| Exp1.sample(&mut stream)).collect();
        [normal, exponential]
    }

    fn gini_after(spread: Spread, variates: &[f64]) -> f64 {
        let logarithms = spread.stretch(variates.to_vec()).unwrap();
        gini(&weights_from_logarithms(logarithms)).unwrap()
    }

    /// What the bisection rests on. The steps stay clear of the rounding of the coefficient
    /// (about 1e-15), and the grid ends before the largest weight has everything.
    #[test]
    fn the_gini_rises_with_the_spread_for_fixed_variates() {
        for count in [2, 3, 10, 1_000] {
            for sample in variates(count) {
                let mut last = 0.0;
                for step in 1..=400 {
                    let gini = gini_after(Spread::Given(f64::from(step) * 0.02), &sample);
                    assert!(gini > last, "{count} accounts, step {step}: {gini} after {last}");
                    last = gini;
                }
                assert!(last < 1.0 - 1.0 / count as f64);
            }
        }
    }

    #[test]
    fn the_sample_meets_its_target_wherever_it_lies() {
        for count in [2, 3, 10, 1_000] {
            let supremum = 1.0 - 1.0 / count as f64;
            for sample in variates(count) {
                for part in [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999, 1.0 - 1e-9] {
                    let target = part * supremum;
                    let found = gini_after(Spread::Gini(target), &sample);
                    assert!((found - target).abs() < 1e-11, "{count} accounts: {found} for {target}");
                }
            }
        }
    }

    /// Two weights with logarithms 0 and s have the Gini (1 - r) / (2 (1 + r)) with r = e^-s, so
    /// that a target of 1/4 needs r = 1/3.
    #[test]
    fn two_accounts_by_hand() {
        let logarithms = Spread::Gini(0.25).stretch(vec![0.0, 1.0]).unwrap();
        assert!((logarithms[1] - 3f64.ln()).abs() < 1e-10);
    }

    /// The bisection ends where the coefficient is close enough: at the halves, quarters and eighths that it comes
    /// past, if one of them has it.
    #[test]
    fn a_spread_that_meets_the_target_is_taken() {
        for spread in [0.5, 0.25, 0.375, 0.125, 0.0625, 0.625] {
            let target = gini_after(Spread::Given(spread), &[0.0, 1.0]);
            assert_eq!(Spread::Gini(target).stretch(vec![0.0, 1.0]).unwrap(), [0.0, spread]);
        }
    }

    #[test]
    fn what_cannot_be_reached_is_refused_with_the_range() {
        let problem =
            |variates: Vec<f64>, target| Spread::Gini(target).stretch(variates).unwrap_err().to_string();
        assert_eq!(
            problem(vec![0.0, 1.0, 2.0, 3.0], 0.75),
            "`gini` is 0.75, but 4 accounts can reach only what lies above 0 and below 0.75"
        );
        assert!(problem(vec![1.0], 0.1).contains("at least 2 accounts"));
        assert!(problem(vec![], 0.1).contains("at least 2 accounts"));
        // A tie for the largest halves what can be reached.
        assert!(problem(vec![0.0, 1.0, 1.0, 0.0], 0.6).contains("below 0.5"));
        for target in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(Spread::gini(target).is_err(), "{target}");
        }
    }

    #[test]
    fn extreme_logarithms_become_finite_weights() {
        assert_eq!(weights_from_logarithms(vec![1e300, 0.0, 1e300]), [1.0, 0.0, 1.0]);
        assert_eq!(weights_from_logarithms(vec![-1e300, -1e301]), [1.0, 0.0]);
        assert_eq!(weights_from_logarithms(vec![]), Vec::<f64>::new());
    }
}
