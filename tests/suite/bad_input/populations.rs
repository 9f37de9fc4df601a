//! Populations that cannot be, and names.

use super::{POPULATION, refused, scenarios_refused, sound};
use crate::sandbox::Sandbox;

#[test]
fn populations_that_cannot_be() {
    scenarios_refused(&[
        ("[run]\nrounds = 5", &["s.toml: `population` is missing", "help: add a section [population]"]),
        ("[population]", &["s.toml:1:2: `population` says nothing", "help: add `accounts = "]),
        ("[population]\naccounts = []", &["s.toml:2:1: `population.accounts` names nobody", "help: "]),
        (
            "[population]\nminimum_stake = 501\naccounts = [{ name = \"a\", balance = 500 }]",
            &["s.toml:2:1: `population.minimum_stake` is 501, which nobody", "has 500", "help: lower it"],
        ),
        (
            "[population]\naccounts = [{ name = \"a\", balance = 5, validates = false }]",
            &["s.toml:2:1: `population.accounts` has nobody who wishes to validate", "help: remove"],
        ),
        (
            "[population]\nminimum_stake = 100\naccounts = [{ name = \"a\", balance = 500 }, { name = \"b\", balance = 9 }]",
            &[
                "`population` has one validator, a, and nobody to attest",
                "help: a round needs two validators",
            ],
        ),
        (
            "[population]\nstake = \"equal\"\ncount = 1\ntotal_stake = 5",
            &["`population` has one validator, validator-1"],
        ),
        (
            "[population]\naccounts = [{ name = \"a\", balance = 5 },\n{ name = \"b\", balance = 5 },\n{ name = \"a\", balance = 5 }]",
            &[
                "s.toml:4:3: `population.accounts[2].name` is \"a\"",
                "account 1 has already",
                "help: give every",
            ],
        ),
        (
            "[population]\naccounts = [{ name = \"a\", balance = 5 },\n{ name = \" \", balance = 5 }]",
            &[
                "s.toml:3:3: `population.accounts[1].name` is \" \"",
                "help: a name has between 1 and 200 bytes",
            ],
        ),
        (
            "[population]\naccounts = [{ name = \"a\\u001b[31m\", balance = 5 }]",
            &["`population.accounts[0].name` is \"a\\u{1b}[31m\""],
        ),
        (
            "[population]\nstake = \"equal\"\naccounts = [{ name = \"a\", balance = 5 }]",
            &["`population` gives both `accounts` and `stake`", "help: "],
        ),
        (
            "[population]\ncount = 5\naccounts = [{ name = \"a\", balance = 5 }]",
            &["s.toml:2:1: `population.count` has no meaning", "help: remove it"],
        ),
        (
            "[population]\nstake = \"equal\"\ncount = 5",
            &["`population.total_stake` is missing", "1_000_000_000"],
        ),
        (
            "[population]\nstake = \"equal\"\ntotal_stake = 5",
            &["`population.count` is missing", "count = 1000"],
        ),
        (
            "[population]\naccounts = [{ name = \"user-3\", balance = 5 }, { name = \"b\", balance = 5 }]\n[transactions]\nper_round = 1",
            &["`population` has an account named \"user-3\"", "help: give it another name"],
        ),
    ]);
    let long = "x".repeat(201);
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", format!("[population]\naccounts = [{{ name = \"{long}\", balance = 5 }}]"));
    let said = refused(&sandbox, &["run", "s.toml"], &["`population.accounts[0].name` is \"xxx"]);
    assert!(said.len() < 300, "a long name is quoted in part only: {said}");
}

#[test]
fn names_that_cannot_name_a_folder() {
    let sandbox = Sandbox::new();
    for name in ["", " ", "a/b", "..", ".hidden", "a\\\\b", "a\\u0000b", " a", "C:", "what?", "a\\tb"] {
        sandbox.put("s.toml", format!("name = \"{name}\"\n{POPULATION}"));
        refused(&sandbox, &["run", "s.toml"], &["s.toml:1:1: `name` is \"", "help: use up to 100 letters"]);
    }
    sandbox.put("s.toml", format!("name = \"{}\"\n{POPULATION}", "x".repeat(101)));
    refused(&sandbox, &["run", "s.toml"], &["`name` is \"xxx"]);
    sandbox.put("s.toml", sound());
    refused(&sandbox, &["run", "s.toml", "--set", "name=../up"], &["--set name=../up: `name` is \"../up\""]);
}

#[test]
fn two_scenarios_of_one_name() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    sandbox.put("other/s.toml", sound());
    sandbox.put("t.toml", format!("name = \"s\"\n{POPULATION}"));
    for twin in ["other/s.toml", "t.toml", "s.toml"] {
        let place = format!("{twin}: another scenario of this run is named `s` too");
        refused(&sandbox, &["run", "s.toml", twin], &[&place, "help: give them different names"]);
    }
    // What is wrong with the last file is found before the first one runs.
    refused(&sandbox, &["run", "s.toml", "no.toml"], &["no.toml: cannot be read"]);
}
