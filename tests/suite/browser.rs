//! Reports in a real browser: headless Chromium opens each kind, uses it, prints it and holds it to
//! accessibility rules. Where Chromium is not installed the tests say so; `.ci/optional-tools` installs it.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

const PAIR: &str = "name = 'NAME'\n[run]\nrounds = 60\ntrials = 8\nengine = 'draws'\n[population]\naccounts = [\
    { name = '彩票 & co', balance = 300 }, { name = 'bob', balance = 700 }]\n";

/// What a reader does with the page, and what it answers: one JSON text in an element of its own.
const READER: &str = r##"
const answer = {};
try {
  const table = document.querySelector("table[data-rows]");
  const column = [...table.tHead.rows[0].cells].findIndex((cell) =>
    new Set([...table.tBodies[0].rows].map((row) => row.cells[cell.cellIndex].textContent)).size > 1);
  const cells = () => [...table.tBodies[0].rows].map((row) => row.cells[column].dataset.value ?? row.cells[column].textContent);
  const button = table.tHead.rows[0].cells[column].querySelector("button");
  button.click();
  answer.rising = cells();
  button.click();
  answer.falling = cells();
  answer.sorted = table.tHead.rows[0].cells[column].getAttribute("aria-sort");
  const filter = document.getElementById(table.dataset.rows);
  filter.value = "no row has this text";
  filter.dispatchEvent(new Event("input"));
  answer.filtered = [...table.tBodies[0].rows].filter((row) => !row.hidden).length;
  filter.value = "";
  filter.dispatchEvent(new Event("input"));
  answer.figures = [...document.querySelectorAll("figure")].map((figure) => {
    const mark = figure.querySelector("circle > title, polygon > title")?.parentNode;
    mark?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
    return figure.querySelector("output").textContent;
  });
  answer.width = innerWidth;
  answer.wide = document.documentElement.scrollWidth;
  answer.unlabelled = [...document.querySelectorAll("svg, img")].filter((image) => !(image.getAttribute("aria-label") ?? image.alt)).length;
  answer.loaded = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !name.startsWith("data:"));
} catch (error) { answer.error = String(error); }
const tell = () => {
  if (parent !== self) { parent.postMessage(JSON.stringify(answer), "*"); return; }
  const told = document.createElement("pre");
  told.id = "answer";
  told.textContent = JSON.stringify(answer);
  document.body.append(told);
};
if (globalThis.axe) {
  axe.run(document, { resultTypes: ["violations"] }).then((found) => {
    answer.faults = found.violations
      .filter((fault) => ["serious", "critical"].includes(fault.impact))
      .map((fault) => fault.id + ": " + fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | "));
    tell();
  }, (error) => { answer.faults = [String(error)]; tell(); });
} else { tell(); }
"##;

/// A page that shows another one as narrow as a phone: windows of a browser have a least width.
const PHONE: &str = r##"<!DOCTYPE html><html lang="en"><title>phone</title><body><script>
addEventListener("message", (event) => {
  const told = document.createElement("pre");
  told.id = "answer";
  told.textContent = event.data;
  document.body.append(told);
});
</script><iframe title="phone" style="width:360px;height:800px;border:0" srcdoc="PAGE"></iframe></body></html>"##;

/// The browser, if there is one.
fn chromium() -> Option<PathBuf> {
    let known = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).flat_map(|folder| known.map(|name| folder.join(name)));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        println!("not tested: no Chromium is installed; .ci/optional-tools installs it");
    }
    found
}

/// The accessibility checker, if there is one.
fn axe() -> Option<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules/axe-core/axe.min.js");
    let checker = fs::read_to_string(&place).ok();
    if checker.is_none() {
        println!(
            "not tested for accessibility: {} is not there; .ci/optional-tools installs it",
            place.display()
        );
    }
    checker
}

/// What the browser prints about this page, and what it says went wrong.
fn open(browser: &Path, sandbox: &Sandbox, page: &Path, profile: &str, options: &[&str]) -> (String, String) {
    let done = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=20000"])
        .arg(format!("--user-data-dir={}", sandbox.path(profile).display()))
        .args(options)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .expect("the browser runs");
    (String::from_utf8_lossy(&done.stdout).into_owned(), String::from_utf8_lossy(&done.stderr).into_owned())
}

/// The answer of the reader on a page that is so wide.
fn read(browser: &Path, sandbox: &Sandbox, page: &Path, width: u32) -> (Value, String) {
    let size = format!("--window-size={width},900");
    let (shown, told) = open(browser, sandbox, page, &format!("profile-{width}"), &[&size, "--dump-dom"]);
    let answer = shown.split("<pre id=\"answer\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let answer = answer.unwrap_or_else(|| panic!("no answer from {}: {told}", page.display()));
    let answer = answer.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let errors: Vec<&str> = told.lines().filter(|line| line.contains("CONSOLE")).collect();
    (serde_json::from_str(&answer).expect("JSON"), errors.join("\n"))
}

/// Texts of numbers in rising order, or texts in the order of the alphabet; empty ones last.
fn rises(cells: &Value) -> bool {
    let cells: Vec<&str> = cells.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let numbers: Vec<f64> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    numbers.len() < cells.len() || numbers.windows(2).all(|pair| pair[0] <= pair[1])
}

fn is_used(browser: &Path, kind: &str, arguments: &[&str], folder: &str) {
    let sandbox = Sandbox::new();
    sandbox.put("pair.toml", PAIR.replace("NAME", "pair"));
    let sweep = "[sweep]\n\"run.rounds\" = [20, 40]\n\"selection.rule\" = ['raffle', 'uniform']\n";
    sandbox.put("study.toml", PAIR.replace("NAME", "study") + sweep);
    sandbox.put("chain.csv", "name,stake,wins\nann,5,52\nbob,5,48\ncat,2,60\n");
    let done = sandbox.command(arguments).output().expect("the program runs");
    assert!(done.status.success(), "{kind}: {}", String::from_utf8_lossy(&done.stderr));
    let page = sandbox.path(folder).join("report.html");
    let html = fs::read_to_string(&page).expect("a report");
    let checker = axe();
    let scripts = format!(
        "<script>{}</script><script>{READER}</script></body>",
        checker.as_deref().unwrap_or_default()
    );
    let html = html.replacen("</body>", &scripts, 1);
    let (used, phone) = (sandbox.path("used.html"), sandbox.path("phone.html"));
    fs::write(&phone, PHONE.replace("PAGE", &html.replace('&', "&amp;").replace('"', "&quot;")))
        .expect("a page");
    fs::write(&used, html).expect("a page");
    for (page, width) in [(&used, 1280), (&phone, 360)] {
        let (answer, errors) = read(browser, &sandbox, page, width);
        let what = format!("{kind} at {width}: {answer}");
        assert_eq!(errors, "", "{what}");
        assert!(answer["error"].is_null(), "{what}");
        assert_eq!(answer["loaded"], Value::Array(vec![]), "{what}");
        assert!(rises(&answer["rising"]) && answer["rising"] != answer["falling"], "{what}");
        assert!(
            answer["sorted"] == "descending" && answer["filtered"] == 0 && answer["unlabelled"] == 0,
            "{what}"
        );
        let figures = answer["figures"].as_array().expect("a list");
        let with_values =
            figures.iter().filter(|told| told.as_str().is_some_and(|told| !told.is_empty())).count();
        assert!(with_values > 0 || figures.is_empty(), "{what}");
        // Tables scroll in frames of their own; the page itself never does.
        assert!(answer["width"] == width && answer["wide"].as_u64() <= answer["width"].as_u64(), "{what}");
        if checker.is_some() {
            assert_eq!(answer["faults"], Value::Array(vec![]), "{what}");
        }
    }
    let print = format!("--print-to-pdf={}", sandbox.path("page.pdf").display());
    let (_, told) = open(browser, &sandbox, &page, "profile-print", &[&print]);
    let pdf = fs::read(sandbox.path("page.pdf")).unwrap_or_else(|_| panic!("{kind}: not printed: {told}"));
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 10_000, "{kind}: {} bytes", pdf.len());
}

/// About fifteen seconds on two cores: a browser is started three times for each of four kinds.
#[test]
fn each_kind_of_report_is_used_in_a_browser() {
    let Some(browser) = chromium() else { return };
    let kinds: [(&str, &[&str], &str); 4] = [
        ("run", &["run", "pair.toml", "--quiet"], "output/pair"),
        ("compare", &["compare", "pair.toml", "--rules", "raffle,uniform", "--quiet"], "output/pair-compare"),
        ("audit", &["audit", "chain.csv", "--output", "audits"], "audits/chain"),
        ("study", &["run", "study.toml", "--quiet", "--metrics", "all"], "output/study"),
    ];
    thread::scope(|scope| {
        for pair in kinds.chunks(2) {
            let browser = &browser;
            scope.spawn(move || {
                for (kind, arguments, folder) in pair {
                    is_used(browser, kind, arguments, folder);
                }
            });
        }
    });
}
