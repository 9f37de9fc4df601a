//! Figures as specifications of Vega-Lite: what they show is what the tables say, and Vega-Lite draws them.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const SCENARIO: &str = "name = 'chain'\n[run]\nrounds = 400\ntrials = 12\nengine = 'draws'\n[population]\naccounts = [\
    { name = 'ada, \"the\" first', balance = 300 }, { name = 'bob', balance = 700 }, \
    { name = '彩票', balance = 1100 }, { name = 'dan', balance = 1900 }]\n\
    [report]\nfigures = ['win-share', 'timeline', 'lorenz', 'funnel', 'p-values', 'target-curve', 'income', 'wins-per-trial']\n\
    formats = ['vega-lite', 'pgf']\n";

const SWEEP: &str = "[sweep]\n\"run.rounds\" = [20, 40]\n\"selection.rule\" = ['raffle', 'uniform']\n";

fn drawn() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.put("chain.toml", SCENARIO);
    sandbox.put("study.toml", SCENARIO.replace("'chain'", "'study'") + SWEEP);
    for arguments in [
        &["run", "chain.toml", "--quiet"][..],
        &["run", "study.toml", "--quiet"],
        &[
            "plot",
            "output/study",
            "--figure",
            "heat-map",
            "--figure",
            "small-multiples",
            "--figure",
            "unfair-probability",
            "--format",
            "vega-lite",
            "--output",
            "output/chain/figures",
        ],
    ] {
        let done = sandbox.command(arguments).output().expect("the program runs");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    sandbox
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

/// Every point of the figure has the values of its row, not a place on the sheet.
#[test]
fn what_is_drawn_is_what_the_tables_say() {
    let sandbox = drawn();
    let validators = table(&sandbox.path("output/chain/validators.csv"));
    let points = table(&sandbox.path("output/chain/figures/win-share.vl.csv"));
    let columns = fs::read_to_string(sandbox.path("output/chain/figures/win-share.dat")).expect("data");
    let rows: Vec<Vec<f64>> = columns
        .lines()
        .skip(1)
        .map(|line| line.split(' ').map(|cell| cell.parse().expect("a number")).collect())
        .collect();
    assert_eq!(validators.len(), 4);
    for validator in &validators {
        let (stake, wins) =
            (100.0 * number(validator, "stake_share"), 100.0 * number(validator, "win_share"));
        let near = |x: f64, y: f64| (x - stake).abs() < 1e-8 && (y - wins).abs() < 1e-8;
        assert!(points.iter().any(|row| near(number(row, "x"), number(row, "y"))), "{validator:?}");
        assert!(rows.iter().any(|row| row.chunks(2).any(|pair| near(pair[0], pair[1]))), "{validator:?}");
    }
    let specification =
        fs::read_to_string(sandbox.path("output/chain/figures/win-share.vl.json")).expect("a specification");
    let specification: Value = serde_json::from_str(&specification).expect("JSON");
    assert_eq!(specification["data"]["url"], "win-share.vl.csv");
    let layers = specification.to_string().matches("datum.series ===").count();
    let series = points.iter().map(|row| row["series"].clone()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(layers, series.len());
}

/// Reads each specification, compiles it and draws it; prints what is wrong.
const READER: &str = r"
import * as vl from 'vega-lite'; import * as vega from 'vega'; import fs from 'fs'; import path from 'path';
for (const file of process.argv.slice(2)) {
  const said = (...words) => console.log(file, ...words);
  const logger = { level() { return this; }, error: said, warn: said, info() {}, debug() {} };
  const compiled = vl.compile(JSON.parse(fs.readFileSync(file)), { logger }).spec;
  const loader = vega.loader({ baseURL: path.dirname(file) + '/' });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', loader, logger });
  const svg = await view.toSVG();
  if (!/<path[^>]* d=.M/.test(svg) || /NaN|Infinity|undefined/.test(svg)) said('is not drawn');
}
console.log('read', process.argv.length - 2);
";

/// Without a warning, and with something on it.
#[test]
fn vega_lite_draws_every_specification() {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let node = std::env::split_paths(&path).map(|folder| folder.join("node")).find(|file| file.is_file());
    let Some(node) = node.filter(|_| modules.join("vega-lite").is_dir()) else {
        println!("not tested: Node.js or Vega-Lite is not installed; .ci/optional-tools installs them");
        return;
    };
    let sandbox = drawn();
    let figures = fs::read_dir(sandbox.path("output/chain/figures")).expect("figures");
    let mut files: Vec<_> = figures
        .map(|entry| entry.expect("an entry").path())
        .filter(|file| file.to_string_lossy().ends_with(".vl.json"))
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    // Modules are looked for beside the script.
    let script = modules.join(format!(".read-{}.mjs", std::process::id()));
    fs::write(&script, READER).expect("a script");
    let done = Command::new(node).arg(&script).args(&files).output();
    fs::remove_file(&script).expect("the script is there");
    let done = done.expect("Node.js runs");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(told.trim(), format!("read {}", files.len()));
}
