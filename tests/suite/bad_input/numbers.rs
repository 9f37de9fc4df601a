//! Numbers that are negative, zero, too large, or none.

use super::{POPULATION, cases_refused, refused, scenarios_refused};
use crate::sandbox::Sandbox;

/// Where a value stands in a scenario: `@` marks the place.
type Template<'a> = (&'a str, &'a str);

/// Puts each value at the place of a template, and expects a refusal that names the line, the key
/// and the value as it was written.
fn values_refused(templates: &[Template], values: &[&str]) {
    let sandbox = Sandbox::new();
    for (key, template) in templates {
        let whole = if template.contains("[population]") {
            (*template).to_owned()
        } else {
            format!("{template}\n{POPULATION}")
        };
        let line = whole.split('@').next().unwrap_or_default().matches('\n').count() + 1;
        for value in values {
            sandbox.put("s.toml", whole.replace('@', value));
            let place = format!("error: s.toml:{line}:");
            let key = format!("`{key}");
            refused(&sandbox, &["run", "s.toml"], &[&place, &key, value.trim_matches('"')]);
        }
    }
}

/// Every setting that is a whole number.
const WHOLE: &[Template] = &[
    ("run.rounds", "[run]\nrounds = @"),
    ("run.trials", "[run]\ntrials = @"),
    ("run.checkpoints", "[run]\ncheckpoints = @"),
    ("transactions.per_round", "[transactions]\nper_round = @"),
    ("transactions.users", "[transactions]\nusers = @"),
    ("transactions.balance", "[transactions]\nbalance = @"),
    ("transactions.fee", "[transactions]\nfee = @"),
    ("transactions.largest", "[transactions]\nlargest = @"),
    ("reward.policy.amount", "[reward]\npolicy = { kind = \"constant\", amount = @ }"),
    ("attestation.committee.size", "[attestation]\ncommittee = { kind = \"drawn\", size = @ }"),
    (
        "population.minimum_stake",
        "[population]\nminimum_stake = @\naccounts = [{ name = \"a\", balance = 5 }, { name = \"b\", balance = 5 }]",
    ),
    (
        "population.accounts[1].balance",
        "[population]\naccounts = [{ name = \"a\", balance = 5 },\n{ name = \"b\", balance = @ }]",
    ),
    ("population.count", "[population]\nstake = \"equal\"\ntotal_stake = 50\ncount = @"),
    ("population.total_stake", "[population]\nstake = \"equal\"\ncount = 5\ntotal_stake = @"),
];

#[test]
fn whole_numbers_negative_overflowing_and_of_another_type() {
    let impossible = ["-1", "9223372036854775808", "18446744073709551616", "1.5", "\"ten\"", "true"];
    values_refused(WHOLE, &impossible);
    // These two also take other forms, so the types are different.
    values_refused(
        &[("run.seed", "[run]\nseed = @"), ("attestation.committee", "[attestation]\ncommittee = @")],
        &["-1", "9223372036854775808", "18446744073709551616", "1.5", "\"ten\"", "true"],
    );
}

#[test]
fn whole_numbers_that_must_not_be_zero() {
    let positive = [
        "run.rounds",
        "run.trials",
        "run.checkpoints",
        "transactions.largest",
        "attestation.committee.size",
        "population.minimum_stake",
        "population.count",
        "population.total_stake",
    ];
    let templates: Vec<Template> = WHOLE.iter().copied().filter(|(key, _)| positive.contains(key)).collect();
    assert_eq!(templates.len(), positive.len());
    values_refused(&templates, &["0"]);
    values_refused(&[("attestation.committee", "[attestation]\ncommittee = @")], &["0"]);
}

#[test]
fn whole_numbers_that_are_too_large() {
    cases_refused(&[
        ("[run]\nrounds = 9223372036854775807", &["`run.rounds` is 9223372036854775807, times 8 trials"]),
        ("[run]\ntrials = 1000001", &["`run.trials` is 1000001", "between 1 and 1000000"]),
        ("[run]\ncheckpoints = 10001", &["`run.checkpoints` is 10001", "between 1 and 10000"]),
        (
            "[run]\ntrials = 1_000_000\ncheckpoints = 100",
            &[
                "`run.checkpoints` is 100, in each of 1000000 trials: more than fit into memory",
                "lower it to 50",
            ],
        ),
        (
            "[run]\nrounds = 1000000000000000000\ntrials = 1",
            &["s.toml: `reward.policy` makes up to 10000000000000000000 coins", "help: lower the reward"],
        ),
        (
            "[reward]\npolicy = { kind = \"constant\", amount = 9223372036854775807 }",
            &["s.toml:2:1: `reward.policy` makes up to 92233720368547758070000 coins"],
        ),
        ("[transactions]\nper_round = 100001", &["`transactions.per_round` is 100001"]),
        (
            "[transactions]\nusers = 1_000_001",
            &["`transactions.users` is 1_000_001", "between 0 and 1000000"],
        ),
        (
            "[transactions]\nper_round = 1\nbalance = 9223372036854775807",
            &["`population` has 147573952589676413962 coins in all", "lower `transactions.balance`"],
        ),
        (
            "[transactions]\nper_round = 1\nfee = 9223372036854775807",
            &["s.toml:2:1: `transactions.per_round` is 1: 10000 transactions", "help: lower `per_round`"],
        ),
        (
            "[attestation]\ncommittee = 3",
            &["`attestation.committee.size` is 3", "of 3 validators only 2 can"],
        ),
        (
            "[attestation]\ncommittee = { kind = \"drawn\", size = 9223372036854775807 }",
            &["s.toml:2:31: `attestation.committee.size` is 9223372036854775807"],
        ),
    ]);
    scenarios_refused(&[
        (
            "[population]\nstake = \"equal\"\ncount = 10000001\ntotal_stake = 10000001",
            &["s.toml:3:1: `population.count` is 10000001", "help: it must lie between 1 and 10000000"],
        ),
        (
            "[population]\nstake = \"equal\"\ncount = 5\ntotal_stake = 9223372036854775807",
            &["`reward.policy` makes up to", "on top of 9223372036854775807"],
        ),
        (
            "[population]\naccounts = [{ name = \"a\", balance = 9223372036854775807 }, { name = \"b\", balance = 1 }]",
            &["s.toml:1:2: `population` has 9223372036854775808 coins in all"],
        ),
    ]);
}

#[test]
fn fractions_outside_their_range() {
    let fractions: &[Template] = &[
        ("attestation.quorum", "[attestation]\nquorum = @"),
        ("transactions.bad", "[transactions]\nbad = @"),
        ("transactions.burn", "[transactions]\nburn = @"),
        ("slashing.share", "[slashing]\nshare = @"),
        ("network.loss", "[network]\nloss = @"),
        ("behaviours[0].share", "[[behaviours]]\nact = \"offline\"\nshare = @"),
        (
            "population.stake.share",
            "[population]\ncount = 5\ntotal_stake = 50\nstake = { kind = \"whale\", share = @ }",
        ),
    ];
    values_refused(fractions, &["-1", "2", "\"3/0\"", "\"most\"", "\"-1/4\"", "true"]);
    // A decimal above one is quoted as it was written, and so is one with too many digits.
    values_refused(&fractions[..6], &["1.01", "1e30", "nan", "inf"]);
    values_refused(&[fractions[0], fractions[5], fractions[6]], &["0"]);
    values_refused(&[fractions[0], fractions[5]], &["0.0", "\"0 %\""]);
    cases_refused(&[
        (
            "[attestation]\nquorum = 1.01",
            &["s.toml:2:1: `attestation.quorum` is 1.01", "at most 1, e.g. \"3/4\""],
        ),
        (
            "[attestation]\nquorum = \"most\"",
            &["`attestation.quorum` is \"most\", which is not a fraction", "help: write it as \"3/4\""],
        ),
        ("[attestation]\nquorum = [1]", &["`attestation.quorum` is a list", "help: it must be a fraction"]),
    ]);
}

#[test]
fn decimals_outside_their_range() {
    values_refused(
        &[
            ("analysis.confidence", "[analysis]\nconfidence = @"),
            ("analysis.tolerance", "[analysis]\ntolerance = @"),
            ("analysis.delta", "[analysis]\ndelta = @"),
        ],
        &[
            "0",
            "0.0",
            "1",
            "-0.5",
            "2",
            "nan",
            "inf",
            "1e400",
            "\"ten\"",
            "\"101 %\"",
            "true",
            "0.99999999999999999999",
        ],
    );
    let drawn = |setting: &str| {
        format!("[population]\ncount = 5\ntotal_stake = 50\nstake = {{ {} }}", setting.replace('=', " = "))
    };
    for (key, setting) in [
        ("population.stake.shape", "kind=\"pareto\", shape=@"),
        ("population.stake.exponent", "kind=\"zipf\", exponent=@"),
        ("population.stake.sigma", "kind=\"log-normal\", sigma=@"),
        ("population.stake.concentration", "kind=\"dirichlet\", concentration=@"),
        ("population.stake.gini", "kind=\"pareto\", gini=@"),
        ("population.stake.high", "kind=\"uniform\", high=@"),
        ("population.stake.low", "kind=\"uniform\", low=@"),
    ] {
        let template = drawn(setting);
        values_refused(&[(key, &template)], &["-1", "inf", "\"x\"", "true"]);
    }
    let sandbox = Sandbox::new();
    for (setting, fragments) in [
        ("kind=\"pareto\", shape=nan", &["s.toml:4:28: `population.stake.shape` is NaN"][..]),
        ("kind=\"pareto\", shape=1, gini=0.5", &["`population.stake.shape` and `gini` both say"]),
        ("kind=\"pareto\", gini=0.9", &["`population.stake.gini` is 0.9, but 5 accounts can reach only"]),
        ("kind=\"uniform\", low=3, high=1", &["`population.stake.low` is 3.0", "`high`, which is 1.0"]),
    ] {
        sandbox.put("s.toml", drawn(setting));
        refused(&sandbox, &["run", "s.toml"], fragments);
    }
}

#[test]
fn transactions_that_nobody_can_pay_for() {
    cases_refused(&[
        (
            "[run]\nrounds = 10\n[transactions]\nper_round = 4\nbalance = 0",
            &[
                "s.toml:4:1: `transactions.per_round` is 4: 40 transactions in 10 rounds cost 56 coins in fees",
                "those who trade hold 0",
                "raise `balance` to 4",
            ],
        ),
        (
            "[run]\nrounds = 1_000_000\n[transactions]\nper_round = 100",
            &[
                "`transactions.per_round` is 100: 100000000 transactions",
                "hold 16000000",
                "raise `balance` to 6250001",
            ],
        ),
        (
            "[transactions]\nper_round = 1\nusers = 0",
            &["s.toml:3:1: `transactions.users` is 0, so nobody can trade", "it takes two accounts"],
        ),
        (
            "[transactions]\nper_round = 1\nusers = 1",
            &["`transactions.users` is 1, so one account can trade"],
        ),
    ]);
}
