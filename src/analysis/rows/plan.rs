//! What `tombola plan` prints: how much a wanted precision or power needs.

use serde::{Deserialize, Serialize};

/// What one validator needs. Rounds are those of all trials together, in which somebody is
/// selected; an empty cell is a number that does not exist or does not fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Its name.
    pub validator: String,
    /// Why it stands here: `richest`, `smallest`, `hardest`, some of them, or `followed`.
    pub role: String,
    /// Its share of all tokens.
    pub stake_share: f64,
    /// The variance of its wins, as a multiple of that of independent draws: declared by the rule,
    /// or seen in the pilot; 0 where wins are certain but for a bounded rounding.
    pub variance_ratio: Option<f64>,
    /// Rounds for an interval of the wanted half width.
    pub rounds_half_width: Option<u64>,
    /// Rounds to show that it wins within the tolerance of its share of stake, if it wins exactly
    /// that.
    pub rounds_equivalence: Option<u64>,
    /// Rounds to show that it does not win its share of stake, if it is off by the effect.
    pub rounds_effect: Option<u64>,
    /// The half width that the scenario's rounds and trials give.
    pub half_width_now: Option<f64>,
    /// The smallest effect, relative to the share of stake, that they show.
    pub minimum_detectable_effect: Option<f64>,
}
