//! What several rules draw with: weights, ranks, ages and races, all in exact integers.

mod aged_pool;
mod logarithm;
mod opposite;
mod race;
mod ranking;
mod rising_lines;
mod selectors;
mod weight;
mod weighted_pool;

pub(super) use aged_pool::AgedPool;
pub(super) use logarithm::{DIGITS, PowersOfTwo, binary_logarithm};
pub(super) use opposite::draw_opposite;
pub(super) use race::smallest_quotient;
pub(super) use ranking::{Part, Ranking};
pub(super) use rising_lines::RisingLines;
pub(super) use selectors::{ByStake, ByWeight, forger};
pub(super) use weight::Weight;
pub(super) use weighted_pool::WeightedPool;
