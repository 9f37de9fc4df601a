//! The rows of `fairness.csv` about the order of wins.

use super::row::{alpha, blank};
use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;
use crate::analysis::sampling_model::SamplingModel;
use crate::selection::ExpectedShares;
use crate::simulation::{Histogram, LAGS, SerialTotals, gap_cell, gap_cell_start};
use crate::statistics::{grouped_gaps_test, holm, lag_matches_among, runs_test};

/// Fewer expected repeats, or fewer expected others, are too few for the normal law of their number.
const LEAST_MATCHES: f64 = 100.0;

/// One test, before the correction.
struct Test {
    metric: &'static str,
    subject: String,
    p_value: f64,
    note: String,
}

/// Tests of the order of wins; one row that says why, where there is none. Trials, which are
/// independent, are taken one after another as one long sequence.
pub fn rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    let tests = match tests(context) {
        Ok(tests) => tests,
        Err(why) => return vec![blank("order_lag_p", "all", format!("no test of the order of wins: {why}"))],
    };
    let p_values: Vec<Option<f64>> = tests.iter().map(|test| Some(test.p_value)).collect();
    let alpha = alpha(context);
    let correction = match tests.len() {
        1 => "one test, so no correction".to_owned(),
        many => format!("corrected for all {many} tests of the order of wins (Holm)"),
    };
    tests
        .into_iter()
        .zip(holm(&p_values))
        .map(|(test, adjusted)| FairnessRow {
            value: adjusted,
            reference: Some(alpha),
            verdict: if adjusted.is_some_and(|p| p < alpha) { "rejected" } else { "not rejected" }.to_owned(),
            ..blank(test.metric, &test.subject, format!("{}; {correction}", test.note))
        })
        .collect()
}

fn tests(context: &AnalysisContext) -> Result<Vec<Test>, &'static str> {
    if context.stopping.is_some() {
        return Err(
            "the run ended by what it showed, and such tests need a number of rounds that is settled before",
        );
    }
    let shares = match &context.expected_shares {
        ExpectedShares::Shares(shares) => shares,
        ExpectedShares::Unknown(why) => return Err(why),
    };
    let unit = match &context.sampling_model {
        SamplingModel::Rounds => 1,
        SamplingModel::Runs(run) => *run,
        sampling_model => return Err(sampling_model.words()),
    };
    let serial = context.results.totals.order.serial.as_ref();
    let serial = serial.ok_or("it was not tallied (`serial` in `[analysis]`)")?;
    let mut tests = lag_tests(context, serial, unit, shares);
    for (place, validator) in context.experiment.followed().into_iter().enumerate() {
        let name = &context.experiment.world.names[validator.index()];
        let sequence = Sequence::of(context, place, unit);
        tests.extend(sequence.runs_test(name, unit));
        tests.extend(sequence.gaps_test(&serial.gaps[place], name, unit, shares[validator.index()]));
    }
    if tests.is_empty() { Err("too little was counted") } else { Ok(tests) }
}

/// What a draw decides.
fn draws(unit: u64) -> String {
    match unit {
        1 => "rounds".to_owned(),
        run => format!("runs of {run} rounds"),
    }
}

/// Does who won then say who wins now? At each distance that is a whole number of draws.
fn lag_tests(context: &AnalysisContext, serial: &SerialTotals, unit: u64, shares: &[f64]) -> Vec<Test> {
    let lengths: Vec<u64> = context.results.records.iter().map(|record| record.selections() / unit).collect();
    let test = |lag: u64| {
        // The rounds of two runs agree all together or not at all.
        let matches = serial.matches[(lag * unit - 1) as usize];
        let matches = matches.is_multiple_of(unit).then_some(matches / unit)?;
        let pairs: u64 = lengths.iter().map(|length| length.saturating_sub(lag)).sum();
        let overlapping = lengths.iter().map(|length| length.saturating_sub(2 * lag)).sum();
        let test = lag_matches_among(matches, pairs, overlapping, shares)?;
        let least = pairs as f64 * test.expected.min(1.0 - test.expected);
        (least >= LEAST_MATCHES).then(|| Test {
            metric: "order_lag_p",
            subject: format!("lag {}", lag * unit),
            p_value: test.p_value,
            note: format!(
                "null hypothesis: {} are independent draws with the promised shares; {:.4} % of those {} apart have the same \
                 winner, {:.4} % expected ({:+.2} standard deviations)",
                draws(unit),
                test.matched * 100.0,
                lag * unit,
                test.expected * 100.0,
                test.z
            ),
        })
    };
    (1..=LAGS as u64 / unit).filter_map(test).collect()
}

/// A followed validator's wins and losses in all trials, one after another, counted in draws.
struct Sequence {
    wins: u64,
    losses: u64,
    /// Maximal stretches of wins.
    runs: u64,
    /// Whether the first and the last draw were won.
    won_first: bool,
    won_last: bool,
    /// The gaps, in rounds, from the last win of one trial to the first of a later one.
    gaps_between_trials: Vec<u64>,
}

impl Sequence {
    fn of(context: &AnalysisContext, place: usize, unit: u64) -> Self {
        let mut all = Sequence {
            wins: 0,
            losses: 0,
            runs: 0,
            won_first: false,
            won_last: false,
            gaps_between_trials: Vec::new(),
        };
        // Rounds since the last win of an earlier trial, once there was one.
        let mut since: Option<u64> = None;
        let mut begun = false;
        for record in &context.results.records {
            let rounds = record.selections();
            let (Some(order), Some(followed)) = (record.order.get(place), record.followed.get(place)) else {
                continue;
            };
            if rounds == 0 {
                continue;
            }
            all.wins += followed.wins / unit;
            all.losses += (rounds - followed.wins) / unit;
            let won_first = order.first_win == 1;
            all.runs += order.runs - u64::from(all.won_last && won_first);
            if !begun {
                all.won_first = won_first;
                begun = true;
            }
            all.won_last = order.last_win == rounds;
            if order.first_win == 0 {
                since = since.map(|before| before + rounds);
            } else {
                all.gaps_between_trials.extend(since.map(|before| before + order.first_win));
                since = Some(rounds - order.last_win);
            }
        }
        all
    }

    fn runs_test(&self, name: &str, unit: u64) -> Option<Test> {
        let gaps = (self.runs + 1).checked_sub(u64::from(self.won_first) + u64::from(self.won_last))?;
        let test = runs_test(self.wins, self.losses, self.runs + gaps)?;
        Some(Test {
            metric: "order_runs_p",
            subject: name.to_owned(),
            p_value: test.p_value,
            note: format!(
                "null hypothesis: given how many {} it won, every order of wins and losses is equally likely; {} stretches of \
                 wins or losses, {:.1} expected ({:+.2} standard deviations; fewer: clusters)",
                draws(unit),
                self.runs + gaps,
                test.expected,
                test.z
            ),
        })
    }

    fn gaps_test(&self, within: &Histogram, name: &str, unit: u64, share: f64) -> Option<Test> {
        let mut gaps = within.counts().to_vec();
        for &gap in &self.gaps_between_trials {
            let cell = gap_cell(gap);
            gaps.resize(gaps.len().max(cell + 1), 0);
            gaps[cell] += 1;
        }
        // The rounds of a run follow each other, which says nothing.
        let inside_runs = self.wins * (unit - 1);
        *gaps.first_mut()? = gaps.first()?.checked_sub(inside_runs)?;
        // What was never seen has a cell too, as far as the law puts gaps there.
        let mut starts = Vec::new();
        for cell in 0.. {
            let Some(start) = gap_cell_start(cell) else { break };
            let start = (start - 1).div_ceil(unit) + 1;
            let beyond = ((-share).ln_1p() * (start - 1) as f64).exp();
            if cell >= gaps.len() && beyond < 1e-12 {
                break;
            }
            starts.push(start);
        }
        gaps.resize(starts.len(), 0);
        let test = grouped_gaps_test(&gaps, &starts, share)?;
        Some(Test {
            metric: "order_gaps_p",
            subject: name.to_owned(),
            p_value: test.p_value,
            note: format!(
                "null hypothesis: the {} from one win to the next are geometric with the promised share; {} gaps, chi-square \
                 {:.3} with {} degrees of freedom",
                draws(unit),
                gaps.iter().sum::<u64>(),
                test.statistic.unwrap_or(f64::INFINITY),
                test.degrees
            ),
        })
    }
}
