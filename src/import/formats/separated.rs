//! Fields separated by commas, semicolons or tabs; the first line has the titles.

use super::super::column::Column;
use super::super::delimited::each_line;
use super::super::fault::Fault;
use super::super::intake::{Header, Intake, Row};
use super::{Format, Reading};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::io::BufRead;

/// Commas.
pub const CSV: Format = Format {
    name: "csv",
    summary: "fields separated by commas, titles on the first line",
    source: "RFC 4180",
    recognise: |content| content.text().is_some(),
    read: Reading::Lines(|input, intake| read(input, intake, b',')),
};

/// Semicolons, as spreadsheets write where the comma is the decimal mark.
pub const SEMICOLON: Format = Format {
    name: "semicolon",
    summary: "fields separated by semicolons, titles on the first line",
    source: "RFC 4180 but for the separator",
    recognise: |content| content.text().is_some_and(|text| separator(text) == b';'),
    read: Reading::Lines(|input, intake| {
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
    read: Reading::Lines(|input, intake| read(input, intake, b'\t')),
};

/// The separator with which most titles of the first line are usual ones; commas if in doubt.
fn separator(text: &str) -> u8 {
    let line = text.trim_start_matches(['\n', '\r']).split(['\n', '\r']).next().unwrap_or_default();
    if let [b's', b'e', b'p', b'=', separator @ (b',' | b';' | b'\t')] =
        line.trim_end_matches([' ', '"']).as_bytes()
    {
        return *separator;
    }
    let mut best = (0, b',');
    for separator in [b',', b';', b'\t'] {
        if !line.contains(char::from(separator)) {
            continue;
        }
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .delimiter(separator)
            .from_reader(line.as_bytes());
        let mut titles = StringRecord::new();
        if !matches!(reader.read_record(&mut titles), Ok(true)) {
            continue;
        }
        let known = titles.iter().filter(|title| Column::of_title(title).is_some()).count();
        // Without a usual title, a separator that is there is still more likely than one that is not.
        let score = 2 * known + usize::from(titles.len() > 1);
        if score > best.0 {
            best = (score, separator);
        }
    }
    best.1
}

fn read(input: &mut dyn BufRead, intake: &mut Intake, separator: u8) -> Result<(), Fault> {
    let mut width = None;
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
            let titles: Vec<&str> = line.fields.iter().collect();
            return intake.begin(&Header {
                titles: &titles,
                meaning: None,
                units: &[],
                spot: &|place| line.spot(place),
            });
        };
        let fields = line.fields.len();
        if fields != width {
            return line
                .fault(format!("the line has {fields} fields, but the first line names {width} columns"));
        }
        intake.row(line)
    })?;
    Ok(())
}
