//! `tombola reproduce`: a folder of results is run again and compared byte by byte.

use crate::sandbox::Sandbox;
use std::fs;

const PAIR: &str = "name = 'pair'\n[run]\nseed = 42\nrounds = 50\ntrials = 3\nengine = 'full'\n\
    [population]\naccounts = [{ name = 'ada', balance = 300 }, { name = 'bob', balance = 700 }]\n\
    [transactions]\nper_round = 1\nusers = 2\n";

fn prepared() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("pair.toml"), PAIR).expect("a scenario");
    let run = ["run", "pair.toml", "--quiet", "--keep-chain", "--threads", "2"];
    assert!(sandbox.command(&run).status().expect("the program runs").success());
    sandbox
}

fn reproduce(sandbox: &Sandbox) -> (Option<i32>, String) {
    let arguments = ["reproduce", "output/pair", "--threads", "1", "--quiet"];
    let done = sandbox.command(&arguments).output().expect("the program runs");
    let text = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn a_folder_is_reproduced_byte_by_byte() {
    let sandbox = prepared();
    let before = sandbox.tree();
    let (code, told) = reproduce(&sandbox);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("chain.jsonl") && told.contains("files agree byte by byte"), "{told}");
    assert_eq!(sandbox.tree(), before, "nothing is written into the folder or beside it");
}

#[test]
fn what_does_not_agree_is_named() {
    let sandbox = prepared();
    let trials = sandbox.path("output/pair/trials.csv");
    let text = fs::read_to_string(&trials).expect("a table");
    fs::write(&trials, text.replacen("ada", "eve", 1)).expect("a table");
    fs::remove_file(sandbox.path("output/pair/chains.csv")).expect("a table");
    let (code, told) = reproduce(&sandbox);
    assert_eq!(code, Some(1), "{told}");
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("trials.csv").contains("changed since"), "{told}");
    assert!(line("chains.csv").contains("missing"), "{told}");
    assert!(line("validators.csv").contains("same bytes"), "{told}");
}

/// A figure with another title is no result of another run; a table that changed is.
#[test]
fn figures_that_were_drawn_anew_are_not_compared() {
    let sandbox = prepared();
    let plot = ["plot", "output/pair", "--figure", "lorenz", "--figure", "funnel", "--title", "Another"];
    assert!(sandbox.command(&plot).status().expect("the program runs").success());
    let (code, told) = reproduce(&sandbox);
    assert_eq!(code, Some(0), "{told}");
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("figures/lorenz.svg").contains("not compared"), "{told}");
    assert!(line("figures/funnel.svg").contains("not compared"), "{told}");
    assert!(line("figures/win-share.svg").contains("same bytes"), "{told}");
    fs::write(sandbox.path("output/pair/figures/lorenz.svg"), "mine").expect("a file");
    let (code, told) = reproduce(&sandbox);
    assert!(code == Some(1) && told.contains("changed since"), "{told}");
}

/// A manifest that claims another seed than that of the run.
#[test]
fn results_of_another_seed_differ() {
    let sandbox = prepared();
    let path = sandbox.path("output/pair/manifest.json");
    let text = fs::read_to_string(&path).expect("the manifest");
    assert!(text.contains("seed = 42"), "{text}");
    fs::write(&path, text.replace("seed = 42", "seed = 43")).expect("the manifest");
    let (code, told) = reproduce(&sandbox);
    assert!(code == Some(1) && told.contains("differs"), "{told}");
}

#[test]
fn what_cannot_be_reproduced_is_refused() {
    let sandbox = prepared();
    let path = sandbox.path("output/pair/manifest.json");
    let text = fs::read_to_string(&path).expect("the manifest");
    for (manifest, reason) in [
        (text.replace("\"partial\": false", "\"partial\": true"), "interrupted"),
        ("{}".to_owned(), "not the record of a run"),
    ] {
        fs::write(&path, manifest).expect("the manifest");
        let (code, told) = reproduce(&sandbox);
        assert!(code == Some(2) && told.contains(reason), "{told}");
    }
    fs::remove_file(&path).expect("the manifest");
    let (code, told) = reproduce(&sandbox);
    assert!(code == Some(2) && told.contains("name a folder of results"), "{told}");
}

/// A table that the scenario names by a relative path is found from wherever the command is given, and with it
/// the run that read it; one that has changed is another run's.
#[test]
fn a_relative_table_is_found_from_anywhere() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("chains")).expect("a folder");
    fs::create_dir(sandbox.path("elsewhere")).expect("a folder");
    fs::write(sandbox.path("chains/stakes.csv"), "name,stake\nada,300\nbob,700\n").expect("a table");
    fs::write(sandbox.path("direct.csv"), "name,stake\nada,300\nbob,700\n").expect("a table");
    let scenario = "run = { seed = 1, rounds = 50, trials = 2 }\nreport.figures = []\n\
        population.stake = { kind = 'table', path = 'stakes.csv' }\n";
    fs::write(sandbox.path("chains/own.toml"), scenario).expect("a scenario");
    for (extra, table) in
        [(None, "chains/stakes.csv"), (Some("population.stake.path=direct.csv"), "direct.csv")]
    {
        let mut run = vec!["run", "chains/own.toml", "--quiet", "--threads", "1", "--force"];
        run.extend(extra.map(|setting| ["--set", setting]).into_iter().flatten());
        assert!(sandbox.command(&run).status().expect("the program runs").success());
        let folder = sandbox.path("output/own");
        let folder = folder.to_str().expect("a path");
        let reproduce = |from: &str| {
            let mut command = sandbox.command(&["reproduce", folder, "--threads", "1", "--quiet"]);
            let done = command.current_dir(sandbox.path(from)).output().expect("the program runs");
            let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
            (done.status.code(), text)
        };
        for from in ["", "chains", "elsewhere"] {
            let (code, told) = reproduce(from);
            assert!(code == Some(0) && told.contains("agree byte by byte"), "{from}: {told}");
        }
        let stakes = fs::read(sandbox.path(table)).expect("a table");
        fs::write(sandbox.path(table), "name,stake\nada,301\nbob,700\n").expect("a table");
        let (code, told) = reproduce("elsewhere");
        assert!(code == Some(2) && told.contains("has changed since") && told.contains(table), "{told}");
        fs::remove_file(sandbox.path(table)).expect("a table");
        let (code, told) = reproduce("elsewhere");
        assert!(code == Some(2) && told.contains("is not there any more"), "{told}");
        fs::write(sandbox.path(table), stakes).expect("a table");
    }
}
