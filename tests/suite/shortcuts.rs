//! Every shorter way gives the same records and totals as playing every round.

use crate::harness::scenario_of;
use std::sync::atomic::AtomicBool;
use tombola::forging::{Chain, Draws, Silent};
use tombola::scenario::Scenario;
use tombola::simulation::{Control, Experiment, Method, Quiet, Results, Totals, play_trial, run};

fn scenario(text: &str) -> Scenario {
    scenario_of(text)
}

/// What playing every round of every trial gives.
fn plainly(experiment: &Experiment) -> Results {
    let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
    let (marks, plan) = (experiment.marks(), experiment.order_plan());
    let mut results =
        Results { records: Vec::new(), totals: Totals::default(), partial: false, satisfied: None };
    for trial in 0..experiment.trials {
        let mut chain = Chain::new(&experiment.world, trial, |_| Draws::default());
        let rounds = experiment.rounds;
        let end = play_trial(&mut chain, trial, rounds, &marks, &plan, &mut Silent, &control);
        let end = end.expect("nobody stops it");
        assert!(end.record.supply.is_conserved());
        results.records.push(end.record);
        results.totals.merge(&end.totals);
    }
    results
}

fn same(text: &str, method: Method) {
    let scenario = scenario(&format!("run.engine = 'draws'\n{text}"));
    let experiment = &scenario.experiment;
    assert_eq!(Method::of(experiment), method, "{text}");
    let expected = plainly(experiment);
    for threads in [1, 2] {
        let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        let found = run(experiment, threads, None, &control).expect("a run");
        assert!(found == expected, "{text}: another result on {threads} threads");
    }
}

fn accounts(stakes: &[u64]) -> String {
    let one = |(index, stake)| format!("{{ name = 'v{index}', balance = {stake} }}");
    format!("population.accounts = [ {} ]", stakes.iter().enumerate().map(one).collect::<Vec<_>>().join(", "))
}

const SEED: &[u64] = &[350, 500, 200, 275];

/// What may be asked of the order of wins: nothing, windows, windows across blocks, everything.
const ORDERS: [&str; 4] = [
    "analysis.serial = 'off'\nanalysis.window = 'off'",
    "analysis.serial = 'off'",
    "analysis.serial = 'off'\nanalysis.window = 77",
    "analysis.serial = 'on'\nanalysis.window = 5",
];

/// Fixed stakes: every rule that offers its tokens, few and many validators, several seeds, marks
/// from one to many, with and without a reward.
#[test]
fn fixed_stakes_by_a_table() {
    for rule in [
        "'raffle'",
        "'multi-lottery'",
        "'fair-single-lottery'",
        "'proof-of-work'",
        "'uniform'",
        "'compound-epoch'",
        "'square-root'",
        "'logarithmic'",
        "'inverse'",
        "{ kind = 'power-weighted', exponent = 2 }",
        "{ kind = 'power-weighted', exponent = 1.5 }",
        "{ kind = 'rigged-truncated-rate' }",
    ] {
        for (seed, rounds, trials, checkpoints) in [(1, 5000, 3, 50), (2, 257, 20, 1), (3, 1, 1, 7)] {
            same(
                &format!(
                    "run.seed = {seed}\nrun.rounds = {rounds}\nrun.trials = {trials}\n\
                     run.checkpoints = {checkpoints}\nselection.rule = {rule}\n{}",
                    accounts(SEED)
                ),
                Method::Table,
            );
        }
    }
    for distribution in ["'pareto'", "'zipf'", "'equal'"] {
        same(
            &format!(
                "run.rounds = 20000\nrun.trials = 2\nreward.policy.kind = 'constant'\nreward.policy.amount = 0\n\
                 [population]\ncount = 3000\ntotal_stake = 1_000_000_000\nstake = {distribution}\n"
            ),
            Method::Table,
        );
    }
}

/// A trial of three chunks and a bit, alone and beside another: marks in every chunk.
#[test]
fn chunks_side_by_side() {
    same(&format!("run.rounds = 3_200_000\nrun.trials = 2\nrun.seed = 8\n{}", accounts(SEED)), Method::Table);
}

/// Rewards that compound, for two: every width of totals, batches that are not full, a reward that
/// is larger than the stakes.
#[test]
fn two_parties_side_by_side() {
    for (stakes, amount) in [
        (vec![200, 800], 10),
        (vec![1, 1], 1_000),
        (vec![3_000_000_000, 1_000_000_000], 12_345),
        (vec![1 << 46, 1 << 45], 7),
    ] {
        let runs = [(1, 3000, 37), (2, 100, 1), (3, 1, 16)];
        for ((seed, rounds, trials), order) in runs.iter().flat_map(|run| ORDERS.map(|order| (run, order))) {
            same(
                &format!(
                    "run.seed = {seed}\nrun.rounds = {rounds}\nrun.trials = {trials}\nreward.compound = true\n\
                     {order}\nreward.policy = {{ kind = 'constant', amount = {amount} }}\n{}",
                    accounts(&stakes)
                ),
                Method::Lanes,
            );
        }
    }
}

/// One trial for two who hold more than 32 bits can count, and one that is a few rounds longer than a chunk.
#[test]
fn two_parties_who_hold_much_or_play_long() {
    for (stakes, rounds) in [([3 << 40, 1 << 40], 500), ([200, 800], (1 << 20) + 500)] {
        let order = ORDERS[0];
        same(
            &format!(
                "run.rounds = {rounds}\nrun.trials = 1\nrun.checkpoints = 2\nreward.compound = true\n{order}\n{}",
                accounts(&stakes)
            ),
            Method::Lanes,
        );
    }
}

/// Rewards of which the same part is restaked by every win, for two and for many; and where a coin or a unit has
/// to be waited for, round by round.
#[test]
fn a_part_of_the_rewards_restaked() {
    for (part, more, stakes, method) in [
        ("1/2", "", &[200, 800][..], Method::Lanes),
        ("3/5", "", SEED, Method::Pool),
        ("4/5", "reward.restake_unit = 8", SEED, Method::Pool),
        ("1/3", "", &[200, 800], Method::Rounds),
        ("4/5", "reward.restake_unit = 3", SEED, Method::Rounds),
        ("1/2", "reward.activation_delay = 1", SEED, Method::Rounds),
    ] {
        same(
            &format!(
                "run.rounds = 3000\nrun.trials = 5\nreward.compound = '{part}'\n{more}\n\
                 reward.policy = {{ kind = 'constant', amount = 10 }}\n{}",
                accounts(stakes)
            ),
            method,
        );
    }
}

/// A trial that is longer than a chunk.
#[test]
fn two_parties_over_chunks() {
    same(
        &format!("run.rounds = 1_100_000\nrun.trials = 3\nreward.compound = true\n{}", accounts(&[200, 800])),
        Method::Lanes,
    );
}

/// Rewards that compound, for many, and for two who hold too much for lanes.
#[test]
fn many_parties_by_the_pool() {
    for (stakes, rounds) in [
        (accounts(SEED), 5000),
        (accounts(SEED), 1_100_000),
        (accounts(&[1 << 50, 1 << 51]), 5000),
        (
            "population.count = 2000\npopulation.total_stake = 1_000_000\npopulation.stake = 'pareto'".into(),
            20_000,
        ),
    ] {
        for (rule, order) in [
            ("raffle", ORDERS[1]),
            ("raffle", ORDERS[0]),
            ("fair-single-lottery", ORDERS[2]),
            ("multi-lottery", ORDERS[3]),
        ] {
            if rounds > 1_000_000 && order != ORDERS[1] {
                continue;
            }
            same(
                &format!(
                    "{order}\nrun.rounds = {rounds}\nrun.trials = 2\nrun.seed = 4\nreward.compound = true\n\
                     selection.rule = '{rule}'\n{stakes}"
                ),
                Method::Pool,
            );
        }
    }
}

/// Whatever else happens in a round, it is played.
#[test]
fn everything_else_is_played() {
    for more in [
        "network.loss = 0.1",
        "behaviours = [ { act = 'offline', share = 0.5 } ]",
        "transactions = { per_round = 1, users = 4, balance = 1000000 }",
        "attestation.committee = 2",
        "selection.rule = 'round-robin'",
        "selection.rule = 'single-lottery'\nreward.compound = true",
        "selection.rule = 'square-root'\nreward.compound = true",
    ] {
        let text = format!("run.engine = 'draws'\nrun.rounds = 10\n{more}\n{}", accounts(SEED));
        assert_eq!(Method::of(&scenario(&text).experiment), Method::Rounds, "{more}");
    }
}
