//! Which experiments the law covers.

use crate::selection::Draw;
use crate::simulation::experiment::Experiment;
use crate::simulation::order::Serial;
use crate::simulation::shortcuts::{Obstacle, Undisturbed, undisturbed};

/// Which law the wins of an experiment have.
pub enum Covered {
    /// Independent rounds, with chances in proportion to these weights.
    Fixed(Vec<f64>),
    /// Every win adds the reward to the winner's weight, its stake.
    Urn(Vec<u64>),
}

/// The law of an experiment's wins.
///
/// # Errors
/// What stands against it. O(validators).
pub fn covered(experiment: &Experiment) -> Result<(Covered, Undisturbed), Obstacle> {
    let obstacle = |key, what| Err(Obstacle { key, what });
    if experiment.serial == Serial::On {
        return obstacle(
            "analysis.serial",
            "asks for the order of wins, and the law knows only their number",
        );
    }
    let world = &experiment.world;
    let rules = undisturbed(world)?;
    let weights = |tokens: &[u64]| tokens.iter().map(|&tokens| tokens as f64).collect();
    let law = match (world.rule.thing.draw(&world.stakes), rules.compounds) {
        (Draw::Stake, true) => Covered::Urn(world.stakes.clone()),
        (Draw::Stake, false) => Covered::Fixed(weights(&world.stakes)),
        (Draw::Tokens(tokens), false) => Covered::Fixed(weights(&tokens)),
        (Draw::Shares(shares), false) => Covered::Fixed(shares),
        (Draw::Tokens(_) | Draw::Shares(_), true) => {
            return obstacle(
                "reward.compound",
                "moves stakes, and the law of that is known only for draws in proportion to stake",
            );
        }
        (Draw::Own, _) => {
            return obstacle(
                "selection.rule",
                "names a rule whose rounds are not independent draws of known chances",
            );
        }
    };
    Ok((law, rules))
}
