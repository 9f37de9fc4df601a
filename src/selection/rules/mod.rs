//! The selection rules, one file each.

use super::Rule;
use crate::registry::Entry;

mod algorand_sortition;
mod babe;
mod cardano_praos;
mod coin_age;
mod cometbft_priority;
mod compound_epoch;
mod cool_down;
mod deficit_first;
mod delegated_turns;
mod ethereum_electra;
mod ethereum_fulu;
mod ethereum_phase0;
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
mod raffle;
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
mod round_robin;
mod seniority;
mod simd_0612;
mod single_lottery;
mod solana_schedule;
mod square_root;
mod top_n;
mod uniform;
mod uniform_mixture;
mod weighted_round_robin;

pub use cometbft_priority::proposers_from_priorities;

// One entry a line, by family: proportional and its variations, weights, memories, races, the rules
// of real chains, turns, and the rigged controls.
#[rustfmt::skip]
pub(super) const ENTRIES: &[Entry<dyn Rule>] = &[
    raffle::ENTRY,
    uniform::ENTRY,
    proof_of_work::ENTRY,
    multi_lottery::ENTRY,
    single_lottery::ENTRY,
    fair_single_lottery::ENTRY,
    compound_epoch::ENTRY,
    power_weighted::ENTRY,
    square_root::ENTRY,
    logarithmic::ENTRY,
    inverse::ENTRY,
    opposite_weighted::ENTRY,
    uniform_mixture::ENTRY,
    top_n::ENTRY,
    gini_stabilised::ENTRY,
    deficit_first::ENTRY,
    penalty_weighted::ENTRY,
    coin_age::ENTRY,
    inverse_coin_age::ENTRY,
    seniority::ENTRY,
    cool_down::ENTRY,
    nxt::ENTRY,
    ethereum_phase0::ENTRY,
    ethereum_electra::ENTRY,
    ethereum_fulu::ENTRY,
    cardano_praos::ENTRY,
    algorand_sortition::ENTRY,
    cometbft_priority::ENTRY,
    solana_schedule::ENTRY,
    simd_0612::ENTRY,
    babe::ENTRY,
    round_robin::ENTRY,
    weighted_round_robin::ENTRY,
    delegated_turns::ENTRY,
    rigged_largest_product::ENTRY,
    rigged_smallest_quotient::ENTRY,
    rigged_shared_number::ENTRY,
    rigged_floored_product::ENTRY,
    rigged_modulo::ENTRY,
    rigged_off_by_one::ENTRY,
    rigged_truncated_rate::ENTRY,
    rigged_stale_weights::ENTRY,
    rigged_best_time_kept::ENTRY,
    rigged_reused_hash::ENTRY,
    rigged_ethereum_byte::ENTRY,
    rigged_ethereum_index::ENTRY,
];
