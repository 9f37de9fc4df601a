//! What `tombola law` prints: the exact expected shares alone.

use crate::forging::World;
use crate::law::proportional_shares;
use crate::selection::Dispersion;
use serde::{Deserialize, Serialize};

/// What a rule gives one validator on average. Shares are fractions of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LawRow {
    /// Its name.
    pub validator: String,
    /// Its tokens, in coins.
    pub stake: u64,
    /// Its share of all tokens.
    pub stake_share: f64,
    /// The share of rounds that the rule gives it while stakes stay as they are; empty where no
    /// exact law is known.
    pub expected_share: Option<f64>,
    /// `expected_share` over `stake_share`, minus one.
    pub relative_deviation: Option<f64>,
    /// The expected share of rounds when every reward is staked at once.
    pub expected_share_compounding: Option<f64>,
    /// The chance of winning the lottery of a slot by itself, before a battle is decided: what leader logs
    /// list; empty under rules that draw one winner.
    pub lead_chance: Option<f64>,
    /// The variance of its wins, as a multiple of that of independent draws; empty where unknown.
    pub variance_ratio: Option<f64>,
}

/// One row for each validator, in the order of the scenario. The cost is that of the rule's law.
pub fn law_rows(world: &World) -> Vec<LawRow> {
    let rule = &world.rule.thing;
    let expected_shares = rule.expected_shares(&world.stakes);
    let compounding = rule.expected_shares_when_compounding(&world.stakes);
    let dispersion = rule.dispersion(&world.stakes);
    let lead_chances = rule.lead_chances(&world.stakes);
    let stake_shares = proportional_shares(&world.stakes);
    (0..world.validators())
        .map(|index| {
            let stake_share = stake_shares[index];
            let expected_share = expected_shares.shares().map(|shares| shares[index]);
            LawRow {
                validator: world.names[index].clone(),
                stake: world.stakes[index],
                stake_share,
                expected_share,
                relative_deviation: expected_share
                    .filter(|_| stake_share > 0.0)
                    .map(|expected| expected / stake_share - 1.0),
                expected_share_compounding: compounding.shares().map(|shares| shares[index]),
                lead_chance: lead_chances.as_ref().map(|chances| chances[index]),
                variance_ratio: match &dispersion {
                    Dispersion::Independent => Some(1.0),
                    Dispersion::Scaled { factors, .. } => Some(factors[index]),
                    Dispersion::Bounded { .. } => Some(0.0),
                    Dispersion::Unknown(_) => None,
                },
            }
        })
        .collect()
}
