//! Exact fractions in settings, and what they decide.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An exact fraction `numerator / denominator`, never negative, in lowest terms.
///
/// Written as `"3/4"`, as a decimal (`0.75`, read digit by digit, so that 0.1 is one tenth and not
/// the float nearest to it), as a percentage (`"75 %"`) or as an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Ratio = Ratio { numerator: 0, denominator: 1 };
    /// The whole.
    pub const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

    /// The fraction `numerator / denominator`; `None` if the denominator is zero.
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(numerator, denominator);
        Some(Ratio { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The number above the line.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// The number below the line.
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Whether it is more than the whole.
    pub fn exceeds_one(self) -> bool {
        self.numerator > self.denominator
    }

    /// Whether `part` of `whole` is at least this fraction: `part * denominator >= whole *
    /// numerator`, exactly.
    #[inline]
    pub fn is_reached_by(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(self.denominator) >= u128::from(whole) * u128::from(self.numerator)
    }

    /// This fraction of an amount, rounded down. The fraction must not exceed one.
    #[inline]
    pub fn floor_of(self, amount: u64) -> u64 {
        (u128::from(amount) * u128::from(self.numerator) / u128::from(self.denominator)) as u64
    }

    /// This fraction of an amount, rounded up. The fraction must not exceed one.
    #[inline]
    pub fn ceil_of(self, amount: u64) -> u64 {
        (u128::from(amount) * u128::from(self.numerator)).div_ceil(u128::from(self.denominator)) as u64
    }

    /// This fraction of an amount, rounded to the nearest; a half rounds up. The fraction must not
    /// exceed one.
    #[inline]
    pub fn round_of(self, amount: u64) -> u64 {
        let product = u128::from(amount) * u128::from(self.numerator);
        let (floor, rest) = (product / u128::from(self.denominator), product % u128::from(self.denominator));
        (floor + u128::from(2 * rest >= u128::from(self.denominator))) as u64
    }

    /// The nearest float; for description only.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl Ord for Ratio {
    /// By value, compared exactly.
    fn cmp(&self, other: &Self) -> Ordering {
        let across = |a: Ratio, b: Ratio| u128::from(a.numerator) * u128::from(b.denominator);
        across(*self, *other).cmp(&across(*other, *self))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest common divisor; that of a number and nothing is the number.
pub fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        if self.denominator == 1 {
            write!(formatter, "{}", self.numerator)
        } else {
            write!(formatter, "{}/{}", self.numerator, self.denominator)
        }
    }
}

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "{text:?} is not a fraction; write it as \"3/4\", as 0.75 or as \"75 %\", with at most 18 digits"
            )
        };
        let trimmed = text.trim();
        if let Some((above, below)) = trimmed.split_once('/') {
            let numerator = digits(above.trim()).ok_or_else(refuse)?;
            let denominator = digits(below.trim()).ok_or_else(refuse)?;
            return Ratio::new(numerator, denominator).ok_or_else(|| {
                format!("{text:?} divides by zero; the number below the line must be positive")
            });
        }
        let (number, percent) = match trimmed.strip_suffix('%') {
            Some(number) => (number.trim(), 100),
            None => (trimmed, 1),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || fraction.len() > 16 || (number.contains('.') && fraction.is_empty()) {
            return Err(refuse());
        }
        let scale = 10u64.pow(fraction.len() as u32);
        let whole = digits(whole).ok_or_else(refuse)?;
        let fraction = if fraction.is_empty() { 0 } else { digits(fraction).ok_or_else(refuse)? };
        let numerator = whole.checked_mul(scale).and_then(|n| n.checked_add(fraction)).ok_or_else(refuse)?;
        let denominator = scale.checked_mul(percent).ok_or_else(refuse)?;
        Ratio::new(numerator, denominator).ok_or_else(refuse)
    }
}

/// A plain decimal integer: digits only, at most 18 of them.
fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RatioVisitor;

        impl Visitor<'_> for RatioVisitor {
            type Value = Ratio;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a fraction such as \"3/4\", 0.75 or \"75 %\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Ratio, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Ratio, E> {
                // The shortest decimal that reads back as this float is what the user wrote.
                format!("{number}").parse().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Ratio, E> {
                format!("{number}").parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Ratio, E> {
                format!("{number}").parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(RatioVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_spellings_of_three_quarters() {
        for text in ["3/4", "0.75", "75 %", "75%", "6 / 8", "0.7500"] {
            assert_eq!(text.parse::<Ratio>().unwrap(), Ratio::new(3, 4).unwrap(), "{text}");
        }
        assert_eq!("0.1".parse::<Ratio>().unwrap(), Ratio::new(1, 10).unwrap());
        for text in ["", "3/0", "-1/4", "0.5.1", "a", "1e3", "3/4/5", ".5", "5.", "99999999999999999999"] {
            assert!(text.parse::<Ratio>().is_err(), "{text}");
        }
    }

    #[test]
    fn order_is_exact() {
        let third = Ratio::new(1, 3).unwrap();
        assert!(third > "0.3333333333333333".parse().unwrap());
        assert!(third < "0.3333333333333334".parse().unwrap());
        assert_eq!(third.cmp(&Ratio::new(3, 9).unwrap()), Ordering::Equal);
        assert!(Ratio::ZERO < Ratio::ONE);
    }

    #[test]
    fn thresholds_are_exact() {
        let quorum = Ratio::new(3, 4).unwrap();
        assert!(quorum.is_reached_by(3, 4));
        assert!(!quorum.is_reached_by(2, 3));
        assert!(quorum.is_reached_by(3 << 61, 4 << 61));
        assert!(!quorum.is_reached_by((3 << 61) - 1, 4 << 61));
        assert_eq!(quorum.floor_of(u64::MAX), u64::MAX / 4 * 3 + 2);
        assert_eq!(Ratio::new(1, 3).unwrap().ceil_of(10), 4);
        assert_eq!(Ratio::new(1, 3).unwrap().round_of(10), 3);
        assert_eq!(Ratio::new(1, 4).unwrap().round_of(10), 3);
        assert_eq!(Ratio::ONE.round_of(u64::MAX), u64::MAX);
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics_and_spellings_round_trip(text in ".{0,24}") {
            if let Ok(ratio) = text.parse::<Ratio>() {
                prop_assert_eq!(ratio.to_string().parse::<Ratio>().unwrap(), ratio);
            }
        }
    }
}
