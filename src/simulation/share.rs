//! Shares as integers, so that sums over trials do not depend on their order.

/// One whole, in the fixed-point shares of [`fixed_share`].
pub const SHARE_SCALE: u64 = 1 << 40;

/// `part / whole` in units of `1 / SHARE_SCALE`, rounded to the nearest; 0 of nothing. The error
/// is below 10^-12.
#[inline]
pub fn fixed_share(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    if part < 1 << 23 {
        // Below 2^63 each: a division of 64 bits is several times faster.
        return (part * SHARE_SCALE + whole / 2) / whole;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    ((part * u128::from(SHARE_SCALE) + whole / 2) / whole) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        assert_eq!(fixed_share(1, 3), (SHARE_SCALE + 1) / 3);
        assert_eq!(fixed_share(u64::MAX, u64::MAX), SHARE_SCALE);
        assert_eq!(fixed_share(1, 0), 0);
        for part in [(1 << 23) - 1, 1 << 23] {
            for whole in [part, 3 * part + 1, u64::MAX] {
                let exact = (u128::from(part) << 41).div_ceil(u128::from(whole)) / 2;
                assert_eq!(u128::from(fixed_share(part, whole)), exact);
            }
        }
    }
}
