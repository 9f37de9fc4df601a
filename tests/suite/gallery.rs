//! The gallery: the page holds what the command computes, and a wrong published value is found.

use crate::sandbox::Sandbox;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tombola::gallery::{ESTIMANDS, GalleryRow, cells, check_all, published_results};

/// Entries whose simulations take less than a tenth of a second, of several kinds.
const SIMULATED: [&str; 7] = [
    "cometbft-payment-12",
    "ml-pos-unfair-100-1000",
    "multi-block-30-2",
    "nxt-three-one",
    "pow-unfair-100",
    "sl-pos-mean-10",
    "tries-per-slot-median",
];

/// The cells of the page's rows, by the entry's name.
fn documented() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gallery.md");
    let text = fs::read_to_string(path).expect("the page");
    let rows = text.lines().filter(|line| line.starts_with("| [`"));
    rows.map(|line| {
        let cells: Vec<String> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let name = cells[0].split('`').nth(1).expect("a name").to_owned();
        (name, cells)
    })
    .collect()
}

/// Holds a row of the page against one that was computed, with its simulation if it has one.
fn compare(row: &GalleryRow, page: &[String]) {
    let [published, exact, simulation] = cells(row);
    assert_eq!(page[2].trim_end_matches(" (formula)"), published, "{}", row.name);
    assert_eq!(page[3], exact, "{}", row.name);
    if row.simulated.is_some() {
        assert_eq!(page[4], simulation, "{}", row.name);
    }
    assert!(page[5].starts_with(&row.agreement.to_string()), "{}: {}", row.name, page[5]);
    assert!(row.agreement.holds(), "{row:?}");
}

#[test]
fn the_page_is_what_the_command_computes() {
    let entries = published_results().unwrap_or_else(|problem| panic!("{problem}"));
    assert!(entries.len() >= 30, "{}", entries.len());
    let page = documented();
    let never = AtomicBool::new(false);
    let exact = check_all(&entries, false, &never).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(page.len(), exact.len());
    for row in &exact {
        let (_, told) = page.iter().find(|(name, _)| *name == row.name).expect("a row of the page");
        compare(row, told);
    }
    let few: Vec<_> = entries.into_iter().filter(|entry| SIMULATED.contains(&entry.name.as_str())).collect();
    assert_eq!(few.len(), SIMULATED.len());
    for row in check_all(&few, true, &never).unwrap_or_else(|why| panic!("{why}")) {
        assert!(row.simulated.is_some(), "{}", row.name);
        let (_, told) = page.iter().find(|(name, _)| *name == row.name).expect("a row of the page");
        compare(&row, told);
    }
}

#[test]
fn every_estimand_has_an_entry() {
    let entries = published_results().unwrap_or_else(|problem| panic!("{problem}"));
    let used: BTreeSet<&str> = entries.iter().map(|entry| entry.estimand.name).collect();
    assert_eq!(used, ESTIMANDS.iter().map(|entry| entry.name).collect());
}

/// An entry with one line changed.
fn changed(name: &str, from: &str, to: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/papers/{name}.toml"));
    let text = fs::read_to_string(path).expect("an entry");
    assert!(text.contains(from), "{from} in {text}");
    text.replace(from, to)
}

fn gallery(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String, String) {
    let all = ["gallery"].iter().chain(arguments).copied().collect::<Vec<_>>();
    let done = sandbox.command(&all).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

#[test]
fn a_wrong_published_value_is_found_and_said() {
    let sandbox = Sandbox::new();
    let tries = "tries-per-slot-median";
    for (file, text, ended, said) in [
        ("right.toml", changed("sl-pos-mean-1", "0.125", "0.125"), 0, ""),
        (
            "wrong.toml",
            changed("sl-pos-mean-1", "value = 0.125", "value = 0.2"),
            1,
            "published value differs",
        ),
        // The publication is said to be in error, and is not.
        ("excused.toml", changed(tries, "value = 43", "value = 44"), 1, "not in error"),
        (
            "unknown.toml",
            changed(tries, "kind = \"tries\"", "kind = \"trys\""),
            2,
            "unknown estimand `trys`; known: ",
        ),
        ("misspelt.toml", changed(tries, "tolerance", "tolerence"), 2, "tolerence"),
        ("odd.toml", changed(tries, "value = 43", "value = nan"), 2, "finite"),
        ("huge.toml", changed(tries, "100_000 }", "10_000_000_000 }"), 2, "`trials`"),
        ("nobody.toml", changed("sl-pos-mean-1", "validator = \"small\"", "validator = \"smal\""), 2, "smal"),
        ("plain.toml", "[run]\nrounds = 3\n".to_owned(), 2, "published"),
    ] {
        sandbox.put(file, &text);
        let (code, _, told) = gallery(&sandbox, &["--exact", file]);
        assert!(code == Some(ended) && told.contains(said), "{file}: {code:?}: {told}");
    }
    // The exact value is what the rule states, and its draws are others.
    let stated = changed("nxt-three-one", "rule = \"nxt\"", "rule = \"rigged-off-by-one\"");
    let value = stated.lines().find(|line| line.starts_with("value")).expect("a value").to_owned();
    sandbox.put("rigged.toml", stated.replace(&value, "value = 0.16666666666666666"));
    let (code, _, told) = gallery(&sandbox, &["rigged.toml"]);
    assert!(code == Some(1) && told.contains("simulation differs"), "{told}");
    let (code, table, _) = gallery(&sandbox, &["--only", "nxt-three-one", "--format", "csv"]);
    assert!(code == Some(0) && table.starts_with("name,result,source,given,published"), "{table}");
    let (code, _, told) = gallery(&sandbox, &["--only", "nxt-three-on"]);
    assert!(code == Some(2) && told.contains("did you mean `nxt-three-one`?"), "{told}");
}

#[test]
fn the_page_is_written_and_nothing_is_replaced() {
    let sandbox = Sandbox::new();
    let page = ["--exact", "--only", "sl-pos-mean-1", "--write", "page.md"];
    assert_eq!(gallery(&sandbox, &page).0, Some(0));
    let text = fs::read_to_string(sandbox.path("page.md")).expect("the page");
    assert!(
        text.contains("sl-pos-mean-1") && text.contains("1 results: 1 agree") || text.contains("1 result")
    );
    let (code, _, told) = gallery(&sandbox, &page);
    assert!(code == Some(2) && told.contains("--force"), "{told}");
    assert_eq!(gallery(&sandbox, &[&page[..], &["--force"]].concat()).0, Some(0));
}

/// A file of the gallery is a scenario like any other.
#[test]
fn an_entry_runs() {
    let sandbox = Sandbox::new();
    sandbox.put("entry.toml", changed("sl-pos-mean-10", "trials = 20000", "trials = 20"));
    let done = sandbox.command(&["run", "entry.toml", "--quiet"]).output().expect("the program runs");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
}
