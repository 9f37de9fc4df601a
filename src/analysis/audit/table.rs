//! The table of a real chain: who has what stake and won how often.

use crate::analysis::history::{Chronicle, Epoch, PrioritySet};
use crate::import::{Fault, Import, Intent, Options, WholeStakes, read_from, shown};
use crate::scenario::{Place, Problem};
use crate::stake::MAX_TOTAL;
use std::collections::HashMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

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
    /// The blocks in their order, if the table has a row for each, and the stakes of each epoch.
    pub chronicle: Option<Chronicle>,
    /// Of a history: everybody's proposer priority, where the file of an epoch's stakes has them.
    pub priorities: Vec<Option<PrioritySet>>,
    /// The columns that were passed over.
    pub ignored: Vec<String>,
    /// What else there is to say about how it was read.
    pub notes: Vec<String>,
}

/// A file and how to read it.
pub struct TableSource<'a> {
    /// Its name in messages.
    pub path: &'a Path,
    /// What it holds; it is read once.
    pub input: &'a mut dyn BufRead,
    /// How to read it.
    pub options: Options,
}

impl TableSource<'_> {
    fn problem(&self, fault: Fault) -> Problem {
        let Fault { line, column, problem } = fault;
        Problem {
            place: Place::Line { path: self.path.to_owned(), line: line as usize, column: column as usize },
            key: String::new(),
            what: problem,
            help: Some(
                "a table has the columns name, stake and wins, and if need be expected and slots; --columns says which is which, --stakes FILE gives stakes from another file; see `tombola help audit`"
                    .to_owned(),
            ),
        }
    }

    fn import(&mut self, intent: Intent) -> Result<Import, Problem> {
        let options = Options { intent, ..self.options.clone() };
        read_from(&mut *self.input, &options).map_err(|fault| self.problem(fault))
    }

    /// Refuses a file about a part of a chain, or about one validator alone.
    fn of_whole_chain(&self, import: &Import) -> Result<(), Problem> {
        let Some(part) = &import.part else { return Ok(()) };
        let luck = match &part.alone {
            Some(_) => "",
            None => "; `tombola luck` answers for one validator",
        };
        Err(Problem::file(
            self.path,
            format!("shows a part of the chain, and an audit needs the whole: {}", part.why),
            format!(
                "{}{luck}; a row for the rest of the chain is named with --rest NAME=COUNT",
                part.remedies()
            ),
        ))
    }

    /// Refuses wins of one validator alone: its share of them is all, whatever the chain did.
    fn of_one(&self, name: &str, wins: u64) -> Problem {
        Problem::file(
            self.path,
            format!(
                "tells the wins of one validator alone, {}, and an audit needs those of all: of its own it always has 100 %",
                shown(name)
            ),
            format!(
                "`tombola luck --share SHARE --slots N --wins {wins}` says how rare they are, with its share of the stake and the slots of the period; or add the others, or a row for all of them, named with --rest NAME=COUNT"
            ),
        )
    }

    /// Whole stakes; only shares of them matter here.
    fn stakes(&self, import: &Import) -> Result<Option<WholeStakes>, Problem> {
        import
            .whole_stakes(&self.options, MAX_TOTAL)
            .map_err(|problem| self.problem(Fault { line: import.last_line, column: 1, problem }))
    }
}

impl AuditTable {
    /// Reads a table. Its columns are `name` (or `validator`), `stake` and `wins`, and if need be
    /// `expected` and `slots`, under these or other usual titles, in any order; others are passed
    /// over.
    ///
    /// # Errors
    /// The first thing that is doubtful, with its line and column.
    pub fn read(path: &Path, mut bytes: &[u8]) -> Result<Self, Problem> {
        Self::read_source(TableSource { path, input: &mut bytes, options: Options::default() })
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`AuditTable::read`].
    pub fn read_source(mut source: TableSource) -> Result<Self, Problem> {
        let import = source.import(Intent::Audit)?;
        let (Some(wins), Some(stakes)) = (import.wins.clone(), source.stakes(&import)?) else {
            let (has, lacks) = match (&import.wins, &import.stakes) {
                (Some(_), _) => ("wins", "stakes"),
                (None, Some(_)) => ("stakes", "wins"),
                (None, None) => ("points", "wins and no stakes"),
            };
            return Err(Problem::file(
                source.path,
                format!("is read as {}, which tells {has} but no {lacks}", import.format),
                match (&import.wins, &import.stakes) {
                    (Some(_), _) => "give the stakes with --stakes FILE",
                    (None, Some(_)) => "give the wins as TABLE, and this file with --stakes FILE",
                    (None, None) => {
                        "if the points count blocks, say --columns wins=points, and give the stakes with --stakes FILE"
                    }
                },
            ));
        };
        source.of_whole_chain(&import)?;
        if let [name] = &import.names[..] {
            return Err(source.of_one(name, wins[0]));
        }
        let mut table = AuditTable { wins, notes: Vec::new(), ..AuditTable::default() };
        table.notes.extend(said(&import, Some(&stakes), ""));
        let Import { names, expected, slots, ignored, .. } = import;
        Ok(AuditTable { names, stakes: stakes.stakes, expected, slots, ignored, ..table })
    }

    /// Wins from one file, stakes from another; validators are those of the second.
    ///
    /// # Errors
    /// As [`AuditTable::read`], and if somebody who won has no stake.
    pub fn read_two(wins: TableSource, stakes: TableSource) -> Result<Self, Problem> {
        Self::read_epochs(wins, vec![(0, stakes)])
    }

    /// Wins from one file, stakes from others, each from a height on; validators are those of all of
    /// these.
    ///
    /// # Errors
    /// As [`AuditTable::read_two`], and if there are several files of stakes but no heights.
    pub fn read_epochs(mut wins: TableSource, stakes: Vec<(u64, TableSource)>) -> Result<Self, Problem> {
        let won = wins.import(Intent::AuditPart)?;
        wins.of_whole_chain(&won)?;
        let mut all = Vec::new();
        for (from, mut source) in stakes {
            all.push((from, held(&mut source)?));
        }
        all.sort_by_key(|(from, _)| *from);
        let [(_, first), others @ ..] = &all[..] else {
            return Err(Problem::file(wins.path, "comes without stakes", "give them with --stakes FILE"));
        };
        if let Some((_, other)) = others.iter().find(|(_, other)| other.whole.unit != first.whole.unit) {
            return Err(Problem::file(
                &other.path,
                format!(
                    "has stakes in another unit ({}) than {} ({})",
                    other.whole.unit,
                    first.path.display(),
                    first.whole.unit
                ),
                "give one for all with --unit",
            ));
        }
        let mut names = first.import.names.clone();
        let mut known: std::collections::HashSet<String> = names.iter().cloned().collect();
        for (_, other) in others {
            for name in &other.import.names {
                if known.insert(name.clone()) {
                    names.push(name.clone());
                }
            }
        }
        let Some(counts) = &won.wins else {
            return Err(Problem::file(
                wins.path,
                format!("is read as {}, which tells no wins", won.format),
                "name a table with a column of wins, or one with a row for each block: height,proposer",
            ));
        };
        let places: HashMap<&str, usize> =
            names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let mut table = AuditTable {
            wins: vec![0; names.len()],
            slots: won.slots.as_ref().map(|_| vec![0; names.len()]),
            expected: won.expected.as_ref().map(|_| vec![0.0; names.len()]),
            ..AuditTable::default()
        };
        let mut strangers = Vec::new();
        for (from, name) in won.names.iter().enumerate() {
            let Some(&to) = places.get(name.as_str()) else {
                strangers.push(name);
                continue;
            };
            table.wins[to] = counts[from];
            if let (Some(slots), Some(given)) = (&mut table.slots, &won.slots) {
                slots[to] = given[from];
            }
            if let (Some(expected), Some(given)) = (&mut table.expected, &won.expected) {
                expected[to] = given[from];
            }
        }
        if let [first, ..] = strangers.as_slice() {
            return Err(Problem::file(
                wins.path,
                format!(
                    "has {} names that {} has not, the first of them {}, so their stakes are not known",
                    strangers.len(),
                    all[0].1.path.display(),
                    shown(first)
                ),
                "both files must call a validator by the same name; `tombola import FILE --columns name=TITLE --to NEW.csv` takes another column for it",
            ));
        }
        if let [name] = &won.names[..]
            && (names.len() == 1 || !has_every_height(&won))
        {
            return Err(wins.of_one(name, counts[0]));
        }
        table.ignored = won.ignored.clone();
        table.notes.extend(said(&won, None, &format!("{}: ", wins.path.display())));
        if won.stakes.is_some() {
            table.notes.push(format!("the stakes of {} are passed over", wins.path.display()));
        }
        for (_, held) in &all {
            let prefix = format!("{}: ", held.path.display());
            table.notes.extend(said(&held.import, Some(&held.whole), &prefix));
        }
        let of_all = |held: &Held| {
            let mut stakes = vec![0; names.len()];
            for (name, &stake) in held.import.names.iter().zip(&held.whole.stakes) {
                stakes[places[name.as_str()]] = stake;
            }
            stakes
        };
        let (Some(heights), Some(proposers)) = (&won.heights, &won.proposers) else {
            if !others.is_empty() {
                return Err(Problem::file(
                    wins.path,
                    "has no heights, so which stakes counted when is not known",
                    "name a table with a row for each block, height,proposer, or give one file of stakes",
                ));
            }
            return Ok(AuditTable { stakes: of_all(first), names, ..table });
        };
        let of_names: Vec<u32> = won.names.iter().map(|name| places[name.as_str()] as u32).collect();
        let epoch = |(place, (from, held)): (usize, &(u64, Held))| Epoch {
            begin: if place == 0 { 0 } else { heights.partition_point(|height| height < from) },
            stakes: of_all(held),
        };
        let chronicle = Chronicle {
            heights: heights.clone(),
            proposers: proposers.iter().map(|&who| of_names[who as usize]).collect(),
            epochs: all.iter().enumerate().map(epoch).collect(),
        };
        if let (Some((from, held)), Some(&least)) = (all.first(), heights.first())
            && *from > least
        {
            return Err(Problem::file(
                &held.path,
                format!("has the stakes from {from} on, but the first block is {least}"),
                "give the stakes of the first blocks too: --stakes FILE without a height counts from the first",
            ));
        }
        let stakes = mean_stakes(&chronicle, names.len());
        let priorities = all.iter().map(|(from, held)| held.set(*from, &places)).collect();
        let silent = chronicle.heights_without_a_block();
        if silent > 0 {
            table.notes.push(format!(
                "{silent} heights between the first block and the last have no row: whoever missed them is not counted"
            ));
        }
        Ok(AuditTable { names, stakes, priorities, chronicle: Some(chronicle), ..table })
    }
}

/// Whether a table has a row for each height from its first to its last, several in all: then they are all
/// blocks of a time, also where one validator made them, and not the slots of one.
fn has_every_height(won: &Import) -> bool {
    match won.heights.as_deref() {
        Some([first, .., last]) => {
            let rows = won.heights.as_ref().map_or(0, Vec::len) as u64;
            last - first + 1 == rows
        }
        _ => false,
    }
}

/// A file of stakes.
struct Held {
    path: PathBuf,
    import: Import,
    whole: WholeStakes,
}

impl Held {
    /// The set with its priorities, if the file has some, among validators with these places. Its height is
    /// that which the file says, or else the one before its stakes begin to count.
    fn set(&self, from: u64, places: &HashMap<&str, usize>) -> Option<PrioritySet> {
        let own = self.import.priorities.as_ref()?;
        let rows: Vec<u32> = self.import.names.iter().map(|name| places[name.as_str()] as u32).collect();
        let mut priorities = vec![0; places.len()];
        rows.iter().zip(own).for_each(|(&who, &priority)| priorities[who as usize] = priority);
        Some(PrioritySet { priorities, rows, at: self.import.height.or(from.checked_sub(1)) })
    }
}

fn held(source: &mut TableSource) -> Result<Held, Problem> {
    let import = source.import(Intent::AuditPart)?;
    source.of_whole_chain(&import)?;
    let Some(whole) = source.stakes(&import)? else {
        return Err(Problem::file(
            source.path,
            format!("is read as {}, which tells no stakes", import.format),
            "--stakes takes a table with the columns name and stake",
        ));
    };
    Ok(Held { path: source.path.to_owned(), import, whole })
}

/// Everybody's stake, on average over the blocks.
fn mean_stakes(chronicle: &Chronicle, validators: usize) -> Vec<u64> {
    if let [only] = &chronicle.epochs[..] {
        return only.stakes.clone();
    }
    let blocks = chronicle.proposers.len().max(1) as u128;
    let mut sums = vec![0u128; validators];
    for (epoch, part) in chronicle.parts() {
        let weight = part.len() as u128;
        sums.iter_mut().zip(&epoch.stakes).for_each(|(sum, &stake)| *sum += weight * u128::from(stake));
    }
    sums.into_iter().map(|sum| (sum / blocks) as u64).collect()
}

/// What there is to say about a file that was read.
fn said(import: &Import, stakes: Option<&WholeStakes>, prefix: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(stakes) = stakes {
        if stakes.unit != "as written" {
            notes.push(format!("one unit of stake is {}", stakes.unit));
        }
        notes.extend(stakes.rounding.clone());
    }
    notes.extend(import.dropped.iter().map(|(reason, count)| format!("left out {count}: {reason}")));
    notes.extend(import.notes.iter().cloned());
    notes.into_iter().map(|note| format!("{prefix}{note}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> AuditTable {
        AuditTable::read(Path::new("t"), text.as_bytes())
            .unwrap_or_else(|problem| panic!("{text:?}: {problem}"))
    }

    fn fault(text: &str) -> String {
        let problem = AuditTable::read(Path::new("t"), text.as_bytes()).expect_err(text);
        let Place::Line { line, column, .. } = problem.place else { panic!("{problem}") };
        format!("{line}:{column}: {}", problem.what)
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
        let own = "validator,stake,stake_share,expected_share,wins,win_share,slashed\nann,5,0.5,0.5,9,1.0,0\nbob,5,0.5,0.5,0,0.0,0\n";
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
                "name,stake,wins,expcted\n",
                "1:17: the column `expcted` is unknown; is `expected` meant? Then rename it, and otherwise remove it",
            ),
            (
                "name,stake,wins,Slotz\n",
                "1:17: the column `Slotz` is unknown; is `slots` meant? Then rename it, and otherwise remove it",
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
            ("ann,5,1,1,1", "3:1: the name `ann` stands already on line 2; rename or remove one, or say what the rows are: --duplicates sum (one validator) or --duplicates keep (several)".to_owned()),
            ("bob,-5,1,1,1", "3:5: the stake of `bob` is `-5`, but cannot be negative".to_owned()),
            (
                "bob,five,1,1,1",
                "3:5: the stake of `bob` is `five`, but must be a number, such as 1234, 12.5, 1.2e31 or 0x1f".to_owned(),
            ),
            ("bob, 5, 1.0,1,1", format!("3:9: the number of wins of `bob` is `1.0`, {whole}")),
            (
                "\"b,ob\",5,,1,1",
                "3:10: the number of wins of `b,ob` is empty; write 0 if there are none, or remove the row".to_owned(),
            ),
            ("bob,5,1e6,1,1", format!("3:7: the number of wins of `bob` is `1e6`, {whole}")),
            (
                "bob,5,9007199254740993,1,1",
                "3:7: the number of wins of `bob` is `9007199254740993`, but can be at most 9007199254740992"
                    .to_owned(),
            ),
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
            ("\"bob,5,1,1,1\nzoe,5,1,1,1", "3:1: a field runs on over several lines to the end; is a quotation mark not closed?".to_owned()),
        ] {
            assert_eq!(fault(&format!("name,stake,wins,expected,slots\nann,5,1,1,1\n{row}\n")), problem);
        }
        let problem = AuditTable::read(Path::new("t"), b"name,stake,wins\nZo\xeb,6,1\n").unwrap_err();
        assert_eq!(problem.place, Place::Line { path: "t".into(), line: 2, column: 3 });
        assert_eq!(problem.what, "the byte 0xeb is not UTF-8; save the table as UTF-8");
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

    /// Only shares of stake matter here, so what is no whole number of a countable size is scaled.
    #[test]
    fn stakes_of_any_size_are_scaled_and_it_is_said() {
        let decimals = good("name;stake;wins\nann;12.5;1\nbob;7;2\n");
        assert_eq!(decimals.stakes, [125, 70]);
        assert_eq!(decimals.notes, ["one unit of stake is 0.1 of what is written"]);
        let large = good("name,stake,wins\nann,32000000000000000000000000,1\nbob,3.2e25,2\n");
        assert_eq!(large.stakes, [3_200_000_000_000_000_000, 3_200_000_000_000_000_000]);
        assert_eq!(large.notes, ["one unit of stake is 1e7 of what is written"]);
        let rounded = good("name,stake,wins\nann,9223372036854775807,1\nbob,5,2\n");
        assert_eq!(rounded.stakes, [922_337_203_685_477_581, 0]);
        assert!(rounded.notes[1].contains("1 that are not 0 became 0"), "{:?}", rounded.notes);
    }

    #[test]
    fn wins_and_stakes_may_come_from_two_files() {
        let two = |mut wins: &[u8], mut stakes: &[u8]| {
            let path = Path::new("t");
            AuditTable::read_two(
                TableSource { path, input: &mut wins, options: Options::default() },
                TableSource { path, input: &mut stakes, options: Options::default() },
            )
        };
        let blocks = "height,proposer\n7,bob\n5,ann\n6,bob\n".as_bytes();
        let table = two(blocks, b"name,stake\nann,5\nbob,6\ncid,7\n");
        let table = table.unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(table.names, ["ann", "bob", "cid"]);
        assert_eq!((&table.stakes[..], &table.wins[..]), (&[5, 6, 7][..], &[1, 2, 0][..]));
        let counted = two(b"name,wins\nbob,2\nann,1\n", b"name,stake\nann,5\nbob,6\ncid,7\n").unwrap();
        assert_eq!(counted.names, ["ann", "bob", "cid"]);
        assert_eq!((&counted.stakes[..], &counted.wins[..]), (&[5, 6, 7][..], &[1, 2, 0][..]));
        let stranger = two(blocks, b"name,stake\nann,5\ncid,7\n");
        assert!(stranger.unwrap_err().what.contains("has 1 names that t has not, the first of them `bob`"));
        let alone = AuditTable::read(Path::new("t"), blocks).unwrap_err();
        assert!(alone.to_string().contains("tells wins but no stakes"), "{alone}");
    }

    #[test]
    fn the_largest_counts_are_read() {
        let table = good("name,stake,wins\nann,9223372036854775806,1000000000000000\nbob,1,0\n");
        assert_eq!((table.stakes[0], table.wins[0]), (9_223_372_036_854_775_806, 1_000_000_000_000_000));
    }
}
