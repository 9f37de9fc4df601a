//! A table of results on the page.

use crate::report::active::visible;
use crate::statistics::wording::{counted, grouped};
use maud::{Markup, html};
use std::io;
use std::path::Path;

/// How many rows of a table are shown; the file has all.
const MOST_ROWS: usize = 500;
/// How many rows are kept of tables that are concluded from, which have some for each metric, rule or pair of
/// rules.
const MOST_CONCLUDED_FROM: usize = 50_000;
/// From so many letters on a cell may be broken into lines.
const LONG: usize = 60;

/// A table as text.
pub struct TextTable {
    /// Its name, without the ending.
    pub name: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// Its first rows.
    pub rows: Vec<Vec<String>>,
    /// How many rows the file has.
    pub total: usize,
    /// How many of them have something in each column.
    pub filled: Vec<u64>,
}

impl TextTable {
    /// Reads a table; of a long one only the first rows are kept, more of one that is concluded from.
    pub fn read(name: &str, path: &Path) -> io::Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
        let columns: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let mut filled = vec![0; columns.len()];
        let concluded_from = ["compare", "fairness", "effects"].contains(&name);
        let most = if concluded_from { MOST_CONCLUDED_FROM } else { MOST_ROWS };
        let (mut rows, mut total) = (Vec::new(), 0);
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            total += 1;
            for (filled, cell) in filled.iter_mut().zip(&record) {
                *filled += u64::from(!cell.is_empty());
            }
            if rows.len() < most {
                rows.push(record.iter().map(str::to_owned).collect());
            }
        }
        Ok(TextTable { name: name.to_owned(), columns, rows, total, filled })
    }

    /// The cell of a row by its column; empty if there is none.
    pub fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| row.get(place)).map_or("", String::as_str)
    }

    /// How many rows of the file have something in a column.
    pub fn filled(&self, column: &str) -> u64 {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| self.filled.get(place)).copied().unwrap_or(0)
    }

    /// The table with its filter, opened or not.
    pub fn markup(&self, open: bool) -> Markup {
        let id = format!("filter-{}", self.name);
        let shown_rows = &self.rows[..self.rows.len().min(MOST_ROWS)];
        // A column in which no row says anything takes room only.
        let shown: Vec<usize> = (0..self.columns.len())
            // A clock's: the page is the same bytes whenever it is written.
            .filter(|&place| self.columns[place] != "seconds")
            .filter(|&place| shown_rows.iter().any(|row| row.get(place).is_some_and(|cell| !cell.is_empty())))
            .collect();
        let count = match self.total {
            total if total > shown_rows.len() => {
                format!(
                    "the first {} of {}; the file has all",
                    grouped(shown_rows.len() as u64),
                    counted(total as u64, "row")
                )
            }
            total => counted(total as u64, "row"),
        };
        let left_out = self.columns.len() - shown.len();
        html! {
            details open[open] {
                summary { (visible(&self.name)) " (" (count) ")" }
                label for=(id) { "Rows of " (visible(&self.name)) " that contain " input id=(id) type="search" autocomplete="off"; }
                div class="scroll" role="region" aria-label=(format!("Table {}", visible(&self.name))) tabindex="0" {
                    table data-rows=(id) {
                        caption { a href=(format!("{}.csv", self.name)) { (visible(&self.name)) ".csv" } @if left_out > 0 { "; " (counted(left_out as u64, "column")) " without values omitted" } }
                        thead { tr { @for &place in &shown { th scope="col" { button type="button" { (visible(&self.columns[place])) } } } } }
                        tbody { @for row in shown_rows { tr { @for &place in &shown { (cell(row.get(place).map_or("", String::as_str))) } } } }
                    }
                }
            }
        }
    }
}

fn cell(text: &str) -> Markup {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !text.is_empty() => {
            let shown = shortened(text, number);
            html! { td class="number" data-value=[(shown != text).then_some(text)] { (shown) } }
        }
        _ if text.len() > LONG => html! { td class="long" { (visible(text)) } },
        _ => html! { td { (visible(text)) } },
    }
}

/// A number with at most six digits that count; whole numbers stand as they are.
pub(super) fn shortened(text: &str, number: f64) -> String {
    if text.len() <= 8 || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return text.to_owned();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{number:.4e}");
    }
    let before = if size >= 1.0 { size.log10().floor() as usize + 1 } else { 0 };
    let decimals = 6usize.saturating_sub(before);
    let fixed = format!("{number:.decimals$}");
    if decimals == 0 { fixed } else { fixed.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_what_counts() {
        for (text, shown) in [
            ("0.26415094339622641", "0.264151"),
            ("264233", "264233"),
            ("123456789012", "123456789012"),
            ("-0.0013207547169811", "-0.001321"),
            ("1.0603551016812604e-16", "1.0604e-16"),
            ("1234.5678912", "1234.57"),
            ("0.5", "0.5"),
            ("100.000000001", "100"),
        ] {
            assert_eq!(shortened(text, text.parse().unwrap()), shown, "{text}");
        }
    }
}
