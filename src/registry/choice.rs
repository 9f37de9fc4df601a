//! How a scenario names a member of a family: `"raffle"` or `{ kind = "coin-age", ... }`.

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A name with the settings that stand beside it, not yet looked up in its family.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The name of the member.
    pub kind: String,
    /// Its settings, without the `kind` key.
    pub settings: toml::Table,
}

impl Choice {
    /// The choice of a member with all its defaults.
    pub fn plain(kind: &str) -> Self {
        Choice { kind: kind.to_owned(), settings: toml::Table::new() }
    }
}

/// A choice that was found in its family. A clone is the same thing, not another one.
pub struct Chosen<T: ?Sized> {
    /// The member's name.
    pub name: &'static str,
    /// The thing itself.
    pub thing: Arc<T>,
    /// Its settings with every default filled in.
    pub settings: toml::Table,
}

impl<T: ?Sized> Clone for Chosen<T> {
    fn clone(&self) -> Self {
        Chosen { name: self.name, thing: Arc::clone(&self.thing), settings: self.settings.clone() }
    }
}

impl<T: ?Sized> Chosen<T> {
    /// The choice that would give this thing again, with every default spelled out.
    pub fn resolved(&self) -> Choice {
        Choice { kind: self.name.to_owned(), settings: self.settings.clone() }
    }
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.settings.is_empty() {
            return serializer.serialize_str(&self.kind);
        }
        let mut map = serializer.serialize_map(Some(self.settings.len() + 1))?;
        map.serialize_entry("kind", &self.kind)?;
        for (key, value) in &self.settings {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ChoiceVisitor;

        impl<'de> Visitor<'de> for ChoiceVisitor {
            type Value = Choice;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a name, or a table with the key `kind`")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Choice, E> {
                Ok(Choice::plain(name))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Choice, A::Error> {
                let mut kind = None;
                let mut settings = toml::Table::new();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "kind" {
                        kind = Some(map.next_value::<String>()?);
                    } else {
                        settings.insert(key, map.next_value()?);
                    }
                }
                let kind = kind.ok_or_else(|| de::Error::missing_field("kind"))?;
                Ok(Choice { kind, settings })
            }
        }

        deserializer.deserialize_any(ChoiceVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Serialize)]
    struct Holder {
        rule: Choice,
    }

    #[test]
    fn short_and_long_forms_are_read() {
        let short: Holder = toml::from_str("rule = 'raffle'").unwrap();
        assert_eq!(short.rule, Choice::plain("raffle"));
        let long: Holder = toml::from_str("rule = { kind = 'top', n = 3 }").unwrap();
        assert_eq!(long.rule.kind, "top");
        assert_eq!(long.rule.settings["n"].as_integer(), Some(3));
        assert!(toml::from_str::<Holder>("rule = { n = 3 }").is_err());
        assert!(toml::from_str::<Holder>("rule = 3").is_err());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let long: Holder = toml::from_str("rule = { kind = 'top', n = 3 }").unwrap();
        let text = toml::to_string(&long).unwrap();
        let again: Holder = toml::from_str(&text).unwrap();
        assert_eq!(again.rule, long.rule);
    }
}
