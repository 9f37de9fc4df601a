//! Everything that the program prints goes through here, and here alone: what comes from outside
//! (names, paths, arguments, titles of columns) is escaped, so that it can neither move the cursor
//! nor turn the direction of the text around.

// The lints forbid these streams everywhere else.
#![allow(clippy::disallowed_methods)]

use super::failure::Failure;
use crate::cli::options::table_format::TableFormat;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write, stdout};
use std::process::ExitCode;
use tombola::report::{FormulaGuard, activity, write_rows};
use tombola::statistics::percent::fixed;
use tombola::statistics::wording;

/// Writes a line to standard error. If that cannot be written to, there is nobody to tell.
pub fn tell(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{}", shortened(&escaped(&line.to_string())));
}

/// Writes what is left in the buffer of standard output.
///
/// # Errors
/// If it cannot be written to.
pub fn flush() -> io::Result<()> {
    stdout().flush()
}

/// Writes what is wrong to standard error, under a label. The message has one line, and more only
/// where a line begins with two spaces: a name with a line break in it begins no line.
pub fn tell_failure(label: &str, message: &str) {
    let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let mut lines = String::new();
    for (place, line) in message.split('\n').enumerate() {
        match (place, line.starts_with("  ")) {
            (0, _) => {}
            (_, true) => lines.push('\n'),
            (_, false) => lines.push_str("\\n"),
        }
        lines.push_str(line);
    }
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {}", shortened(&escaped(&lines)));
}

/// Prints help, or says what is wrong with the command line; returns the exit code.
pub fn tell_usage(error: &clap::Error) -> ExitCode {
    let plain = error.render().to_string();
    if error.use_stderr() && (escaped(&plain) != plain || shortened(&plain) != plain) {
        // What was given cannot be told from the styling, so there is none.
        tell(plain.trim_end());
    } else if let Err(unprinted) = error.print()
        && !error.use_stderr()
    {
        let failure = Failure::from(unprinted);
        failure.report();
        return failure.exit_code();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// Writes text for people to standard output.
pub fn print(text: &str) -> io::Result<()> {
    stdout().write_all(escaped(text).as_bytes())
}

/// Writes text for programs to standard output: as it is, unless a terminal shows it.
pub fn print_data(text: &str) -> io::Result<()> {
    match stdout().is_terminal() {
        true => print(text),
        false => stdout().write_all(text.as_bytes()),
    }
}

/// Prints rows in the form that was asked for; `columns` lays them out for people.
pub fn print_rows<R: Serialize>(
    format: TableFormat,
    safe_csv: bool,
    rows: &[R],
    columns: impl FnOnce(&[R]) -> String,
) -> Result<(), Failure> {
    match format {
        TableFormat::Csv => {
            let mut bytes = Vec::new();
            write_rows(rows, FormulaGuard::new(&mut bytes, safe_csv))?;
            print_data(&String::from_utf8_lossy(&bytes))?;
        }
        TableFormat::Json => print_json(rows)?,
        TableFormat::Table => print(&(columns(rows) + "\n"))?,
    }
    Ok(())
}

/// Prints something as JSON.
pub fn print_json(value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    Ok(print_data(&(json_escaped(&text) + "\n"))?)
}

/// The text with every active character in the form `\u{202e}`; line breaks stay.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !activity(text).any(|(c, is_active)| is_active && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for (c, is_active) in activity(text) {
        match c {
            '\n' => safe.push(c),
            '\t' => safe.push_str("\\t"),
            '\r' => safe.push_str("\\r"),
            c if is_active => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// JSON with active characters in its own form, which reads back as the same text.
fn json_escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for (c, is_active) in activity(json) {
        if is_active && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The text with the middle of every very long line left out: a name of a megabyte is not echoed.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 2000;
    const START: usize = 1200;
    const END: usize = 400;
    let line = |line: &str| {
        let length = line.chars().count();
        if length <= LONGEST {
            return line.to_owned();
        }
        let start: String = line.chars().take(START).collect();
        let end: String = line.chars().skip(length - END).collect();
        format!("{start}[... {} characters ...]{end}", grouped((length - START - END) as u128))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A table with a header, no lines, columns aligned: text to the left, numbers to the right.
pub fn table(header: &[&str], numbers_from: usize, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header);
    // Escaped before it is laid out, so that columns stay aligned.
    let rows = rows.into_iter().map(|row| row.iter().map(|cell| escaped(cell).into_owned()).collect());
    table.add_rows(rows.collect::<Vec<Vec<String>>>());
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
        Some(share) => fixed(share, 3),
        None => "-".to_owned(),
    }
}

/// The p-value of a test in a column; a dash where there is none.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        None => "-".to_owned(),
        Some(p) if p >= 1e-4 => format!("{p:.4}"),
        Some(p) if p < 1e-300 => "< 1e-300".to_owned(),
        Some(p) => format!("{p:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_columns_never_read_as_what_they_are_not() {
        assert_eq!(
            [None, Some(0.0), Some(1e-9), Some(0.99999999)].map(percent),
            ["-", "0.000 %", "< 0.001 %", "> 99.999 %"]
        );
        assert_eq!(
            [None, Some(1.0), Some(0.00012), Some(2.5e-7), Some(0.0)].map(p_value),
            ["-", "1.0000", "0.0001", "2.5e-7", "< 1e-300"]
        );
    }

    #[test]
    fn active_characters_are_escaped_and_others_are_not() {
        assert_eq!(
            escaped("a\u{1b}[31mb\u{202e}c\u{9b}\td\re\u{2066}"),
            "a\\u{1b}[31mb\\u{202e}c\\u{9b}\\td\\re\\u{2066}"
        );
        // What has no width, so that two names would look alike.
        assert_eq!(escaped("a\u{200b}nn \u{2060}\u{ad}\u{3164}"), "a\\u{200b}nn \\u{2060}\\u{ad}\\u{3164}");
        assert_eq!(escaped("a\u{200d}nn\u{fe0f}"), "a\\u{200d}nn\\u{fe0f}");
        // Accents, scripts from right to left, and emoji that are joined of three or varied.
        for harmless in [
            "Zoë",
            "عَلِيّ",
            "می\u{200c}خواهم",
            "👩\u{200d}🔬",
            "1\u{fe0f}\u{20e3} ❤\u{fe0f}",
            "two\nlines",
            "\\u{1b}",
        ] {
            assert_eq!(escaped(harmless), harmless);
        }
    }

    #[test]
    fn escaped_json_reads_back() {
        let text = "a\u{202e}b\u{e0041}c\n";
        let json = serde_json::to_string(text).unwrap();
        let safe = json_escaped(&json);
        assert!(safe.is_ascii(), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }

    #[test]
    fn the_middle_of_a_long_line_is_left_out() {
        let long = "x".repeat(1_000_000);
        let short = shortened(&format!("{long}: cannot be read\n  help: yes"));
        assert!(short.len() < 2000, "{}", short.len());
        assert!(short.starts_with("xxx") && short.contains("[... 998,416 characters ...]"), "{short}");
        assert!(short.ends_with("xxx: cannot be read\n  help: yes"), "{short}");
        assert_eq!(shortened(&"y".repeat(2000)), "y".repeat(2000));
    }

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
