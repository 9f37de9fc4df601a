//! The share of the largest holders.

use super::total;

/// What the `count` largest holders hold together, as a share of everything. One division of exact
/// integers. O(n log n). `None` where nothing is held.
pub fn top_share(holdings: &[u128], count: usize) -> Option<f64> {
    let sum = total(holdings)?;
    let mut sorted = holdings.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    Some(sorted.iter().take(count).sum::<u128>() as f64 / sum as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_four_firms() {
        let shares: Vec<f64> = (0..6).map(|count| top_share(&[3, 8, 3, 6], count).unwrap()).collect();
        assert_eq!(shares, [0.0, 0.4, 0.7, 0.85, 1.0, 1.0]);
        assert_eq!((top_share(&[], 1), top_share(&[0], 1)), (None, None));
    }
}
