//! JSON that is a table: a list of objects, an object on each line, or an object with a list of
//! objects in it; also pairs of a name and a stake.

use super::super::column::Column;
use super::super::content::{Content, Json};
use super::super::fault::{Fault, Lines, shown};
use super::super::intake::{Intake, TableHeader};
use super::super::json::{Kind, Members, Node};
use super::super::long_list::{ValuesInText, each_item, each_value_alone};
use super::super::numerals::Spot;
use super::page::AnswerPages;
use super::record::Record;
use super::{Format, Reading};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::BufRead;

/// See the module.
pub const FORMAT: Format = Format {
    name: "json",
    summary: "a list of objects, an object on each line, an object with such a list in it, or names with stakes",
    source: "RFC 8259",
    recognise: |content| matches!(content, Content::Json(_)),
    read: Reading::values(read).with_rows(read_rows),
};

/// Objects inside of objects are followed so deep.
const DEEPEST: usize = 3;

/// The most titles that a table of objects may have.
const MOST_TITLES: usize = 1000;

fn read(content: &Content, intake: &mut Intake) -> Result<(), Fault> {
    let Content::Json(json) = content else { return Fault::whole("the file is no JSON") };
    if json.count > 1 {
        let text = json.first.document();
        return objects(intake, &mut |take| Node::each_value(text, take), json.first);
    }
    let List { node: list, others, around } = list_in(json)?;
    if let [_, ..] = others.as_slice() {
        intake.note(format!("read `{}`, and passed over {}", others[0], others[1..].join(", ")));
    }
    match list.kind() {
        Kind::List => match list.first().map(|first| first.kind()) {
            Some(Kind::List) => pairs(intake, list),
            Some(Kind::Object) => objects(intake, &mut |take| list.each_item(take), list),
            Some(_) => {
                list.fault("the list has neither objects nor pairs in it, so nothing says what its items are")
            }
            None => list.fault("the list is empty"),
        },
        _ => named(intake, list),
    }?;
    // A page of blocks is a history like any other.
    let is_history = intake.is_history();
    for members in around.iter().filter(|_| !is_history) {
        let rows = intake.rows();
        if let Some(why) = AnswerPages::around(members, rows, &|total| intake.is_sum(total)).why(rows)? {
            intake.part(why, "ask for all, and put the rows of all pages into one list", None);
        }
    }
    Ok(())
}

/// The rows of a JSON text.
struct List<'a> {
    /// The list of them, or the object whose members they are.
    node: Node<'a>,
    /// The name of the list and those of other lists, if there are any.
    others: Vec<String>,
    /// The members of the objects in which it stands.
    around: Vec<Members<'a>>,
}

/// Finds the rows of a JSON text.
fn list_in<'a>(json: &Json<'a>) -> Result<List<'a>, Fault> {
    let root = json.first;
    let mut around = Vec::new();
    if root.kind() == Kind::List {
        return Ok(List { node: root, others: Vec::new(), around });
    }
    if ["result", "Result"].iter().any(|name| root.get(name).is_some_and(|node| node.kind() == Kind::Object))
    {
        around.push(root.members());
    }
    let mut members = json.body.clone();
    let mut object = root;
    for _ in 0..DEEPEST {
        let is_rows = |node: &Node| {
            node.kind() == Kind::List
                && node.first().is_none_or(|first| matches!(first.kind(), Kind::Object | Kind::List))
        };
        let lists: Vec<&(Cow<str>, Node)> = members.iter().filter(|(_, node)| is_rows(node)).collect();
        match lists.as_slice() {
            [(_, node)] => {
                let node = *node;
                around.push(members);
                return Ok(List { node, others: Vec::new(), around });
            }
            [] => {}
            several => {
                let filled: Vec<_> = several.iter().filter(|(_, node)| node.first().is_some()).collect();
                let names: Vec<String> = several.iter().map(|(key, _)| format!("`{key}`")).collect();
                if let [(key, node)] = filled.as_slice() {
                    let mut others = vec![key.to_string()];
                    others.extend(names.into_iter().filter(|name| *name != format!("`{key}`")));
                    let node = *node;
                    around.push(members);
                    return Ok(List { node, others, around });
                }
                return several[0].1.fault(format!(
                    "several lists may be the table: {}; cut the right one out, for example with jq",
                    names.join(", ")
                ));
            }
        }
        let inner = ["result", "data", "value", "validators"].iter().find_map(|name| {
            let found = members.iter().find(|(key, node)| key == name && node.kind() == Kind::Object);
            found.map(|&(_, node)| node)
        });
        match inner {
            Some(node) => {
                around.push(std::mem::replace(&mut members, node.members()));
                object = node;
            }
            None => break,
        }
    }
    Ok(List { node: object, others: Vec::new(), around })
}

type Rows<'r, 'a> = &'r mut dyn FnMut(&mut dyn FnMut(Node<'a>) -> Result<(), Fault>) -> Result<(), Fault>;

/// Rows that are objects. Titles are the names of all members, those of inner objects joined by
/// points.
fn objects<'a>(intake: &mut Intake, rows: Rows<'_, 'a>, place: Node<'a>) -> Result<(), Fault> {
    let mut titles = Titles::default();
    rows(&mut |node| titles.add(node))?;
    let spot = place.spot();
    let all: Vec<&str> = titles.names.iter().map(String::as_str).collect();
    intake.begin(&TableHeader { titles: &all, meaning: None, units: &[], spot: &|_| spot })?;
    let mut lines = Lines::new(place.document().as_bytes());
    rows(&mut |node| object(node, &mut lines, &titles, intake, |_, _, _| Ok(())))
}

/// The names of all members of some rows.
#[derive(Default)]
struct Titles {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Titles {
    /// Adds those of a row.
    fn add(&mut self, node: Node) -> Result<(), Fault> {
        if node.kind() != Kind::Object {
            return node.fault("this row is no object, but others are");
        }
        flatten(node, "", 0, &mut |title, _| {
            if !self.places.contains_key(title) {
                if self.names.len() == MOST_TITLES {
                    return node.fault(format!("the rows have more than {MOST_TITLES} different members"));
                }
                self.places.insert(title.to_owned(), self.names.len());
                self.names.push(title.to_owned());
            }
            Ok(())
        })
    }
}

/// Takes a row that is an object; members without a title go to `late`.
fn object<'a>(
    node: Node<'a>,
    lines: &mut Lines,
    titles: &Titles,
    intake: &mut Intake,
    mut late: impl FnMut(&str, Node<'a>, &mut Intake) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if node.kind() != Kind::Object {
        return node.fault("this row is no object, but others are");
    }
    let mut record = Record::new(node, lines);
    record.fields = vec![(Cow::Borrowed(""), node); titles.names.len()];
    let mut filled = vec![false; titles.names.len()];
    flatten(node, "", 0, &mut |title, value| {
        let Some(&place) = titles.places.get(title) else { return late(title, value, intake) };
        if std::mem::replace(&mut filled[place], true) {
            return value.fault(format!("the member `{title}` stands here for the second time"));
        }
        record.add_node(value)?;
        record.fields.swap_remove(place);
        Ok(())
    })?;
    intake.row(&record)
}

/// The rows of a long list, or of values one after another, of which one is in memory. Titles are the names of the
/// members that the rows of the beginning have.
fn read_rows(begin: &str, input: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let is_list = begin.trim_start().starts_with('[');
    let each = |input: &mut dyn BufRead, take: &mut dyn FnMut(Node, &mut Lines) -> Result<(), Fault>| {
        match is_list {
            true => each_item(input, "", ValuesInText::One, take),
            false => each_value_alone(input, take),
        }
    };
    let mut titles = Titles::default();
    let (mut is_pairs, mut spot, mut seen, mut fault) = (false, Spot { line: 1, column: 1 }, 0u64, None);
    // It ends where the beginning is cut off.
    let _ = each(&mut begin.as_bytes(), &mut |node, _| {
        if seen == 0 {
            spot = node.spot();
            is_pairs = is_list && node.kind() == Kind::List;
        }
        seen += 1;
        let end = if is_pairs { Ok(()) } else { titles.add(node) };
        end.inspect_err(|error| fault = Some(error.clone()))
    });
    if let Some(fault) = fault {
        return Err(fault);
    }
    if is_pairs {
        begin_pairs(intake, spot)?;
        return each(input, &mut |node, lines| pair(node, lines, intake));
    }
    let all: Vec<&str> = titles.names.iter().map(String::as_str).collect();
    intake.begin(&TableHeader { titles: &all, meaning: None, units: &[], spot: &|_| spot })?;
    let mut later = HashSet::new();
    each(input, &mut |node, lines| {
        let late = |title: &str, value: Node, intake: &mut Intake| {
            if intake.may_want(title, &titles.names) {
                return value.fault(format!(
                    "the member {} stands here, but in none of the first {seen} rows, so it is not known what it is in them; write it in every row, or give the column that it is to be read as with --columns",
                    shown(title)
                ));
            }
            if later.len() < MOST_TITLES && later.insert(title.to_owned()) {
                intake.pass_over(title);
            }
            Ok(())
        };
        object(node, lines, &titles, intake, late)
    })
}

/// Hands on every member that is no list, with the names of the objects it stands in.
fn flatten<'a>(
    node: Node<'a>,
    above: &str,
    depth: usize,
    take: &mut dyn FnMut(&str, Node<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    node.each_member(|key, value| {
        let joined;
        let title = if above.is_empty() {
            &*key
        } else {
            joined = format!("{above}.{key}");
            &joined
        };
        match value.kind() {
            Kind::Object if depth < DEEPEST => flatten(value, title, depth + 1, take),
            Kind::Object | Kind::List => Ok(()),
            _ => take(title, value),
        }
    })
}

/// Titles for rows that have none.
fn begin_pairs(intake: &mut Intake, spot: Spot) -> Result<(), Fault> {
    intake.begin(&TableHeader { titles: &["name", "stake"], meaning: None, units: &[], spot: &|_| spot })
}

/// Rows that are lists of a name and a stake.
fn pairs(intake: &mut Intake, list: Node) -> Result<(), Fault> {
    begin_pairs(intake, list.spot())?;
    let mut lines = Lines::new(list.document().as_bytes());
    list.each_item(|node| pair(node, &mut lines, intake))
}

/// Takes a row that is a list of a name and a stake.
fn pair(node: Node, lines: &mut Lines, intake: &mut Intake) -> Result<(), Fault> {
    let mut record = Record::new(node, lines);
    let Some([name, stake]) = node.pair() else {
        return node.fault("this row is no list of a name and a stake, but others are lists");
    };
    record.add_node(name)?;
    record.add_node(stake)?;
    intake.row(&record)
}

/// An object whose members are rows: names with stakes, or names with objects.
fn named(intake: &mut Intake, object: Node) -> Result<(), Fault> {
    let members = object.members();
    let is_scalar = |node: &Node| matches!(node.kind(), Kind::Number | Kind::Text);
    let no_table = || {
        object.fault(
            "this JSON has no list of rows, and is no object with a stake for each name; cut the table out, for example with jq",
        )
    };
    // A single row, if its members have the titles of columns and not the names of validators.
    let titles: Vec<Column> = members.iter().filter_map(|(key, _)| Column::of_title(key)).collect();
    if !titles.is_empty() {
        let is_row = titles.contains(&Column::Name) && titles.iter().any(|&column| column != Column::Name);
        if !is_row && !intake.is_chosen() {
            return no_table();
        }
        return objects(intake, &mut |take| take(object), object);
    }
    let is_call = members.iter().any(|(key, _)| key == "jsonrpc");
    if members.is_empty() || is_call || !members.iter().all(|(_, node)| is_scalar(node)) {
        return no_table();
    }
    if !intake.is_chosen()
        && let Some(why) = doubt(&members)
    {
        let keys: Vec<String> = members.iter().take(4).map(|(key, _)| shown(key)).collect();
        return object.fault(format!(
            "this JSON has a number for each of {}, but they may be figures of something else than stakes of validators: {why}; if each name is a validator, say so with --format json (of `tombola import`; --input-format json elsewhere), and otherwise cut the table out, for example with jq",
            keys.join(", ")
        ));
    }
    begin_pairs(intake, object.spot())?;
    let mut lines = Lines::new(object.document().as_bytes());
    object.each_member(|key, node| {
        if !is_scalar(&node) {
            return no_table();
        }
        let mut record = Record::new(node, &mut lines);
        record.add_text(key);
        record.add_node(node)?;
        intake.row(&record)
    })
}

/// Words of which the names of figures are made, and those of validators are not.
const FIGURES: &[&str] = &[
    "absolute",
    "active",
    "amount",
    "annual",
    "apr",
    "apy",
    "average",
    "begin",
    "block",
    "blocks",
    "bonded",
    "cap",
    "circulating",
    "code",
    "commission",
    "completed",
    "count",
    "current",
    "date",
    "day",
    "days",
    "decimals",
    "delegated",
    "delegators",
    "deposit",
    "deposits",
    "duration",
    "end",
    "epoch",
    "era",
    "fee",
    "fees",
    "fraction",
    "gas",
    "height",
    "hour",
    "hours",
    "id",
    "inactive",
    "index",
    "inflation",
    "length",
    "limit",
    "market",
    "max",
    "maximum",
    "mean",
    "median",
    "min",
    "minimum",
    "month",
    "next",
    "nonce",
    "number",
    "offset",
    "page",
    "pending",
    "percent",
    "percentage",
    "previous",
    "price",
    "provisions",
    "rank",
    "rate",
    "ratio",
    "reserve",
    "reserves",
    "reward",
    "rewards",
    "round",
    "score",
    "seconds",
    "session",
    "size",
    "slot",
    "slots",
    "stake",
    "staked",
    "stakes",
    "start",
    "status",
    "supply",
    "tax",
    "threshold",
    "time",
    "timestamp",
    "token",
    "tokens",
    "transaction",
    "transactions",
    "treasury",
    "tx",
    "txs",
    "unbonded",
    "validators",
    "version",
    "volume",
    "year",
];

/// Why the names of an object's members may be no names of validators: some are made of words for figures,
/// not all are of one kind, or there is one alone.
fn doubt(members: &[(Cow<str>, Node)]) -> Option<String> {
    // An address: long, in one word, with digits in it.
    let is_address = |key: &str| {
        key.len() >= 16
            && key.bytes().any(|byte| byte.is_ascii_digit())
            && !key.chars().any(|c| c.is_whitespace() || c == '_')
    };
    let is_figure = |key: &str| {
        let words = words(key);
        let is_joined = words.len() > 1
            && (key.contains('_') || key.starts_with(char::is_lowercase))
            && key.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        is_joined
            || !key.bytes().any(|byte| byte.is_ascii_digit())
                && words.iter().any(|word| FIGURES.contains(&word.as_str()))
    };
    let addresses = members.iter().filter(|(key, _)| is_address(key)).count();
    if addresses == members.len() {
        return None;
    }
    if let Some((key, _)) = members.iter().find(|(key, _)| !is_address(key) && is_figure(key)) {
        return Some(format!("{} looks like the name of a figure", shown(key)));
    }
    if addresses > 0 {
        return Some("some are addresses, and some are not".to_owned());
    }
    (members.len() == 1).then(|| "there is one alone".to_owned())
}

/// The words of a name, in lower case: apart by a mark, or by a capital letter after a small one.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_small {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        was_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
