//! Words of a figure in place of its own.

/// Titles of axes, and words in another language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// The title of the horizontal axis.
    pub x: Option<String>,
    /// The title of the vertical axis.
    pub y: Option<String>,
    /// What a figure says, and what is said instead; whole words only.
    pub words: Vec<(String, String)>,
}

impl Vocabulary {
    /// The text with every word or phrase replaced that has another; of several that begin at one place, the
    /// longest. What was put in is not looked at again.
    pub fn said(&self, text: &str) -> String {
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let inside = said_ends_in_word(text, rest);
            let fits = |(words, _): &&(String, String)| {
                let follows = rest.strip_prefix(words.as_str());
                !inside
                    && !words.is_empty()
                    && follows.is_some_and(|next| !next.starts_with(char::is_alphanumeric))
            };
            match self.words.iter().filter(fits).max_by_key(|(words, _)| words.len()) {
                Some((words, instead)) => {
                    said.push_str(instead);
                    rest = &rest[words.len()..];
                }
                None => {
                    said.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        said
    }
}

/// Whether the place at which the rest of a text begins lies within a word.
fn said_ends_in_word(text: &str, rest: &str) -> bool {
    let before = &text[..text.len() - rest.len()];
    before.ends_with(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_replaced_the_longest_first_and_once() {
        let pairs = [
            ("win", "Gewinn"),
            ("win share", "Anteil"),
            ("Anteil", "zweimal"),
            ("", "leer"),
            ("share", "Teil"),
        ];
        let words = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        let vocabulary = Vocabulary { words, ..Vocabulary::default() };
        assert_eq!(vocabulary.said("win share (%) of a winner, win"), "Anteil (%) of a winner, Gewinn");
        assert_eq!(vocabulary.said("shared share, 彩票"), "shared Teil, 彩票");
        assert_eq!(Vocabulary::default().said("as it is"), "as it is");
    }
}
