//! Fixed-point numbers for what floats may not decide.

use crate::law::Ratio;

/// The upper half of the product of two 128-bit numbers: of a number times a fraction of 2^128, the
/// whole part.
pub fn times_fraction(number: u128, fraction: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a, b) = (number >> 64, number & LOW);
    let (c, d) = (fraction >> 64, fraction & LOW);
    let (high, middle, cross, low) = (a * c, a * d, b * c, b * d);
    let carry = ((low >> 64) + (middle & LOW) + (cross & LOW)) >> 64;
    high + (middle >> 64) + (cross >> 64) + carry
}

/// A ratio below one as a fraction of 2^128, rounded down.
pub fn fraction_of(ratio: Ratio) -> u128 {
    let (above, below) = (u128::from(ratio.numerator()), u128::from(ratio.denominator()));
    let high = (above << 64) / below;
    let rest = (above << 64) % below;
    (high << 64) | ((rest << 64) / below)
}

/// A positive float below one as a fraction of 2^128, exactly if it is not below 2^-75.
pub fn fraction_of_float(value: f64) -> u128 {
    (value * 2f64.powi(127)) as u128 * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_and_thirds() {
        let half = fraction_of(Ratio::new(1, 2).unwrap());
        assert_eq!(half, 1 << 127);
        assert_eq!(fraction_of_float(0.5), half);
        assert_eq!(times_fraction(7, half), 3);
        let third = fraction_of(Ratio::new(1, 3).unwrap());
        assert_eq!(third, u128::MAX / 3);
        assert_eq!(times_fraction(u128::MAX, u128::MAX), u128::MAX - 1);
        assert_eq!(times_fraction(3 << 100, third), (1 << 100) - 1);
        assert_eq!(times_fraction(u128::MAX, half), u128::MAX >> 1);
    }
}
