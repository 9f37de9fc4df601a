//! The one font of all figures: it measures text, draws it and travels inside the SVG files.
//!
//! No font of the machine is ever looked at, so a figure has the same bytes everywhere.

use crate::report::figures::FigureError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use resvg::usvg::fontdb;
use std::sync::{Arc, LazyLock};

/// How the figures name their font: the embedded one, and what a program that ignores embedded
/// fonts may take instead (Verdana has nearly the same widths).
pub const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
/// The name that the font gives itself.
pub const FAMILY_IN_FONT: &str = "DejaVu Sans";
/// The size of tick labels and names: 32 tenths of a millimetre are 9.1 points.
pub const LABEL_SIZE: f64 = 32.0;

static BYTES: &[u8] = include_bytes!("../../../../assets/fonts/DejaVuSans-subset.ttf");

/// The characters the font has glyphs for.
const COVERED: [(char, char); 30] = [
    (' ', '~'),
    ('\u{A0}', '\u{17F}'),
    ('\u{391}', '\u{3A1}'),
    ('\u{3A3}', '\u{3A9}'),
    ('\u{3B1}', '\u{3C9}'),
    ('\u{2009}', '\u{2009}'),
    ('\u{2010}', '\u{2010}'),
    ('\u{2012}', '\u{2015}'),
    ('\u{2018}', '\u{201E}'),
    ('\u{2020}', '\u{2022}'),
    ('\u{2026}', '\u{2026}'),
    ('\u{202F}', '\u{202F}'),
    ('\u{2030}', '\u{2030}'),
    ('\u{2032}', '\u{2033}'),
    ('\u{2070}', '\u{2070}'),
    ('\u{2074}', '\u{207B}'),
    ('\u{2080}', '\u{2089}'),
    ('\u{2190}', '\u{2194}'),
    ('\u{2202}', '\u{2202}'),
    ('\u{2206}', '\u{2206}'),
    ('\u{2211}', '\u{2212}'),
    ('\u{2215}', '\u{2215}'),
    ('\u{221A}', '\u{221A}'),
    ('\u{221D}', '\u{221E}'),
    ('\u{2227}', '\u{222B}'),
    ('\u{2248}', '\u{2248}'),
    ('\u{2260}', '\u{2261}'),
    ('\u{2264}', '\u{2265}'),
    ('\u{226A}', '\u{226B}'),
    ('\u{FFFD}', '\u{FFFD}'),
];

fn covered(character: char) -> bool {
    COVERED.iter().any(|&(first, last)| (first..=last).contains(&character))
}

/// Makes the font known to the drawing library, once for the whole program.
pub fn register() -> Result<(), FigureError> {
    static REGISTERED: LazyLock<bool> =
        LazyLock::new(|| register_font(FAMILY, FontStyle::Normal, BYTES).is_ok());
    if *REGISTERED { Ok(()) } else { Err(FigureError::Drawing("the embedded font is not readable".into())) }
}

/// The font as the only one that the rasteriser knows.
pub fn database() -> Arc<fontdb::Database> {
    static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut database = fontdb::Database::new();
        database.load_font_data(BYTES.to_vec());
        Arc::new(database)
    });
    Arc::clone(&DATABASE)
}

/// The style sheet that carries the font.
pub fn style_sheet() -> &'static str {
    static SHEET: LazyLock<String> = LazyLock::new(|| {
        format!(
            "@font-face{{font-family:\"{FAMILY_IN_FONT}\";src:url(\"data:font/ttf;base64,{}\") format(\"truetype\")}}",
            STANDARD.encode(BYTES)
        )
    });
    &SHEET
}

/// The width of a text at a font size, in the unit of the size.
///
/// A character the font does not have counts a full em: a viewer may take its glyph from elsewhere,
/// and few are wider.
pub fn width(text: &str, size: f64) -> f64 {
    /// The drawing library takes a size for the height from the lowest descender to the highest
    /// ascender, which is this many em in DejaVu Sans ((1901 + 483) / 2048).
    const HEIGHT_IN_EM: f64 = 1.1640625;
    /// It reports whole units; so it is asked for thousandths of an em.
    const PARTS: f64 = 1000.0;
    static RULER: LazyLock<Option<FontDesc<'static>>> = LazyLock::new(|| {
        register().ok()?;
        Some(FontDesc::new(FontFamily::Name(FAMILY), PARTS * HEIGHT_IN_EM, FontStyle::Normal))
    });
    let known: String = text.chars().filter(|&character| covered(character)).collect();
    let unknown = text.chars().count() - known.chars().count();
    let measured = RULER.as_ref().and_then(|ruler| ruler.box_size(&known).ok());
    let em = measured.map_or(known.chars().count() as f64, |(parts, _)| f64::from(parts) / PARTS);
    (em + unknown as f64) * size
}

/// A text on one line that any XML file can hold: white space becomes single spaces, and characters
/// that are forbidden or invisible become a replacement mark.
pub fn clean(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2009}' | '\u{202F}'))
        .filter(|word| !word.is_empty())
        .collect();
    words
        .join(" ")
        .chars()
        .map(|character| match character {
            '\u{AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFFE}'
            | '\u{FFFF}' => '\u{FFFD}',
            control if control.is_control() => '\u{FFFD}',
            other => other,
        })
        .collect()
}

/// A validator's name, cleaned and short enough to stand in a figure: words lose their end, an
/// address keeps both of its ends, since many addresses begin alike.
pub fn shortened(name: &str) -> String {
    const LONGEST: usize = 18;
    let name = clean(name);
    let letters: Vec<char> = name.chars().collect();
    if letters.is_empty() {
        return "(no name)".to_owned();
    }
    if letters.len() <= LONGEST {
        return name;
    }
    let (head, tail) = (LONGEST / 2, LONGEST - LONGEST / 2 - 1);
    let mut short: String = letters[..head].iter().collect::<String>().trim_end().to_owned();
    short.push('…');
    short.extend(&letters[letters.len() - tail..]);
    short
}

/// The text, or as much of its beginning as fits into the room, with an ellipsis.
pub fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let fits = |count: usize| {
        let mut cut: String = letters[..count].iter().collect::<String>().trim_end().to_owned();
        cut.push('…');
        (width(&cut, size) <= room).then_some(cut)
    };
    // Widths grow with the number of letters, so bisection finds the longest beginning that fits.
    let (mut short, mut long) = (0, letters.len());
    while long - short > 1 {
        let middle = short.midpoint(long);
        if fits(middle).is_some() { short = middle } else { long = middle }
    }
    fits(short).unwrap_or_default()
}

/// The text broken at spaces into lines that fit into the room; the last of `most` lines loses what
/// does not fit.
pub fn wrapped(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if lines_may_grow(line, word, size, room) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| fitted(line, size, room)).collect()
}

fn lines_may_grow(line: &str, word: &str, size: f64, room: f64) -> bool {
    width(line, size) + width(" ", size) + width(word, size) <= room
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use resvg::usvg::{Node, Options, Tree};

    /// The list of characters in the README is the one that made the font.
    #[test]
    fn the_covered_characters_are_those_the_font_was_made_with() {
        let readme = include_str!("../../../../assets/fonts/README.md");
        let list = readme.split("--unicodes=").nth(1).unwrap().split_whitespace().next().unwrap();
        let letter = |code: &str| char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
        let ranges: Vec<(char, char)> = list
            .split(',')
            .map(|range| {
                let range = range.strip_prefix("U+").unwrap();
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                (letter(first), letter(last))
            })
            .collect();
        assert_eq!(ranges, COVERED);
    }

    /// The rasteriser lays the text out by itself, from the same font: within half a percent.
    #[test]
    fn widths_are_those_of_the_rasteriser() {
        for text in
            ["charles", "win share (%)", "AVAVAV To Ty fi ffl", "1,000,000 × 10⁻⁵", "Łukasz ñandú ε ≤ δ"]
        {
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='4000' height='200'><text x='10' y='100' \
                 font-family='{FAMILY}' font-size='100'>{text}</text></svg>"
            );
            let options = Options { fontdb: database(), ..Options::default() };
            let tree = Tree::from_str(&svg, &options).unwrap();
            let Node::Text(laid_out) = &tree.root().children()[0] else { panic!("no text") };
            let expected = f64::from(laid_out.bounding_box().width());
            let measured = width(text, 100.0);
            assert!((measured / expected - 1.0).abs() < 0.005, "{text}: {measured}, {expected}");
        }
        // A letter of Chinese is as wide as it is high.
        assert_eq!(width("验证", 10.0), 20.0);
        assert_eq!(width("", 10.0), 0.0);
    }

    #[test]
    fn text_becomes_harmless_and_names_short() {
        assert_eq!(clean("  two\r\n words\t"), "two words");
        assert_eq!(clean("125\u{202F}000"), "125\u{202F}000");
        assert_eq!(clean("a\u{0}b\u{1B}c\u{202E}d\u{FFFF}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}");
        assert_eq!(shortened("validator-1"), "validator-1");
        assert_eq!(shortened("cosmosvaloper1c4k24jzduc365kywrsvf5ujz4ya6mwympnc4en"), "cosmosval…ympnc4en");
        assert_eq!(shortened("Stake Capital Validation"), "Stake Cap…lidation");
        assert_eq!(shortened(" \n"), "(no name)");
    }

    proptest! {
        #[test]
        fn what_is_fitted_fits(text in "\\PC{0,80}", room in 0.0f64..900.0) {
            let text = clean(&text);
            let fit = fitted(&text, 30.0, room);
            prop_assert!(fit.is_empty() || width(&fit, 30.0) <= room);
            prop_assert!(width(&text, 30.0) > room || fit == text);
            for line in wrapped(&text, 30.0, room, 3) {
                prop_assert!(line.is_empty() || width(&line, 30.0) <= room);
            }
            prop_assert!(wrapped(&text, 30.0, room, 3).len() <= 3);
        }
    }
}
