//! Exact mathematics of selection and reward. Knows numbers only.

mod acceptance;
mod accepted_seats;
mod block_counts;
mod coin_age;
pub(crate) mod complex;
mod compound_epoch;
mod compound_sum;
mod concentration;
mod cool_down;
mod delegated;
mod first_accepted;
mod fourier;
mod hypergeometric;
mod largest_deficit;
mod markov;
pub mod mistakes;
mod opposite;
mod periodic_payment;
mod praos;
mod quadrature;
mod race;
mod ratio;
mod reward_schedule;
mod seats;
mod shares;
mod sortition;
mod successive_inclusion;
mod tail_withholding;
mod two_party;
mod urn;
mod weighted_tail;
mod weights;

pub use acceptance::acceptance_chance;
pub use accepted_seats::accepted_seats;
pub use block_counts::{beta_binomial_wins, binomial_wins, unfair_probability};
pub use coin_age::{
    aged_long_run, aged_output_shares, coin_age_weights, inverse_age_weights, rest_makes_turns,
};
pub use compound_epoch::CompoundEpoch;
pub use compound_sum::{CompoundSum, CompoundTerm, compound_moments};
pub use concentration::{gini, gini_of_ascending};
pub use cool_down::{cool_down_factors, cool_down_shares};
pub use delegated::drawn_delegate_shares;
pub use first_accepted::{first_accepted, first_accepted_shares, somebody};
pub use hypergeometric::hypergeometric;
pub use largest_deficit::largest_deficit_bound;
pub use markov::{LongRun, Step, long_run};
pub use opposite::{blended_shares, gini_exceeds, opposite_shares};
pub use periodic_payment::periodic_shares;
pub use praos::{
    babe_shares, largest_small_pool_gain, praos_leader_chances, praos_shares_by_leader_value,
    praos_shares_by_lot, slot_battle_chance, slot_battle_limit,
};
pub use quadrature::gauss_legendre;
pub use race::{single_lottery_shares, two_party_race};
pub use ratio::{Ratio, greatest_common_divisor};
pub use reward_schedule::{
    constant_normalised_variance, constant_rewards, expected_herfindahl, geometric_rewards,
    normalised_variance,
};
pub use seats::{
    fait_accompli_variances, partition_variances, rotor_variances, seats_by_epoch, seats_by_share,
    seats_of_all, seats_with_decay, seats_with_replacement, seats_without_replacement,
};
pub use shares::{equal_shares, proportional_shares};
pub use sortition::nobody_selected;
pub use successive_inclusion::successive_inclusion;
pub use tail_withholding::{TailWithholding, choose};
pub use two_party::{LikelyWins, TwoPartyRounds, expected_share, two_party_wins};
pub use urn::{
    compounding_variance, limiting_gini_of_equals, limiting_share, limiting_unfair_probability,
    majority_probability, variance_inflation,
};
pub use weighted_tail::weighted_tail;
pub use weights::{
    inverse_shares, logarithmic_shares, mixture_shares, power_shares, seniority_shares, top_shares,
};
