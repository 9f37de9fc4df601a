//! Which experiments the law covers.

use super::counts::Pay;
use super::two_party::TwoPartyPlan;
use super::whole_trial::WholeTrial;
use crate::selection::Draw;
use crate::simulation::experiment::Experiment;
use crate::simulation::fast_paths::{Obstacle, has_ideal_rounds, ideal_conditions};
use crate::simulation::order::Serial;

/// Which law the wins of an experiment have.
pub enum Covered {
    /// Independent rounds, with chances in proportion to these weights.
    Fixed(Vec<f64>),
    /// Every win adds the reward to the winner's weight, its stake.
    Urn(Vec<u64>),
    /// Every win moves the chances of two parties as the rule says.
    TwoParty(TwoPartyPlan),
}

impl Covered {
    /// Whether drawing from the law is cheaper than playing the rounds, its making included.
    pub fn pays(&self, experiment: &Experiment) -> bool {
        match self {
            Covered::Fixed(_) | Covered::Urn(_) => true,
            Covered::TwoParty(plan) => plan.pays(experiment.rounds as f64 * experiment.trials as f64),
        }
    }
}

/// The law of an experiment's wins.
///
/// # Errors
/// What stands against it. O(validators + checkpoints), and O(rounds) where rewards change with the height.
pub fn covered(experiment: &Experiment) -> Result<(Covered, Pay), Obstacle> {
    let obstacle = |key, what| Err(Obstacle { key, what });
    if experiment.serial == Serial::On {
        return obstacle(
            "analysis.serial",
            "asks for the order of wins, and the law knows only their number",
        );
    }
    let world = &experiment.world;
    let pay = match ideal_conditions(world) {
        Ok(rules) => Pay::Alike(rules),
        Err(_) if has_ideal_rounds(world).is_ok() && !world.protocol.compounds() => {
            Pay::WholeTrial(Box::new(WholeTrial::new(world, &experiment.marks())?))
        }
        Err(obstacle) => return Err(obstacle),
    };
    let compounds = matches!(&pay, Pay::Alike(rules) if rules.compounds());
    let weights = |tokens: &[u64]| tokens.iter().map(|&tokens| tokens as f64).collect();
    let rule = &world.rule.thing;
    let law = match (rule.draw(&world.stakes), compounds) {
        (Draw::Stake, true) => Covered::Urn(world.stakes.clone()),
        (Draw::Stake, false) => Covered::Fixed(weights(&world.stakes)),
        (Draw::Tokens(tokens), false) => Covered::Fixed(weights(&tokens)),
        (Draw::Shares(shares), false) => Covered::Fixed(shares),
        (Draw::Tokens(_) | Draw::Shares(_), true) if rule.draws_by_current_stake() => {
            Covered::Urn(world.stakes.clone())
        }
        (Draw::Tokens(_) | Draw::Shares(_), true) => match TwoPartyPlan::new(experiment) {
            Some(plan) if rule.draws_afresh() && plan.is_feasible() => Covered::TwoParty(plan),
            Some(_) if rule.draws_afresh() => {
                return obstacle(
                    "run.rounds",
                    "asks for too large tables, which grow with the square of the rounds where two validators' rewards compound",
                );
            }
            _ => {
                return obstacle(
                    "reward.compound",
                    "moves stakes, and the law of that is known only for draws in proportion to stake, or between two validators",
                );
            }
        },
        (Draw::Own, _) => {
            return obstacle(
                "selection.rule",
                "names a rule whose rounds are not independent draws of known chances",
            );
        }
    };
    Ok((law, pay))
}
