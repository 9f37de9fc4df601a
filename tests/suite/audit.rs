//! Tables of real chains: right figures, deviations found, chance left alone.

use crate::harness::scenario_of;
use crate::sandbox::Sandbox;
use assert_cmd::Command;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use statrs::distribution::{ContinuousCDF, Normal};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tombola::analysis::rows::{AuditReport, Finding};
use tombola::analysis::{Audit, AuditSettings, AuditTable, Rest, audit};
use tombola::forging::{Chain, Draws, Silent};
use tombola::random::{Stream, StreamKey};
use tombola::registry::{Choice, find};
use tombola::report::{AuditManifest, write_rows};
use tombola::scenario::Override;
use tombola::selection::{Dispersion, RULES, Rule};
use tombola::simulation::{Control, OrderPlan, Quiet, play_trial};

fn table(stakes: &[u64], wins: &[u64]) -> AuditTable {
    AuditTable {
        names: (0..stakes.len()).map(|index| format!("v{index}")).collect(),
        stakes: stakes.to_vec(),
        wins: wins.to_vec(),
        ..AuditTable::default()
    }
}

fn held(table: &AuditTable, settings: &AuditSettings) -> Audit {
    audit(Path::new("chain.csv"), table, settings).unwrap_or_else(|problem| panic!("{problem}"))
}

fn with_rule(table: &AuditTable, rule: &str) -> Audit {
    let given = Override::parse(&format!("selection.rule={rule}")).expect("a value");
    let rule = Choice::deserialize(given.value).expect("a rule");
    held(table, &AuditSettings { rule, ..AuditSettings::default() })
}

/// Held against the default, `raffle`.
fn plain(table: &AuditTable) -> Audit {
    held(table, &AuditSettings::default())
}

fn verdict(audit: &Audit) -> Finding {
    audit.conclusion.verdict
}

/// A table of expected blocks, all of the same stake.
fn due(expected: &[f64], wins: &[u64]) -> AuditTable {
    AuditTable { expected: Some(expected.to_vec()), ..table(&vec![1; wins.len()], wins) }
}

fn close(value: Option<f64>, expected: f64) {
    let value = value.unwrap_or_else(|| panic!("there is no {expected}"));
    assert!((value / expected - 1.0).abs() < 1e-9, "{value:e}, not {expected:e}");
}

/// scipy.stats.binomtest(k, n, s / 1325).pvalue, scipy.stats.binom.cdf(k - 1, n, s / 1325) + 0.5 *
/// binom.pmf(k, n, s / 1325), and scipy.stats.chi2.sf(5.978787878787879, 3).
#[test]
fn figures_are_those_of_scipy() {
    let audit = with_rule(&table(&[500, 350, 275, 200], &[40, 21, 20, 24]), "raffle");
    for (row, (p, mid_p)) in audit.rows.iter().zip([
        (1.0, 0.5333223902175009),
        (0.15051097753260734, 0.06601199844798365),
        (0.7197260091684985, 0.3412934627993236),
        (0.039312081475595465, 0.982422316666001),
    ]) {
        close(row.p_value, p);
        close(row.mid_p, mid_p);
    }
    // Holm: the smallest of four times four, the next times three; then half of alpha each for the
    // validators and for all together.
    close(audit.rows[3].p_holm, 4.0 * 0.039312081475595465);
    close(audit.rows[1].p_holm, 3.0 * 0.15051097753260734);
    close(audit.rows[3].p_adjusted, 8.0 * 0.039312081475595465);
    let shares = audit.tests.iter().find(|test| test.test == "shares").expect("a test of the shares");
    close(Some(shares.p), 0.11264681395059059);
    close(audit.conclusion.p_value, 2.0 * 0.11264681395059059);
    assert_eq!(verdict(&audit), Finding::Inconclusive);
    assert!(audit.conclusion.text.contains("more rounds would suffice"), "{}", audit.conclusion.text);
    // Solana's runs of four slots count once each.
    let runs = with_rule(&table(&[500, 350, 275, 200], &[160, 84, 80, 96]), "solana-schedule");
    close(runs.rows[3].p_value, 0.039312081475595465);
    // scipy.stats.binomtest(20, 105, 0.2): expectations that sum to the wins are shares of them.
    let own = plain(&due(&[42.0, 21.0, 21.0, 21.0], &[40, 21, 20, 24]));
    close(own.rows[2].p_value, 0.9030727266570048);
    assert_eq!(own.rows[2].expected_share, Some(0.2));
}

#[test]
fn the_seeds_table_is_consistent() {
    let audit = plain(&table(&[500, 350, 275, 200], &[37_718, 26_423, 20_792, 15_067]));
    assert_eq!(verdict(&audit), Finding::Consistent);
    assert!(audit.rows.iter().all(|row| row.finding == Some(Finding::Consistent)));
}

/// The shares of oracles that are published: 56.5 / 26.4 / 13.0 / 4.1 % of the largest of uniform x
/// stake, in a table of 10,000 rounds.
#[test]
fn a_rigged_table_deviates_and_says_in_which_direction() {
    let audit = plain(&table(&[500, 350, 275, 200], &[5650, 2640, 1300, 410]));
    assert_eq!(verdict(&audit), Finding::Deviates);
    let text = &audit.conclusion.text;
    assert!(text.contains("v0 won 5,650 where 3,774 were expected (+49.7 %), too many"), "{text}");
    assert!(text.contains("v3 won 410 where 1,509 were expected (-72.8 %), too few"), "{text}");
    assert_eq!(audit.rows[1].finding, Some(Finding::Consistent), "the second has its share");
    // The same counts are as expected of a rule that gives such shares.
    let squares = table(&[500, 350, 275, 200], &[5007, 2454, 1515, 1024]);
    assert_eq!(verdict(&plain(&squares)), Finding::Deviates);
    let law = with_rule(&table(&[500, 350], &[6711, 3289]), "{ kind = \"power-weighted\", exponent = 2 }");
    assert_eq!(verdict(&law), Finding::Consistent, "{}", law.conclusion.text);
}

#[test]
fn all_wins_to_one_percent_of_the_stake_have_a_p_value_beyond_doubles() {
    let wins = 1_000_000_000_000_000;
    let audit = plain(&table(&[99, 1], &[0, wins]));
    let row = &audit.rows[1];
    assert_eq!((row.p_value, row.finding), (Some(0.0), Some(Finding::Deviates)));
    // 0.01 to the power of 10^15.
    close(row.log10_p_value, -2e15);
    assert!(audit.conclusion.text.contains("p = 10^-2,000,000,000,000,000"), "{}", audit.conclusion.text);
    // scipy.stats.binomtest(1900, 10_000, 0.1).pvalue, and the definition in 50 digits (mpmath).
    let far = plain(&table(&[9, 1], &[8100, 1900]));
    close(far.rows[1].p_value, 2.480438242792045e-161);
}

#[test]
fn tables_at_the_edges() {
    for entry in RULES {
        // A stretch of nothing, of one validator, of one without stake.
        let silent = with_rule(&table(&[5, 7], &[0, 0]), entry.name);
        assert_eq!(silent.conclusion.text, "Inconclusive: the table has no wins at all.", "{}", entry.name);
        let alone = with_rule(&table(&[64], &[9000]), entry.name);
        assert_ne!(verdict(&alone), Finding::Deviates, "{}: {}", entry.name, alone.conclusion.text);
        let poor = with_rule(&table(&[64, 64, 0], &[4500, 4500, 0]), entry.name);
        assert_ne!(poor.rows[2].finding, Some(Finding::Deviates), "{}", entry.name);
        let bytes = {
            let mut bytes = Vec::new();
            write_rows(&poor.validators.iter().collect::<Vec<_>>(), &mut bytes)
                .expect("memory can be written to");
            write_rows(&poor.rows, &mut bytes).expect("memory can be written to");
            String::from_utf8(bytes).expect("text")
        };
        assert!(!bytes.contains("NaN") && !bytes.contains("inf"), "{}", entry.name);
    }
    let impossible = plain(&table(&[5, 5, 0], &[500, 500, 1]));
    assert_eq!((impossible.rows[2].p_value, impossible.rows[2].log10_p_value), (Some(0.0), None));
    assert!(
        impossible.conclusion.text.contains("v2 won 1 where none was expected"),
        "{}",
        impossible.conclusion.text
    );
    assert_eq!(verdict(&plain(&table(&[5, 5], &[1000, 0]))), Finding::Deviates);
}

#[test]
fn rules_without_chance_or_without_law_are_respected() {
    // Off by one is within the bound of taking turns, wherever the stretch begins; off by 50 is not.
    let turns = with_rule(&table(&[5, 7, 9], &[1001, 1000, 1000]), "round-robin");
    assert_eq!((verdict(&turns), turns.conclusion.p_value), (Finding::Consistent, Some(1.0)));
    let audit = with_rule(&table(&[5, 7, 9], &[1050, 1000, 950]), "round-robin");
    assert_eq!((verdict(&audit), audit.conclusion.p_value), (Finding::Deviates, Some(0.0)));
    assert_eq!((audit.rows[0].p_value, audit.rows[1].p_value), (Some(0.0), Some(1.0)));
    let unknown = with_rule(&table(&[500, 350, 275, 200], &[400, 300, 200, 100]), "inverse-coin-age");
    assert_eq!((verdict(&unknown), unknown.conclusion.p_value), (Finding::Inconclusive, None));
    assert!(unknown.conclusion.text.contains("at most 400 states"), "{}", unknown.conclusion.text);
}

/// Ten equal stakes, 20 wins: unpooled Pearson's p is .21 (chi-square 12, 9 degrees), and pooling by
/// position said .0052 of the first order and .66 of another.
#[test]
fn a_sorted_table_is_judged_as_a_shuffled_one() {
    let sorted = plain(&table(&[10; 10], &[5, 4, 3, 2, 2, 2, 1, 1, 0, 0]));
    let shuffled = plain(&table(&[10; 10], &[2, 0, 5, 1, 2, 3, 0, 4, 1, 2]));
    assert_eq!(sorted.conclusion.p_value, shuffled.conclusion.p_value);
    assert_eq!(verdict(&sorted), Finding::Inconclusive, "{}", sorted.conclusion.text);
    let shares = sorted.tests.iter().find(|test| test.test == "shares").expect("a test of the shares");
    // chi2.sf(12, 9) = .2133; the exact distribution of the same statistic is within .02 of it.
    assert!((shares.p - 0.2133).abs() < 0.03, "{}", shares.p);
}

/// 200 honest tables of 100 equal validators and 100 rounds, sorted by wins as leaderboards are: at most
/// 5 in a hundred may deviate; 10 of 200 are expected at most, and 24 are more than four sigma too many.
#[test]
fn honest_leaderboards_deviate_no_more_often_than_alpha() {
    let mut stream = Stream::open(StreamKey::new().text("honest leaderboards"));
    let mut deviating = 0;
    for _ in 0..200 {
        let mut wins = [0u64; 100];
        (0..100).for_each(|_| wins[stream.below(100) as usize] += 1);
        wins.sort_unstable_by(|a, b| b.cmp(a));
        deviating += u32::from(verdict(&plain(&table(&[7; 100], &wins))) == Finding::Deviates);
    }
    assert!(deviating <= 24, "{deviating} of 200");
}

/// A rule of every sampling model: draws, runs, a declared dispersion, bounds, nothing.
const MODELS: &[&str] =
    &["raffle", "square-root", "solana-schedule", "simd-0612", "cometbft-priority", "coin-age"];

fn any_table() -> impl Strategy<Value = AuditTable> {
    let row = (0u64..50, prop_oneof![0u64..4, 0u64..60], prop::option::of(0.0f64..40.0));
    (prop::collection::vec(row, 1..9), any::<bool>(), 0usize..4).prop_filter_map(
        "somebody has stake",
        |(rows, own, fours)| {
            let unit = if fours == 0 { 4 } else { 1 };
            let stakes: Vec<u64> = rows.iter().map(|row| row.0).collect();
            let wins: Vec<u64> = rows.iter().map(|row| row.1 * unit).collect();
            let expected: Option<Vec<f64>> =
                rows.iter().map(|row| row.2).collect::<Option<_>>().filter(|_| own);
            let usable = expected.as_ref().is_none_or(|due| due.iter().sum::<f64>() > 1.1);
            (stakes.iter().any(|&stake| stake > 0) && usable)
                .then(|| AuditTable { expected, ..table(&stakes, &wins) })
        },
    )
}

fn properties(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(properties(400))]

    /// Verdict and p-value come from one computation, on every sampling model, of rows, questions and
    /// all together.
    #[test]
    fn a_table_deviates_if_and_only_if_p_is_at_most_alpha(table in any_table(), model in 0..MODELS.len()) {
        let questions = table.names.clone();
        let settings = AuditSettings { rule: Choice::plain(MODELS[model]), questions, ..AuditSettings::default() };
        let audit = held(&table, &settings);
        let report = audit.report();
        let deviates = |p: Option<f64>| p.is_some_and(|p| p <= 0.05);
        prop_assert_eq!(report.verdict == Finding::Deviates, deviates(report.p), "{}", report.text);
        for row in &report.validators {
            prop_assert_eq!(row.finding == Finding::Deviates, deviates(row.p_adjusted));
            prop_assert!(row.p.is_none() || row.p <= row.p_adjusted);
            // Whoever deviates after correction makes the table deviate.
            prop_assert!(row.finding != Finding::Deviates || report.verdict == Finding::Deviates);
            let side = row.direction.as_deref();
            let few = row.expected.is_some_and(|expected| (row.wins as f64) < expected);
            let said = if row.finding == Finding::Deviates { Some(if few { "too few" } else { "too many" }) } else { None };
            prop_assert_eq!(side, said);
        }
        for (answer, row) in report.questions.iter().zip(&report.validators) {
            prop_assert_eq!(answer.finding == Finding::Deviates, deviates(answer.p));
            prop_assert_eq!((answer.p, answer.p_adjusted), (row.p, row.p_adjusted));
        }
        for row in &audit.rows {
            if let (Some(low), Some(high), Some(value)) =
                (row.relative_deviation_low, row.relative_deviation_high, row.relative_deviation)
            {
                prop_assert!(low <= value + 1e-9 && value <= high + 1e-9, "{:?}", row);
            }
        }
    }

    /// Permuting the rows permutes the result and nothing else.
    #[test]
    fn the_order_of_rows_is_of_no_consequence(
        (table, order) in any_table().prop_flat_map(|table| {
            let order: Vec<usize> = (0..table.names.len()).collect();
            (Just(table), Just(order).prop_shuffle())
        }),
        model in 0..MODELS.len(),
    ) {
        let shuffled = AuditTable {
            names: order.iter().map(|&index| table.names[index].clone()).collect(),
            stakes: order.iter().map(|&index| table.stakes[index]).collect(),
            wins: order.iter().map(|&index| table.wins[index]).collect(),
            expected: table.expected.as_ref().map(|due| order.iter().map(|&index| due[index]).collect()),
            ..AuditTable::default()
        };
        let settings = AuditSettings { rule: Choice::plain(MODELS[model]), ..AuditSettings::default() };
        let (one, other) = (held(&table, &settings), held(&shuffled, &settings));
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
            (a, b) => a == b,
        };
        prop_assert!(near(one.conclusion.p_value, other.conclusion.p_value), "{} {}", one.conclusion.text, other.conclusion.text);
        prop_assert_eq!(verdict(&one), verdict(&other));
        for (place, &index) in order.iter().enumerate() {
            let (mine, theirs) = (&one.rows[index], &other.rows[place]);
            prop_assert_eq!(&mine.validator, &theirs.validator);
            prop_assert_eq!(mine.finding, theirs.finding);
            prop_assert!(near(mine.p_value, theirs.p_value) && near(mine.p_adjusted, theirs.p_adjusted));
        }
    }
}

/// Twice the smaller tail of the Poisson distribution, summed by hand: 9 blocks where 30.5 were due, 70,
/// 72 and 68 where 100 each were, 6 in six epochs where 25 were.
#[test]
fn counts_are_tested_against_expected_blocks() {
    let pool = plain(&due(&[30.5], &[9]));
    close(pool.conclusion.p_value, 9.962526148853145e-6);
    assert_eq!((verdict(&pool), pool.rows[0].direction.as_str()), (Finding::Deviates, "too few"));
    assert!(
        pool.conclusion.text.contains("won 9 where 30.5 were expected (-70.5 %), too few"),
        "{}",
        pool.conclusion.text
    );
    let total = |audit: &Audit| audit.tests.iter().find(|test| test.test == "total").map(|test| test.p);
    let three = plain(&due(&[100.0; 3], &[70, 72, 68]));
    close(total(&three), 4.9663203653034736e-8);
    assert_eq!(verdict(&three), Finding::Deviates);
    assert!(three.rows.iter().all(|row| row.finding == Some(Finding::Deviates)));
    let epochs = plain(&due(&[4.2, 4.1, 4.2, 4.1, 4.2, 4.2], &[1, 1, 1, 1, 1, 1]));
    close(total(&epochs), 1.2212588923855765e-5);
    assert_eq!(verdict(&epochs), Finding::Deviates);
    assert!(
        epochs.conclusion.text.contains("All together: won 6 where 25 were expected (-76 %), too few"),
        "{}",
        epochs.conclusion.text
    );
    // Nobody won anything where much was due: that is a deviation, and not an empty table.
    assert_eq!(verdict(&plain(&due(&[12.0, 9.0], &[0, 0]))), Finding::Deviates);
    // Runs of four slots are a quarter of the evidence.
    let slots = with_rule(&due(&[122.0], &[36]), "solana-schedule");
    close(slots.conclusion.p_value, 9.962526148853145e-6);
    // Cut runs at the ends count for the fewest or the most draws that they can stand for.
    let cut = with_rule(&due(&[122.0], &[33]), "solana-schedule");
    close(cut.conclusion.p_value, 9.962526148853145e-6);
}

/// 2,000 tables of independent Poisson counts with the expectations they have: at most 5 in a hundred
/// deviate (100, and 139 are four sigma more).
#[test]
fn honest_counts_of_blocks_deviate_no_more_often_than_alpha() {
    let mut stream = Stream::open(StreamKey::new().text("honest blocks"));
    let mut deviating = 0;
    let expected = [0.5, 2.0, 7.5, 15.0];
    for _ in 0..2000 {
        // Knuth's product of uniforms.
        let wins: Vec<u64> = expected
            .iter()
            .map(|mean: &f64| {
                let (mut count, mut product) = (0, 1.0);
                loop {
                    product *= (stream.below(1 << 53) as f64 + 0.5) / (1u64 << 53) as f64;
                    if product < (-mean).exp() {
                        return count;
                    }
                    count += 1;
                }
            })
            .collect();
        deviating += u32::from(verdict(&plain(&due(&expected, &wins))) == Finding::Deviates);
    }
    assert!(deviating <= 139, "{deviating} of 2000");
}

#[test]
fn one_operators_own_question_is_answered_uncorrected_and_says_so() {
    // Fifty validators; one has 20 where 33 were due, which nobody would see among fifty.
    let mut wins = vec![33u64; 50];
    wins[7] = 20;
    let chain = due(&[33.0; 50], &wins);
    let ask = |questions: &[&str]| {
        let questions = questions.iter().map(|name| (*name).to_owned()).collect();
        held(&chain, &AuditSettings { questions, ..AuditSettings::default() })
    };
    let audit = ask(&["v7", "v7,v8"]);
    assert_ne!(verdict(&audit), Finding::Deviates);
    let [own, both] = &audit.answers[..] else { panic!("two answers") };
    assert_eq!((own.finding, own.finding_adjusted), (Finding::Deviates, Finding::Inconclusive));
    assert!(
        own.text.contains("not corrected") && own.text.contains("Corrected for all 50 validators"),
        "{}",
        own.text
    );
    assert_eq!((both.wins, both.expected, both.names.len()), (53, Some(66.0), 2));
    for (name, says) in [("v77", "no row `v77`"), ("v1,v1", "twice"), ("v1,w", "no row `w`")] {
        let settings = AuditSettings { questions: vec![name.to_owned()], ..AuditSettings::default() };
        let problem = audit_problem(&chain, &settings);
        assert!(problem.contains(says) && problem.contains("--validator"), "{problem}");
    }
}

fn audit_problem(table: &AuditTable, settings: &AuditSettings) -> String {
    match audit(Path::new("chain.csv"), table, settings) {
        Ok(_) => panic!("this should be refused"),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn the_rest_of_a_chain_is_no_validator() {
    let mut chain = table(&[500, 300, 200, 1000], &[260, 150, 90, 500]);
    chain.names[3] = "others".to_owned();
    let taken = plain(&chain);
    assert!(taken.notes.iter().any(|note| note.contains("--rest 'others=COUNT'")), "{:?}", taken.notes);
    let rest = Some(Rest { name: "others".to_owned(), stands_for: 40 });
    let audit = held(&chain, &AuditSettings { rest: rest.clone(), ..AuditSettings::default() });
    let report = audit.report();
    assert_eq!(report.validators.len(), 3);
    assert_eq!(report.rest.as_ref().map(|rest| (rest.stands_for, rest.wins)), Some((40, 500)));
    assert_eq!((audit.rows[3].finding, audit.rows[3].p_value), (None, None));
    // It still is a part of the whole: 500 of 2,000.
    close(audit.rows[0].expected_share, 0.25);
    // A rule that looks at each holder sees forty of 25, not one of 1,000.
    let settings = AuditSettings { rule: Choice::plain("uniform"), rest, ..AuditSettings::default() };
    close(held(&chain, &settings).rows[3].expected_share, 40.0 / 43.0);
    let wrong = AuditSettings {
        rest: Some(Rest { name: "other".into(), stands_for: 2 }),
        ..AuditSettings::default()
    };
    assert!(audit_problem(&chain, &wrong).contains("did you mean `others`?"));
}

/// A large table of small validators gets an answer as a whole: a million wins of 500, each of whom has too
/// few to show a deviation of 10 % after correction.
#[test]
fn a_large_table_of_small_validators_is_judged_as_a_whole() {
    let mut stream = Stream::open(StreamKey::new().text("small validators"));
    let mut wins = vec![0u64; 500];
    (0..1_000_000).for_each(|_| wins[stream.below(500) as usize] += 1);
    let settings = AuditSettings { misallocated: 0.02, tolerance: 0.02, ..AuditSettings::default() };
    let audit = held(&table(&[7; 500], &wins), &settings);
    assert!(audit.rows.iter().all(|row| row.finding == Some(Finding::Inconclusive)));
    assert_eq!(verdict(&audit), Finding::Consistent, "{}", audit.conclusion.text);
    let whole = audit.report().misallocated.expect("shares");
    assert!(
        whole.equivalence_p.is_some_and(|p| p <= 0.05) && whole.high.is_some_and(|high| high < 0.02),
        "{whole:?}"
    );
    assert!(audit.conclusion.text.contains("As a whole, "), "{}", audit.conclusion.text);
}

/// scipy 1.17.1, `beta(k + 1/4, 100 - k + 3/4)` and `gamma(9.5)`: mean, ends at 95 %, and the probability of
/// within 10 % of the expected share, of wins 26, 38, 15, 21; and of 9 blocks where 30.5 were due.
#[test]
fn posteriors_are_those_of_scipy_where_a_likelihood_is_known() {
    let bayes = AuditSettings { prior_weight: Some(1.0), ..AuditSettings::default() };
    let chain = table(&[350, 500, 200, 275], &[26, 38, 15, 21]);
    let audit = held(&chain, &bayes);
    for (row, [mean, low, high, within]) in audit.rows.iter().zip([
        [0.2599009900990099, 0.17955714780372226, 0.3492476875087547, 0.44889208380654055],
        [0.3787128712871287, 0.2870742950252691, 0.47490247620263243, 0.5656796682280402],
        [0.15099009900990099, 0.08840868111820986, 0.2266326156615383, 0.32730492324262134],
        [0.2103960396039604, 0.13702708796932347, 0.2946174663574518, 0.39287855038007946],
    ]) {
        let relative = |share: f64| share / row.stake_share - 1.0;
        let near = |value: Option<f64>, expected: f64| (value.expect("a posterior") - expected).abs() < 1e-9;
        assert!(near(row.posterior_deviation, relative(mean)), "{row:?}");
        assert!(near(row.posterior_deviation_low, relative(low)), "{row:?}");
        assert!(near(row.posterior_deviation_high, relative(high)), "{row:?}");
        close(row.probability_within, within);
    }
    assert_eq!(
        audit.report().validators[0].posterior.as_ref().map(|p| p.within),
        audit.rows[0].probability_within
    );
    assert!(plain(&chain).rows.iter().all(|row| row.probability_within.is_none()));
    let due = held(&due(&[30.5], &[9]), &bayes);
    close(due.rows[0].posterior_deviation, 0.3114754098360656 - 1.0);
    close(due.rows[0].posterior_deviation_low, 0.1460084669178356 - 1.0);
    close(due.rows[0].posterior_deviation_high, 0.5385627354381917 - 1.0);
    assert!((due.rows[0].probability_within.unwrap() / 2.38004213037879e-5 - 1.0).abs() < 1e-8);
    // Turns leave nothing to chance: no likelihood, and the audit says so.
    let turns = AuditSettings { rule: Choice::plain("cometbft-priority"), ..bayes.clone() };
    let audit = held(&table(&[2, 1, 1], &[50, 25, 25]), &turns);
    assert!(audit.rows.iter().all(|row| row.probability_within.is_none()));
    assert!(
        audit.notes.iter().any(|note| note.starts_with("no posterior can be given")),
        "{:?}",
        audit.notes
    );
    for weight in [0.0, -1.0, f64::NAN, 1e7] {
        let settings = AuditSettings { prior_weight: Some(weight), ..AuditSettings::default() };
        assert!(audit_problem(&chain, &settings).contains("--prior-weight"), "{weight}");
    }
}

/// A prior of equal parts does not depend on how the rest of a chain is written down.
#[test]
fn the_rest_of_a_chain_has_its_part_of_the_prior() {
    let bayes = AuditSettings { prior_weight: Some(2.0), ..AuditSettings::default() };
    let single = held(&table(&[4, 3, 1, 1, 1], &[50, 20, 10, 10, 10]), &bayes);
    let mut chain = table(&[4, 3, 3], &[50, 20, 30]);
    chain.names[2] = "others".to_owned();
    let rest = Some(Rest { name: "others".into(), stands_for: 3 });
    let together = held(&chain, &AuditSettings { rest, ..bayes });
    for index in 0..2 {
        close(
            together.rows[index].posterior_deviation_high,
            single.rows[index].posterior_deviation_high.unwrap(),
        );
    }
}

#[test]
fn a_total_and_shares_are_refused_with_the_remedy() {
    let mut chain = table(&[500, 300, 200, 1000], &[52, 29, 19, 100]);
    chain.names[3] = "Total".to_owned();
    let problem = audit_problem(&chain, &AuditSettings::default());
    assert!(problem.contains("the sum of all others") && problem.contains("remove that row"), "{problem}");
    let problem = audit_problem(&due(&[0.5, 0.3, 0.2], &[52, 29, 19]), &AuditSettings::default());
    assert!(problem.contains("shares, not blocks") && problem.contains("multiply it"), "{problem}");
}

/// scipy.stats.binomtest(missed, 43, slots / 1000).pvalue.
#[test]
fn missed_blocks_are_a_question_of_their_own() {
    let mut chain = table(&[500, 350, 275, 200], &[370, 262, 205, 120]);
    chain.slots = Some(vec![377, 264, 208, 151]);
    let audit = with_rule(&chain, "raffle");
    for (row, p) in audit.rows.iter().zip([
        0.004019782188013965,
        0.000396453440427369,
        0.023092786446541967,
        8.141437362835827e-17,
    ]) {
        close(row.missed_p_value, p);
    }
    assert_eq!(audit.rows.iter().map(|row| row.wins).collect::<Vec<_>>(), [377, 264, 208, 151]);
    assert_eq!(audit.rows[3].blocks, Some(120));
    let missed = audit.conclusion.missed.as_ref().expect("slots");
    assert!(
        missed.contains("more than chance explains if all miss alike: v3 missed 31 of 151 (20.5 %"),
        "{missed}"
    );
    assert!(!missed.contains("v0"), "who misses least is not to blame: {missed}");
    assert_ne!(verdict(&audit), Finding::Deviates, "the lottery gave everybody its share");
}

/// 150 chains of each rule, from the draws engine, with 2,000 rounds each. They deviate at
/// most 5 times in a hundred: 7.5 of 150, and 18 are four standard deviations more.
#[test]
fn fair_chains_deviate_no_more_often_than_stated() {
    const CHAINS: u64 = 150;
    const STAKES: [u64; 6] = [40, 25, 15, 10, 7, 3];
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    for rule in ["raffle", "single-lottery", "solana-schedule", "square-root", "cometbft-priority"] {
        let accounts: Vec<String> =
            STAKES.iter().map(|stake| format!("{{ name = 'v{stake}', balance = {stake} }}")).collect();
        let text = format!(
            "[run]\nseed = 7\nengine = 'draws'\n[population]\naccounts = [{}]\n[selection]\nrule = '{rule}'\n",
            accounts.join(", ")
        );
        let scenario = scenario_of(&text);
        let plan = OrderPlan::new(STAKES.len(), &[], false, 0);
        let mut deviating = 0;
        for trial in 0..CHAINS {
            let mut chain = Chain::new(&scenario.experiment.world, trial, |_| Draws::default());
            let end = play_trial(&mut chain, trial, 2000, &[2000], &plan, &mut Silent, &control);
            let totals = end.expect("nothing stops it").totals;
            let wins: Vec<u64> = totals.validators.iter().map(|mine| mine.wins).collect();
            deviating += u32::from(verdict(&with_rule(&table(&STAKES, &wins), rule)) == Finding::Deviates);
        }
        assert!(deviating <= 18, "{rule}: {deviating} of {CHAINS}");
    }
}

const CHAIN: &str = "name,stake,wins,country\nedwin,500,37718,NL\ncharles,350,26423,FR\nsonia,275,20792,\noliver,200,15067,DE\n";

fn tombola(sandbox: &Sandbox, args: &[&str]) -> (i32, String, String) {
    let output = Command::from_std(sandbox.command(args)).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}') && !err.contains("panicked"), "{out}{err}");
    (output.status.code().expect("a code"), out, err)
}

/// The first line, the conclusion and the object name one expectation: the rule's, or that of the table.
#[test]
fn an_audit_has_one_reference() {
    let sandbox = Sandbox::new();
    for (expected, wins, reference) in [
        ([30.5, 69.5], [9, 91], "the shares that the column `expected` gives"),
        ([30.5, 69.5], [31, 69], "the shares that the column `expected` gives"),
        ([100.0, 100.0], [70, 72], "the blocks that the column `expected` gives"),
        ([100.0, 100.0], [99, 102], "the blocks that the column `expected` gives"),
    ] {
        let [(a, b), (c, d)] = [(wins[0], expected[0]), (wins[1], expected[1])];
        sandbox.put("own.csv", format!("name,stake,wins,expected\nalice,305,{a},{b}\nbob,695,{c},{d}\n"));
        let (_, out, err) = tombola(&sandbox, &["audit", "own.csv"]);
        assert!(out.starts_with(&format!("Expected: {reference}\n")), "{out}");
        assert!(out.contains(&format!("the difference from {reference} ")), "{out}{err}");
        assert!(!out.contains("expected under") && !out.contains("rule other than"), "{out}");
        let (_, json, _) = tombola(&sandbox, &["audit", "own.csv", "--format", "json"]);
        let report: AuditReport = serde_json::from_str(&json).expect("JSON");
        assert_eq!(report.reference, reference);
    }
}

#[test]
fn the_command_prints_and_writes_what_a_run_writes() {
    let sandbox = Sandbox::new();
    sandbox.put("chain.csv", CHAIN);
    let (code, out, err) = tombola(&sandbox, &["audit", "chain.csv"]);
    assert_eq!(code, 0);
    assert!(
        out.contains(
            "Consistent: the difference from the shares expected under `raffle` is compatible with chance"
        ),
        "{out}"
    );
    assert!(out.starts_with("Expected: the shares expected under `raffle`\n"), "{out}");
    assert_eq!(err, "note: passed over the columns country\n");
    let (_, csv, said) = tombola(&sandbox, &["audit", "chain.csv", "--format", "csv"]);
    assert!(csv.starts_with("validator,stake,stake_share,expected_share,expected_wins,wins,"), "{csv}");
    assert!(csv.lines().count() == 5 && said.contains("Consistent:"), "{csv}{said}");
    let (_, json, _) = tombola(&sandbox, &["audit", "chain.csv", "--format", "json"]);
    let report: AuditReport = serde_json::from_str(&json).expect("JSON");
    assert_eq!((report.validators.len(), report.verdict), (4, Finding::Consistent));
    let object: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(object["verdict"], "consistent");
    for key in ["name", "wins", "expected", "p", "p_adjusted"] {
        assert!(!object["validators"][0][key].is_null(), "{key} of {json}");
    }

    let write = ["audit", "chain.csv", "--output", "audits"];
    assert_eq!(tombola(&sandbox, &write).0, 0);
    let before = sandbox.tree();
    let named: Vec<String> = before.keys().map(|path| path.display().to_string()).collect();
    for file in [
        "audit.csv",
        "validators.csv",
        "fairness.csv",
        "manifest.json",
        "report.html",
        "figures/win-share.png",
        "figures/lorenz.svg",
    ] {
        assert!(
            named.iter().any(|name| name.ends_with(&format!("audits/chain/{file}"))),
            "{file}: {named:?}"
        );
    }
    // The manifest tells the table by its hash, and no engine or speed where nothing was played.
    let text = std::fs::read_to_string(sandbox.path("audits/chain/manifest.json")).expect("a manifest");
    let manifest: AuditManifest = serde_json::from_str(&text).expect("JSON");
    assert_eq!(manifest.input_sha256, hex::encode(Sha256::digest(CHAIN)));
    assert!(
        !text.contains("engine") && !text.contains("rounds_per_second") && !text.contains("seed"),
        "{text}"
    );
    let (code, _, err) = tombola(&sandbox, &write);
    assert!(code == 2 && err.contains("exists already") && err.contains("--force"), "{err}");
    assert_eq!(tombola(&sandbox, &[&write[..], &["--force"]].concat()).0, 0);
    // Its own table of validators is a table to audit.
    let (code, again, _) = tombola(&sandbox, &["audit", "audits/chain/validators.csv"]);
    assert!(code == 0 && again.contains("Consistent:"), "{again}");
}

#[test]
fn asserting_ends_with_one_if_the_wins_deviate() {
    let sandbox = Sandbox::new();
    sandbox.put("chain.csv", CHAIN);
    assert_eq!(tombola(&sandbox, &["audit", "chain.csv", "--assert"]).0, 0);
    let (code, out, err) = tombola(&sandbox, &["audit", "chain.csv", "--assert", "--rule", "uniform"]);
    assert_eq!(
        (code, err.lines().last()),
        (1, Some("failed: chain.csv: the wins deviate from the expected ones"))
    );
    assert!(
        out.contains(
            "Deviates: chance does not explain the difference from the shares expected under `uniform`"
        ),
        "{out}"
    );
}

#[test]
fn what_cannot_be_audited_is_refused_with_its_place() {
    let sandbox = Sandbox::new();
    sandbox.put("chain.csv", CHAIN);
    sandbox.put("bad.csv", "name,stake,wins\nann,5,1.5\n");
    sandbox.put("odd.csv", b"name,stake,wins\nZo\xeb,5,1\n");
    for (args, says) in [
        (&["audit", "none.csv"][..], "none.csv: cannot be read: No such file"),
        (
            &["audit", "bad.csv"],
            "bad.csv:2:7: the number of wins of `ann` is `1.5`, but must be a whole number",
        ),
        (&["audit", "odd.csv"], "odd.csv:2:3: the byte 0xeb is not UTF-8"),
        (&["audit", "chain.csv", "--rule", "rafle"], "did you mean `raffle`?"),
        (&["audit", "chain.csv", "--rule", "{ kind = 'power-weighted', exponnt = 2 }"], "exponnt"),
        (
            &["audit", "chain.csv", "--rule", "{ kind ="],
            "--rule { kind =: the value begins as a list or a table",
        ),
        (
            &["audit", "chain.csv", "--confidence", "1"],
            "--confidence 1: is out of range\n  help: it must lie strictly between 0 and 1",
        ),
        (&["audit", "chain.csv", "--tolerance", "-0.1"], "--tolerance -0.1: is out of range"),
        (&["audit", "chain.csv", "--force"], "--output"),
        (&["audit", "chain.csv", "--rest", "sonia"], "--rest sonia: there is no `=`"),
        (&["audit", "chain.csv", "--rest", "sonja=4"], "did you mean `sonia`?"),
        (&["audit", "chain.csv", "--validator", "edvin"], "did you mean `edwin`?"),
    ] {
        let before = sandbox.tree();
        let (code, out, err) = tombola(&sandbox, args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?} {err}");
        assert!(err.starts_with("error: ") && err.contains(says), "{args:?}: {err}");
        assert_eq!(before, sandbox.tree());
    }
}

/// Where a rule declares a variance ratio f, mid-p is the normal distribution function at
/// (wins - n p) / sqrt(f n p (1 - p)).
#[test]
fn mid_p_heeds_the_variance_ratio() {
    let stakes = [500, 300, 200, 100, 100, 100, 100, 100];
    let wins: Vec<u64> = stakes.iter().map(|stake| stake * 300).collect();
    let table = table(&stakes, &wins);
    let rule = find::<dyn Rule>("rule", RULES, &Choice::plain("cool-down")).expect("the rule").thing;
    let Dispersion::Scaled { factors, .. } = rule.dispersion(&stakes) else { panic!("another model") };
    let audit = with_rule(&table, "cool-down");
    let n = wins.iter().sum::<u64>() as f64;
    let mut told = 0;
    for (index, row) in audit.rows.iter().enumerate() {
        let (Some(mid_p), Some(p)) = (row.mid_p, row.expected_share) else { continue };
        let sd = (factors[index] * n * p * (1.0 - p)).sqrt();
        let z = (row.wins as f64 - n * p) / sd;
        let expected = Normal::standard().cdf(z);
        assert!((mid_p - expected).abs() < 1e-9 * expected.max(1e-3), "{index}: {mid_p}, not {expected}");
        told += 1;
    }
    assert!(told >= 4, "{told} rows have a mid-p");
}
