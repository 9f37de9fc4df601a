//! Weights s^k.

use crate::law::{Ratio, power_shares};
use crate::registry::{Entry, Refusal, settings};
use crate::selection::sampling::{ByWeight, PowersOfTwo, Weight, draw_by_weight};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "power-weighted",
    summary: "proportional to stake to the power of `exponent` (2): above 1 favours the large, below 1 the small",
    source: "the family of uniform (0), square-root (1/2, arXiv 2312.13938), proportional (1) and quadratic (2) selection",
    parse: |table| {
        settings::<PowerWeighted, _>(table, |rule| {
            let too_large = rule.exponent.numerator() > 16 * rule.exponent.denominator();
            if rule.exponent.denominator() > 1000 || too_large {
                return Err(Refusal::Value {
                    key: "exponent",
                    problem: format!(
                        "is {}, but must lie between 0 and 16, with a denominator of at most 1000",
                        rule.exponent
                    ),
                });
            }
            Ok(Box::new(rule))
        })
    },
};

/// Power weights.
///
/// Whole exponents are multiplied out with 64 significant digits (exact while the power has no
/// more); others go through logarithms in fixed point, with a relative error below 2^-50.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PowerWeighted {
    #[serde(default = "two")]
    exponent: Ratio,
}

fn two() -> Ratio {
    Ratio::new(2, 1).expect("two is a ratio")
}

impl Rule for PowerWeighted {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(power_shares(stakes, self.exponent.to_f64()))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        let (above, below) = (self.exponent.numerator(), self.exponent.denominator());
        if below == 1 {
            return draw_by_weight(stakes, |stake| Weight::integer_power(stake, above));
        }
        let powers = PowersOfTwo::new();
        draw_by_weight(stakes, |stake| Weight::rational_power(stake, above, below, &powers))
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let (above, below) = (self.exponent.numerator(), self.exponent.denominator());
        if below == 1 {
            return Box::new(ByWeight::new(start.stakes, move |stake| Weight::integer_power(stake, above)));
        }
        let powers = PowersOfTwo::new();
        Box::new(ByWeight::new(start.stakes, move |stake| {
            Weight::rational_power(stake, above, below, &powers)
        }))
    }
}
