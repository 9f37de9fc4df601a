//! Income from events that come at random, beside a part that is certain.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::{CompoundSum, CompoundTerm, compound_moments};
use crate::registry::{Entry, settings, within};
use rand_distr::{Binomial, Distribution};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "random-income",
    summary: "mean, standard deviation or a quantile of a certain amount and sums of rare payments",
    source: "compound sums; Ben Edgington, Upgrading Ethereum, for the year of a validator",
    parse: |table| {
        settings(table, |settings: RandomIncome| {
            within("trials", settings.trials, 100..=10_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RandomIncome {
    statistic: Statistic,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    certain: f64,
    terms: Vec<Term>,
    /// What the result is counted in, in the unit of the amounts.
    #[serde(default = "one")]
    unit: f64,
    trials: u64,
}

fn one() -> f64 {
    1.0
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Term {
    /// How often it could be paid; a part of a draw counts for the exact moments, and is drawn with that chance.
    draws: f64,
    chance: f64,
    amount: f64,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Statistic {
    Mean,
    StandardDeviation,
    Quantile,
}

impl RandomIncome {
    fn terms(&self) -> Vec<CompoundTerm> {
        self.terms.iter().map(|term| CompoundTerm::fixed(term.draws, term.chance, term.amount)).collect()
    }

    fn probability(&self) -> Result<f64, String> {
        self.probability.ok_or_else(|| "a quantile needs `probability`".to_owned())
    }

    fn draw(&self, case: &Case) -> Result<Vec<f64>, String> {
        let mut stream = case.stream();
        let mut sums = vec![self.certain; self.trials as usize];
        for term in &self.terms {
            let whole = Binomial::new(term.draws as u64, term.chance).map_err(|error| error.to_string())?;
            let part =
                Binomial::new(1, term.draws.fract() * term.chance).map_err(|error| error.to_string())?;
            for sum in &mut sums {
                *sum += term.amount * (whole.sample(&mut stream) + part.sample(&mut stream)) as f64;
            }
        }
        Ok(sums)
    }
}

impl Estimand for RandomIncome {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        let terms = self.terms();
        let (mean, variance) = compound_moments(&terms);
        let amount = match self.statistic {
            Statistic::Mean => self.certain + mean,
            Statistic::StandardDeviation => variance.sqrt(),
            Statistic::Quantile => {
                let law = CompoundSum::new(&terms).ok_or("nothing is paid")?;
                self.certain + law.quantile(self.probability()?)
            }
        };
        Ok(amount * self.unit)
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let mut sums = self.draw(case)?;
        sums.iter_mut().for_each(|sum| *sum *= self.unit);
        Ok(match self.statistic {
            Statistic::Mean => Sample::mean(&sums),
            Statistic::StandardDeviation => {
                let mean = sums.iter().sum::<f64>() / sums.len() as f64;
                let squares: Vec<f64> = sums.iter().map(|sum| (sum - mean).powi(2)).collect();
                Sample::mean(&squares).map(|variance| variance.map(|variance| variance.max(0.0).sqrt()))
            }
            Statistic::Quantile => Sample::quantile(&mut sums, self.probability()?),
        })
    }
}
