//! Tables that other programs print, recognised by their contents: who has what stake, who made how
//! many blocks, who proposed which.
//!
//! [`read`] finds the format, which hands rows on; the rows are taken in the same way whatever the
//! format was. Amounts are exact numbers of any size until [`Import::whole_stakes`] counts them in a
//! unit in which they fit. Whatever is doubtful is refused with its place, never guessed.

mod amount;
mod bounded_file;
mod column;
mod content;
mod delimited;
mod fault;
mod foreign;
pub mod formats;
mod gzip;
#[allow(clippy::module_inception)]
mod import;
mod intake;
mod json;
mod long_list;
mod numerals;
mod one_line;
mod options;
mod scale;
mod shipped_tables;
mod total_names;
mod unit;
mod utf16;
mod vanishing;

pub use amount::Amount;
pub use bounded_file::{LARGEST_FILE, open_file, read_bounded, read_up_to};
pub use column::{Column, parse_choices};
pub(crate) use delimited::each_line;
pub use fault::{Fault, shown};
pub use formats::{FORMATS, Format};
pub use import::{Import, MOST_WINS, PartOfChain, WholeStakes};
pub use numerals::Decimal;
pub use options::{Duplicates, Intent, Options, TotalRow};
pub use shipped_tables::shipped_table;
pub use unit::{Denomination, Unit};
pub use vanishing::vanishes;

use crate::registry::nearest;
use content::Content;
use fault::Lines;
use intake::Intake;
use json::{Node, enough};
use long_list::{ValuesInText, each_item, each_value_alone};
use std::io::{self, BufRead, BufReader, Read};
use utf16::Utf16;

/// Reads a table, compressed or not.
///
/// # Errors
/// As [`read_from`].
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, Fault> {
    read_from(&mut &bytes[..], options)
}

/// Reads a table, compressed or not. Text is read line by line, with memory in proportion to what its
/// rows say, and so is JSON that is nothing but rows, in a list or one after another, or has a list that is
/// known to be long; other JSON is read whole, up to [`LARGEST_FILE`], and so is text in UTF-16.
///
/// # Errors
/// The first thing that is doubtful, with its place.
pub fn read_from(input: &mut dyn BufRead, options: &Options) -> Result<Import, Fault> {
    let begin = beginning(input, 2).map_err(unreadable)?;
    let mut whole = Read::chain(&begin[..], input);
    if gzip::is_gzip(&begin) {
        return read_unpacked(&mut BufReader::new(gzip::Unpacked::new(whole)), options);
    }
    read_unpacked(&mut whole, options)
}

/// Says that the system cannot read an input.
fn unreadable(error: io::Error) -> Fault {
    Fault { line: 1, column: 1, problem: format!("the input cannot be read: {error}") }
}

/// Reads a table that is not compressed, in UTF-8 or UTF-16.
fn read_unpacked(input: &mut dyn BufRead, options: &Options) -> Result<Import, Fault> {
    let begin = beginning(input, BEGINNING).map_err(unreadable)?;
    foreign::check_is_text(&begin)?;
    let Some(encoding) = Utf16::of(&begin) else { return read_text(begin, input, options) };
    let bytes = read_up_to(Read::chain(&begin[..], input), LARGEST_FILE).map_err(|error| Fault {
        line: 1,
        column: 1,
        problem: format!("text in UTF-16 is read whole, up to {LARGEST_FILE} bytes: {error}"),
    })?;
    let text = encoding.decode(&bytes)?;
    drop(bytes);
    let mut import = read_text(Vec::new(), &mut text.as_bytes(), options)?;
    if !encoding.is_marked {
        import.notes.insert(0, encoding.describe());
    }
    Ok(import)
}

/// That of UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// By so many bytes of a text its format is recognised.
const BEGINNING: u64 = 1 << 16;

/// The first bytes of an input, or all if it has no more.
fn beginning(input: &mut dyn BufRead, bytes: u64) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    input.take(bytes).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Reads a table in UTF-8, of which the beginning has been read already.
fn read_text(mut begin: Vec<u8>, input: &mut dyn BufRead, options: &Options) -> Result<Import, Fault> {
    let chosen = options.format.as_deref().map(format_of).transpose()?;
    if begin.is_empty() {
        begin = beginning(input, BEGINNING).map_err(unreadable)?;
    }
    let text = text_of(&begin);
    let is_json = Content::looks_like_json(text);
    let content = Content::Text(text);
    let lines = match chosen {
        Some(format) if is_json && format.json().is_some() => None,
        Some(format) => Some(format),
        None if is_json => None,
        None => FORMATS.iter().find(|format| (format.recognise)(&content)),
    };
    let items = match chosen {
        _ if !is_json => None,
        Some(format) => format.items(text).map(|read| (format, read)),
        None => FORMATS.iter().find_map(|format| Some((format, format.items(text)?))),
    };
    // A text that is all there is read as a whole.
    let rows = match begin.len() as u64 == BEGINNING && is_json && items.is_none() {
        true => first_row(text).and_then(|row| {
            let format = match chosen {
                Some(format) => format,
                None => format_of_row(&row)?,
            };
            Some((format, format.rows()?))
        }),
        false => None,
    };
    let mut input = Read::chain(&begin[..], input);
    if (items.is_some() || rows.is_some()) && begin.starts_with(BYTE_ORDER_MARK) {
        input.consume(BYTE_ORDER_MARK.len());
    }
    if let Some((format, read)) = items {
        let mut intake = Intake::new(options, format.name);
        read(&mut input, &mut intake)?;
        return intake.finish();
    }
    if let Some((format, read)) = rows {
        let mut intake = Intake::new(options, format.name);
        read(text, &mut input, &mut intake)?;
        return intake.finish();
    }
    if let Some((format, read)) = lines.and_then(|format| Some((format, format.lines()?))) {
        let mut intake = Intake::new(options, format.name);
        read(&mut input, &mut intake)?;
        return intake.finish();
    }
    let bytes = read_up_to(input, LARGEST_FILE).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => Fault {
            line: 1,
            column: 1,
            problem: format!(
                "JSON other than rows in a list, or one after another, is read whole, up to {LARGEST_FILE} bytes, and this has more; write its rows one after another with jq -c '.LIST[]', or as CSV, for example with jq -r '[\"name\",\"stake\"], (.[] | [.name, .stake]) | @csv'"
            ),
        },
        _ => unreadable(error),
    })?;
    let text = fault::utf8(&bytes)?;
    let content = Content::of(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let Some(format) = chosen.or_else(|| FORMATS.iter().find(|format| (format.recognise)(&content))) else {
        return Fault::whole(format!(
            "the contents are of no known format ({}); name the columns, or give --format; see `tombola list formats`",
            content.describe()
        ));
    };
    if let Content::Json(json) = &content
        && json.count > 1
        && !format.has_values()
    {
        return Fault::whole(format!(
            "the file holds {} values of JSON, one after another, but {} is one; give them one by one",
            json.count, format.name
        ));
    }
    let mut intake = Intake::new(options, format.name);
    match format.json() {
        Some(read) => read(&content, &mut intake)?,
        None => return Fault::whole(format!("the contents are no {}", format.name)),
    }
    intake.finish()
}

/// The text with which an input begins.
fn text_of(begin: &[u8]) -> &str {
    let valid = begin.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    valid.strip_prefix('\u{feff}').unwrap_or(valid)
}

/// The first row of a text that is cut off: of the list that it is, or of values one after another, of which
/// there must be a second.
fn first_row(begin: &str) -> Option<String> {
    let mut rows = Vec::new();
    let mut take = |node: Node, _: &mut Lines| {
        rows.push(node.text().to_owned());
        if rows.len() < 2 { Ok(()) } else { enough() }
    };
    let _ = match begin.trim_start().starts_with('[') {
        true => each_item(&mut begin.as_bytes(), "", ValuesInText::One, &mut take),
        false => each_value_alone(&mut begin.as_bytes(), &mut take),
    };
    match begin.trim_start().starts_with('[') {
        true => rows.first().map(|row| format!("[{row}]")),
        false => (rows.len() == 2).then(|| rows.swap_remove(0)),
    }
}

/// The format of a text of which this is the first row.
fn format_of_row(row: &str) -> Option<&'static Format> {
    let content = Content::of(row).ok()?;
    FORMATS.iter().find(|format| (format.recognise)(&content))
}

/// The format of this name.
fn format_of(name: &str) -> Result<&'static Format, Fault> {
    FORMATS.iter().find(|format| format.name == name).map_or_else(
        || {
            let names = FORMATS.iter().map(|format| format.name);
            let hint = match nearest(name, names.clone()) {
                Some(near) => format!("did you mean `{near}`? "),
                None => String::new(),
            };
            Fault::whole(format!(
                "{} is no format; {hint}known: {}",
                shown(name),
                names.collect::<Vec<_>>().join(", ")
            ))
        },
        Ok,
    )
}
