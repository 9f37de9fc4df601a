//! `tombola report`: one page, from the files of a folder alone, that loads nothing.

use crate::sandbox::Sandbox;
use std::fs;

/// Two accounts, one named to break out of markup, the other to hide and to turn text round.
const PAIR: &str = "name = 'pair'\n[run]\nrounds = 50\ntrials = 3\nengine = 'draws'\n[population]\naccounts = [\
    { name = '<script>alert(1)</script>', balance = 300 }, \
    { name = \"bob\u{202E}\u{E0041}\", balance = 700 }]\n";

fn prepared() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.put("pair.toml", PAIR);
    assert_eq!(report(&sandbox, &["run", "pair.toml", "--quiet"]).0, Some(0));
    sandbox
}

fn report(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String) {
    let done = sandbox.command(arguments).output().expect("the program runs");
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn a_page_shows_what_the_folder_holds_and_loads_nothing() {
    let sandbox = prepared();
    let (code, told) = report(&sandbox, &["report", "output/pair"]);
    assert_eq!(code, Some(0), "{told}");
    let page = fs::read_to_string(sandbox.path("output/pair/report.html")).expect("the page");
    for part in
        ["<html lang=\"en\">", "<h2 id=\"verdict\">", "<h2 id=\"methods\">", "href=\"validators.csv\""]
    {
        assert!(page.contains(part), "{part}");
    }
    // Three figures, in the page itself; nothing from elsewhere.
    assert_eq!(page.matches("src=\"data:image/svg+xml;base64,").count(), 3);
    assert!(!page.contains("http://") && !page.contains("https://"));
    // One script of its own, and none of an account's name.
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains('\u{202E}') && !page.contains('\u{E0041}'));
    assert!(page.contains("bob\\u{202e}\\u{e0041}"));
    let (code, told) = report(&sandbox, &["report", "output/pair"]);
    assert!(code == Some(2) && told.contains("--force"), "{told}");
}

#[test]
fn what_is_no_folder_of_results_is_refused() {
    let sandbox = prepared();
    sandbox.put("other/manifest.json", "{\"program\": \"another\"}");
    for folder in ["nowhere", "pair.toml", "other"] {
        let (code, told) = report(&sandbox, &["report", folder]);
        assert!(code == Some(2) && told.contains("name a folder of results"), "{folder}: {told}");
    }
}

/// What the page says of a comparison are the counts of its table.
#[test]
fn a_comparison_is_summed_up_as_its_table_says() {
    let sandbox = prepared();
    let compare = ["compare", "pair.toml", "--rules", "raffle,uniform", "--rounds", "200", "--trials", "20"];
    assert_eq!(report(&sandbox, &compare).0, Some(0));
    assert_eq!(report(&sandbox, &["report", "output/pair-compare"]).0, Some(0));
    let page = fs::read_to_string(sandbox.path("output/pair-compare/report.html")).expect("the page");
    let mut table = csv::Reader::from_path(sandbox.path("output/pair-compare/compare.csv")).expect("a table");
    let place =
        |name: &str, header: &csv::StringRecord| header.iter().position(|column| column == name).unwrap();
    let header = table.headers().expect("a header").clone();
    let (kind, verdict) = (place("kind", &header), place("verdict", &header));
    let (mut shown, mut alike, mut open) = (0, 0, 0);
    for record in table.records().map(|record| record.expect("a row")) {
        if &record[kind] == "difference" {
            match &record[verdict] {
                "lower" | "higher" => shown += 1,
                "identical" => alike += 1,
                "undecided" => open += 1,
                other => panic!("{other}"),
            }
        }
    }
    assert!(shown > 0, "raffle and uniform differ");
    let sentence = format!("{shown} are shown, {alike} are exactly zero and {open} are undecided");
    assert!(page.contains(&sentence), "{sentence}");
}
