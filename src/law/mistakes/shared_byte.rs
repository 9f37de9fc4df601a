//! One random byte for 32 candidates in a row.

/// Who proposes when 32 candidates in a row are tested against one and the same byte (phase 0),
/// for at most 32 validators; `None` for more.
///
/// The candidates come in random order, and 32 in a row hold all of them: for a byte b that
/// somebody can pass, each of those who can is first with the same chance; a byte that nobody can
/// pass only leads to the next byte. `P(i) = Σ_b [b <= t_i] / #{j: b <= t_j} / (t_max + 1)` with
/// `t_i = floor(effective_i * 255 / 32)`.
pub fn shared_byte_shares(stakes: &[u64]) -> Option<Vec<f64>> {
    if stakes.iter().filter(|&&stake| stake > 0).count() > 32 {
        return None;
    }
    let passes = |stake: u64, byte: u64| stake > 0 && byte <= stake.min(32) * 255 / 32;
    let bytes: Vec<u64> = (0..256).filter(|&byte| stakes.iter().any(|&stake| passes(stake, byte))).collect();
    let mut shares = vec![0.0; stakes.len()];
    for &byte in &bytes {
        let able = stakes.iter().filter(|&&stake| passes(stake, byte)).count() as f64;
        for (share, &stake) in shares.iter_mut().zip(stakes) {
            if passes(stake, byte) {
                *share += 1.0 / (able * bytes.len() as f64);
            }
        }
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 32 and 16 ETH: the byte is at most 127 in half of the cases and then either may be first.
    #[test]
    fn two_validators_by_hand() {
        let shares = shared_byte_shares(&[32, 16]).unwrap();
        assert!((shares[0] - 0.75).abs() < 1e-15 && (shares[1] - 0.25).abs() < 1e-15);
        // Three: 32, 16, 16 give 1/2 + 1/6 for the first.
        let shares = shared_byte_shares(&[32, 16, 0, 16]).unwrap();
        assert!((shares[0] - 2.0 / 3.0).abs() < 1e-15 && shares[2] == 0.0);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert!(shared_byte_shares(&[1; 33]).is_none());
    }
}
