//! Fields separated by commas, semicolons or tabs; the first line has the titles.

use super::super::column::Column;
use super::super::delimited::each_line;
use super::super::fault::Fault;
use super::super::intake::{Intake, Row, TableHeader};
use super::super::one_line::one_line;
use super::{Format, Reading};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::borrow::Cow;
use std::io::BufRead;

/// Commas.
pub const CSV: Format = Format {
    name: "csv",
    summary: "fields separated by commas, titles on the first line",
    source: "RFC 4180",
    recognise: |content| content.text().is_some(),
    read: Reading::lines(|input, intake| read(input, intake, b',')),
};

/// Semicolons, as spreadsheets write where the comma is the decimal mark.
pub const SEMICOLON: Format = Format {
    name: "semicolon",
    summary: "fields separated by semicolons, titles on the first line",
    source: "RFC 4180 but for the separator",
    recognise: |content| content.text().is_some_and(|text| separator(text) == b';'),
    read: Reading::lines(|input, intake| {
        intake.doubt_points();
        read(input, intake, b';')
    }),
};

/// Tabs.
pub const TSV: Format = Format {
    name: "tsv",
    summary: "fields separated by tabs, titles on the first line",
    source: "IANA text/tab-separated-values; quotation marks as in RFC 4180",
    recognise: |content| content.text().is_some_and(|text| separator(text) == b'\t'),
    read: Reading::lines(|input, intake| {
        // Copied from a spreadsheet, which writes either mark.
        intake.doubt_points();
        read(input, intake, b'\t')
    }),
};

/// The separator with which most titles of the first record are usual ones; commas if in doubt.
fn separator(text: &str) -> u8 {
    let text = text.trim_start_matches(['\n', '\r']);
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    if let [b's', b'e', b'p', b'=', separator @ (b',' | b';' | b'\t')] =
        line.trim_end_matches([' ', '"']).as_bytes()
    {
        return *separator;
    }
    let mut best = (0, b',');
    for separator in [b',', b';', b'\t'] {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let mut titles = StringRecord::new();
        if !matches!(reader.read_record(&mut titles), Ok(true)) || titles.len() < 2 {
            continue;
        }
        // Without a usual title, a separator that is there is still more likely than one that is not.
        let score =
            1 + 2 * titles.iter().filter(|title| Column::of_title(&one_line(title)).is_some()).count();
        if score > best.0 {
            best = (score, separator);
        }
    }
    best.1
}

fn read(input: &mut dyn BufRead, intake: &mut Intake, separator: u8) -> Result<(), Fault> {
    let mut width = None;
    let mut broken: Option<(u64, u64)> = None;
    each_line(input, separator, |line| {
        let Some(width) = width else {
            // A spreadsheet's own line, which says what separates fields.
            if line.number == 1
                && line.fields.len() == 2
                && &line.fields[0] == "sep="
                && line.fields[1].is_empty()
            {
                return Ok(());
            }
            width = Some(line.fields.len());
            let titles: Vec<Cow<str>> = line.fields.iter().map(one_line).collect();
            let titles: Vec<&str> = titles.iter().map(|title| &**title).collect();
            return intake.begin(&TableHeader {
                titles: &titles,
                meaning: None,
                units: &[],
                spot: &|place| line.spot(place),
            });
        };
        if line.runs_on {
            broken.get_or_insert((line.number, 0)).1 += 1;
        }
        let fields = line.fields.len();
        if fields != width {
            return line
                .fault(format!("the line has {fields} fields, but the first line names {width} columns"));
        }
        intake.row(line)
    })?;
    if let Some((first, count)) = broken {
        let rows = if count == 1 { "one row has".to_owned() } else { format!("{count} rows have") };
        intake.note(format!(
            "{rows} line breaks between quotation marks, the first on line {first}; they are read as RFC 4180 says"
        ));
    }
    Ok(())
}
