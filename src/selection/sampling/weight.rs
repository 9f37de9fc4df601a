//! A weight of any size: 64 significant binary digits and an exponent.

use super::logarithm::{DIGITS, PowersOfTwo, binary_logarithm};

/// A number `mantissa * 2^exponent` that is not negative.
///
/// The mantissa's top bit is set unless the weight is zero. Made by integer arithmetic alone, so
/// that it has the same bits on every machine, and exact as long as 64 digits suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::selection) struct Weight {
    pub mantissa: u64,
    pub exponent: i32,
}

impl Weight {
    /// No weight at all.
    pub const ZERO: Weight = Weight { mantissa: 0, exponent: 0 };

    /// An integer, rounded down to its 64 leading digits.
    pub fn integer(number: u128) -> Self {
        Weight::scaled(number, 0)
    }

    /// `number * 2^exponent`, rounded down to 64 digits.
    pub fn scaled(number: u128, exponent: i32) -> Self {
        if number == 0 {
            return Weight::ZERO;
        }
        let unused = number.leading_zeros();
        Weight { mantissa: (number << unused >> 64) as u64, exponent: exponent + 64 - unused as i32 }
    }

    /// The product, rounded down to 64 digits.
    pub fn times(self, other: Weight) -> Self {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Weight::scaled(product, self.exponent + other.exponent)
    }

    /// `stake^power` by repeated multiplication; zero for no stake.
    pub fn integer_power(stake: u64, power: u64) -> Self {
        if stake == 0 {
            return Weight::ZERO;
        }
        let base = Weight::integer(u128::from(stake));
        (0..power).fold(Weight::integer(1), |product, _| product.times(base))
    }

    /// `stake^(numerator / denominator)` through logarithms in fixed point; the relative error is
    /// below 2^-50 for exponents up to 16. Zero for no stake.
    pub fn rational_power(stake: u64, numerator: u64, denominator: u64, powers: &PowersOfTwo) -> Self {
        if stake == 0 {
            return Weight::ZERO;
        }
        let logarithm = u128::from(binary_logarithm(stake));
        let (mantissa, exponent) = powers.raise(logarithm * u128::from(numerator) / u128::from(denominator));
        Weight { mantissa, exponent }
    }

    /// The square root of a stake, rounded down to 63 digits.
    pub fn square_root(stake: u64) -> Self {
        if stake == 0 {
            return Weight::ZERO;
        }
        // An even shift that fills the number up.
        let shift = (u128::from(stake).leading_zeros() & !1) as i32;
        Weight::scaled((u128::from(stake) << shift).isqrt(), -shift / 2)
    }

    /// `log2(1 + stake)`, with 57 digits after the point.
    pub fn logarithm(stake: u64) -> Self {
        Weight::scaled(u128::from(binary_logarithm(stake.saturating_add(1))), -(DIGITS as i32))
    }

    /// `1 / stake`, rounded down to 64 digits; zero for no stake.
    pub fn inverse(stake: u64) -> Self {
        if stake == 0 {
            return Weight::ZERO;
        }
        Weight::scaled((1u128 << 127) / u128::from(stake), -127)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(weight: Weight) -> f64 {
        weight.mantissa as f64 * f64::from(weight.exponent).exp2()
    }

    #[test]
    fn small_weights_are_exact() {
        for stake in [1u64, 2, 3, 7, 1_000_000, 3_037_000_499] {
            assert_eq!(value(Weight::integer(u128::from(stake))), stake as f64);
            assert_eq!(Weight::integer_power(stake, 2), Weight::integer(u128::from(stake).pow(2)));
            assert_eq!(Weight::integer_power(stake, 0), Weight::integer(1));
        }
        assert_eq!(Weight::square_root(49), Weight::integer(7));
        assert_eq!(Weight::logarithm(1023), Weight::integer(10));
        assert_eq!(Weight::inverse(4), Weight::scaled(1, -2));
    }

    #[test]
    fn no_stake_has_no_weight() {
        let powers = PowersOfTwo::new();
        let weights = [
            Weight::integer(0),
            Weight::integer_power(0, 2),
            Weight::integer_power(0, 0),
            Weight::rational_power(0, 1, 2, &powers),
            Weight::square_root(0),
            Weight::logarithm(0),
            Weight::inverse(0),
        ];
        assert!(weights.iter().all(|&weight| weight == Weight::ZERO));
    }

    #[test]
    fn functions_agree_with_floating_point() {
        let powers = PowersOfTwo::new();
        for stake in [1u64, 2, 3, 10, 999, 123_456_789, 1 << 50, i64::MAX as u64] {
            let s = stake as f64;
            let pairs = [
                (Weight::square_root(stake), s.sqrt()),
                (Weight::logarithm(stake), (s + 1.0).log2()),
                (Weight::inverse(stake), 1.0 / s),
                (Weight::integer_power(stake, 16), s.powi(16)),
                (Weight::rational_power(stake, 3, 7, &powers), s.powf(3.0 / 7.0)),
                (Weight::rational_power(stake, 31, 2, &powers), s.powf(15.5)),
            ];
            for (weight, expected) in pairs {
                assert!((value(weight) / expected - 1.0).abs() < 1e-13, "{stake}: {weight:?} for {expected}");
            }
        }
    }
}
