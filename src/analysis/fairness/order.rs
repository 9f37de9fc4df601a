//! The rows of `fairness.csv` about the order of wins.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Family, Metric, Statement};
use crate::analysis::sampling_model::SamplingModel;
use crate::random::Stream;
use crate::selection::ExpectedShares;
use crate::simulation::{Histogram, LAGS, SerialTotals, gap_cell, gap_cell_start};
use crate::statistics::{grouped_gaps_test, lag_matches_test, runs_test};

/// Fewer expected repeats, or fewer expected others, say next to nothing.
const LEAST_MATCHES: f64 = 10.0;

/// Tests of the order of wins; one row that says why, where there is none. Trials, which are
/// independent, are taken one after another as one long sequence.
pub fn rows(context: &AnalysisContext) -> Vec<Statement> {
    tests(context).unwrap_or_else(|why| {
        vec![Statement::new(Metric::OrderLag, "all", format!("no test of the order of wins: {why}"))]
    })
}

fn tests(context: &AnalysisContext) -> Result<Vec<Statement>, &'static str> {
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
        SamplingModel::Runs(runs) if runs.rests == 0 => runs.run,
        SamplingModel::Runs(_) => return Err("the last run of rounds of every trial was cut short"),
        sampling_model => return Err(sampling_model.words()),
    };
    let serial = context.results.totals.order.serial.as_ref();
    let serial = serial.ok_or("it was not tallied (`serial` in `[analysis]`)")?;
    // Where empty slots are counted, nobody is one more who may have won a round.
    let counted: Vec<f64> = match context.occupied {
        1.0 => shares.clone(),
        occupied => shares.iter().map(|share| share * occupied).chain([1.0 - occupied]).collect(),
    };
    let mut tests = lag_tests(context, serial, unit, &counted);
    for (place, validator) in context.experiment.followed().into_iter().enumerate() {
        let name = &context.experiment.world.names[validator.index()];
        let sequence = Sequence::of(context, place, unit);
        tests.extend(sequence.runs_test(context, name, unit));
        let mut stream = Stream::of_figure(context.experiment.world.seed, &format!("gaps of {name}"));
        tests.extend(sequence.gaps_test(
            context,
            &serial.gaps[place],
            name,
            unit,
            counted[validator.index()],
            &mut stream,
        ));
    }
    if tests.is_empty() { Err("too little was counted") } else { Ok(tests) }
}

/// What a draw decides.
fn draws(context: &AnalysisContext, unit: u64) -> String {
    match unit {
        1 if context.occupied < 1.0 => "slots, empty ones too,".to_owned(),
        1 => "rounds".to_owned(),
        run => format!("runs of {run} rounds"),
    }
}

/// Does who won then say who wins now? At each distance that is a whole number of draws.
fn lag_tests(context: &AnalysisContext, serial: &SerialTotals, unit: u64, shares: &[f64]) -> Vec<Statement> {
    let lengths: Vec<u64> =
        context.results.records.iter().map(|record| context.counted_rounds(record) / unit).collect();
    let test = |lag: u64| {
        // The rounds of two runs agree all together or not at all.
        let matches = serial.matches[(lag * unit - 1) as usize];
        let matches = matches.is_multiple_of(unit).then_some(matches / unit)?;
        let pairs: u64 = lengths.iter().map(|length| length.saturating_sub(lag)).sum();
        let overlapping = lengths.iter().map(|length| length.saturating_sub(2 * lag)).sum();
        let test = lag_matches_test(matches, pairs, overlapping, shares)?;
        let least = pairs as f64 * test.expected.min(1.0 - test.expected);
        (least >= LEAST_MATCHES).then(|| Statement {
            value: Some(test.matched),
            null_value: Some(test.expected),
            statistic: Some(test.z),
            p: Some(test.p_value),
            family: Some(Family::Exploratory),
            method: "tails with the exact variance".to_owned(),
            ..Statement::new(
                Metric::OrderLag,
                &format!("lag {}", lag * unit),
                format!(
                    "how often {} that far apart have the same winner; null hypothesis: they are independent draws with the expected shares",
                    draws(context, unit)
                ),
            )
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
            let rounds = context.counted_rounds(record);
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

    fn runs_test(&self, context: &AnalysisContext, name: &str, unit: u64) -> Option<Statement> {
        let gaps = (self.runs + 1).checked_sub(u64::from(self.won_first) + u64::from(self.won_last))?;
        let test = runs_test(self.wins, self.losses, self.runs + gaps)?;
        Some(Statement {
            value: Some((self.runs + gaps) as f64),
            null_value: Some(test.expected),
            statistic: Some(test.z),
            p: Some(test.p_value),
            family: Some(Family::Exploratory),
            method: "Wald and Wolfowitz' runs test".to_owned(),
            ..Statement::new(
                Metric::OrderRuns,
                name,
                format!(
                    "runs of wins and of losses, fewer where wins cluster; null hypothesis: given how many {} it won, every order is equally likely",
                    draws(context, unit)
                ),
            )
        })
    }

    fn gaps_test(
        &self,
        context: &AnalysisContext,
        within: &Histogram,
        name: &str,
        unit: u64,
        share: f64,
        stream: &mut Stream,
    ) -> Option<Statement> {
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
        let test = grouped_gaps_test(&gaps, &starts, share, stream)?;
        Some(Statement {
            statistic: test.statistic,
            df: Some(test.degrees as f64),
            p: Some(test.p_value),
            family: Some(Family::Exploratory),
            method: format!("chi-square test of gap lengths; {}", test.null.words()),
            ..Statement::new(
                Metric::OrderGaps,
                name,
                format!(
                    "{} gaps; null hypothesis: the {} from one win to the next are geometric with the expected share",
                    gaps.iter().sum::<u64>(),
                    draws(context, unit)
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;
    use crate::simulation::{Control, Quiet, run};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// Forty million gaps of a share of .9995: 39,980,000 of one round are expected, 19,990 of two and 10 of more, of
    /// which none was seen: 10²/19,990 + 10²/10 on two degrees, exp(-x/2).
    #[test]
    fn gaps_that_were_never_seen_have_cells() {
        let text = "[population]\naccounts = [{ name = 'a', balance = 9995 }, { name = 'b', balance = 5 }]\n[run]\nrounds = 10\n";
        let scenario = load_text(Path::new("test.toml"), text.to_owned(), &[]).unwrap();
        let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        let results = run(&scenario.experiment, 1, None, &control).unwrap();
        let context = AnalysisContext::new(&scenario.experiment, &scenario.file.analysis, &results, None);
        let sequence = Sequence {
            wins: 40_000_001,
            losses: 20_000,
            runs: 20_001,
            won_first: true,
            won_last: true,
            gaps_between_trials: Vec::new(),
        };
        let within = Histogram::of(&[39_980_000, 20_000]);
        let mut stream = Stream::of_figure(0, "gaps");
        let row = sequence.gaps_test(&context, &within, "a", 1, 0.9995, &mut stream).unwrap();
        let statistic = 100.0 / 19_990.0 + 10.0;
        assert_eq!(row.df, Some(2.0));
        assert!((row.statistic.unwrap() - statistic).abs() < 1e-6, "{row:?}");
        assert!((row.p.unwrap() - (-0.5f64 * statistic).exp()).abs() < 1e-8, "{row:?}");
    }
}
