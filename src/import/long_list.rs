//! A long list of JSON, read item by item: of a file of any length, one item is in memory.

use super::fault::{Fault, Lines};
use super::json::{Node, enough};
use super::numerals::Spot;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::de::IoRead;
use serde_json::value::RawValue;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

/// Takes an item, and counts lines in it.
type Take<'t> = &'t mut dyn FnMut(Node, &mut Lines) -> Result<(), Fault>;

/// Whether a text that may be cut off begins as a list, or an object with a list `name`, the first item of
/// which is a row.
pub fn begins_with(text: &str, name: &str, is_row: fn(Node) -> bool) -> bool {
    let mut found = false;
    let _ = each_item(&mut text.as_bytes(), name, ValuesInText::Several, &mut |node, _| {
        found = is_row(node);
        enough()
    });
    found
}

/// How many values a text may have, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuesInText {
    /// One.
    One,
    /// One, or several.
    Several,
}

/// Hands every item to `take`: of the list that each value of the input is, or of its member `name`.
///
/// # Errors
/// Where the input is no such JSON, and the first that `take` returns.
pub fn each_item(input: &mut dyn BufRead, name: &str, values: ValuesInText, take: Take) -> Result<(), Fault> {
    each_value(input, values, take, |json, walk| json.deserialize_any(Document { walk, name }))
}

/// Hands on every value of an input, one after another.
///
/// # Errors
/// As [`each_item`].
pub fn each_value_alone(input: &mut dyn BufRead, take: Take) -> Result<(), Fault> {
    each_value(input, ValuesInText::Several, take, |json, walk| {
        let raw = Box::<RawValue>::deserialize(json)?;
        walk.item(&raw)
    })
}

/// Reads values one after another, each by `read`.
fn each_value(
    input: &mut dyn BufRead,
    values: ValuesInText,
    take: Take,
    read: impl Fn(&mut Json, &mut Walk) -> serde_json::Result<()>,
) -> Result<(), Fault> {
    let start = Spot { line: 1, column: 1 };
    let reached = Cell::new([start; 2]);
    let counted = Counted { input: BufReader::with_capacity(1 << 16, input), reached: &reached };
    let mut json = serde_json::Deserializer::from_reader(counted);
    let mut walk = Walk { take, reached: &reached, fault: None };
    loop {
        if let Err(error) = read(&mut json, &mut walk) {
            return Err(walk.fault.unwrap_or_else(|| fault(&error)));
        }
        if json.end().is_ok() {
            return Ok(());
        }
        if values == ValuesInText::One {
            let [_, end] = reached.get();
            return end.fault(
                "the file holds several values of JSON, one after another, but this format is one; give them one by one",
            );
        }
    }
}

type Json<'j, 'b> = serde_json::Deserializer<IoRead<Counted<'j, BufReader<&'j mut (dyn BufRead + 'b)>>>>;

fn fault(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    let problem = match error.is_io() {
        true => format!("the input cannot be read: {reason}"),
        false => format!("the text is no valid JSON: {reason}"),
    };
    Fault { line: error.line().max(1) as u64, column: error.column().max(1) as u64, problem }
}

/// An input that is read byte by byte and says how far: before the last byte, and after it.
struct Counted<'c, R> {
    input: R,
    reached: &'c Cell<[Spot; 2]>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        for byte in &into[..read] {
            let [_, end] = self.reached.get();
            let after = match byte {
                b'\n' => Spot { line: end.line + 1, column: 1 },
                // The later bytes of a character are no columns.
                0x80..=0xbf => end,
                _ => Spot { column: end.column + 1, ..end },
            };
            self.reached.set([end, after]);
        }
        Ok(read)
    }
}

struct Walk<'w> {
    take: Take<'w>,
    /// How far the input has been read.
    reached: &'w Cell<[Spot; 2]>,
    fault: Option<Fault>,
}

impl Walk<'_> {
    fn item<E: Error>(&mut self, raw: &RawValue) -> Result<(), E> {
        // The item has just been read to its end; beyond a number, one byte more.
        let [before, after] = self.reached.get();
        let is_number = raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let end = if is_number { before } else { after };
        let origin = match raw.get().matches('\n').count() as u64 {
            0 => Spot { column: end.column.saturating_sub(raw.get().chars().count() as u64).max(1), ..end },
            lines => Spot { line: end.line - lines, column: 1 },
        };
        let node = Node::cut_out(raw, origin);
        (self.take)(node, &mut node.lines()).map_err(|fault| {
            self.fault = Some(fault);
            E::custom("enough")
        })
    }
}

/// A value that is a list, or an object with one.
struct Document<'d, 'w> {
    walk: &'d mut Walk<'w>,
    name: &'d str,
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "a list, or an object with a list `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key != self.name {
                map.next_value::<IgnoredAny>()?;
            } else if std::mem::replace(&mut found, true) {
                return Err(A::Error::custom(format!("the list `{key}` stands here for the second time")));
            } else {
                map.next_value_seed(Items(&mut *self.walk))?;
            }
        }
        match found {
            true => Ok(()),
            false => Err(A::Error::custom(format!("a value has no list `{}`", self.name))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        Items(self.walk).visit_seq(list)
    }
}

/// The items of a list.
struct Items<'d, 'w>(&'d mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element::<Box<RawValue>>()? {
            self.0.item(&raw)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every item, and where its member `a` stands.
    fn items(text: &str) -> Result<Vec<(String, Spot, u64)>, Fault> {
        let mut items = Vec::new();
        each_item(&mut text.as_bytes(), "rows", ValuesInText::Several, &mut |node, lines| {
            let inner = node.get("a").unwrap_or(node);
            items.push((inner.scalar()?.into_owned(), inner.spot(), inner.line(lines)));
            Ok(())
        })?;
        Ok(items)
    }

    /// Held against reading the whole text.
    #[test]
    fn items_stand_where_they_stand_in_the_whole_text() {
        for text in [
            r#"{"before": [1, {"rows": []}], "rows": [{"a": 1}, {"b": "\u00e9é", "a": 22}, 3], "after": null}"#,
            "[\n {\n  \"a\": 1},\n {\"é\": 0,\n\n  \"a\": 2 }\n]\n",
            "{\"rows\": [{\"a\": 1}]}\n\n{\"rows\": [\n{\"a\": 2}]} [{\"a\": 3}]",
            "{\"rows\": []}",
        ] {
            let mut whole = Vec::new();
            let end = Node::each_value(text, |value| {
                let list = value.get("rows").unwrap_or(value);
                list.each_item(|node| {
                    let inner = node.get("a").unwrap_or(node);
                    whole.push((inner.scalar()?.into_owned(), inner.spot(), inner.spot().line));
                    Ok(())
                })
            });
            end.unwrap_or_else(|fault| panic!("{fault:?}"));
            assert_eq!(items(text), Ok(whole), "{text}");
        }
    }

    #[test]
    fn what_is_no_such_list_is_refused_with_its_place() {
        for (text, place, says) in [
            ("{\"rows\": [1,\n2", (2, 1), "EOF"),
            ("{\"rows\": [1]", (1, 12), "EOF"),
            ("[1]\n]", (2, 1), "expected value"),
            ("{\"other\": [1]}", (1, 14), "no list `rows`"),
            ("{\"rows\": [1], \"rows\": [2]}", (1, 20), "second time"),
            ("{\"rows\": {}}", (1, 10), "expected a list"),
        ] {
            let fault = items(text).unwrap_err();
            assert_eq!(fault.line, place.0, "{text}: {fault:?}");
            assert!(fault.column.abs_diff(place.1) <= 2, "{text}: {fault:?}");
            assert!(fault.problem.contains(says), "{text}: {fault:?}");
        }
        let mut calls = 0;
        let end = each_item(&mut &b"[1, 2, 3]"[..], "rows", ValuesInText::One, &mut |node, _| {
            calls += 1;
            if calls == 2 { node.fault("no") } else { Ok(()) }
        });
        assert_eq!((end.unwrap_err(), calls), (Fault { line: 1, column: 5, problem: "no".to_owned() }, 2));
    }

    #[test]
    fn values_stand_where_they_stand_in_the_whole_text() {
        let text = " {\"a\": 1}\n\n{\"é\": 0,\n \"a\": 22} {\"a\": 3}\n7\n";
        let mut whole = Vec::new();
        let end = Node::each_value(text, |node| {
            whole.push((node.scalar()?.into_owned(), node.get("a").unwrap_or(node).spot()));
            Ok(())
        });
        let mut alone = Vec::new();
        let streamed = each_value_alone(&mut text.as_bytes(), &mut |node, _| {
            alone.push((node.scalar()?.into_owned(), node.get("a").unwrap_or(node).spot()));
            Ok(())
        });
        assert_eq!((end, streamed), (Ok(()), Ok(())));
        assert_eq!(alone, whole);
        let cut = each_value_alone(&mut &b"{\"a\": 1}\n{\"a\""[..], &mut |_, _| Ok(())).unwrap_err();
        assert_eq!(cut.line, 2, "{cut:?}");
        let two =
            each_item(&mut &b"[1]\n[2]"[..], "rows", ValuesInText::One, &mut |_, _| Ok(())).unwrap_err();
        assert!(two.line == 2 && two.problem.contains("several values"), "{two:?}");
    }

    /// Memory is that of an item: an endless list is read until somebody has enough.
    #[test]
    fn a_list_may_have_any_length() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                for byte in &mut *into {
                    *byte = b"[1,"[if self.0 == 0 { 0 } else { 2 - (self.0 % 2) as usize }];
                    self.0 += 1;
                }
                Ok(into.len())
            }
        }
        let mut count = 0u64;
        let end = each_item(&mut BufReader::new(Endless(0)), "rows", ValuesInText::One, &mut |_, _| {
            count += 1;
            if count == 1_000_000 { enough() } else { Ok(()) }
        });
        assert!(end.is_err() && count == 1_000_000);
    }

    #[test]
    fn the_beginning_of_a_text_tells() {
        let is_row = |node: Node| node.get("a").is_some();
        for (text, is_list) in [
            ("{\"x\": 1, \"rows\": [{\"a\": 1}, {\"a", true),
            ("[{\"a\": 1},", true),
            ("{\"rows\": [{\"b\": 1}, {\"a\": 1}]}", false),
            ("{\"rows\": [{\"a\": ", false),
            ("{\"a\": 1}", false),
        ] {
            assert_eq!(begins_with(text, "rows", is_row), is_list, "{text}");
        }
    }
}
