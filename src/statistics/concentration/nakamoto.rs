//! The Nakamoto coefficient.

use super::total;

/// The smallest number of holders who together hold **more than** `numerator / denominator` of the
/// total (some tools ask for at least that much). Exact integers. O(n log n).
///
/// `None` where nothing is held, where the denominator is zero, where the threshold is one or more
/// (nobody can hold more than everything), or where a product leaves 128 bits.
pub fn nakamoto(holdings: &[u128], numerator: u64, denominator: u64) -> Option<usize> {
    let threshold = total(holdings)?.checked_mul(u128::from(numerator))?;
    let mut sorted = holdings.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let mut together: u128 = 0;
    for (index, held) in sorted.into_iter().enumerate() {
        together += held;
        if together.checked_mul(u128::from(denominator))? > threshold {
            return Some(index + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_threshold() {
        // Exactly half is not more than half.
        assert_eq!(nakamoto(&[5, 3, 2], 1, 2), Some(2));
        assert_eq!(nakamoto(&[6, 3, 1], 1, 2), Some(1));
        assert_eq!(nakamoto(&[1; 100], 1, 3), Some(34));
        assert_eq!(nakamoto(&[1; 99], 1, 3), Some(34));
        assert_eq!(nakamoto(&[1; 100], 51, 100), Some(52));
        assert_eq!(nakamoto(&[7, 0], 0, 1), Some(1));
        assert_eq!(nakamoto(&[7, 1], 1, 1), None);
        assert_eq!(nakamoto(&[7, 1], 1, 0), None);
        assert_eq!((nakamoto(&[], 1, 2), nakamoto(&[0], 1, 2)), (None, None));
    }
}
