//! What an estimand is asked about: an entry's scenario, and what its run gave.

use super::published::PublishedResult;
use crate::random::{Stream, StreamKey};
use crate::scenario::{Problem, Scenario, load_text};
use crate::simulation::{Control, Quiet, Results, SHARE_SCALE, run};
use std::cell::OnceCell;
use std::sync::atomic::AtomicBool;

/// An entry that is being computed.
pub struct Case<'a> {
    name: &'a str,
    scenario: Option<Scenario>,
    results: OnceCell<Result<Results, String>>,
    stop: &'a AtomicBool,
}

impl<'a> Case<'a> {
    /// The case of an entry.
    ///
    /// # Errors
    /// If its scenario is not possible.
    pub fn new(entry: &'a PublishedResult, stop: &'a AtomicBool) -> Result<Self, Problem> {
        let scenario =
            entry.has_scenario.then(|| load_text(&entry.path, entry.text.clone(), &[])).transpose()?;
        Ok(Case { name: &entry.name, scenario, results: OnceCell::new(), stop })
    }

    /// Its scenario.
    ///
    /// # Errors
    /// If there is none.
    pub fn scenario(&self) -> Result<&Scenario, String> {
        self.scenario.as_ref().ok_or_else(|| "the entry has no scenario".to_owned())
    }

    /// What the run of its scenario gave; it is run once.
    ///
    /// # Errors
    /// If there is no scenario, or the simulation failed or was stopped.
    pub fn results(&self) -> Result<&Results, String> {
        let scenario = self.scenario()?;
        let control = Control { progress: &Quiet, stop: self.stop };
        let results = self.results.get_or_init(|| {
            let results = run(&scenario.experiment, 0, None, &control).map_err(|error| error.to_string())?;
            if results.partial { Err("the simulation was stopped".to_owned()) } else { Ok(results) }
        });
        results.as_ref().map_err(String::clone)
    }

    /// The place of a validator in the scenario.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn validator(&self, name: &str) -> Result<usize, String> {
        let world = &self.scenario()?.experiment.world;
        let place = world.names.iter().take(world.validators()).position(|other| other == name);
        place.ok_or_else(|| format!("the scenario has no validator `{name}`"))
    }

    /// The share of stake of a validator at genesis.
    ///
    /// # Errors
    /// If there is no scenario.
    pub fn stake_share(&self, validator: usize) -> Result<f64, String> {
        let stakes = &self.scenario()?.experiment.world.stakes;
        let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
        Ok(stakes[validator] as f64 / total as f64)
    }

    /// What each block pays over all stake at genesis, where that is constant.
    ///
    /// # Errors
    /// If it is not.
    pub fn reward(&self) -> Result<f64, String> {
        let world = &self.scenario()?.experiment.world;
        let amount = world.protocol.reward.thing.constant().ok_or("the reward is not constant")?;
        let total: u128 = world.stakes.iter().map(|&stake| u128::from(stake)).sum();
        Ok(amount as f64 / total as f64)
    }

    /// Wins and selections of a followed validator in each trial.
    ///
    /// # Errors
    /// As [`Case::results`], or if it is not followed.
    pub fn wins(&self, validator: usize) -> Result<Vec<(u64, u64)>, String> {
        let place = self.followed(validator)?;
        let records = &self.results()?.records;
        Ok(records.iter().map(|record| (record.followed[place].wins, record.selections())).collect())
    }

    /// The coins that a followed validator earned in each trial.
    ///
    /// # Errors
    /// As [`Case::wins`].
    pub fn rewards(&self, validator: usize) -> Result<Vec<u64>, String> {
        let place = self.followed(validator)?;
        Ok(self.results()?.records.iter().map(|record| record.followed[place].reward).collect())
    }

    /// The final share of stake of a followed validator in each trial.
    ///
    /// # Errors
    /// As [`Case::wins`].
    pub fn final_shares(&self, validator: usize) -> Result<Vec<f64>, String> {
        let place = self.followed(validator)?;
        let records = &self.results()?.records;
        let share = |share: u64| share as f64 / SHARE_SCALE as f64;
        Ok(records.iter().map(|record| share(record.followed[place].stake_share)).collect())
    }

    /// A stream of random numbers of its own, for what is drawn without a scenario.
    pub fn stream(&self) -> Stream {
        Stream::open(StreamKey::new().text("gallery").text(self.name))
    }

    fn followed(&self, validator: usize) -> Result<usize, String> {
        let followed = self.scenario()?.experiment.followed();
        let place = followed.iter().position(|who| who.index() == validator);
        place.ok_or_else(|| "the validator is not among those that are followed".to_owned())
    }
}
