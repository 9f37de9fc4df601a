//! Weights whose logarithm is normal.

use super::stretched::{Stretched, spread};
use crate::registry::{Entry, Refusal, settings};
use crate::stake::StakeDistribution;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "log-normal",
    summary: "log-normal weights, by `sigma` or by the `gini` to be met: many middling, few large",
    source: "Gibrat, Les inegalites economiques, 1931; Aitchison and Brown, The Lognormal Distribution, 1957",
    parse: |mut table| {
        if !table.contains_key("gini") {
            table.entry("sigma").or_insert(DEFAULT_SIGMA.into());
        }
        settings::<Settings, _>(table, |settings| Ok(Box::new(settings.log_normal()?)))
    },
};

/// The sigma of a scenario that gives neither sigma nor Gini.
const DEFAULT_SIGMA: f64 = 1.0;

/// Exactly one of the two; neither means the default sigma.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The standard deviation of the logarithm of a weight; 0 makes all equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma: Option<f64>,
    /// The Gini coefficient that the stakes shall have.
    #[serde(skip_serializing_if = "Option::is_none")]
    gini: Option<f64>,
}

impl Settings {
    /// Stakes in proportion to log-normal weights.
    ///
    /// A weight is exp(sigma Z), with Z standard normal; its median has no meaning here, since the
    /// weights are scaled to the total. The Gini coefficient of the law is 2 Φ(sigma / √2) - 1, but a
    /// sample strays from it. A target Gini is therefore met by the sample itself: the normal variates
    /// are drawn once, and the sigma is found for which exactly these weights have the Gini asked for.
    /// Rounding to whole coins then moves it a little; with fewer coins than accounts, a lot.
    fn log_normal(&self) -> Result<Stretched, Refusal> {
        let spread = spread("sigma", self.sigma, self.gini, 0.0..=100.0, |sigma| sigma)?;
        Ok(Stretched { spread, variate: |stream| StandardNormal.sample(stream) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};
    use crate::stake::distributions::goodness_of_fit::{DRAWS, assert_follows};
    use crate::stake::distributions::ordering::{choose, gini_of_coins, order, pinned, refusal};
    use statrs::distribution::{ContinuousCDF, Normal};

    #[test]
    fn the_weights_follow_the_law() {
        for sigma in [0.25, 1.0, 3.0] {
            let log_normal = Settings { sigma: Some(sigma), gini: None }.log_normal().unwrap();
            let logarithms = log_normal.logarithms(DRAWS, &mut Stream::of_seed(1, Purpose::Stakes)).unwrap();
            let weights = logarithms.into_iter().map(f64::exp).collect();
            let normal = Normal::new(0.0, sigma).unwrap();
            assert_follows(weights, |weight: f64| normal.cdf(weight.ln()));
        }
    }

    #[test]
    fn a_target_gini_is_met_in_whole_coins() {
        for target in [0.05, 0.3, 0.5, 0.7, 0.9, 0.99] {
            for seed in 0..3 {
                let settings = format!("gini = {target}");
                let stakes = order("log-normal", &settings, 1_000, 1_000_000_000_000, seed).unwrap();
                let found = gini_of_coins(&stakes);
                assert!((found - target).abs() < 1e-3, "{found} for {target}, seed {seed}");
            }
        }
    }

    #[test]
    fn no_spread_makes_all_equal() {
        assert_eq!(order("log-normal", "sigma = 0", 4, 103, 1).unwrap(), [26, 26, 26, 25]);
    }

    #[test]
    fn exactly_one_setting_is_taken() {
        assert_eq!(choose("log-normal", "").unwrap().settings.to_string(), "sigma = 1.0\n");
        assert_eq!(choose("log-normal", "gini = 0.6").unwrap().settings.to_string(), "gini = 0.6\n");
        assert!(refusal("log-normal", "sigma = 2\ngini = 0.6").contains("give one of them"));
        assert_eq!(
            refusal("log-normal", "sigma = -1"),
            "`sigma` is -1.0, but must be a number between 0.0 and 100.0"
        );
        for bad in ["sigma = nan", "sigma = inf", "gini = 1", "gini = -0.1", "mu = 1"] {
            refusal("log-normal", bad);
        }
    }

    #[test]
    fn a_gini_out_of_reach_is_refused() {
        let error = order("log-normal", "gini = 0.8", 5, 1_000, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`gini` is 0.8, but 5 accounts can reach only what lies above 0 and below 0.8"
        );
    }

    #[test]
    fn regression_vector() {
        assert_eq!(pinned("log-normal", ""), [246170, 12982, 215050, 201200, 324598]);
        assert_eq!(pinned("log-normal", "gini = 0.6"), [164667, 0, 81388, 57519, 696426]);
    }
}
