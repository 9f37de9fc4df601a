//! Tables drawn with bars between their cells, as near-cli, databases and Markdown draw them: with bars at both
//! ends of a line, or at neither and a line below the titles, as psql does.

use super::super::column::Column;
use super::super::delimited::each_text;
use super::super::fault::{Fault, shown};
use super::super::intake::{Intake, Row, TableHeader};
use super::super::numerals::Spot;
use super::{Format, Reading};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "text-table",
    summary: "a table drawn with bars between its cells, as `near validators current` prints it (account, stake in NEAR, blocks produced and expected), psql or Markdown; titles in its first row",
    source: "https://github.com/near/near-cli",
    recognise: |content| {
        content.text().is_some_and(|text| {
            let titles = text.lines().find_map(cells).or_else(|| open_titles(text));
            titles.is_some_and(|titles| titles.iter().any(|title| Column::of_title(title).is_some()))
        })
    },
    read: Reading::lines(read),
};

/// What draws the lines of a table.
const LINES: &str = "-=+:.,'`|_ \u{2014}";

/// What stands between cells.
const BARS: [char; 4] = ['|', '\u{2502}', '\u{2503}', '\u{2551}'];

/// Whether a line only draws. What draws boxes has a block of its own.
fn is_drawn(line: &str) -> bool {
    line.chars().all(|c| LINES.contains(c) || ('\u{2500}'..='\u{257f}').contains(&c))
}

/// The cells of a line with bars at both ends; none of another line, or of one that only draws.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim();
    let bar = line.chars().next().filter(|first| BARS.contains(first))?;
    let inner = line.strip_prefix(bar)?.strip_suffix(bar)?;
    let cells: Vec<&str> = inner.split(bar).map(str::trim).collect();
    (cells.len() > 1 && !is_drawn(line)).then_some(cells)
}

/// The cells of a line with bars between them alone; none of a line without a bar, or of one that only draws.
fn open_cells(line: &str) -> Option<Vec<&str>> {
    let bar = line.chars().find(|c| BARS.contains(c))?;
    (!is_drawn(line)).then(|| line.split(bar).map(str::trim).collect())
}

/// Whether a line is drawn below so many titles with bars between them alone, as `-----+-----`, or `---|:--:`.
fn is_rule(line: &str, columns: usize) -> bool {
    let crosses =
        ['+', '|', '\u{253c}', '\u{256a}', '\u{256b}', '\u{256c}', '\u{253f}', '\u{2542}', '\u{254b}'];
    let is_dashes = |piece: &str| {
        let piece = piece.trim();
        let dashes = piece.strip_prefix(':').unwrap_or(piece);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty()
            && dashes.chars().all(|c| ['-', '=', '\u{2500}', '\u{2550}', '\u{2501}'].contains(&c))
    };
    line.split(crosses).count() == columns && line.split(crosses).all(is_dashes)
}

/// The titles of the first table of a text that has bars between cells alone: there is a rule below them.
fn open_titles(text: &str) -> Option<Vec<&str>> {
    let below = text.lines().skip(1);
    text.lines().zip(below).find_map(|(line, below)| {
        let titles = open_cells(line)?;
        is_rule(below, titles.len()).then_some(titles)
    })
}

/// The titles of near-cli, and what they mean: the blocks that are expected of a validator are its slots.
const OF_NEAR: [(Column, &str); 4] = [
    (Column::Name, "Validator Id"),
    (Column::Stake, "Stake"),
    (Column::Wins, "Blocks produced"),
    (Column::Slots, "Blocks expected"),
];

/// A line of the table.
struct Drawn<'a> {
    cells: &'a [&'a str],
    line: u64,
}

impl Row for Drawn<'_> {
    fn field(&self, place: usize) -> &str {
        self.cells.get(place).copied().unwrap_or_default()
    }

    fn is_number(&self, _place: usize) -> bool {
        false
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn spot(&self, _place: usize) -> Spot {
        Spot { line: self.line, column: 1 }
    }
}

/// What is known of a table.
enum Found {
    /// The line before, which may have titles.
    Nothing(String, u64),
    /// How many columns it has, and whether bars stand at both ends of its lines.
    Table { width: usize, is_closed: bool },
}

fn begin(titles: &[&str], line: u64, intake: &mut Intake) -> Result<(), Fault> {
    let spot = Spot { line, column: 1 };
    let is_near = OF_NEAR.iter().all(|(_, title)| titles.contains(title));
    intake.begin(&TableHeader {
        titles,
        meaning: is_near.then_some(&OF_NEAR),
        units: if is_near { &[("Stake", "near")] } else { &[] },
        spot: &|_| spot,
    })
}

fn read(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut found = Found::Nothing(String::new(), 0);
    let (mut around, mut rows) = (0u64, 0u64);
    each_text(input, |number, line| {
        let spot = Spot { line: number, column: 1 };
        let (width, is_closed) = match &found {
            Found::Table { width, is_closed } => (*width, *is_closed),
            Found::Nothing(before, above) => {
                if let Some(titles) = cells(line) {
                    found = Found::Table { width: titles.len(), is_closed: true };
                    return begin(&titles, number, intake);
                }
                if let Some(titles) = open_cells(before).filter(|titles| is_rule(line, titles.len())) {
                    around -= 1;
                    let width = titles.len();
                    let end = begin(&titles, *above, intake);
                    found = Found::Table { width, is_closed: false };
                    return end;
                }
                around += u64::from(!is_drawn(line));
                found = Found::Nothing(line.to_owned(), number);
                return Ok(());
            }
        };
        let Some(cells) = (if is_closed { cells(line) } else { open_cells(line) }) else {
            around += u64::from(!is_drawn(line) && !is_count(line, rows));
            return Ok(());
        };
        if cells.len() != width {
            return spot.fault(format!(
                "the line has {} cells, but the titles are {width}: {}",
                cells.len(),
                shown(line.trim())
            ));
        }
        rows += 1;
        intake.row(&Drawn { cells: &cells, line: number })
    })?;
    if around > 0 {
        let lines = if around == 1 { "one line".to_owned() } else { format!("{around} lines") };
        intake.note(format!("{lines} around the table passed over"));
    }
    Ok(())
}

/// Whether a line below a table counts its rows, as `(2 rows)`.
fn is_count(line: &str, rows: u64) -> bool {
    let inner = line.trim().strip_prefix('(').and_then(|line| line.strip_suffix(')'));
    let count = inner.and_then(|inner| inner.strip_suffix(" rows").or_else(|| inner.strip_suffix(" row")));
    count.is_some_and(|count| count.parse() == Ok(rows))
}

#[cfg(test)]
mod tests {
    use crate::import::{Options, read};

    /// As psql prints it, with ASCII and with Unicode, and Markdown without bars at the ends.
    #[test]
    fn bars_may_stand_between_cells_alone() {
        for table in [
            " moniker | tokens \n---------+--------\n a       |     10\n b       |     20\n(2 rows)\n\n",
            " moniker \u{2502} tokens \n\u{2500}\u{2500}\u{2500}\u{253c}\u{2500}\u{2500}\n a \u{2502} 10\n b \u{2502} 20\n(2 rows)\n",
            "moniker | tokens\n--- | ---:\na | 10\nb | 20\n",
            "| moniker | tokens |\n|---|---|\n| a | 10 |\n| b | 20 |\n",
        ] {
            let import = read(table.as_bytes(), &Options::default()).unwrap_or_else(|fault| {
                panic!("{table}: {fault:?}");
            });
            assert_eq!(import.format, "text-table", "{table}");
            assert_eq!(
                (import.names, import.notes),
                (vec!["a".to_owned(), "b".to_owned()], vec![]),
                "{table}"
            );
        }
        // A line above it, and one that counts other rows.
        let table = "Validators\n moniker | tokens \n---------+--------\n a       |     10\n(9 rows)\n";
        let import = read(table.as_bytes(), &Options::default()).unwrap();
        assert_eq!(import.notes, ["2 lines around the table passed over"]);
        let table = "moniker | tokens\n--- | ---\na | 10\nb | 20 | 30\n";
        let fault = read(table.as_bytes(), &Options::default()).unwrap_err();
        assert!(fault.line == 4 && fault.problem.contains("3 cells"), "{fault:?}");
        let table = " moniker | tokens \n---------+--------\n         |     10\n b       |       \n";
        let fault = read(table.as_bytes(), &Options::default()).unwrap_err();
        assert_eq!(fault.line, 4, "{fault:?}");
    }
}
