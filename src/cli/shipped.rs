//! The scenarios that come along, kept inside the program.

use include_dir::{Dir, include_dir};

static SCENARIOS: Dir = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// A scenario that comes along.
pub struct Shipped {
    /// Its path from the project's folder.
    pub path: String,
    /// Its `description`.
    pub description: String,
}

/// All scenarios that come along, sorted by path.
pub fn scenarios() -> Vec<Shipped> {
    let mut all: Vec<Shipped> = SCENARIOS
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "toml"))
        .map(|file| {
            let table: Option<toml::Table> = file.contents_utf8().and_then(|text| toml::from_str(text).ok());
            let description =
                table.as_ref().and_then(|table| table.get("description")?.as_str()).unwrap_or_default();
            Shipped {
                path: format!("scenarios/{}", file.path().display()),
                description: description.to_owned(),
            }
        })
        .collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}
