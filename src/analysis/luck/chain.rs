//! The timing and the rule of real chains, as far as a question about one validator needs them.

/// How a chain selects proposers, seen from one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LuckSelection {
    /// Each draw of so many slots in a row goes to a validator with its share of stake.
    Draws {
        /// Slots that are drawn at once.
        slots: u64,
    },
    /// A validator leads each slot with probability 1 − (1 − f)^share, whatever others do.
    Private {
        /// f, the share of slots that are not empty.
        active: f64,
    },
    /// Whoever is owed most goes next: no randomness, and a bounded distance from the share.
    Turns,
}

/// A chain as `--chain` names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainPreset {
    /// Its name.
    pub name: &'static str,
    /// What the numbers are, and which of them are nominal.
    pub summary: &'static str,
    /// Where they stand.
    pub source: &'static str,
    /// The registered rule that says what a table's validators can expect.
    pub rule: &'static str,
    /// How long a slot takes, in seconds.
    pub slot_seconds: f64,
    /// Slots of an epoch, if the chain has epochs of a fixed length.
    pub epoch_slots: Option<u64>,
    /// How it selects.
    pub selection: LuckSelection,
}

/// One slot a draw.
const SINGLE: LuckSelection = LuckSelection::Draws { slots: 1 };

/// Every chain that is known by name.
pub const CHAINS: &[ChainPreset] = &[
    ChainPreset {
        name: "ethereum",
        summary: "slots of 12 s, 32 an epoch; one proposer a slot, drawn by effective balance",
        source: "Ethereum consensus specifications, phase 0 (SECONDS_PER_SLOT, SLOTS_PER_EPOCH) and Electra (proposer selection)",
        rule: "ethereum-electra",
        slot_seconds: 12.0,
        epoch_slots: Some(32),
        selection: SINGLE,
    },
    ChainPreset {
        name: "gnosis",
        summary: "slots of 5 s, 16 an epoch; otherwise as ethereum",
        source: "Gnosis Chain specification (SECONDS_PER_SLOT, SLOTS_PER_EPOCH)",
        rule: "raffle",
        slot_seconds: 5.0,
        epoch_slots: Some(16),
        selection: SINGLE,
    },
    ChainPreset {
        name: "cardano",
        summary: "slots of 1 s, 432,000 an epoch, of which 1/20 are active; a pool leads a slot with probability 1 - (1 - 1/20)^share. Counted are slots that a pool leads, lost slot battles among them",
        source: "Cardano genesis file (slotLength, epochLength, activeSlotsCoeff); David, Gazi, Kiayias, Russell, EUROCRYPT 2018",
        rule: "cardano-praos",
        slot_seconds: 1.0,
        epoch_slots: Some(432_000),
        selection: LuckSelection::Private { active: 0.05 },
    },
    ChainPreset {
        name: "solana",
        summary: "slots of 0.4 s (nominal), 432,000 an epoch; leaders are drawn by stake for four slots in a row",
        source: "Solana documentation, leader rotation (NUM_CONSECUTIVE_LEADER_SLOTS, DEFAULT_SLOTS_PER_EPOCH)",
        rule: "solana-schedule",
        slot_seconds: 0.4,
        epoch_slots: Some(432_000),
        selection: LuckSelection::Draws { slots: 4 },
    },
    ChainPreset {
        name: "cosmos",
        summary: "blocks of 6 s (nominal), no epochs; CometBFT's proposer priority is deterministic: nobody is lucky",
        source: "CometBFT specification, proposer selection procedure",
        rule: "cometbft-priority",
        slot_seconds: 6.0,
        epoch_slots: None,
        selection: LuckSelection::Turns,
    },
    ChainPreset {
        name: "polkadot",
        summary: "slots of 6 s, 2,400 an epoch (four hours); BABE, whose active validators have equal weights, so a share is one over their number",
        source: "Polkadot specification, block production (BABE)",
        rule: "uniform",
        slot_seconds: 6.0,
        epoch_slots: Some(2_400),
        selection: SINGLE,
    },
    ChainPreset {
        name: "kusama",
        summary: "slots of 6 s, 600 an epoch (one hour); otherwise as polkadot",
        source: "Polkadot specification, block production (BABE); Kusama runtime (EPOCH_DURATION_IN_SLOTS)",
        rule: "uniform",
        slot_seconds: 6.0,
        epoch_slots: Some(600),
        selection: SINGLE,
    },
    ChainPreset {
        name: "algorand",
        summary: "rounds of 2.8 s (nominal), no epochs that matter to the lottery; sortition by stake that is online",
        source: "Gilad, Hemo, Micali, Vlachos, Zeldovich, SOSP 2017; Algorand documentation",
        rule: "algorand-sortition",
        slot_seconds: 2.8,
        epoch_slots: None,
        selection: SINGLE,
    },
    ChainPreset {
        name: "near",
        summary: "blocks of 1 s (nominal), 43,200 an epoch; block producers are drawn by stake",
        source: "NEAR protocol specification, epoch and validator selection (epoch_length)",
        rule: "raffle",
        slot_seconds: 1.0,
        epoch_slots: Some(43_200),
        selection: SINGLE,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Choice, find};
    use crate::selection::RULES;

    #[test]
    fn every_chain_has_a_rule_that_is_registered() {
        for chain in CHAINS {
            assert!(find("rule", RULES, &Choice::plain(chain.rule)).is_ok(), "{}", chain.name);
            assert!(chain.slot_seconds > 0.0 && !chain.summary.is_empty() && !chain.source.is_empty());
        }
    }
}
