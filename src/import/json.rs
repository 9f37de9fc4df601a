//! JSON, read in place: values stay text until somebody asks for them, so no digit of a number is
//! lost, memory is that of the text, and every value knows where it stands.

use super::fault::{Fault, Lines};
use super::numerals::Spot;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A value in a JSON text.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    raw: &'a str,
    document: &'a str,
    origin: Spot,
}

/// Where a text begins that is a file by itself.
const START: Spot = Spot { line: 1, column: 1 };

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Truth,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

/// The members of an object, in order.
pub type Members<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

impl<'a> Node<'a> {
    /// A value by itself, which begins somewhere in a file.
    pub fn cut_out(raw: &'a RawValue, origin: Spot) -> Self {
        Node { raw: raw.get(), document: raw.get(), origin }
    }

    /// Hands every value of a text to `take`, one after another; they are separated by white space.
    ///
    /// # Errors
    /// Where it is no JSON, and the first that `take` returns.
    pub fn each_value(
        document: &'a str,
        mut take: impl FnMut(Node<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut stream = serde_json::Deserializer::from_str(document).into_iter::<&'a RawValue>();
        loop {
            match stream.next() {
                None => return Ok(()),
                Some(Ok(raw)) => take(Node { raw: raw.get(), document, origin: START })?,
                Some(Err(error)) => {
                    let text = error.to_string();
                    let reason = text.split(" at line ").next().unwrap_or_default();
                    let fault = Fault {
                        line: error.line().max(1) as u64,
                        column: error.column().max(1) as u64,
                        problem: format!("the text is no valid JSON: {reason}"),
                    };
                    return Err(fault);
                }
            }
        }
    }

    /// What kind of value it is.
    pub fn kind(self) -> Kind {
        match self.raw.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Truth,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// A text without its quotation marks, a number or a truth value as it is written, an empty text
    /// for `null`; a list or an object as it is written.
    ///
    /// # Errors
    /// If a text has an escape that stands for no character.
    pub fn scalar(self) -> Result<Cow<'a, str>, Fault> {
        match self.kind() {
            Kind::Text => match serde_json::from_str::<Text>(self.raw) {
                Ok(text) => Ok(text.0),
                Err(_) => self.fault("the text has an escape that stands for no character"),
            },
            Kind::Null => Ok(Cow::Borrowed("")),
            _ => Ok(Cow::Borrowed(self.raw)),
        }
    }

    /// The first members of an object, a thousand at most, so that memory does not follow how many
    /// there are; none of any other value. For all of them, see [`Node::each_member`].
    pub fn members(self) -> Members<'a> {
        let mut members = Vec::new();
        let _ = self.each_member(|key, node| {
            members.push((key, node));
            if members.len() < MOST_MEMBERS { Ok(()) } else { enough() }
        });
        members
    }

    /// The first member of an object.
    pub fn first_member(self) -> Option<Node<'a>> {
        let mut first = None;
        let _ = self.each_member(|_, node| {
            first = Some(node);
            enough()
        });
        first
    }

    /// The member of a name.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        let mut found = None;
        let _ = self.each_member(|key, node| {
            if key != name {
                return Ok(());
            }
            found = Some(node);
            enough()
        });
        found
    }

    /// The value at a path of names.
    pub fn at(self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The first item of a list.
    pub fn first(self) -> Option<Node<'a>> {
        let mut first = None;
        let _ = self.each_item(|node| {
            first = Some(node);
            enough()
        });
        first
    }

    /// The two items of a list of two.
    pub fn pair(self) -> Option<[Node<'a>; 2]> {
        let mut items = [self; 2];
        let mut count = 0;
        let _ = self.each_item(|node| {
            if let Some(item) = items.get_mut(count) {
                *item = node;
            }
            count += 1;
            if count <= 2 { Ok(()) } else { enough() }
        });
        (count == 2).then_some(items)
    }

    /// Hands every item of a list to `take`; none if it is no list.
    ///
    /// # Errors
    /// The first that `take` returns.
    pub fn each_item(self, take: impl FnMut(Node<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.kind() != Kind::List {
            return Ok(());
        }
        let mut walk = Walk { document: self.document, origin: self.origin, take, fault: None };
        let end = serde_json::Deserializer::from_str(self.raw).deserialize_seq(ItemsOf(&mut walk));
        self.ended(walk.fault, end)
    }

    /// Hands every member of an object to `take`; none if it is no object.
    ///
    /// # Errors
    /// The first that `take` returns.
    pub fn each_member(
        self,
        take: impl FnMut(Cow<'a, str>, Node<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.kind() != Kind::Object {
            return Ok(());
        }
        let mut walk = Walk { document: self.document, origin: self.origin, take, fault: None };
        let end = serde_json::Deserializer::from_str(self.raw).deserialize_map(MembersOf(&mut walk));
        self.ended(walk.fault, end)
    }

    fn ended(self, fault: Option<Fault>, end: serde_json::Result<()>) -> Result<(), Fault> {
        match (fault, end) {
            (Some(fault), _) => Err(fault),
            (None, Ok(())) => Ok(()),
            (None, Err(error)) => self.fault(format!("the text is no valid JSON: {error}")),
        }
    }

    /// What it is written as.
    pub fn text(self) -> &'a str {
        self.raw
    }

    /// The text that it stands in.
    pub fn document(self) -> &'a str {
        self.document
    }

    /// Where it stands.
    pub fn spot(self) -> Spot {
        let before = &self.document[..self.offset()];
        let beside = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
        match before.matches('\n').count() as u64 {
            0 => Spot { line: self.origin.line, column: self.origin.column + beside },
            lines => Spot { line: self.origin.line + lines, column: beside + 1 },
        }
    }

    /// Counts the lines of the text that it stands in.
    pub fn lines(self) -> Lines<'a> {
        Lines::after(self.document.as_bytes(), self.origin.line)
    }

    /// On which line it stands, if `lines` has not yet gone beyond.
    pub fn line(self, lines: &mut Lines) -> u64 {
        lines.number_at(self.offset())
    }

    /// Something is wrong with it.
    ///
    /// # Errors
    /// Always.
    pub fn fault<T>(self, problem: impl Into<String>) -> Result<T, Fault> {
        self.spot().fault(problem)
    }

    /// How many bytes of the document stand before it.
    fn offset(self) -> usize {
        self.raw.as_ptr() as usize - self.document.as_ptr() as usize
    }
}

/// So many members of an object are kept at once, at most.
const MOST_MEMBERS: usize = 1000;

/// Ends a walk that has found what it was for. Nobody is told, so it costs no search for a place.
pub fn enough() -> Result<(), Fault> {
    Err(Fault { line: 0, column: 0, problem: String::new() })
}

/// Who goes over the parts of a value, and the fault that made an end of it.
struct Walk<'a, F> {
    document: &'a str,
    origin: Spot,
    take: F,
    fault: Option<Fault>,
}

impl<'a, F> Walk<'a, F> {
    fn node(&self, raw: &'a RawValue) -> Node<'a> {
        Node { raw: raw.get(), document: self.document, origin: self.origin }
    }

    /// Keeps a fault, and ends the reading of the text.
    fn check<E: Error>(&mut self, end: Result<(), Fault>) -> Result<(), E> {
        end.map_err(|fault| {
            self.fault = Some(fault);
            E::custom("enough")
        })
    }
}

struct ItemsOf<'w, 'a, F>(&'w mut Walk<'a, F>);

impl<'a, F: FnMut(Node<'a>) -> Result<(), Fault>> Visitor<'a> for ItemsOf<'_, 'a, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        let Self(walk) = self;
        while let Some(raw) = list.next_element::<&'a RawValue>()? {
            let node = walk.node(raw);
            let end = (walk.take)(node);
            walk.check(end)?;
        }
        Ok(())
    }
}

struct MembersOf<'w, 'a, F>(&'w mut Walk<'a, F>);

impl<'a, F: FnMut(Cow<'a, str>, Node<'a>) -> Result<(), Fault>> Visitor<'a> for MembersOf<'_, 'a, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(walk) = self;
        while let Some((key, raw)) = map.next_entry::<Text<'a>, &'a RawValue>()? {
            let node = walk.node(raw);
            let end = (walk.take)(key.0, node);
            walk.check(end)?;
        }
        Ok(())
    }
}

/// A text, borrowed if it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsText;
        impl<'de> Visitor<'de> for AsText {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(AsText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(document: &str) -> Result<Vec<Node<'_>>, Fault> {
        let mut nodes = Vec::new();
        Node::each_value(document, |node| {
            nodes.push(node);
            Ok(())
        })?;
        Ok(nodes)
    }

    fn one(document: &str) -> Node<'_> {
        all(document).unwrap_or_else(|fault| panic!("{fault:?}"))[0]
    }

    fn items(node: Node<'_>) -> Vec<Node<'_>> {
        let mut items = Vec::new();
        let end = node.each_item(|item| {
            items.push(item);
            Ok(())
        });
        end.unwrap_or_else(|fault| panic!("{fault:?}"));
        items
    }

    #[test]
    fn numbers_keep_every_digit_and_values_know_their_places() {
        let node =
            one("{\n  \"a\": 123456789012345678901234567890,\n  \"é\": [1.50, \"x\\ty\", null, true]\n}");
        assert_eq!(node.get("a").unwrap().scalar().unwrap(), "123456789012345678901234567890");
        let items = items(node.get("é").unwrap());
        let texts: Vec<_> = items.iter().map(|item| item.scalar().unwrap()).collect();
        assert_eq!(texts, ["1.50", "x\ty", "", "true"]);
        assert_eq!(items[1].spot(), Spot { line: 3, column: 15 });
        assert_eq!(node.get("é").unwrap().first().unwrap().scalar().unwrap(), "1.50");
        assert!(node.get("b").is_none() && node.at(&["a", "b"]).is_none());
    }

    #[test]
    fn several_values_are_a_sequence_and_faults_have_places() {
        assert_eq!(all("{\"a\":1}\n{\"a\":2}\n").unwrap().len(), 2);
        assert_eq!(all("").unwrap().len(), 0);
        let fault = all("[1,\n 2,,]").err().unwrap();
        assert_eq!((fault.line, fault.column), (2, 4));
        assert!(fault.problem.starts_with("the text is no valid JSON: "), "{}", fault.problem);
        assert!(one("\"\\ud800\"").scalar().is_err(), "half a character");
        // As deep as a text can be, without a stack to match.
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(items(one(&deep)).len(), 1);
    }
}
