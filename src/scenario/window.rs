//! The length of short windows.

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The length of short windows, in rounds; 0 for none, which may also be written `"off"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub u64);

impl Window {
    /// The longest possible window: wins in it are counted one by one.
    pub const MOST: u64 = 100_000;
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WindowVisitor;

        impl Visitor<'_> for WindowVisitor {
            type Value = Window;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                write!(formatter, "a whole number of rounds from 1 to {}, or \"off\"", Window::MOST)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Window, E> {
                u64::try_from(number)
                    .ok()
                    .filter(|number| *number <= Window::MOST)
                    .map(Window)
                    .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Window, E> {
                match text {
                    "off" => Ok(Window(0)),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(WindowVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Result<u64, String> {
        let read = text.parse::<toml::Value>().map_err(|error| error.to_string())?;
        read.try_into::<Window>().map(|window| window.0).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn rounds_or_off() {
        assert_eq!(["32", "1", "100000", "0", "'off'"].map(window), [32, 1, 100_000, 0, 0].map(Ok));
        for wrong in ["-1", "100001", "1.5", "'of'", "true", "[1]"] {
            let error = window(wrong).unwrap_err();
            assert!(error.ends_with("a whole number of rounds from 1 to 100000, or \"off\""), "{error}");
        }
    }
}
