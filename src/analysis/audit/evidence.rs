//! What a table shows: the counts, what they are held against, and the tests of all together.

use super::count::{Count, Merged};
use super::{AuditTable, Rest};
use crate::analysis::observations::Observations;
use crate::analysis::rows::AuditTest;
use crate::analysis::sampling_model::SamplingModel;
use crate::random::Stream;
use crate::selection::ExpectedShares;
use crate::statistics::distributions::PartialRuns;
use crate::statistics::{
    Misallocation, bonferroni, dispersed_goodness_of_fit, goodness_of_fit, holm, level_of,
};

/// Everything that findings are made from.
pub struct AuditEvidence<'a> {
    pub observations: &'a Observations<'a>,
    /// The expected number of blocks of each row, where the table's expectations are held against the
    /// counts one by one and not as shares of all.
    pub blocks: Option<&'a [f64]>,
    /// The row that stands for the rest of the chain.
    pub rest: Option<usize>,
    /// The height of the first block of each row that it could not win, if there is one.
    pub impossible: &'a [Option<u64>],
    pub confidence: f64,
    pub tolerance: f64,
    /// The prior of the shares, where posteriors are asked for.
    pub prior: Option<Prior>,
}

/// A Dirichlet prior that gives every validator the same.
#[derive(Clone, Copy, Debug)]
pub struct Prior {
    /// The weight of all, in draws.
    pub weight: f64,
    /// The weight of one validator.
    pub each: f64,
    /// How many validators the row of the rest stands for.
    rest: u64,
}

impl Prior {
    /// Of so many draws in all.
    pub fn new(weight: f64, table: &AuditTable, rest: Option<&Rest>) -> Self {
        let stands_for = rest.map_or(1, |rest| rest.stands_for);
        let validators = (table.names.len() - 1) as f64 + stands_for as f64;
        Prior { weight, each: weight / validators, rest: stands_for }
    }

    /// The weights of a row and of all others; a table of one row has no others.
    pub fn of_row(self, is_rest: bool) -> (f64, f64) {
        let own = if is_rest { self.each * self.rest as f64 } else { self.each };
        (own, self.weight - own)
    }
}

/// What the tests of all rows and of all together come to.
pub struct Tested {
    /// The p-value of each row by itself.
    pub p_values: Vec<Option<f64>>,
    /// After Holm's correction for the number of validators.
    pub holm: Vec<Option<f64>>,
    /// For all tests of the table.
    pub adjusted: Vec<Option<f64>>,
    /// The tests of all together.
    pub tests: Vec<AuditTest>,
    /// The p-value of all questions together.
    pub p_value: Option<f64>,
    /// The confidence of the test of each validator, corrected for all others.
    pub confidence_each: f64,
}

impl<'a> AuditEvidence<'a> {
    /// One minus the confidence.
    pub fn alpha(&self) -> f64 {
        level_of(self.confidence)
    }

    /// The count of one row.
    pub fn count(&self, index: usize) -> Count<'a> {
        Count::new(self.observations, index, self.blocks.map(|blocks| blocks[index]))
    }

    /// Several rows as one.
    pub fn merged(&self, members: &[usize]) -> Merged {
        Merged::new(self.observations, self.blocks, members)
    }

    /// The rows that are validators.
    pub fn validators(&self) -> impl Iterator<Item = usize> + use<> {
        let rest = self.rest;
        (0..self.observations.validators()).filter(move |&index| Some(index) != rest)
    }

    /// All rows as one.
    pub fn total(&self) -> Merged {
        self.merged(&(0..self.observations.validators()).collect::<Vec<_>>())
    }

    /// Tests every row, all rows together, and, where numbers of blocks were expected, their total. Each
    /// question has a part of alpha, so that a table that is as expected is found to deviate at most as
    /// often as alpha says: half for the total, where there is one, and equal parts of what is left for
    /// the shares and for the validators, each of them corrected for their number.
    pub fn tested(&self) -> Tested {
        let rows = self.observations.validators();
        let mut p_values: Vec<Option<f64>> = crate::analysis::memoise::memoise(
            rows,
            |index| self.key(index),
            |index| self.count(index).p_value(),
        );
        // One win that cannot be is enough, however well the number of all wins fits.
        for (p, impossible) in p_values.iter_mut().zip(self.impossible) {
            if impossible.is_some() {
                *p = Some(0.0);
            }
        }
        if let Some(rest) = self.rest {
            p_values[rest] = None;
        }
        let holm = holm(&p_values);
        let alone = rows == 1 && self.blocks.is_some();
        let total = self.total_test().filter(|_| !alone);
        let shares = self.shares_test();
        let least = holm.iter().flatten().copied().reduce(f64::min);
        let left = if total.is_some() { 0.5 } else { 1.0 };
        let each = if shares.is_some() && least.is_some() { 0.5 * left } else { left };
        let test = |test: &str, (p, method): (f64, String), weight| AuditTest {
            test: test.to_owned(),
            p,
            weight,
            method,
        };
        let validators =
            least.map(|p| (p, "two-sided test of each, Holm's correction for their number".to_owned()));
        let tests: Vec<AuditTest> = [
            total.map(|found| test("total", found, 0.5)),
            shares.map(|found| test("shares", found, each)),
            validators.map(|found| test("validators", found, each)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let comparisons = p_values.iter().flatten().count().max(1);
        Tested {
            adjusted: holm.iter().map(|p| p.map(|p| (p / each).min(1.0))).collect(),
            p_value: tests.iter().map(|test| (test.p / test.weight).min(1.0)).reduce(f64::min),
            confidence_each: bonferroni(1.0 - self.alpha() * each, comparisons),
            p_values,
            holm,
            tests,
        }
    }

    /// What rows must share to share a p-value.
    fn key(&self, index: usize) -> (u64, Option<u64>, Option<u64>, Option<u64>) {
        let own = match &self.observations.sampling_model {
            SamplingModel::Scaled(own) | SamplingModel::Bounded(own) => Some(own[index].to_bits()),
            _ => None,
        };
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        let blocks = self.blocks.map(|blocks| blocks[index]);
        (self.observations.wins[index], bits(self.observations.expected_share(index)), bits(blocks), own)
    }

    fn total_test(&self) -> Option<(f64, String)> {
        self.blocks?;
        let p = self.total().ask(|count| count.p_value())?;
        Some((p, "Poisson test of all wins against all expected ones, two-sided".to_owned()))
    }

    /// Whether the shares of the wins are as expected, given how many wins there were.
    fn shares_test(&self) -> Option<(f64, String)> {
        let observations = self.observations;
        let shares = observations.expected_shares.shares()?;
        let mut stream = Stream::of_figure(0, "goodness of fit");
        let fit = match &observations.sampling_model {
            SamplingModel::Rounds => goodness_of_fit(&observations.wins, shares, &mut stream)?,
            SamplingModel::Runs(PartialRuns { run, .. }) => {
                let runs: Vec<u64> = observations.wins.iter().map(|wins| wins / run).collect();
                goodness_of_fit(&runs, shares, &mut stream)?
            }
            SamplingModel::Scaled(_) => {
                dispersed_goodness_of_fit(&observations.wins, shares, observations.declared_dispersion()?)?
            }
            SamplingModel::Bounded(_) | SamplingModel::Trials(_) => return None,
        };
        Some((
            fit.p_value,
            format!("Pearson's chi-square of the shares, given all wins; {}", fit.null.words()),
        ))
    }

    /// How many of all wins went to others than expected, where the wins are held against shares.
    pub fn misallocation(&self, margin: f64) -> Option<Misallocation> {
        let observations = self.observations;
        let target = observations.expected_shares.shares()?;
        if self.blocks.is_some() || observations.selections == 0 {
            return None;
        }
        let shares: Vec<f64> =
            observations.wins.iter().map(|&wins| wins as f64 / observations.selections as f64).collect();
        Some(Misallocation::new(&shares, target, observations.draws(), margin, self.confidence))
    }

    /// Why nothing can be tested, if that is so.
    pub fn untestable(&self) -> Option<&'static str> {
        match (&self.observations.expected_shares, &self.observations.sampling_model) {
            (ExpectedShares::Unknown(why), _) | (_, SamplingModel::Trials(why)) => Some(why),
            _ => None,
        }
    }
}

/// The expected blocks of a table whose counts are held against them one by one: not where both sum to the
/// same, so that the number of wins was settled and the expectations are shares of it.
pub fn blocks(table: &AuditTable, selected: &[u64]) -> Option<Vec<f64>> {
    let expected = table.expected.as_ref()?;
    let (due, won): (f64, u64) = (expected.iter().sum(), selected.iter().sum());
    let settled = (due - won as f64).abs() <= (won as f64 * 1e-6).max(0.5) && selected.len() > 1;
    (!settled).then(|| expected.clone())
}
