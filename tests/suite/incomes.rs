//! What validators, groups, operators and delegators earn, against exact and published values.

use crate::harness::{scenario_of, simulated};
use std::path::Path;
use tombola::analysis::rows::{IncomeRow, Metric, Statement};
use tombola::analysis::{Analysis, IncomeBasis, analyse};
use tombola::registry::{Choice, find};
use tombola::scenario::{Problem, load_text};
use tombola::selection::{Draw, RULES};
use tombola::simulation::{Engine, Results};
use tombola::statistics::Verdict;

fn refused(text: &str) -> String {
    match load_text(Path::new("test.toml"), text.to_owned(), &[]) {
        Ok(_) => panic!("{text} is not refused"),
        Err(Problem { key, what, help, .. }) => format!("{key} {what}; {}", help.unwrap_or_default()),
    }
}

fn played(text: &str) -> (Results, Analysis) {
    let scenario = scenario_of(text);
    let results = simulated(&scenario.experiment, 2);
    let analysis = analyse(&scenario.experiment, &scenario.file.analysis, &results);
    (results, analysis)
}

fn income<'a>(analysis: &'a Analysis, kind: &str, name: &str) -> &'a IncomeRow {
    let found = analysis.tables.incomes.iter().find(|row| row.kind == kind && row.name == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// The mean within four standard errors of the exact one, the standard deviation within what so many
/// trials allow if the law has no heavy tail.
fn agrees(row: &IncomeRow, trials: f64) {
    let (mean, exact) = (row.mean.unwrap(), row.mean_exact.unwrap_or_else(|| panic!("no law: {row:?}")));
    let sd = row.sd_exact.unwrap();
    assert!((mean - exact).abs() <= 4.0 * sd / trials.sqrt() + 1.0, "{}: {mean} for {exact}", row.name);
    let found = row.sd.unwrap();
    assert!((found / sd - 1.0).abs() < 4.0 / (2.0 * trials).sqrt() + 0.02, "{}: {found} for {sd}", row.name);
}

/// Of a public report of a Cosmos chain; recomputed with exact integers.
#[test]
fn a_payment_in_step_with_the_rule_pays_one_validator() {
    let text = |powers: &[u64], blocks: u64| {
        let accounts: Vec<String> = powers
            .iter()
            .enumerate()
            .map(|(who, power)| format!("{{ name = 'v{who}', balance = {power} }}"))
            .collect();
        format!(
            "[run]\nrounds = 12_600\ntrials = 2\nengine = 'draws'\n[population]\naccounts = [{}]\n\
             [selection]\nrule = 'cometbft-priority'\n\
             [reward]\npolicy = {{ kind = 'every', blocks = {blocks}, amount = 100 }}\n",
            accounts.join(", ")
        )
    };
    for (powers, blocks, shares, verdict) in [
        (&[4, 3, 3, 2][..], 5, &[1.0 / 3.0, 0.25, 0.25, 1.0 / 6.0][..], Verdict::Fair),
        (&[4, 3, 3, 2], 7, &[1.0 / 3.0, 0.25, 0.25, 1.0 / 6.0], Verdict::Fair),
        (&[4, 3, 3, 2], 12, &[1.0, 0.0, 0.0, 0.0], Verdict::Unfair),
        (&[5, 3, 2], 6, &[0.4, 0.4, 0.2], Verdict::Unfair),
        (&[5, 3, 2], 10, &[1.0, 0.0, 0.0], Verdict::Unfair),
        (&[5, 3, 2], 12, &[0.4, 0.4, 0.2], Verdict::Unfair),
        (&[5, 3, 2], 7, &[0.5, 0.3, 0.2], Verdict::Fair),
        (&[3, 1], 4, &[1.0, 0.0], Verdict::Unfair),
    ] {
        let (_, analysis) = played(&text(powers, blocks));
        for (who, &share) in shares.iter().enumerate() {
            let row = income(&analysis, "validator", &format!("v{who}"));
            assert!((row.share_exact.unwrap() - share).abs() < 1e-12, "{powers:?} {blocks}: {row:?}");
            assert!((row.share.unwrap() - share).abs() < 1e-3, "{powers:?} {blocks}: {row:?}");
        }
        assert_eq!(analysis.assessment.verdict, Verdict::Fair);
        assert_eq!(analysis.income.verdict(), Some(verdict), "{}", analysis.income.sentence());
        // Told where everybody is paid its share too: selection and income have a verdict each.
        assert_eq!(analysis.income.basis, IncomeBasis::Exact);
        let contrast = analysis.income.contrast(analysis.assessment.verdict);
        let expected = (verdict == Verdict::Unfair).then_some("Selection is fair, income is not.");
        assert_eq!(contrast, expected);
    }
}

/// C-PoS, a = .2, w = .01, v = .1, P = 32, and fewer epochs than the published 5,000, of which
/// `tests/suite/vectors.rs` holds the law itself against 2.076519e-3.
#[test]
fn c_pos_has_its_law() {
    let trials = 400.0;
    let (_, analysis) = played(
        "[run]\nseed = 4\nrounds = 3200\ntrials = 400\nengine = 'draws'\n[population]\n\
         accounts = [{ name = 'a', balance = 200_000 }, { name = 'b', balance = 800_000 }]\n\
         [selection]\nrule = 'compound-epoch'\n\
         [reward]\ncompound = true\npolicy = { kind = 'epoch', blocks = 32, forgers = 10_000, stake = 100_000 }\n",
    );
    agrees(income(&analysis, "validator", "a"), trials);
    assert_eq!(income(&analysis, "validator", "a").exact_by, "C-PoS");
    // The variance of the final share, by the product over epochs.
    let epochs = (1..=100).map(|epoch| 10_000.0 / (1e6 + 110_000.0 * f64::from(epoch)));
    let exact = 1.0 - epochs.map(|part| 1.0 - part * part / 32.0).product::<f64>();
    let rows: Vec<_> =
        analysis.tables.fairness.iter().filter(|row| row.metric == Metric::Equitability).collect();
    assert!(!rows.is_empty());
    for row in rows {
        assert!((row.null_value.unwrap() / exact - 1.0).abs() < 1e-9, "{row:?} for {exact}");
        assert!((row.value.unwrap() / exact - 1.0).abs() < 5.0 * (2.0 / trials).sqrt(), "{row:?}");
    }
}

/// The rounds of nearly equal powers repeat at first and come back to where they began after all of the
/// power has been used up: three million rounds here.
#[test]
fn rounds_that_repeat_at_first_are_no_period() {
    let (_, analysis) = played(
        "[run]\nrounds = 30_000\ntrials = 1\nengine = 'draws'\n[population]\n\
         accounts = [{ name = 'a', balance = 1_100_003 }, { name = 'b', balance = 1_000_000 }, { name = 'c', balance = 899_999 }]\n\
         [selection]\nrule = 'cometbft-priority'\n[reward]\npolicy = { kind = 'every', blocks = 2, amount = 10 }\n",
    );
    for name in ["a", "b", "c"] {
        let row = income(&analysis, "validator", name);
        assert_ne!(row.exact_by, "one period of the rule", "{row:?}");
        assert!((row.share_exact.unwrap() - row.share.unwrap()).abs() < 1e-12, "{row:?}");
    }
    assert_eq!(analysis.income.basis, IncomeBasis::Run);
    assert!(analysis.income.sentence().contains("exact in this run"), "{}", analysis.income.sentence());
}

/// Under a rule that looks at nobody's stake, a part of what a validator with twice the stake earns is not
/// what one with once the stake earns whole.
#[test]
fn parties_share_a_law_only_where_all_of_it_is_the_same() {
    let (_, analysis) = played(
        "[run]\nseed = 5\nrounds = 100\ntrials = 400\nengine = 'draws'\n[population]\n\
         accounts = [{ name = 'a', balance = 100 }, { name = 'b', balance = 50 }]\n\
         [selection]\nrule = 'uniform'\n[reward]\n\
         policy = { kind = 'random', distribution = 'observed', amounts = [[5, 1], [15, 1]] }\n\
         pools = [{ operator = 'a', delegators = [{ name = 'd', share = '1/2' }] }]\n",
    );
    for (kind, name, mean) in [
        ("validator", "a", 500.0),
        ("validator", "b", 500.0),
        ("operator", "a", 250.0),
        ("delegator", "d", 250.0),
    ] {
        let row = income(&analysis, kind, name);
        assert!((row.mean_exact.unwrap() - mean).abs() < 1e-9, "{row:?}");
        agrees(row, 400.0);
    }
    assert_eq!(analysis.income.verdict(), Some(Verdict::Unfair), "{}", analysis.income.sentence());
}

/// Exact probabilities of few large payments: nothing is smeared over its neighbours or folded to zero.
#[test]
fn few_large_extras_have_exact_risks() {
    let text = |shares: [u64; 2], rounds: u64, amounts: &str| {
        format!(
            "[run]\nseed = 6\nrounds = {rounds}\ntrials = 400\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = {} }}, {{ name = 'b', balance = {} }}]\n[reward]\n\
             policy = {{ kind = 'random', distribution = 'observed', amounts = {amounts} }}\n",
            shares[0], shares[1]
        )
    };
    // Two rounds of 1 or 3 million: 0, 1, 2, 3, 4 and 6 million; half of what is deserved is 1 million.
    let (_, analysis) = played(&text([1, 1], 2, "[[1_000_000, 1], [3_000_000, 1]]"));
    for name in ["a", "b"] {
        let row = income(&analysis, "validator", name);
        assert!((row.p_below_half_exact.unwrap() - 0.25).abs() < 1e-12, "{row:?}");
    }
    // Somebody who wins nearly always, and amounts without a common divisor.
    let (_, analysis) = played(&text([999, 1], 20, "[[1_000_000, 1], [3_000_001, 11]]"));
    let row = income(&analysis, "validator", "a");
    assert!(row.p_below_half_exact.unwrap() < 1e-6 && row.q05_exact.unwrap() > 4e7, "{row:?}");
    agrees(row, 400.0);
}

#[test]
fn the_urn_schedules_and_shares_restaked_have_their_laws() {
    for reward in [
        "compound = true\npolicy = { kind = 'constant', amount = 1000 }",
        "compound = '1/2'\npolicy = { kind = 'constant', amount = 2000 }",
        "compound = true\npolicy = { kind = 'schedule', form = 'geometric', total = 1_000_000, blocks = 300 }",
        "compound = true\npolicy = { kind = 'schedule', form = 'halving', amount = 4000, every = 80 }",
        "policy = { kind = 'schedule', form = 'halving', amount = 4000, every = 80 }",
        "policy = { kind = 'epoch', blocks = 30, forgers = 3000, stake = 7000 }",
        "policy = { kind = 'split', amount = 900, forger = '1/2', attestors = '1/4', stake = '1/4' }",
        "policy = { kind = 'every', blocks = 3, amount = 500, base = 100 }",
        "policy = { kind = 'random', distribution = 'gamma', mean = 300, shape = 2, cap = 20_000, base = 50 }",
    ] {
        let (_, analysis) = played(&format!(
            "[run]\nseed = 8\nrounds = 300\ntrials = 1000\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 20_000 }}, {{ name = 'b', balance = 50_000 }}, {{ name = 'c', balance = 30_000 }}]\n\
             [reward]\n{reward}\n"
        ));
        for name in ["a", "b", "c"] {
            let row = income(&analysis, "validator", name);
            agrees(row, 1000.0);
            // All but the one that pays votes by heads pay everybody its share on average.
            if !reward.contains("attestors") {
                assert!((row.share_exact.unwrap() - row.stake_share).abs() < 1e-9, "{reward}");
            }
            // Where the whole distribution is known, the median lies where half of the trials do.
            if let (Some(found), Some(exact)) = (row.median, row.median_exact) {
                let error = 4.0 * 1.2533 * row.sd_exact.unwrap() / 1000f64.sqrt();
                assert!((found - exact).abs() <= error + 1000.0, "{reward}, {name}: {found} for {exact}");
            }
        }
    }
}

/// The published quantiles of what a block of Ethereum brings, in thousandths of an ETH: groups of 1, 10,
/// 100 and 1,000 validators of 1,111, by both engines. Simulated quantiles agree with the convolution, and
/// median over mean rises with size.
#[test]
fn a_heavy_tail_is_milder_for_large_operators() {
    let trials = 400u64;
    for engine in ["draws", "law"] {
        let (results, analysis) = played(&format!(
            "[run]\nseed = 3\nrounds = 5000\ntrials = {trials}\nengine = '{engine}'\n\
             [population]\ncount = 1111\ntotal_stake = 35_552\nstake = 'equal'\n\
             groups = [{{ name = 'one', count = 1 }}, {{ name = 'ten', count = 10 }}, {{ name = 'hundred', count = 100 }}, {{ name = 'thousand', count = 1000 }}]\n\
             [analysis]\nserial = 'off'\nwindow = 'off'\n\
             [reward.policy]\nkind = 'random'\ndistribution = 'quantiles'\n\
             quantiles = [[0.5, 11], [0.9, 50], [0.95, 90], [0.99, 427], [0.999, 2260], [1.0, 189_000]]\n"
        ));
        let groups = ["one", "ten", "hundred", "thousand"];
        let mut ratios = Vec::new();
        for name in groups {
            let row = income(&analysis, "group", name);
            let place = analysis.tables.incomes.iter().position(|other| other == row).unwrap();
            let incomes: Vec<f64> =
                results.records.iter().map(|record| record.incomes.each[place] as f64).collect();
            // The number of trials at or below an exact quantile is binomial: five standard errors on the
            // one side, and of those below on the other.
            for (probability, quantile) in [
                (0.05, row.q05_exact),
                (0.25, row.q25_exact),
                (0.5, row.median_exact),
                (0.75, row.q75_exact),
                (0.95, row.q95_exact),
            ] {
                let (quantile, all) = (quantile.unwrap(), trials as f64);
                let error = 5.0 * (probability * (1.0 - probability) / all).sqrt();
                // A step of the grid, on which sums above half a million are known.
                let step = 1e-5 * quantile;
                let at_most = incomes.iter().filter(|&&x| x <= quantile + step).count() as f64 / all;
                let less = incomes.iter().filter(|&&x| x < quantile - step).count() as f64 / all;
                assert!(
                    at_most >= probability - error && less <= probability + error,
                    "{name} {probability}"
                );
            }
            for (found, exact) in
                [(row.p_below_half, row.p_below_half_exact), (row.p_below, row.p_below_exact)]
            {
                let (found, exact) = (found.unwrap(), exact.unwrap());
                let error = 5.0 * (exact * (1.0 - exact) / trials as f64).sqrt() + 1e-9;
                assert!((found - exact).abs() <= error, "{name}: {found} for {exact}");
            }
            ratios.push((row.median_over_mean.unwrap(), row.median_over_mean_exact.unwrap()));
        }
        assert!(ratios.windows(2).all(|pair| pair[0].1 < pair[1].1 && pair[0].0 < pair[1].0), "{ratios:?}");
        assert!(ratios[3].1 < 1.0, "{ratios:?}");
        // Nearly all single validators get less than half of what they deserve in a short time.
        assert!(analysis.income.risk.as_ref().unwrap().probability > 0.5);
    }
}

/// The published mean and standard deviation of a year on Ethereum, from the scenario that comes along.
#[test]
fn a_year_of_ethereum_has_its_law() {
    let path = Path::new("scenarios/ethereum-year.toml");
    let scenario =
        load_text(path, std::fs::read_to_string(path).expect("the scenario"), &[]).expect("a scenario");
    let results = simulated(&scenario.experiment, 2);
    let analysis = analyse(&scenario.experiment, &scenario.file.analysis, &results);
    let row = &analysis.tables.incomes[0];
    let eth = |gwei: Option<f64>| gwei.unwrap() / 1e9;
    assert!((eth(row.mean_exact) - 1.330489).abs() < 5e-7, "{:?}", row.mean_exact);
    assert!((eth(row.sd_exact) - 0.102531).abs() < 5e-7, "{:?}", row.sd_exact);
    // A book's quantiles from truncated sums: the median 1.3123.
    assert!((eth(row.median_exact) - 1.3123).abs() < 1e-4, "{:?}", row.median_exact);
    let whole = results.records[0].incomes.all as f64 / 500_000.0 / 1e9;
    assert!((whole - 1.330489).abs() < 1e-5, "{whole}");
    assert_eq!(results.totals.selections(), 2_629_800);
    // Of 500,000 simulated validators, whose proposals and seats hardly depend on each other: their sample
    // variance, five standard errors with the excess kurtosis of some 0.3.
    let rewards = results.totals.validators.iter().map(|totals| totals.reward as f64 / 1e9);
    let variance = rewards.map(|eth| (eth - whole).powi(2)).sum::<f64>() / 499_999.0;
    assert!((variance.sqrt() / 0.102531 - 1.0).abs() < 5.0 * (2.3f64 / 500_000.0 / 4.0).sqrt(), "{variance}");
}

/// Trials that are paid at once have the law of those that are paid block by block, with every policy of
/// which that is known, pools included: mean and variance of every party within five standard errors, and
/// of every source.
#[test]
fn the_law_pays_as_the_rounds_do() {
    let trials = 600.0;
    let mut named = Vec::new();
    for reward in [
        "policy = { kind = 'schedule', form = 'halving', amount = 400, every = 80 }",
        "policy = { kind = 'schedule', form = 'table', table = [[20, 7], [100, 3], [150, 30]] }",
        "policy = { kind = 'split', amount = 90, forger = '1/4', attestors = '1/2', stake = '1/5', treasury = '1/20' }",
        "policy = { kind = 'epoch', blocks = 32, forgers = 1000, stake = 777 }",
        "policy = { kind = 'every', blocks = 7, amount = 500, base = 10 }",
        "policy = { kind = 'every', blocks = 9, amount = 50, base = { kind = 'split', amount = 20, stake = '1/2' } }",
        "policy = { kind = 'random', distribution = 'gamma', mean = 30, shape = 2, cap = 2_000, base = { kind = 'epoch', blocks = 45 } }",
        "policy = { kind = 'missed', base = 20 }",
        "policy = { kind = 'sync-committee', blocks = 60, seats = 2, amount = 700, phase = 'random', base = 9 }",
        "policy = { kind = 'constant', amount = 100 }\nsmoothing = [['a', 'b']]\npools = [{ operator = 'c', commission = '1/9', delegators = [{ name = 'x', share = '1/3' }] }]",
    ] {
        named.push(reward.split('\'').nth(1).unwrap());
        let text = |engine: &str| {
            format!(
                "[run]\nseed = 8\nrounds = 200\ntrials = 600\nengine = '{engine}'\n[population]\n\
                 accounts = [{{ name = 'a', balance = 20_000, group = 'g' }}, {{ name = 'b', balance = 50_000, group = 'g' }}, {{ name = 'c', balance = 30_000 }}, {{ name = 'd', balance = 5_000 }}]\n\
                 [reward]\n{reward}\n"
            )
        };
        let (results, by_rounds) = played(&text("draws"));
        let (by_law_results, by_law) = played(&text("law"));
        let auto = scenario_of(&text("auto"));
        assert_eq!(auto.experiment.chosen_engine(false).0, Engine::Law, "{reward}");
        assert_eq!(results.totals.counters, by_law_results.totals.counters);
        for (played, drawn) in by_rounds.tables.incomes.iter().zip(&by_law.tables.incomes) {
            assert_eq!((&played.kind, &played.name), (&drawn.kind, &drawn.name));
            let (sd, other) = (played.sd.unwrap(), drawn.sd.unwrap());
            // Whole coins that are divided may differ by one for each kind of block.
            let error = 5.0 * sd.max(other) * (2.0f64 / trials).sqrt() + 3.0;
            assert!(
                (played.mean.unwrap() - drawn.mean.unwrap()).abs() < error,
                "{reward} {played:?} {drawn:?}"
            );
            assert!((sd - other).abs() < 5.0 * sd.max(other) / trials.sqrt() + 1.0, "{reward}: {sd} {other}");
            for (one, two) in [
                (played.block, drawn.block),
                (played.attestation, drawn.attestation),
                (played.stake_reward, drawn.stake_reward),
                (played.extra, drawn.extra),
            ] {
                assert!((one.unwrap() - two.unwrap()).abs() < error, "{reward} {played:?} {drawn:?}");
            }
            if let Some(exact) = drawn.mean_exact {
                assert!((drawn.mean.unwrap() - exact).abs() < error, "{reward} {drawn:?}");
            }
        }
    }
    assert!(named.len() == 10);
    for reward in [
        "policy = { kind = 'saturation' }",
        "policy = { kind = 'split', attestors = '1/2', by = 'stake' }",
        "policy = { kind = 'schedule', form = 'linear', amount = 500, blocks = 100 }",
        "policy = { kind = 'random', distribution = 'gamma', mean = 3, shape = 2, cap = 99, regimes = { share = '1/4', length = 5 } }",
    ] {
        let problem = refused(&format!(
            "[run]\nrounds = 100\nengine = 'law'\n[population]\ncount = 4\ntotal_stake = 1000\nstake = 'equal'\n[reward]\n{reward}\n"
        ));
        assert!(problem.contains("reward.policy") && problem.contains("\"draws\""), "{problem}");
    }
}

/// A committee is drawn by heads: seats are hypergeometric, whatever the stakes.
#[test]
fn a_sync_committee_pays_heads() {
    let (_, analysis) = played(
        "[run]\nseed = 8\nrounds = 500\ntrials = 1000\nengine = 'law'\n[population]\n\
         accounts = [{ name = 'a', balance = 60_000, group = 'g' }, { name = 'b', balance = 5_000, group = 'g' }, { name = 'c', balance = 30_000 }, { name = 'd', balance = 5_000 }]\n\
         [reward]\npolicy = { kind = 'sync-committee', blocks = 100, seats = 2, amount = 1000, base = 'none' }\n",
    );
    // Five committees, a seat with chance 1/2: mean 2,500, sd sqrt(5 / 4) * 1000. Of the two of a group of
    // four, one, two or no seats with 4/6, 1/6, 1/6: mean 5,000, sd sqrt(5 / 3) * 1000.
    for (kind, name, mean, sd) in [
        ("validator", "a", 2500.0, 1250f64.sqrt() * 1000f64.sqrt()),
        ("validator", "d", 2500.0, 1250f64.sqrt() * 1000f64.sqrt()),
        ("group", "g", 5000.0, (5.0f64 / 3.0).sqrt() * 1000.0),
    ] {
        let row = income(&analysis, kind, name);
        assert!((row.mean_exact.unwrap() - mean).abs() < 1e-9, "{row:?}");
        assert!((row.sd_exact.unwrap() - sd).abs() < 1e-9, "{row:?}");
        agrees(row, 1000.0);
    }
    assert_eq!(income(&analysis, "validator", "a").median_exact, Some(2000.0));
    let distance = |metric: &str| {
        let found = analysis.tables.fairness.iter().find(|row| row.metric.to_string() == metric);
        found.unwrap_or_else(|| panic!("no {metric}")).value
    };
    // Small and large earn alike, and their stakes are as 1 to 12.
    assert!(distance("sizes_keep_distance").unwrap() < 0.01);
}

/// A round whose block is rejected costs its forger as much as one without a block.
#[test]
fn a_rejected_block_is_a_missed_one() {
    let (results, analysis) = played(
        "[run]\nrounds = 300\ntrials = 4\nengine = 'draws'\n[population]\ncount = 6\ntotal_stake = 600_000\nstake = 'equal'\n\
         [reward]\npolicy = { kind = 'missed', block = 7, attestation = 0, base = 20 }\n[network]\nloss = 0.15\n",
    );
    let penalties: f64 = analysis.tables.incomes.iter().map(|row| row.penalties.unwrap()).sum();
    assert!(results.totals.counters.rejected > 20);
    assert_eq!(penalties * 4.0, 7.0 * results.totals.counters.rejected as f64);
}

/// Pools leave every mean as it is; a smoothing pool takes risk, a commission is what it says.
#[test]
fn operators_delegators_and_smoothing_pools_share_as_they_should() {
    let (results, analysis) = played(
        "[run]\nseed = 10\nrounds = 1000\ntrials = 300\nengine = 'draws'\n[population]\n\
         accounts = [{ name = 'olga', balance = 5000 }, { name = 's1', balance = 1000 }, { name = 's2', balance = 3000 }, { name = 'solo', balance = 1000 }]\n\
         [reward]\npolicy = { kind = 'constant', amount = 100 }\nsmoothing = [['s1', 's2']]\n\
         [[reward.pools]]\noperator = 'olga'\ncommission = '1/20'\n\
         delegators = [{ name = 'dan', share = '1/2' }, { name = 'dee', share = '1/4' }]\n",
    );
    assert_eq!(results.records.len(), 300);
    for (kind, name) in [
        ("validator", "olga"),
        ("validator", "s1"),
        ("validator", "solo"),
        ("operator", "olga"),
        ("delegator", "dan"),
        ("delegator", "dee"),
    ] {
        agrees(income(&analysis, kind, name), 300.0);
    }
    let sd = |name| income(&analysis, "validator", name).sd_exact.unwrap();
    assert!(sd("s1") < 0.6 * sd("solo"));
    let mean = |kind, name| income(&analysis, kind, name).mean_exact.unwrap();
    assert!((mean("operator", "olga") - mean("validator", "olga") * (0.05 + 0.95 * 0.25)).abs() < 1e-6);
    assert!((mean("delegator", "dan") - mean("validator", "olga") * 0.95 * 0.5).abs() < 1e-6);
    let shares = |name| income(&analysis, "delegator", name).mean.unwrap();
    // The remainders are carried: never off by more than a coin.
    assert!((shares("dan") - 2.0 * shares("dee")).abs() < 3.0);
}

/// Penalties are losses of whoever was absent, and of nobody else.
#[test]
fn penalties_fall_on_the_absent() {
    let (_, analysis) = played(
        "[run]\nrounds = 200\ntrials = 5\nengine = 'draws'\n[population]\ncount = 6\ntotal_stake = 60_000\nstake = 'equal'\n\
         [reward]\npolicy = { kind = 'missed', block = 40, attestation = 2, base = 20 }\n\
         [[behaviours]]\nact = 'silent-forger'\naccounts = ['validator-1']\n\
         [[behaviours]]\nact = 'offline'\naccounts = ['validator-2']\n",
    );
    for row in &analysis.tables.incomes {
        let penalties = row.penalties.unwrap();
        match row.name.as_str() {
            "validator-1" => assert!(penalties > 400.0 && row.mean.unwrap() == -penalties, "{row:?}"),
            "validator-2" => assert!(penalties > 200.0, "{row:?}"),
            _ => assert_eq!(penalties, 0.0, "{row:?}"),
        }
    }
}

#[test]
fn turning_extras_on_moves_no_winner() {
    let text = |policy: &str| {
        format!(
            "[run]\nrounds = 500\ntrials = 3\nengine = 'draws'\n[population]\ncount = 7\ntotal_stake = 7000\nstake = 'equal'\n[reward]\npolicy = {policy}\n"
        )
    };
    let wins = |results: &Results| -> Vec<u64> {
        results.totals.validators.iter().map(|totals| totals.wins).collect()
    };
    let (plain, _) = played(&text("{ kind = 'constant', amount = 5 }"));
    let (extra, _) = played(&text(
        "{ kind = 'random', distribution = 'pareto', minimum = 2, shape = 1.2, cap = 9999, base = 5 }",
    ));
    assert_eq!(wins(&plain), wins(&extra));
    assert_ne!(plain.totals.validators[0].reward, extra.totals.validators[0].reward);
}

#[test]
fn impossible_settings_say_what_to_do() {
    let text = |reward: &str| {
        format!(
            "[run]\nrounds = 100\n[population]\ncount = 4\ntotal_stake = 1000\nstake = 'equal'\n[reward]\n{reward}\n"
        )
    };
    for (reward, parts) in [
        (
            "policy = { kind = 'split', forger = '2/3', attestors = '1/2' }",
            &["reward.policy.forger", "7/6"][..],
        ),
        ("policy = { kind = 'split', stake = 1.5 }", &["reward.policy.stake", "between 0 and 1"]),
        (
            "policy = { kind = 'schedule', form = 'table', table = [[1, 9_000_000_000_000_000_000]] }",
            &["reward.policy", "more than 9223372036854775807", "lower the reward"],
        ),
        (
            "policy = { kind = 'schedule', form = 'inflation', rate = '1/2' }",
            &["reward.policy", "more than 9223372036854775807"],
        ),
        ("smoothing = [[]]", &["reward.smoothing[0]", "has no member"]),
        ("smoothing = [['validator-1', 'validator-9']]", &["no such account", "did you mean"]),
        ("pools = [{ operator = 'validator-1', delegators = [] }]", &["delegators", "names nobody", "add"]),
        (
            "pools = [{ operator = 'validator-1', delegators = [{ name = 'x', share = '2/3' }, { name = 'y', share = '2/3' }] }]",
            &["delegators", "133.33 %", "at most"],
        ),
        ("compound = true\nactivation_delay = 100", &["reward.activation_delay", "100 rounds", "lower it"]),
        ("unbonding_delay = 200", &["reward.unbonding_delay", "200", "lower it"]),
        ("activation_delay = 5", &["reward.activation_delay", "nothing becomes tokens"]),
        ("policy = { kind = 'every', blocks = 101 }", &["reward.policy.blocks", "nothing would be paid"]),
        (
            "policy = { kind = 'epoch', blocks = 101 }",
            &["reward.policy.blocks", "is 101", "100 rounds", "nothing would be paid"],
        ),
        (
            "policy = { kind = 'saturation', blocks = 101 }",
            &["reward.policy.blocks", "nothing would be paid"],
        ),
        (
            "policy = { kind = 'missed', base = { kind = 'epoch', blocks = 101 } }",
            &["reward.policy.base.blocks", "nothing would be paid"],
        ),
        (
            "policy = { kind = 'every', blocks = 5, base = { kind = 'saturation', blocks = 101 } }",
            &["reward.policy.base.blocks", "nothing would be paid"],
        ),
        (
            "compound = '1/2'\nrestake_unit = 501\npolicy = { kind = 'constant', amount = 10 }",
            &[
                "reward.restake_unit",
                "is 501",
                "at most 500 coins",
                "nothing would become tokens",
                "lower it",
            ],
        ),
        ("compound = '3/2'", &["reward.compound", "between 0 and 1"]),
    ] {
        let problem = refused(&text(reward));
        for part in parts {
            assert!(problem.contains(part), "{reward}: {problem}");
        }
    }
    let groups = "[population]\ncount = 4\ntotal_stake = 1000\nstake = 'equal'\ngroups = [{ name = 'g', count = 5 }]\n";
    assert!(refused(groups).contains("4 of 4 validators are in no group yet"));
}

/// Whoever has the same stake has the same law: thousands of equal validators have all exact values, of a
/// binomial, of sums that are convolved and of an urn, and the few who are larger have theirs.
#[test]
fn equal_validators_share_one_law_however_many_they_are() {
    for (policy, by) in [
        ("policy = { kind = 'constant', amount = 1000 }", "independent rounds"),
        ("policy = { kind = 'split', amount = 1200, forger = '1/2', stake = '1/2' }", "independent rounds"),
        (
            "policy = { kind = 'random', distribution = 'gamma', mean = 300, shape = 2, cap = 2_000, base = { kind = 'constant', amount = 50 } }",
            "independent rounds",
        ),
        ("compound = true\npolicy = { kind = 'constant', amount = 10 }", "Polya's urn"),
    ] {
        let text = format!(
            "[run]\nrounds = 3000\ntrials = 2\nengine = 'draws'\ncheckpoints = 1\n\
             [population]\ncount = 2500\ntotal_stake = 25_000_000\nstake = 'equal'\n[reward]\n{policy}\n"
        );
        let (_, analysis) = played(&text);
        let rows: Vec<&IncomeRow> =
            analysis.tables.incomes.iter().filter(|row| row.kind == "validator").collect();
        assert_eq!(rows.len(), 2500);
        let exact = |row: &IncomeRow| {
            let quantiles = [row.q05_exact, row.q25_exact, row.median_exact, row.q75_exact, row.q95_exact];
            (quantiles, row.sd_exact, row.mean_exact, row.p_below_half_exact, row.p_below_exact)
        };
        let first = exact(rows[0]);
        assert!(first.0.iter().all(Option::is_some) && first.3.is_some(), "{policy}: {:?}", rows[0]);
        assert!(first.0.windows(2).all(|pair| pair[0] <= pair[1]), "{first:?}");
        assert!(rows.iter().all(|row| exact(row) == first && row.exact_by == by), "{policy}");
    }
}

/// How many different laws there are is bounded, not how many validators: those whom most resemble come first.
#[test]
fn the_laws_that_most_have_come_first() {
    let accounts: Vec<String> = (0..1_500)
        .map(|who| {
            let balance = if who < 1_200 { 2_000 + who } else { 1_500 };
            format!("{{ name = 'v{who}', balance = {balance} }}")
        })
        .collect();
    let (_, analysis) = played(&format!(
        "[run]\nrounds = 400\ntrials = 2\nengine = 'draws'\ncheckpoints = 1\n[population]\naccounts = [{}]\n\
         [reward]\npolicy = {{ kind = 'constant', amount = 1000 }}\n",
        accounts.join(", ")
    ));
    let rows = &analysis.tables.incomes;
    let (different, equal) = rows.split_at(1_200);
    assert!(equal.iter().all(|row| row.median_exact.is_some() && row.median_exact == equal[0].median_exact));
    // One law of the equal ones, and those of 999 of the others.
    assert_eq!(different.iter().filter(|row| row.median_exact.is_some()).count(), 999);
    assert!(rows.iter().all(|row| row.mean_exact.is_some() && row.sd_exact.is_some()));
}

/// What a rigged rule states is not what its incomes are distributed by: its rows have no exact values, and its
/// risk is that of the trials.
#[test]
fn a_rigged_rule_has_no_exact_incomes() {
    let text = |rule: &str| {
        format!(
            "[run]\nseed = 1\nrounds = 400\ntrials = 40\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 50 }}, {{ name = 'b', balance = 30 }}, {{ name = 'c', balance = 15 }}, {{ name = 'd', balance = 5 }}]\n\
             [selection]\nrule = '{rule}'\n[reward]\npolicy = {{ kind = 'every', blocks = 2, amount = 7 }}\n"
        )
    };
    let mut without = 0;
    for entry in RULES.iter().filter(|entry| entry.name.starts_with("rigged-")) {
        let scenario = scenario_of(&text(entry.name));
        let rule = &scenario.experiment.world.rule.thing;
        assert!(rule.is_rigged(), "{}", entry.name);
        let results = simulated(&scenario.experiment, 2);
        let analysis = analyse(&scenario.experiment, &scenario.file.analysis, &results);
        let by_law = |row: &&Statement| row.metric == Metric::UnfairProbabilityByLaw;
        assert_eq!(analysis.tables.fairness.iter().find(by_law), None, "{}", entry.name);
        // One tells what it draws with instead.
        if rule.draw(&scenario.experiment.world.stakes) != Draw::Own {
            continue;
        }
        without += 1;
        assert_eq!(analysis.income.basis, IncomeBasis::Trials, "{}", entry.name);
        for row in &analysis.tables.incomes {
            let exact = [row.mean_exact, row.sd_exact, row.share_exact, row.median_exact, row.p_below_exact];
            assert_eq!((exact, row.p_below_half_exact), ([None; 5], None), "{}: {row:?}", entry.name);
            assert_eq!(row.exact_by, "", "{}", entry.name);
        }
        // One lets nobody win here, and nobody earns anything.
        let Some(risk) = analysis.income.risk else {
            assert_eq!(results.totals.selections(), 0, "{}", entry.name);
            continue;
        };
        assert!(risk.interval.is_some() && !risk.sentence().contains("(exact)"), "{}", risk.sentence());
    }
    assert!(without >= 10, "{without}");
    assert!(RULES.iter().filter(|entry| !entry.name.starts_with("rigged-")).all(|entry| {
        let choice = Choice::plain(entry.name);
        find("rule", RULES, &choice).map_or(true, |found| !found.thing.is_rigged())
    }));
    let (_, honest) = played(&text("raffle"));
    assert!(honest.tables.incomes.iter().all(|row| row.p_below_half_exact.is_some()));
    assert_eq!(honest.income.basis, IncomeBasis::Law);
}

/// Powers 4, 3, 3 and 2, fifty coins every five blocks, and trials that end within a period of sixty: what stake
/// deserves is its part of what these trials pay, not of what the long run pays. By exact integers.
#[test]
fn risk_without_chance_is_that_of_these_trials() {
    for (rounds, incomes, below_half, below) in [
        (30, [150.0, 100.0, 50.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]),
        (60, [200.0, 150.0, 150.0, 100.0], [0.0; 4], [0.0; 4]),
        (90, [350.0, 250.0, 200.0, 100.0], [0.0; 4], [0.0, 0.0, 1.0, 1.0]),
    ] {
        let (_, analysis) = played(&format!(
            "[run]\nrounds = {rounds}\ntrials = 2\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'ann', balance = 4 }}, {{ name = 'bob', balance = 3 }}, {{ name = 'cid', balance = 3 }}, {{ name = 'dot', balance = 2 }}]\n\
             [selection]\nrule = 'cometbft-priority'\n[reward]\npolicy = {{ kind = 'every', blocks = 5, amount = 50 }}\n"
        ));
        for (place, row) in analysis.tables.incomes.iter().enumerate() {
            assert_eq!(row.mean, Some(incomes[place]), "{rounds}: {row:?}");
            let due = (Some(below_half[place]), Some(below[place]));
            assert_eq!((row.p_below_half, row.p_below), due, "{rounds}: {row:?}");
            assert_eq!((row.p_below_half_exact, row.p_below_exact), due, "{rounds}: {row:?}");
        }
        let risk = analysis.income.risk.unwrap();
        assert_eq!((risk.probability, risk.interval), (below_half[3], None), "{}", risk.sentence());
        assert_eq!(risk.worst == "dot", rounds == 30, "{}", risk.sentence());
    }
}

/// One of two forgers is silent and earns nothing in any trial: its interval lies far below its share of stake, and
/// the verdict says so.
#[test]
fn intervals_that_decide_are_a_verdict() {
    for (trials, verdict) in [(5, Verdict::Inconclusive), (100, Verdict::Unfair), (600, Verdict::Unfair)] {
        let (_, analysis) = played(&format!(
            "[run]\nseed = 1\nrounds = 60\ntrials = {trials}\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 100 }}, {{ name = 'b', balance = 100 }}]\n\
             [[behaviours]]\nact = 'silent-forger'\naccounts = ['a']\n\
             [reward]\npolicy = {{ kind = 'constant', amount = 5 }}\n"
        ));
        let income = &analysis.income;
        assert_eq!((income.basis, income.verdict()), (IncomeBasis::Trials, Some(verdict)), "{trials}");
    }
}

/// Penalties come off the stake of a validator, which is its operator's and its delegators': each bears its part,
/// and together they bear what the validator does.
#[test]
fn operators_and_delegators_bear_the_penalties_of_their_stake() {
    for (shares, parts) in [
        (&["9/10"][..], &[0.1, 0.9][..]),
        (&["1/3", "1/7"], &[11.0 / 21.0, 1.0 / 3.0, 1.0 / 7.0]),
        (&["2/3", "1/3"], &[0.0, 2.0 / 3.0, 1.0 / 3.0]),
    ] {
        let delegators: Vec<String> = (0..)
            .zip(shares)
            .map(|(who, share)| format!("{{ name = 'd{who}', share = '{share}' }}"))
            .collect();
        let (results, analysis) = played(&format!(
            "[run]\nseed = 3\nrounds = 500\ntrials = 6\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'op', balance = 5000 }}, {{ name = 'b', balance = 5000 }}, {{ name = 'c', balance = 5000 }}]\n\
             [[behaviours]]\nact = 'silent-forger'\naccounts = ['op']\n[reward]\n\
             policy = {{ kind = 'missed', block = 7, attestation = 1, base = 10 }}\n\
             pools = [{{ operator = 'op', commission = '1/10', delegators = [{}] }}]\n",
            delegators.join(", ")
        ));
        let whole = income(&analysis, "validator", "op").penalties.unwrap();
        assert!(whole > 500.0, "{whole}");
        let place = |kind: &str, name: &str| {
            let of = |row: &IncomeRow| row.kind == kind && row.name == name;
            analysis.tables.incomes.iter().position(of).unwrap()
        };
        let mut sharers = vec![place("operator", "op")];
        sharers.extend((0..shares.len()).map(|who| place("delegator", &format!("d{who}"))));
        let mut sum = 0.0;
        for (&sharer, part) in sharers.iter().zip(parts) {
            let penalties = analysis.tables.incomes[sharer].penalties.unwrap();
            sum += penalties;
            // To within a coin of each that shares.
            assert!(
                (penalties - part * whole).abs() <= shares.len() as f64,
                "{penalties} for {part} of {whole}"
            );
        }
        assert!((sum - whole).abs() < 1e-9, "{sum} for {whole}");
        // A silent forger earns nothing, so that its income is what it lost.
        let validator = place("validator", "op");
        for record in &results.records {
            let shared: i64 = sharers.iter().map(|&sharer| record.incomes.each[sharer]).sum();
            assert_eq!(shared, record.incomes.each[validator]);
        }
    }
}

/// Somebody wins all rounds of the only trial, and so earns all of what is paid every second block: that incomes
/// are those of the wins is a coincidence, and the policy says what they rest on.
#[test]
fn incomes_that_happen_to_follow_the_wins_are_not_judged_by_them() {
    let (results, analysis) = played(
        "[run]\nseed = 1\nrounds = 4\ntrials = 1\nengine = 'draws'\n[population]\n\
         accounts = [{ name = 'a', balance = 999_999_999 }, { name = 'b', balance = 1 }]\n\
         [reward]\npolicy = { kind = 'every', blocks = 2, amount = 10 }\n",
    );
    assert_eq!(results.totals.validators[0].wins, 4);
    assert_eq!(analysis.income.basis, IncomeBasis::Law, "{}", analysis.income.sentence());
    assert_eq!(analysis.income.verdict(), Some(Verdict::Fair));
}

/// A rule whose circle begins anywhere leaves something to chance, though a single trial does not show it.
#[test]
fn a_single_trial_of_a_bounded_rule_is_not_all_that_can_happen() {
    let text = |rule: &str| {
        format!(
            "[run]\nseed = 1\nrounds = 31\ntrials = 1\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 10 }}, {{ name = 'b', balance = 10 }}, {{ name = 'c', balance = 10 }}]\n\
             [selection]\nrule = {rule}\n[reward]\npolicy = {{ kind = 'every', blocks = 3, amount = 10 }}\n"
        )
    };
    let (_, analysis) = played(&text("{ kind = 'cool-down', rounds = 2 }"));
    assert_eq!(analysis.income.basis, IncomeBasis::Trials, "{}", analysis.income.sentence());
    assert!(analysis.tables.incomes.iter().all(|row| row.exact_by.is_empty()));
    let (_, analysis) = played(&text("'round-robin'"));
    assert_eq!(analysis.income.basis, IncomeBasis::Exact, "{}", analysis.income.sentence());
}

/// Rewards that never change are constant, whatever they are called: they compound as an urn does, to the coin.
#[test]
fn constant_rewards_in_disguise_are_constant() {
    let text = |policy: &str| {
        format!(
            "[run]\nseed = 5\nrounds = 100\ntrials = 20\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 600 }}, {{ name = 'b', balance = 400 }}]\n\
             [reward]\ncompound = 1\npolicy = {policy}\n"
        )
    };
    let (plain, expected) = played(&text("{ kind = 'constant', amount = 10 }"));
    assert_eq!(income(&expected, "validator", "a").exact_by, "Polya's urn");
    for policy in [
        "{ kind = 'schedule', form = 'table', table = [[1, 10]] }",
        "{ kind = 'schedule', form = 'table', table = [[1, 10], [50, 10]] }",
        "{ kind = 'schedule', form = 'linear', amount = 10, end = 10, blocks = 30 }",
        "{ kind = 'schedule', form = 'exponential', amount = 10, factor = '1' }",
        "{ kind = 'every', blocks = 1, amount = 10 }",
        "{ kind = 'every', blocks = 1, amount = 7, base = 3 }",
        "{ kind = 'every', blocks = 9, amount = 0, base = 10 }",
        "{ kind = 'split', amount = 10 }",
        "{ kind = 'split', amount = { kind = 'every', blocks = 1, amount = 10 }, forger = 1 }",
    ] {
        let (results, analysis) = played(&text(policy));
        assert_eq!(
            (results.records, results.totals),
            (plain.records.clone(), plain.totals.clone()),
            "{policy}"
        );
        assert_eq!(analysis.tables.incomes, expected.tables.incomes, "{policy}");
        assert_eq!(analysis.income, expected.income, "{policy}");
    }
    for policy in [
        "{ kind = 'schedule', form = 'table', table = [[2, 10]] }",
        "{ kind = 'schedule', form = 'table', table = [[1, 10], [50, 11]] }",
        "{ kind = 'every', blocks = 2, amount = 10 }",
        "{ kind = 'split', amount = 10, stake = '1/10' }",
    ] {
        assert!(
            scenario_of(&text(policy)).experiment.world.protocol.reward.thing.constant().is_none(),
            "{policy}"
        );
    }
}

/// What a treasury gets of amounts that are known is certain.
#[test]
fn a_treasury_of_known_amounts_has_no_interval() {
    let (_, analysis) = played(
        "[run]\nseed = 5\nrounds = 101\ntrials = 20\nengine = 'draws'\n[population]\n\
         accounts = [{ name = 'a', balance = 600 }, { name = 'b', balance = 400 }]\n\
         [reward]\npolicy = { kind = 'split', amount = 7, treasury = '1/3' }\n",
    );
    let row = income(&analysis, "treasury", "treasury");
    // 101 times 7 thirds are 235 and two thirds.
    assert_eq!(
        (row.mean, row.sd, row.mean_exact, row.sd_exact),
        (Some(235.0), Some(0.0), Some(235.0), Some(0.0))
    );
    assert_eq!((row.share_low, row.share_high), (None, None));
    assert!((row.share_exact.unwrap() - 235.0 / (101.0 * 7.0 * 2.0 / 3.0)).abs() < 1e-12, "{row:?}");
}

/// What a pool of many earns is divided once in a trial, not once for each of its winners: in steps of members times
/// winners this takes a minute.
#[test]
fn a_trial_of_a_large_pool_is_paid_at_once() {
    const MEMBERS: usize = 20_000;
    let names: Vec<String> = (1..=MEMBERS).map(|who| format!("'validator-{who:05}'")).collect();
    let (results, analysis) = played(&format!(
        "[run]\nrounds = 400_000\ntrials = 1\nengine = 'law'\ncheckpoints = 1\n[population]\ncount = {MEMBERS}\n\
         total_stake = 640_000\nstake = 'equal'\n[reward]\npolicy = {{ kind = 'constant', amount = 1000 }}\n\
         smoothing = [[{}]]\n",
        names.join(", ")
    ));
    assert_eq!(results.records[0].incomes.all, 400_000_000);
    for row in analysis.tables.incomes.iter().filter(|row| row.kind == "validator") {
        assert_eq!(row.mean, Some(20_000.0), "{row:?}");
        assert!((row.mean_exact.unwrap() - 20_000.0).abs() < 1e-6, "{row:?}");
    }
}

/// An account that there is not is answered with the nearest validator, or with one that there is.
#[test]
fn members_of_pools_that_there_are_not_get_a_remedy() {
    let text = |reward: &str| {
        format!(
            "[run]\nrounds = 100\n[population]\naccounts = [{{ name = 'alice', balance = 600 }}, {{ name = 'bob', balance = 400 }}]\n[reward]\n{reward}\n"
        )
    };
    for (reward, key, remedy) in [
        ("smoothing = [['alcie', 'bob']]", "reward.smoothing[0]", "did you mean \"alice\"?"),
        ("smoothing = [['zzzzzz', 'bob']]", "reward.smoothing[0]", "such as \"alice\""),
        (
            "pools = [{ operator = 'zzzzzz', delegators = [{ name = 'x', share = '1/2' }] }]",
            "reward.pools[0].operator",
            "such as \"alice\"",
        ),
    ] {
        let problem = refused(&text(reward));
        assert!(problem.contains(key) && problem.contains(remedy), "{problem}");
    }
}
