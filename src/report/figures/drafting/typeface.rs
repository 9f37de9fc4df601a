//! The font of all figures: it measures text, draws it and travels inside the SVG files.
//!
//! No font of the machine is looked at unless a character is not in it (see `glyphs`), so a figure of names
//! in Latin and Greek letters has the same bytes everywhere.

use super::glyphs::{drawable, outline};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resvg::usvg::fontdb;
use skrifa::prelude::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::collections::HashMap;
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

/// Whether the font has a glyph for the character.
pub fn covered(character: char) -> bool {
    // A soft hyphen has a glyph, but no reader sees it.
    character != '\u{AD}' && COVERED.iter().any(|&(first, last)| (first..=last).contains(&character))
}

/// The font as the only one that the rasteriser knows.
pub fn database() -> Arc<fontdb::Database> {
    static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut database = fontdb::Database::new();
        load_embedded(&mut database);
        Arc::new(database)
    });
    Arc::clone(&DATABASE)
}

/// Adds the font to a database.
pub fn load_embedded(database: &mut fontdb::Database) {
    database.load_font_data(BYTES.to_vec());
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
pub fn width(text: &str, size: f64) -> f64 {
    if let Some(outline) = outline(text, size) {
        return outline.width;
    }
    plain_width(text, size)
}

/// The same of a text that the embedded font has: it has no kerning and no ligatures, so that a text is as
/// wide as its letters together.
pub fn plain_width(text: &str, size: f64) -> f64 {
    text.chars().map(|character| advances().get(&character).copied().unwrap_or(1.0)).sum::<f64>() * size
}

/// How far each character moves the next one, in em.
fn advances() -> &'static HashMap<char, f64> {
    static ADVANCES: LazyLock<HashMap<char, f64>> = LazyLock::new(|| {
        let Ok(font) = FontRef::new(BYTES) else { return HashMap::new() };
        let glyphs = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        let known = font.charmap().mappings();
        known
            .filter_map(|(code, glyph)| {
                Some((char::from_u32(code)?, f64::from(glyphs.advance_width(glyph)?)))
            })
            .collect()
    });
    &ADVANCES
}

/// A text on one line that any XML file can hold and any reader can see: white space becomes single spaces,
/// and characters that are invisible, or that no font here has, become their code points.
pub fn clean(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2009}' | '\u{202F}'))
        .filter(|word| !word.is_empty())
        .collect();
    drawable(&words.join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(width("", 10.0), 0.0);
    }

    #[test]
    fn text_becomes_harmless() {
        assert_eq!(clean("  two\r\n words\t"), "two words");
        assert_eq!(clean("125\u{202F}000"), "125\u{202F}000");
        assert_eq!(clean("a\u{0}b\u{1B}c\u{202E}d\u{FFFF}"), "aU+0000bU+001BcU+202EdU+FFFF");
    }
}
