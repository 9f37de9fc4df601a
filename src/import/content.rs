//! What a file holds, before its format is known.

use super::fault::Fault;
use super::json::{Kind, Members, Node};

/// What a file holds.
pub enum Content<'a> {
    /// Text that is no JSON.
    Text(&'a str),
    /// JSON.
    Json(Json<'a>),
}

/// A JSON text.
pub struct Json<'a> {
    /// Its first value.
    pub first: Node<'a>,
    /// How many values it has: one, or one on each line.
    pub count: u64,
    /// The first members of the first value if that is an object; of its `result` if it is the
    /// answer to a remote call.
    pub body: Members<'a>,
}

impl<'a> Content<'a> {
    /// Tells JSON from other text by its first character.
    ///
    /// # Errors
    /// If what begins as JSON is none.
    pub fn of(text: &'a str) -> Result<Self, Fault> {
        if Content::looks_like_json(text) { Content::json(text) } else { Ok(Content::Text(text)) }
    }

    /// Whether a text begins as JSON does.
    pub fn looks_like_json(text: &str) -> bool {
        matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['))
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// If it is none.
    pub fn json(text: &'a str) -> Result<Self, Fault> {
        let (mut first, mut count) = (None, 0);
        Node::each_value(text, |node| {
            first.get_or_insert(node);
            count += 1;
            Ok(())
        })?;
        let Some(first) = first else { return Fault::whole("the file is empty") };
        let mut body = first.members();
        for name in ["result", "Result"] {
            let inner = body.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
            if let Some(node) = inner.filter(|node| node.kind() == Kind::Object) {
                body = node.members();
            }
        }
        if let Some((_, error)) = body.iter().find(|(key, _)| key == "error")
            && error.kind() == Kind::Object
        {
            let said = error.get("message").and_then(|node| node.scalar().ok()).unwrap_or_default();
            return error.fault(format!("the file is the error message of a node, and no table: {said}"));
        }
        Ok(Content::Json(Json { first, count, body }))
    }

    /// The text, if it is no JSON.
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Content::Text(text) => Some(text),
            Content::Json(_) => None,
        }
    }

    /// A member of the JSON object, or of its `result`.
    pub fn get(&self, name: &str) -> Option<Node<'a>> {
        match self {
            Content::Text(_) => None,
            Content::Json(json) => json.body.iter().find(|(key, _)| key == name).map(|&(_, node)| node),
        }
    }

    /// The first item of a list of objects that is a member of the JSON object.
    pub fn first_of(&self, name: &str) -> Option<Node<'a>> {
        self.get(name)?.first().filter(|node| node.kind() == Kind::Object)
    }

    /// Whether the items of a member list are objects, the first of which has certain members.
    pub fn lists(&self, name: &str, members: &[&str]) -> bool {
        self.first_of(name).is_some_and(|first| {
            let found = first.members();
            members.iter().all(|name| found.iter().any(|(key, _)| key == name))
        })
    }

    /// What it looks like, in words.
    pub fn describe(&self) -> String {
        match self {
            Content::Text(_) => "text".to_owned(),
            Content::Json(json) if json.body.is_empty() => "JSON".to_owned(),
            Content::Json(json) => {
                let keys: Vec<String> = json.body.iter().take(6).map(|(key, _)| format!("`{key}`")).collect();
                format!("a JSON object with {}", keys.join(", "))
            }
        }
    }
}
