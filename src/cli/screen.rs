//! Tables and numbers as people read them.

use comfy_table::{CellAlignment, Table};
use std::fmt::Display;
use std::io::Write;
use tombola::statistics::wording;

/// Writes a line to standard error. If that cannot be written to, there is nobody to tell.
pub fn tell(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// A table with a header, no lines, columns aligned: text to the left, numbers to the right.
pub fn table(header: &[&str], numbers_from: usize, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header);
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if index >= numbers_from {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// A whole number with its digits in groups of three.
pub fn grouped(number: u128) -> String {
    wording::grouped(number)
}

/// A rate with three significant digits, in groups of three.
pub fn rate(per_second: f64) -> String {
    let step = 10f64.powi((per_second.max(1.0).log10().floor() as i32 - 2).max(0));
    grouped(((per_second / step).round() * step) as u128)
}

/// A share as a percentage; a dash where there is none.
pub fn percent(share: Option<f64>) -> String {
    match share {
        Some(share) => format!("{:.3} %", share * 100.0),
        None => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(1234567), "1,234,567");
    }

    #[test]
    fn rates_have_three_digits() {
        assert_eq!(
            [0.0, 12.4, 999.6, 10_979.3, 1.2345e9].map(rate),
            ["0", "12", "1,000", "11,000", "1,230,000,000"]
        );
    }

    #[test]
    fn columns_are_aligned() {
        let text =
            table(&["name", "n"], 1, vec![vec!["a".into(), "10".into()], vec!["bc".into(), "7".into()]]);
        assert_eq!(text, "name   n\na     10\nbc     7");
    }
}
