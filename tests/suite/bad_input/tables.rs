//! Stake tables with faults, and those that work in spite of their looks.

use super::{accepted, refused};
use crate::sandbox::Sandbox;
use std::fs;

/// A scenario whose stakes stand in a table.
const FROM_TABLE: &str =
    "[run]\nrounds = 5\ntrials = 2\n[population]\nstake = { kind = \"table\", path = \"t.csv\" }\n";

#[test]
fn stake_tables_with_faults() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", FROM_TABLE);
    refused(
        &sandbox,
        &["run", "s.toml"],
        &[
            "s.toml:5:27: `population.stake.path` names the table t.csv, which cannot be read: No such file",
            "help: ",
        ],
    );
    for (table, fragments) in [
        ("", &["t.csv:1: the table is empty", "name,stake"][..]),
        ("\n\n", &["t.csv:1: the table is empty"]),
        ("name,stake\n", &["t.csv:1: the table names its columns, but no account follows"]),
        ("name,coins\nada,5\n", &["t.csv:1: the column `stake` is missing; found `name`, `coins`"]),
        ("who,stake\nada,5\n", &["t.csv:1: the column `name` is missing"]),
        ("name|stake\nada|5\n", &["t.csv:1:", "the column `name` is missing; found `name|stake`"]),
        ("name;stake\nada;5.5\n", &["t.csv:2: the stake of `ada` is `5.5`"]),
        ("name,stake\nada,5\nbob,6\nTotal,11\n", &["t.csv:4: the row `Total`", "--total drop"]),
        (
            "name,stake\nada,5\nbob,many\n",
            &["t.csv:3: the stake of `bob` is `many`", "a whole number of coins"],
        ),
        ("name,stake\nada,5\nbob,-5\n", &["t.csv:3: the stake of `bob` is `-5`", "cannot be negative"]),
        ("name,stake\nada,5\nbob,5.5\n", &["t.csv:3: the stake of `bob` is `5.5`"]),
        ("name,stake\nada,9223372036854775808\n", &["t.csv:2: the stake of `ada`", "9223372036854775807"]),
        ("name,stake\nada,9223372036854775807\nbob,1\n", &["t.csv:3:", "sum to more than"]),
        ("name,stake\nada,5\nbob\n", &["t.csv:3: the line has 1 fields"]),
        ("name,stake\nada,5\n\nada,6\n", &["t.csv:4: the name `ada` stands already on line 2"]),
        ("name,stake\nada,5\n,6\n", &["t.csv:3: the name is empty"]),
        ("name,stake\nada,0\nbob,0\n", &["t.csv:3: all stakes up to here are 0"]),
        ("name,stake\nada,5\n", &["`population` has one validator, ada"]),
        (
            "name,stake\n\"ada\u{7}\",5\nbob,5\n",
            &["`population.stake` gives account 1 the name \"ada\\u{7}\""],
        ),
        ("name,stake\n\"ada,5\nbob,5\n", &["t.csv:2: a field runs on over several lines"]),
    ] {
        sandbox.put("t.csv", table);
        refused(&sandbox, &["run", "s.toml"], fragments);
    }
    sandbox.put("t.csv", b"name,stake\nada,5\nbo\xffb,5\n");
    refused(&sandbox, &["run", "s.toml"], &["t.csv:3: the byte 0xff is not UTF-8; save the table as UTF-8"]);
    fs::remove_file(sandbox.path("t.csv")).expect("the table");
    fs::create_dir(sandbox.path("t.csv")).expect("a folder");
    refused(&sandbox, &["run", "s.toml"], &["names the table t.csv, which cannot be read"]);
    sandbox.put("mine.csv", "name,stake\nada,x\n");
    refused(
        &sandbox,
        &["run", "s.toml", "--set", "population.stake.path=no.csv"],
        &["--set population.stake.path=no.csv: `population.stake.path` names the table no.csv"],
    );
    let given = &["run", "s.toml", "--set", "population.stake.path=mine.csv"];
    refused(&sandbox, given, &["mine.csv:2: the stake of `ada` is `x`"]);
}

#[test]
fn stake_tables_with_a_byte_order_mark_and_windows_line_ends_are_fine() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", FROM_TABLE);
    let plain = "name,stake\nada,350\nbob,500\n";
    sandbox.put("t.csv", plain);
    accepted(&sandbox, &["run", "s.toml", "-q"]);
    let expected = fs::read(sandbox.path("output/s/validators.csv")).expect("a table");
    for other in [
        format!("\u{feff}{plain}"),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{}", plain.replace('\n', "\r\n")),
        plain.trim_end().to_owned(),
    ] {
        sandbox.put("t.csv", other);
        accepted(&sandbox, &["run", "s.toml", "-q", "--force"]);
        assert_eq!(fs::read(sandbox.path("output/s/validators.csv")).expect("a table"), expected);
    }
}
