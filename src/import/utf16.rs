//! Text in UTF-16, as spreadsheets and shells of Windows write it.

use super::fault::Fault;

/// How a text is encoded in units of two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utf16 {
    /// Whether the lower byte of a unit comes first.
    is_little: bool,
    /// Whether a byte order mark says so; otherwise it was told by the zero bytes of ASCII characters.
    pub is_marked: bool,
}

impl Utf16 {
    /// The encoding of a text in UTF-16 that begins with these bytes; nothing if it is another one. Without
    /// a byte order mark it is known by its ASCII characters: at least half of the first hundreds have a
    /// zero byte, all on the same side. No table in UTF-8 has any.
    pub fn of(begin: &[u8]) -> Option<Utf16> {
        match begin {
            [0xff, 0xfe, ..] => return Some(Utf16 { is_little: true, is_marked: true }),
            [0xfe, 0xff, ..] => return Some(Utf16 { is_little: false, is_marked: true }),
            _ => {}
        }
        let pairs = || begin.chunks_exact(2).take(512).map(|pair| [pair[0], pair[1]]);
        let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let little = pairs().filter(|&[low, high]| high == 0 && is_ascii(low)).count();
        let big = pairs().filter(|&[high, low]| high == 0 && is_ascii(low)).count();
        let most = little.max(big);
        let is_clear = most >= 2 && 2 * most >= pairs().count() && most > 8 * little.min(big);
        let is_wider = pairs().any(|pair| pair == [0, 0]);
        (is_clear && !is_wider).then_some(Utf16 { is_little: little > big, is_marked: false })
    }

    /// The text.
    ///
    /// # Errors
    /// If some bytes are no character.
    pub fn decode(self, bytes: &[u8]) -> Result<String, Fault> {
        let units = bytes.chunks_exact(2).map(|pair| match self.is_little {
            true => u16::from_le_bytes([pair[0], pair[1]]),
            false => u16::from_be_bytes([pair[0], pair[1]]),
        });
        match char::decode_utf16(units).collect() {
            Ok(text) if bytes.len().is_multiple_of(2) => Ok(text),
            _ => Fault::whole("the text begins as UTF-16, and is none; save the table as UTF-8"),
        }
    }

    /// What to say of a text without a byte order mark.
    pub fn describe(self) -> String {
        let order = if self.is_little { "lower byte first" } else { "higher byte first" };
        format!("the text is read as UTF-16, {order}, as its zero bytes show; it has no byte order mark")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, is_little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn either_order_is_known_with_a_mark_and_without() {
        for text in ["name,stake\nZo\u{eb},5\n", "[{}]", "name;stake\n\u{540d}\u{524d}\u{4e00};5\n"] {
            for is_little in [true, false] {
                for is_marked in [true, false] {
                    let mark = if is_marked { "\u{feff}" } else { "" };
                    let bytes = encoded(&format!("{mark}{text}"), is_little);
                    let encoding = Utf16::of(&bytes).expect(text);
                    assert_eq!(encoding, Utf16 { is_little, is_marked }, "{text:?}");
                    assert_eq!(encoding.decode(&bytes).expect(text).trim_start_matches('\u{feff}'), text);
                }
            }
        }
    }

    #[test]
    fn other_bytes_are_not_taken_for_it() {
        let wide: Vec<u8> = "name,stake".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for bytes in [&b"name,stake\nann,5\n"[..], b"", b"a\0", b"\0\0\0\0", b"ab\0defgh", &wide[..]] {
            assert_eq!(Utf16::of(bytes), None, "{bytes:?}");
        }
        let half = Utf16 { is_little: true, is_marked: false };
        assert!(half.decode(&[0x61, 0, 0, 0xd8]).is_err() && half.decode(b"a\0b").is_err());
    }
}
