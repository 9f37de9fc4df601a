//! From which number of rounds on a share of independent rounds is robustly fair.

use crate::gallery::{Case, Estimand, Sample};
use crate::registry::{Entry, settings, within};
use crate::statistics::distributions::Binomial;
use crate::statistics::fair_counts;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "robust-from",
    summary: "the number of independent rounds from which on the unfair probability stays at most delta",
    source: "Huang and others, SIGMOD 2021",
    parse: |table| {
        settings(table, |settings: RobustFrom| {
            within("most_rounds", settings.most_rounds, 1..=100_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RobustFrom {
    share: f64,
    epsilon: f64,
    delta: f64,
    /// Rounds up to which it is looked for.
    most_rounds: u64,
}

impl Estimand for RobustFrom {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        let unfair = |rounds: u64| {
            let law = Binomial::new(rounds, self.share)?;
            let (low, high) = fair_counts(rounds, self.share, self.epsilon)?;
            Some(if low == 0 { 0.0 } else { law.lower(low - 1) } + law.upper(high))
        };
        // The probability goes up and down with the rounds, so it is looked for from above.
        let last = (1..=self.most_rounds).rev().find(|&rounds| unfair(rounds).is_none_or(|p| p > self.delta));
        match last {
            Some(last) if last < self.most_rounds => Ok((last + 1) as f64),
            Some(_) => Err(format!("it is not robust within {} rounds", self.most_rounds)),
            None => Ok(1.0),
        }
    }

    fn simulate(&self, _: &Case) -> Result<Option<Sample>, String> {
        Ok(None)
    }
}
