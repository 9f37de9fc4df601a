//! Blocks one by one, where a rule leaves nothing to chance: from priorities, or from a seed.

use super::chronicle::{Chronicle, Epoch};
use super::keys::{base58, cometbft_address};
use crate::analysis::rows::{BlockCheck, BlockDifference};
use crate::crypto::Hash;
use crate::random::{Purpose, Stream};
use crate::selection::ethereum::{Acceptance, BalanceWeighted, slot_seed};
use crate::selection::proposers_from_priorities;
use crate::selection::solana::{Leaders, SeedSource};
use crate::statistics::wording::grouped;

/// From what the proposers of all heights follow.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// Validator sets of CometBFT with their priorities, in the order of the chronicle's epochs; none where
    /// nothing but stakes is known of an epoch.
    Priorities(Vec<Option<PrioritySet>>),
    /// The stakes of an epoch of Solana, and its number.
    Epoch(u64),
    /// The seed of an epoch of Ethereum, for its proposers, and how they are accepted.
    Seed(Hash, Acceptance),
}

/// A validator set of CometBFT, as it stood at a height.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrioritySet {
    /// Everybody's priority.
    pub priorities: Vec<i64>,
    /// Its members in the order in which it lists them.
    pub rows: Vec<u32>,
    /// The height of the set: the blocks after it follow from it. If none, that before the first block.
    pub at: Option<u64>,
}

/// Slots of an epoch of Solana, and of one leader in a row.
const SOLANA_EPOCH: u64 = 432_000;
const SOLANA_SLOTS: u64 = 4;
/// Heights for each block up to which all of them are gone through.
const MOST_HEIGHTS: u64 = 1_000;

/// Who is due at a height; asked in the order of heights. None where that does not follow.
type Due = Box<dyn FnMut(u64) -> Option<u32>>;

/// Compares the blocks of a history with what follows from the basis: under priorities, those of each epoch
/// with its own set; else those of the first epoch's stakes, and of Solana's next epochs with theirs.
///
/// # Errors
/// Why that cannot be done for a single block.
pub fn check_blocks(chronicle: &Chronicle, names: &[String], basis: &Basis) -> Result<BlockCheck, String> {
    let (Some(&first), Some(&last)) = (chronicle.heights.first(), chronicle.heights.last()) else {
        return Err("there is no block".to_owned());
    };
    if last - first >= most_heights(chronicle) {
        return Err(format!(
            "the heights from {first} to {last} are far apart for {} blocks",
            chronicle.heights.len()
        ));
    }
    let (mut checked, mut agree, mut difference) = (0, 0, None);
    let (mut reasons, mut assumed): (Vec<String>, _) = (Vec::new(), None);
    let mut reason = |why: String| {
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    };
    for (number, epoch, blocks) in chronicle.numbered_parts() {
        let part = Part { chronicle, names, epoch, number, first: chronicle.heights[blocks.start] };
        let due = match basis {
            Basis::Priorities(sets) => match sets.get(number).and_then(Option::as_ref) {
                Some(set) => part.by_priorities(set, chronicle.heights[blocks.end - 1], blocks.start),
                None => Err("no priorities are given for their epoch".to_owned()),
            },
            Basis::Epoch(first) => {
                part.by_schedule(*first, chronicle.heights[blocks.end - 1]).map(|(due, ordered)| {
                    assumed = assumed.or((!ordered).then_some(
                        "of equal stakes the later row was taken first, since names are no keys of Solana",
                    ));
                    due
                })
            }
            Basis::Seed(seed, acceptance) if number == 0 => Ok(part.by_seed(*seed, *acceptance)),
            Basis::Seed(..) => Err("one seed is of one epoch".to_owned()),
        };
        let mut due = match due {
            Ok(due) => due,
            Err(why) => {
                reason(why);
                continue;
            }
        };
        for place in blocks {
            let (height, proposer) = (chronicle.heights[place], chronicle.proposers[place]);
            let Some(expected) = due(height) else {
                reason("a set tells the proposers of the heights after its own".to_owned());
                continue;
            };
            checked += 1;
            if expected == proposer {
                agree += 1;
            } else if difference.is_none() {
                let name = |who: u32| names[who as usize].clone();
                difference =
                    Some(BlockDifference { height, proposer: name(proposer), expected: name(expected) });
            }
        }
    }
    if checked == 0 {
        return Err(reasons.join("; "));
    }
    let left = chronicle.heights.len() as u64 - checked;
    let mut text = match &difference {
        None if left == 0 => {
            format!("Block by block: all {} blocks are those that the rule gives.", grouped(checked))
        }
        None => format!(
            "Block by block: all {} blocks that are compared are those that the rule gives.",
            grouped(checked)
        ),
        Some(BlockDifference { height, proposer, expected }) => format!(
            "Block by block: {} of {} blocks are not those that the rule gives; the first is {height}, of {proposer}, where the rule has {expected}.",
            grouped(checked - agree),
            grouped(checked)
        ),
    };
    if left > 0 {
        text += &format!(" {} blocks are not compared: {}.", grouped(left), reasons.join("; "));
    }
    if let Some(assumed) = assumed.filter(|_| difference.is_some()) {
        text += &format!(" Note that {assumed}.");
    }
    Ok(BlockCheck { checked, agree, first_difference: difference, text })
}

/// So many heights are gone through at most.
fn most_heights(chronicle: &Chronicle) -> u64 {
    MOST_HEIGHTS.saturating_mul(chronicle.heights.len() as u64)
}

/// The blocks of one epoch.
struct Part<'a> {
    chronicle: &'a Chronicle,
    names: &'a [String],
    epoch: &'a Epoch,
    /// The place of the epoch.
    number: usize,
    /// The height of its first block.
    first: u64,
}

impl Part<'_> {
    /// The proposers that follow from a set; `begin` is the place of the epoch's first block.
    fn by_priorities(&self, set: &PrioritySet, last: u64, begin: usize) -> Result<Due, String> {
        let first = self.first;
        let at = set.at.unwrap_or(first.saturating_sub(1));
        if at >= last {
            return Err(format!(
                "the set is of height {at}, and the last block of its stakes of {last}: a set tells the proposers of later heights"
            ));
        }
        if first.saturating_sub(at) > most_heights(self.chronicle) {
            return Err(format!("the set is of height {at}, long before the first block of {first}"));
        }
        let before = self.chronicle.epochs[..self.number].iter().rev().find(|other| other.begin < begin);
        if let (Some(before), Some(&height)) = (before, self.chronicle.heights[..begin].last())
            && at < height
            && before.stakes != self.epoch.stakes
        {
            return Err(format!(
                "the set is of height {at}, but block {height} still counts under other stakes"
            ));
        }
        let order = self.by_address(&set.rows);
        let powers: Vec<u64> = order.iter().map(|&who| self.epoch.stakes[who as usize]).collect();
        let priorities: Vec<i64> = order.iter().map(|&who| set.priorities[who as usize]).collect();
        let mut next = proposers_from_priorities(&powers, &priorities);
        let mut height = at;
        Ok(Box::new(move |wanted| {
            let mut proposer = None;
            while height < wanted {
                proposer = next();
                height += 1;
            }
            proposer.map(|place| order[place as usize])
        }))
    }

    /// Equal priorities go to the smaller address; where names are no addresses, to the earlier row, since
    /// nodes list equal powers by address.
    fn by_address(&self, rows: &[u32]) -> Vec<u32> {
        let mut order = rows.to_vec();
        let addresses: Option<Vec<Vec<u8>>> = self.names.iter().map(|name| cometbft_address(name)).collect();
        if let Some(addresses) = addresses {
            order.sort_by(|&one, &other| addresses[one as usize].cmp(&addresses[other as usize]));
        }
        order
    }

    /// The leaders of an epoch, and whether those with equal stakes could be ordered by their keys. `opening`
    /// is the number of the history's first epoch.
    fn by_schedule(&self, opening: u64, last: u64) -> Result<(Due, bool), String> {
        let opens = opening.saturating_mul(SOLANA_EPOCH);
        // Slots are counted from the chain's beginning, or from that of the epoch.
        let is_absolute = self.chronicle.heights.first().is_some_and(|&slot| slot >= opens);
        let number = match (self.number, is_absolute) {
            (0, _) => opening,
            (_, true) => self.first / SOLANA_EPOCH,
            (_, false) => {
                return Err("stakes of Solana stay for a whole epoch, and one is named".to_owned());
            }
        };
        let begin = if is_absolute { number.saturating_mul(SOLANA_EPOCH) } else { 0 };
        if self.number > 0 && number == opening {
            return Err(format!(
                "stakes of Solana stay for a whole epoch, and slot {} is one of epoch {number}",
                self.first
            ));
        }
        if last - begin >= SOLANA_EPOCH {
            return Err(format!(
                "slot {last} is none of epoch {number}, which has the slots {begin} to {}",
                begin.saturating_add(SOLANA_EPOCH - 1)
            ));
        }
        let stakes = &self.epoch.stakes;
        let keys: Option<Vec<_>> = self
            .names
            .iter()
            .zip(stakes)
            .map(|(name, &stake)| if stake > 0 { base58(name) } else { Some([0; 32]) })
            .collect();
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        if let Some(keys) = &keys {
            order.sort_by_key(|&who| keys[who as usize]);
        }
        let ordered: Vec<u64> = order.iter().map(|&who| stakes[who as usize]).collect();
        let mut held: Vec<u64> = ordered.iter().copied().filter(|&stake| stake > 0).collect();
        held.sort_unstable();
        let has_ties = held.windows(2).any(|pair| pair[0] == pair[1]);
        let mut leaders = Leaders::default();
        leaders.rebuild(&ordered);
        let mut unused = Stream::of_trial(0, 0, Purpose::Lottery);
        let mut random = SeedSource::Epoch.generator(number, &mut unused);
        let (mut drawn, mut leader) = (0, None);
        let due = move |slot: u64| {
            while drawn <= (slot - begin) / SOLANA_SLOTS {
                leader = leaders.draw(&mut random);
                drawn += 1;
            }
            leader.map(|place| order[place as usize])
        };
        Ok((Box::new(due), keys.is_some() || !has_ties))
    }

    /// The proposers that follow from a seed of Ethereum.
    fn by_seed(&self, seed: Hash, acceptance: Acceptance) -> Due {
        // Validators stand in the order of their indices.
        let indices: Option<Vec<u64>> = self.names.iter().map(|name| name.parse().ok()).collect();
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        if let Some(indices) = indices {
            order.sort_by_key(|&who| indices[who as usize]);
        }
        let effective: Vec<u16> =
            self.epoch.stakes.iter().map(|&stake| stake.min(acceptance.cap) as u16).collect();
        let mut draw = BalanceWeighted::new(acceptance, self.names.len());
        Box::new(move |slot| Some(draw.one(slot_seed(&seed, slot), &order, &effective)))
    }
}
