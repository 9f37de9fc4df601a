//! The Nakamoto coefficient.

use super::Holdings;

/// The smallest number of holders who together hold **more than** `numerator / denominator` of the
/// total (some tools ask for at least that much). Exact integers. O(different amounts).
///
/// `None` where nothing is held, where the denominator is zero, where the threshold is one or more
/// (nobody can hold more than everything), or where a product leaves 128 bits.
pub fn nakamoto(holdings: &Holdings, numerator: u64, denominator: u64) -> Option<u64> {
    let threshold = holdings.total()?.checked_mul(u128::from(numerator))?.checked_div(denominator.into())?;
    let (mut together, mut holders) = (0u128, 0);
    for &(held, of_this) in holdings.levels().iter().rev().filter(|&&(held, _)| held > 0) {
        let all = together + held * u128::from(of_this);
        if all > threshold {
            return Some(holders + ((threshold - together) / held) as u64 + 1);
        }
        together = all;
        holders += of_this;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_threshold() {
        // Exactly half is not more than half.
        assert_eq!(nakamoto(&Holdings::of(&[5, 3, 2]), 1, 2), Some(2));
        assert_eq!(nakamoto(&Holdings::of(&[6, 3, 1]), 1, 2), Some(1));
        assert_eq!(nakamoto(&Holdings::of(&[1; 100]), 1, 3), Some(34));
        assert_eq!(nakamoto(&Holdings::of(&[1; 99]), 1, 3), Some(34));
        assert_eq!(nakamoto(&Holdings::of(&[1; 100]), 51, 100), Some(52));
        assert_eq!(nakamoto(&Holdings::of(&[7, 0]), 0, 1), Some(1));
        assert_eq!(nakamoto(&Holdings::of(&[7, 1]), 1, 1), None);
        assert_eq!(nakamoto(&Holdings::of(&[7, 1]), 1, 0), None);
        assert_eq!((nakamoto(&Holdings::of(&[]), 1, 2), nakamoto(&Holdings::of(&[0]), 1, 2)), (None, None));
    }
}
