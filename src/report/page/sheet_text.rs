//! Tables for a paper.

use super::TableStyle;
use super::prose::plain;
use super::sheet::{TextTable, shortened};
use crate::report::latex::latex;
use crate::statistics::wording::counted;
use std::fmt::Write;

/// At most so many rows stand in a table for a paper.
const MOST_ROWS: usize = 60;
/// Of a table that is not known by its name, so many columns.
const MOST_COLUMNS: usize = 8;

/// What a column of a table for a paper shows.
struct Column {
    heading: &'static str,
    value: &'static str,
    /// A standard error, in brackets behind the value.
    se: Option<&'static str>,
    /// Both ends of an interval in place of the value.
    ends: Option<(&'static str, &'static str)>,
}

const fn column(heading: &'static str, value: &'static str) -> Column {
    Column { heading, value, se: None, ends: None }
}

const fn with_se(heading: &'static str, value: &'static str, se: &'static str) -> Column {
    Column { heading, value, se: Some(se), ends: None }
}

const fn interval(heading: &'static str, low: &'static str, high: &'static str) -> Column {
    Column { heading, value: "", se: None, ends: Some((low, high)) }
}

const VALIDATORS: &[Column] = &[
    column("validator", "validator"),
    column("stake", "stake"),
    column("stake share", "stake_share"),
    column("expected share", "expected_share"),
    column("wins", "wins"),
    column("win share", "win_share"),
    interval("interval", "win_share_low", "win_share_high"),
    column("p (Holm)", "p_holm"),
];
const STATEMENTS: &[Column] = &[
    column("metric", "metric"),
    column("subject", "subject"),
    column("unit", "unit"),
    with_se("value (se)", "value", "se"),
    interval("interval", "low", "high"),
    column("null value", "null_value"),
    column("adjusted p", "p_adjusted"),
    column("decision", "decision"),
];
const INCOMES: &[Column] = &[
    column("kind", "kind"),
    column("name", "name"),
    column("stake share", "stake_share"),
    with_se("mean (se), coins", "mean", "se"),
    column("sd, coins", "sd"),
    interval("5 % to 95 %", "q05", "q95"),
    column("share", "share"),
];

impl TextTable {
    /// The table in this style, as a part of a paper: at most 60 rows, the columns that a paper needs, numbers with
    /// six digits. `None` if it has no rows.
    pub(super) fn typeset(&self, style: TableStyle) -> Option<String> {
        if self.rows.is_empty() {
            return None;
        }
        let known = match self.name.as_str() {
            "validators" => Some(VALIDATORS),
            "fairness" => Some(STATEMENTS),
            "incomes" => Some(INCOMES),
            _ => None,
        };
        let number = |row: &[String], name: &str| {
            let text = self.cell(row, name);
            match text.parse::<f64>() {
                Ok(value) if value.is_finite() => shortened(text, value),
                _ => text.to_owned(),
            }
        };
        let cell = |row: &[String], column: &Column| match (column.ends, column.se) {
            (Some((low, high)), _) => match (number(row, low), number(row, high)) {
                (low, high) if low.is_empty() && high.is_empty() => String::new(),
                (low, high) => format!("{low} to {high}"),
            },
            (None, Some(se)) => match number(row, se) {
                se if se.is_empty() => number(row, column.value),
                se => format!("{} ({se})", number(row, column.value)),
            },
            _ => number(row, column.value),
        };
        let (header, lines): (Vec<String>, Vec<Vec<String>>) = match known {
            Some(columns) => (
                columns.iter().map(|column| column.heading.to_owned()).collect(),
                self.rows
                    .iter()
                    .take(MOST_ROWS)
                    .map(|row| columns.iter().map(|column| cell(row, column)).collect())
                    .collect(),
            ),
            None => {
                let filled = |place: &usize| {
                    self.rows.iter().any(|row| row.get(*place).is_some_and(|cell| !cell.is_empty()))
                };
                let shown: Vec<usize> = (0..self.columns.len()).filter(filled).take(MOST_COLUMNS).collect();
                let line = |row: &Vec<String>| {
                    shown.iter().map(|&place| number(row, &self.columns[place])).collect()
                };
                (
                    shown.iter().map(|&place| self.columns[place].replace('_', " ")).collect(),
                    self.rows.iter().take(MOST_ROWS).map(line).collect(),
                )
            }
        };
        let left_out = self.total - lines.len();
        let caption = match left_out {
            0 => self.name.clone(),
            _ => format!("{} (first {} of {})", self.name, lines.len(), counted(self.total as u64, "row")),
        };
        Some(match style {
            TableStyle::Markdown => markdown(&caption, &header, &lines),
            TableStyle::Latex => tabular(&caption, &header, &lines),
        })
    }
}

fn markdown(caption: &str, header: &[String], lines: &[Vec<String>]) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = format!("{}\n\n", plain(caption));
    text += &row(header);
    text += &format!("|{}\n", "---|".repeat(header.len()));
    lines.iter().for_each(|line| text += &row(line));
    text
}

/// A document of its own, or with `\def\tombolapart{}` before it a part of another that loads booktabs and
/// longtable.
fn tabular(caption: &str, header: &[String], lines: &[Vec<String>]) -> String {
    let number = |place: usize| {
        lines.iter().all(|line| {
            line[place].is_empty() || line[place].starts_with(|c: char| c.is_ascii_digit() || c == '-')
        })
    };
    let format: String = (0..header.len()).map(|place| if number(place) { 'r' } else { 'l' }).collect();
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| latex(cell)).collect();
        format!("{} \\\\\n", cells.join(" & "))
    };
    let mut text = String::from(
        "% Compiles as it is; to \\input it into a paper that loads booktabs and longtable, write\n\
         % \\def\\tombolapart{} before.\n\\ifdefined\\tombolapart\\else\n\\documentclass{article}\n\
         \\usepackage[T1]{fontenc}\n\\usepackage[utf8]{inputenc}\n\\usepackage{textcomp}\n\\usepackage{booktabs,longtable}\n\
         \\usepackage[margin=15mm,landscape]{geometry}\n\\begin{document}\n\\fi\n{\\small\n",
    );
    let _ = writeln!(text, "\\begin{{longtable}}{{{format}}}");
    let _ = writeln!(text, "\\caption{{{}}}\\\\", latex(caption));
    text += "\\toprule\n";
    text += &row(header);
    text += "\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n";
    lines.iter().for_each(|line| text += &row(line));
    text + "\\end{longtable}}\n\\ifdefined\\tombolapart\\else\n\\end{document}\n\\fi\n"
}
