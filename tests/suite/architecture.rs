//! Who may use whom: the layers point one way, and this test holds the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, low to high. A layer uses itself and what stands before it.
const LAYERS: &[&str] = &[
    "random",
    "registry",
    "crypto",
    "law",
    "import",
    "ledger",
    "stake",
    "selection",
    "reward",
    "behaviour",
    "forging",
    "simulation",
    "statistics",
    "scenario",
    "analysis",
    "gallery",
    "report",
    "session",
    "study",
    "cli",
];

/// What a layer must not use although it stands below it, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    ("law", &["random", "registry", "crypto"], "the law knows numbers only"),
    (
        "statistics",
        &["crypto", "ledger", "stake", "selection", "reward", "behaviour", "forging", "simulation"],
        "statistics knows counts and shares only",
    ),
    ("selection", &["ledger"], "a rule sees stakes, not accounts"),
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The code of a file without its tests (which may look anywhere) and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The layers that a piece of code names after `crate::` or `tombola::`, in braces too.
fn used_layers(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for root in ["crate::", "tombola::"] {
        for rest in code.split(root).skip(1) {
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
                None => vec![rest],
            };
            for name in names {
                let name: String =
                    name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if LAYERS.contains(&name.as_str()) {
                    used.insert(name);
                }
            }
        }
    }
    used
}

fn layer_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(source()).expect("a file of the source");
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    LAYERS.contains(&first.as_str()).then_some(first)
}

fn place(layer: &str) -> usize {
    LAYERS.iter().position(|name| *name == layer).expect("a layer of the table")
}

#[test]
fn layers_use_only_what_stands_below_them() {
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    assert!(files.len() > 50, "the source was found");
    let mut faults = Vec::new();
    for path in files {
        let Some(layer) = layer_of(&path) else { continue };
        for used in used_layers(&code(&path)) {
            if place(&used) > place(&layer) {
                faults.push(format!("{}: {layer} uses {used}, which stands above it", path.display()));
            }
            for (from, forbidden, why) in FORBIDDEN {
                if *from == layer && forbidden.contains(&used.as_str()) {
                    faults.push(format!("{}: {layer} uses {used}, but {why}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_layer() {
    let folders: BTreeSet<String> = fs::read_dir(source())
        .expect("the source")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, LAYERS.iter().map(|layer| (*layer).to_owned()).collect());
}

#[test]
fn the_reader_of_use_lines_sees_what_is_there() {
    let used = used_layers(
        "use crate::{law::Ratio, stake};\nlet x = crate::random::below(1);\nuse tombola::report::X;",
    );
    let expected = ["law", "stake", "random", "report"].map(str::to_owned);
    assert_eq!(used, expected.into_iter().collect());
}

#[test]
fn no_file_is_named_after_nothing() {
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    for path in files {
        for part in path.strip_prefix(source()).expect("a file of the source").components() {
            let name = part.as_os_str().to_string_lossy();
            for word in ["util", "common", "manager", "helper", "misc", "_and_"] {
                assert!(!name.contains(word), "{}", path.display());
            }
        }
    }
}

/// The types, traits included, that a piece of code declares for others to use.
fn public_types(code: &str) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for line in code.lines() {
        let Some(rest) = line.trim_start().strip_prefix("pub") else { continue };
        let rest = match rest.strip_prefix('(') {
            Some(scoped) => scoped.split_once(')').map_or("", |(_, rest)| rest),
            None => rest,
        };
        let mut words = rest.split_whitespace();
        if words.next().is_some_and(|word| ["struct", "enum", "trait", "type", "union"].contains(&word))
            && let Some(name) = words.next()
        {
            types.insert(name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    types
}

/// A reader who looks for a type finds one. Two of a kind under conditions of compilation stand in one
/// file, and count once.
#[test]
fn a_name_of_a_type_is_used_once() {
    let example =
        "pub(in crate::a) struct A<'a> {\n  pub b: B,\n}\npub(super) enum C{\npub type D = B;\nstruct E;";
    assert_eq!(public_types(example).into_iter().collect::<Vec<_>>(), ["A", "C", "D"]);
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    files.sort();
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files {
        for name in public_types(&code(&file)) {
            if let Some(other) = seen.insert(name.clone(), file.clone()) {
                panic!("{name} is declared in {} and in {}", other.display(), file.display());
            }
        }
    }
}

/// `.cargo/config.toml` sets it for all that do not set their own.
#[test]
fn property_tests_have_a_fixed_seed() {
    assert!(std::env::var("PROPTEST_RNG_SEED").is_ok(), "run tests through cargo, which sets the seed");
}
