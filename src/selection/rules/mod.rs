//! The selection rules, one file each.

use super::Rule;
use crate::registry::Entry;

mod babe;
mod cometbft_priority;
mod compound_epoch;
mod ethereum_electra;
mod ethereum_phase0;
mod algorand_sortition;
mod cardano_praos;
mod raffle;
mod round_robin;
mod simd_0612;
mod solana_schedule;
mod rigged_best_time_kept;
mod rigged_ethereum_byte;
mod rigged_ethereum_index;
mod rigged_floored_product;
mod rigged_largest_product;
mod rigged_modulo;
mod rigged_off_by_one;
mod rigged_reused_hash;
mod rigged_shared_number;
mod rigged_smallest_quotient;
mod rigged_stale_weights;
mod rigged_truncated_rate;
mod uniform;
mod weighted_round_robin;

pub(super) const ENTRIES: &[Entry<dyn Rule>] = &[
    babe::ENTRY,
    cometbft_priority::ENTRY,
    compound_epoch::ENTRY,
    ethereum_electra::ENTRY,
    ethereum_phase0::ENTRY,
    raffle::ENTRY,
    round_robin::ENTRY,
    simd_0612::ENTRY,
    solana_schedule::ENTRY,
    uniform::ENTRY,
    weighted_round_robin::ENTRY,
// One entry a line, in the order of the names.
#[rustfmt::skip]

    algorand_sortition::ENTRY,
    cardano_praos::ENTRY,
    rigged_best_time_kept::ENTRY,
    rigged_ethereum_byte::ENTRY,
    rigged_ethereum_index::ENTRY,
    rigged_floored_product::ENTRY,
    rigged_largest_product::ENTRY,
    rigged_modulo::ENTRY,
    rigged_off_by_one::ENTRY,
    rigged_reused_hash::ENTRY,
    rigged_shared_number::ENTRY,
    rigged_smallest_quotient::ENTRY,
    rigged_stale_weights::ENTRY,
    rigged_truncated_rate::ENTRY,
mod coin_age;
mod cool_down;
mod deficit_first;
mod fair_single_lottery;
mod gini_stabilised;
mod inverse;
mod inverse_coin_age;
mod logarithmic;
mod multi_lottery;
mod nxt;
mod opposite_weighted;
mod penalty_weighted;
mod power_weighted;
mod proof_of_work;
mod seniority;
mod single_lottery;
mod square_root;
mod top_n;
mod uniform_mixture;

    coin_age::ENTRY,
    cool_down::ENTRY,
    deficit_first::ENTRY,
    fair_single_lottery::ENTRY,
    gini_stabilised::ENTRY,
    inverse::ENTRY,
    inverse_coin_age::ENTRY,
    logarithmic::ENTRY,
    multi_lottery::ENTRY,
    nxt::ENTRY,
    opposite_weighted::ENTRY,
    penalty_weighted::ENTRY,
    power_weighted::ENTRY,
    proof_of_work::ENTRY,
    seniority::ENTRY,
    single_lottery::ENTRY,
    square_root::ENTRY,
    top_n::ENTRY,
    uniform_mixture::ENTRY,
];
