//! Ethereum's acceptance test with the wrong random number.

/// The chance that a candidate passes `effective * largest >= cap * v` for `v` uniform in
/// `0..=largest`: `(floor(effective * largest / cap) + 1) / (largest + 1)`, and one from the cap on.
///
/// Phase 0 has `largest` 255 and `cap` 32 ETH, Electra 65535 and 2048 ETH. With 255 under the cap of
/// 2048, as a draft of Electra had it, balances of 33 to 40 ETH share one chance of 5/256. A
/// validator without balance is not asked.
pub fn acceptance_chance(effective: u64, cap: u64, largest: u64) -> f64 {
    if effective == 0 {
        return 0.0;
    }
    let accepted = u128::from(effective.min(cap)) * u128::from(largest) / u128::from(cap) + 1;
    accepted as f64 / (largest as f64 + 1.0)
}

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

    /// The draft's bucket of 33 to 40 ETH, and its gain of 21.2 % at 33 ETH.
    #[test]
    fn the_bucket_of_the_draft() {
        for eth in 33..=40 {
            assert_eq!(acceptance_chance(eth, 2048, 255), 5.0 / 256.0);
        }
        let gain = acceptance_chance(33, 2048, 255) / acceptance_chance(33, 2048, 65535) - 1.0;
        assert!((gain * 100.0 - 21.2).abs() < 0.05, "{gain}");
        assert_eq!(acceptance_chance(32, 2048, 255), acceptance_chance(32, 2048, 65535));
        assert_eq!(acceptance_chance(4096, 2048, 255), 1.0);
        assert_eq!(acceptance_chance(0, 2048, 255), 0.0);
        assert_eq!(acceptance_chance(16, 32, 255), 128.0 / 256.0);
        assert!(acceptance_chance(u64::MAX, u64::MAX, 65535) <= 1.0);
    }

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
