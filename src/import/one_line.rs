//! Titles and names are one line each, also where a file breaks them.

use std::borrow::Cow;

/// A text with a space in place of each line break and the white space around it.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let parts: Vec<&str> = text.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect();
    Cow::Owned(parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_one_space() {
        assert_eq!(one_line("Voting \r\n\r\nPower\n"), "Voting Power");
        assert!(matches!(one_line(" plain "), Cow::Borrowed(" plain ")));
    }
}
