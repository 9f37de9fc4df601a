//! How likely a committee of different members has too many bad ones.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::hypergeometric;
use crate::registry::{Entry, settings, within};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "committee-tail",
    summary: "the probability of at least so many bad members in a committee drawn without replacement",
    source: "the hypergeometric distribution",
    parse: |table| {
        settings(table, |settings: CommitteeTail| {
            within("members", settings.members, 1..=10_000_000, "")?;
            within("bad", settings.bad, 0..=settings.members, "")?;
            within("seats", settings.seats, 1..=settings.members.min(100_000), "")?;
            within("trials", settings.trials, 0..=10_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CommitteeTail {
    members: u64,
    bad: u64,
    seats: u64,
    at_least: u64,
    /// Committees that are simulated; 0 where it is too rare to be seen.
    #[serde(default)]
    trials: u64,
}

impl Estimand for CommitteeTail {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        let masses = hypergeometric(self.members, self.bad, self.seats);
        Ok(masses.iter().skip(self.at_least as usize).rev().sum())
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let mut stream = case.stream();
        let mut is_bad = || {
            let (mut members, mut bad, mut found) = (self.members, self.bad, 0);
            for _ in 0..self.seats {
                let drawn = stream.chance(bad, members);
                members -= 1;
                bad -= u64::from(drawn);
                found += u64::from(drawn);
            }
            found >= self.at_least
        };
        let hits = (0..self.trials).filter(|_| is_bad()).count() as u64;
        Ok((self.trials > 0).then_some(Sample::Proportion { hits, trials: self.trials }))
    }
}
