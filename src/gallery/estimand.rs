//! What an estimand is, and the registry of all of them.

use super::estimands::*;
use super::{Case, Sample};
use crate::registry::Entry;

/// Every estimand that an entry of the gallery can name.
pub const ESTIMANDS: &[Entry<dyn Estimand>] = &[
    unfair_probability::ENTRY,
    unfair_rewards::ENTRY,
    robust_from::ENTRY,
    win_share::ENTRY,
    variance_ratio::ENTRY,
    stake_dispersion::ENTRY,
    majority::ENTRY,
    final_gini::ENTRY,
    wins_tail::ENTRY,
    longest_stretch::ENTRY,
    acceptance_gain::ENTRY,
    tries::ENTRY,
    slot_battles::ENTRY,
    income_share::ENTRY,
    random_income::ENTRY,
    withholding::ENTRY,
];

/// A number that was published and can be computed again.
pub trait Estimand: Send + Sync {
    /// Whether it is about a scenario.
    fn needs_scenario(&self) -> bool {
        true
    }

    /// Its value by the exact law.
    ///
    /// # Errors
    /// If the entry does not fit.
    fn exact(&self, case: &Case) -> Result<f64, String>;

    /// Its value by simulation; `None` where simulating it would show nothing.
    ///
    /// # Errors
    /// If the entry does not fit, or the simulation failed.
    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String>;
}
