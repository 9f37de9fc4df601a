//! The scenarios that come along, kept inside the program, so that they run from anywhere by name.

use super::load::{Scenario, load_text};
use super::overrides::Override;
use super::problem::Problem;
use crate::registry::nearest;
use include_dir::{Dir, include_dir};
use std::path::Path;

static SCENARIOS: Dir = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// A scenario that comes along.
pub struct Shipped {
    /// Its name: that of its file, without the ending.
    pub name: &'static str,
    /// Its path from the project's folder.
    pub path: String,
    /// Its text.
    pub text: &'static str,
    /// Its `description`.
    pub description: String,
}

/// All scenarios that come along, sorted by name.
pub fn shipped() -> Vec<Shipped> {
    let mut all: Vec<Shipped> = SCENARIOS
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|file| {
            let (name, text) = (file.path().file_stem()?.to_str()?, file.contents_utf8()?);
            let table: Option<toml::Table> = toml::from_str(text).ok();
            let description =
                table.as_ref().and_then(|table| table.get("description")?.as_str()).unwrap_or_default();
            Some(Shipped {
                name,
                path: format!("scenarios/{}", file.path().display()),
                text,
                description: description.to_owned(),
            })
        })
        .collect();
    all.sort_by_key(|shipped| shipped.name);
    all
}

/// A published result that comes along, for the gallery.
pub struct Paper {
    /// Its path from the project's folder.
    pub path: String,
    /// Its text.
    pub text: &'static str,
}

/// All published results that come along, sorted by name.
pub fn papers() -> Vec<Paper> {
    let folder = SCENARIOS.get_dir("papers");
    let mut all: Vec<Paper> = folder
        .into_iter()
        .flat_map(Dir::files)
        .filter_map(|file| {
            let path = format!("scenarios/{}", file.path().display());
            Some(Paper { path, text: file.contents_utf8()? })
        })
        .collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// Reads the scenario of this name that comes along, with settings from the command line in place
/// of its own.
///
/// # Errors
/// If there is none, with the nearest name; otherwise as [`super::load()`].
pub fn load_shipped(name: &str, overrides: &[Override]) -> Result<Scenario, Problem> {
    let all = shipped();
    match all.iter().find(|shipped| shipped.name == name) {
        Some(found) => load_text(Path::new(&found.path), found.text.to_owned(), overrides),
        None => {
            let near = nearest(name, all.iter().map(|shipped| shipped.name));
            let hint = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            Err(Problem::file(
                Path::new(name),
                "is neither a file nor the name of a scenario that comes along".to_owned(),
                format!("{hint}`tombola list scenarios` shows the names"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_have_a_name_and_a_description_and_an_unknown_name_has_a_hint() {
        let all = shipped();
        assert!(all.len() > 50);
        assert!(all.iter().all(|shipped| !shipped.description.is_empty()));
        assert_eq!(load_shipped("seed", &[]).unwrap().name, "seed");
        let problem = load_shipped("rule-rafle", &[]).err().unwrap();
        assert!(problem.to_string().contains("did you mean `rule-raffle`?"), "{problem}");
    }
}
