//! Stakes read from a table.

use crate::import::{Fault, Import, Intent, Options, open_file, read_from, shipped_table};
use crate::random::Stream;
use crate::registry::{Entry, Refusal, settings};
use crate::stake::{Holding, MAX_TOTAL, Order, StakeDistribution, StakeError};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, ErrorKind};
use std::path::PathBuf;

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "table",
    summary: "names and stakes of the file at `path`: a table with the columns name and stake, or what a chain's tool prints",
    source: "RFC 4180 for CSV; `tombola list formats` for what chains' tools print",
    parse: |table| {
        settings::<Table, _>(table, |table| {
            if table.path.as_os_str().is_empty() {
                return Err(Refusal::Value {
                    key: "path",
                    problem: "is empty, but must name a table, e.g. \"stakes.csv\"".into(),
                });
            }
            table.options()?;
            Ok(Box::new(table))
        })
    },
};

/// Accounts and stakes from a table, in the order of its rows.
///
/// Stakes are whole coins, written with digits alone; an account with no coin is allowed. Anything
/// else is refused with its line, unless `unit` says what a coin is. What a chain's tool prints is in
/// that chain's smallest unit, which becomes the coin if all of them can be counted, and else the
/// finest power of ten of it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The file; a relative path starts from the folder of the order.
    path: PathBuf,
    /// Its format; recognised by its contents if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    /// Which title is which column, as in `stake=tokens,name=operator_address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<String>,
    /// What a coin is: the name of a unit, or how many of the table's.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// What to do with rows of the same name: `sum` or `keep`.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicates: Option<String>,
    /// What to do with a row of totals: `drop` or `keep`.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    /// The decimal mark: `point` or `comma`.
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal: Option<String>,
}

impl Table {
    fn options(&self) -> Result<Options, Refusal> {
        let mut options = Options { intent: Intent::Stakes, ..Options::default() };
        for (key, text) in [
            ("format", &self.format),
            ("columns", &self.columns),
            ("unit", &self.unit),
            ("duplicates", &self.duplicates),
            ("total", &self.total),
            ("decimal", &self.decimal),
        ] {
            if let Some(text) = text {
                options.set(key, text).map_err(|reason| Refusal::Value {
                    key,
                    problem: format!("is {text:?}, but {reason}"),
                })?;
            }
        }
        Ok(options)
    }
}

impl StakeDistribution for Table {
    fn holdings(&self, order: &Order, _stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        for (key, value, what) in [
            ("count", order.count, "how many accounts there are"),
            ("total_stake", order.total, "who holds how much"),
        ] {
            if let Some(value) = value {
                let problem =
                    format!("is {value}, but the stakes come from a table, which says {what}: leave it out");
                return Err(StakeError::Setting { key, problem });
            }
        }
        let path = order.folder.join(&self.path);
        let options = self
            .options()
            .map_err(|refusal| StakeError::Setting { key: "stake", problem: refusal.to_string() })?;
        let mut input: Box<dyn BufRead> = match (open_file(&path), shipped_table(&self.path)) {
            (Ok(input), _) => Box::new(input),
            (Err(error), Some(bytes)) if error.kind() == ErrorKind::NotFound => {
                let note = format!(
                    "{}: the table that comes along is read, as there is no such file",
                    path.display()
                );
                order.notes.borrow_mut().push(note);
                Box::new(bytes)
            }
            (Err(source), _) => return Err(StakeError::Unreadable { path, source }),
        };
        match holdings(&mut *input, &options) {
            Ok((holdings, notes)) => {
                let notes = notes.into_iter().map(|note| format!("{}: {note}", path.display()));
                order.notes.borrow_mut().extend(notes);
                Ok(holdings)
            }
            Err(Fault { line, problem, .. }) => Err(StakeError::Row { path, line, problem }),
        }
    }
}

/// What everybody holds, and what there is to say about it.
fn holdings(input: &mut dyn BufRead, options: &Options) -> Result<(Vec<Holding>, Vec<String>), Fault> {
    let import = read_from(input, options)?;
    let fault = |problem: String| Fault { line: import.last_line, column: 1, problem };
    if let Some(part) = &import.part {
        let (why, remedy) = (&part.why, &part.remedy);
        return Err(fault(format!(
            "the file shows a part of the chain, and would be played as the whole: {why}; {remedy}; if this part is meant, write it as a table of its own: tombola import FILE --to TABLE.csv"
        )));
    }
    let mut whole = import.whole_stakes(options, MAX_TOTAL).map_err(&fault)?;
    if options.unit.is_none() && whole.as_ref().is_some_and(|whole| !whole.is_as_written) {
        // Leaves room for rewards and for accounts that only trade.
        whole = import.whole_stakes(options, MAX_TOTAL / 8).map_err(&fault)?;
    }
    let Some(whole) = whole else {
        return Err(fault(format!("the file is read as {}, which tells no stakes", import.format)));
    };
    let mut notes = Vec::new();
    if whole.unit != "as written" {
        notes.push(format!("a coin is {}", whole.unit));
    }
    notes.extend(whole.rounding);
    notes.extend(import.dropped.iter().map(|(reason, count)| format!("left out {count}: {reason}")));
    let Import { names, notes: said, .. } = import;
    notes.extend(said);
    let holdings = names.into_iter().zip(whole.stakes);
    Ok((holdings.map(|(name, coins)| Holding { name: Some(name), coins }).collect(), notes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::stake::distributions::ordering::{choose, refusal};
    use std::cell::RefCell;
    use std::path::Path;

    fn plain(mut bytes: &[u8]) -> Result<(Vec<Holding>, Vec<String>), Fault> {
        super::holdings(&mut bytes, &Options { intent: Intent::Stakes, ..Options::default() })
    }

    fn pairs(text: &str) -> Vec<(String, u64)> {
        let (holdings, notes) = plain(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault:?}"));
        assert!(notes.is_empty(), "{notes:?}");
        holdings.into_iter().map(|holding| (holding.name.unwrap(), holding.coins)).collect()
    }

    fn fault(text: &str) -> (u64, String) {
        let Fault { line, problem, .. } = plain(text.as_bytes()).expect_err(text);
        (line, problem)
    }

    #[test]
    fn every_spelling_of_a_good_table_reads_alike() {
        let expected = [("ann".to_owned(), 5), ("bob".to_owned(), 0), ("Zoë, Ltd".to_owned(), 70)];
        for text in [
            "name,stake\nann,5\nbob,0\n\"Zoë, Ltd\",70\n",
            "name,stake\nann,5\nbob,0\n\"Zoë, Ltd\",70",
            "\u{feff}name,stake\r\nann,5\r\nbob,0\r\n\"Zoë, Ltd\",70\r\n",
            "\u{feff}\"name\",\"stake\"\nann,\"5\"\nbob,0\n\"Zoë, Ltd\",70\n",
            "stake,name\n5,ann\n0,bob\n70,\"Zoë, Ltd\"\n",
            "country,stake,since,name\nFR,5,2020,ann\n,0,,bob\nNL,70,2021,\"Zoë, Ltd\"\n",
            " name , stake \n\n\nann , 5\n bob,\t00\n\n\"Zoë, Ltd\",70\n\n\n",
            "name,stake\rann,5\rbob,0\r\"Zoë, Ltd\",70\r",
        ] {
            assert_eq!(pairs(text), expected, "{text:?}");
        }
    }

    #[test]
    fn usual_titles_and_separators_are_understood() {
        for text in [
            "Name,Stake\nann,5\nbob,6\n",
            "name;stake\nann;5\nbob;6\n",
            "moniker\ttokens\nann\t5\nbob\t6\n",
            "{\"name\": \"ann\", \"stake\": 5}\n{\"name\": \"bob\", \"stake\": \"6\"}\n",
        ] {
            assert_eq!(pairs(text), [("ann".to_owned(), 5), ("bob".to_owned(), 6)], "{text:?}");
        }
    }

    /// A coin is what rewards and minima are counted in, so it changes only if somebody says so.
    #[test]
    fn a_unit_makes_coins_of_any_amounts() {
        let text = "name,stake\nann,12.5\nbob,3.2e25\n";
        let read = |unit: &str| {
            let mut options = Options { intent: Intent::Stakes, ..Options::default() };
            options.set("unit", unit).unwrap();
            super::holdings(&mut text.as_bytes(), &options)
        };
        let (holdings, notes) = read("1e18").unwrap();
        assert_eq!((holdings[0].coins, holdings[1].coins), (0, 32_000_000));
        assert_eq!(notes[0], "a coin is 1e18 of what is written");
        assert!(notes[1].contains("1 that are not 0 became 0"), "{notes:?}");
        assert!(read("0.1").unwrap_err().problem.contains("the finest that fits is --unit"));
        assert!(refusal("table", "path = 'a.csv'\nunit = 'gwie'").contains("did you mean `gwei`?"));
    }

    #[test]
    fn missing_columns_are_named_with_those_found() {
        assert_eq!(
            fault("who,stakes\nann,5\n"),
            (1, "the column `name` is missing; found `who`, `stakes`".into())
        );
        assert_eq!(
            fault("name,stakes\nann,5\n"),
            (
                1,
                "the column `stake` is missing; found `name`, `stakes`; is `stakes` meant? Then rename it to `stake`"
                    .into()
            )
        );
        assert!(fault("Names,stake\nann,5\n").1.contains("is `Names` meant?"));
        assert_eq!(fault("\r\n\r\nann,5\n").0, 3);
        assert_eq!(fault("\u{feff}\n\nann,5\n").0, 3);
        assert_eq!(
            fault("name,stake,stake\nann,5,6\n"),
            (1, "two columns are called `stake`; keep one".into())
        );
    }

    #[test]
    fn bad_stakes_are_shown_with_their_line() {
        let whole = "but must be a whole number of coins, written with digits alone";
        for bad in ["12.5", "1e6", "1_000", "+5", "five", "", "0x10", "- 5", "-1.5", "٣"] {
            assert_eq!(
                fault(&format!("name,stake\nann,5\nbob,{bad}\n")),
                (3, format!("the stake of `bob` is `{bad}`, {whole}"))
            );
        }
        assert_eq!(
            fault("name,stake\nbob,\"1,000\"\n"),
            (2, format!("the stake of `bob` is `1,000`, {whole}"))
        );
        assert_eq!(
            fault("name,stake\nbob,-5\n"),
            (2, "the stake of `bob` is `-5`, but a stake cannot be negative".into())
        );
        for large in ["9223372036854775808", "18446744073709551616", "99999999999999999999999"] {
            assert_eq!(
                fault(&format!("name,stake\nbob,{large}\n")),
                (
                    2,
                    format!(
                        "the stake of `bob` is `{large}`, but the largest possible stake is 9223372036854775807"
                    )
                )
            );
        }
        assert_eq!(pairs("name,stake\nbob,9223372036854775807\n")[0].1, MAX_TOTAL);
    }

    #[test]
    fn the_sum_is_bounded_too() {
        let text = "name,stake\na,9223372036854775806\nb,1\nc,1\n";
        assert_eq!(fault(text).0, 4);
        assert!(fault(text).1.contains("sum to more than 9223372036854775807"));
        assert_eq!(fault("name,stake\na,0\nb,0\n").0, 3);
        assert!(fault("name,stake\na,0\nb,0\n").1.contains("somebody must hold a coin"));
    }

    #[test]
    fn names_are_there_and_differ() {
        assert_eq!(fault("name,stake\nann,5\n,6\n"), (3, "the name is empty".into()));
        assert_eq!(fault("name,stake\n  ,6\n"), (2, "the name is empty".into()));
        let (line, problem) = fault("name,stake\nann,5\nbob,6\n\nann ,7\n");
        assert!(line == 5 && problem.starts_with("the name `ann` stands already on line 2"), "{problem}");
        assert!(problem.contains("--duplicates sum") && problem.contains("--duplicates keep"), "{problem}");
    }

    #[test]
    fn every_line_has_every_field() {
        assert_eq!(
            fault("name,stake\nann,5\nbob\n"),
            (3, "the line has 1 fields, but the first line names 2 columns".into())
        );
        assert_eq!(fault("name,stake\nann,5,\n").0, 2);
    }

    /// An open quotation mark would swallow the lines that follow into one field.
    #[test]
    fn an_open_quotation_mark_loses_nobody_silently() {
        let (line, problem) = fault("name,stake,note\nann,5,\"open\nbob,6,\ncid,7,\n");
        assert_eq!(line, 2);
        assert!(problem.contains("quotation mark"));
        assert_eq!(fault("name,stake\nann,5\n\"bob,6\ncid,7\n").0, 3);
    }

    #[test]
    fn tables_without_accounts_are_refused() {
        for empty in ["", "\n\n", "\u{feff}", "\r\n"] {
            assert!(fault(empty).1.contains("the table is empty"), "{empty:?}");
        }
        for header in ["name,stake", "name,stake\r\n", "stake,name\n\n"] {
            assert_eq!(fault(header), (1, "the table names its columns, but no account follows".into()));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_line() {
        let fault = plain(b"name,stake\r\nann,5\r\nZo\xeb,6\r\n").unwrap_err();
        assert_eq!(
            fault,
            Fault {
                line: 3,
                column: 3,
                problem: "the byte 0xeb is not UTF-8; save the table as UTF-8".into()
            }
        );
        // UTF-16, as some spreadsheets save it.
        assert_eq!(plain(b"\xff\xfen\0a\0").unwrap_err().line, 1);
    }

    #[test]
    fn long_and_strange_fields_are_shown_on_one_short_line() {
        let (_, problem) = fault(&format!("name,stake\nann,{}\n", "x\u{1b}".repeat(500)));
        assert!(problem.len() < 400 && !problem.contains('\u{1b}') && problem.contains("..."), "{problem}");
    }

    fn holdings(path: &str, folder: &Path, count: Option<u64>, total: Option<u64>) -> Result<usize, String> {
        let thing = choose("table", &format!("path = '{path}'")).unwrap().thing;
        let mut stream = Stream::of_seed(1, Purpose::Stakes);
        thing
            .holdings(&Order { count, total, folder, notes: &RefCell::default() }, &mut stream)
            .map(|holdings| holdings.len())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_path_starts_from_the_folder_of_the_order() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stakes.csv");
        std::fs::write(&file, "name,stake\nann,5\nbob,6\n").unwrap();
        assert_eq!(holdings("stakes.csv", folder.path(), None, None), Ok(2));
        assert_eq!(holdings(file.to_str().unwrap(), Path::new("elsewhere"), None, None), Ok(2));

        std::fs::write(&file, "name,stake\nann,x\n").unwrap();
        let problem = holdings("stakes.csv", folder.path(), None, None).unwrap_err();
        assert!(
            problem.starts_with(&format!("{}:2: the stake of `ann` is `x`", file.display())),
            "{problem}"
        );

        let problem = holdings("other.csv", folder.path(), None, None).unwrap_err();
        assert!(
            problem.starts_with("cannot read the stake table") && problem.contains("other.csv"),
            "{problem}"
        );
        assert!(holdings(".", folder.path(), None, None).is_err());
    }

    #[test]
    fn a_size_beside_a_table_is_refused() {
        let folder = Path::new(".");
        assert_eq!(
            holdings("a.csv", folder, Some(7), None).unwrap_err(),
            "`count` is 7, but the stakes come from a table, which says how many accounts there are: leave it out"
        );
        assert!(holdings("a.csv", folder, None, Some(7)).unwrap_err().starts_with("`total_stake` is 7"));
    }

    #[test]
    fn a_path_is_needed() {
        assert!(refusal("table", "").contains("path"));
        assert!(refusal("table", "path = ''").contains("is empty"));
        assert!(refusal("table", "path = 'a.csv'\nsheet = 1").contains("sheet"));
    }
}
