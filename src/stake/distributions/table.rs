//! Stakes read from a table.

use crate::random::Stream;
use crate::registry::{Entry, Refusal, nearest, settings};
use crate::stake::csv_dialect::{Fault, Line, each_line, shown};
use crate::stake::{Holding, MAX_TOTAL, Order, StakeDistribution, StakeError, read_bounded};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::PathBuf;

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "table",
    summary: "names and stakes of the CSV file at `path`, with the columns name and stake",
    source: "RFC 4180 for the format; whatever chain the table was taken from",
    parse: |table| {
        settings::<Table, _>(table, |table| {
            if table.path.as_os_str().is_empty() {
                return Err(Refusal::Value {
                    key: "path",
                    problem: "is empty, but must name a CSV file, e.g. \"stakes.csv\"".into(),
                });
            }
            Ok(Box::new(table))
        })
    },
};

/// Accounts and stakes from a CSV file, in the order of its lines.
///
/// The first line names the columns; `name` and `stake` must be among them, in any order, and
/// others are passed over. Stakes are whole coins, written with digits alone; an account with no
/// coin is allowed. Byte order mark, either line ending, blank lines and spaces around the fields
/// are all fine. Anything doubtful is refused with its line, never guessed.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The file; a relative path starts from the folder of the order.
    path: PathBuf,
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
        match read_bounded(&path) {
            Ok(bytes) => {
                read(&bytes).map_err(|Fault { line, problem, .. }| StakeError::Row { path, line, problem })
            }
            Err(source) => Err(StakeError::Unreadable { path, source }),
        }
    }
}

fn read(bytes: &[u8]) -> Result<Vec<Holding>, Fault> {
    let mut columns = None;
    let mut holdings = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut total = 0u64;
    let last = each_line(bytes, |line| {
        let Some(columns) = &columns else {
            columns = Some(Columns::find(line)?);
            return Ok(());
        };
        let (name, coins) = columns.row(line)?;
        if let Some(first) = seen.insert(name.to_owned(), line.number) {
            return line.fault(format!("the name {} stands already on line {first}", shown(name)));
        }
        total = match total.checked_add(coins).filter(|&total| total <= MAX_TOTAL) {
            Some(total) => total,
            None => {
                let problem =
                    format!("with this line the stakes sum to more than {MAX_TOTAL}, the largest total");
                return line.fault(problem);
            }
        };
        holdings.push(Holding { name: Some(name.to_owned()), coins });
        Ok(())
    })?;
    let fault = |line, problem: &str| Err(Fault { line, column: 1, problem: problem.into() });
    let Some(last) = last else {
        return fault(1, "the table is empty, but must begin with a line that names its columns: name,stake");
    };
    if total == 0 {
        let problem = if holdings.is_empty() {
            "the table names its columns, but no account follows"
        } else {
            "all stakes up to here are 0, but somebody must hold a coin"
        };
        return fault(last, problem);
    }
    Ok(holdings)
}

/// Where the columns stand.
struct Columns {
    name: usize,
    stake: usize,
    width: usize,
}

impl Columns {
    fn find(line: &Line) -> Result<Self, Fault> {
        let header = line.fields;
        let place = |wanted: &str| {
            let mut places = header.iter().enumerate().filter(|&(_, title)| title == wanted);
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => line.fault(format!("two columns are called `{wanted}`; keep one")),
                (Some((place, _)), None) => Ok(place),
                (None, _) => {
                    let found: Vec<String> = header.iter().map(shown).collect();
                    let mut problem = format!("the column `{wanted}` is missing; found {}", found.join(", "));
                    if let [only] = found.as_slice()
                        && only.contains([';', '\t'])
                    {
                        problem += "; separate the columns by commas";
                    } else if let Some(title) = nearest(wanted, header.iter()) {
                        problem += &format!("; is {} meant? Then rename it to `{wanted}`", shown(title));
                    }
                    line.fault(problem)
                }
            }
        };
        Ok(Columns { name: place("name")?, stake: place("stake")?, width: header.len() })
    }

    fn row<'a>(&self, line: &Line<'a>) -> Result<(&'a str, u64), Fault> {
        let record = line.fields;
        if record.len() != self.width {
            return line.fault(format!(
                "the line has {} fields, but the first line names {} columns",
                record.len(),
                self.width
            ));
        }
        let name = &record[self.name];
        if name.is_empty() {
            return line.fault("the name is empty");
        }
        match coins(&record[self.stake]) {
            Ok(coins) => Ok((name, coins)),
            Err(reason) => line.fault_in(
                self.stake,
                format!("the stake of {} is {}, {reason}", shown(name), shown(&record[self.stake])),
            ),
        }
    }
}

/// Reads whole coins.
fn coins(field: &str) -> Result<u64, String> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(field) {
        // Digits alone fail only when they are too many.
        return field
            .parse()
            .ok()
            .filter(|&coins| coins <= MAX_TOTAL)
            .ok_or_else(|| format!("but the largest possible stake is {MAX_TOTAL}"));
    }
    if field.strip_prefix('-').is_some_and(is_digits) {
        return Err("but a stake cannot be negative".into());
    }
    Err("but must be a whole number of coins, written with digits alone".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::stake::distributions::ordering::{choose, refusal};
    use std::path::Path;

    fn pairs(text: &str) -> Vec<(String, u64)> {
        let holdings = read(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault:?}"));
        holdings.into_iter().map(|holding| (holding.name.unwrap(), holding.coins)).collect()
    }

    fn fault(text: &str) -> (u64, String) {
        let Fault { line, problem, .. } = read(text.as_bytes()).expect_err(text);
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
    fn missing_columns_are_named_with_those_found() {
        assert_eq!(
            fault("validator,stakes\nann,5\n"),
            (1, "the column `name` is missing; found `validator`, `stakes`".into())
        );
        assert_eq!(
            fault("name,stakes\nann,5\n"),
            (
                1,
                "the column `stake` is missing; found `name`, `stakes`; is `stakes` meant? Then rename it to `stake`"
                    .into()
            )
        );
        assert!(fault("Name,stake\nann,5\n").1.contains("is `Name` meant?"));
        assert!(fault("name;stake\nann;5\n").1.contains("separate the columns by commas"));
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
        assert_eq!(
            fault("name,stake\nann,5\nbob,6\n\nann ,7\n"),
            (5, "the name `ann` stands already on line 2".into())
        );
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
        let fault = read(b"name,stake\r\nann,5\r\nZo\xeb,6\r\n").unwrap_err();
        assert_eq!(
            fault,
            Fault {
                line: 3,
                column: 3,
                problem: "the byte 0xeb is not UTF-8; save the table as UTF-8".into()
            }
        );
        // UTF-16, as some spreadsheets save it.
        assert_eq!(read(b"\xff\xfen\0a\0").unwrap_err().line, 1);
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
            .holdings(&Order { count, total, folder }, &mut stream)
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
