//! Glyphs that the embedded font lacks: from fonts of the system, as outlines.
//!
//! An outline looks the same in every viewer, whatever fonts it has. What no font has is escaped as its
//! code point, `U+1F600`, so that no two names look alike and nobody meets a box. Fonts of the system are
//! looked for when the first such character comes, so that figures without one have the same bytes
//! everywhere.

use super::canvas::escaped;
use super::typeface::{FAMILY_IN_FONT, covered, load_embedded, plain_width};
use resvg::tiny_skia::PathSegment;
use resvg::usvg::fontdb::{Database, ID, Style, Weight};
use resvg::usvg::{FontFamily, FontResolver, Group, Node, Options, Tree};
use skrifa::{FontRef, MetadataProvider, raw::TableProvider};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use unicode_bidi::{BidiInfo, Level};
use unicode_segmentation::UnicodeSegmentation;

/// A text as one path.
pub struct Outline {
    /// From the beginning of the text to its end.
    pub width: f64,
    /// The data of an SVG path that begins at the origin and stands on the horizontal line through it.
    pub path: String,
}

/// A font of the system and the characters it has.
struct Face {
    id: ID,
    ranges: Vec<(u32, u32)>,
}

impl Face {
    fn has(&self, character: char) -> bool {
        let code = character as u32;
        let after = self.ranges.partition_point(|&(first, _)| first <= code);
        after > 0 && code <= self.ranges[after - 1].1
    }
}

/// The fonts that are looked at, in the order in which they are preferred.
struct Fonts {
    database: Arc<Database>,
    faces: Vec<Face>,
}

static SYSTEM: LazyLock<Fonts> = LazyLock::new(|| {
    let mut database = Database::new();
    load_embedded(&mut database);
    let own = database.faces().next().map(|face| face.id);
    database.load_system_fonts();
    let mut found: Vec<(usize, String, u32, ID)> = database
        .faces()
        .filter(|face| Some(face.id) != own && face.style == Style::Normal && face.weight == Weight::NORMAL)
        .filter_map(|face| {
            let family = face.families.first().map(|(name, _)| name.clone())?;
            Some((preference(&family, face.monospaced)?, family, face.index, face.id))
        })
        .collect();
    found.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
    let faces = found.iter().filter_map(|&(.., id)| {
        let ranges = database.with_face_data(id, characters)?;
        Some(Face { id, ranges: ranges? })
    });
    Fonts { faces: faces.collect(), database: Arc::new(database) }
});

/// Which families come first: the one that the embedded font is a part of, those without serifs, others;
/// none for those that draw a box for everything.
fn preference(family: &str, monospaced: bool) -> Option<usize> {
    if ["LastResort", "Last Resort", "Adobe Blank", "Adobe NotDef"].iter().any(|name| family.contains(name)) {
        return None;
    }
    Some(match family {
        FAMILY_IN_FONT => 0,
        _ if monospaced || family.starts_with("Unifont") => 4,
        "Noto Sans" => 1,
        _ if family.contains("Sans") => 2,
        _ => 3,
    })
}

/// The characters that a font has outlines for; none if it draws pictures in colour or cannot be read.
fn characters(data: &[u8], index: u32) -> Option<Vec<(u32, u32)>> {
    let font = FontRef::from_index(data, index).ok()?;
    if (font.glyf().is_err() && font.cff().is_err() && font.cff2().is_err()) || font.colr().is_ok() {
        return None;
    }
    let mut codes: Vec<u32> =
        font.charmap().mappings().filter(|(_, glyph)| glyph.to_u32() != 0).map(|(code, _)| code).collect();
    codes.sort_unstable();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in codes {
        match ranges.last_mut() {
            Some((_, last)) if code <= *last + 1 => *last = code,
            _ => ranges.push((code, code)),
        }
    }
    Some(ranges)
}

/// A part of a text that one font draws; the embedded one, or that with this index among those of the system.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    face: Option<usize>,
    text: String,
}

/// Joiners and selectors, which have no shape of their own but a meaning beside letters that need them.
fn joins(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Characters that have no shape or change the order of others: always escaped.
fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFFE}'
                | '\u{FFFF}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// The text in parts, each as small as a letter may be, and whether what is left of a letter that cannot be
/// drawn was escaped.
fn letters(text: &str, faces: &dyn Fn() -> &'static [Face]) -> Vec<(Run, Vec<char>)> {
    let mut parts: Vec<(Run, Vec<char>)> = Vec::new();
    for letter in text.graphemes(true) {
        if letter.chars().all(covered) {
            parts.push((Run { face: None, text: letter.to_owned() }, Vec::new()));
            continue;
        }
        let needed = || letter.chars().filter(|&c| !joins(c) && !hidden(c));
        let faces = faces();
        let whole = (needed().count() > 0)
            .then(|| faces.iter().position(|face| needed().all(|c| face.has(c))))
            .flatten();
        // A mark that no font has together with its letter is escaped beside it.
        let face = whole.or_else(|| {
            let first = needed().next().filter(|&first| !covered(first))?;
            faces.iter().position(|face| face.has(first))
        });
        for character in letter.chars() {
            let drawn = !hidden(character)
                && match face {
                    Some(face) => faces[face].has(character),
                    None => covered(character),
                };
            if drawn {
                match parts.last_mut() {
                    // What belongs to one letter stays together.
                    Some((run, escaped)) if face.is_some() && run.face == face && escaped.is_empty() => {
                        run.text.push(character)
                    }
                    _ => parts.push((Run { face, text: character.to_string() }, Vec::new())),
                }
            } else if !(face.is_some() && joins(character)) {
                let text = format!("U+{:04X}", character as u32);
                parts.push((Run { face: None, text }, vec![character]));
            }
        }
    }
    parts
}

fn system_faces() -> &'static [Face] {
    &SYSTEM.faces
}

/// The text with all that no font has escaped as its code point.
pub fn drawable(text: &str) -> Cow<'_, str> {
    if text.chars().all(covered) {
        return Cow::Borrowed(text);
    }
    letters(text, &system_faces).into_iter().map(|(run, _)| run.text).collect::<String>().into()
}

/// The characters that [`drawable`] escapes, each once.
pub fn undrawable<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<char> {
    let mut escaped: Vec<char> = Vec::new();
    for text in texts.into_iter().filter(|text| !text.chars().all(covered)) {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        escaped.extend(letters(&text, &system_faces).into_iter().flat_map(|(_, escaped)| escaped));
        escaped.sort_unstable();
        escaped.dedup();
    }
    escaped
}

/// A text as one path, drawn with fonts of the system where the embedded one lacks a glyph; nothing if the
/// embedded font has all.
///
/// The last ones are kept: names are measured several times before they are drawn.
pub fn outline(text: &str, size: f64) -> Option<Arc<Outline>> {
    /// How many are kept.
    const MOST: usize = 512;
    type Known = HashMap<(String, u64), Arc<Outline>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    if text.chars().all(covered) {
        return None;
    }
    let key = (text.to_owned(), size.to_bits());
    if let Some(outline) = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Some(Arc::clone(outline));
    }
    let outline = Arc::new(shaped(text, size)?);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(key, Arc::clone(&outline));
    Some(outline)
}

/// The text as one path: its parts of one font and one direction, side by side.
///
/// They are not laid out in one text of several fonts: usvg 0.49 then lays the whole out with each font and
/// takes letters of one layout into the other, which loses letters, and ends with a panic, where a font has
/// one glyph for several letters that are written from right to left.
fn shaped(text: &str, size: f64) -> Option<Outline> {
    let mut outline = Outline { width: 0.0, path: String::new() };
    for run in in_visual_order(one_font_each(text)) {
        let width = draw_run(&run, size, &mut outline)?;
        outline.width += width;
    }
    // Some letters reach beyond the place where the next would begin.
    outline.width += 0.06 * size;
    Some(outline)
}

/// Parts as long as they can be.
fn one_font_each(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (run, _) in letters(text, &system_faces) {
        match runs.last_mut() {
            Some(last) if last.face == run.face => last.text.push_str(&run.text),
            _ => runs.push(run),
        }
    }
    runs
}

/// The parts from left to right, cut where the direction of writing changes.
fn in_visual_order(runs: Vec<Run>) -> Vec<Run> {
    let text: String = runs.iter().map(|run| run.text.as_str()).collect();
    let bidi = BidiInfo::new(&text, None);
    let mut ordered = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, visual) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for range in visual {
            let mut start = 0;
            let mut parts = Vec::new();
            for run in &runs {
                let (from, to) = (start.max(range.start), (start + run.text.len()).min(range.end));
                if from < to {
                    parts.push(Run { face: run.face, text: text[from..to].to_owned() });
                }
                start += run.text.len();
            }
            if levels.get(range.start).is_some_and(Level::is_rtl) {
                parts.reverse();
                // Alone, a part without a letter would be laid out from left to right.
                for part in parts.iter_mut().filter(|part| !part.text.chars().any(char::is_alphabetic)) {
                    part.text = part.text.chars().rev().map(mirrored).collect();
                }
            }
            ordered.extend(parts);
        }
    }
    ordered
}

/// A bracket as it looks from the other side.
fn mirrored(character: char) -> char {
    const PAIRS: [(char, char); 6] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›')];
    let other = PAIRS.iter().find_map(|&(open, close)| match character {
        it if it == open => Some(close),
        it if it == close => Some(open),
        _ => None,
    });
    other.unwrap_or(character)
}

/// Draws a part behind what is drawn already: how far it moves what comes next.
fn draw_run(run: &Run, size: f64, into: &mut Outline) -> Option<f64> {
    let name = run.face.map_or(FAMILY_IN_FONT.to_owned(), |face| format!("face-{face}"));
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text xml:space='preserve' \
         font-family='{name}' font-size='{size}'>{}</text></svg>",
        escaped(&run.text)
    );
    let fonts = &*SYSTEM;
    let options = Options {
        fontdb: Arc::clone(&fonts.database),
        font_resolver: FontResolver {
            select_font: Box::new(|font, database| {
                let FontFamily::Named(name) = font.families().first()? else { return None };
                let face = name.strip_prefix("face-").and_then(|face| face.parse::<usize>().ok());
                match face {
                    Some(face) => fonts.faces.get(face).map(|face| face.id),
                    None => database.faces().next().map(|face| face.id),
                }
            }),
            select_fallback: Box::new(|_, _, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(&svg, &options).ok()?;
    let reach = collect(tree.root(), into.width, &mut into.path);
    // The embedded font's letters are as wide as it says, spaces too, which leave no ink.
    Some(if run.face.is_none() { plain_width(&run.text, size) } else { reach })
}

/// All paths of a group, one behind the other, moved to the right by `start`: how far the text reaches.
fn collect(group: &Group, start: f64, path: &mut String) -> f64 {
    let mut reach = 0.0f64;
    for node in group.children() {
        match node {
            Node::Group(group) => reach = reach.max(collect(group, start, path)),
            Node::Text(text) => {
                reach = reach.max(f64::from(text.bounding_box().right()));
                reach = reach.max(collect(text.flattened(), start, path));
            }
            Node::Path(drawn) => {
                reach = reach.max(f64::from(drawn.abs_bounding_box().right()));
                let moved = drawn.abs_transform().post_translate(start as f32, 0.0);
                let Some(data) = drawn.data().clone().transform(moved) else { continue };
                for segment in data.segments() {
                    let (letter, points) = match segment {
                        PathSegment::MoveTo(a) => ('M', vec![a]),
                        PathSegment::LineTo(a) => ('L', vec![a]),
                        PathSegment::QuadTo(a, b) => ('Q', vec![a, b]),
                        PathSegment::CubicTo(a, b, c) => ('C', vec![a, b, c]),
                        PathSegment::Close => ('Z', vec![]),
                    };
                    path.push(letter);
                    for (index, point) in points.iter().enumerate() {
                        let gap = if index > 0 { " " } else { "" };
                        let _ = write!(path, "{gap}{:.1} {:.1}", point.x, point.y);
                    }
                }
            }
            Node::Image(_) => {}
        }
    }
    reach
}

// A test says what this machine lacks.
#[cfg(test)]
#[allow(clippy::disallowed_macros)]
mod tests {
    use super::*;

    fn none() -> &'static [Face] {
        &[]
    }

    fn without_fonts(text: &str) -> String {
        letters(text, &none).into_iter().map(|(run, _)| run.text).collect()
    }

    /// As on a machine that has no font but the embedded one.
    #[test]
    fn what_no_font_has_is_escaped_and_told_apart() {
        assert_eq!(without_fonts("彩票"), "U+5F69U+7968");
        assert_eq!(without_fonts("a\u{1F600}b"), "aU+1F600b");
        assert_eq!(without_fonts("e\u{301}"), "eU+0301");
        assert_eq!(without_fonts("plain é Ω"), "plain é Ω");
        // A joiner, a selector, an order of writing: each is seen.
        assert_eq!(without_fonts("a\u{200D}b\u{FE0F}c\u{202E}d"), "aU+200DbU+FE0FcU+202Ed");
        assert_eq!(without_fonts("bell\u{7}"), "bellU+0007");
    }

    /// Every shape comes from a font that has the character, whichever fonts this machine has.
    #[test]
    fn each_part_is_drawn_by_a_font_that_has_it() {
        let text = "彩票 валидатор שלום عربى देवनागरी ไทย 한국어 \u{1F600} e\u{301} \u{E000} \u{10FFFD}";
        let faces = system_faces();
        for (run, escaped) in letters(text, &system_faces) {
            for character in run.text.chars() {
                let drawn = run.face.map_or(covered(character), |face| faces[face].has(character));
                assert!(drawn, "{character:?} of {run:?}");
            }
            assert!(
                escaped.iter().all(|&c| !faces.iter().any(|face| face.has(c)) || hidden(c)),
                "{escaped:?}"
            );
        }
        let drawn = drawable(text);
        assert_eq!(drawable(&drawn), drawn, "escaping twice changes nothing");
        assert!(undrawable(["\u{10FFFD}\u{202E}"]).len() == 2 && undrawable(["plain"]).is_empty());
    }

    /// Two letters of a script look different, alone and beside Latin letters: a box looks like any other.
    #[test]
    fn no_letter_is_drawn_as_a_box() {
        let pairs = [
            ("彩", "票"),
            ("ж", "д"),
            ("ש", "ל"),
            ("ع", "ب"),
            ("क", "ग"),
            ("ก", "ข"),
            ("한", "국"),
            ("😀", "😃"),
        ];
        for (one, other) in pairs {
            if undrawable([one, other]).is_empty() {
                let [one, other] =
                    [one, other].map(|letter| outline(&format!("a {letter}"), 100.0).unwrap().path.clone());
                assert_ne!(one, other);
            } else {
                println!("not tested: no font of this machine has {one}");
            }
        }
    }

    /// A ligature from right to left beside letters of other fonts, at either end, and in the middle.
    #[test]
    fn ligatures_stand_beside_letters_of_other_fonts() {
        for text in ["لآ彩", "彩لآ", "a لاعب 票 b", "\u{1F600}لآء", "! لآءءء AA \u{9be}Ἐ", "שלום abc عرب 12 票"]
        {
            let outline = outline(text, 100.0).unwrap();
            assert!(outline.width > 50.0 && outline.path.starts_with('M'), "{text}");
        }
    }

    /// From left to right, as they are read: Latin letters and numbers among letters from right to left.
    #[test]
    fn parts_stand_in_the_order_in_which_they_are_read() {
        let runs = |parts: &[(Option<usize>, &str)]| -> Vec<String> {
            let runs = parts.iter().map(|&(face, text)| Run { face, text: text.to_owned() }).collect();
            in_visual_order(runs).into_iter().map(|run| run.text).collect()
        };
        assert_eq!(runs(&[(None, "ab"), (Some(1), "彩")]), ["ab", "彩"]);
        assert_eq!(runs(&[(None, "ab "), (Some(1), "של"), (Some(2), "عر")]), ["ab ", "عر", "של"]);
        assert_eq!(runs(&[(Some(1), "של"), (None, " ab")]), ["ab", " ", "של"]);
        // (al-awwal) behind a word: the bracket that opens stands to the right of what it encloses.
        let bracketed = runs(&[(Some(1), "عقدة"), (None, " ("), (Some(1), "الأول"), (None, ")")]);
        assert_eq!(bracketed, ["(", "الأول", ") ", "عقدة"]);
        assert_eq!(runs(&[]), Vec::<String>::new());
    }

    /// With the font's own copy of the system, where there is one, an outline is as wide as its text.
    #[test]
    fn an_outline_has_ink_and_a_width() {
        let Some(face) = system_faces().iter().find(|face| face.has('ж')) else {
            println!("not tested: no font of this machine has Cyrillic letters");
            return;
        };
        let drawn = |text: &str| outline(text, 100.0).unwrap();
        let (one, three) = (drawn("ж"), drawn("жжж"));
        assert!(face.has('ж') && one.path.starts_with('M'));
        assert!((30.0..120.0).contains(&one.width), "{}", one.width);
        assert!((three.width - 3.0 * one.width).abs() < 20.0, "{} {}", three.width, one.width);
        assert!(outline("plain", 100.0).is_none());
        assert!(outline("<ж>&]]>", 100.0).unwrap().width > 2.0 * one.width);
    }
}
