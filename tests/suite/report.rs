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
    let of_the_run = fs::read(sandbox.path("output/pair/report.html")).expect("the run writes it");
    let (code, told) = report(&sandbox, &["report", "output/pair"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        of_the_run == fs::read(sandbox.path("output/pair/report.html")).expect("the page"),
        "the same bytes"
    );
    let page = fs::read_to_string(sandbox.path("output/pair/report.html")).expect("the page");
    for part in
        ["<html lang=\"en\">", "<h2 id=\"verdict\">", "<h2 id=\"methods\">", "href=\"validators.csv\""]
    {
        assert!(page.contains(part), "{part}");
    }
    // Three figures, in the page itself; nothing from elsewhere.
    assert_eq!(page.matches("<svg class=\"figure\" role=\"img\"").count(), 3);
    assert!(!page.contains("http://") && !page.contains("https://"));
    // One script of its own, and none of an account's name.
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains('\u{202E}') && !page.contains('\u{E0041}'));
    assert!(page.contains("bob\\u{202e}\\u{e0041}"));
    sandbox.put("output/pair/report.html", "mine");
    let (code, told) = report(&sandbox, &["report", "output/pair"]);
    assert!(code == Some(2) && told.contains("--force"), "{told}");
    assert_eq!(report(&sandbox, &["report", "output/pair", "--force"]).0, Some(0));
}

/// Times and threads stand in the manifest alone.
#[test]
fn the_page_is_the_same_bytes_on_any_number_of_threads_and_is_left_out_without_figures() {
    let sandbox = prepared();
    let page = |folder: &str| fs::read(sandbox.path(&format!("{folder}/pair/report.html")));
    let again = ["run", "pair.toml", "--quiet", "--threads", "3", "--output", "again"];
    assert_eq!(report(&sandbox, &again).0, Some(0));
    assert!(page("output").expect("the page") == page("again").expect("the page"));
    let without = ["run", "pair.toml", "--quiet", "--set", "report.figures=[]", "--output", "without"];
    assert_eq!(report(&sandbox, &without).0, Some(0));
    assert!(page("without").is_err());
}

/// What people said, the text for a paper, and tables for it: nothing of a name is markup in any of them.
#[test]
fn the_text_for_a_paper_says_what_the_page_says() {
    let sandbox = Sandbox::new();
    let study = "[study]\ntitle = 'Do <two> pay 100 % for $x_1$?'\nauthors = ['Ada L.', 'Ève & Co.']\n\
                 aim = 'To find out'\nhypotheses = ['ada wins']\nlanguage = 'en'\n";
    sandbox.put("pair.toml", format!("{PAIR}{study}"));
    assert_eq!(report(&sandbox, &["run", "pair.toml", "--quiet"]).0, Some(0));
    let (code, told) = report(&sandbox, &["report", "output/pair", "--tables", "latex"]);
    assert_eq!(code, Some(0), "{told}");
    let read = |name: &str| fs::read_to_string(sandbox.path(&format!("output/pair/{name}"))).expect("a file");
    let (page, markdown, latex) = (read("report.html"), read("report.md"), read("methods.tex"));
    assert!(page.contains("<h1 lang=\"en\">Do &lt;two&gt; pay 100 % for $x_1$?</h1>"));
    assert!(
        markdown.starts_with("# Do \\<two\\> pay 100 % for $x\\_1$?\n\nAda L., Ève & Co.\n"),
        "{markdown}"
    );
    assert!(latex.contains("pay 100 \\% for \\$x\\_1\\$?") && latex.contains("Ève \\& Co."), "{latex}");
    for heading in
        ["Aims", "Data-generating mechanism", "Estimands", "Methods", "Number of repetitions", "Limits"]
    {
        assert!(page.contains(&format!("<h3>{heading}</h3>")), "{heading}");
        assert!(markdown.contains(&format!("\n## {heading}\n")), "{heading}");
        assert!(latex.contains(&format!("\\subsection*{{{heading}}}")), "{heading}");
    }
    let references = read("references.bib");
    assert!(references.contains("@misc{rule-raffle,") && references.contains("@article{holm1979,"));
    let table = read("tables/validators.tex");
    assert!(table.contains("\\toprule") && table.contains("\\textless{}script\\textgreater{}"), "{table}");
    let archive: serde_json::Value = serde_json::from_str(&read("ro-crate-metadata.json")).expect("JSON");
    assert_eq!(archive["@graph"][0]["about"]["@id"], "./");
    let parts = archive["@graph"][1]["hasPart"].as_array().expect("a list");
    for part in parts {
        assert!(sandbox.path("output/pair").join(part["@id"].as_str().expect("a name")).is_file(), "{part}");
    }
    // The manifest knows all of it, and the run is reproduced all the same.
    let done = sandbox.command(&["reproduce", "output/pair", "--quiet"]).output().expect("the program runs");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && told.contains("not compared"), "{told}");
}

#[test]
fn a_study_has_a_page_too() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", format!("{PAIR}[sweep]\n\"run.rounds\" = [20, 40]\n"));
    assert_eq!(report(&sandbox, &["run", "s.toml", "--quiet"]).0, Some(0));
    let page = fs::read_to_string(sandbox.path("output/pair/report.html")).expect("the page");
    assert!(page.contains("run.rounds (20, 40)") && page.contains("href=\"points.csv\""), "{}", page.len());
    assert_eq!(report(&sandbox, &["report", "output/pair"]).0, Some(0));
}

/// It opens with the question, the answer in words, key numbers and figures that suit the factors, which are in the
/// folder too; a figure that somebody else put there stays.
#[test]
fn the_page_of_a_study_answers_its_question() {
    let sandbox = Sandbox::new();
    let sweep = "[sweep]\n\"run.rounds\" = [20, 40]\n\"selection.rule\" = ['raffle', 'uniform']\n";
    sandbox.put("s.toml", format!("{PAIR}[report]\nformats = ['svg']\n{sweep}"));
    let run = ["run", "s.toml", "--quiet", "--metrics", "all"];
    assert_eq!(report(&sandbox, &run).0, Some(0));
    let page = fs::read_to_string(sandbox.path("output/pair/report.html")).expect("the page");
    let place = |part: &str| page.find(part).unwrap_or_else(|| panic!("{part}: {page}"));
    let order = ["question", "verdict", "numbers", "figures", "tables", "methods"]
        .map(|id| place(&format!("<h2 id=\"{id}\">")));
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{order:?}");
    assert!(page.contains("depend on run.rounds and selection.rule?"), "{page}");
    assert!(page.contains("of 4 points ") && page.contains("<h3>Range</h3>"), "{page}");
    assert!(page.contains("Largest main effect: "), "{page}");
    assert!(page.matches("<svg class=\"figure\" role=\"img\"").count() >= 2);
    for figure in ["heat-map", "small-multiples", "unfair-probability", "target-curve"] {
        assert!(sandbox.path(&format!("output/pair/figures/{figure}.svg")).is_file(), "{figure}");
    }
    // The same page from the tables and figures.
    assert_eq!(report(&sandbox, &["report", "output/pair"]).0, Some(0));
    let again = fs::read_to_string(sandbox.path("output/pair/report.html")).expect("the page");
    assert!(again == page, "the same bytes");
    sandbox.put("output/pair/figures/heat-map.svg", "mine");
    let summarise = ["summarise", "output/pair", "--quiet"];
    let (code, told) = report(&sandbox, &summarise);
    assert_eq!(code, Some(0), "{told}");
    let kept = fs::read_to_string(sandbox.path("output/pair/figures/heat-map.svg")).expect("the file");
    assert_eq!(kept, "mine");
}

/// The rules that are swept are named and defined, and `reproduce`, which takes runs alone, is not promised.
#[test]
fn the_page_of_a_study_names_the_rules_that_are_swept() {
    let sandbox = Sandbox::new();
    let rules = "[\"raffle\", { kind = \"top-n\", n = 1 }]";
    sandbox.put("s.toml", format!("{PAIR}[sweep]\n\"selection.rule\" = {rules}\n"));
    assert_eq!(report(&sandbox, &["run", "s.toml", "--quiet"]).0, Some(0));
    let page = fs::read_to_string(sandbox.path("output/pair/report.html")).expect("the page");
    assert!(page.contains("under the rules raffle and top-n(n=1)."), "{page}");
    assert!(page.contains("rules raffle, top-n(n=1) · 3 trials at each of 2 points"), "{page}");
    assert!(!page.contains("tombola reproduce") && page.contains("Command that wrote these results"));
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
    let sentence = format!("{shown} shown, {alike} exactly zero, {open} undecided");
    assert!(page.contains(&sentence), "{sentence}");
    // The fairer one is named, by the measure that comes first; 70 % of the stake get half of the wins otherwise.
    assert!(page.contains("<h3>Fairer rule</h3>"), "{page}");
    let answer = page.split("<h3>Fairer rule</h3>").nth(1).and_then(|rest| rest.split("</p>").next());
    let answer = answer.expect("an answer");
    assert!(answer.contains("The rule raffle (") && answer.contains("is fairer than uniform ("), "{answer}");
}
