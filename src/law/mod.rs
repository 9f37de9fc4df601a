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
pub use shares::{equal_shares, proportional_shares};
pub use successive_inclusion::successive_inclusion;
pub use sortition::nobody_selected;
mod block_counts;
mod coin_age;
mod compound_epoch;
mod cool_down;
mod deficit;
mod markov;
mod opposite;
mod quadrature;
mod race;
mod reward_schedule;
mod two_party;
mod urn;
mod weights;

pub use block_counts::{beta_binomial_wins, binomial_wins, unfair_probability};
pub use coin_age::{aged_long_run, coin_age_weights, inverse_age_weights};
pub use compound_epoch::CompoundEpoch;
pub use cool_down::{cool_down_factors, cool_down_shares};
pub use deficit::deficit_bound;
pub use markov::{LongRun, Step, long_run};
pub use opposite::{blended_shares, gini_exceeds, opposite_shares};
pub use quadrature::gauss_legendre;
pub use race::{single_lottery_shares, two_party_race, uniform_race};
pub use reward_schedule::{constant_rewards, expected_herfindahl, geometric_rewards, normalised_variance};
pub use two_party::{expected_share, two_party_wins};
pub use urn::{
    compounding_variance, limiting_gini_of_equals, limiting_share, limiting_unfair_probability,
    majority_probability, variance_inflation,
pub use weights::{
    inverse_shares, logarithmic_shares, mixture_shares, power_shares, seniority_shares, top_shares,
