//! RANDAO: what an attacker gains who withholds blocks at the end of an epoch.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::{TailWithholding, choose};
use crate::random::Stream;
use crate::registry::{Entry, settings, within};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "withholding",
    summary: "the share of slots of an attacker who withholds blocks of an epoch's tail by the optimal policy",
    source: "Alpturer and Weinberg, AFT 2024",
    parse: |table| {
        settings(table, |settings: Withholding| {
            within("share", settings.share, 0.001..=0.4, "")?;
            within("slots", settings.slots, 2..=64, "")?;
            within("epochs", settings.epochs, 100..=10_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Withholding {
    share: f64,
    slots: u64,
    /// Epochs that are simulated.
    epochs: u64,
}

/// Epochs whose means are taken for independent.
const BATCH: u64 = 500;

impl Estimand for Withholding {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        let law = TailWithholding::new(self.share, self.slots).ok_or("the policy does not converge")?;
        Ok(law.share())
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let law = TailWithholding::new(self.share, self.slots).ok_or("the policy does not converge")?;
        let mut stream = case.stream();
        let mut means = Vec::new();
        let (mut tail, mut sum) = (0, 0.0);
        for epoch in 1..=self.epochs {
            let (gained, next) = self.epoch(&law, tail, &mut stream);
            (tail, sum) = (next, sum + gained);
            if epoch % BATCH == 0 {
                means.push(sum / (BATCH * self.slots) as f64);
                sum = 0.0;
            }
        }
        Ok(Sample::mean(&means))
    }
}

impl Withholding {
    /// The net slots of the epoch that is chosen, and its tail: every set of withheld tail slots gives an
    /// epoch of its own, and the best by the policy's values is taken.
    fn epoch(&self, law: &TailWithholding, tail: u64, stream: &mut Stream) -> (f64, u64) {
        let mut best = (f64::NEG_INFINITY, 0.0, 0);
        for withheld in 0..=tail {
            for _ in 0..choose(tail, withheld) as u64 {
                let (mut slots, mut end, mut unbroken) = (0u64, 0u64, true);
                for _ in 0..self.slots {
                    let own = stream.chance((self.share * 1e9).round() as u64, 1_000_000_000);
                    slots += u64::from(own);
                    unbroken &= own;
                    end += u64::from(unbroken);
                }
                let net = slots as f64 - withheld as f64;
                let worth = net + law.value(end);
                if worth > best.0 {
                    best = (worth, net, end.min(law.longest()));
                }
            }
        }
        (best.1, best.2)
    }
}
