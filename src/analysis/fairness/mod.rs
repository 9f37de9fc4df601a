//! The rows of `fairness.csv`, one concept a file.

mod across_trials;
mod across_validators;
mod concentration;
mod expected_shares;
mod family;
mod income;
mod order;
mod posterior;
mod stopping;
mod verdict;
mod wanted;

pub use expected_shares::ExpectedSharesTest;
pub use expected_shares::test as expected_shares_test;
pub use income::rows as income_rows;
pub use posterior::row as posterior_row;
pub use wanted::wanted_rows;

use super::context::AnalysisContext;
use crate::analysis::rows::Statement;
use crate::statistics::Assessment;
use rayon::prelude::*;

/// The measures that rest on nothing but the observations.
pub fn measures(context: &AnalysisContext) -> Vec<Statement> {
    let kinds: [fn(&AnalysisContext) -> Vec<Statement>; 4] =
        [across_validators::rows, across_trials::rows, concentration::rows, order::rows];
    kinds.par_iter().map(|rows| rows(context)).collect::<Vec<_>>().concat()
}

/// All [`measures`], after the verdict and the test of the expected shares.
pub fn rows(
    context: &AnalysisContext,
    expected_shares_test: Option<&ExpectedSharesTest>,
    assessment: &Assessment,
    measures: Vec<Statement>,
) -> Vec<Statement> {
    let verdict = verdict::rows(context, assessment);
    let mut statements = [verdict, expected_shares::rows(context, expected_shares_test), measures].concat();
    family::adjust_exploratory(context, &mut statements);
    statements
}

#[cfg(test)]
mod tests {
    use crate::analysis::analyse;
    use crate::analysis::rows::{Decision, Metric, Statement, Tables};
    use crate::scenario::{Scenario, load_text};
    use crate::simulation::{Control, Quiet, Results, run};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    fn played(text: &str) -> (Scenario, Results) {
        let scenario = load_text(Path::new("test.toml"), text.to_owned(), &[]).unwrap();
        let stop = AtomicBool::new(false);
        let results = run(&scenario.experiment, 1, None, &Control { progress: &Quiet, stop: &stop }).unwrap();
        (scenario, results)
    }

    fn tables(scenario: &Scenario, results: &Results) -> Tables {
        analyse(&scenario.experiment, &scenario.file.analysis, results).tables
    }

    fn row<'a>(rows: &'a [Statement], metric: &str, subject: &str) -> &'a Statement {
        let metric: Metric = metric.parse().unwrap();
        let found = rows.iter().find(|row| row.metric == metric && row.subject == subject);
        found.unwrap_or_else(|| panic!("no row {metric} of {subject}"))
    }

    fn near(value: Option<f64>, expected: f64, tolerance: f64) {
        assert!(value.is_some_and(|value| (value - expected).abs() <= tolerance), "{value:?} for {expected}");
    }

    /// A test that does not reject, however many others there are.
    fn passes(row: &Statement) {
        assert!(row.p.unwrap() > 0.01 && row.decision == Some(Decision::NotRejected), "{row:?}");
    }

    fn fails(row: &Statement) {
        assert_eq!(row.decision, Some(Decision::Rejected), "{row:?}");
    }

    fn holds(row: &Statement, expected: f64) {
        assert!(row.low.unwrap() <= expected && expected <= row.high.unwrap(), "{expected} in {row:?}");
    }

    /// Two parties, one with a fifth of all tokens; each block pays a hundredth of them. Intervals at
    /// 99.99 %.
    fn fifth(rounds: u64, trials: u64, compound: bool) -> String {
        format!(
            "[run]\nseed = 7\nrounds = {rounds}\ntrials = {trials}\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 20_000 }}, {{ name = 'b', balance = 80_000 }}]\n\
             [reward]\npolicy = {{ kind = 'constant', amount = 1000 }}\ncompound = {compound}\n\
             [analysis]\nconfidence = 0.9999\n"
        )
    }

    #[test]
    fn compounding_has_the_values_of_the_literature() {
        // Huang and others, SIGMOD 2021, and Fanti and others, FC 2019: a = .2, w = .01, n = 100.
        let (scenario, results) = played(&fifth(100, 4000, true));
        let rows = tables(&scenario, &results).fairness;
        near(row(&rows, "unfair_probability_by_law", "a").value, 0.659579, 5e-7);
        holds(row(&rows, "unfair_probability", "a"), 0.659579);
        let unfair = row(&rows, "unfair_probability", "a");
        let p = unfair.value.unwrap();
        near(unfair.se, (p * (1.0 - p) / 4000.0).sqrt(), 1e-15);
        near(row(&rows, "limit_unfair_probability", "a").value, 0.617812903735, 5e-12);
        // Beta(20, 80): a(1 - a)/101.
        near(row(&rows, "limit_share_sd", "a").value, (0.16f64 / 101.0).sqrt(), 1e-12);
        // 1 - prod (1 - (w/S_t)²) with S_t = 1 + .01 t, telescoped: w²n/((1 + wn)(1 + w)).
        let variance = 1e-4 * 100.0 / (2.0 * 1.01);
        near(row(&rows, "equitability", "a").null_value, variance, 1e-12);
        holds(row(&rows, "equitability", "a"), variance);
        near(row(&rows, "variance_ratio", "a").null_value, 2.0 / 1.01, 1e-12);
        // Relative sigma of a variance of 4,000 nearly normal values: sqrt(2/4000) = 2.2 %.
        near(row(&rows, "variance_ratio", "a").value, 2.0 / 1.01, 0.2);
        holds(row(&rows, "mean_win_share", "a"), 0.2);
        passes(row(&rows, "mean_win_share", "a"));
        passes(row(&rows, "ks_statistic", "a"));
        let robust = row(&rows, "robust_from_round", "a");
        assert_eq!((robust.value, robust.null_value), (None, None));
        // E[HHI] = 1 - (1 - .68)(1 - V), V of the wins: (1/n + w)/(1 + w).
        let wins = row(&rows, "chain_herfindahl", "wins");
        near(wins.null_value, 1.0 - 0.32 * (1.0 - 0.02 / 1.01), 1e-12);
        holds(wins, wins.null_value.unwrap());
        let stakes = row(&rows, "chain_herfindahl", "final_stake");
        near(stakes.null_value, 1.0 - 0.32 * (1.0 - variance), 1e-12);
        holds(stakes, stakes.null_value.unwrap());
    }

    #[test]
    fn independent_rounds_have_the_values_of_the_literature() {
        for (rounds, unfair) in [(100, 0.532256), (1000, 0.104949)] {
            let (scenario, results) = played(&fifth(rounds, 1000, false));
            let rows = tables(&scenario, &results).fairness;
            near(row(&rows, "unfair_probability_by_law", "a").value, unfair, 5e-7);
            holds(row(&rows, "unfair_probability", "a"), unfair);
            passes(row(&rows, "ks_statistic", "a"));
            passes(row(&rows, "variance_ratio", "a"));
            near(row(&rows, "chain_herfindahl", "wins").null_value, 0.68 + 0.32 / rounds as f64, 1e-12);
            holds(row(&rows, "chain_herfindahl", "wins"), 0.68 + 0.32 / rounds as f64);
            assert!(rows.iter().all(|row| row.metric != Metric::Equitability));
        }
        // At most a tenth of the trials are unfair from 1,096 rounds on, never for good before.
        let (scenario, results) = played(&fifth(5000, 2, false));
        let marks = scenario.experiment.marks();
        let first = marks.iter().find(|&&mark| mark >= 1096).copied().unwrap();
        let rows = tables(&scenario, &results).fairness;
        assert_eq!(row(&rows, "robust_from_round", "a").null_value, Some(first as f64));
    }

    #[test]
    fn a_rule_that_follows_other_chances_is_refuted() {
        // The wins of `uniform` are not those of a fifth, though they agree with its own expected shares.
        let uniform = [&fifth(200, 50, false), "[selection]\nrule = 'uniform'\n"].concat();
        let (scenario, results) = played(&uniform);
        let rows = tables(&scenario, &results).fairness;
        fails(row(&rows, "mean_win_share", "a"));
        passes(row(&rows, "ks_statistic", "a"));
        assert_eq!(row(&rows, "unfair_probability_by_law", "a").value.map(|p| p > 0.999), Some(true));
        // Turns that are taken vary far less than draws.
        let turns = [&fifth(200, 50, false), "[selection]\nrule = 'round-robin'\n"].concat();
        let (scenario, results) = played(&turns);
        let rows = tables(&scenario, &results).fairness;
        let ratio = row(&rows, "variance_ratio", "a");
        assert_eq!((ratio.value, ratio.null_value), (Some(0.0), Some(0.0)));
        assert_eq!(ratio.p, None);
    }

    /// A run with the counts replaced, so that published tables can be put to the tests.
    fn counts(stakes: &[u64], counts: &[u64]) -> Vec<Statement> {
        let accounts: Vec<String> = stakes
            .iter()
            .zip('a'..)
            .map(|(stake, name)| format!("{{ name = '{name}', balance = {stake} }}"))
            .collect();
        let rounds: u64 = counts.iter().sum();
        let (scenario, mut results) = played(&format!(
            "[run]\nrounds = {rounds}\ntrials = 1\nengine = 'draws'\n[population]\naccounts = [{}]\n",
            accounts.join(", ")
        ));
        for (totals, &count) in results.totals.validators.iter_mut().zip(counts) {
            totals.wins = count;
            totals.reward = 10 * u128::from(count);
        }
        tables(&scenario, &results).fairness
    }

    #[test]
    fn published_tables() {
        // scipy.stats.power_divergence.
        let rows = counts(&[20, 30, 50], &[220, 290, 490]);
        let pearson = row(&rows, "expected_shares", "all");
        near(pearson.statistic, 2.533333, 5e-7);
        near(pearson.p, 0.281769, 5e-7);
        assert_eq!(pearson.df, Some(2.0));
        near(row(&rows, "power_divergence", "likelihood-ratio").statistic, 2.474926, 5e-7);
        near(row(&rows, "power_divergence", "likelihood-ratio").p, 0.290119, 5e-7);
        near(row(&rows, "power_divergence", "cressie-read").statistic, 2.513515, 5e-7);
        near(row(&rows, "power_divergence", "freeman-tukey").statistic, 2.446876, 5e-7);
        // Cohen's w of two degrees, level .05, power .9: noncentrality 12.654 (published tables).
        near(
            row(&rows, "expected_share_minimum_detectable_effect", "all").value,
            (12.654f64 / 1000.0).sqrt(),
            1e-4,
        );
        // Exact multinomial, ordered by probability and by chi-square.
        let rows = counts(&[20, 30, 50], &[4, 1, 15]);
        near(row(&rows, "exact_multinomial", "by-probability").p, 0.0205058, 5e-8);
        near(row(&rows, "exact_multinomial", "by-chi-square").p, 0.0384044, 5e-8);
    }

    #[test]
    fn concentration_stands_beside_chance() {
        // Two equal holders, ten rounds: E[Gini] = 2.4609375/20, sd .0926, 999 tables: 5 sigma .0147.
        let rows = counts(&[1, 1], &[7, 3]);
        let gini = row(&rows, "gini", "wins");
        near(gini.value, 0.2, 1e-12);
        near(gini.null_value, 2.4609375 / 20.0, 0.0147);
        near(row(&rows, "herfindahl", "wins").null_value, 0.55, 1e-12);
        assert_eq!(row(&rows, "gini", "reward").null_value, gini.null_value);
        assert_eq!(row(&rows, "nakamoto_1/2", "wins").value, Some(1.0));
        assert_eq!(row(&rows, "nakamoto_1/2", "stake").value, Some(2.0));
        near(row(&rows, "top_1_share", "wins").value, 0.7, 1e-12);
        near(row(&rows, "shannon_bits", "stake").value, 1.0, 1e-12);
        // The oracles' four firms of 8, 6, 3, 3.
        near(row(&counts(&[8, 6, 3, 3], &[8, 6, 3, 3]), "herfindahl", "stake").value, 0.295, 1e-12);
    }

    #[test]
    fn few_and_odd_runs_give_empty_cells_and_never_nan() {
        let edge = |run: &str, rest: &str| {
            let population = "[population]\naccounts = [{ name = 'a', balance = 1 }, \
                              { name = 'b', balance = 1_000_000_000 }, { name = 'c', balance = 1 }]\n";
            played(&["[run]\nengine = 'draws'\n", run, population, rest].concat())
        };
        let compound = "[reward]\ncompound = true\n";
        let nothing = "[reward]\npolicy = { kind = 'constant', amount = 0 }\ncompound = true\n";
        let silent = "[[behaviours]]\nact = 'silent-forger'\nshare = 1\n";
        let nobody = "[selection]\nrule = 'cardano-praos'\n";
        for run in ["rounds = 1\ntrials = 1\n", "rounds = 1\ntrials = 6\n", "rounds = 40\ntrials = 2\n"] {
            for rest in ["", compound, nothing, silent, nobody] {
                let (scenario, results) = edge(run, rest);
                let tables = tables(&scenario, &results);
                for row in &tables.fairness {
                    let estimate = [row.value, row.se, row.low, row.high, row.null_value];
                    let test = [row.null_low, row.null_high, row.statistic, row.df, row.p, row.p_adjusted];
                    for cell in estimate.into_iter().chain(test).flatten() {
                        assert!(cell.is_finite(), "{run}{rest}{row:?}");
                    }
                    assert!(row.low <= row.high && row.null_low <= row.null_high, "{row:?}");
                    assert_eq!(
                        (row.p.is_some(), row.p.is_some()),
                        (row.p_adjusted.is_some(), row.family.is_some())
                    );
                }
                for row in &tables.timeline {
                    let cells = [row.q05, row.q25, row.q50, row.q75, row.q95, row.law_q05, row.law_q95];
                    assert!(cells.into_iter().flatten().all(|cell| (0.0..=1.0).contains(&cell)), "{row:?}");
                }
            }
        }
    }

    #[test]
    fn the_new_tests_keep_their_level_and_repeat_themselves() {
        // 150 seeds, four validators, 40 trials of 60 rounds: rejections at 5 % (after Holm over
        // four validators at most that, per run) within 4.5 sigma: 7.5 + 12.0 of 150.
        let mut rejected = std::collections::BTreeMap::new();
        for seed in 0..150 {
            let text = format!(
                "[run]\nseed = {seed}\nrounds = 60\ntrials = 40\nengine = 'draws'\ncheckpoints = 1\n[population]\n\
                 accounts = [{{ name = 'a', balance = 60 }}, {{ name = 'b', balance = 25 }}, {{ name = 'c', balance = 1485 }}, \
                 {{ name = 'd', balance = 1 }}]\n"
            );
            let (scenario, results) = played(&text);
            let rows = tables(&scenario, &results).fairness;
            for metric in [
                Metric::ExpectedShares,
                Metric::ExactMultinomial,
                Metric::VarianceRatio,
                Metric::MeanWinShare,
                Metric::KsStatistic,
            ] {
                let p_values: Vec<f64> =
                    rows.iter().filter(|row| row.metric == metric).filter_map(|row| row.p).collect();
                let smallest = p_values.iter().copied().fold(f64::INFINITY, f64::min);
                let count = rejected.entry(metric.to_string()).or_insert(0);
                *count += u32::from(smallest * p_values.len() as f64 <= 0.05);
            }
            if seed == 0 {
                assert_eq!(rows, tables(&scenario, &results).fairness);
                assert!(row(&rows, "expected_shares", "all").method.contains("simulated"));
            }
        }
        // Student's t of counts that are mostly zero is not exact; it is not asked here.
        for (metric, count) in rejected {
            let most = if metric == "mean_win_share" { 45 } else { 19 };
            assert!(count <= most, "{metric}: {count} of 150 rejected at 5 %");
        }
    }

    #[test]
    fn the_time_line_has_the_quantiles_of_the_law() {
        // scipy.stats.binom.ppf(.05, 100, .2) = 14, (.95) = 27; betabinom.ppf(.05, 100, 20, 80) = 11,
        // (.95) = 30; a stake share is (.2 + .01 wins)/2 then.
        for (compound, low, high) in [(false, 14.0, 27.0), (true, 11.0, 30.0)] {
            let (scenario, results) = played(&fifth(100, 500, compound));
            let timeline = tables(&scenario, &results).timeline;
            let last = |metric: &str| {
                let found = timeline.iter().rfind(|row| row.metric == metric && row.subject == "a");
                found.cloned()
            };
            let wins = last("win_share").unwrap();
            near(wins.law_q05, low / 100.0, 1e-12);
            near(wins.law_q95, high / 100.0, 1e-12);
            // Quantiles of 500 trials: 5 sigma of the rank is 24 ranks, two or three wins here.
            near(wins.q05, low / 100.0, 0.031);
            near(wins.q95, high / 100.0, 0.031);
            assert!(
                wins.q05 <= wins.q25 && wins.q25 <= wins.q50 && wins.q50 <= wins.q75 && wins.q75 <= wins.q95
            );
            if compound {
                let stake = last("stake_share").unwrap();
                near(stake.law_q95, (0.2 + 0.01 * high) / 2.0, 1e-12);
            }
        }
    }

    /// Accounts of this stake each, in so many trials of the engine `draws`.
    fn holders(stakes: &[u64], rounds: u64, trials: u64, rest: &str) -> Vec<Statement> {
        let account = |(index, stake)| format!("{{ name = 'v{index}', balance = {stake} }}");
        let accounts: Vec<String> = stakes.iter().enumerate().map(account).collect();
        let (scenario, results) = played(&format!(
            "[run]\nseed = 7\nrounds = {rounds}\ntrials = {trials}\nengine = 'draws'\n[population]\naccounts = [{}]\n{rest}",
            accounts.join(", ")
        ));
        tables(&scenario, &results).fairness
    }

    /// Herfindahl's mean is the sum of the squared shares and of the variances of shares of wins. Of compounding
    /// rewards these are beta-binomial: a (1 - a)(1/n + w)/(1 + w) in a trial; of ten runs of four rounds a (1 - a)/10.
    #[test]
    fn the_mean_of_herfindahls_index_by_hand() {
        let (scenario, results) = played(&fifth(100, 10, true));
        let rows = tables(&scenario, &results).fairness;
        let variance = 0.32 * (0.01 + 0.01) / 1.01;
        near(row(&rows, "herfindahl", "wins").null_value, 0.68 + variance / 10.0, 1e-12);
        near(row(&rows, "chain_herfindahl", "wins").null_value, 0.68 + variance, 1e-12);
        let rows = holders(&[20_000, 80_000], 40, 3, "[selection]\nrule = 'solana-schedule'\n");
        near(row(&rows, "herfindahl", "wins").null_value, 0.68 + 0.32 / 30.0, 1e-12);
        near(row(&rows, "chain_herfindahl", "wins").null_value, 0.68 + 0.32 / 10.0, 1e-12);
    }

    /// Turns of two in 101 rounds: 51 and 50 wins in every trial.
    #[test]
    fn what_leaves_nothing_to_chance_has_bounds_and_no_error() {
        let rows = holders(&[20_000, 80_000], 101, 3, "[selection]\nrule = 'round-robin'\n");
        let chain = row(&rows, "chain_herfindahl", "wins");
        near(chain.value, (51.0f64.powi(2) + 50.0f64.powi(2)) / 101.0f64.powi(2), 1e-11);
        assert_eq!((chain.se, chain.low, chain.high), (None, None, None));
        let expected = row(&rows, "expected_shares", "all");
        assert_eq!(expected.decision, Some(Decision::NotRejected));
        assert!(expected.note.ends_with("and 0 validators are beyond it"), "{}", expected.note);
    }

    /// Every block pays 55 coins to all stake: one for each hundredth of 5,500, so that ten validators of 100 to 1,000
    /// earn 1.1 coins for each of theirs in 110 rounds.
    #[test]
    fn incomes_by_stake_by_hand() {
        let stakes: Vec<u64> = (1..=10).map(|size| 100 * size).collect();
        let rows =
            holders(&stakes, 110, 2, "[reward]\npolicy = { kind = 'split', amount = 55, stake = '1' }\n");
        for decile in 1..=10 {
            let found = row(&rows, "return_by_decile", &decile.to_string());
            near(found.value, 1.1, 1e-12);
            near(found.null_value, 1.1, 1e-12);
        }
        let kept = row(&rows, "sizes_keep_distance", "all");
        // Wilson's interval of two of two: 2 / (2 + 1.959964²).
        assert_eq!(kept.value, Some(1.0));
        near(kept.low, 2.0 / (2.0 + 1.959963984540054f64.powi(2)), 1e-12);
        // Sums of squares of 1 to 10 over 55²; the Gini coefficient of 1 to n is (n - 1) / 3n.
        for (metric, index) in [("chain_herfindahl", 385.0 / 3025.0), ("chain_gini", 0.3)] {
            let found = row(&rows, metric, "income");
            near(found.value, index, 1e-9);
            near(found.null_value, index, 1e-12);
            assert_eq!(found.method, "Student's t over the trials");
        }
    }

    /// Of a hundred rounds of two validators, one more run than there are neighbours that differ; either's runs of
    /// losses are the other's of wins. And every test says what it supposes.
    #[test]
    fn runs_are_counted_by_neighbours_too() {
        let rows = holders(&[50_000, 50_000], 100, 1, "");
        let lag = row(&rows, "order_lag", "lag 1");
        assert!(lag.note.starts_with("how often rounds that far apart"), "{}", lag.note);
        let runs = 100.0 - 99.0 * lag.value.unwrap();
        near(row(&rows, "order_runs", "v0").value, runs, 1e-9);
        near(row(&rows, "order_runs", "v1").value, runs, 1e-9);
        for row in rows.iter().filter(|row| row.p.is_some()) {
            assert!(row.note.contains("null hypothesis: "), "{row:?}");
        }
    }

    /// C-PoS: 125 coins for each of four forgers of an epoch, 600 for all stake: 1 - Π (1 - 4 · 125²/S²) after ten
    /// epochs, S being all stake at the end of each. Nothing is known where epochs of the rule and of the rewards
    /// differ, or where the trial ends within one.
    #[test]
    fn epochs_of_rewards_have_a_law_where_forgers_are_drawn_by_them() {
        let variance = 1.0
            - (1..=10)
                .map(|epoch| 1.0 - 62_500.0 / f64::from(100_000 + 1100 * epoch).powi(2))
                .product::<f64>();
        for (rule, rounds, expected) in [
            ("{ kind = 'compound-epoch', slots_per_epoch = 4 }", 40, Some(variance)),
            ("{ kind = 'compound-epoch', slots_per_epoch = 4 }", 42, None),
            ("{ kind = 'compound-epoch', slots_per_epoch = 5 }", 40, None),
            ("'raffle'", 40, None),
        ] {
            let rest = format!(
                "[selection]\nrule = {rule}\n[reward]\ncompound = true\n\
                 policy = {{ kind = 'epoch', blocks = 4, forgers = 500, stake = 600 }}\n"
            );
            let rows = holders(&[20_000, 80_000], rounds, 3, &rest);
            match (row(&rows, "equitability", "v0").null_value, expected) {
                (found, Some(expected)) => near(found, expected, 1e-12),
                (found, None) => assert_eq!(found, None, "{rule} {rounds}"),
            }
        }
    }
}
