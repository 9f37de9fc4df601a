//! The lottery of the beacon chain, slot by slot, for any way of accepting proposers.

use super::{
    Acceptance, ActiveSet, BalanceWeighted, DOMAIN_PROPOSER, DOMAIN_RANDAO, EtherUnit, Randao,
    effective_balance, epoch_seed, random_hash, slot_seed,
};
use crate::crypto::{Hash, KeyPair, sha256};
use crate::law::first_accepted_shares;
use crate::random::{Stream, StreamKey};
use crate::selection::sampling::forger;
use crate::selection::{
    BlockOutcome, Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Slots in an epoch.
const SLOTS_PER_EPOCH: u64 = 32;

/// The settings that Ethereum's rules share.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BeaconSettings {
    /// What one unit of stake stands for.
    unit: EtherUnit,
    /// Where the randomness that forgers reveal comes from.
    reveal: Reveal,
}

/// Where the randomness that forgers reveal comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reveal {
    /// The trial's lottery stream.
    #[default]
    Stream,
    /// The forger's Ed25519 signature over the epoch, hashed (a BLS signature on the real chain):
    /// nobody can choose it, and it is known to its author alone. Whoever forges twice in an
    /// epoch reveals the same twice, and the second undoes the first, as on the real chain.
    Signature,
}

/// The beacon chain's lottery as a rule.
///
/// Each round is a slot. The proposer is drawn from the slot's seed; accepted blocks mix the
/// reveals of their forgers into the RANDAO mix, which fixes the seeds two epochs later; effective
/// balances follow the stakes at the ends of epochs ([`ActiveSet`]). A proposer that has lost all its
/// stake since it was drawn leaves its slot empty.
///
/// With a lookahead (EIP-7917) all proposers of epoch N + 2 are drawn at the end of epoch N, with the
/// balances of then, and those of the first two epochs at genesis. Seeds are the same as without, so
/// that the two differ only where balances change.
pub struct BeaconLottery {
    settings: BeaconSettings,
    acceptance: Acceptance,
    lookahead: bool,
}

impl BeaconLottery {
    /// The lottery with one way of accepting proposers.
    pub fn new(settings: BeaconSettings, acceptance: Acceptance) -> Self {
        BeaconLottery { settings, acceptance, lookahead: false }
    }

    /// The same, with proposers that are drawn two epochs ahead.
    pub fn with_lookahead(self) -> Self {
        BeaconLottery { lookahead: true, ..self }
    }
}

impl Rule for BeaconLottery {
    /// The shuffle is an ideal random order here, and the random numbers are independent. A pass
    /// over the order that accepts nobody tells nothing about the order, so each pass has the same
    /// law, and the share is that of one pass given that somebody is accepted:
    /// `p_i ∫_0^1 Π_{j≠i} (1 - p_j t) dt / (1 - Π (1 - p_j))`.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let chances: Vec<f64> = stakes
            .iter()
            .map(|&stake| effective_balance(stake, self.settings.unit, self.acceptance.cap))
            .map(|effective| self.acceptance.chance(effective))
            .collect();
        if chances.iter().all(|&chance| chance == 0.0) {
            return ExpectedShares::Unknown("nobody has an effective balance of at least 1 ETH");
        }
        ExpectedShares::Shares(first_accepted_shares(&chances))
    }

    /// Slots have seeds of their own, which only the hash function relates: with effective
    /// balances that stay as they are, proposers are independent draws.
    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(self.begin(start))
    }
}

impl BeaconLottery {
    fn begin(&self, start: &TrialContext) -> BeaconSelector {
        let count = start.stakes.len();
        let mut selector = BeaconSelector {
            settings: self.settings.clone(),
            seed: start.seed,
            set: ActiveSet::new(start.stakes, self.settings.unit, self.acceptance.cap),
            randao: None,
            epoch: 0,
            epoch_seed: [0; 32],
            draw: BalanceWeighted::new(self.acceptance, count),
            lookahead: self.lookahead.then(|| VecDeque::with_capacity(2 * SLOTS_PER_EPOCH as usize)),
            keys: Vec::new(),
        };
        if self.settings.reveal == Reveal::Signature {
            selector.keys.resize_with(count, || None);
        }
        selector
    }
}

struct BeaconSelector {
    settings: BeaconSettings,
    seed: u64,
    set: ActiveSet,
    /// `None` before the first slot, whose genesis mix comes from the lottery's stream.
    randao: Option<Randao>,
    epoch: u64,
    epoch_seed: Hash,
    draw: BalanceWeighted,
    /// The proposers that are drawn already, from the running epoch's first slot on, where proposers
    /// are drawn ahead.
    lookahead: Option<VecDeque<Option<ValidatorId>>>,
    /// The keys of those who have signed a reveal; empty if reveals come from the stream.
    keys: Vec<Option<Box<KeyPair>>>,
}

impl BeaconSelector {
    /// The hash that the forger of a block of the running epoch mixes in.
    fn reveal(&mut self, forger: ValidatorId, lottery: &mut Stream) -> Hash {
        match self.settings.reveal {
            Reveal::Stream => random_hash(lottery),
            Reveal::Signature => {
                let seed = self.seed;
                let key = self.keys[forger.index()].get_or_insert_with(|| {
                    let address = StreamKey::new().number(seed).text("randao").number(u64::from(forger.0));
                    Box::new(KeyPair::from_secret(&address.bytes()))
                });
                let message = sha256(&[&DOMAIN_RANDAO, &self.epoch.to_le_bytes()]);
                sha256(&[&key.sign(&message).0])
            }
        }
    }

    /// Draws the proposer of a slot, with the balances of now.
    fn propose(&mut self, epoch_seed: &Hash, slot: u64) -> Option<ValidatorId> {
        let set = &self.set;
        if set.active().is_empty() {
            return None;
        }
        Some(ValidatorId(self.draw.one(slot_seed(epoch_seed, slot), set.active(), set.effective())))
    }

    /// Draws the proposers of an epoch, which comes after all that are drawn already.
    fn look_ahead(&mut self, epoch: u64, mix: &Hash) {
        let seed = epoch_seed(DOMAIN_PROPOSER, epoch, mix);
        for slot in epoch * SLOTS_PER_EPOCH..(epoch + 1) * SLOTS_PER_EPOCH {
            let proposer = self.propose(&seed, slot);
            if let Some(drawn) = &mut self.lookahead {
                drawn.push_back(proposer);
            }
        }
    }
}

impl Selector for BeaconSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        let first = self.randao.is_none();
        let mut randao = self.randao.take().unwrap_or_else(|| Randao::at_genesis(random_hash(turn.lottery)));
        if let Some(last) = turn.last
            && let (Some(forger), BlockOutcome::Accepted) = (last.forger, last.block_outcome)
        {
            randao.reveal(&self.reveal(forger, turn.lottery));
        }
        self.set.note(turn.changes);
        let ahead = self.lookahead.is_some();
        if first && ahead {
            (0..2).for_each(|epoch| self.look_ahead(epoch, randao.mix_for_seed()));
        }
        // Rounds are counted from 1, slots from 0.
        let slot = turn.round - 1;
        let epoch = slot / SLOTS_PER_EPOCH;
        while self.epoch < epoch {
            self.epoch += 1;
            randao.end_epoch();
            self.set.end_epoch();
            if let Some(drawn) = &mut self.lookahead {
                drawn.drain(..SLOTS_PER_EPOCH as usize);
                self.look_ahead(self.epoch + 1, randao.mix_for_next_seed());
            }
        }
        if first || slot.is_multiple_of(SLOTS_PER_EPOCH) {
            self.epoch_seed = epoch_seed(DOMAIN_PROPOSER, epoch, randao.mix_for_seed());
        }
        self.randao = Some(randao);
        let seed = self.epoch_seed;
        let proposer = match &self.lookahead {
            Some(drawn) => drawn[(slot % SLOTS_PER_EPOCH) as usize],
            None => self.propose(&seed, slot),
        };
        forger(proposer.filter(|&validator| self.set.holds(validator)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::{PreviousRound, StakeChange};

    fn lottery() -> Stream {
        Stream::open(StreamKey::new().text("beacon"))
    }

    fn forger(selection: Selection) -> Option<ValidatorId> {
        match selection {
            Selection::Forger { validator, .. } => Some(validator),
            Selection::Nobody => None,
        }
    }

    /// The expected shares by enumeration, passes after the first included: for each order of the
    /// candidates the first to be accepted is a geometric series over passes of that same order.
    #[test]
    fn expected_shares_average_over_all_orders() {
        fn orders(items: &mut Vec<usize>, fixed: usize, visit: &mut dyn FnMut(&[usize])) {
            if fixed == items.len() {
                return visit(items);
            }
            for other in fixed..items.len() {
                items.swap(fixed, other);
                orders(items, fixed + 1, visit);
                items.swap(fixed, other);
            }
        }
        for (acceptance, stakes) in [
            (Acceptance::PHASE0, vec![32, 1, 7, 16, 0, 99]),
            (Acceptance::ELECTRA, vec![2048, 1, 7, 32, 0, 600]),
            (Acceptance::ELECTRA, vec![33, 32, 1, 2, 3]),
        ] {
            let rule = BeaconLottery::new(BeaconSettings::default(), acceptance);
            let expected_shares = rule.expected_shares(&stakes);
            // Accepted random numbers, counted one by one.
            let numbers = 1u64 << (8 * acceptance.bytes);
            let chances: Vec<f64> = stakes
                .iter()
                .map(|&stake| {
                    let effective = stake.min(acceptance.cap);
                    let accepted = (0..numbers).filter(|&number| acceptance.accepts(effective, number));
                    if stake > 0 { accepted.count() as f64 / numbers as f64 } else { 0.0 }
                })
                .collect();
            let mut shares = vec![0.0; stakes.len()];
            let mut count = 0.0;
            orders(&mut (0..stakes.len()).collect(), 0, &mut |order| {
                let all_fail: f64 = chances.iter().map(|chance| 1.0 - chance).product();
                let mut reached = 1.0 / (1.0 - all_fail);
                for &candidate in order {
                    shares[candidate] += reached * chances[candidate];
                    reached *= 1.0 - chances[candidate];
                }
                count += 1.0;
            });
            for (share, sum) in expected_shares.shares().unwrap().iter().zip(shares) {
                assert!((share - sum / count).abs() < 1e-12, "{stakes:?}: {share} {}", sum / count);
            }
        }
    }

    /// The specification's bookkeeping, slot by slot: one mix for every epoch, each begun as a
    /// copy of the last; the seed of an epoch from the mix of the last but one; rejected and
    /// missed blocks reveal nothing.
    #[test]
    fn proposers_are_those_of_the_specification() {
        let settings = BeaconSettings { reveal: Reveal::Signature, ..BeaconSettings::default() };
        let acceptance = Acceptance::PHASE0;
        let stakes = [32u64, 17, 32, 9, 32, 32, 25];
        let rule = BeaconLottery::new(settings, acceptance);
        let mut selector = rule.begin(&TrialContext { stakes: &stakes, seed: 11, trial: 0 });
        let mut stream = lottery();
        let genesis = random_hash(&mut lottery());

        let candidates: Vec<u32> = (0..7).collect();
        let effective: Vec<u16> = stakes.iter().map(|&stake| stake as u16).collect();
        let mut draw = BalanceWeighted::new(acceptance, 7);
        let mut mixes = vec![genesis];
        let mut last = None;
        for slot in 0..6 * SLOTS_PER_EPOCH {
            let epoch = slot / SLOTS_PER_EPOCH;
            if epoch as usize == mixes.len() {
                mixes.push(mixes[epoch as usize - 1]);
            }
            let mix = if epoch < 2 { genesis } else { mixes[epoch as usize - 2] };
            let seed = slot_seed(&epoch_seed(DOMAIN_PROPOSER, epoch, &mix), slot);
            let expected = ValidatorId(draw.one(seed, &candidates, &effective));

            let turn = RoundContext { round: slot + 1, changes: &[], last, lottery: &mut stream };
            assert_eq!(forger(selector.select(turn)), Some(expected), "slot {slot}");
            let block_outcome = [
                BlockOutcome::Accepted,
                BlockOutcome::Accepted,
                BlockOutcome::Rejected,
                BlockOutcome::Missed,
            ][slot as usize % 4];
            if block_outcome == BlockOutcome::Accepted {
                let address = StreamKey::new().number(11).text("randao").number(u64::from(expected.0));
                let key = KeyPair::from_secret(&address.bytes());
                let message = sha256(&[&DOMAIN_RANDAO, &epoch.to_le_bytes()]);
                let reveal = sha256(&[&key.sign(&message).0]);
                for (byte, other) in mixes[epoch as usize].iter_mut().zip(reveal) {
                    *byte ^= other;
                }
            }
            last = Some(PreviousRound { forger: Some(expected), block_outcome });
        }
        assert_eq!(mixes.len(), 6);
        assert!(mixes.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 4);
    }

    /// Stakes count at the end of the epoch, with hysteresis; who has lost all is passed over.
    #[test]
    fn effective_balances_follow_at_the_end_of_the_epoch() {
        let rule = BeaconLottery::new(BeaconSettings::default(), Acceptance::ELECTRA);
        let mut selector = rule.begin(&TrialContext { stakes: &[100, 40, 40, 0], seed: 0, trial: 0 });
        let mut stream = lottery();
        let changes = [(0, 101), (1, 42), (2, 0), (3, 4_000)]
            .map(|(validator, stake)| StakeChange { validator: ValidatorId(validator), stake });
        for round in 1..=33 {
            let changes: &[StakeChange] = if round == 5 { &changes } else { &[] };
            let turn = RoundContext { round, changes, last: None, lottery: &mut stream };
            let forger = forger(selector.select(turn));
            assert!(round < 5 || forger != Some(ValidatorId(2)));
            if round < 33 {
                assert_eq!(selector.set.effective(), [100, 40, 40, 0]);
                assert_eq!(selector.set.active(), [0, 1, 2]);
            }
        }
        assert_eq!(selector.set.effective(), [100, 42, 0, 2048]);
        assert_eq!(selector.set.active(), [0, 1, 3]);
    }

    /// The forgers of some epochs, when the stakes become `changes` in the given round.
    fn forgers(lookahead: bool, stakes: &[u64], changes: &[(u64, &[(u32, u64)])], epochs: u64) -> Vec<u32> {
        let rule = BeaconLottery::new(BeaconSettings::default(), Acceptance::ELECTRA);
        let rule = if lookahead { rule.with_lookahead() } else { rule };
        let mut selector = rule.begin(&TrialContext { stakes, seed: 0, trial: 0 });
        let mut stream = lottery();
        let mut seen = Vec::new();
        let mut last = None;
        for round in 1..=epochs * SLOTS_PER_EPOCH {
            let now: Vec<StakeChange> = changes
                .iter()
                .filter(|change| change.0 == round)
                .flat_map(|change| change.1)
                .map(|&(validator, stake)| StakeChange { validator: ValidatorId(validator), stake })
                .collect();
            let turn = RoundContext { round, changes: &now, last, lottery: &mut stream };
            let chosen = forger(selector.select(turn));
            last = Some(PreviousRound { forger: chosen, block_outcome: BlockOutcome::Accepted });
            seen.push(chosen.map_or(u32::MAX, |id| id.0));
        }
        seen
    }

    /// While balances stay, proposers are the same ones, however long before they are drawn.
    #[test]
    fn a_lookahead_changes_nothing_while_balances_stay() {
        let stakes = [32, 2_048, 64, 0, 500, 33];
        assert_eq!(forgers(true, &stakes, &[], 6), forgers(false, &stakes, &[], 6));
    }

    /// Balances that change in an epoch N count from epoch N + 1 on without a lookahead and, with it, from
    /// N + 2 on: the proposers of N + 1 are those they were to be. (The specification's tests
    /// test_effective_balance_increase_changes_lookahead and
    /// test_next_epoch_proposer_lookahead_shifted_to_front.)
    #[test]
    fn balances_count_two_epochs_later_with_a_lookahead() {
        let stakes = [32; 40];
        let grown: Vec<(u32, u64)> = (0..20).map(|id| (id, 2_048)).collect();
        let changes = [(3 * SLOTS_PER_EPOCH + 5, &grown[..])];
        let epoch = |seen: &[u32], number: usize| seen[32 * number..32 * (number + 1)].to_vec();
        for lookahead in [true, false] {
            let (quiet, moved) =
                (forgers(lookahead, &stakes, &[], 6), forgers(lookahead, &stakes, &changes, 6));
            for number in 0..6 {
                let same = epoch(&quiet, number) == epoch(&moved, number);
                assert_eq!(same, number < if lookahead { 5 } else { 4 }, "{lookahead}, epoch {number}");
            }
        }
    }

    /// A proposer that has lost all its stake leaves its slots empty, also two epochs on; nobody who
    /// has stake then takes them.
    #[test]
    fn drawn_proposers_without_stake_leave_their_slots_empty() {
        let changes: [(u64, &[(u32, u64)]); 1] = [(5, &[(0, 0)])];
        let seen = forgers(true, &[2_048, 2_048], &changes, 4);
        assert!(seen[4..64].contains(&u32::MAX) && !seen[4..].contains(&0));
        assert!(seen[64..].iter().all(|&id| id == 1));
    }
}
