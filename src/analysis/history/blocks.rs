//! Blocks one by one, where a rule leaves nothing to chance: from priorities, or from a seed.

use super::chronicle::Chronicle;
use crate::analysis::rows::{BlockCheck, BlockDifference};
use crate::crypto::Hash;
use crate::random::{Purpose, Stream};
use crate::selection::ethereum::{Acceptance, BalanceWeighted, slot_seed};
use crate::selection::proposers_from_priorities;
use crate::selection::solana::{Leaders, SeedSource};
use crate::statistics::wording::grouped;
use std::cmp::Ordering;

/// From what the proposers of all heights follow.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// A validator set of CometBFT with its priorities, as it stood at a height.
    Priorities {
        /// Everybody's.
        priorities: Vec<i64>,
        /// The height of the set: the blocks after it follow from it. If none, that before the first block.
        at: Option<u64>,
    },
    /// The stakes of an epoch of Solana, and its number.
    Epoch(u64),
    /// The seed of an epoch of Ethereum, for its proposers, and how they are accepted.
    Seed(Hash, Acceptance),
}

/// Slots of an epoch of Solana, and of one leader in a row.
const SOLANA_EPOCH: u64 = 432_000;
const SOLANA_SLOTS: u64 = 4;
/// Heights for each block up to which all of them are gone through.
const MOST_HEIGHTS: u64 = 1_000;

/// Compares every block of a history with what follows from the basis, with the stakes of its first epoch.
///
/// # Errors
/// Why that cannot be done.
pub fn check_blocks(chronicle: &Chronicle, names: &[String], basis: &Basis) -> Result<BlockCheck, String> {
    let (Some(epoch), Some(&first), Some(&last)) =
        (chronicle.epochs.first(), chronicle.heights.first(), chronicle.heights.last())
    else {
        return Err("there is no block".to_owned());
    };
    let stakes = &epoch.stakes;
    if last - first >= MOST_HEIGHTS.saturating_mul(chronicle.heights.len() as u64) {
        return Err(format!(
            "the heights from {first} to {last} are far apart for {} blocks",
            chronicle.heights.len()
        ));
    }
    let mut expected: Box<dyn FnMut(u64) -> Option<u32>> = match basis {
        Basis::Priorities { priorities, at } => {
            let at = at.unwrap_or(first.saturating_sub(1));
            if at >= first {
                return Err(format!(
                    "the set is of height {at}, and the first block of {first}: a set tells the proposers of later heights"
                ));
            }
            if first - at > MOST_HEIGHTS.saturating_mul(chronicle.heights.len() as u64) {
                return Err(format!("the set is of height {at}, long before the first block of {first}"));
            }
            // Equal priorities go to the smaller address; where names are no addresses, to the earlier row.
            let are_addresses = names.iter().all(|name| name.len() == 40 && is_hex(name));
            let order =
                in_order(names, are_addresses, |one, other| one.to_uppercase().cmp(&other.to_uppercase()));
            let of = |who: &u32| *who as usize;
            let powers: Vec<u64> = order.iter().map(|who| stakes[of(who)]).collect();
            let priorities: Vec<i64> = order.iter().map(|who| priorities[of(who)]).collect();
            let mut next = proposers_from_priorities(&powers, &priorities);
            let mut height = at;
            Box::new(move |wanted| {
                let mut proposer = None;
                while height < wanted {
                    proposer = next();
                    height += 1;
                }
                proposer.map(|place| order[place as usize])
            })
        }
        Basis::Epoch(number) => {
            let begin = number.saturating_mul(SOLANA_EPOCH);
            // Slots are counted from the chain's beginning, or from that of the epoch.
            let begin = if first >= begin { begin } else { 0 };
            if last - begin >= SOLANA_EPOCH {
                return Err(format!(
                    "slot {last} is none of epoch {number}, which has the slots {begin} to {}",
                    begin + SOLANA_EPOCH - 1
                ));
            }
            // Base58 of as many bytes: a shorter text is a smaller number. Where names are no keys, their rows
            // say who comes first.
            let are_keys = names.iter().all(|name| (32..=44).contains(&name.len()) && is_alphanumeric(name));
            let order = in_order(names, are_keys, |one, other| {
                one.len().cmp(&other.len()).then_with(|| one.cmp(other))
            });
            let ordered: Vec<u64> = order.iter().map(|&who| stakes[who as usize]).collect();
            let mut leaders = Leaders::default();
            leaders.rebuild(&ordered);
            let mut unused = Stream::of_trial(0, 0, Purpose::Lottery);
            let mut random = SeedSource::Epoch.generator(*number, &mut unused);
            let (mut drawn, mut leader) = (0, None);
            Box::new(move |slot| {
                while drawn <= (slot - begin) / SOLANA_SLOTS {
                    leader = leaders.draw(&mut random);
                    drawn += 1;
                }
                leader.map(|place| order[place as usize])
            })
        }
        Basis::Seed(seed, acceptance) => {
            // Validators stand in the order of their indices.
            let order = match names.iter().map(|name| name.parse::<u64>().ok()).collect::<Option<Vec<_>>>() {
                Some(indices) => {
                    let mut order: Vec<u32> = (0..names.len() as u32).collect();
                    order.sort_by_key(|&who| indices[who as usize]);
                    order
                }
                None => (0..names.len() as u32).collect(),
            };
            let effective: Vec<u16> = stakes.iter().map(|&stake| stake.min(acceptance.cap) as u16).collect();
            let (seed, mut draw) = (*seed, BalanceWeighted::new(*acceptance, names.len()));
            Box::new(move |slot| Some(draw.one(slot_seed(&seed, slot), &order, &effective)))
        }
    };
    let (mut checked, mut agree, mut difference) = (0, 0, None);
    for (&height, &proposer) in chronicle.heights.iter().zip(&chronicle.proposers) {
        let Some(due) = expected(height) else { continue };
        checked += 1;
        if due == proposer {
            agree += 1;
        } else if difference.is_none() {
            let name = |who: u32| names[who as usize].clone();
            difference = Some(BlockDifference { height, proposer: name(proposer), expected: name(due) });
        }
    }
    let text = match &difference {
        None => format!("Block by block: all {} blocks are those that the rule gives.", grouped(checked)),
        Some(BlockDifference { height, proposer, expected }) => format!(
            "Block by block: {} of {} blocks are not those that the rule gives; the first is {height}, of {proposer}, where the rule has {expected}.",
            grouped(checked - agree),
            grouped(checked)
        ),
    };
    Ok(BlockCheck { checked, agree, first_difference: difference, text })
}

fn is_hex(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_alphanumeric(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The places of the names: as they stand, or in order.
fn in_order(names: &[String], ordered: bool, compare: impl Fn(&str, &str) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..names.len() as u32).collect();
    if ordered {
        order.sort_by(|&one, &other| compare(&names[one as usize], &names[other as usize]));
    }
    order
}
