//! Tables for the tests of this family: plain, large, and as odd as a table can be.

use super::{Grid, GridCell, Subject};
use crate::analysis::comparison::MEASURES;
use crate::analysis::rows::{
    CompareRow, IncomeRow, ShareRow, StrategyRow, TimelineRow, TrialRow, ValidatorRow, ValidatorTable,
    WindowRow,
};
use crate::statistics::LongestRun;

/// The tables of one experiment.
#[derive(Default)]
pub struct SampleTables {
    /// What it is about.
    pub title: String,
    /// Its `validators.csv`.
    pub validators: ValidatorTable,
    /// Its `timeline.csv`.
    pub timeline: Vec<TimelineRow>,
    /// Its `trials.csv`.
    pub trials: Vec<TrialRow>,
    /// Its `windows.csv`.
    pub windows: Vec<WindowRow>,
    /// Its `incomes.csv`.
    pub incomes: Vec<IncomeRow>,
    /// A `compare.csv` of rules with these names.
    pub compare: Vec<CompareRow>,
    /// A `shares.csv` of rules with these names, or nothing: then the sample is of one run.
    pub shares: Vec<ShareRow>,
    /// Splits of accounts with these names.
    pub strategy: Vec<StrategyRow>,
    /// A study whose levels have these names.
    pub grid: Option<Grid>,
}

impl SampleTables {
    /// The sample as a figure takes it.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            title: &self.title,
            subtitle: "raffle · 8 trials × 125 000 rounds",
            validators: &self.validators,
            timeline: &self.timeline,
            trials: &self.trials,
            incomes: &self.incomes,
            windows: &self.windows,
            trials_finished: 1,
            rounds: self.validators.iter().map(|row| row.wins).sum(),
            compare: &self.compare,
            shares: &self.shares,
            strategy: &self.strategy,
            grid: self.grid.as_ref(),
            confidence: 0.95,
            delta: 0.1,
            ..Subject::default()
        }
    }
}

/// Validators of these stakes after so many rounds in which each won about what `expected` gives it.
pub fn sample(
    title: &str,
    named: &[(&str, u64)],
    rounds: u64,
    expected: impl Fn(f64) -> f64,
) -> SampleTables {
    let total: f64 = named.iter().map(|&(_, stake)| stake as f64).sum();
    let trials = 8.0;
    let mut validators = Vec::new();
    let mut timeline = Vec::new();
    for (index, &(name, stake)) in named.iter().enumerate() {
        let stake_share = stake as f64 / total;
        let expected = expected(stake_share);
        // Some deviation that is the same in every run, within two standard errors.
        let deviation = ((index * 7919 + 5) % 13) as f64 / 3.0 - 2.0;
        let share = |rounds: f64| {
            let error = (expected * (1.0 - expected) / rounds).sqrt();
            ((expected + deviation * error).clamp(0.0, 1.0), error)
        };
        let (win_share, error) = share(rounds as f64);
        let wins = (win_share * rounds as f64).round();
        let win_share = wins / rounds as f64;
        validators.push(ValidatorRow {
            validator: name.to_owned(),
            stake,
            stake_share,
            expected_share: Some(expected),
            wins: wins as u64,
            win_share: Some(win_share),
            win_share_low: Some((win_share - 2.0 * error).max(0.0)),
            win_share_high: Some((win_share + 2.0 * error).min(1.0)),
            p_value: Some(0.5),
            p_holm: Some(if index == 1 { 0.001 } else { 1.0 }),
            blocks: Some(wins as u64),
            reward: Some(10 * wins as u128),
            reward_share: Some(win_share),
            final_stake_share: Some(stake_share),
            ..ValidatorRow::default()
        });
    }
    for round in [1u64, 2, 5, 10, 20, 50, 100, 1_000, 10_000, 100_000] {
        for row in validators.iter().take(12) {
            let expected = row.expected_share.unwrap();
            let error = (expected * (1.0 - expected) / round as f64).sqrt();
            let mean = (expected + 0.3 * error).min(1.0);
            timeline.push(TimelineRow {
                round,
                metric: "win_share".to_owned(),
                subject: row.validator.clone(),
                mean,
                low: Some((mean - error / trials).max(0.0)),
                high: Some((mean + error / trials).min(1.0)),
                q05: Some((mean - 1.6 * error).max(0.0)),
                q25: Some((mean - 0.7 * error).max(0.0)),
                q50: Some(mean),
                q75: Some((mean + 0.7 * error).min(1.0)),
                q95: Some((mean + 1.6 * error).min(1.0)),
                law_q05: None,
                law_q95: None,
            });
            let stake =
                TimelineRow { metric: "stake_share".to_owned(), ..timeline[timeline.len() - 1].clone() };
            let unfair = (-0.002 * round as f64 * expected).exp();
            let seen = TimelineRow {
                metric: "unfair_probability".to_owned(),
                mean: (unfair * trials).round() / trials,
                low: Some(unfair / 2.0),
                high: Some(unfair.sqrt()),
                ..stake.clone()
            };
            let law = TimelineRow {
                metric: "unfair_probability_by_law".to_owned(),
                mean: unfair,
                ..TimelineRow { low: None, high: None, ..seen.clone() }
            };
            timeline.extend([stake, seen, law]);
        }
    }
    let validators = validators.into_iter().collect();
    let mut sample =
        SampleTables { title: title.to_owned(), validators, timeline, ..SampleTables::default() };
    sample.fill(rounds);
    sample
}

impl SampleTables {
    /// Changes the rows of `validators.csv`, each by its index.
    pub fn change(&mut self, change: impl Fn(usize, &mut ValidatorRow)) {
        let changed = self.validators.iter().enumerate().map(|(index, mut row)| {
            change(index, &mut row);
            row
        });
        self.validators = changed.collect();
    }

    /// The tables that follow from the validators.
    fn fill(&mut self, rounds: u64) {
        let wins: u64 = self.validators.iter().map(|row| row.wins).sum();
        self.change(|index, row| {
            if index >= 60 {
                return;
            }
            let share = row.expected_share.unwrap_or(0.0);
            let gap = ((wins.max(1) as f64).ln() / share.max(1e-9)).min(wins as f64).round() as u64;
            let run = 1 + u64::from(share > 0.2) * 7;
            row.longest_unit = Some("blocks".to_owned());
            (row.longest_gap, row.longest_run) = (Some(gap), Some(run));
            row.longest_gap_p = LongestRun::gap(wins, share).map(|law| law.at_least(gap));
            row.longest_run_p = LongestRun::run(wins, share).map(|law| law.at_least(run));
        });
        for row in self.validators.iter().take(25) {
            let expected = 32.0 * row.expected_share.unwrap_or(0.0);
            let wins =
                |deviations: f64| (expected + deviations * expected.sqrt()).clamp(0.0, 32.0).round() as u64;
            self.windows.push(WindowRow {
                validator: row.validator.clone(),
                window_rounds: 32,
                unit: "blocks".to_owned(),
                windows: rounds / 32,
                expected_wins: Some(expected),
                q05: Some(wins(-1.9)),
                q50: Some(wins(0.1)),
                q95: Some(wins(1.9)),
                q05_expected: Some(wins(-1.6)),
                q50_expected: Some(wins(0.0)),
                q95_expected: Some(wins(1.6)),
                least_wins: Some(wins(-4.0)),
                most_wins: Some(wins(4.0)),
                ..WindowRow::default()
            });
        }
        for row in self.validators.iter().take(10) {
            for trial in 0..40u64 {
                let part = ((trial * 7 + row.wins) % 11) as f64 / 11.0 - 0.5;
                let win_share = (row.win_share.unwrap_or(0.0) * (1.0 + 0.4 * part)).clamp(0.0, 1.0);
                self.trials.push(TrialRow {
                    trial,
                    validator: row.validator.clone(),
                    wins: (win_share * rounds as f64) as u64,
                    win_share: Some(win_share),
                    blocks: 0,
                    reward: 0,
                    slashed: 0,
                    final_stake: row.stake,
                    final_stake_share: None,
                });
            }
        }
        self.incomes = self
            .validators
            .iter()
            .map(|row| {
                let mean = row.stake as f64 * 0.03 + 1.0;
                IncomeRow {
                    kind: "validator".to_owned(),
                    name: row.validator.clone(),
                    stake: row.stake as f64,
                    stake_share: row.stake_share,
                    mean: Some(mean),
                    mean_exact: Some(1.02 * mean),
                    q05: Some(0.5 * mean),
                    q25: Some(0.8 * mean),
                    median: Some(0.95 * mean),
                    q75: Some(1.2 * mean),
                    q95: Some(1.7 * mean),
                    q05_exact: Some(0.55 * mean),
                    q95_exact: Some(1.6 * mean),
                    ..IncomeRow::default()
                }
            })
            .collect();
        let names: Vec<String> = self.validators.iter().take(25).map(|row| row.validator.clone()).collect();
        for (index, name) in names.iter().enumerate() {
            for parts in [2u64, 5, 10] {
                let gain = 0.01 * (index as f64 - 2.0) * (parts as f64).ln();
                self.strategy.push(StrategyRow {
                    action: "split".to_owned(),
                    accounts: name.clone(),
                    parts,
                    gain: Some(gain),
                    gain_low: Some(gain - 0.01),
                    gain_high: Some(gain + 0.02),
                    ..StrategyRow::default()
                });
            }
        }
        let rules = names.iter().map(String::as_str).chain(["a rule[with=settings]"]);
        for (index, rule) in rules.enumerate() {
            let place = index as f64 * 0.01;
            for (metric, value) in [("total_variation", 0.02 + place), ("wins_gini", (place - 0.05).abs())] {
                self.compare.push(CompareRow {
                    metric: metric.to_owned(),
                    kind: "estimate".to_owned(),
                    rule: rule.to_owned(),
                    value: Some(value),
                    low: Some(value - 0.004),
                    high: Some(value + 0.003),
                    ..CompareRow::default()
                });
            }
        }
        // As many measures as the sample's title has letters, so that there are few and many panels.
        let measures = 1 + self.title.len() % MEASURES.len();
        for (measure, scale) in MEASURES.iter().take(measures).zip([1.0, 1e-6, 300.0].into_iter().cycle()) {
            for (index, name) in names.iter().enumerate() {
                let value = 0.01 * (index as f64 - 3.0);
                self.compare.push(CompareRow {
                    metric: measure.name.to_owned(),
                    kind: "difference".to_owned(),
                    rule: name.clone(),
                    other: names[0].clone(),
                    value: Some(scale * value),
                    low: Some(scale * (value - 0.02)),
                    high: Some(scale * (value + 0.02)),
                    verdict: if value.abs() > 0.02 { "higher" } else { "undecided" }.to_owned(),
                    ..CompareRow::default()
                });
            }
        }
        if self.title.len().is_multiple_of(2) {
            for (rule, name) in names.iter().enumerate() {
                for place in 1..=12u32 {
                    let share = 0.4f64.powi(place as i32);
                    let expected = share.powf(1.0 / (1.0 + 0.2 * rule as f64));
                    self.shares.push(ShareRow {
                        rule: name.clone(),
                        stake: (1e9 * share) as u64,
                        validators: 1 + u64::from(place % 3),
                        stake_share: share,
                        expected_share: (rule % 4 != 3).then_some(expected),
                        win_share: Some(0.9 * expected),
                    });
                }
            }
        }
        let cells = names.iter().take(14).enumerate().flat_map(|(x, across)| {
            names.iter().take(13).enumerate().map(move |(y, down)| GridCell {
                across: across.clone(),
                down: down.clone(),
                value: (x as f64 - y as f64) * 0.01,
                low: Some((x as f64 - y as f64) * 0.01 - 0.005),
                high: Some((x as f64 - y as f64) * 0.01 + 0.005),
            })
        });
        self.grid = Some(Grid {
            metric: "unfair_probability".to_owned(),
            subject: "a validator with a name".to_owned(),
            across: "selection.rule".to_owned(),
            down: "population.stake.gini".to_owned(),
            cells: cells.collect(),
            without: vec!["raffle".to_owned()],
            ..Grid::default()
        });
    }
}

/// The seed scenario: four validators.
pub fn seed() -> SampleTables {
    sample("seed", &[("charles", 350), ("edwin", 500), ("oliver", 200), ("sonia", 275)], 1_000_000, |s| s)
}

/// Validators whose stakes fall like a power of their rank.
fn ranked(title: &str, count: u64, rounds: u64, expected: impl Fn(f64) -> f64) -> SampleTables {
    let names: Vec<String> = (1..=count).map(|rank| format!("cosmosvaloper1c4k24jzduc{rank}")).collect();
    let named: Vec<(&str, u64)> =
        names.iter().zip(1..).map(|(name, rank)| (name.as_str(), 10u64.pow(12) / (rank * rank))).collect();
    sample(title, &named, rounds, expected)
}

/// The sample with this title.
pub fn titled(title: &str) -> SampleTables {
    samples().into_iter().find(|sample| sample.title == title).unwrap()
}

/// Plain, large and odd tables; every figure can draw each of them.
pub fn samples() -> Vec<SampleTables> {
    let names: Vec<String> = (1..=12).map(|number| format!("validator-{number}")).collect();
    let equal: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1_000)).collect();
    let nearly: Vec<(&str, u64)> =
        names.iter().zip(0..).map(|(name, rank)| (name.as_str(), 1_000 + rank)).collect();
    let hostile = sample(
        "<script>alert(\"&amp;'\")</script> \u{0} \u{1F600} 彩票 and a title that never wants to come to an end",
        &[
            ("<&\"'>", 10u64.pow(17)),
            ("]]><!--", 3 * 10u64.pow(16)),
            ("彩票验证者一号二号三号四号五号六号七号", 5 * 10u64.pow(16)),
            ("bell\u{7} null\u{0} reversed\u{202E} \u{FFFF}", 10u64.pow(16)),
            ("", 2 * 10u64.pow(16)),
            ("line\nbreak\ttab", 4 * 10u64.pow(16)),
            ("שלום عربى", 7 * 10u64.pow(16)),
        ],
        5_000,
        |s| s,
    );
    let mut unknown = seed();
    unknown.title = "unknown".to_owned();
    unknown.change(|_, row| {
        (row.expected_share, row.p_value, row.p_holm) = (None, None, None);
        (row.win_share_low, row.win_share_high, row.reward) = (None, None, Some(0));
    });
    for row in &mut unknown.timeline {
        (row.low, row.high, row.q05, row.q25, row.q75, row.q95) = (None, None, None, None, None, None);
    }
    let mut broken = seed();
    broken.title = "rejected".to_owned();
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0, 1e308];
    broken.change(|index, row| {
        if let Some(value) = index.checked_sub(1).and_then(|index| odd.get(index)).copied() {
            (row.expected_share, row.win_share_low, row.win_share_high) =
                (Some(value), Some(value), Some(value));
            (row.stake, row.reward) = (u64::MAX, Some(u128::MAX));
        }
        if index == 3 {
            row.stake_share = f64::NAN;
        }
    });
    for (row, value) in broken.timeline.iter_mut().zip(odd.into_iter().cycle()) {
        (row.low, row.high, row.q05, row.q95) = (Some(value), Some(0.9), Some(0.1), Some(value));
        (row.q25, row.q75) = (Some(value), Some(0.2));
        if row.round > 50 {
            row.mean = value;
        }
    }
    let mut winless = ranked("few rounds", 100, 10_000, |s| s);
    winless.change(|index, row| {
        if index >= 20 {
            (row.wins, row.win_share, row.win_share_low) = (0, Some(0.0), Some(0.0));
        }
        if index == 99 {
            row.stake_share = 0.0;
        }
    });
    let long: Vec<String> = (10..32)
        .map(|number| format!("验证者-{number}-оператор-with-a-name-of-sixty-letters-in-all-{number}-मतदान"))
        .collect();
    let mut whale: Vec<(&str, u64)> = long.iter().map(|name| (name.as_str(), 1)).collect();
    whale[0].1 = 9_999 * 21;
    let twenty: Vec<(&str, u64)> = long.iter().take(20).map(|name| (name.as_str(), 5)).collect();
    let decades: Vec<(&str, u64)> =
        long.iter().take(11).zip(0..).map(|(name, power)| (name.as_str(), 10u64.pow(power))).collect();
    let settings: Vec<String> = (1..=10)
        .map(|setting| {
            format!("a-rule-with-settings[exponent=0.{setting}, window = {setting}, weight=\"stake\"]")
        })
        .collect();
    let rules: Vec<(&str, u64)> = settings.iter().map(|name| (name.as_str(), 100)).collect();
    vec![
        seed(),
        sample("two", &[(long[0].as_str(), 2), (long[1].as_str(), 3)], 1_000, |s| s),
        sample("a whale", &whale, 1_000_000, |s| s),
        sample("twenty equal", &twenty, 10_000, |s| s),
        sample("ten decades", &decades, 1_000_000_000_000, |s| s),
        sample("ten rules with settings", &rules, 10_000, |s| s),
        ranked("two thousand", 2_000, 1_000_000, |s| s),
        sample("alone", &[("alone", 7)], 1, |s| s),
        sample("no stake", &[("one", 0), ("two", 5)], 10, |s| s),
        sample("equal", &equal, 20_000, |s| s),
        sample("nearly equal", &nearly, 20_000, |s| s),
        sample("uniform", &nearly, 20_000, |_| 1.0 / 12.0),
        ranked("twelve", 12, 10_000, |s| s),
        ranked("twelve, uniform", 12, 10_000, |_| 1.0 / 12.0),
        ranked("many", 175, 10_000, |s| s),
        ranked("many, uniform", 175, 10_000, |_| 1.0 / 175.0),
        ranked("very many", 3_000, 1_000_000_000, |s| s),
        hostile,
        unknown,
        broken,
        winless,
    ]
}
