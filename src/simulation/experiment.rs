//! Many trials of one world.

use super::fast_paths::ideal_conditions;
use super::law::covered;
use super::{CountingUnit, Engine, Obstacle, OrderPlan, Serial, checkpoints};
use crate::forging::World;
use crate::stake::ValidatorId;

/// An experiment: a world, and how often and how long it is lived.
#[derive(Clone)]
pub struct Experiment {
    /// What all trials begin with.
    pub world: World,
    /// Rounds of each trial.
    pub rounds: u64,
    /// The number of trials.
    pub trials: u64,
    /// How many points of the time line are wanted.
    pub checkpoints: u64,
    /// How much of the story is carried out.
    pub engine: Engine,
    /// When gaps, runs, repeats and gaps are tallied.
    pub serial: Serial,
    /// How many rounds there are in a year, if that is said.
    pub rounds_per_year: Option<u64>,
    /// In windows of how many rounds the wins of the followed validators are tallied; 0 for none.
    pub window: u64,
    /// The validators whose trials are written down one by one, in the order of the scenario, where
    /// they were named; `None` for the richest.
    pub follow: Option<Vec<ValidatorId>>,
    /// In which rounds windows, gaps and runs of wins are counted.
    pub unit: CountingUnit,
}

impl Experiment {
    /// At most this many validators are followed through time.
    pub const MOST_FOLLOWED: u64 = 10;
    /// Incomes are written down of at most so many validators,
    const MOST_EARNERS: u64 = 100_000;
    /// and at most so many of them over all trials.
    const MOST_INCOMES: u64 = 1 << 22;
    /// At most this many time lines are kept in memory, one for each followed validator and trial,
    /// unless there are more trials than that.
    const MOST_TIME_LINES: u64 = 100_000;

    /// The validators whose time line is kept, trial by trial: those that were named, or else the
    /// richest ten, in the order of the scenario; fewer where there are so many trials that memory
    /// would grow too large.
    pub fn followed(&self) -> Vec<ValidatorId> {
        if let Some(named) = &self.follow {
            return named.clone();
        }
        let count = (Self::MOST_TIME_LINES / self.trials.max(1)).clamp(1, Self::MOST_FOLLOWED) as usize;
        self.richest(count)
    }

    /// The richest validators, so many, in the order of the scenario; of equals the first.
    pub fn richest(&self, count: usize) -> Vec<ValidatorId> {
        let stakes = &self.world.stakes;
        let mut order: Vec<u32> = (0..stakes.len() as u32).collect();
        let by_stake = |&index: &u32| (std::cmp::Reverse(stakes[index as usize]), index);
        if count == 0 {
            return Vec::new();
        }
        if order.len() > count {
            order.select_nth_unstable_by_key(count - 1, by_stake);
            order.truncate(count);
        }
        order.sort_unstable();
        order.into_iter().map(ValidatorId).collect()
    }

    /// The validators whose income is written down trial by trial: all of them, or the followed ones
    /// where they are too many, or too many for the trials.
    pub fn with_income(&self) -> Vec<ValidatorId> {
        let all = self.world.validators() as u64;
        if all <= Self::MOST_EARNERS && all.saturating_mul(self.trials) <= Self::MOST_INCOMES {
            (0..all as u32).map(ValidatorId).collect()
        } else {
            self.followed()
        }
    }

    /// Whether the engine `law` covers this experiment.
    ///
    /// # Errors
    /// What stands against it.
    pub fn law_covers(&self) -> Result<(), Obstacle> {
        covered(self).map(|_| ())
    }

    /// What every block adds to the stake of its forger, relative to all stake at genesis, where the wins of
    /// a trial are those of Pólya's urn: every draw is by the stakes as they stand, and nothing but the
    /// draw decides.
    pub fn urn_reward(&self) -> Option<f64> {
        let conditions = ideal_conditions(&self.world).ok()?;
        let all: u128 = self.world.stakes.iter().map(|&stake| u128::from(stake)).sum();
        let urn = conditions.compounds() && self.world.rule.thing.draws_by_current_stake();
        (urn && all > 0).then(|| conditions.staked as f64 / all as f64)
    }

    /// What every block adds to the stake of its forger, in coins, where that and the draw are all that moves
    /// stakes.
    ///
    /// # Errors
    /// What stands against it.
    pub fn compounding_reward(&self) -> Result<u64, Obstacle> {
        let conditions = ideal_conditions(&self.world)?;
        match conditions.compounds() {
            true => Ok(conditions.staked),
            false => Err(Obstacle {
                key: "reward.compound",
                what: "is off, or nothing is paid, so that stakes never move",
            }),
        }
    }

    /// The engine that carries out the trials, and why if the scenario leaves it open: of those that
    /// can answer the cheapest. `blocks` says whether blocks are wanted.
    pub fn chosen_engine(&self, blocks: bool) -> (Engine, String) {
        if self.engine != Engine::Auto {
            return (self.engine, "the scenario asks for it".to_owned());
        }
        if blocks {
            return (Engine::Full, "only it makes blocks to keep".to_owned());
        }
        match covered(self) {
            Ok((law, _)) if law.pays(self) => {
                (Engine::Law, "the law of the wins is known, so no round need be played".to_owned())
            }
            Ok(_) => (Engine::Draws, "to make the tables of the law takes longer than the rounds".to_owned()),
            Err(Obstacle { key, what }) => (Engine::Draws, format!("`{key}` {what}")),
        }
    }

    /// What is tallied of the order of wins: nothing by the engine `law`, which has no rounds.
    pub fn order_plan(&self) -> OrderPlan {
        if self.chosen_engine(false).0 == Engine::Law {
            return OrderPlan::new(self.world.validators(), &self.followed(), false, 0);
        }
        self.wanted_order()
    }

    /// What is tallied of the order of wins where rounds are played.
    pub fn wanted_order(&self) -> OrderPlan {
        let serial = match self.serial {
            Serial::Auto => !self.world.protocol.compounds(),
            Serial::On => true,
            Serial::Off => false,
        };
        OrderPlan::new(self.world.validators(), &self.followed(), serial, self.window).counted_in(self.unit)
    }

    /// The rounds after which the time line is taken.
    pub fn marks(&self) -> Vec<u64> {
        checkpoints(self.rounds, self.checkpoints)
    }
}
