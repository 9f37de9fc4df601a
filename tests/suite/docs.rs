//! The documents say what the code does, as far as a machine can read it.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};
use tombola::analysis::{Analysis, Stopping, analyse, analyse_stopped};
use tombola::behaviour::{BEHAVIOURS, BlockFlaw};
use tombola::registry::{Entry, Refusal};
use tombola::report::figures::FIGURES;
use tombola::report::write_rows;
use tombola::report::{Manifest, ResultsFolder, Timing};
use tombola::reward::REWARDS;
use tombola::scenario::{Problem, Scenario, load_text};
use tombola::selection::{COMMITTEES, RULES};
use tombola::simulation::{Control, Quiet, Results, run, run_until};
use tombola::stake::STAKES;
use toml::{Table, Value};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A table of a document: the heading it stands under, its header, its rows.
struct MarkdownTable {
    heading: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn markdown_tables(text: &str) -> Vec<MarkdownTable> {
    let mut tables: Vec<MarkdownTable> = Vec::new();
    let (mut heading, mut inside) = (String::new(), false);
    for line in text.lines() {
        if let Some(title) = line.strip_prefix('#') {
            heading = title.trim_start_matches('#').trim().to_owned();
        }
        let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            inside = false;
            continue;
        };
        let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
        if !inside {
            tables.push(MarkdownTable { heading: heading.clone(), header: cells, rows: Vec::new() });
        } else if !cells[0].starts_with("---") {
            let table = tables.last_mut().expect("a table is open");
            assert_eq!(cells.len(), table.header.len(), "under {heading}: {line}");
            table.rows.push(cells);
        }
        inside = true;
    }
    tables
}

/// Everything between backticks.
fn codes(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The cell, if it is one piece of code and nothing else.
fn code(cell: &str) -> Option<&str> {
    let inner = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!inner.contains('`')).then_some(inner)
}

/// The tables of docs/scenario.md whose first column is called `first`.
fn scenario_tables(first: &str) -> Vec<MarkdownTable> {
    let all = markdown_tables(&read("docs/scenario.md"));
    all.into_iter().filter(|table| table.header[0] == first).collect()
}

/// The cells of a row by the names of their columns.
fn by_column<'a>(table: &'a MarkdownTable, row: &'a [String]) -> BTreeMap<&'a str, &'a str> {
    table.header.iter().map(String::as_str).zip(row.iter().map(String::as_str)).collect()
}

/// Loads a scenario as if it lay among those that come along.
fn load(text: &str) -> Result<Scenario, Problem> {
    load_text(&root().join("scenarios/example.toml"), text.to_owned(), &[])
}

fn value(text: &str) -> Value {
    let table: Table =
        toml::from_str(&format!("value = {text}")).unwrap_or_else(|error| panic!("{text}: {error}"));
    table["value"].clone()
}

/// Equal, or the same number once as text and once not: fractions are printed as text.
fn same(documented: &Value, resolved: &Value) -> bool {
    documented == resolved || resolved.as_str() == Some(documented.to_string().as_str())
}

#[test]
fn complete_examples_load() {
    let text = read("docs/scenario.md");
    let mut examples = 0;
    for part in text.split("<!-- complete -->").skip(1) {
        let toml = part.trim_start().strip_prefix("```toml\n").and_then(|rest| rest.split("```").next());
        let toml = toml.expect("a toml block follows the mark");
        load(toml).unwrap_or_else(|problem| panic!("{problem}\n{toml}"));
        examples += 1;
    }
    assert!(examples >= 2, "{examples} examples");
}

/// Keys that may be left out because another one stands in their place.
const INSTEAD: &[(&str, &str)] = &[
    ("accounts", "count"),
    ("accounts", "total_stake"),
    ("accounts", "stake"),
    ("accounts", "share"),
    ("share", "accounts"),
];

/// A section of the scenario file: a small scenario, and where in it the section's keys stand.
struct Section {
    base: Table,
    place: fn(&mut Table) -> &mut Table,
}

/// The section that a heading of docs/scenario.md is about.
fn section(heading: &str) -> Section {
    let drawn = "[population]\ncount = 10\ntotal_stake = 1000\nstake = 'equal'\n";
    let named = "[population]\naccounts = [{ name = 'a', balance = 5 }, { name = 'b', balance = 7 }, \
                 { name = 'c', balance = 9 }]\n";
    let acting = format!("{drawn}[[behaviours]]\nact = 'offline'\nshare = '1/10'\n");
    let pooled = format!(
        "{drawn}[[reward.pools]]\noperator = 'validator-02'\ndelegators = [{{ name = 'bob', share = '1/2' }}]\n"
    );
    macro_rules! place {
        ($name:literal) => {
            |table| inner(table, $name)
        };
    }
    let (text, place): (&str, fn(&mut Table) -> &mut Table) = match heading {
        "Top level" => (drawn, |table| table),
        "`[run]`" => (drawn, place!("run")),
        "`[population]`" => (drawn, place!("population")),
        "Keys of a pool" => (&pooled, |table| first(inner(table, "reward"), "pools")),
        "Keys of an account" => (named, |table| first(inner(table, "population"), "accounts")),
        "`[selection]`" => (drawn, place!("selection")),
        "`[attestation]`" => (drawn, place!("attestation")),
        "`[transactions]`" => (drawn, place!("transactions")),
        "`[reward]`" => (drawn, place!("reward")),
        "`[slashing]`" => (drawn, place!("slashing")),
        "`[network]`" => (drawn, place!("network")),
        "`[[behaviours]]`" => (&acting, |table| first(table, "behaviours")),
        "`[analysis]`" => (drawn, place!("analysis")),
        "`[study]`" => (drawn, place!("study")),
        "`[report]`" => (drawn, place!("report")),
        other => panic!("the heading {other} is no section"),
    };
    Section { base: toml::from_str(text).expect("TOML"), place }
}

fn inner<'a>(table: &'a mut Table, key: &str) -> &'a mut Table {
    let entry = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
    entry.as_table_mut().expect("a table")
}

fn first<'a>(table: &'a mut Table, key: &str) -> &'a mut Table {
    table
        .get_mut(key)
        .and_then(|list| list.get_mut(0))
        .and_then(Value::as_table_mut)
        .expect("a list of tables")
}

impl Section {
    /// Loads the small scenario after a change in the section.
    fn with(&self, change: impl FnOnce(&mut Table)) -> Result<Scenario, Problem> {
        let mut table = self.base.clone();
        change((self.place)(&mut table));
        load(&toml::to_string(&table).expect("TOML"))
    }

    /// Sets a key, and takes away what would contradict it.
    fn set(&self, key: &str, value: Value) -> Result<Scenario, Problem> {
        self.with(|here| {
            for (_, other) in INSTEAD.iter().filter(|(one, _)| *one == key) {
                here.remove(*other);
            }
            here.insert(key.to_owned(), value);
        })
    }

    /// The keys that the program says are valid here.
    fn keys(&self) -> BTreeSet<String> {
        let problem = self.set("zzzzzzzz", Value::Integer(1)).err().expect("an unknown key is refused");
        let help = problem.help.expect("help");
        let list = help.strip_prefix("valid keys: ").unwrap_or_else(|| panic!("{help}"));
        list.split(", ").map(str::to_owned).collect()
    }
}

#[test]
fn keys_defaults_and_examples_are_those_of_the_program() {
    let tables = scenario_tables("key");
    assert_eq!(tables.len(), 15);
    for table in &tables {
        let section = section(&table.heading);
        let mut resolved: Table =
            toml::from_str(&section.with(|_| ()).expect("a valid scenario").resolved()).expect("TOML");
        let resolved = (section.place)(&mut resolved).clone();
        let mut documented = BTreeSet::new();
        for row in &table.rows {
            let row = by_column(table, row);
            let key = code(row["key"]).expect("a key stands in backticks");
            let at = format!("{} {key}", table.heading);
            documented.insert(key.to_owned());
            match row["default"] {
                "needed" => {
                    assert!(section.with(|here| drop(here.remove(key))).is_err(), "{at} is not needed")
                }
                "none" => {
                    let given = (section.place)(&mut section.base.clone()).contains_key(key);
                    let instead = INSTEAD.iter().any(|(_, other)| *other == key);
                    assert!(!given || instead, "{at} is needed");
                    assert!(given || !resolved.contains_key(key), "{at} has a default");
                }
                default => {
                    if let Some(default) = code(default) {
                        let found = resolved.get(key).unwrap_or_else(|| panic!("{at} has no default"));
                        assert!(
                            same(&value(default), found),
                            "{at}: {default} is documented, {found} is true"
                        );
                    }
                }
            }
            let example: Table =
                toml::from_str(code(row["example"]).unwrap_or_else(|| panic!("{at}: no example")))
                    .unwrap_or_else(|error| panic!("{at}: {error}"));
            let allowed = codes(row["allowed"]).into_iter().filter(|text| text.starts_with('"')).map(value);
            for value in allowed.chain([example[key].clone()]) {
                if let Err(problem) = section.set(key, value) {
                    panic!("the example of {at}: {problem}");
                }
            }
        }
        // The table of another section is a key of the one above.
        let sections: BTreeSet<String> = match table.heading.as_str() {
            "Top level" => tables.iter().filter_map(|table| code(&table.heading)).map(bare).collect(),
            _ => BTreeSet::new(),
        };
        let known: BTreeSet<String> = section.keys().difference(&sections).cloned().collect();
        assert_eq!(documented, known, "under {}", table.heading);
    }
}

fn bare(heading: &str) -> String {
    heading.trim_matches(['[', ']']).to_owned()
}

/// Holds a family's registry against its table in docs/scenario.md.
fn assert_family<T: ?Sized>(heading: &str, entries: &[Entry<T>]) {
    let tables = scenario_tables("kind");
    let table = tables.iter().find(|table| table.heading == heading).expect("the family has a table");
    let mut kinds: Vec<&str> = table.rows.iter().map(|row| code(&row[0]).expect("a kind")).collect();
    kinds.dedup();
    assert_eq!(kinds, entries.iter().map(|entry| entry.name).collect::<Vec<_>>(), "{heading}");
    for entry in entries {
        let rows: Vec<_> = table.rows.iter().filter(|row| code(&row[0]) == Some(entry.name)).collect();
        let settings: Vec<_> =
            rows.iter().map(|row| by_column(table, row)).filter(|row| !row["setting"].is_empty()).collect();
        let documented: BTreeSet<&str> = settings.iter().filter_map(|row| code(row["setting"])).collect();

        let unknown = Table::from_iter([("zzzzzzzz".to_owned(), Value::Integer(1))]);
        let Err(Refusal::Form(error)) = (entry.parse)(unknown) else {
            panic!("{} takes anything", entry.name)
        };
        let known: BTreeSet<&str> =
            codes(error.message()).into_iter().filter(|name| *name != "zzzzzzzz").collect();
        assert_eq!(documented, known, "{heading} {}", entry.name);

        let needed = settings.iter().any(|row| row["default"] == "needed");
        let plain = (entry.parse)(Table::new());
        assert_eq!(plain.is_err(), needed, "{heading} {}", entry.name);
        let resolved = plain.map(|(_, resolved)| resolved).unwrap_or_default();
        let defaults: Table = settings
            .iter()
            .filter_map(|row| Some((code(row["setting"])?.to_owned(), value(code(row["default"])?))))
            .collect();
        assert_eq!(defaults, resolved, "{heading} {}", entry.name);
        for row in settings {
            for allowed in codes(row["allowed"]).into_iter().filter(|text| text.starts_with('"')) {
                let setting = code(row["setting"]).expect("a setting").to_owned();
                let table = Table::from_iter([(setting, value(allowed))]);
                assert!((entry.parse)(table).is_ok(), "{heading} {}: {allowed}", entry.name);
            }
        }
    }
}

#[test]
fn families_are_documented_with_every_setting() {
    assert_family("Stake distributions", STAKES);
    assert_family("Rules", RULES);
    assert_family("Committees", COMMITTEES);
    assert_family("Rewards", REWARDS);
    assert_family("Behaviours", BEHAVIOURS);
    assert_family("Figures", FIGURES);
    assert_eq!(scenario_tables("kind").len(), 6);
}

/// Words of columns that mean in a table what they mean anywhere.
const PLAIN: &[&str] = &[
    "after", "and", "before", "by", "each", "from", "in", "low", "high", "mean", "method", "most", "least",
    "name", "note", "number", "of", "other", "per", "to", "value",
];

/// A stranger finds every word of every column in the glossary.
#[test]
fn the_glossary_has_every_word_of_every_column() {
    let glossary = read("docs/glossary.md").to_lowercase();
    let known: BTreeSet<String> = glossary
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.trim_end_matches('s').to_owned())
        .collect();
    let mut missing = BTreeSet::new();
    for table in scenario_tables("column").into_iter().chain(scenario_tables("metric")) {
        for name in table.rows.iter().flat_map(|row| codes(&row[0])) {
            for word in name.split(['_', '-']).filter(|word| word.chars().all(char::is_alphabetic)) {
                if !PLAIN.contains(&word) && !known.contains(word.trim_end_matches('s')) {
                    missing.insert(word.to_owned());
                }
            }
        }
    }
    assert!(missing.is_empty(), "docs/glossary.md says nothing of {missing:?}");
}

#[test]
fn every_flaw_is_documented() {
    let names: BTreeSet<String> =
        BlockFlaw::ALL.iter().map(|flaw| Value::try_from(flaw).expect("TOML").to_string()).collect();
    let tables = scenario_tables("kind");
    let row =
        tables.iter().flat_map(|table| &table.rows).find(|row| row[1] == "`flaw`").expect("the setting");
    assert_eq!(codes(&row[3]).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), names);
    let model = markdown_tables(&read("docs/model.md"));
    let table = model.iter().find(|table| table.header[0] == "`flaw`").expect("the table of flaws");
    let proofs: BTreeMap<String, bool> = BlockFlaw::ALL
        .iter()
        .map(|flaw| (Value::try_from(flaw).expect("TOML").to_string().replace('"', "`"), flaw.is_proof()))
        .collect();
    assert_eq!(
        table.rows.iter().map(|row| (row[0].clone(), row[2] == "yes")).collect::<BTreeMap<_, _>>(),
        proofs
    );
}

fn simulate(text: &str) -> (Scenario, Results, Analysis) {
    let scenario = load(text).expect("a valid scenario");
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let (experiment, settings) = (&scenario.experiment, &scenario.file.analysis);
    let (results, analysis) = match &scenario.file.run.until {
        Some(until) => {
            let mut rule = Stopping::new(experiment, settings, until);
            let results = run_until(experiment, 1, None, &control, &mut rule).expect("a run");
            let analysis = analyse_stopped(experiment, settings, &results, &rule);
            (results, analysis)
        }
        None => {
            let results = run(experiment, 1, None, &control).expect("a run");
            let analysis = analyse(experiment, settings, &results);
            (results, analysis)
        }
    };
    (scenario, results, analysis)
}

/// Runs in which every metric occurs.
fn runs() -> Vec<(Scenario, Results, Analysis)> {
    let run = "[run]\nrounds = 2000\ntrials = 4\nengine = 'draws'\ncheckpoints = 3\n";
    let population = "[population]\naccounts = [{ name = 'a', balance = 900 }, { name = 'b', balance = 50 }, \
                      { name = 'c', balance = 50 }]\n";
    let unfair = [run, population, "[selection]\nrule = 'uniform'\n"].concat();
    let moving = [run, population, "[reward]\ncompound = true\n[network]\nloss = 0.1\n"].concat();
    let urn = [run, population, "[reward]\ncompound = true\n"].concat();
    let small = "[population]\naccounts = [{ name = 'a', balance = 900 }, { name = 'b', balance = 99 }, \
                 { name = 'c', balance = 1 }]\n";
    let rare = ["[run]\nrounds = 400\ntrials = 6\nengine = 'draws'\n", small].concat();
    let short = ["[run]\nrounds = 5\ntrials = 4\nengine = 'draws'\n", small].concat();
    let until = "until = { metric = 'win_share', half_width = 0.02 }\n";
    let precise = [run, until, population].concat();
    let unfair = [&unfair, "[analysis]\nbayes = true\n"].concat();
    let many = [run, "[population]\ncount = 10\ntotal_stake = 1000\nstake = 'equal'\n"].concat();
    [unfair, moving, urn, rare, short, precise, many].iter().map(|text| simulate(text)).collect()
}

fn header<R: Serialize>(rows: &[R]) -> Vec<String> {
    let mut bytes = Vec::new();
    write_rows(rows, &mut bytes).expect("memory can be written to");
    let text = String::from_utf8(bytes).expect("text");
    text.lines().next().expect("a header").split(',').map(str::to_owned).collect()
}

#[test]
fn every_column_is_documented_in_its_order() {
    let (_, _, Analysis { tables, .. }) = runs().remove(0);
    let headers = [
        ("`validators.csv`", header(&tables.validators.iter().collect::<Vec<_>>())),
        ("`trials.csv`", header(&tables.trials)),
        ("`chains.csv`", header(&tables.chains)),
        ("`timeline.csv`", header(&tables.timeline)),
        ("`fairness.csv`", header(&tables.fairness)),
        ("`incomes.csv`", header(&tables.incomes)),
        ("`windows.csv`", header(&tables.windows)),
    ];
    let documented = scenario_tables("column");
    assert_eq!(documented.len(), headers.len());
    for (table, (heading, header)) in documented.iter().zip(headers) {
        assert_eq!(table.heading, heading);
        let columns: Vec<&str> = table.rows.iter().flat_map(|row| codes(&row[0])).collect();
        assert_eq!(columns, header, "{heading}");
    }
}

#[test]
fn every_metric_and_verdict_is_documented() {
    let text = read("docs/scenario.md");
    let documented = scenario_tables("metric");
    let metrics = |heading: &str| -> BTreeSet<String> {
        let table = documented.iter().find(|table| table.heading == heading).expect(heading);
        table.rows.iter().filter_map(|row| code(&row[0])).map(str::to_owned).collect()
    };
    let runs = runs();
    let tables = || runs.iter().map(|(_, _, analysis)| &analysis.tables);
    let found: BTreeSet<String> = tables().flat_map(|t| &t.timeline).map(|row| row.metric.clone()).collect();
    assert_eq!(found, metrics("`timeline.csv`"));
    let found: BTreeSet<String> =
        tables().flat_map(|t| &t.fairness).map(|row| row.metric.to_string()).collect();
    assert_eq!(found, metrics("`fairness.csv`"));
    for decision in tables().flat_map(|t| &t.fairness).filter_map(|row| row.decision) {
        let word = serde_json::to_value(decision).expect("JSON");
        assert!(text.contains(&format!("`{}`", word.as_str().expect("a word"))), "{decision:?}");
    }
}

#[test]
fn every_field_of_the_manifest_is_documented() {
    let (scenario, results, _) = runs().remove(0);
    let parent = tempfile::tempdir().expect("a folder");
    let folder = ResultsFolder::prepare(parent.path(), "run", false).expect("a folder of results");
    let timing = Timing { started: SystemTime::UNIX_EPOCH, duration: Duration::from_secs(1) };
    let manifest = Manifest::new(&scenario, &results, 1, timing, &folder).expect("a manifest");
    let fields = serde_json::to_value(manifest).expect("JSON");
    let fields: BTreeSet<String> = fields.as_object().expect("an object").keys().cloned().collect();
    let [table] = &scenario_tables("field")[..] else { panic!("one table of fields") };
    let documented: BTreeSet<String> =
        table.rows.iter().flat_map(|row| codes(&row[0])).map(str::to_owned).collect();
    assert_eq!(documented, fields);
}

#[test]
fn every_dependency_has_its_line() {
    let cargo: Table = toml::from_str(&read("Cargo.toml")).expect("TOML");
    let mut asked = BTreeMap::new();
    // Some are asked for on certain processors only.
    let targets = cargo.get("target").and_then(Value::as_table).into_iter().flatten();
    let places = targets.filter_map(|(_, place)| place.as_table()).chain([&cargo]);
    let sections = places.flat_map(|place| {
        ["dependencies", "dev-dependencies", "build-dependencies"].map(|section| place.get(section))
    });
    for section in sections.flatten() {
        for (name, value) in section.as_table().expect("a table") {
            let version = value.as_str().or_else(|| value.get("version")?.as_str()).expect("a version");
            asked.insert(name.clone(), version.to_owned());
        }
    }
    let mut documented = BTreeMap::new();
    let tables = markdown_tables(&read("docs/dependencies.md"));
    for table in tables.iter().filter(|table| table.header[0] == "crate") {
        for row in &table.rows {
            assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
            let name = code(&row[0]).expect("a crate").to_owned();
            assert!(documented.insert(name, row[1].clone()).is_none(), "{} stands twice", row[0]);
        }
    }
    assert_eq!(documented, asked);
}

/// Every document of the project.
fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    for folder in ["", "docs", "output", "scenarios", "assets/fonts", "examples", "benches"] {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        documents.extend(paths.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    }
    documents
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// What GitHub makes of a heading as the target of a link.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase())
        .map(|title| title.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>())
        .map(|title| title.replace(' ', "-"))
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut links = 0;
    for document in documents() {
        let text = prose(&fs::read_to_string(&document).expect("a document"));
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().expect("a link ends")) {
            if target.contains("://") {
                continue;
            }
            links += 1;
            let at = format!("{} links to {target}", document.display());
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = match path {
                "" => document.clone(),
                path => document.parent().expect("a folder").join(path),
            };
            assert!(file.exists(), "{at}");
            if !anchor.is_empty() {
                let there = prose(&fs::read_to_string(&file).expect("a document"));
                assert!(anchors(&there).contains(anchor), "{at}");
            }
        }
    }
    assert!(links > 20, "{links} links were looked at");
}

#[test]
fn files_that_the_documents_name_exist() {
    for document in documents() {
        let text = prose(&fs::read_to_string(&document).expect("a document"));
        for name in codes(&text) {
            let ours = ["src/", "tests/", "docs/", "scenarios/", "assets/", "benches/"];
            if ours.iter().any(|folder| name.starts_with(folder)) && !name.contains([' ', '*']) {
                assert!(root().join(name).exists(), "{} names {name}", document.display());
            }
        }
    }
}

/// All Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rows of the layer table: each layer and what it uses.
fn layers() -> Vec<(String, BTreeSet<String>)> {
    let tables = markdown_tables(&read("docs/architecture.md"));
    let table = tables.iter().find(|table| table.header[0] == "layer").expect("the layer table");
    let owned = |cell: &String| codes(cell).into_iter().map(str::to_owned).collect();
    table.rows.iter().map(|row| (code(&row[0]).expect("a layer").to_owned(), owned(&row[2]))).collect()
}

#[test]
fn the_layer_table_is_what_the_code_does() {
    let layers = layers();
    let folders: BTreeSet<String> = fs::read_dir(root().join("src"))
        .expect("src")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(layers.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), folders);
    let mut below: BTreeSet<String> = BTreeSet::new();
    for (layer, documented) in &layers {
        let mut used = BTreeSet::new();
        for file in sources(&root().join("src").join(layer)) {
            let text = fs::read_to_string(&file).expect("a source");
            // Tests may look upwards.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for prefix in ["crate::", "tombola::"] {
                let names = code.split(prefix).skip(1);
                let names = names.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
                let names = names.flatten().filter(|name| folders.contains(*name) && name != layer);
                used.extend(names.map(str::to_owned));
            }
            assert!(!code.contains("use crate::{"), "{} hides what it uses", file.display());
        }
        assert!(
            used.is_subset(&below),
            "{layer} uses {:?}, which do not stand below it",
            used.difference(&below)
        );
        assert_eq!(documented, &used, "the uses of {layer}");
        below.insert(layer.clone());
    }
}

/// The order in which the test of the architecture names the layers, if there is such a test.
#[test]
fn the_layer_table_has_the_order_of_the_test_of_the_architecture() {
    let Ok(text) = fs::read_to_string(root().join("tests/suite/architecture.rs")) else { return };
    let documented: Vec<String> = layers().into_iter().map(|(name, _)| name).collect();
    let mut named: Vec<String> = Vec::new();
    for word in text.split('"').skip(1).step_by(2) {
        if documented.iter().any(|layer| layer == word) && !named.iter().any(|layer| layer == word) {
            named.push(word.to_owned());
        }
    }
    assert_eq!(named, documented);
}

/// Names of tests, in the paragraphs of the invariants, are names of tests.
#[test]
fn tests_that_the_architecture_names_exist() {
    let text = read("docs/architecture.md");
    let part = text.split("\n## Invariants\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let code: String = ["src", "tests"]
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
        .map(|file| fs::read_to_string(file).expect("a source"))
        .collect();
    let mut named = 0;
    for name in codes(part.expect("the invariants")) {
        // Longer than any other word in backticks, and made like the name of a test.
        if name.matches('_').count() >= 2 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            named += 1;
            assert!(code.contains(&format!("fn {name}(")), "no test is called {name}");
        }
    }
    assert!(named > 20, "{named} tests are named");
}
