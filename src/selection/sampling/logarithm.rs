//! Logarithms and powers of two in fixed point: the same bits on every machine.

/// Binary digits after the point.
pub(in crate::selection) const DIGITS: u32 = 57;
/// The number one in fixed point.
const ONE: u64 = 1 << DIGITS;

/// `log2(x)` for `x >= 1`, times 2^57, rounded down; the error is below 2^-56. About 60
/// multiplications.
///
/// Digit by digit: squaring the mantissa doubles the logarithm of what is left.
pub(in crate::selection) fn binary_logarithm(x: u64) -> u64 {
    debug_assert!(x > 0, "zero has no logarithm");
    let whole = x.ilog2();
    // The mantissa in [1, 2), with 63 digits after the point.
    let mut mantissa = x << (63 - whole);
    let mut logarithm = u64::from(whole) << DIGITS;
    for digit in (0..DIGITS).rev() {
        let square = (u128::from(mantissa) * u128::from(mantissa)) >> 63;
        if square >> 64 > 0 {
            logarithm |= 1 << digit;
            mantissa = (square >> 1) as u64;
        } else {
            mantissa = square as u64;
        }
    }
    logarithm
}

/// Powers of two with fractional exponents, from the roots 2^(1/2), 2^(1/4), ...
#[derive(Clone, Debug)]
pub(in crate::selection) struct PowersOfTwo {
    /// `roots[k]` is 2^(2^-(k+1)), with 63 digits after the point.
    roots: [u64; DIGITS as usize],
}

impl PowersOfTwo {
    pub fn new() -> Self {
        let mut roots = [0; DIGITS as usize];
        let mut root = 1u64 << 63;
        for (index, place) in roots.iter_mut().enumerate() {
            // The integer root of a number with 126 digits after the point has 63 of them.
            let square = if index == 0 { 1u128 << 127 } else { u128::from(root) << 63 };
            root = square.isqrt() as u64;
            *place = root;
        }
        PowersOfTwo { roots }
    }

    /// `2^(exponent / 2^57)` as a mantissa in [2^63, 2^64) and a power of two; the relative error
    /// is below 2^-56.
    pub fn raise(&self, exponent: u128) -> (u64, i32) {
        let fraction = (exponent & u128::from(ONE - 1)) as u64;
        let mut mantissa = 1u64 << 63;
        for (index, &root) in self.roots.iter().enumerate() {
            if fraction >> (DIGITS as usize - 1 - index) & 1 == 1 {
                mantissa = ((u128::from(mantissa) * u128::from(root)) >> 63) as u64;
            }
        }
        (mantissa, (exponent >> DIGITS) as i32 - 63)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_agree_with_floating_point() {
        for power in 0..63u32 {
            assert_eq!(binary_logarithm(1 << power), u64::from(power) << DIGITS);
        }
        for x in [3u64, 10, 1_000_003, 999_999_999_999, i64::MAX as u64, u64::MAX] {
            let fixed = binary_logarithm(x) as f64 / ONE as f64;
            assert!((fixed - (x as f64).log2()).abs() < 1e-14, "log2({x})");
        }
        // log2(3) = 1.584962500721156181453738943947816508759814407692481...
        let expected = 1_584_962_500_721_156_181u128 * u128::from(ONE) / 1_000_000_000_000_000_000;
        assert!((i128::from(binary_logarithm(3)) - expected as i128).abs() < 4);
    }

    #[test]
    fn powers_undo_logarithms() {
        let powers = PowersOfTwo::new();
        for x in [1u64, 2, 3, 10, 1_000_003, 1 << 40, i64::MAX as u64] {
            let (mantissa, exponent) = powers.raise(u128::from(binary_logarithm(x)));
            let back = mantissa as f64 * f64::from(exponent).exp2();
            assert!((back / x as f64 - 1.0).abs() < 1e-14, "{x} came back as {back}");
        }
        assert_eq!(powers.raise(0), (1 << 63, -63));
    }
}
