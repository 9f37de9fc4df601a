//! A cumulative sum compared with `<=` where `<` is meant.

/// Who is the first with `token <= s_1 + ... + s_i` for a token uniform in `0..S`: the first holder
/// owns a token too many, the last one too few. O(m).
pub fn off_by_one_shares(stakes: &[u64]) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    let first = stakes.iter().position(|&stake| stake > 0);
    let last = stakes.iter().rposition(|&stake| stake > 0);
    stakes
        .iter()
        .enumerate()
        .map(|(i, &stake)| {
            let tokens = u128::from(stake) + u128::from(Some(i) == first) - u128::from(Some(i) == last);
            if total == 0 { 0.0 } else { tokens as f64 / total as f64 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_scan_of_every_token() {
        for stakes in [vec![1, 2, 3], vec![0, 1, 0, 1, 0], vec![4]] {
            let total: u64 = stakes.iter().sum();
            let mut counts = vec![0.0; stakes.len()];
            for token in 0..total {
                let mut sum = 0;
                let owner = stakes.iter().position(|&stake| {
                    sum += stake;
                    stake > 0 && token <= sum
                });
                counts[owner.unwrap()] += 1.0 / total as f64;
            }
            for (share, count) in off_by_one_shares(&stakes).iter().zip(counts) {
                assert!((share - count).abs() < 1e-15);
            }
        }
        assert_eq!(off_by_one_shares(&[0]), [0.0]);
    }
}
