//! Amounts of any size, exactly.

/// The longest spelling of a number, in bytes.
pub const LONGEST_NUMBER: usize = 1000;

/// The largest power of ten, up or down, that an amount may have.
const FARTHEST: i64 = 4000;

/// A number that is not negative: `digits` × 10^`exponent`, exactly, or cut off after 38 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The digits, without zeros at the end.
    pub digits: u128,
    /// The power of ten; 0 if the amount is 0.
    pub exponent: i32,
    /// Whether digits that are not zero were cut off, below the 38th.
    pub cut: bool,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount { digits: 0, exponent: 0, cut: false };

    /// `digits` × 10^`exponent`.
    pub fn new(mut digits: u128, mut exponent: i32) -> Self {
        if digits == 0 {
            return Amount::ZERO;
        }
        while digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        Amount { digits, exponent, cut: false }
    }

    /// Ten to a power.
    pub fn power_of_ten(exponent: i32) -> Self {
        Amount { digits: 1, exponent, cut: false }
    }

    /// Reads digits, decimals (`12.5`), scientific notation (`1.2e31`) or hexadecimal digits after
    /// `0x`. No sign, no separators.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST_NUMBER {
            return None;
        }
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            return hexadecimal(digits);
        }
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => {
                let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                (mantissa, power.parse::<i64>().ok()?)
            }
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain(whole) || !is_plain(fraction) || (mantissa.contains('.') && fraction.is_empty()) {
            return None;
        }
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0');
        from_digits(digits, power.checked_sub(fraction.len() as i64)?)
    }

    /// The amount as a whole number of at most `most`, if it is one.
    pub fn whole(self, most: u64) -> Option<u64> {
        let power = 10u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        let number = self.digits.checked_mul(power)?;
        u64::try_from(number).ok().filter(|&number| number <= most && !self.cut)
    }

    /// The sum, or nothing if it has more digits than fit.
    pub fn plus(self, other: Amount) -> Option<Amount> {
        if self.digits == 0 || other.digits == 0 {
            return Some(if self.digits == 0 { other } else { self });
        }
        let exponent = self.exponent.min(other.exponent);
        let aligned = |amount: Amount| {
            let power = 10u128.checked_pow(u32::try_from(amount.exponent - exponent).ok()?)?;
            amount.digits.checked_mul(power)
        };
        let sum = aligned(self)?.checked_add(aligned(other)?)?;
        Some(Amount { cut: self.cut || other.cut, ..Amount::new(sum, exponent) })
    }

    /// The nearest float, for descriptions.
    pub fn approximate(self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::INFINITY)
    }
}

impl std::fmt::Display for Amount {
    /// Plain digits where these are few, else scientific notation; either can be read again.
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        let digits = self.digits.to_string();
        match self.exponent {
            0 => write!(formatter, "{digits}"),
            1..=6 => write!(formatter, "{digits}{}", "0".repeat(self.exponent as usize)),
            -6..=-1 => {
                let places = self.exponent.unsigned_abs() as usize;
                let padded = format!("{digits:0>width$}", width = places + 1);
                let (whole, fraction) = padded.split_at(padded.len() - places);
                write!(formatter, "{whole}.{fraction}")
            }
            exponent => write!(formatter, "{digits}e{exponent}"),
        }
    }
}

/// Reads digits of base ten, the first of which is worth most; the last has the power `exponent`.
fn from_digits(digits: impl Iterator<Item = u8>, exponent: i64) -> Option<Amount> {
    let (mut number, mut left, mut cut) = (0u128, 0i64, false);
    for digit in digits {
        match number.checked_mul(10).and_then(|number| number.checked_add(digit.into())) {
            Some(longer) if left == 0 => number = longer,
            _ => {
                left += 1;
                cut |= digit != 0;
            }
        }
    }
    let exponent = exponent.checked_add(left)?;
    if number == 0 {
        return Some(Amount::ZERO);
    }
    if exponent.abs() > FARTHEST {
        return None;
    }
    Some(Amount { cut, ..Amount::new(number, exponent as i32) })
}

fn hexadecimal(digits: &str) -> Option<Amount> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    if let Ok(number) = u128::from_str_radix(digits, 16) {
        return Some(Amount::new(number, 0));
    }
    // Beyond 128 bits: to base ten, the last digit first.
    let mut decimal: Vec<u8> = Vec::new();
    for digit in digits.chars() {
        let mut carry = digit.to_digit(16)?;
        for place in &mut decimal {
            let value = u32::from(*place) * 16 + carry;
            *place = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            decimal.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    from_digits(decimal.into_iter().rev(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn spellings_of_one_number_are_one_amount() {
        for spellings in [
            &["32", "032", "32.0", "3.2e1", "0.32e+2", "320E-1", "0x20", "0X020", "32.000000000000000000"][..],
            &["0", "0.000", "0e99999", "0x0", "00", ".0"],
            &["12000000000000000000000000000000", "1.2e31", "12e30"],
            &["32000000000000000000000000", "3.2e25", "0x1a784379d99db420000000"],
            &["0.5", ".5", "5e-1"],
        ] {
            for spelling in spellings {
                assert_eq!(amount(spelling), amount(spellings[0]), "{spelling}");
            }
        }
        // 2^256 - 1, as a word of the Ethereum virtual machine; the first 38 digits stay.
        let largest = amount(&format!("0x{}", "f".repeat(64)));
        let digits = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(largest, amount(digits));
        assert!(largest.cut);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", ".", "5.", "-5", "+5", "1_000", "1,000", "1 000", "five", "NaN", "inf", "0x", "0xg", "e5",
            "1e", "1e+", "1e5.5", "1e99999", "٣", "0b1", "1.2.3",
        ] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
        assert_eq!(Amount::parse(&"1".repeat(LONGEST_NUMBER + 1)), None);
    }

    #[test]
    fn sums_are_exact_or_refused() {
        assert_eq!(amount("1.5").plus(amount("2.25")), Some(amount("3.75")));
        assert_eq!(amount("1e30").plus(amount("1")), Some(amount("1000000000000000000000000000001")));
        assert_eq!(amount("1e60").plus(amount("1")), None);
        assert_eq!(amount("1e60").plus(Amount::ZERO), Some(amount("1e60")));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(digits in any::<u128>(), exponent in -60i32..60) {
            let amount = Amount::new(digits / 10, exponent);
            prop_assert_eq!(Amount::parse(&amount.to_string()), Some(amount));
            if exponent == 0 {
                prop_assert_eq!(Amount::parse(&format!("{:#x}", digits / 10)), Some(amount));
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,40}") {
            let _ = Amount::parse(&text);
        }
    }
}
