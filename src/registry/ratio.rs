//! Exact ratios in settings: `2`, `0.3` or `"1/3"`.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The largest numerator and denominator, so that products with two 64-bit numbers and a count of
/// validators stay clear of 128 bits.
const LARGEST: u64 = 1_000_000_000;

/// An exact ratio of two integers, in lowest terms, never negative.
///
/// A scenario writes it as an integer, as a decimal number (read digit by digit, so that `0.3` is
/// three tenths and not the nearest binary fraction) or as text, `"1/3"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// The ratio of two integers; `None` if the denominator is zero or one of the two exceeds a
    /// billion in lowest terms.
    pub const fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let (mut a, mut b) = (numerator, denominator);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        let ratio = Ratio { numerator: numerator / a, denominator: denominator / a };
        if ratio.numerator > LARGEST || ratio.denominator > LARGEST {
            return None;
        }
        Some(ratio)
    }

    /// The upper number, in lowest terms.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// The lower number, in lowest terms; never zero.
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// The nearest floating-point number, to describe, never to decide.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Reads `3`, `0.25` or `1/3`.
    fn read(text: &str) -> Option<Self> {
        let digits = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u64>().ok()).flatten()
        };
        if let Some((above, below)) = text.split_once('/') {
            return Ratio::new(digits(above.trim())?, digits(below.trim())?);
        }
        let Some((whole, part)) = text.split_once('.') else {
            return Ratio::new(digits(text)?, 1);
        };
        let scale = 10u64.checked_pow(u32::try_from(part.len()).ok()?)?;
        Ratio::new(digits(whole)?.checked_mul(scale)?.checked_add(digits(part)?)?, scale)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        if self.denominator == 1 {
            return write!(formatter, "{}", self.numerator);
        }
        write!(formatter, "{}/{}", self.numerator, self.denominator)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.denominator == 1 {
            return serializer.serialize_u64(self.numerator);
        }
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RatioVisitor;

        impl Visitor<'_> for RatioVisitor {
            type Value = Ratio;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str(
                    "a ratio that is not negative, of at most 9 digits above and below: an integer, a decimal number or text like \"1/3\"",
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Ratio, E> {
                Ratio::read(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Ratio, E> {
                Ratio::new(number, 1).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Ratio, E> {
                u64::try_from(number)
                    .ok()
                    .and_then(|number| Ratio::new(number, 1))
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Ratio, E> {
                // The shortest decimal text that reads back as the same number is what was written.
                Ratio::read(&number.to_string())
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
            }
        }

        deserializer.deserialize_any(RatioVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Serialize)]
    struct Holder {
        ratio: Ratio,
    }

    fn read(text: &str) -> Option<(u64, u64)> {
        let holder: Holder = toml::from_str(&format!("ratio = {text}")).ok()?;
        let again: Holder = toml::from_str(&toml::to_string(&holder).unwrap()).unwrap();
        assert_eq!(again.ratio, holder.ratio);
        Some((holder.ratio.numerator(), holder.ratio.denominator()))
    }

    #[test]
    fn every_spelling_is_exact() {
        assert_eq!(read("2"), Some((2, 1)));
        assert_eq!(read("0"), Some((0, 1)));
        assert_eq!(read("0.3"), Some((3, 10)));
        assert_eq!(read("1.50"), Some((3, 2)));
        assert_eq!(read("'2/6'"), Some((1, 3)));
        assert_eq!(read("'0.125'"), Some((1, 8)));
    }

    #[test]
    fn what_is_no_ratio_is_refused() {
        for text in ["-1", "-0.5", "nan", "inf", "'1/0'", "'a'", "''", "'1/2/3'", "true", "1e-12", "'+1'"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
