//! Accounting: what a column says follows from the others, table by table.
//!
//! Every table is taken apart without `..`, so that a new column does not compile until its
//! identity stands here. Columns of inference (intervals, p-values, quantiles) have tests of their
//! own; here they only hold the estimate that they are about.

use std::collections::BTreeMap;
use tombola::analysis::rows::{ChainRow, IncomeRow, Metric, TimelineRow, TrialRow, ValidatorRow, WindowRow};
use tombola::simulation::{TrialRecord, fixed_share};
use tombola::{Outcome, RunOptions, Scenario};

/// Scenarios in which, together, every count moves.
const SCENARIOS: &[(&str, &str)] = &[
    (
        "plain",
        "[population]\ncount = 5\ntotal_stake = 5_000\nstake = 'zipf'\n[reward]\npolicy = { kind = 'constant', amount = 7 }\n[analysis]\nbayes = true\n",
    ),
    (
        "faults",
        "[population]\ncount = 9\ntotal_stake = 9_000\nstake = 'zipf'\nminimum_stake = 100\n\
         [transactions]\nper_round = 3\nusers = 4\nfee = 2\nbad = '1/3'\nburn = '1/3'\n\
         [reward]\npolicy = { kind = 'constant', amount = 7 }\ncompound = true\n\
         [slashing]\nshare = '1/7'\n[network]\nloss = 0.05\n\
         [[behaviours]]\nact = 'invalid-block'\naccounts = ['validator-2']\n\
         [[behaviours]]\nact = 'silent-forger'\naccounts = ['validator-3']\n\
         [[behaviours]]\nact = 'always-approve'\naccounts = ['validator-4']\n",
    ),
    (
        "cheats",
        "[population]\ncount = 6\ntotal_stake = 6_000\nstake = 'zipf'\nminimum_stake = 10\n\
         [slashing]\nshare = '1/3'\n[attestation]\ncommittee = 3\nweight = 'stake'\n\
         [[behaviours]]\nact = 'invalid-block'\naccounts = ['validator-2', 'validator-5']\n",
    ),
    (
        "empty slots",
        "[population]\ncount = 7\ntotal_stake = 70_000\nstake = 'zipf'\n\
         [selection]\nrule = { kind = 'cardano-praos', active_slots = '1/4' }\n\
         [reward]\ncompound = '1/2'\n",
    ),
    (
        "pools",
        "[population]\ncount = 6\ntotal_stake = 6_000\nstake = 'zipf'\n\
         [reward]\npolicy = { kind = 'split', amount = 20, attestors = '1/4', stake = '1/4', treasury = '1/10' }\n\
         pools = [{ operator = 'validator-1', commission = '1/9', delegators = [{ name = 'x', share = '1/3' }] }]\n",
    ),
    (
        "penalties",
        "[population]\ncount = 5\ntotal_stake = 5_000\nstake = 'zipf'\n\
         [reward]\npolicy = { kind = 'missed', block = 5, attestation = 2 }\n\
         [[behaviours]]\nact = 'offline'\naccounts = ['validator-3']\n\
         [[behaviours]]\nact = 'silent-forger'\naccounts = ['validator-1']\n",
    ),
];
/// One in which some trials have no block at all.
const RARE_BLOCKS: &str = "[population]\ncount = 4\ntotal_stake = 40_000\nstake = 'zipf'\n\
         [selection]\nrule = { kind = 'cardano-praos', active_slots = '1/50' }\n\
         [reward]\npolicy = { kind = 'constant', amount = 7 }\n";
const ROUNDS: u64 = 90;
const TRIALS: u64 = 7;

fn scenario(name: &str, text: &str) -> Scenario {
    let run = format!("[run]\nrounds = {ROUNDS}\ntrials = {TRIALS}\nseed = 11\nengine = 'draws'\n");
    Scenario::parse(name, &format!("{run}{text}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs every scenario and shows it to the check.
fn each(mut check: impl FnMut(&str, &Outcome)) {
    for (name, text) in SCENARIOS {
        let scenario = scenario(name, text);
        let outcome = tombola::run(&scenario, RunOptions::default()).expect("it runs");
        check(name, &outcome);
    }
}

/// That two numbers are the same, up to the rounding of a few floats.
#[track_caller]
fn same(told: Option<f64>, true_one: f64, what: &str) {
    let told = told.unwrap_or_else(|| panic!("{what} is empty"));
    assert!((told - true_one).abs() <= 1e-9 * true_one.abs().max(1e-3), "{what}: {told}, not {true_one}");
}

/// That an estimate lies in its interval, where there is one.
#[track_caller]
fn holds(low: Option<f64>, estimate: Option<f64>, high: Option<f64>, what: &str) {
    assert_eq!(low.is_some(), high.is_some(), "{what}: half an interval");
    if let (Some(low), Some(estimate), Some(high)) = (low, estimate, high) {
        let room = 1e-9 * estimate.abs().max(1e-3);
        assert!(low <= estimate + room && estimate <= high + room, "{what}: {estimate} in [{low}, {high}]");
    }
}

#[test]
fn chains_add_up() {
    let mut moved = BTreeMap::new();
    each(|name, outcome| {
        let world = &outcome.scenario.experiment.world;
        let at_genesis: u128 =
            world.balances.iter().chain(&world.stakes).map(|&coins| u128::from(coins)).sum();
        assert_eq!(outcome.tables().chains.len() as u64, TRIALS);
        for (trial, row) in outcome.tables().chains.iter().enumerate() {
            let ChainRow {
                trial: number,
                rounds,
                rounds_empty,
                rounds_contested,
                rounds_silent,
                blocks_accepted,
                blocks_rejected,
                blocks_invalid_accepted,
                slashings,
                transactions_settled,
                refused_unknown_account,
                refused_bad_signature,
                refused_zero_amount,
                refused_self_transfer,
                refused_wrong_nonce,
                refused_overdraft,
                transactions_held_back,
                fees_coins,
                genesis_coins,
                minted_coins,
                balances_coins,
                stakes_coins,
                burnt_coins,
                slashed_coins,
                held_coins,
            } = *row;
            assert_eq!(number, trial as u64, "{name}");
            assert_eq!(rounds, ROUNDS, "{name}");
            assert_eq!(rounds, rounds_empty + rounds_silent + blocks_accepted + blocks_rejected, "{name}");
            assert!(rounds_contested <= rounds - rounds_empty, "{name}");
            assert!(blocks_invalid_accepted <= blocks_accepted, "{name}");
            assert!(slashings <= blocks_rejected, "{name}");
            assert!(slashed_coins >= u128::from(slashings), "{name}: a slashing takes a coin at least");
            assert_eq!(genesis_coins, at_genesis, "{name}");
            assert_eq!(
                genesis_coins + minted_coins,
                balances_coins + stakes_coins + burnt_coins + slashed_coins + held_coins,
                "{name}"
            );
            let refused = [
                refused_unknown_account,
                refused_bad_signature,
                refused_zero_amount,
                refused_self_transfer,
                refused_wrong_nonce,
                refused_overdraft,
            ];
            let counted = transactions_settled + refused.iter().sum::<u64>() + transactions_held_back;
            let handed_in = world.traffic.per_round * ROUNDS;
            let waiting = handed_in.checked_sub(counted).expect("none is counted twice");
            assert!(waiting <= world.traffic.capacity as u64, "{name}: {waiting} are lost");
            assert_eq!(fees_coins, transactions_settled * world.traffic.fee, "{name}");
            // Each block burns its part of the fees, rounded down.
            let part = u128::from(world.protocol.burn.floor_of(fees_coins));
            assert!(burnt_coins <= part && burnt_coins + u128::from(blocks_accepted) >= part, "{name}");
            let counts = [
                ("empty", rounds_empty),
                ("contested", rounds_contested),
                ("silent", rounds_silent),
                ("rejected", blocks_rejected),
                ("slashed", slashings),
                ("settled", transactions_settled),
                ("burnt", burnt_coins as u64),
                ("minted", minted_coins as u64),
                ("held", held_coins as u64),
            ];
            let refused = refused.into_iter().map(|count| ("refused", count));
            for (what, count) in counts.into_iter().chain(refused) {
                *moved.entry(what).or_insert(0) += count;
            }
        }
    });
    assert!(moved.values().all(|&count| count > 0), "a count that never moves is not watched: {moved:?}");
}

#[test]
fn validators_add_up() {
    each(|name, outcome| {
        let tables = outcome.tables();
        let (chains, trials, validators) = (&tables.chains, &tables.trials, &tables.validators);
        let selections: u64 = chains.iter().map(|row| row.rounds - row.rounds_empty).sum();
        let accepted: u64 = chains.iter().map(|row| row.blocks_accepted).sum();
        let slashed_in_all: u128 = chains.iter().map(|row| row.slashed_coins).sum();
        let stakes: u64 = validators.iter().map(|row| row.stake).sum();
        let earned: u128 = validators.iter().map(|row| row.reward.unwrap()).sum();
        let seats: u64 = validators.iter().map(|row| row.attestor_seats.unwrap()).sum();
        assert_eq!(validators.iter().map(|row| row.wins).sum::<u64>(), selections, "{name}");
        assert_eq!(validators.iter().map(|row| row.blocks.unwrap()).sum::<u64>(), accepted, "{name}");
        let slashed: u128 = validators.iter().map(|row| row.slashed.unwrap()).sum();
        let punished: Option<f64> =
            tables.incomes.iter().filter(|row| row.kind == "validator").map(|row| row.penalties).sum();
        same(Some(slashed as f64 + punished.unwrap() * TRIALS as f64), slashed_in_all as f64, "slashed");
        for (place, row) in validators.iter().enumerate() {
            let ValidatorRow {
                validator,
                stake,
                stake_share,
                expected_share,
                wins,
                win_share,
                win_share_low,
                win_share_high,
                win_share_exact_low,
                win_share_exact_high,
                win_share_joint_low,
                win_share_joint_high,
                win_share_sison_glaz_low,
                win_share_sison_glaz_high,
                p_value,
                p_holm,
                p_bh,
                relative_deviation,
                relative_deviation_low,
                relative_deviation_high,
                longest_gap,
                longest_gap_p,
                longest_run,
                longest_run_p,
                blocks,
                attestor_seats,
                attestor_share,
                expected_attestor_share,
                reward,
                reward_share,
                reward_share_low,
                reward_share_high,
                return_on_stake,
                slashed,
                final_stake_share,
                posterior_mean,
                posterior_low,
                posterior_high,
                probability_within,
                slots_led,
                expected_slots_led,
                slots_led_p,
                longest_unit,
            } = row.clone();
            let own: Vec<&TrialRow> = trials.iter().filter(|row| row.validator == validator).collect();
            assert_eq!(own.len() as u64, TRIALS, "{name}: {validator}");
            let world = &outcome.scenario.experiment.world;
            assert_eq!((&validator, stake), (&world.names[place], world.stakes[place]), "{name}");
            same(Some(stake_share), stake as f64 / stakes as f64, "stake_share");
            assert_eq!(wins, own.iter().map(|row| row.wins).sum::<u64>(), "{name}: {validator}");
            assert_eq!(blocks.unwrap(), own.iter().map(|row| row.blocks).sum::<u64>(), "{name}: {validator}");
            assert!(blocks.unwrap() <= wins, "{name}: {validator}");
            let reward = reward.unwrap();
            assert_eq!(reward, own.iter().map(|row| u128::from(row.reward)).sum::<u128>(), "{name}");
            let slashed = slashed.unwrap();
            assert_eq!(slashed, own.iter().map(|row| u128::from(row.slashed)).sum::<u128>(), "{name}");
            // Over all rounds, or the mean of the trials where only those are independent.
            let mean = own.iter().map(|row| row.win_share.unwrap()).sum::<f64>() / TRIALS as f64;
            let all = wins as f64 / selections as f64;
            let close = |share: f64| (win_share.unwrap() - share).abs() < 1e-9;
            assert!(close(all) || close(mean), "{name}: {win_share:?}, not {all} nor {mean}");
            holds(win_share_low, win_share, win_share_high, "win_share");
            holds(win_share_exact_low, win_share, win_share_exact_high, "win_share_exact");
            holds(win_share_joint_low, win_share, win_share_joint_high, "win_share_joint");
            holds(win_share_sison_glaz_low, win_share, win_share_sison_glaz_high, "win_share_sison_glaz");
            if let Some(expected) = expected_share.filter(|expected| *expected > 0.0) {
                same(relative_deviation, win_share.unwrap() / expected - 1.0, "relative_deviation");
                if let Some((low, high)) = win_share_low.zip(win_share_high) {
                    same(relative_deviation_low, low / expected - 1.0, "relative_deviation_low");
                    same(relative_deviation_high, high / expected - 1.0, "relative_deviation_high");
                }
            }
            for p in [p_value, p_holm, p_bh, longest_gap_p, longest_run_p].into_iter().flatten() {
                assert!((0.0..=1.0).contains(&p), "{name}: {validator}: {p}");
            }
            if let (Some(p), Some(holm), Some(bh)) = (p_value, p_holm, p_bh) {
                assert!(p <= bh + 1e-12 && bh <= holm + 1e-12, "{name}: {p} {bh} {holm}");
            }
            holds(posterior_low, posterior_mean, posterior_high, "posterior");
            assert_eq!(posterior_mean.is_some(), name == "plain", "{name}");
            for p in [probability_within, slots_led_p].into_iter().flatten() {
                assert!((0.0..=1.0).contains(&p), "{name}: {validator}: {p}");
            }
            if let Some(led) = slots_led {
                assert!(led >= wins && led <= ROUNDS * TRIALS, "{name}: {led} slots led, {wins} won");
                let most = (ROUNDS * TRIALS) as f64;
                assert!(expected_slots_led.is_none_or(|led| (0.0..=most).contains(&led)), "{name}: {led}");
            }
            assert_eq!(slots_led.is_some(), name == "empty slots", "{name}");
            assert_eq!(longest_unit.is_some(), longest_gap.is_some(), "{name}: {longest_unit:?}");
            assert!(longest_gap.is_none_or(|gap| gap <= ROUNDS), "{name}");
            assert!(longest_run.is_none_or(|run| run <= wins && (run > 0) == (wins > 0)), "{name}");
            if seats > 0 {
                same(attestor_share, attestor_seats.unwrap() as f64 / seats as f64, "attestor_share");
            }
            assert!(expected_attestor_share.is_none_or(|share| (0.0..=1.0).contains(&share)), "{name}");
            if earned > 0 {
                same(reward_share, reward as f64 / earned as f64, "reward_share");
                holds(reward_share_low, reward_share, reward_share_high, "reward_share");
            }
            same(return_on_stake, reward as f64 / TRIALS as f64 / stake as f64, "return_on_stake");
            let finals: f64 = own.iter().map(|row| row.final_stake_share.unwrap()).sum();
            same(final_stake_share, finals / TRIALS as f64, "final_stake_share");
        }
        let one: f64 = validators.iter().map(|row| row.win_share.unwrap()).sum();
        same(Some(one), 1.0, "the sum of win shares");
        let expected: Option<f64> = validators.iter().map(|row| row.expected_share).sum();
        expected.into_iter().for_each(|sum| same(Some(sum), 1.0, "the sum of expected shares"));
    });
}

#[test]
fn trials_add_up() {
    each(|name, outcome| {
        let tables = outcome.tables();
        for chain in &tables.chains {
            let rows: Vec<&TrialRow> = tables.trials.iter().filter(|row| row.trial == chain.trial).collect();
            assert_eq!(rows.len(), tables.validators.len(), "{name}");
            let selections = chain.rounds - chain.rounds_empty;
            for (row, validator) in rows.iter().zip(&tables.validators) {
                let TrialRow {
                    trial,
                    validator: ref of,
                    wins,
                    win_share,
                    blocks,
                    reward: _,
                    slashed,
                    final_stake,
                    final_stake_share,
                } = **row;
                assert_eq!((trial, of), (chain.trial, &validator.validator), "{name}");
                same(win_share, wins as f64 / selections as f64, "win_share");
                assert!(blocks <= wins, "{name}: {of}");
                assert!(slashed <= validator.stake + row.reward, "{name}: {of}");
                same(final_stake_share, final_stake as f64 / chain.stakes_coins as f64, "final_stake_share");
            }
            let sum = |of: fn(&TrialRow) -> u64| rows.iter().map(|row| u128::from(of(row))).sum::<u128>();
            assert_eq!(sum(|row| row.wins), u128::from(selections), "{name}");
            assert_eq!(sum(|row| row.blocks), u128::from(chain.blocks_accepted), "{name}");
            assert!(sum(|row| row.slashed) <= chain.slashed_coins, "{name}: the rest are penalties");
            assert_eq!(sum(|row| row.final_stake), chain.stakes_coins, "{name}");
        }
    });
}

/// Where nobody but validators is paid, what they earn is what was made and what fees left.
#[test]
fn what_is_earned_is_what_was_made_and_paid() {
    each(|name, outcome| {
        let tables = outcome.tables();
        let income = outcome.scenario.experiment.world.receivers == 0;
        for chain in &tables.chains {
            let rows = tables.trials.iter().filter(|row| row.trial == chain.trial);
            let earned: u128 = rows.map(|row| u128::from(row.reward)).sum();
            let paid =
                chain.minted_coins + u128::from(chain.fees_coins) - chain.burnt_coins - chain.held_coins;
            if income {
                assert_eq!(earned, paid, "{name}: trial {}", chain.trial);
            } else {
                assert!(earned < paid, "{name}: trial {}", chain.trial);
            }
        }
    });
}

#[test]
fn incomes_add_up() {
    each(|name, outcome| {
        let tables = outcome.tables();
        let earned: f64 =
            tables.incomes.iter().filter(|row| row.kind == "validator").filter_map(|row| row.mean).sum();
        for row in &tables.incomes {
            let parts = [row.block, row.attestation, row.stake_reward, row.fees, row.extra];
            let gained: f64 = parts.iter().map(|part| part.expect("a part")).sum();
            same(row.mean, gained - row.penalties.unwrap_or(0.0), &format!("{name}: {}", row.name));
            assert_income(name, row, earned);
        }
    });
}

fn assert_income(name: &str, row: &IncomeRow, earned: f64) {
    let what = format!("{name}: {}", row.name);
    if row.kind == "validator" && earned > 0.0 {
        same(row.share, row.mean.unwrap() / earned, &what);
    }
    holds(row.share_low, row.share, row.share_high, &what);
    holds(row.p_below_half_low, row.p_below_half, row.p_below_half_high, &what);
    if row.stake > 0.0 {
        same(row.return_per_round, row.mean.unwrap() / ROUNDS as f64 / row.stake, &what);
    }
    if let (Some(median), Some(mean)) = (row.median, row.mean.filter(|mean| *mean > 0.0)) {
        same(row.median_over_mean, median / mean, &what);
    }
    if let (Some(sd), Some(se)) = (row.sd, row.se) {
        same(Some(se), sd / (TRIALS as f64).sqrt(), &what);
    }
    let quantiles = [row.q05, row.q25, row.median, row.q75, row.q95];
    assert!(quantiles.windows(2).all(|pair| pair[0] <= pair[1]), "{what}: {quantiles:?}");
}

#[test]
fn the_time_line_ends_where_the_trials_do() {
    each(|name, outcome| {
        let tables = outcome.tables();
        for row in &tables.timeline {
            let TimelineRow {
                round,
                metric,
                subject,
                mean,
                low,
                high,
                q05,
                q25,
                q50,
                q75,
                q95,
                law_q05,
                law_q95,
            } = row.clone();
            assert!((1..=ROUNDS).contains(&round), "{name}");
            holds(low, Some(mean), high, &metric);
            let quantiles = [q05, q25, q50, q75, q95];
            assert!(quantiles.windows(2).all(|pair| pair[0] <= pair[1]), "{name}: {quantiles:?}");
            assert!(law_q05 <= law_q95, "{name}: {subject}");
            if round != ROUNDS {
                continue;
            }
            let of = |value: fn(&TrialRow) -> Option<f64>| {
                let own = tables.trials.iter().filter(|row| row.validator == subject);
                own.map(|row| value(row).unwrap()).sum::<f64>() / TRIALS as f64
            };
            let at_the_end = match metric.as_str() {
                "win_share" => of(|row| row.win_share),
                "stake_share" => of(|row| row.final_stake_share),
                "accepted_share" => {
                    let shares = tables
                        .chains
                        .iter()
                        .map(|row| row.blocks_accepted as f64 / (row.rounds - row.rounds_empty) as f64);
                    shares.sum::<f64>() / TRIALS as f64
                }
                "income_share" => {
                    let share = |chain: &ChainRow| {
                        let of_trial = tables.trials.iter().filter(|row| row.trial == chain.trial);
                        let all: u64 = of_trial.clone().map(|row| row.reward).sum();
                        let own: u64 =
                            of_trial.filter(|row| row.validator == subject).map(|row| row.reward).sum();
                        own as f64 / all as f64
                    };
                    tables.chains.iter().map(share).sum::<f64>() / TRIALS as f64
                }
                "unfair_probability" => {
                    let expected = outcome.tables().validators.iter().find(|row| row.validator == subject);
                    let stake_share = expected.expect("the validator").stake_share;
                    let tolerance = outcome.scenario.file.analysis.tolerance;
                    let outside = |row: &TrialRow| {
                        let deviation = row.win_share.map(|share| (share / stake_share - 1.0).abs());
                        Some(f64::from(u8::from(deviation.is_none_or(|off| off > tolerance + 1e-9))))
                    };
                    let own = tables.trials.iter().filter(|row| row.validator == subject);
                    own.filter_map(outside).sum::<f64>() / TRIALS as f64
                }
                // Exact, whatever the trials gave.
                "unfair_probability_by_law" => {
                    assert!((0.0..=1.0).contains(&mean) && low.is_none(), "{name}: {mean}");
                    continue;
                }
                other => panic!("{other} has no identity here"),
            };
            // Means over trials of shares that are kept in fixed point.
            assert!(
                (mean - at_the_end).abs() < 1e-6,
                "{name}: {metric} of {subject}: {mean}, not {at_the_end}"
            );
        }
    });
}

#[test]
fn windows_add_up() {
    each(|name, outcome| {
        let tables = outcome.tables();
        assert!(!tables.windows.is_empty(), "{name}");
        let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
        for row in &tables.windows {
            let WindowRow { ref validator, window_rounds, windows, expected_wins, mean, gap_rounds, .. } =
                *row;
            let played: u64 =
                tables.chains.iter().map(|row| (row.rounds - row.rounds_empty) / window_rounds).sum();
            assert_eq!(windows, played, "{name}: {validator}");
            assert_eq!(gap_rounds, window_rounds, "{name}");
            let of = tables.validators.iter().find(|row| &row.validator == validator).expect("a validator");
            if let (Some(wins), Some(share)) = (expected_wins, of.expected_share) {
                same(Some(wins), share * window_rounds as f64, "expected_wins");
            }
            for (low, high) in [
                (row.least_possible, row.least_wins),
                (row.least_wins, row.q05),
                (row.q05, row.q50),
                (row.q50, row.q95),
                (row.q95, row.most_wins),
                (row.most_wins, row.most_possible.or(Some(window_rounds))),
                (row.q05_expected, row.q50_expected),
                (row.q50_expected, row.q95_expected),
            ] {
                assert!(
                    low.is_none() || high.is_none() || low <= high,
                    "{name}: {validator}: {low:?} {high:?}"
                );
            }
            assert_eq!(
                row.sd.is_some_and(|sd| sd > 0.0),
                row.least_wins < row.most_wins,
                "{name}: {validator}"
            );
            assert!(
                row.empty_share.is_none_or(|share| (share > 0.0) == (row.least_wins == Some(0))),
                "{name}"
            );
            for p in [
                row.empty_probability,
                row.least_wins_probability,
                row.least_wins_p,
                row.most_wins_probability,
                row.most_wins_p,
                row.gap_probability,
            ] {
                assert!(p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{name}: {validator}");
            }
            assert!(row.least_wins_probability <= row.least_wins_p || row.least_wins_p.is_none(), "{name}");
            assert!(row.most_wins_probability <= row.most_wins_p || row.most_wins_p.is_none(), "{name}");
            *sums.entry(window_rounds).or_default() += mean.unwrap_or(0.0);
        }
        for (window, wins) in sums.into_iter().filter(|(_, wins)| *wins > 0.0) {
            same(Some(wins), window as f64, "the wins of all in a window");
        }
    });
}

// What follows watches lines that hand-made mutants once changed without any test failing.

fn outcome_of(scenario: &Scenario) -> Outcome<'_> {
    tombola::run(scenario, RunOptions::default()).expect("it runs")
}

/// A third of 100 tokens, rounded up, in the first round; whatever the cheat earned is nothing.
#[test]
fn a_slashing_takes_its_share_rounded_up() {
    let text = "[run]\nrounds = 1\ntrials = 60\nengine = 'draws'\n\
        [population]\ncount = 3\ntotal_stake = 300\nminimum_stake = 1\nstake = 'equal'\n\
        [slashing]\nshare = '1/3'\n[[behaviours]]\nact = 'invalid-block'\naccounts = ['validator-1']\n";
    let scenario = Scenario::parse("slash", text).expect("a scenario");
    let outcome = outcome_of(&scenario);
    let cheat: Vec<&TrialRow> =
        outcome.tables().trials.iter().filter(|row| row.validator == "validator-1").collect();
    // Some flaws prove nothing about the forger: its block is rejected, and it keeps its stake.
    assert!(cheat.iter().any(|row| row.slashed > 0));
    for row in cheat {
        let possible: &[(u64, u64)] = if row.wins == 1 { &[(34, 66), (0, 100)] } else { &[(0, 100)] };
        assert!(possible.contains(&(row.slashed, row.final_stake)), "{row:?}");
    }
}

/// A cheat that loses everything has no seat afterwards, in committees that are drawn by stake.
#[test]
fn committees_are_told_of_stakes() {
    let text = "[run]\nrounds = 300\ntrials = 4\nengine = 'draws'\n\
        [population]\ncount = 5\ntotal_stake = 500\nminimum_stake = 1\nstake = 'equal'\n\
        [attestation]\ncommittee = { kind = 'drawn-with-replacement', size = 3 }\n\
        [slashing]\nshare = 1\n[[behaviours]]\nact = 'invalid-block'\naccounts = ['validator-1']\n";
    let scenario = Scenario::parse("told", text).expect("a scenario");
    let outcome = outcome_of(&scenario);
    let seats = |row: &ValidatorRow| row.attestor_seats.expect("seats");
    let all: u64 = outcome.tables().validators.iter().map(|row| seats(&row)).sum();
    let cheat = &outcome.tables().validators.row(0);
    assert_eq!(cheat.slashed, Some(400), "it is caught in every trial");
    // A fifth if nobody told the committees; until it is caught it takes five rounds on average.
    assert!(seats(cheat) * 12 < all, "{} of {all} seats", seats(cheat));
}

/// A trial outside the margin counts on either side, and a checkpoint before the first block is not fair.
#[test]
fn unfair_trials_are_counted_on_both_sides() {
    let text = "[run]\nrounds = 20\ntrials = 300\nengine = 'draws'\ncheckpoints = 12\n\
        [population]\ncount = 3\ntotal_stake = 30_000\nstake = 'equal'\n\
        [selection]\nrule = { kind = 'cardano-praos', active_slots = '1/10' }\n[analysis]\ntolerance = 0.5\ndelta = 0.9\n";
    let scenario = Scenario::parse("sides", text).expect("a scenario");
    let outcome = outcome_of(&scenario);
    let tables = outcome.tables();
    let rows = || tables.fairness.iter().filter(|row| row.metric == Metric::UnfairProbability);
    assert_eq!(rows().count(), 3);
    for row in rows() {
        let trials: Vec<&TrialRow> =
            tables.trials.iter().filter(|trial| trial.validator == row.subject).collect();
        let shares: Vec<f64> = trials.iter().filter_map(|trial| trial.win_share).collect();
        let low = shares.iter().filter(|share| **share < 0.5 / 3.0 - 1e-12).count();
        let high = shares.iter().filter(|share| **share > 1.5 / 3.0 + 1e-12).count();
        assert!(low > 20 && high > 20 && shares.len() < trials.len(), "{low}, {high}, {}", shares.len());
        same(row.value, (low + high) as f64 / shares.len() as f64, "unfair_probability");
    }
    // After the first of 20 slots, nine chains in ten have no block yet.
    for row in tables.fairness.iter().filter(|row| row.metric == Metric::RobustFromRound) {
        assert!(row.value.is_none_or(|round| round > 1.0), "{row:?}");
    }
}

/// Sums and squares over the trials are those of the trials' records, which this adds up by itself.
#[test]
fn totals_are_those_of_the_trials() {
    let mut without_a_win = 0;
    let mut check = |name: &str, outcome: &Outcome| {
        let totals = &outcome.results.totals;
        let records = &outcome.results.records;
        let all = records.iter().map(|record| record.followed.len()).min().expect("trials");
        assert_eq!(all, totals.validators.len(), "{name}: everybody is followed");
        let count =
            |with: &dyn Fn(&TrialRecord) -> bool| records.iter().filter(|record| with(record)).count() as u64;
        let earned = |record: &TrialRecord| record.followed.iter().map(|mine| mine.reward).sum::<u64>();
        assert_eq!(totals.trials_with_wins, count(&|record| record.selections() > 0), "{name}");
        assert_eq!(totals.trials_with_rewards, count(&|record| earned(record) > 0), "{name}");
        without_a_win += records.len() as u64 - totals.trials_with_wins;
        for (index, mine) in totals.validators.iter().enumerate() {
            let sum = |value: &dyn Fn(&TrialRecord) -> u64| {
                records.iter().map(|record| u128::from(value(record))).sum::<u128>()
            };
            let squares = |value: &dyn Fn(&TrialRecord) -> u64| {
                records.iter().map(|record| u128::from(value(record)).pow(2)).sum::<u128>()
            };
            let wins = |record: &TrialRecord| record.followed[index].wins;
            let win_share = |record: &TrialRecord| fixed_share(wins(record), record.selections());
            let reward_share =
                |record: &TrialRecord| fixed_share(record.followed[index].reward, earned(record));
            assert_eq!((u128::from(mine.wins), mine.wins_squared), (sum(&wins), squares(&wins)), "{name}");
            assert_eq!(
                (mine.win_share, mine.win_share_squared),
                (sum(&win_share), squares(&win_share)),
                "{name}"
            );
            assert_eq!(
                (mine.reward_share, mine.reward_share_squared),
                (sum(&reward_share), squares(&reward_share)),
                "{name}"
            );
            assert_eq!(mine.final_share, sum(&|record| record.followed[index].stake_share), "{name}");
        }
    };
    each(&mut check);
    let rare = scenario("rare blocks", RARE_BLOCKS);
    check("rare blocks", &outcome_of(&rare));
    assert!(without_a_win > 0, "some trial has no winner");
}

/// Inflation is a part of the coins that there are: what was destroyed with a cheat's stake brings nothing.
#[test]
fn inflation_knows_what_was_slashed() {
    let text = "[run]\nrounds = 40\ntrials = 3\nengine = 'draws'\n\
        [population]\ncount = 3\ntotal_stake = 3_000_000\nminimum_stake = 1\nstake = 'equal'\n\
        [reward]\npolicy = { kind = 'schedule', form = 'inflation', rate = '1/1000' }\n\
        [slashing]\nshare = 1\n[[behaviours]]\nact = 'invalid-block'\naccounts = ['validator-1']\n";
    let scenario = Scenario::parse("inflation", text).expect("a scenario");
    let outcome = outcome_of(&scenario);
    for row in &outcome.tables().chains {
        assert_eq!(row.slashings, 1, "it is caught");
        // At most what a third more coins would have brought, and the blocks before the cheat was caught.
        let (mut most, mut least) = (3_000_000u128, 2_000_000u128);
        let (mut minted_most, mut minted_least) = (0, 0);
        for _ in 0..row.blocks_accepted {
            (minted_most, minted_least) = (minted_most + most / 1000, minted_least + least / 1000);
            (most, least) = (most + most / 1000, least + least / 1000);
        }
        let blocks = u128::from(row.blocks_accepted);
        assert!(row.minted_coins + blocks >= minted_least, "{row:?}");
        assert!(row.minted_coins + 500 * blocks < minted_most, "{row:?}: {minted_most}");
    }
}
