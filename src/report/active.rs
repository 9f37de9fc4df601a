//! Characters from outside that must not reach a screen or a page as they are.

/// Whether a terminal or a browser would act on this character, show it in another place than where it
/// stands, or not at all.
pub fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Marks, embeddings, overrides and isolates of direction; separators of lines.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // What nobody sees: a byte order mark, annotations, tags.
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text in which nothing turns the direction of what follows and nothing is invisible.
#[cfg(feature = "figures")]
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if is_active(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
