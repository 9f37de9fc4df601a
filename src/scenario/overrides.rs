//! Settings given on the command line.

use super::document::lost_number;
use super::problem::{Place, Problem, shortened};

/// One setting that replaces what the file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The path of keys, e.g. `run.rounds`.
    pub key: String,
    /// The value.
    pub value: toml::Value,
    /// The option as the user gave it, for messages.
    pub option: String,
    /// Whether relative paths in it start from the folder of the scenario, as in the file itself.
    pub(super) in_file: bool,
}

/// More keys than this below one another have no meaning in any scenario.
const DEEPEST: usize = 16;

impl Override {
    /// An override by an option of its own, e.g. `--rounds 100`.
    pub fn new(key: &str, value: toml::Value, option: String) -> Self {
        Override { key: key.to_owned(), value, option, in_file: false }
    }

    /// What a point of a study sets a key to; `point` names it in messages. Relative paths start from
    /// the folder of the scenario.
    pub fn of_point(key: &str, value: toml::Value, point: String) -> Self {
        Override { key: key.to_owned(), value, option: point, in_file: true }
    }

    /// Reads the `KEY=VALUE` of `--set`. The value is TOML; what is not TOML is taken as text.
    ///
    /// # Errors
    /// If there is no `=`, or a key is empty, or there are too many, or the value begins as a list
    /// or a table and is none.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let option = format!("--set {}", shortened(text));
        let refuse = |what: &str| Problem {
            place: Place::CommandLine(option.clone()),
            key: String::new(),
            what: what.to_owned(),
            help: Some("write it as --set SECTION.KEY=VALUE, e.g. --set run.rounds=1000".to_owned()),
        };
        let (key, value) =
            text.split_once('=').ok_or_else(|| refuse("there is no `=` between key and value"))?;
        let key = key.trim();
        if key.split('.').any(str::is_empty) {
            return Err(refuse("a key is empty"));
        }
        if key.split('.').count() > DEEPEST {
            return Err(refuse("there are too many keys below one another"));
        }
        let given = value.trim();
        let text = format!("value = {given}");
        let read = toml::from_str::<toml::Table>(&text);
        if read.is_ok()
            && let Some(remedy) = lost_number(&text)
        {
            let what = format!("is {}", shortened(given));
            return Err(Problem { key: key.to_owned(), help: Some(remedy), ..refuse(&what) });
        }
        let value = read.ok().filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
        let value = match value {
            Some(value) => value,
            None if given.starts_with(['[', '{']) => {
                return Err(Problem {
                    help: Some(format!(
                        "texts in it stand in quotes, which a shell removes unless all stands in others: --set '{key}=[\"...\"]'"
                    )),
                    ..refuse("the value begins as a list or a table, but is none")
                });
            }
            None => toml::Value::String(given.to_owned()),
        };
        Ok(Override { key: key.to_owned(), value, option, in_file: false })
    }

    /// The option, as the place of a problem.
    pub fn place(&self) -> Place {
        Place::CommandLine(self.option.clone())
    }

    /// Puts the value into a table, making tables on the way.
    ///
    /// # Errors
    /// If a key on the way is no table.
    pub fn apply(&self, table: &mut toml::Table) -> Result<(), Problem> {
        let mut keys: Vec<&str> = self.key.split('.').collect();
        let last = keys.pop().unwrap_or_default();
        let mut here = table;
        for key in keys {
            let entry = here.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            // `stake = "equal"` becomes `stake = { kind = "equal" }` when a setting is added.
            if let toml::Value::String(kind) = entry {
                let mut long = toml::Table::new();
                long.insert("kind".to_owned(), toml::Value::String(std::mem::take(kind)));
                *entry = toml::Value::Table(long);
            }
            let toml::Value::Table(inner) = entry else {
                return Err(Problem {
                    place: self.place(),
                    key: self.key.clone(),
                    what: format!("cannot be set: `{key}` is no table, but of the type {}", entry.type_str()),
                    help: Some("`tombola check FILE` prints every key".to_owned()),
                });
            };
            here = inner;
        }
        here.insert(last.to_owned(), self.value.clone());
        Ok(())
    }
}

/// The parts of a list between its commas, but not those inside of tables, lists and quotes.
pub fn pieces(list: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from) = (0usize, None, 0);
    let mut pieces = Vec::new();
    for (at, letter) in list.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                pieces.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(list[from..].trim());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_at_their_own_commas() {
        assert_eq!(pieces("raffle, nxt"), ["raffle", "nxt"]);
        assert_eq!(
            pieces("{ kind = 'top-n', n = 3 },nxt,{kind=\"a,b\", c=[1,2]}"),
            ["{ kind = 'top-n', n = 3 }", "nxt", "{kind=\"a,b\", c=[1,2]}"]
        );
        assert_eq!(pieces("a,,b"), ["a", "", "b"]);
        assert_eq!(pieces("}, '"), ["}", "'"]);
    }

    #[test]
    fn values_are_toml_or_text() {
        assert_eq!(Override::parse("run.rounds=1_000").unwrap().value.as_integer(), Some(1000));
        assert_eq!(Override::parse("selection.rule=uniform").unwrap().value.as_str(), Some("uniform"));
        assert_eq!(Override::parse("a.b = 'x'").unwrap().value.as_str(), Some("x"));
        assert_eq!(Override::parse("p.path=a b=c.csv").unwrap().value.as_str(), Some("a b=c.csv"));
        assert!(Override::parse("run.rounds").is_err());
        for value in ["1e-400", "[1.0, 1e-400]", "{ kind = 'power-weighted', exponent = 1e-400 }"] {
            let problem = Override::parse(&format!("a.b={value}")).unwrap_err().to_string();
            assert!(problem.contains("would become 0"), "{problem}");
        }
        assert_eq!(Override::parse("a.b=0e-400").unwrap().value.as_float(), Some(0.0));
        assert!(Override::parse("run..rounds=1").is_err());
        assert!(Override::parse("=1").is_err());
        assert!(Override::parse("report.formats=[svg]").is_err());
        assert!(Override::parse("report.formats=['svg']").unwrap().value.is_array());
        assert!(Override::parse(&format!("{}=1", "a.".repeat(100_000) + "a")).is_err());
        assert_eq!(Override::parse("a=1\nb=2").unwrap().value.as_str(), Some("1\nb=2"));
    }

    #[test]
    fn tables_are_made_on_the_way_and_short_forms_grow() {
        let mut table: toml::Table = toml::from_str("stake = 'table'\nplain = 1").unwrap();
        Override::parse("stake.path=x.csv").unwrap().apply(&mut table).unwrap();
        Override::parse("run.seed=7").unwrap().apply(&mut table).unwrap();
        assert_eq!(table["stake"]["kind"].as_str(), Some("table"));
        assert_eq!(table["stake"]["path"].as_str(), Some("x.csv"));
        assert_eq!(table["run"]["seed"].as_integer(), Some(7));
        assert!(Override::parse("plain.inner=1").unwrap().apply(&mut table).is_err());
    }
}
