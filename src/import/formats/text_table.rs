//! Tables drawn with bars between their cells, as near-cli, databases and Markdown draw them.

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
    summary: "a table drawn with bars between its cells, as `near validators current` prints it (account, stake in NEAR, blocks produced and expected), or Markdown; titles in its first row",
    source: "https://github.com/near/near-cli",
    recognise: |content| {
        content.text().is_some_and(|text| {
            let titles = text.lines().find_map(cells);
            titles.is_some_and(|titles| titles.iter().any(|title| Column::of_title(title).is_some()))
        })
    },
    read: Reading::lines(read),
};

/// What draws the lines of a table.
const LINES: &str = "-=+:.,'`|_ \u{2014}";

/// The cells of a line with bars at both ends; none of another line, or of one that only draws.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim();
    let bar =
        line.chars().next().filter(|first| ['|', '\u{2502}', '\u{2503}', '\u{2551}'].contains(first))?;
    let inner = line.strip_prefix(bar)?.strip_suffix(bar)?;
    // What draws boxes has a block of its own.
    let draws = |c: char| LINES.contains(c) || ('\u{2500}'..='\u{257f}').contains(&c);
    let cells: Vec<&str> = inner.split(bar).map(str::trim).collect();
    (cells.len() > 1 && !line.chars().all(draws)).then_some(cells)
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

fn read(input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut width = None;
    let mut around = 0u64;
    each_text(input, |number, line| {
        let spot = Spot { line: number, column: 1 };
        let Some(cells) = cells(line) else {
            let is_drawn = line.chars().all(|c| LINES.contains(c) || ('\u{2500}'..='\u{257f}').contains(&c));
            around += u64::from(!is_drawn);
            return Ok(());
        };
        let Some(width) = width else {
            width = Some(cells.len());
            let is_near = OF_NEAR.iter().all(|(_, title)| cells.contains(title));
            return intake.begin(&TableHeader {
                titles: &cells,
                meaning: is_near.then_some(&OF_NEAR),
                units: if is_near { &[("Stake", "near")] } else { &[] },
                spot: &|_| spot,
            });
        };
        if cells.len() != width {
            return spot.fault(format!(
                "the line has {} cells, but the titles are {width}: {}",
                cells.len(),
                shown(line.trim())
            ));
        }
        intake.row(&Drawn { cells: &cells, line: number })
    })?;
    if around > 0 {
        let lines = if around == 1 { "one line".to_owned() } else { format!("{around} lines") };
        intake.note(format!("{lines} around the table passed over"));
    }
    Ok(())
}
