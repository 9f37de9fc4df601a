//! Effective balances: what a validator's stake counts for.

use serde::{Deserialize, Serialize};

/// Gwei in an ETH, which is also the step of effective balances.
const ETH: u64 = 1_000_000_000;

/// What one unit of stake in the scenario stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EtherUnit {
    /// Whole ETH.
    #[default]
    Eth,
    /// Gwei, a billionth of an ETH.
    Gwei,
}

impl EtherUnit {
    /// A stake in gwei. Stakes far beyond every cap are cut, so that nothing overflows.
    fn gwei(self, stake: u64) -> u64 {
        match self {
            EtherUnit::Eth => stake.min(1 << 20) * ETH,
            EtherUnit::Gwei => stake.min((1 << 20) * ETH),
        }
    }
}

/// The effective balance, in whole ETH, of a stake that is new: rounded down, at most `cap` ETH.
pub fn effective_balance(stake: u64, unit: EtherUnit, cap: u64) -> u64 {
    (unit.gwei(stake) / ETH).min(cap)
}

/// The effective balance, in whole ETH, that follows on `effective` when the stake has become
/// `stake`: it moves only when the stake has fallen more than 0.25 ETH below it or risen more than
/// 1.25 ETH above it (`process_effective_balance_updates` of the consensus specification).
pub fn with_hysteresis(effective: u64, stake: u64, unit: EtherUnit, cap: u64) -> u64 {
    let balance = unit.gwei(stake);
    if balance + ETH / 4 < effective * ETH || effective * ETH + ETH / 4 * 5 < balance {
        effective_balance(stake, unit, cap)
    } else {
        effective
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        cases: Vec<Case>,
    }

    /// All but the cap in gwei.
    #[derive(Deserialize)]
    struct Case {
        cap_eth: u64,
        effective: u64,
        balance: u64,
        after: u64,
    }

    #[test]
    fn upstream_cases() {
        let text = include_str!("../../../tests/vectors/ethereum-hysteresis.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty() && vectors.cases.len() == 30);
        for case in vectors.cases {
            let after = with_hysteresis(case.effective / ETH, case.balance, EtherUnit::Gwei, case.cap_eth);
            assert_eq!(after * ETH, case.after, "{} from {}", case.balance, case.effective);
        }
    }

    #[test]
    fn whole_eth_is_the_same_in_gwei() {
        for effective in 0..=40 {
            for stake in 0..=60 {
                assert_eq!(
                    with_hysteresis(effective, stake, EtherUnit::Eth, 32),
                    with_hysteresis(effective, stake * ETH, EtherUnit::Gwei, 32)
                );
            }
        }
        assert_eq!(effective_balance(u64::MAX, EtherUnit::Eth, 2048), 2048);
        assert_eq!(effective_balance(u64::MAX, EtherUnit::Gwei, 2048), 2048);
        assert_eq!(effective_balance(ETH - 1, EtherUnit::Gwei, 2048), 0);
        assert_eq!(with_hysteresis(2048, u64::MAX, EtherUnit::Eth, 2048), 2048);
    }
}
