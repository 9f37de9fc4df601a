//! Tables that other programs print, recognised by their contents: who has what stake, who made how
//! many blocks, who proposed which.
//!
//! [`read`] finds the format, which hands rows on; the rows are taken in the same way whatever the
//! format was. Amounts are exact numbers of any size until [`Import::whole_stakes`] counts them in a
//! unit in which they fit. Whatever is doubtful is refused with its place, never guessed.

mod amount;
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
use intake::Intake;
use std::borrow::Cow;

/// Reads a table, compressed or not. Memory is in proportion to its length.
///
/// # Errors
/// The first thing that is doubtful, with its place.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, Fault> {
    let bytes = if gzip::is_gzip(bytes) { Cow::Owned(gzip::unpack(bytes)?) } else { Cow::Borrowed(bytes) };
    let text = fault::utf8(&bytes)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let chosen = match &options.format {
        None => None,
        Some(name) => Some(FORMATS.iter().find(|format| format.name == *name).map_or_else(
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
        )?),
    };
    let content = match chosen {
        Some(format) if format.is_text => Content::Text(text),
        _ => Content::of(text)?,
    };
    let Some(format) = chosen.or_else(|| FORMATS.iter().find(|format| (format.recognise)(&content))) else {
        return Fault::whole(format!(
            "the contents are of no known format ({}); name the columns, or give --format; see `tombola list formats`",
            content.describe()
        ));
    };
    let mut intake = Intake::new(options, format.name);
    (format.read)(&content, &mut intake)?;
    intake.finish()
}
