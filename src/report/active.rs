//! Characters from outside that must not reach a screen or a page as they are.

/// Whether a terminal or a browser would act on this character, show it in another place than where it
/// stands, or not at all.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Marks, embeddings, overrides and isolates of direction; separators of lines.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // What nobody sees: soft hyphens, fillers, spaces and operators without width, a byte order
            // mark, annotations, tags. For joiners see below.
            | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{ffa0}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character joins, parts or varies others as no Latin letter is, so that nobody sees it there.
/// Other scripts and emoji need such characters.
fn is_idle(before: Option<char>, c: char) -> bool {
    let is_latin = |c: &char| *c < '\u{250}';
    match c {
        '\u{200c}' | '\u{200d}' => before.is_none_or(|before| is_latin(&before)),
        '\u{fe00}'..='\u{fe0f}' => before.is_none_or(|before| is_latin(&before) && before.is_alphabetic()),
        _ => false,
    }
}

/// Every character of a text, and whether a terminal or a browser would act on it, show it in another
/// place than where it stands, or not at all.
pub fn activity(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut before = None;
    text.chars().map(move |c| {
        let before = before.replace(c);
        (c, is_active(c) || is_idle(before, c))
    })
}

/// Text in which nothing turns the direction of what follows and nothing is invisible.
#[cfg(feature = "figures")]
pub(super) fn visible(text: &str) -> String {
    activity(text)
        .map(|(c, is_active)| if is_active { c.escape_unicode().to_string() } else { c.to_string() })
        .collect()
}
