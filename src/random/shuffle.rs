//! An unbiased shuffle.

use super::Stream;

/// Shuffles in place (Fisher and Yates, in Durstenfeld's form): every order is equally likely.
pub fn shuffle<T>(items: &mut [T], stream: &mut Stream) {
    for last in (1..items.len()).rev() {
        let other = stream.below(last as u64 + 1) as usize;
        items.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    #[test]
    fn every_order_is_equally_likely() {
        // 6 orders of 3 items, 60,000 shuffles, fixed seed; the 1 - 1e-6 quantile of chi-square
        // with 5 degrees of freedom is 35.89.
        let mut stream = Stream::open(StreamKey::new().text("shuffle"));
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            let mut items = [0, 1, 2];
            shuffle(&mut items, &mut stream);
            *counts.entry(items).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        let statistic: f64 = counts.values().map(|&c| (f64::from(c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(statistic < 35.89, "chi-square {statistic}");
    }
}
