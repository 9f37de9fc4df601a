//! The share of the largest holders.

use super::Holdings;

/// What the `count` largest holders hold together, as a share of everything. One division of exact
/// integers. O(different amounts). `None` where nothing is held.
pub fn top_share(holdings: &Holdings, count: u64) -> Option<f64> {
    let sum = holdings.total()?;
    let (mut left, mut together) = (count, 0);
    for &(held, holders) in holdings.levels().iter().rev() {
        let of_this = holders.min(left);
        together += held * u128::from(of_this);
        left -= of_this;
    }
    Some(together as f64 / sum as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_four_firms() {
        let shares: Vec<f64> =
            (0..6).map(|count| top_share(&Holdings::of(&[3, 8, 3, 6]), count).unwrap()).collect();
        assert_eq!(shares, [0.0, 0.4, 0.7, 0.85, 1.0, 1.0]);
        assert_eq!((top_share(&Holdings::of(&[]), 1), top_share(&Holdings::of(&[0]), 1)), (None, None));
    }
}
