//! The order of wins and short windows: what is wrong is caught, what is right is left alone, and no
//! cell of any table is ever not a number.
//!
//! Seeds are fixed.

use crate::harness::{scenario_of, simulated};
use serde::Serialize;
use tombola::analysis::rows::{Decision, LawWindowRow, Metric, Statement};
use tombola::analysis::{Analysis, analyse};
use tombola::law::proportional_shares;
use tombola::registry::Chosen;
use tombola::report::write_rows;
use tombola::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use tombola::stake::{Pool, ValidatorId};

/// A lottery that keeps every expected share and is not independent: one round in ten
/// goes to the last winner again.
struct Sticky;

impl Rule for Sticky {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(StickySelector { pool: Pool::new(start.stakes), last: None })
    }
}

struct StickySelector {
    pool: Pool,
    last: Option<ValidatorId>,
}

impl Selector for StickySelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        let again = self.last.filter(|_| turn.lottery.chance(1, 10));
        let winner = again.or_else(|| self.pool.draw(turn.lottery).map(|(_, validator)| validator));
        self.last = winner;
        match winner {
            Some(validator) => Selection::Forger { validator, token: None },
            None => Selection::Nobody,
        }
    }
}

const POPULATION: &str = "[population]\naccounts = [{ name = 'a', balance = 500 }, { name = 'b', balance = 300 }, \
                          { name = 'c', balance = 150 }, { name = 'd', balance = 50 }]\n";

fn analysed(text: &str, rule: Option<Box<dyn Rule>>) -> Analysis {
    let text = format!("{text}\n{}", if text.contains("[population]") { "" } else { POPULATION });
    let mut scenario = scenario_of(&text);
    if let Some(thing) = rule {
        scenario.experiment.world.rule =
            Chosen { name: "sticky", thing: thing.into(), settings: Default::default() };
    }
    let results = simulated(&scenario.experiment, 1);
    analyse(&scenario.experiment, &scenario.file.analysis, &results)
}

fn setup(seed: u64, rounds: u64, trials: u64, rule: &str) -> String {
    format!(
        "[run]\nseed = {seed}\nrounds = {rounds}\ntrials = {trials}\nengine = 'draws'\n[selection]\nrule = {rule}\n"
    )
}

const ORDER: [Metric; 3] = [Metric::OrderLag, Metric::OrderRuns, Metric::OrderGaps];

fn order_rows(analysis: &Analysis) -> Vec<&Statement> {
    analysis.tables.fairness.iter().filter(|row| ORDER.contains(&row.metric)).collect()
}

fn decisions(rows: &[&Statement], metric: Metric) -> Vec<Option<Decision>> {
    rows.iter().filter(|row| row.metric == metric).map(|row| row.decision).collect()
}

/// 40,000 rounds: repeats are 10 % of what is left above chance, about 30 standard deviations.
#[test]
fn a_sticky_lottery_is_caught_by_its_order_alone() {
    let analysis = analysed(&setup(1, 10_000, 4, "'raffle'"), Some(Box::new(Sticky)));
    let rows = order_rows(&analysis);
    let first =
        rows.iter().find(|row| row.metric == Metric::OrderLag && row.subject == "lag 1").expect("lag 1");
    assert!(first.decision == Some(Decision::Rejected) && first.p.unwrap() < 1e-12, "{first:?}");
    assert_eq!(decisions(&rows, Metric::OrderRuns), [Some(Decision::Rejected); 4]);
    assert_eq!(decisions(&rows, Metric::OrderGaps), [Some(Decision::Rejected); 4]);
    // Far apart, rounds are independent again: 0.1^8 is not seen.
    let last = rows.iter().find(|row| row.subject == "lag 8").expect("lag 8");
    assert_eq!(last.decision, Some(Decision::NotRejected));
    // The shares are right, which is all that the other tables look at.
    assert!(analysis.tables.validators.iter().all(|row| row.p_holm.unwrap() > 1e-4));
}

/// The chance of any false alarm in a run is 5 %: of 300 honest runs at most 15 + 4 √(300 · .05 · .95)
/// = 30 may sound one; and not none, since the tests are nearly exact: 300 runs without one have a
/// chance below 1e-4 even at 3 %.
#[test]
fn honest_lotteries_sound_few_false_alarms() {
    let alarmed = |seed: u64| {
        let analysis = analysed(&setup(seed, 700, 3, "'raffle'"), None);
        let rows = order_rows(&analysis);
        assert!(rows.len() >= 12, "{rows:?}");
        rows.iter().any(|row| row.decision == Some(Decision::Rejected))
    };
    let alarms = (1000..1300).filter(|&seed| alarmed(seed)).count();
    println!("{alarms} of 300 honest runs sounded a false alarm");
    assert!((1..=30).contains(&alarms), "{alarms}");
}

#[test]
fn runs_of_slots_are_held_against_runs() {
    let analysis = analysed(&setup(5, 40_000, 2, "'solana-schedule'"), None);
    let rows = order_rows(&analysis);
    let lags: Vec<&str> =
        rows.iter().filter(|row| row.metric == Metric::OrderLag).map(|row| row.subject.as_str()).collect();
    assert_eq!(lags, ["lag 4", "lag 8"]);
    assert_eq!(rows.len(), 10);
    assert!(
        rows.iter()
            .all(|row| row.decision == Some(Decision::NotRejected) && row.note.contains("runs of 4 rounds")),
        "{rows:?}"
    );
    // Gaps and runs are whole runs, and their p-values are those of runs.
    for row in &analysis.tables.validators {
        assert_eq!(row.longest_gap.unwrap() % 4 + row.longest_run.unwrap() % 4, 0);
        assert!(row.longest_gap_p.unwrap() > 1e-4 && row.longest_run_p.unwrap() > 1e-4, "{row:?}");
    }
    for row in &analysis.tables.windows {
        // 32 rounds are eight runs: four times a binomial count.
        let share = row.expected_wins.unwrap() / 32.0;
        assert!((row.sd_expected.unwrap() - 4.0 * (8.0 * share * (1.0 - share)).sqrt()).abs() < 1e-9);
        assert!((row.sd.unwrap() / row.sd_expected.unwrap() - 1.0).abs() < 0.1, "{row:?}");
        assert!((row.empty_probability.unwrap() - (1.0 - share).powi(8)).abs() < 1e-12);
    }
}

#[test]
fn turns_have_no_law_of_chance_but_bounds() {
    let analysis = analysed(&setup(5, 1_000, 2, "'weighted-round-robin'"), None);
    let rows = order_rows(&analysis);
    assert!(rows.len() == 1 && rows[0].p.is_none() && rows[0].decision.is_none(), "{rows:?}");
    assert!(rows[0].note.contains("deterministic"), "{}", rows[0].note);
    for row in &analysis.tables.windows {
        let (least, most) = (row.least_possible.unwrap(), row.most_possible.unwrap());
        assert!(least <= row.least_wins.unwrap() && row.most_wins.unwrap() <= most, "{row:?}");
        assert!(row.sd_expected.is_none() && row.least_wins_p.is_none());
    }
    assert!(analysis.tables.validators.iter().all(|row| row.longest_gap.is_some()));
    assert!(analysis.tables.validators.iter().all(|row| row.longest_gap_p.is_none()));
}

#[test]
fn compounding_rewards_leave_the_order_alone_unless_it_is_asked_for() {
    let moving = |serial: &str| {
        let text = setup(5, 1_000, 3, "'raffle'");
        analysed(&format!("{text}[reward]\ncompound = true\n[analysis]\nserial = '{serial}'\n"), None)
    };
    let (auto, on) = (moving("auto"), moving("on"));
    assert!(auto.tables.validators.iter().all(|row| row.longest_gap.is_none()));
    assert!(on.tables.validators.iter().all(|row| row.longest_gap.is_some()));
    assert!(on.tables.validators.iter().all(|row| row.longest_gap_p.is_none()));
    assert!(on.tables.windows.iter().all(|row| row.mean.is_some() && row.sd_expected.is_none()));
    assert_eq!(order_rows(&on).len(), 1);
    let none = analysed(
        &format!("{}[analysis]\nwindow = 'off'\nserial = 'off'\n", setup(5, 100, 1, "'raffle'")),
        None,
    );
    assert!(
        none.tables.windows.is_empty() && none.tables.validators.iter().all(|row| row.longest_run.is_none())
    );
    assert!(order_rows(&none)[0].note.contains("not tallied"), "{:?}", order_rows(&none));
}

/// What short windows say, on the seed's kind of lottery: within five standard errors of the law.
#[test]
fn windows_of_independent_rounds_are_binomial() {
    let analysis = analysed(&format!("{}[analysis]\nwindow = 20\n", setup(9, 20_000, 2, "'raffle'")), None);
    for (row, share) in analysis.tables.windows.iter().zip([0.5, 0.3, 0.15, 0.05f64]) {
        assert_eq!((row.windows, row.window_rounds), (2_000, 20));
        let sd = (20.0 * share * (1.0 - share)).sqrt();
        assert!((row.sd_expected.unwrap() - sd).abs() < 1e-9);
        assert!((row.mean.unwrap() - 20.0 * share).abs() < 5.0 * sd / 2_000f64.sqrt(), "{row:?}");
        // The relative error of a standard deviation is at most sqrt(3 / 4n) for these shapes.
        assert!((row.sd.unwrap() / sd - 1.0).abs() < 5.0 * (0.75 / 2_000f64).sqrt(), "{row:?}");
        let empty = (1.0 - share).powi(20);
        assert!((row.empty_probability.unwrap() / empty - 1.0).abs() < 1e-9);
        assert!((row.empty_share.unwrap() - empty).abs() < 5.0 * (empty / 2_000.0).sqrt() + 1e-3);
        assert!(row.least_wins_p.unwrap() > 1e-4 && row.most_wins_p.unwrap() > 1e-4, "{row:?}");
    }
}

fn cells<R: Serialize>(rows: &[R]) -> String {
    let mut bytes = Vec::new();
    write_rows(rows, &mut bytes).expect("memory can be written to");
    String::from_utf8(bytes).expect("text")
}

/// Few rounds, few validators, hardly any stake, no randomness, everything to one: every cell is a number or empty.
#[test]
fn no_cell_is_ever_not_a_number() {
    let edges = [
        ("a = one round", setup(1, 1, 1, "'raffle'"), POPULATION),
        ("b = two rounds, two trials", setup(1, 2, 2, "'raffle'"), POPULATION),
        (
            "c = hardly any stake",
            setup(1, 50, 1, "'raffle'") + "[analysis]\nwindow = 1\n",
            "[population]\naccounts = [{ name = 'a', balance = 1 }, { name = 'b', balance = 1 }, \
             { name = 'c', balance = 4000000000000000000 }]\n",
        ),
        ("d = all to one", setup(1, 100, 3, "{ kind = 'top-n', n = 1 }"), POPULATION),
        ("e = turns", setup(1, 7, 2, "'round-robin'"), POPULATION),
        ("f = runs", setup(1, 64, 2, "'solana-schedule'"), POPULATION),
        ("g = part of a run", setup(1, 63, 2, "'solana-schedule'"), POPULATION),
        ("h = empty rounds", setup(1, 40, 3, "'cardano-praos'"), POPULATION),
        ("i = compounding", setup(1, 40, 2, "'raffle'") + "[reward]\ncompound = true\n", POPULATION),
        ("j = all lost", setup(1, 40, 2, "'raffle'") + "[network]\nloss = 1\n", POPULATION),
        (
            "k = cheats",
            setup(1, 40, 4, "'raffle'")
                + "[[behaviours]]\nact = 'invalid-block'\naccounts = ['a', 'b', 'c']\n",
            POPULATION,
        ),
        (
            "l = no reward",
            setup(1, 40, 2, "'raffle'") + "[reward]\npolicy = { kind = 'constant', amount = 0 }\n",
            POPULATION,
        ),
    ];
    for (name, text, population) in edges {
        let analysis = analysed(&format!("{text}{population}"), None);
        let tables = &analysis.tables;
        let text = [
            cells(&tables.validators.iter().collect::<Vec<_>>()),
            cells(&tables.fairness),
            cells(&tables.windows),
            cells(&tables.timeline),
            cells(&tables.trials),
        ]
        .concat();
        for cell in text.split([',', '\n']) {
            assert!(
                !matches!(cell.to_lowercase().as_str(), "nan" | "-nan" | "inf" | "-inf"),
                "{name}: {text}"
            );
        }
        for row in &tables.validators {
            let shares =
                [row.win_share_exact_low, row.win_share_joint_high, row.reward_share_low, row.longest_gap_p];
            let shares = shares.into_iter().chain([row.reward_share_high, row.longest_run_p, row.p_bh]);
            assert!(shares.flatten().all(|share| (0.0..=1.0).contains(&share)), "{name}: {row:?}");
            let within = |low: Option<f64>, value: Option<f64>, high: Option<f64>| {
                low.zip(value).is_none_or(|(low, value)| low <= value + 1e-12)
                    && high.zip(value).is_none_or(|(high, value)| value <= high + 1e-12)
            };
            assert!(
                within(row.win_share_exact_low, row.win_share, row.win_share_exact_high),
                "{name}: {row:?}"
            );
            assert!(
                within(row.win_share_joint_low, row.win_share, row.win_share_joint_high),
                "{name}: {row:?}"
            );
            assert!(
                within(row.relative_deviation_low, row.relative_deviation, row.relative_deviation_high),
                "{name}: {row:?}"
            );
            assert!(row.stake > 0 || row.return_on_stake.is_none(), "{name}");
        }
    }
}

/// The published example of simultaneous intervals (Sison and Glaz 1995) has no place in a run, but
/// the columns are those of the functions tested with it: all validators are within their joint
/// intervals, which are wider than their own.
#[test]
fn joint_intervals_are_wider_than_single_ones() {
    let analysis = analysed(&setup(3, 5_000, 2, "'raffle'"), None);
    for row in &analysis.tables.validators {
        let width = |low: Option<f64>, high: Option<f64>| high.unwrap() - low.unwrap();
        let single = width(row.win_share_low, row.win_share_high);
        assert!(width(row.win_share_exact_low, row.win_share_exact_high) > single);
        assert!(width(row.win_share_joint_low, row.win_share_joint_high) > single);
        assert!(width(row.win_share_sison_glaz_low, row.win_share_sison_glaz_high) > single);
        // Every block earns the same, so that the reward share is the win share.
        assert_eq!((row.reward_share_low, row.reward_share_high), (row.win_share_low, row.win_share_high));
        assert_eq!(row.relative_deviation, Some(row.win_share.unwrap() / row.expected_share.unwrap() - 1.0));
    }
}

fn law(options: &[&str]) -> std::process::Output {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/seed.toml");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tombola"));
    command.args(["law", seed]).args(options).output().expect("the program starts")
}

/// Charles stakes 350 of 1,325; `scipy.stats.binom(32, 350 / 1325)`.
#[test]
fn the_law_of_a_window_is_printed() {
    let output = law(&["--window", "32", "--validator", "charles", "--count", "3", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    let rows: Vec<LawWindowRow> = reader.deserialize().collect::<Result<_, _>>().expect("a table");
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.q05, row.q50, row.q95, row.count), (Some(5), Some(8), Some(13), Some(3)));
    for (value, expected) in [
        (row.expected_wins, 8.452830188679245),
        (row.sd, 2.4939942100918198),
        (row.at_most, 0.016700916283584843),
        (row.at_least, 0.9958279438230846),
        (row.none_probability, 5.4605903545236606e-05),
    ] {
        assert!((value.unwrap() / expected - 1.0).abs() < 1e-9, "{row:?}");
    }
    let output = law(&["--window", "32", "--validator", "carles"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `charles`?"));
    assert_eq!(law(&["--count", "3"]).status.code(), Some(2));
}
