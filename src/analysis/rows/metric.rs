//! What a statement is about.

use crate::law::Ratio;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! metrics {
    ($($(#[$doc:meta])* $variant:ident $name:literal $unit:literal,)*) => {
        /// What a statement estimates or tests; in tables by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum Metric {
            $($(#[$doc])* $variant,)*
            /// The smallest number of validators who hold more than this part of the whole.
            Nakamoto(Ratio),
        }

        impl Metric {
            /// The names of all metrics without a number in them.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The unit of the values of this metric.
            pub fn unit(self) -> &'static str {
                match self {
                    $(Metric::$variant => $unit,)*
                    Metric::Nakamoto(_) => "validators",
                }
            }
        }

        impl fmt::Display for Metric {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Metric::$variant => formatter.write_str($name),)*
                    Metric::Nakamoto(part) => {
                        write!(formatter, "nakamoto_{}/{}", part.numerator(), part.denominator())
                    }
                }
            }
        }

        impl FromStr for Metric {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                match name {
                    $($name => Ok(Metric::$variant),)*
                    _ => {
                        let part = name.strip_prefix("nakamoto_").and_then(|part| part.parse().ok());
                        part.map(Metric::Nakamoto).ok_or_else(|| format!("`{name}` is no metric"))
                    }
                }
            }
        }
    };
}

metrics! {
    /// Whether a real chain's wins are what chance explains.
    AuditConclusion "audit_conclusion" "relative deviation",
    /// All wins of a real chain against all expected ones.
    AuditTotal "audit_total" "wins",
    /// The validator of a real chain whose wins are least likely.
    AuditValidators "audit_validators" "",
    /// The verdict on every validator's share of stake.
    FairnessToStake "fairness_to_stake" "relative deviation",
    /// The test that somebody wins beyond the tolerance.
    Difference "difference" "",
    /// The test that nobody does.
    Equivalence "equivalence" "",
    /// How much of all wins went to others than the shares of stake say.
    Misallocated "misallocated" "share",
    /// The test that it is more than its margin.
    MisallocatedDifference "misallocated_difference" "",
    /// The test that it is at most that.
    MisallocatedEquivalence "misallocated_equivalence" "",
    /// The posterior probability that every validator is within the tolerance.
    ProbabilityAllWithin "probability_all_within" "probability",
    /// Of the validators shown to win too much, the one that gains most.
    LargestGain "largest_gain" "relative deviation",
    /// Of the validators shown to win too little, the one that loses most.
    LargestLoss "largest_loss" "relative deviation",
    /// The verdict on every validator's share of rewards.
    IncomeToStake "income_to_stake" "relative deviation",
    /// How likely a trial gives the validator that is worst off less than half of what it deserves.
    IncomeRisk "income_risk" "probability",
    /// How often small and large earn in the ratio of their stakes.
    SizesKeepDistance "sizes_keep_distance" "probability",
    /// Coins earned for each coin of stake, by size.
    ReturnByDecile "return_by_decile" "coins per coin",
    /// The half width at which the run was to stop.
    Stopping "stopping" "share",
    /// The smallest deviation from the share of stake that the run shows with 90 % power.
    MinimumDetectableEffect "minimum_detectable_effect" "relative deviation",
    /// Pearson's test of the wins against the expected shares.
    ExpectedShares "expected_shares" "",
    /// The smallest departure from the expected shares that Pearson's test shows with 90 % power.
    ExpectedShareMinimumDetectableEffect "expected_share_minimum_detectable_effect" "Cohen's w",
    /// Other members of the power-divergence family.
    PowerDivergence "power_divergence" "",
    /// The exact multinomial test.
    ExactMultinomial "exact_multinomial" "",
    /// How much wins vary between trials.
    VarianceRatio "variance_ratio" "ratio",
    /// How far the expected shares are from shares of stake.
    ExpectedShareTotalVariation "expected_share_total_variation" "share",
    /// Expectational fairness.
    MeanWinShare "mean_win_share" "share",
    /// Robust fairness.
    UnfairProbability "unfair_probability" "probability",
    /// The same from the exact distribution of the wins.
    UnfairProbabilityByLaw "unfair_probability_by_law" "probability",
    /// From which round on it is small.
    RobustFromRound "robust_from_round" "round",
    /// Variance of final shares of stake.
    Equitability "equitability" "ratio",
    /// Where shares of stake end.
    LimitShareSd "limit_share_sd" "share",
    /// The unfair probability there.
    LimitUnfairProbability "limit_unfair_probability" "probability",
    /// Distance of the trials' wins from their exact distribution.
    KsStatistic "ks_statistic" "probability",
    /// How much all wins vary, in units of the multinomial variance.
    Dispersion "dispersion" "ratio",
    /// Gini's coefficient.
    Gini "gini" "ratio",
    /// The sum of squared shares.
    Herfindahl "herfindahl" "ratio",
    /// Theil's index.
    Theil "theil" "nats",
    /// Shannon's entropy.
    ShannonBits "shannon_bits" "bits",
    /// Rényi's entropy of order 2.
    Renyi2Bits "renyi_2_bits" "bits",
    /// The largest share.
    Top1Share "top_1_share" "share",
    /// What the largest tenth hold.
    Top10PercentShare "top_10_percent_share" "share",
    /// The sum of squared shares at the end of single chains.
    ChainHerfindahl "chain_herfindahl" "ratio",
    /// Gini's coefficient at the end of single chains.
    ChainGini "chain_gini" "ratio",
    /// How often draws so far apart have the same winner.
    OrderLag "order_lag" "share",
    /// How many stretches of wins and of losses there are.
    OrderRuns "order_runs" "runs",
    /// The rounds from win to win.
    OrderGaps "order_gaps" "",
}

impl From<Metric> for String {
    fn from(metric: Metric) -> String {
        metric.to_string()
    }
}

impl TryFrom<String> for Metric {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in ["fairness_to_stake", "nakamoto_1/3", "order_gaps"] {
            assert_eq!(name.parse::<Metric>().unwrap().to_string(), name);
        }
        assert!("nakamoto_x".parse::<Metric>().is_err() && "gin".parse::<Metric>().is_err());
    }
}
