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
    // The same bytes replace nothing; others do.
    let (ended, told) = code(&sandbox, &["plot", "output/pair", "--output", "again"]);
    assert_eq!(ended, Some(0), "{told}");
    let before = sandbox.tree();
    let (ended, told) = code(&sandbox, &["plot", "output/pair", "--output", "again", "--title", "Two"]);
    assert!(ended == Some(2) && told.contains("--force"), "{told}");
    assert_eq!(sandbox.tree(), before);
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
    sandbox.put("plain.toml", text.replace("'pair'", "'plain'"));
    assert_eq!(code(&sandbox, &["run", "plain.toml", "--quiet"]).0, Some(0));
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
        // Where rewards compound, no distribution of gaps is known, and none are kept.
        ("output/plain", &["stretches", "windows", "wins-per-trial"]),
        ("output/pair-compare", &["forest", "frontier", "unfair-probability", "target-curve"]),
        ("output/study", &["heat-map", "small-multiples", "unfair-probability", "target-curve"]),
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
    let forest = ["plot", "output/pair-compare", "--figure", "forest", "--format", "svg", "--output", "one"];
    let (ended, told) = code(&sandbox, &[&forest[..], &["--metric", "wins_gini"]].concat());
    assert_eq!(ended, Some(0), "{told}");
    assert!(fs::read_to_string(sandbox.path("one/forest.svg")).expect("a figure").contains("of wins gini"));
    let (ended, told) = code(&sandbox, &[&forest[..], &["--metric", "wins_ginny"]].concat());
    assert!(ended == Some(2) && told.contains("did you mean `wins_gini`?"), "{told}");
    // Several measures beside each other, those that were asked for.
    let (ended, told) =
        code(&sandbox, &[&forest[..], &["--metric", "wins_gini,total_variation", "--force"]].concat());
    assert_eq!(ended, Some(0), "{told}");
    let svg = fs::read_to_string(sandbox.path("one/forest.svg")).expect("a figure");
    assert!(svg.contains(">wins gini<") && svg.contains(">total variation (%)<"), "{svg}");
    assert!(!svg.contains("nakamoto") && svg.contains(">← fairer<"), "{svg}");
    // A curve for each rule, with its name, of a comparison and of a study.
    for folder in ["output/pair-compare", "output/study"] {
        let svg = fs::read_to_string(sandbox.path(&format!("{folder}/target-curve.svg"))).expect("a figure");
        assert!(svg.contains(">raffle</text>") && svg.contains(">uniform</text>"), "{folder}");
        assert!(svg.contains("raffle: 70\u{202F}% of the wins for 70\u{202F}% of the stake"), "{folder}");
    }
    // 30 % and 70 % of the stake, half of the wins each.
    let svg = fs::read_to_string(sandbox.path("output/study/target-curve.svg")).expect("a figure");
    assert!(svg.contains("uniform: 50\u{202F}% of the wins for 30\u{202F}% of the stake"), "{svg}");
    let (ended, told) =
        code(&sandbox, &["plot", "output/study", "--metric", "unfair_probability,mean_win_share"]);
    assert!(ended == Some(2) && told.contains("one metric"), "{told}");
    let (ended, told) = code(&sandbox, &["plot", "output/study", "--figure", "forest"]);
    assert!(ended == Some(2) && told.contains("compare rules"), "{told}");
}

/// A narrower sheet, other colours and a document's format, and widths that are none.
#[test]
fn sheets_themes_and_formats_are_those_asked_for() {
    let sandbox = prepared();
    let arguments = |width: &'static str, folder: &'static str| {
        let mut arguments = vec!["plot", "output/pair", "--figure", "timeline", "--theme", "dark"];
        arguments.extend(["--width", width, "--format", "svg,png,pdf", "--output", folder]);
        arguments
    };
    for (width, folder, said, pixels) in [
        ("85mm", "column", "width=\"85mm\" height=\"74.8mm\"", 1004u32),
        ("slide", "slide", "width=\"1280\" height=\"720\"", 1920),
        ("900", "screen", "width=\"900\"", 900),
    ] {
        let (ended, told) = code(&sandbox, &arguments(width, folder));
        assert_eq!(ended, Some(0), "{told}");
        let read =
            |format: &str| fs::read(sandbox.path(&format!("{folder}/timeline.{format}"))).expect("a figure");
        let svg = String::from_utf8(read("svg")).expect("text");
        assert!(svg.contains(said) && svg.contains("#17181C"), "{width}: {}", &svg[..300]);
        // The width stands behind the name of a PNG file's first part.
        assert_eq!(read("png")[16..20], pixels.to_be_bytes(), "{width}");
        assert!(read("pdf").starts_with(b"%PDF-1.7"), "{width}");
    }
    for width in ["85", "85cm", "9000mm", "column"] {
        let (ended, told) = code(&sandbox, &arguments(width, "none"));
        assert!(ended == Some(2) && told.contains("85mm") && told.contains(width), "{told}");
    }
}

/// A name that no font has is shown as its code points, and both commands say so.
#[test]
fn what_no_font_has_is_said() {
    let sandbox = Sandbox::new();
    sandbox.put("pair.toml", PAIR.replace("'ada'", "\"\\U0010FFFD\u{00AD}\""));
    let (ended, told) = code(&sandbox, &["run", "pair.toml"]);
    assert!(ended == Some(0) && told.contains("U+10FFFD") && told.contains("fonts-noto-core"), "{told}");
    let (ended, told) = code(&sandbox, &["plot", "output/pair", "--format", "svg", "--output", "again"]);
    assert!(ended == Some(0) && told.contains("U+00AD, U+10FFFD"), "{told}");
    let svg = fs::read_to_string(sandbox.path("again/timeline.svg")).expect("a figure");
    assert!(svg.contains("U+10FFFDU+00AD") && !svg.contains('\u{10FFFD}'));
}

/// Titles of axes, words in another language, and whose lines are drawn.
#[test]
fn words_and_lines_are_those_asked_for() {
    let sandbox = prepared();
    sandbox.put(
        "de.toml",
        "\"win share over the rounds\" = \"Anteile\"\n\"expected by the rule\" = \"erwartet\"\n",
    );
    let plot = ["plot", "output/pair", "--figure", "timeline", "--format", "svg", "--output", "de"];
    let words =
        ["--x-label", "Runde <n>", "--y-label", "彩票 %", "--lang-file", "de.toml", "--follow", "bob"];
    let (ended, told) = code(&sandbox, &[&plot[..], &words[..]].concat());
    assert_eq!(ended, Some(0), "{told}");
    let svg = fs::read_to_string(sandbox.path("de/timeline.svg")).expect("a figure");
    for there in ["pair: Anteile", ">Runde &lt;n&gt;</text>", ">erwartet</text>", ">bob</text>"] {
        assert!(svg.contains(there), "{there}");
    }
    assert!(!svg.contains(">ada</text>") && !svg.contains("win share"), "{svg}");
    sandbox.put("list.toml", "words = [1]\n");
    for (option, value, remedy) in [
        ("--follow", "bbo", "did you mean `bob`?"),
        ("--lang-file", "list.toml", "Anteil der Siege"),
        ("--lang-file", "nowhere.toml", "nowhere.toml"),
    ] {
        let (ended, told) = code(&sandbox, &[&plot[..], &[option, value]].concat());
        assert!(ended == Some(2) && told.contains(remedy), "{option}: {told}");
    }
}
