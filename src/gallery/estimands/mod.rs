//! One file for each estimand.

pub mod acceptance_gain;
pub mod final_gini;
pub mod income_share;
pub mod longest_stretch;
pub mod majority;
pub mod random_income;
pub mod robust_from;
pub mod slot_battles;
pub mod stake_dispersion;
pub mod tries;
pub mod unfair_probability;
pub mod unfair_rewards;
pub mod variance_ratio;
pub mod win_share;
pub mod wins_tail;
pub mod withholding;
