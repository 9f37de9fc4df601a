//! The share of all payments that a validator receives.

use crate::analysis::analyse;
use crate::analysis::rows::IncomeRow;
use crate::gallery::{Case, Estimand, Sample};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "income-share",
    summary: "a validator's share of all rewards, as incomes.csv has it",
    source: "each reward policy's own definition",
    parse: |table| settings(table, |settings: IncomeShare| Ok(Box::new(settings))),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct IncomeShare {
    validator: String,
}

impl IncomeShare {
    fn row(&self, case: &Case) -> Result<IncomeRow, String> {
        let scenario = case.scenario()?;
        let tables = analyse(&scenario.experiment, &scenario.file.analysis, case.results()?).tables;
        let row =
            tables.incomes.into_iter().find(|row| row.kind == "validator" && row.name == self.validator);
        row.ok_or_else(|| format!("incomes.csv has no row of `{}`", self.validator))
    }
}

impl Estimand for IncomeShare {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        self.row(case)?.share_exact.ok_or_else(|| "no exact law of the income is known".to_owned())
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let row = self.row(case)?;
        let se = match (row.share_low, row.share_high) {
            // A 95 % interval of a normal mean.
            (Some(low), Some(high)) if high > low && row.sd.is_some_and(|sd| sd > 0.0) => {
                (high - low) / (2.0 * 1.959_963_984_540_054)
            }
            _ => 0.0,
        };
        Ok(row.share.map(|value| Sample::Estimate { value, se }))
    }
}
