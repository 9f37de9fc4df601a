//! A random word reduced modulo the number of tokens.

/// Who owns token `word mod S` for a uniform word of `bits` bits (at most 64), tokens being owned in
/// runs in the order of the list: the first `2^bits mod S` tokens come once more often than the
/// rest, and tokens beyond `2^bits` never. O(m), exact counts divided once.
pub fn modulo_shares(stakes: &[u64], bits: u32) -> Vec<f64> {
    let words = 1u128 << bits;
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    if total == 0 {
        return vec![0.0; stakes.len()];
    }
    let (whole, favoured) = (words / total, words % total);
    let mut start = 0u128;
    stakes
        .iter()
        .map(|&stake| {
            let end = start + u128::from(stake);
            let extra = end.min(favoured) - start.min(favoured);
            start = end;
            (whole * u128::from(stake) + extra) as f64 / words as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_counting_every_word() {
        for (stakes, bits) in [(vec![3, 0, 5, 2], 4), (vec![20, 30], 4), (vec![1, 2, 4, 9], 8), (vec![16], 4)]
        {
            let total: u64 = stakes.iter().sum();
            let mut counts = vec![0u64; stakes.len()];
            for word in 0..1u64 << bits {
                let mut token = word % total;
                let owner = stakes.iter().position(|&stake| {
                    let mine = token < stake;
                    token = token.wrapping_sub(stake);
                    mine
                });
                counts[owner.unwrap()] += 1;
            }
            let expected: Vec<f64> = counts.iter().map(|&c| c as f64 / (1u64 << bits) as f64).collect();
            assert_eq!(modulo_shares(&stakes, bits), expected);
        }
        // Near the top of the type: 2^64 words over 2^63 - 1 tokens favour two of them.
        let shares = modulo_shares(&[1, i64::MAX as u64 - 1], 64);
        assert_eq!(shares[0], 3.0 / 2f64.powi(64));
    }
}
