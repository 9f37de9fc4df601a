//! Weights with a heavy tail: the Pareto distribution.

use super::stretched::{Stretched, spread};
use crate::registry::{Entry, Refusal, settings};
use crate::stake::StakeDistribution;
use rand_distr::{Distribution, Exp1};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "pareto",
    summary: "Pareto weights, a few of them very large, by `shape` or by the `gini` to be met",
    source: "Pareto, Cours d'economie politique, 1897; Arnold, Pareto Distributions, 2015",
    parse: |mut table| {
        if !table.contains_key("gini") {
            table.entry("shape").or_insert(DEFAULT_SHAPE.into());
        }
        settings::<Settings, _>(table, |settings| Ok(Box::new(settings.pareto()?)))
    },
};

/// ln 5 / ln 4 = 1.1610, rounded: the shape at which a fifth of the accounts hold four fifths.
const DEFAULT_SHAPE: f64 = 1.16;

/// Exactly one of the two; neither means the default shape.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The shape a of the tail P(X > x) = x^-a: the smaller, the heavier. At 1 and below the law
    /// has no mean, yet any finite number of accounts still divides its total.
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<f64>,
    /// The Gini coefficient that the stakes shall have.
    #[serde(skip_serializing_if = "Option::is_none")]
    gini: Option<f64>,
}

impl Settings {
    /// Stakes in proportion to Pareto weights.
    ///
    /// A weight is exp(E / a), with E standard exponential and a the shape. The Gini coefficient of
    /// the law is 1 / (2a - 1) for a > 1, but that of a sample strays far from it (the tail is heavy).
    /// A target Gini is therefore met by the sample itself: the exponential variates are drawn once,
    /// and the shape is found for which exactly these weights have the Gini asked for. Rounding to
    /// whole coins then moves it a little; with fewer coins than accounts, a lot.
    fn pareto(&self) -> Result<Stretched, Refusal> {
        let spread = spread("shape", self.shape, self.gini, 0.01..=1e6, |shape| 1.0 / shape)?;
        Ok(Stretched { spread, variate: |stream| Exp1.sample(stream) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};
    use crate::stake::distributions::goodness_of_fit::{DRAWS, assert_follows};
    use crate::stake::distributions::ordering::{choose, gini_of_coins, order, pinned, refusal};

    #[test]
    fn the_weights_follow_the_law() {
        for shape in [0.5, 1.16, 3.0] {
            let pareto = Settings { shape: Some(shape), gini: None }.pareto().unwrap();
            let logarithms = pareto.logarithms(DRAWS, &mut Stream::of_seed(1, Purpose::Stakes)).unwrap();
            let weights = logarithms.into_iter().map(f64::exp).collect();
            assert_follows(weights, |weight: f64| 1.0 - weight.powf(-shape));
        }
    }

    #[test]
    fn a_target_gini_is_met_in_whole_coins() {
        for target in [0.05, 0.3, 0.5, 0.7576, 0.9, 0.99] {
            for seed in 0..3 {
                let stakes =
                    order("pareto", &format!("gini = {target}"), 1_000, 1_000_000_000_000, seed).unwrap();
                let found = gini_of_coins(&stakes);
                assert!((found - target).abs() < 1e-3, "{found} for {target}, seed {seed}");
            }
        }
    }

    /// The same draws as with a shape: only the spread is chosen, so the ranks stay.
    #[test]
    fn a_target_gini_keeps_the_order_of_the_accounts() {
        let ranks = |settings: &str| {
            let stakes = order("pareto", settings, 50, 1_000_000_000_000, 7).unwrap();
            let mut ranks: Vec<usize> = (0..50).collect();
            ranks.sort_by_key(|&index| stakes[index]);
            ranks
        };
        assert_eq!(ranks("shape = 2.0"), ranks("gini = 0.6"));
    }

    #[test]
    fn exactly_one_setting_is_taken() {
        assert_eq!(choose("pareto", "").unwrap().settings.to_string(), "shape = 1.16\n");
        assert_eq!(choose("pareto", "shape = 2").unwrap().settings.to_string(), "shape = 2.0\n");
        assert_eq!(choose("pareto", "gini = 0.6").unwrap().settings.to_string(), "gini = 0.6\n");
        assert!(refusal("pareto", "shape = 2\ngini = 0.6").contains("give one of them"));
        assert_eq!(
            refusal("pareto", "shape = 0"),
            "`shape` is 0.0, but must be a number between 0.01 and 1000000.0"
        );
        assert_eq!(
            refusal("pareto", "gini = 1.5"),
            "`gini` is 1.5, but must be a number between 0 and 1, both excluded"
        );
        for bad in ["shape = nan", "shape = inf", "shape = -1", "gini = 0", "gini = nan", "alpha = 1"] {
            refusal("pareto", bad);
        }
    }

    #[test]
    fn a_gini_out_of_reach_is_refused() {
        let error = order("pareto", "gini = 0.95", 10, 1_000, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`gini` is 0.95, but 10 accounts can reach only what lies above 0 and below 0.9"
        );
        assert!(order("pareto", "gini = 0.1", 1, 1_000, 1).is_err());
    }

    #[test]
    fn regression_vector() {
        assert_eq!(pinned("pareto", ""), [33940, 30389, 26376, 13230, 896065]);
        assert_eq!(pinned("pareto", "gini = 0.6"), [68344, 62954, 56667, 33937, 778098]);
    }
}
