//! Exact ratios as people write them.

/// A ratio of two integers, not reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u128,
}

impl Ratio {
    /// Reads `"1/3"` or a plain decimal such as `"0.4"`, which is exactly 4/10.
    ///
    /// `None` for anything else: signs, exponents, a zero denominator, more than 38 decimals, or a
    /// numerator of 2^64 or more.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some((above, below)) = text.split_once('/') {
            let (above, below) = (above.trim(), below.trim());
            if !digits(above) || !digits(below) {
                return None;
            }
            let denominator = u128::from(below.parse::<u64>().ok().filter(|&below| below > 0)?);
            return Some(Ratio { numerator: above.parse().ok()?, denominator });
        }
        let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        if !digits(whole) || !digits(decimals) {
            return None;
        }
        let numerator = format!("{whole}{decimals}").parse().ok()?;
        Some(Ratio { numerator, denominator: 10u128.checked_pow(u32::try_from(decimals.len()).ok()?)? })
    }

    /// Whether the ratio lies strictly between 0 and 1.
    pub fn is_a_proper_part(self) -> bool {
        self.numerator > 0 && u128::from(self.numerator) < self.denominator
    }

    /// This part of a whole, to the nearest integer, exactly; a half rounds up.
    ///
    /// # Panics
    /// If the ratio is above 1.
    pub fn of(self, whole: u64) -> u64 {
        assert!(u128::from(self.numerator) <= self.denominator, "a part of a whole is at most the whole");
        // Below 2^64 * 2^64: fits 128 bits.
        let product = u128::from(self.numerator) * u128::from(whole);
        let (floor, rest) = (product / self.denominator, product % self.denominator);
        // `rest >= denominator / 2` without leaving the integers, and without doubling `rest`.
        (floor + u128::from(rest >= self.denominator - rest)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let of = |text: &str| Ratio::parse(text).map(|ratio| (ratio.numerator, ratio.denominator));
        assert_eq!(of("1/3"), Some((1, 3)));
        assert_eq!(of(" 2 / 6 "), Some((2, 6)));
        assert_eq!(of("0.4"), Some((4, 10)));
        assert_eq!(of("1"), Some((10, 10)));
        assert_eq!(of("0.0012345678901234568"), Some((12345678901234568, 10u128.pow(19))));
        for text in
            ["", "/", "1/", "/3", "1/0", "-1/3", "+1/3", "1/3/5", "0.", ".5", "1e-3", "a", "0,4", "50%"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of("18446744073709551616/3"), None);
        assert_eq!(of(&format!("0.{}1", "0".repeat(60))), None);
        assert_eq!(of(&format!("0.{}", "1".repeat(5_000))), None);
    }

    #[test]
    fn a_part_of_a_whole_is_exact() {
        let third = Ratio::parse("1/3").unwrap();
        assert_eq!(third.of(1_000_000_000_000_000_001), 333_333_333_333_333_334);
        assert_eq!([third.of(0), third.of(1), third.of(2), third.of(3)], [0, 0, 1, 1]);
        let half = Ratio::parse("0.5").unwrap();
        assert_eq!([half.of(1), half.of(2), half.of(3)], [1, 1, 2]);
        let nearly = Ratio::parse("18446744073709551614/18446744073709551615").unwrap();
        assert_eq!(nearly.of(u64::MAX), u64::MAX - 1);
        assert!(nearly.is_a_proper_part());
        assert!(!Ratio::parse("0/3").unwrap().is_a_proper_part());
        assert!(!Ratio::parse("1").unwrap().is_a_proper_part());
    }
}
