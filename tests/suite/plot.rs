//! `tombola plot`: the same figures from the tables alone.

use crate::sandbox::Sandbox;
use sha2::{Digest, Sha256};
use std::fs;
use tombola::report::Manifest;

const PAIR: &str = "name = 'pair'\n[run]\nrounds = 50\ntrials = 3\nengine = 'draws'\n\
    [population]\naccounts = [{ name = 'ada', balance = 300 }, { name = 'bob', balance = 700 }]\n";

fn prepared() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("pair.toml"), PAIR).expect("a scenario");
    assert_eq!(code(&sandbox, &["run", "pair.toml", "--quiet"]).0, Some(0));
    sandbox
}

fn code(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String) {
    let done = sandbox.command(arguments).output().expect("the program runs");
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}

/// Tables hold every digit of what was drawn.
#[test]
fn figures_from_tables_are_those_of_the_run() {
    let sandbox = prepared();
    let (ended, told) = code(&sandbox, &["plot", "output/pair", "--output", "again"]);
    assert_eq!(ended, Some(0), "{told}");
    for figure in ["win-share", "timeline", "lorenz"] {
        for format in ["svg", "png"] {
            let drawn = fs::read(sandbox.path(&format!("output/pair/figures/{figure}.{format}")));
            let again = fs::read(sandbox.path(&format!("again/{figure}.{format}")));
            assert!(drawn.expect("a figure") == again.expect("a figure"), "{figure}.{format}");
        }
    }
    let (ended, told) = code(&sandbox, &["plot", "output/pair", "--output", "again"]);
    assert!(ended == Some(2) && told.contains("--force"), "{told}");
}

#[test]
fn the_manifest_goes_on_saying_what_stands_in_the_folder() {
    let sandbox = prepared();
    let arguments =
        ["plot", "output/pair", "--figure", "lorenz", "--title", "Two of them", "--format", "svg"];
    let (ended, told) = code(&sandbox, &arguments);
    assert_eq!(ended, Some(0), "{told}");
    let svg = fs::read(sandbox.path("output/pair/figures/lorenz.svg")).expect("the figure");
    assert!(String::from_utf8_lossy(&svg).contains("Two of them"));
    let manifest = fs::read_to_string(sandbox.path("output/pair/manifest.json")).expect("the manifest");
    let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest");
    for (name, hash) in &manifest.files {
        let bytes = fs::read(sandbox.path(&format!("output/pair/{name}"))).expect("a file");
        assert_eq!(*hash, hex::encode(Sha256::digest(bytes)), "{name}");
    }
}

#[test]
fn what_others_put_there_stays() {
    let sandbox = prepared();
    fs::write(sandbox.path("output/pair/figures/lorenz.svg"), "mine").expect("a file");
    let (ended, told) = code(&sandbox, &["plot", "output/pair"]);
    assert!(ended == Some(2) && told.contains("lorenz.svg"), "{told}");
    let kept = fs::read(sandbox.path("output/pair/figures/lorenz.svg")).expect("the file");
    assert_eq!(kept, b"mine");
}

#[test]
fn what_cannot_be_drawn_is_refused_with_the_remedy() {
    let sandbox = prepared();
    for (arguments, remedy) in [
        (&["plot", "output/pair", "--figure", "lorentz"][..], "lorenz"),
        (&["plot", "nowhere"], "name a folder of results"),
        (&["plot", "pair.toml"], "name a folder of results"),
        (&["plot", "output/pair", "--format", "jpg"], "svg"),
    ] {
        let (ended, told) = code(&sandbox, arguments);
        assert!(ended == Some(2) && told.contains(remedy), "{arguments:?}: {told}");
    }
    fs::write(sandbox.path("output/pair/validators.csv"), "validator,stake\nada,many\n").expect("a table");
    let (ended, told) = code(&sandbox, &["plot", "output/pair"]);
    assert!(ended == Some(2) && told.contains("validators.csv"), "{told}");
}

#[test]
fn audits_are_drawn_too() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("chain.csv"), "name,stake,wins\nann,5,52\nbob,5,48\n").expect("a table");
    assert_eq!(code(&sandbox, &["audit", "chain.csv", "--output", "audits"]).0, Some(0));
    assert_eq!(code(&sandbox, &["plot", "audits/chain", "--output", "again", "--format", "svg"]).0, Some(0));
    let drawn = fs::read(sandbox.path("audits/chain/figures/win-share.svg")).expect("a figure");
    assert!(drawn == fs::read(sandbox.path("again/win-share.svg")).expect("a figure"));
}

/// Every figure of a run, of a comparison and of a study is drawn from the tables alone.
#[test]
fn figures_of_all_kinds_are_drawn_from_tables() {
    let sandbox = Sandbox::new();
    let text = PAIR.replace("trials = 3", "trials = 30").replace("rounds = 50", "rounds = 200");
    sandbox.put("pair.toml", format!("{text}[reward]\ncompound = true\n"));
    assert_eq!(code(&sandbox, &["run", "pair.toml", "--quiet"]).0, Some(0));
    let rules = ["compare", "pair.toml", "--rules", "raffle,uniform", "--quiet"];
    assert_eq!(code(&sandbox, &rules).0, Some(0));
    sandbox.put(
        "study.toml",
        format!(
            "{}[sweep]\n\"run.rounds\" = [20, 40]\n\"selection.rule\" = ['raffle', 'uniform']\n",
            text.replace("'pair'", "'study'")
        ),
    );
    assert_eq!(code(&sandbox, &["run", "study.toml", "--quiet", "--metrics", "all"]).0, Some(0));
    for (folder, figures) in [
        (
            "output/pair",
            &[
                "stake-share",
                "unfair-probability",
                "funnel",
                "p-values",
                "target-curve",
                "income",
                "wins-per-trial",
            ][..],
        ),
        ("output/pair-compare", &["forest", "unfair-probability"]),
        ("output/study", &["heat-map", "unfair-probability"]),
    ] {
        for figure in figures {
            let arguments = ["plot", folder, "--figure", figure, "--format", "svg", "--output", folder];
            let (ended, told) = code(&sandbox, &arguments);
            assert_eq!(ended, Some(0), "{folder} {figure}: {told}");
            let svg = fs::read_to_string(sandbox.path(&format!("{folder}/{figure}.svg"))).expect("a figure");
            assert!(svg.contains("<polyline") && !svg.contains("NaN"), "{folder} {figure}");
        }
    }
    let (ended, told) =
        code(&sandbox, &["plot", "output/study", "--figure", "heat-map", "--metric", "equitabilty"]);
    assert!(ended == Some(2) && told.contains("--metric equitabilty"), "{told}");
    let (ended, told) = code(&sandbox, &["plot", "output/study", "--figure", "forest"]);
    assert!(ended == Some(2) && told.contains("compare rules"), "{told}");
}
