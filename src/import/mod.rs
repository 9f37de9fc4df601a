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
pub mod formats;
mod gzip;
#[allow(clippy::module_inception)]
mod import;
mod intake;
mod json;
mod numerals;
mod options;
mod scale;
mod unit;

pub use amount::Amount;
pub use bounded_file::{LARGEST_FILE, open_file, read_bounded, read_up_to};
pub use column::{Column, parse_choices};
pub(crate) use delimited::each_line;
pub use fault::{Fault, shown};
pub use formats::{FORMATS, Format};
pub use import::{Import, MOST_WINS, WholeStakes};
pub use numerals::Decimal;
pub use options::{Duplicates, Intent, Options, TotalRow};
pub use unit::{Denomination, Unit};

use crate::registry::nearest;
use content::Content;
use formats::Reading;
use intake::Intake;
use std::io::{self, BufRead, BufReader, Read};

/// Reads a table, compressed or not.
///
/// # Errors
/// As [`read_from`].
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, Fault> {
    read_from(&mut &bytes[..], options)
}

/// Reads a table, compressed or not. A table of separated fields is read line by line, with memory in
/// proportion to what its rows say; anything else, and what is compressed, is read whole, up to
/// [`LARGEST_FILE`].
///
/// # Errors
/// The first thing that is doubtful, with its place.
pub fn read_from(input: &mut dyn BufRead, options: &Options) -> Result<Import, Fault> {
    let failed = |error: io::Error| Fault {
        line: 1,
        column: 1,
        problem: format!("the input cannot be read: {error}"),
    };
    let begin = beginning(input, 2).map_err(failed)?;
    if gzip::is_gzip(&begin) {
        let packed = read_up_to(Read::chain(&begin[..], input), LARGEST_FILE).map_err(failed)?;
        return read_unpacked(&mut BufReader::new(gzip::Unpacked::new(&packed)), options);
    }
    read_unpacked(&mut Read::chain(&begin[..], input), options)
}

/// By so many bytes of a text its format is recognised.
const BEGINNING: u64 = 1 << 16;

/// The first bytes of an input, or all if it has no more.
fn beginning(input: &mut dyn BufRead, bytes: u64) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    input.take(bytes).read_to_end(&mut begin)?;
    Ok(begin)
}

fn read_unpacked(input: &mut dyn BufRead, options: &Options) -> Result<Import, Fault> {
    let failed = |error: io::Error| Fault {
        line: 1,
        column: 1,
        problem: format!("the input cannot be read: {error}"),
    };
    let chosen = options.format.as_deref().map(format_of).transpose()?;
    let begin = beginning(input, BEGINNING).map_err(failed)?;
    let lines = match chosen {
        Some(format) => Some(format).filter(|format| matches!(format.read, Reading::Lines(_))),
        None => read_by_lines(&begin),
    };
    let mut input = Read::chain(&begin[..], input);
    if let Some(Format { name, read: Reading::Lines(read), .. }) = lines {
        let mut intake = Intake::new(options, name);
        read(&mut input, &mut intake)?;
        return intake.finish();
    }
    let bytes = read_up_to(input, LARGEST_FILE).map_err(failed)?;
    let text = fault::utf8(&bytes)?;
    let content = Content::of(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let Some(format) = chosen.or_else(|| FORMATS.iter().find(|format| (format.recognise)(&content))) else {
        return Fault::whole(format!(
            "the contents are of no known format ({}); name the columns, or give --format; see `tombola list formats`",
            content.describe()
        ));
    };
    let mut intake = Intake::new(options, format.name);
    match format.read {
        Reading::Whole(read) => read(&content, &mut intake)?,
        Reading::Lines(read) => read(&mut text.as_bytes(), &mut intake)?,
    }
    intake.finish()
}

/// The format of a text that is read line by line, if it begins as one.
fn read_by_lines(begin: &[u8]) -> Option<&'static Format> {
    let valid = begin.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let text = valid.strip_prefix('\u{feff}').unwrap_or(valid);
    if Content::looks_like_json(text) {
        return None;
    }
    let content = Content::Text(text);
    let format = FORMATS.iter().find(|format| (format.recognise)(&content))?;
    matches!(format.read, Reading::Lines(_)).then_some(format)
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
