//! The table of a real chain: who has what stake and won how often.

use crate::forging::LONGEST_NAME;
use crate::registry::nearest;
use crate::scenario::{Place, Problem};
use crate::stake::MAX_TOTAL;
use crate::stake::csv_dialect::{Fault, Line, each_line, shown};
use csv::StringRecord;
use std::collections::HashMap;
use std::path::Path;

/// All wins together may be no more than this: up to here the laws of counts are exact.
pub const MOST_WINS: u64 = 1 << 53;

/// What a table says, in the order of its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditTable {
    /// The validators' names; all different.
    pub names: Vec<String>,
    /// Their stakes; somebody has some.
    pub stakes: Vec<u64>,
    /// How many blocks each made.
    pub wins: Vec<u64>,
    /// How many wins the chain's own accounting expected of each; somebody was expected to win.
    pub expected: Option<Vec<f64>>,
    /// How many slots were assigned to each, its blocks among them.
    pub slots: Option<Vec<u64>>,
    /// The columns that were passed over.
    pub ignored: Vec<String>,
}

impl AuditTable {
    /// Reads a CSV table. The first line names the columns: `name` (or `validator`), `stake` and
    /// `wins`, and if need be `expected` and `slots`, in any order; others are passed over.
    ///
    /// # Errors
    /// The first thing that is doubtful, with its line and column.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self, Problem> {
        read(bytes).map_err(|Fault { line, column, problem }| Problem {
            place: Place::Line { path: path.to_owned(), line: line as usize, column: column as usize },
            key: String::new(),
            what: problem,
            help: Some(
                "a table has the columns name, stake and wins, and if need be expected and slots; see `tombola help audit`"
                    .to_owned(),
            ),
        })
    }
}

fn read(bytes: &[u8]) -> Result<AuditTable, Fault> {
    let mut columns = None;
    let mut table = AuditTable::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let (mut staked, mut won) = (0u64, 0u64);
    let last = each_line(bytes, |line| {
        let Some(columns) = &columns else {
            let found = Columns::find(line, &mut table.ignored)?;
            table.expected = found.expected.map(|_| Vec::new());
            table.slots = found.slots.map(|_| Vec::new());
            columns = Some(found);
            return Ok(());
        };
        if line.fields.len() != columns.width {
            let (fields, width) = (line.fields.len(), columns.width);
            return line
                .fault(format!("the line has {fields} fields, but the first line names {width} columns"));
        }
        let name = &line.fields[columns.name];
        check_name(line, columns.name, name)?;
        if let Some(first) = seen.insert(name.to_owned(), line.number) {
            let problem = format!("the name {} stands already on line {first}", shown(name));
            return line.fault_in(columns.name, problem);
        }
        let stake = whole(line, columns.stake, "stake", name, MAX_TOTAL)?;
        staked = add(line, columns.stake, "stakes", staked, stake, MAX_TOTAL)?;
        let wins = whole(line, columns.wins, "number of wins", name, MOST_WINS)?;
        won = match columns.slots {
            None => add(line, columns.wins, "wins", won, wins, MOST_WINS)?,
            Some(place) => {
                let slots = whole(line, place, "number of slots", name, MOST_WINS)?;
                if wins > slots {
                    let problem = format!("{} made {wins} blocks in {slots} slots", shown(name));
                    return line.fault_in(columns.wins, problem);
                }
                table.slots.get_or_insert_default().push(slots);
                add(line, place, "slots", won, slots, MOST_WINS)?
            }
        };
        if let Some(place) = columns.expected {
            table.expected.get_or_insert_default().push(expectation(line, place, name)?);
        }
        table.names.push(name.to_owned());
        table.stakes.push(stake);
        table.wins.push(wins);
        Ok(())
    })?;
    let fault = |line, problem: &str| Err(Fault { line, column: 1, problem: problem.into() });
    let Some(last) = last else {
        return fault(
            1,
            "the table is empty, but must begin with a line that names its columns: name,stake,wins",
        );
    };
    if table.names.is_empty() {
        return fault(last, "the table names its columns, but no validator follows");
    }
    if staked == 0 {
        return fault(last, "all stakes up to here are 0, but somebody must hold a coin");
    }
    if table.expected.as_ref().is_some_and(|expected| expected.iter().sum::<f64>() <= 0.0) {
        return fault(last, "all expected numbers of wins up to here are 0");
    }
    Ok(table)
}

/// Where the columns stand.
struct Columns {
    name: usize,
    stake: usize,
    wins: usize,
    expected: Option<usize>,
    slots: Option<usize>,
    width: usize,
}

impl Columns {
    fn find(line: &Line, ignored: &mut Vec<String>) -> Result<Self, Fault> {
        let header = line.fields;
        let name = match (place(line, "name")?, place(line, "validator")?) {
            (Some(_), Some(second)) => {
                return line.fault_in(second, "both `name` and `validator` name the validators; keep one");
            }
            (Some(place), None) | (None, Some(place)) => place,
            (None, None) => return missing(line, "name"),
        };
        let needed = |wanted| place(line, wanted)?.map_or_else(|| missing(line, wanted), Ok);
        let columns = Columns {
            name,
            stake: needed("stake")?,
            wins: needed("wins")?,
            expected: place(line, "expected")?,
            slots: place(line, "slots")?,
            width: header.len(),
        };
        let known = [Some(name), Some(columns.stake), Some(columns.wins), columns.expected, columns.slots];
        for (field, title) in header.iter().enumerate() {
            if known.contains(&Some(field)) {
                continue;
            }
            let absent = [("expected", columns.expected), ("slots", columns.slots)];
            let absent = absent.iter().filter(|(_, place)| place.is_none()).map(|&(name, _)| name);
            // What is called after a column of ours, such as `expected_share`, is another one.
            if !title.contains('_')
                && let Some(meant) = nearest(title, absent)
            {
                let problem = format!(
                    "the column {} is unknown; is `{meant}` meant? Then rename it, and otherwise remove it",
                    shown(title)
                );
                return line.fault_in(field, problem);
            }
            ignored.push(title.to_owned());
        }
        Ok(columns)
    }
}

/// Where the column of a name stands, if it is there.
fn place(line: &Line, wanted: &str) -> Result<Option<usize>, Fault> {
    let mut places = line.fields.iter().enumerate().filter(|&(_, title)| title == wanted);
    match (places.next(), places.next()) {
        (Some(_), Some((second, _))) => {
            line.fault_in(second, format!("two columns are called `{wanted}`; keep one"))
        }
        (found, _) => Ok(found.map(|(place, _)| place)),
    }
}

fn missing<T>(line: &Line, wanted: &str) -> Result<T, Fault> {
    let header: &StringRecord = line.fields;
    let found: Vec<String> = header.iter().map(shown).collect();
    let mut problem = format!("the column `{wanted}` is missing; found {}", found.join(", "));
    if let [only] = found.as_slice()
        && only.contains([';', '\t'])
    {
        problem += "; separate the columns by commas";
        return line.fault(problem);
    }
    match nearest(wanted, header.iter()) {
        Some(title) => {
            problem += &format!("; is {} meant? Then rename it to `{wanted}`", shown(title));
            let field = header.iter().position(|other| other == title).unwrap_or(0);
            line.fault_in(field, problem)
        }
        None => line.fault(problem),
    }
}

fn check_name(line: &Line, field: usize, name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return line.fault_in(field, "the name is empty");
    }
    if name.chars().any(char::is_control) || name.len() > LONGEST_NAME {
        let problem = format!(
            "the name {} must have at most {LONGEST_NAME} bytes and no control characters",
            shown(name)
        );
        return line.fault_in(field, problem);
    }
    Ok(())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a whole number of at most `most`.
fn whole(line: &Line, field: usize, what: &str, name: &str, most: u64) -> Result<u64, Fault> {
    let given = &line.fields[field];
    let reason = if is_digits(given) {
        // Digits alone fail only when they are too many.
        match given.parse().ok().filter(|&number| number <= most) {
            Some(number) => return Ok(number),
            None => format!("but can be at most {most}"),
        }
    } else if given.strip_prefix('-').is_some_and(is_digits) {
        "but cannot be negative".to_owned()
    } else {
        "but must be a whole number, written with digits alone".to_owned()
    };
    line.fault_in(field, format!("the {what} of {} is {}, {reason}", shown(name), shown(given)))
}

/// Reads how many wins were expected: not negative, and not necessarily whole.
fn expectation(line: &Line, field: usize, name: &str) -> Result<f64, Fault> {
    let given = &line.fields[field];
    let plain = given.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let number = given.parse::<f64>().ok().filter(|number| plain && number.is_finite());
    match number.filter(|&number| (0.0..=MOST_WINS as f64).contains(&number)) {
        Some(number) => Ok(number),
        None => line.fault_in(
            field,
            format!(
                "the expected number of wins of {} is {}, but must be a number from 0 to {MOST_WINS}",
                shown(name),
                shown(given)
            ),
        ),
    }
}

fn add(line: &Line, field: usize, what: &str, sum: u64, more: u64, most: u64) -> Result<u64, Fault> {
    match sum.checked_add(more).filter(|&sum| sum <= most) {
        Some(sum) => Ok(sum),
        None => line.fault_in(field, format!("with this line the {what} sum to more than {most}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> AuditTable {
        read(text.as_bytes()).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"))
    }

    fn fault(text: &str) -> String {
        let Fault { line, column, problem } = read(text.as_bytes()).expect_err(text);
        format!("{line}:{column}: {problem}")
    }

    #[test]
    fn every_spelling_of_a_good_table_reads_alike() {
        let expected = good("name,stake,wins\nann,5,2\n\"Zoë, Ltd\",70,0\n");
        assert_eq!(expected.names, ["ann", "Zoë, Ltd"]);
        assert_eq!((&expected.stakes[..], &expected.wins[..]), (&[5, 70][..], &[2, 0][..]));
        for text in [
            "\u{feff}name,stake,wins\r\nann,5,2\r\n\"Zoë, Ltd\",70,0\r\n",
            "validator,stake,wins\nann,5,2\n\"Zoë, Ltd\",70,0",
            " wins , name,stake\n\n2,ann,5\n\n0,\"Zoë, Ltd\" ,\"70\"\n\n",
        ] {
            assert_eq!(good(text), expected, "{text:?}");
        }
        let full = good("name,stake,wins,expected,slots,country\nann,5,2,2.5,3,FR\nbob,6,7,1e1,9,\n");
        assert_eq!(full.expected, Some(vec![2.5, 10.0]));
        assert_eq!(full.slots, Some(vec![3, 9]));
        assert_eq!(full.ignored, ["country"]);
    }

    #[test]
    fn our_own_table_is_read() {
        let own =
            "validator,stake,stake_share,expected_share,wins,win_share,slashed\nann,5,1.0,1.0,9,1.0,0\n";
        assert_eq!(good(own).ignored, ["stake_share", "expected_share", "win_share", "slashed"]);
    }

    #[test]
    fn columns_that_are_missing_or_misspelt_are_refused_with_the_nearest_name() {
        for (text, problem) in [
            ("stake,wins\n5,1\n", "1:1: the column `name` is missing; found `stake`, `wins`"),
            (
                "name,stakes,wins\n",
                "1:6: the column `stake` is missing; found `name`, `stakes`, `wins`; is `stakes` meant? Then rename it to `stake`",
            ),
            (
                "name,stake,win\n",
                "1:12: the column `wins` is missing; found `name`, `stake`, `win`; is `win` meant? Then rename it to `wins`",
            ),
            (
                "name;stake;wins\n",
                "1:1: the column `name` is missing; found `name;stake;wins`; separate the columns by commas",
            ),
            (
                "name,stake,wins,expcted\n",
                "1:17: the column `expcted` is unknown; is `expected` meant? Then rename it, and otherwise remove it",
            ),
            (
                "name,stake,wins,Slots\n",
                "1:17: the column `Slots` is unknown; is `slots` meant? Then rename it, and otherwise remove it",
            ),
            ("name,stake,wins,wins\n", "1:17: two columns are called `wins`; keep one"),
            ("name,validator,stake,wins\n", "1:6: both `name` and `validator` name the validators; keep one"),
        ] {
            assert_eq!(fault(text), problem);
        }
    }

    #[test]
    fn bad_cells_are_shown_with_line_and_column() {
        let whole = "but must be a whole number, written with digits alone";
        for (row, problem) in [
            ("bob,5", "3:1: the line has 2 fields, but the first line names 5 columns".to_owned()),
            (",5,1,1,1", "3:1: the name is empty".to_owned()),
            ("ann,5,1,1,1", "3:1: the name `ann` stands already on line 2".to_owned()),
            ("bob,-5,1,1,1", "3:5: the stake of `bob` is `-5`, but cannot be negative".to_owned()),
            ("bob,5.5,1,1,1", format!("3:5: the stake of `bob` is `5.5`, {whole}")),
            ("bob, 5, 1.0,1,1", format!("3:9: the number of wins of `bob` is `1.0`, {whole}")),
            ("\"b,ob\",5,,1,1", format!("3:10: the number of wins of `b,ob` is ``, {whole}")),
            ("bob,5,1e6,1,1", format!("3:7: the number of wins of `bob` is `1e6`, {whole}")),
            (
                "bob,5,9007199254740993,1,1",
                "3:7: the number of wins of `bob` is `9007199254740993`, but can be at most 9007199254740992"
                    .to_owned(),
            ),
            ("bob,9223372036854775807,1,1,1", "3:5: with this line the stakes sum to more than 9223372036854775807".to_owned()),
            ("bob,5,1,1,9007199254740992", "3:11: with this line the slots sum to more than 9007199254740992".to_owned()),
            ("bob,5,2,1,1", "3:7: `bob` made 2 blocks in 1 slots".to_owned()),
            (
                "bob,5,1,-1,1",
                "3:9: the expected number of wins of `bob` is `-1`, but must be a number from 0 to 9007199254740992"
                    .to_owned(),
            ),
            (
                "bob,5,1,nan,1",
                "3:9: the expected number of wins of `bob` is `nan`, but must be a number from 0 to 9007199254740992"
                    .to_owned(),
            ),
            ("\"b\u{7}b\",5,1,1,1", "3:1: the name `b\\u{7}b` must have at most 200 bytes and no control characters".to_owned()),
            ("\"bob,5,1,1,1\nzoe,5,1,1,1", "3:1: a field runs on over several lines; is a quotation mark not closed?".to_owned()),
        ] {
            assert_eq!(fault(&format!("name,stake,wins,expected,slots\nann,5,1,1,1\n{row}\n")), problem);
        }
        assert_eq!(
            read(b"name,stake,wins\nZo\xeb,6,1\n").unwrap_err(),
            Fault {
                line: 2,
                column: 3,
                problem: "the byte 0xeb is not UTF-8; save the table as UTF-8".into()
            }
        );
    }

    #[test]
    fn tables_without_validators_are_refused() {
        for empty in ["", "\n\n", "\u{feff}", "\r\n"] {
            assert!(fault(empty).starts_with("1:1: the table is empty"), "{empty:?}");
        }
        assert_eq!(fault("name,stake,wins\n"), "1:1: the table names its columns, but no validator follows");
        assert!(fault("name,stake,wins\nann,0,5\n").starts_with("2:1: all stakes up to here are 0"));
        assert!(fault("name,stake,wins,expected\nann,1,5,0\n").starts_with("2:1: all expected"));
    }

    #[test]
    fn the_largest_counts_are_read() {
        let table = good("name,stake,wins\nann,9223372036854775806,1000000000000000\nbob,1,0\n");
        assert_eq!((table.stakes[0], table.wins[0]), (9_223_372_036_854_775_806, 1_000_000_000_000_000));
    }
}
