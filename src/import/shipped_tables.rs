//! The tables that come along with the scenarios, kept inside the program, so that these scenarios run from
//! anywhere by name.

use include_dir::{Dir, include_dir};
use std::path::Path;

static TABLES: Dir = include_dir!("$CARGO_MANIFEST_DIR/scenarios/tables");

/// The table that comes along under a path from the folder of the scenarios, `tables/NAME.csv`, or from that
/// of the project.
pub fn shipped_table(path: &Path) -> Option<&'static [u8]> {
    let path = path.strip_prefix("scenarios").unwrap_or(path);
    TABLES.get_file(path.strip_prefix("tables").ok()?).map(|file| file.contents())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_by_the_paths_that_scenarios_write() {
        for path in ["tables/example-stakes.csv", "scenarios/tables/example-stakes.csv"] {
            assert!(shipped_table(Path::new(path)).is_some_and(|text| text.starts_with(b"name,")), "{path}");
        }
        for path in ["example-stakes.csv", "tables/none.csv", "tables", "/tables/example-stakes.csv", ""] {
            assert!(shipped_table(Path::new(path)).is_none(), "{path}");
        }
    }
}
