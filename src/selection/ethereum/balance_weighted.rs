//! Draws by effective balance: candidates in some order, each accepted by a random number.

use super::{EtherUnit, Shuffle, effective_balance};
use crate::crypto::{Hash, sha256};
use crate::law::acceptance_chance;

/// How a candidate is accepted: with which random number against which cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The random number's bytes: 1 or 2.
    pub bytes: usize,
    /// The largest effective balance, in ETH; who has it is always accepted.
    pub cap: u64,
}

impl Acceptance {
    /// From genesis to Deneb: one random byte, 32 ETH.
    pub const PHASE0: Acceptance = Acceptance { bytes: 1, cap: 32 };

    /// Since Electra (EIP-7251): 16 random bits, 2048 ETH.
    pub const ELECTRA: Acceptance = Acceptance { bytes: 2, cap: 2048 };

    /// The largest random number.
    fn largest(self) -> u64 {
        (1 << (8 * self.bytes)) - 1
    }

    /// Whether a candidate with this effective balance, in ETH, is accepted at this random number.
    #[inline]
    pub fn accepts(self, effective: u64, random: u64) -> bool {
        effective * self.largest() >= self.cap * random
    }

    /// The probability that a candidate with this effective balance, in ETH, is accepted.
    pub fn chance(self, effective: u64) -> f64 {
        acceptance_chance(effective, self.cap, self.largest())
    }
}

/// Everybody's chance to be accepted since Electra, when the stakes are new.
pub fn chances(stakes: &[u64], unit: EtherUnit) -> Vec<f64> {
    let acceptance = Acceptance::ELECTRA;
    stakes.iter().map(|&stake| acceptance.chance(effective_balance(stake, unit, acceptance.cap))).collect()
}

/// In which order candidates are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// In the order of the swap-or-not shuffle.
    Shuffled,
    /// As they are listed.
    AsListed,
}

/// Draws by effective balance (`compute_proposer_index` and, since Gloas,
/// `compute_balance_weighted_selection` of the consensus specification).
///
/// Candidates are asked round and round; each is accepted or passed over by a random number of its
/// own. Passes after the first repeat the same order with fresh random numbers, and cost no further
/// shuffling.
pub struct BalanceWeighted {
    acceptance: Acceptance,
    shuffle: Shuffle,
    /// The shuffled order as far as it was needed.
    order: Vec<u32>,
}

impl BalanceWeighted {
    /// A draw that can serve sets of up to `capacity` without allocating.
    pub fn new(acceptance: Acceptance, capacity: usize) -> Self {
        let (shuffle, order) = (Shuffle::new(capacity), Vec::with_capacity(capacity));
        BalanceWeighted { acceptance, shuffle, order }
    }

    /// The proposer among `candidates` under a slot's seed; `effective` gives effective balances
    /// in ETH by validator. At least 180 hashes; each further candidate costs up to 90 more.
    ///
    /// # Panics
    /// If there are no candidates.
    pub fn one(&mut self, seed: Hash, candidates: &[u32], effective: &[u16]) -> u32 {
        let mut chosen = None;
        self.seats(seed, candidates, effective, Asked::Shuffled, 1, |candidate| chosen = Some(candidate));
        chosen.expect("one seat is taken")
    }

    /// Gives `size` seats to `candidates`, one by one; somebody may have several. A hash for every 16
    /// candidates that are asked (32 with one byte), and up to 90 for each different one if they are
    /// shuffled.
    ///
    /// # Panics
    /// If there are no candidates.
    pub fn seats(
        &mut self,
        seed: Hash,
        candidates: &[u32],
        effective: &[u16],
        asked: Asked,
        size: u64,
        mut seat: impl FnMut(u32),
    ) {
        let count = candidates.len();
        assert!(count > 0, "nobody to choose from");
        if asked == Asked::Shuffled {
            self.shuffle.start(seed, count as u64);
            self.order.clear();
        }
        // Each candidate takes a part of its own of a hash, which has enough for several.
        let bytes = self.acceptance.bytes;
        let parts = 32 / bytes as u64;
        let mut hash = [0; 32];
        let mut left = size;
        for turn in 0u64.. {
            if left == 0 {
                return;
            }
            if turn.is_multiple_of(parts) {
                hash = sha256(&[&seed, &(turn / parts).to_le_bytes()]);
            }
            let place = (turn % count as u64) as usize;
            let candidate = match asked {
                Asked::AsListed => candidates[place],
                Asked::Shuffled => {
                    if place == self.order.len() {
                        self.order.push(candidates[self.shuffle.index(place as u64) as usize]);
                    }
                    self.order[place]
                }
            };
            let part = (turn % parts) as usize * bytes;
            let mut random = [0; 8];
            random[..bytes].copy_from_slice(&hash[part..part + bytes]);
            let balance = u64::from(effective[candidate as usize]);
            if self.acceptance.accepts(balance, u64::from_le_bytes(random)) {
                seat(candidate);
                left -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DOMAIN_PROPOSER, DOMAIN_PTC_ATTESTER, DOMAIN_SYNC_COMMITTEE, epoch_seed, slot_seed};
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        draws: Vec<Draw>,
        stepped: Vec<Stepped>,
        slots: Vec<Slot>,
    }

    #[derive(Deserialize)]
    struct Draw {
        fork: String,
        seed: String,
        indices: Vec<u32>,
        effective: Vec<u16>,
        proposer: u32,
    }

    #[derive(Deserialize)]
    struct Stepped {
        fork: String,
        seed: String,
        count: u32,
        first: u16,
        step: u16,
        modulus: u32,
        proposer: u32,
    }

    #[derive(Deserialize)]
    struct Slot {
        slot: u64,
        proposer: u32,
    }

    #[derive(Deserialize)]
    struct SeatVectors {
        source: String,
        published: Vec<Seats>,
        computed: Vec<Seats>,
    }

    /// A committee of the candidates `first_index..first_index + count`, with effective balances
    /// `first + step * (i % modulus)`; its seats, or their hash where they are many.
    #[derive(Deserialize)]
    struct Seats {
        fork: String,
        /// A seed, or a mix that gives one with the epoch and, where there is one, the slot.
        seed: Option<String>,
        mix: Option<String>,
        domain: Option<String>,
        epoch: Option<u64>,
        slot: Option<u64>,
        shuffled: bool,
        first_index: u32,
        count: u32,
        first: u16,
        step: u16,
        modulus: u32,
        size: u64,
        seats: Vec<u32>,
        sha256: Option<String>,
    }

    fn acceptance(fork: &str) -> Acceptance {
        if fork == "phase0" { Acceptance::PHASE0 } else { Acceptance::ELECTRA }
    }

    fn hash(text: &str) -> Hash {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn published_draws() {
        let text = include_str!("../../../tests/vectors/ethereum-proposer.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty());
        assert!(!vectors.draws.is_empty() && !vectors.stepped.is_empty() && !vectors.slots.is_empty());
        for case in vectors.draws {
            let mut draw = BalanceWeighted::new(acceptance(&case.fork), 0);
            assert_eq!(draw.one(hash(&case.seed), &case.indices, &case.effective), case.proposer);
        }
        for case in vectors.stepped {
            let indices: Vec<u32> = (0..case.count).collect();
            let effective: Vec<u16> =
                indices.iter().map(|i| case.first + case.step * (i % case.modulus) as u16).collect();
            let mut draw = BalanceWeighted::new(acceptance(&case.fork), 0);
            assert_eq!(draw.one(hash(&case.seed), &indices, &effective), case.proposer, "{}", case.fork);
        }
        // The chain of seeds from the mix to the slot, and thousands of rejections.
        let indices: Vec<u32> = (0..2048).collect();
        let mut draw = BalanceWeighted::new(Acceptance::PHASE0, 2048);
        for case in vectors.slots {
            let seed = slot_seed(&epoch_seed(DOMAIN_PROPOSER, case.slot / 32, &[0; 32]), case.slot);
            assert_eq!(draw.one(seed, &indices, &[0; 2048]), case.proposer, "slot {}", case.slot);
        }
    }

    #[test]
    fn published_and_computed_committees() {
        let text = include_str!("../../../tests/vectors/ethereum-committees.json");
        let vectors: SeatVectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty() && vectors.published.len() >= 2 && vectors.computed.len() >= 4);
        for case in vectors.published.into_iter().chain(vectors.computed) {
            let indices: Vec<u32> = (case.first_index..case.first_index + case.count).collect();
            let balance = |i: u32| case.first + case.step * (i % case.modulus) as u16;
            let effective: Vec<u16> = (0..case.first_index + case.count).map(balance).collect();
            let seed = case.seed.as_deref().map_or_else(
                || {
                    let domain = match case.domain.as_deref() {
                        Some("sync-committee") => DOMAIN_SYNC_COMMITTEE,
                        Some("ptc-attester") => DOMAIN_PTC_ATTESTER,
                        other => panic!("domain {other:?}"),
                    };
                    let seed = epoch_seed(domain, case.epoch.unwrap(), &hash(case.mix.as_deref().unwrap()));
                    case.slot.map_or(seed, |slot| slot_seed(&seed, slot))
                },
                hash,
            );
            let asked = if case.shuffled { Asked::Shuffled } else { Asked::AsListed };
            let mut seats = Vec::new();
            let mut draw = BalanceWeighted::new(acceptance(&case.fork), 0);
            draw.seats(seed, &indices, &effective, asked, case.size, |seat| seats.push(seat));
            assert_eq!(seats.len() as u64, case.size);
            assert_eq!(seats[..case.seats.len()], case.seats);
            if let Some(expected) = case.sha256 {
                let bytes: Vec<u8> = seats.iter().flat_map(|&seat| u64::from(seat).to_le_bytes()).collect();
                assert_eq!(hex::encode(sha256(&[&bytes])), expected);
            }
        }
    }

    #[test]
    fn the_chance_counts_the_accepted_numbers() {
        let draft = Acceptance { cap: 2048, ..Acceptance::PHASE0 };
        for acceptance in [Acceptance::PHASE0, Acceptance::ELECTRA, draft] {
            for effective in [1, 16, 31, 32, 33, 40, 1024, 2047, 2048] {
                if effective > acceptance.cap {
                    continue;
                }
                let numbers = acceptance.largest() + 1;
                let accepted = (0..numbers).filter(|&random| acceptance.accepts(effective, random)).count();
                assert_eq!(acceptance.chance(effective), accepted as f64 / numbers as f64);
            }
            assert_eq!(acceptance.chance(acceptance.cap), 1.0);
        }
    }
}
