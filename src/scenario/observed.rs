//! Observed amounts, read from a table into the settings of a reward policy: from then on the scenario,
//! and every chain that it exports, holds the amounts themselves.

use super::diagnostic::below;
use super::load::Checker;
use super::problem::{Place, Problem};
use crate::import::{Fault, each_line, open_file, shown};
use crate::registry::Choice;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;

/// The settings in which a policy may stand inside another one.
const INNER: [&str; 2] = ["base", "amount"];
/// So many different amounts are read at most.
const MOST_AMOUNTS: usize = 1_000_000;

/// Reads the tables that a policy at `key`, or one inside it, names. `folder` is where relative paths
/// start.
pub fn read_amounts(checker: &Checker, key: &str, choice: &mut Choice, folder: &Path) -> Result<(), Problem> {
    read_into(checker, key, &choice.kind.clone(), &mut choice.settings, folder)
}

fn read_into(
    checker: &Checker,
    key: &str,
    kind: &str,
    settings: &mut toml::Table,
    folder: &Path,
) -> Result<(), Problem> {
    for inner in INNER {
        if let Some(toml::Value::Table(table)) = settings.get_mut(inner) {
            let kind = table.get("kind").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            read_into(checker, &below(key, inner), &kind, table, folder)?;
        }
    }
    let Some(path) = settings.get("path").and_then(toml::Value::as_str).filter(|_| kind == "random") else {
        return Ok(());
    };
    let key = below(key, "path");
    if settings.contains_key("amounts") {
        return Err(checker.problem(&key, "stands beside `amounts`", "give the amounts in one way"));
    }
    let path = folder.join(path);
    let mut input = open_file(&path).map_err(|error| {
        checker.problem(
            &key,
            &format!("names the table {}, which cannot be read: {error}", path.display()),
            "a relative path starts from the folder of the scenario, or from the current one if it is given with --set",
        )
    })?;
    let counts = read(&mut input).map_err(|Fault { line, problem, .. }| Problem {
        place: Place::Row { path, line },
        key: String::new(),
        what: problem,
        help: None,
    })?;
    settings.remove("path");
    let pair = |(amount, count): (u64, u64)| {
        toml::Value::Array(vec![toml::Value::Integer(amount as i64), toml::Value::Integer(count as i64)])
    };
    settings.insert("amounts".to_owned(), toml::Value::Array(counts.into_iter().map(pair).collect()));
    Ok(())
}

/// Amounts and how often each stands in the column `amount`.
fn read(input: &mut dyn BufRead) -> Result<BTreeMap<u64, u64>, Fault> {
    let mut column = None;
    let mut counts = BTreeMap::new();
    let last = each_line(input, b',', |line| {
        let Some(column) = column else {
            column = line.fields.iter().position(|title| title == "amount");
            return match column {
                Some(_) => Ok(()),
                None => line.fault("the column `amount` is missing"),
            };
        };
        let field = line.fields.get(column).unwrap_or_default();
        let amount = field.parse::<u64>().ok().filter(|&amount| amount <= i64::MAX as u64);
        let Some(amount) = amount.filter(|_| field.bytes().all(|byte| byte.is_ascii_digit())) else {
            return line.fault_in(
                column,
                format!(
                    "the amount is {}, but must be a whole number of coins, written with digits alone",
                    shown(field)
                ),
            );
        };
        *counts.entry(amount).or_default() += 1;
        if counts.len() > MOST_AMOUNTS {
            return line.fault(format!("there are more than {MOST_AMOUNTS} different amounts; round them"));
        }
        Ok(())
    })?;
    if counts.is_empty() {
        let problem =
            "no amount stands there; the first line must be `amount`, and amounts follow".to_owned();
        return Err(Fault { line: last.unwrap_or(1), column: 1, problem });
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_and_faults_have_a_line() {
        let counts = read(&mut &b"block,amount\n1,7\n2,0\n3,7\n"[..]).unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(0, 1), (7, 2)]);
        for (text, line) in
            [("amounts\n5\n", 1), ("amount\n5\n-1\n", 3), ("amount\n1.5\n", 2), ("amount\n", 1), ("", 1)]
        {
            assert_eq!(read(&mut text.as_bytes()).unwrap_err().line, line, "{text:?}");
        }
    }
}
