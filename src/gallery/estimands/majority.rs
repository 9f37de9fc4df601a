//! Whether equal holders whose rewards compound end under one who has more than half.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::majority_probability;
use crate::registry::{Entry, no_settings};
use crate::simulation::SHARE_SCALE;

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "majority",
    summary: "the probability that one of equal holders ends with more than half of all stake, in the limit",
    source: "Roşu and Saleh, Management Science 2021",
    parse: |table| no_settings(table, || Box::new(Majority)),
};

struct Majority;

impl Estimand for Majority {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let holders = case.scenario()?.experiment.world.validators() as u32;
        let law = majority_probability(holders, case.stake_share(0)? / case.reward()?);
        law.ok_or_else(|| "it needs two holders".to_owned())
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let records = &case.results()?.records;
        let most = |record: &crate::simulation::TrialRecord| {
            record.followed.iter().any(|holder| holder.stake_share > SHARE_SCALE / 2)
        };
        let hits = records.iter().filter(|record| most(record)).count() as u64;
        Ok(Some(Sample::Proportion { hits, trials: records.len() as u64 }))
    }
}
