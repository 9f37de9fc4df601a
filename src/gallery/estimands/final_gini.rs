//! How unequal equal holders become whose rewards compound.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::limiting_gini_of_equals;
use crate::registry::{Entry, no_settings};
use crate::simulation::SHARE_SCALE;

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "final-gini",
    summary: "the expected Gini coefficient of the final stakes of equal holders, in the limit",
    source: "Roşu and Saleh, Management Science 2021",
    parse: |table| no_settings(table, || Box::new(FinalGini)),
};

struct FinalGini;

impl Estimand for FinalGini {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let holders = case.scenario()?.experiment.world.validators() as u32;
        Ok(limiting_gini_of_equals(holders, case.stake_share(0)? / case.reward()?))
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let records = &case.results()?.records;
        let gini = |record: &crate::simulation::TrialRecord| {
            record.concentration.stake_gini.map(|gini| gini as f64 / SHARE_SCALE as f64)
        };
        Ok(Sample::mean(&records.iter().filter_map(gini).collect::<Vec<f64>>()))
    }
}
