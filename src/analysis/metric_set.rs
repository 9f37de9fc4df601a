//! Which metrics somebody wants.

use super::rows::Metric;
use crate::registry::nearest;

/// Some metrics, or all.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSet(Option<Vec<Metric>>);

impl Default for MetricSet {
    /// What is asked of many short runs: expectational and robust fairness, dispersion and equitability.
    /// All of them take little time, which the verdict, concentration and the order of wins do not.
    fn default() -> Self {
        MetricSet(Some(vec![
            Metric::MeanWinShare,
            Metric::UnfairProbability,
            Metric::UnfairProbabilityByLaw,
            Metric::VarianceRatio,
            Metric::Equitability,
        ]))
    }
}

impl MetricSet {
    /// All metrics.
    pub const ALL: MetricSet = MetricSet(None);

    /// These metrics.
    pub fn of(metrics: impl IntoIterator<Item = Metric>) -> Self {
        MetricSet(Some(metrics.into_iter().collect()))
    }

    /// Reads names; the name `all` stands for all of them.
    ///
    /// # Errors
    /// What is wrong, as the rest of a sentence, and what to do.
    pub fn read<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, (String, String)> {
        let mut all = Vec::new();
        for name in names {
            if name == "all" {
                return Ok(MetricSet::ALL);
            }
            let metric: Metric = name.parse().map_err(|_| {
                let hint = nearest(name, Metric::NAMES.iter().copied());
                let hint = hint.map_or(String::new(), |near| format!("did you mean `{near}`? "));
                let known = Metric::NAMES.join(", ");
                (
                    format!("names {name:?}, which is no metric"),
                    format!("{hint}known: all, {known}, nakamoto_1/3, ..."),
                )
            })?;
            all.push(metric);
        }
        if all.is_empty() {
            return Err(("names no metric".to_owned(), "name one at least, or \"all\"".to_owned()));
        }
        Ok(MetricSet(Some(all)))
    }

    /// Those that were named; none where all are wanted.
    pub fn named(&self) -> &[Metric] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether a metric is wanted.
    pub fn has(&self, metric: Metric) -> bool {
        self.0.as_ref().is_none_or(|some| some.contains(&metric))
    }

    /// Whether any of these is wanted.
    pub fn has_any(&self, metrics: &[Metric]) -> bool {
        metrics.iter().any(|&metric| self.has(metric))
    }

    /// Whether any metric that this accepts is wanted.
    pub fn has_such(&self, accepts: impl Fn(&Metric) -> bool) -> bool {
        self.0.as_ref().is_none_or(|some| some.iter().any(accepts))
    }

    /// What has to be written down of every trial for them: the time line, the order of wins, incomes.
    pub fn detail(&self) -> (bool, bool, bool) {
        (
            self.has(Metric::RobustFromRound),
            self.has_any(&[Metric::OrderLag, Metric::OrderRuns, Metric::OrderGaps]),
            self.has_any(&[Metric::IncomeToStake, Metric::IncomeRisk, Metric::ReturnByDecile]),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_others_are_refused_with_the_nearest() {
        let some = MetricSet::read(["gini", "nakamoto_1/2"]).unwrap();
        assert!(some.has(Metric::Gini) && !some.has(Metric::Theil));
        assert_eq!(MetricSet::read(["gini", "all"]).unwrap(), MetricSet::ALL);
        assert_eq!(MetricSet::default().detail(), (false, false, false));
        assert_eq!(MetricSet::ALL.detail(), (true, true, true));
        let (what, help) = MetricSet::read(["unfair_probabilty"]).unwrap_err();
        assert!(
            what.contains("unfair_probabilty") && help.starts_with("did you mean `unfair_probability"),
            "{help}"
        );
        assert!(MetricSet::read([]).is_err());
    }
}
