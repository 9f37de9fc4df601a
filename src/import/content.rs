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

impl<'a> Json<'a> {
    /// The list of rows of the first value, if there is one.
    fn list(&self, name: &str) -> Option<Node<'a>> {
        list_of(self.first, &self.body, name)
    }
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
        let body = body(first);
        if let Some(message) = error_message(&body) {
            let said = message.scalar().unwrap_or_default();
            return message.fault(format!("the file is the error message of a node, and no table: {said}"));
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

    /// Hands on the rows of every value of the text: those of its member list `name`, or of its `result`
    /// if that is a list; of the list that it is; or itself, if it is an object and `of_its_own` says
    /// that it is a row.
    ///
    /// # Errors
    /// The first that `take` returns.
    pub fn each_row(
        &self,
        name: &str,
        of_its_own: &dyn Fn(Node<'a>) -> bool,
        take: &mut dyn FnMut(Node<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Content::Json(json) = self else { return Ok(()) };
        let mut rows = |value: Node<'a>, list: Option<Node<'a>>| match list {
            Some(list) => list.each_item(&mut *take),
            None if of_its_own(value) => take(value),
            None => value.fault(format!("the value has no list `{name}`, which this format has")),
        };
        if json.count == 1 {
            return rows(json.first, json.list(name));
        }
        Node::each_value(json.first.document(), |value| rows(value, list_of(value, &body(value), name)))
    }

    /// The first of these rows, if it is an object.
    pub fn first_row(&self, name: &str) -> Option<Node<'a>> {
        let Content::Json(json) = self else { return None };
        let first = match json.list(name) {
            Some(list) => list.first()?,
            None => json.first,
        };
        (first.kind() == Kind::Object).then_some(first)
    }

    /// Where the rows of the first value stand.
    pub fn place(&self, name: &str) -> Option<Node<'a>> {
        let Content::Json(json) = self else { return None };
        json.list(name).or(Some(json.first))
    }

    /// Whether the text is one object that is a row by itself.
    pub fn is_single_row(&self, name: &str) -> bool {
        let Content::Json(json) = self else { return false };
        json.count == 1 && json.first.kind() == Kind::Object && json.list(name).is_none()
    }

    /// How many values of JSON it has.
    pub fn count(&self) -> u64 {
        match self {
            Content::Text(_) => 0,
            Content::Json(json) => json.count,
        }
    }

    /// Hands on every value of the text with its first members: its own, and those of its `result`.
    ///
    /// # Errors
    /// The first that `take` returns.
    pub fn each_answer(
        &self,
        take: &mut dyn FnMut(Node<'a>, &Members<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Content::Json(json) = self else { return Ok(()) };
        Node::each_value(json.first.document(), |value| {
            let mut members = value.members();
            if let Some(inner) = result_in(&members) {
                members.extend(inner.members());
            }
            take(value, &members)
        })
    }

    /// The list that it is, if it is one alone.
    pub fn list(&self) -> Option<Node<'a>> {
        match self {
            Content::Json(json) if json.count == 1 => Some(json.first).filter(|it| it.kind() == Kind::List),
            _ => None,
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

/// The message of an answer that tells an error: of a remote call, of a gateway (a code and a message), or of a
/// tool.
fn error_message<'a>(body: &Members<'a>) -> Option<Node<'a>> {
    let get = |name: &str| body.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
    if let Some(error) = get("error").filter(|node| node.kind() == Kind::Object) {
        return error.get("message").or(Some(error));
    }
    let is_filled = |node: &Node| node.kind() == Kind::Object || node.first().is_some();
    if body.iter().any(|(_, node)| is_filled(node)) {
        return None;
    }
    let is_text = |node: &Node| node.kind() == Kind::Text;
    let coded = ["code", "statusCode"].iter().any(|name| get(name).is_some());
    get("errorMessage").or_else(|| get("message").filter(|_| coded)).filter(is_text)
}

/// The first members of an object, or of its `result` if it is the answer to a remote call.
fn body(value: Node<'_>) -> Members<'_> {
    let members = value.members();
    result_in(&members).map_or(members, Node::members)
}

/// The object `result` among the members of the answer to a remote call.
fn result_in<'a>(members: &Members<'a>) -> Option<Node<'a>> {
    let is_result =
        |name: &str, node: Node| ["result", "Result"].contains(&name) && node.kind() == Kind::Object;
    members.iter().find(|(key, node)| is_result(key, *node)).map(|&(_, node)| node)
}

/// The list of rows of a value: its member of a name, its `result`, or itself.
fn list_of<'a>(value: Node<'a>, members: &Members<'a>, name: &str) -> Option<Node<'a>> {
    if value.kind() == Kind::List {
        return Some(value);
    }
    let is_list = |wanted: &str| {
        let found = members.iter().find(|(key, node)| key == wanted && node.kind() == Kind::List);
        found.map(|&(_, node)| node)
    };
    is_list(name).or_else(|| is_list("result"))
}
