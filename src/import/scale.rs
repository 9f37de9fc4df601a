//! From amounts of any size to whole stakes.

use super::amount::Amount;

/// Whole stakes, and what was lost on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    /// One for each amount.
    pub stakes: Vec<u64>,
    /// How much one of them is, in the units of the amounts.
    pub step: Amount,
    /// The largest relative rounding of a stake; 0 if all are exact.
    pub rounding: f64,
    /// Whose it is.
    pub worst: usize,
    /// How many amounts that are not 0 became 0.
    pub vanished: usize,
}

/// Scales to the finest unit in which the sum of all is at most `most`: the amounts' own if it does
/// and they are whole, else a power of ten, or a common divisor where only that is exact.
pub fn scale(amounts: &[Amount], most: u64) -> Scaled {
    let finest = amounts.iter().map(|amount| amount.exponent).min().unwrap_or(0).min(0);
    let total: f64 = amounts.iter().map(|amount| amount.approximate() / most as f64).sum();
    let estimate = if total.is_finite() && total > 0.0 {
        (total.log10().floor() as i32) - 1
    } else {
        // Beyond floats: by the largest power alone.
        let digits = |amount: &Amount| amount.exponent + amount.digits.checked_ilog10().unwrap_or(0) as i32;
        amounts.iter().map(digits).max().unwrap_or(0) - 20
    };
    let mut exponent = finest.max(estimate);
    let rounded = loop {
        if let Some(scaled) = divide(amounts, Amount::power_of_ten(exponent), most) {
            break scaled;
        }
        exponent += 1;
    };
    if rounded.rounding == 0.0 { rounded } else { by_divisor(amounts, most).unwrap_or(rounded) }
}

/// Counts amounts in a given unit, rounded to the nearest, to the even one in the middle; nothing
/// if the sum is more than `most`.
pub fn divide(amounts: &[Amount], step: Amount, most: u64) -> Option<Scaled> {
    let mut scaled =
        Scaled { stakes: Vec::with_capacity(amounts.len()), step, rounding: 0.0, worst: 0, vanished: 0 };
    let mut sum = 0u64;
    for (index, &amount) in amounts.iter().enumerate() {
        let (stake, rounding) = quotient(amount, step, most)?;
        sum = sum.checked_add(stake).filter(|&sum| sum <= most)?;
        scaled.vanished += usize::from(stake == 0 && amount.digits > 0);
        if rounding > scaled.rounding {
            (scaled.rounding, scaled.worst) = (rounding, index);
        }
        scaled.stakes.push(stake);
    }
    Some(scaled)
}

/// The nearest whole number to `amount / step`, and how far off it is, relative to the amount.
fn quotient(amount: Amount, step: Amount, most: u64) -> Option<(u64, f64)> {
    if amount.digits == 0 {
        return Some((0, 0.0));
    }
    let power = amount.exponent - step.exponent;
    let ten_to = |power: u32| 10u128.checked_pow(power);
    let (over, under) = if power >= 0 {
        (ten_to(power as u32)?.checked_mul(amount.digits)?, step.digits)
    } else {
        match ten_to(power.unsigned_abs()).and_then(|power| power.checked_mul(step.digits)) {
            Some(under) => (amount.digits, under),
            // Less than half of one: the step has more digits than the amount can have.
            None => return Some((0, 1.0)),
        }
    };
    let (down, rest) = (over / under, over % under);
    let up = match rest.cmp(&(under - rest)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => amount.cut || down % 2 == 1,
        std::cmp::Ordering::Less => false,
    };
    let stake = u64::try_from(down + u128::from(up)).ok().filter(|&stake| stake <= most)?;
    let lost = if up { under - rest } else { rest };
    // What was cut off below the 38th digit is less than this.
    let cut = if amount.cut { 1e-37 } else { 0.0 };
    Some((stake, (lost as f64 / over as f64).max(cut)))
}

/// The amounts over their greatest common divisor, if that is exact and fits.
fn by_divisor(amounts: &[Amount], most: u64) -> Option<Scaled> {
    let exponent = amounts.iter().filter(|amount| amount.digits > 0).map(|amount| amount.exponent).min()?;
    let aligned = |amount: &Amount| {
        if amount.digits == 0 {
            return Some(0);
        }
        10u128.checked_pow((amount.exponent - exponent) as u32)?.checked_mul(amount.digits)
    };
    let mut divisor = 0u128;
    for amount in amounts {
        if amount.cut {
            return None;
        }
        divisor = common_divisor(divisor, aligned(amount)?);
    }
    let mut stakes = Vec::with_capacity(amounts.len());
    let mut sum = 0u64;
    for amount in amounts {
        let stake = u64::try_from(aligned(amount)? / divisor).ok()?;
        sum = sum.checked_add(stake).filter(|&sum| sum <= most)?;
        stakes.push(stake);
    }
    Some(Scaled { stakes, step: Amount::new(divisor, exponent), rounding: 0.0, worst: 0, vanished: 0 })
}

fn common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MOST: u64 = i64::MAX as u64;

    fn scaled(texts: &[&str]) -> (Vec<u64>, String, f64) {
        let amounts: Vec<Amount> = texts.iter().map(|text| Amount::parse(text).unwrap()).collect();
        let scaled = scale(&amounts, MOST);
        (scaled.stakes, scaled.step.to_string(), scaled.rounding)
    }

    #[test]
    fn whole_amounts_that_fit_stay_as_they_are() {
        assert_eq!(scaled(&["350", "500", "0"]), (vec![350, 500, 0], "1".into(), 0.0));
        assert_eq!(scaled(&["9223372036854775806", "1"]), (vec![MOST - 1, 1], "1".into(), 0.0));
        assert_eq!(scaled(&["1000000.000000000000000000", "3"]), (vec![1_000_000, 3], "1".into(), 0.0));
        assert_eq!(scaled(&[]), (vec![], "1".into(), 0.0));
        assert_eq!(scaled(&["0"]), (vec![0], "1".into(), 0.0));
    }

    #[test]
    fn decimals_get_a_finer_unit() {
        assert_eq!(scaled(&["12.5", "7"]), (vec![125, 70], "0.1".into(), 0.0));
        assert_eq!(scaled(&["2.493e-3", "1"]), (vec![2493, 1_000_000], "0.000001".into(), 0.0));
    }

    #[test]
    fn large_amounts_get_a_coarser_unit_exact_where_that_is_possible() {
        // 32 and 2,048 ETH in wei.
        let (stakes, step, rounding) = scaled(&["32000000000000000000", "2048000000000000000000"]);
        assert_eq!(
            (stakes, step.as_str(), rounding),
            (vec![32_000_000_000_000_000, 2_048_000_000_000_000_000], "1000", 0.0)
        );
        // In NEAR's yocto: 31 digits, 18 or 19 of which fit.
        let (stakes, step, rounding) = scaled(&["12345678901234567890123456789012", "1"]);
        assert_eq!((stakes[0], step.as_str()), (1_234_567_890_123_456_789, "1e13"));
        assert!(stakes[1] == 0 && rounding == 1.0);
        let (stakes, _, rounding) =
            scaled(&["12345678901234567890123456789012", "22345678901234567890123456789012"]);
        assert_eq!(stakes, [1_234_567_890_123_456_789, 2_234_567_890_123_456_789]);
        assert!(rounding > 0.0 && rounding < 1e-18, "{rounding}");
        // No power of ten is exact, but 2^80 is.
        let (stakes, step, rounding) = scaled(&["0x100000000000000000000", "0x300000000000000000000"]);
        assert_eq!((stakes, step.as_str(), rounding), (vec![1, 3], "1208925819614629174706176", 0.0));
    }

    #[test]
    fn far_apart_and_beyond_floats() {
        assert_eq!(scaled(&["1e400", "1e399"]).0, [1_000_000_000_000_000_000, 100_000_000_000_000_000]);
        assert_eq!(scaled(&["1e-400"]), (vec![1], "1e-400".into(), 0.0));
        assert_eq!(scaled(&["1e38", "1"]).0, [1_000_000_000_000_000_000, 0]);
    }

    #[test]
    fn a_given_unit_rounds_to_the_nearest() {
        let amounts: Vec<Amount> =
            ["2.5e18", "3.5e18", "1e18", "3.2e25"].iter().map(|text| Amount::parse(text).unwrap()).collect();
        let scaled = divide(&amounts, Amount::power_of_ten(18), MOST).unwrap();
        assert_eq!(scaled.stakes, [2, 4, 1, 32_000_000]);
        assert!((scaled.rounding - 0.2).abs() < 1e-15 && scaled.worst == 0);
        assert_eq!(divide(&amounts, Amount::power_of_ten(0), MOST), None);
    }

    proptest! {
        /// Every stake is within half a step of its amount, the sum fits, and no finer power of ten
        /// would have fitted.
        #[test]
        fn the_finest_unit_that_fits(
            amounts in proptest::collection::vec((0u128..1_000_000_000_000_000_000_000_000_000_000, -20i32..10), 1..20),
        ) {
            let amounts: Vec<Amount> = amounts.iter().map(|&(digits, exponent)| Amount::new(digits, exponent)).collect();
            let scaled = scale(&amounts, MOST);
            let sum: u64 = scaled.stakes.iter().sum();
            prop_assert!(sum <= MOST);
            for (amount, &stake) in amounts.iter().zip(&scaled.stakes) {
                let back = stake as f64 * scaled.step.approximate();
                prop_assert!((back - amount.approximate()).abs() <= scaled.step.approximate() * 0.5000001 + back * 1e-15);
            }
            let finest = amounts.iter().map(|amount| amount.exponent).min().unwrap_or(0).min(0);
            if scaled.step.digits == 1 && scaled.step.exponent > finest {
                prop_assert!(divide(&amounts, Amount::power_of_ten(scaled.step.exponent - 1), MOST).is_none());
            }
        }
    }
}
