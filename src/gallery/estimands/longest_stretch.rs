//! How likely so long a run of wins, or so long a gap without one, is somewhere in the rounds.

use crate::gallery::{Case, Estimand, Sample};
use crate::registry::{Entry, settings, within};
use crate::statistics::LongestRun;
use rand_distr::{Distribution, Geometric};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "longest-stretch",
    summary: "the probability of a run of wins, or of a gap without one, of at least this length",
    source: "Feller, An Introduction to Probability Theory, volume I, XIII.7",
    parse: |table| {
        settings(table, |settings: LongestStretch| {
            within("share", settings.share, 1e-9..=1.0 - 1e-9, "")?;
            within("trials", settings.trials, 1..=10_000_000, "")?;
            within("slots", settings.slots, 1..=1_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LongestStretch {
    of: Of,
    share: f64,
    slots: u64,
    at_least: u64,
    /// Where the stretch begins, if it is one at a fixed place.
    #[serde(default)]
    fixed_place: bool,
    trials: u64,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Wins,
    Losses,
}

impl LongestStretch {
    /// The chance of what ends a stretch.
    fn interruption(&self) -> f64 {
        match self.of {
            Of::Wins => 1.0 - self.share,
            Of::Losses => self.share,
        }
    }
}

impl Estimand for LongestStretch {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        if self.fixed_place {
            return Ok((self.at_least as f64 * (-self.interruption()).ln_1p()).exp());
        }
        let law = match self.of {
            Of::Wins => LongestRun::run(self.slots, self.share),
            Of::Losses => LongestRun::gap(self.slots, self.share),
        };
        Ok(law.ok_or("`share` is no share")?.at_least(self.at_least))
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let until = Geometric::new(self.interruption()).map_err(|error| error.to_string())?;
        let mut stream = case.stream();
        let mut reaches = || {
            let mut left = self.slots;
            loop {
                let stretch = until.sample(&mut stream).min(left);
                if stretch >= self.at_least {
                    return true;
                }
                if self.fixed_place || stretch + 1 >= left {
                    return false;
                }
                left -= stretch + 1;
            }
        };
        let hits = (0..self.trials).filter(|_| reaches()).count() as u64;
        Ok(Some(Sample::Proportion { hits, trials: self.trials }))
    }
}
