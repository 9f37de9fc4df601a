//! The chance that Ethereum accepts a candidate.

/// The chance that a candidate passes `effective * largest >= cap * v` for `v` uniform in
/// `0..=largest`: `(floor(effective * largest / cap) + 1) / (largest + 1)`, and one from the cap on.
///
/// Phase 0 has `largest` 255 and `cap` 32 ETH, Electra 65535 and 2048 ETH. A validator without
/// balance is not asked.
pub fn acceptance_chance(effective: u64, cap: u64, largest: u64) -> f64 {
    if effective == 0 {
        return 0.0;
    }
    let accepted = u128::from(effective.min(cap)) * u128::from(largest) / u128::from(cap) + 1;
    accepted as f64 / (largest as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::acceptance_chance;

    #[test]
    fn numbers_are_counted_exactly() {
        assert_eq!(acceptance_chance(4096, 2048, 255), 1.0);
        assert_eq!(acceptance_chance(0, 2048, 255), 0.0);
        assert_eq!(acceptance_chance(16, 32, 255), 128.0 / 256.0);
        assert_eq!(acceptance_chance(1, 2048, 65535), 32.0 / 65536.0);
        assert!(acceptance_chance(u64::MAX, u64::MAX, 65535) <= 1.0);
    }

    /// An intermediate draft of Electra kept phase 0's byte under the cap of 2048 ETH: 33 to 40 ETH
    /// share one chance, which gains 21.2 % at 33 ETH.
    #[test]
    fn the_bucket_of_the_draft() {
        for eth in 33..=40 {
            assert_eq!(acceptance_chance(eth, 2048, 255), 5.0 / 256.0);
        }
        let gain = acceptance_chance(33, 2048, 255) / acceptance_chance(33, 2048, 65535) - 1.0;
        assert!((gain * 100.0 - 21.2).abs() < 0.05, "{gain}");
        assert_eq!(acceptance_chance(32, 2048, 255), acceptance_chance(32, 2048, 65535));
    }
}
