//! What several rules draw with: weights, ranks, ages, credits and contests, all in exact integers.

mod aged_pool;
mod by_output;
mod contests;
mod logarithm;
mod opposite;
mod ranking;
mod rising_lines;
mod selectors;
mod weight;
mod weighted_pool;

pub(super) use aged_pool::AgedPool;
pub(super) use by_output::{ByOutput, output_sizes};
pub(super) use contests::{largest_score, smallest_quotient};
pub(super) use logarithm::{DIGITS, PowersOfTwo, binary_logarithm};
pub(super) use opposite::draw_opposite;
pub(super) use ranking::{Part, StakeRanking};
pub(super) use rising_lines::RisingLines;
pub(super) use selectors::{
    AmongAll, ByAge, ByChance, ByStake, ByWeight, ChanceTokens, MostOwed, draw_by_weight, forger,
};
pub(super) use weight::Weight;
pub(super) use weighted_pool::WeightedPool;
