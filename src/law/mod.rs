//! Exact mathematics of selection and reward. Knows numbers only.

mod concentration;
mod ratio;
mod first_accepted;
mod gauss_legendre;
mod largest_deficit;
mod acceptance;
pub mod mistakes;
mod praos;
mod seats;
mod shares;
mod successive_inclusion;
mod sortition;

pub use concentration::{gini, gini_of_ascending};
pub use ratio::Ratio;
pub use first_accepted::{FirstAccepted, first_accepted};
pub use gauss_legendre::gauss_legendre;
pub use largest_deficit::largest_deficit_bound;
pub use acceptance::{acceptance_shares, somebody};
pub use praos::{
    largest_small_pool_gain, praos_leader_chances, praos_shares_by_leader_value, praos_shares_by_lot,
    slot_battle_chance, slot_battle_limit,
};
pub use seats::{
    fait_accompli_variances, partition_variances, seats_by_epoch, seats_by_share, seats_of_all,
    seats_with_decay, seats_with_replacement, seats_without_replacement,
};
pub use shares::{equal_shares, proportional_shares};
pub use successive_inclusion::successive_inclusion;
pub use sortition::nobody_selected;
