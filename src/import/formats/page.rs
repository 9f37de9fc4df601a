//! Answers that come in pages, of which a file may hold several, one after another.

use super::super::content::Content;
use super::super::fault::{Fault, shown};
use super::super::json::{Kind, Members, Node};

/// What all pages of a file say of the whole.
pub struct AnswerPages {
    total: Option<u64>,
    is_followed: bool,
}

/// Members that say of which state of a chain an answer is. Those of all answers must agree.
const OF_STATE: &[&str] = &["height", "block_height", "epoch", "epoch_height", "slot", "totalActiveStake"];

/// Names for the number of all rows.
const TOTALS_OF_ROWS: &[&str] =
    &["total_count", "totalCount", "total_items", "totalItems", "total_results", "total_validators"];

/// Names of what says that more rows follow.
const MORE_FOLLOW: &[&str] = &[
    "next_key",
    "nextKey",
    "next_cursor",
    "nextCursor",
    "next_page",
    "nextPage",
    "next_page_token",
    "nextPageToken",
    "has_more",
    "hasMore",
    "has_next_page",
    "hasNextPage",
    "has_next",
    "hasNext",
];

/// Names for the number of pages.
const PAGES: &[&str] = &["total_pages", "totalPages", "page_count", "pageCount"];

/// What stands beside the `total` of rows.
const OF_PAGE: &[&str] =
    &["count", "page", "per_page", "perPage", "page_size", "pageSize", "limit", "offset", "skip"];

/// Objects that are about pages.
const PAGINATION: &[&str] =
    &["pagination", "paging", "page", "page_info", "pageInfo", "meta", "metadata", "links", "_links"];

/// A number, a truth value or a text as it is written.
fn text_of(node: Node) -> Option<String> {
    match node.kind() {
        Kind::List | Kind::Object | Kind::Null => None,
        _ => node.scalar().ok().map(|text| text.trim().to_owned()),
    }
}

/// A member as it was seen first.
struct Seen {
    name: &'static str,
    text: String,
    line: u64,
}

impl AnswerPages {
    /// What the values of a text say: their `total`, or that of their `pagination`, and whether the last has a
    /// `next_key`.
    ///
    /// # Errors
    /// If some are of another state of the chain than the first, as their heights or totals tell.
    pub fn of(content: &Content) -> Result<Self, Fault> {
        let mut pages = AnswerPages { total: None, is_followed: false };
        let mut seen: Vec<Seen> = Vec::new();
        content.each_answer(&mut |_, members| {
            let get = |name: &str| members.iter().find(|(key, _)| key == name).map(|&(_, node)| node);
            let pagination = get("pagination");
            for &name in OF_STATE {
                if let Some(node) = get(name) {
                    agree(&mut seen, name, node)?;
                }
            }
            let total = get("total").or_else(|| pagination?.get("total"));
            // A page after the first has 0 where the total is counted once.
            if let Some(node) = total.filter(|node| node.scalar().is_ok_and(|text| text != "0")) {
                agree(&mut seen, "total", node)?;
                pages.total = node.scalar()?.parse().ok();
            }
            let next = pagination.and_then(|node| node.get("next_key")).and_then(|node| node.scalar().ok());
            pages.is_followed = next.is_some_and(|key| !key.is_empty());
            Ok(())
        })?;
        Ok(pages)
    }

    /// What stands around the list of a table that is of no known program: how many rows there are, and whether
    /// more follow. Its `total` may be that of a column, which `is_sum` tells: it is one of rows if it stands with
    /// what pages have, or if no column has this sum.
    pub fn around(members: &Members, rows: u64, is_sum: &dyn Fn(u64) -> bool) -> Self {
        let get = |members: &Members, names: &[&str]| -> Option<String> {
            let named = |name: &&str| members.iter().find(|(key, _)| key == name);
            names.iter().find_map(named).and_then(|(_, node)| text_of(*node))
        };
        let number = |members: &Members, names: &[&str]| get(members, names)?.parse::<u64>().ok();
        let is_followed = |members: &Members, names: &[&str]| {
            get(members, names).is_some_and(|text| !["", "0", "false"].contains(&text.as_str()))
        };
        let inner = |name: &&str| {
            let found = members.iter().find(|(key, _)| key == name);
            found.filter(|(_, node)| node.kind() == Kind::Object).map(|(_, node)| node.members())
        };
        let mut pages = AnswerPages {
            total: number(members, TOTALS_OF_ROWS).or_else(|| number(members, &["count"])),
            is_followed: is_followed(members, MORE_FOLLOW)
                || get(members, &["next"]).is_some_and(|text| text.starts_with(['/', 'h'])),
        };
        let is_of_page = members.iter().any(|(key, _)| OF_PAGE.contains(&&**key)) || pages.is_followed;
        if let Some(total) = number(members, &["total"])
            && (is_of_page || !is_sum(total))
        {
            pages.total = Some(total);
        }
        let mut nested: Vec<Members> = PAGINATION.iter().filter_map(inner).collect();
        let mut deeper: Vec<Members> = Vec::new();
        for members in &nested {
            let found = members.iter().find(|(key, node)| key == "pagination" && node.kind() == Kind::Object);
            deeper.extend(found.map(|(_, node)| node.members()));
        }
        nested.extend(deeper);
        for members in &nested {
            let total = number(members, &["total", "count"]).or_else(|| number(members, TOTALS_OF_ROWS));
            pages.total = pages.total.max(total);
            pages.is_followed |= is_followed(members, MORE_FOLLOW) || is_followed(members, &["next"]);
        }
        for members in nested.iter().chain([members]) {
            pages.is_followed |= number(members, PAGES).is_some_and(|pages| pages > 1);
        }
        // One below the number of rows counts something else.
        pages.total = pages.total.filter(|&total| total > rows);
        pages
    }

    /// Why so many rows are not all, if they are not.
    ///
    /// # Errors
    /// If they are more than all.
    pub fn why(&self, count: u64) -> Result<Option<String>, Fault> {
        match self.total {
            Some(total) if total < count => Fault::whole(format!(
                "the file holds {count} validators, but its `total` is {total}: pages of several answers do not make one set; {REMEDY}"
            )),
            Some(total) if total > count => {
                Ok(Some(format!("it holds {count} of {total} validators, a page of the answer")))
            }
            _ if self.is_followed => {
                Ok(Some("it is a page of the answer, and it says that more follow".to_owned()))
            }
            _ => Ok(None),
        }
    }
}

const REMEDY: &str = "ask for all pages at one height, for example with height=H in every request (of the command, --height H)";

/// Refuses a member that is another one than in an earlier value.
fn agree(seen: &mut Vec<Seen>, name: &'static str, node: Node) -> Result<(), Fault> {
    if matches!(node.kind(), Kind::List | Kind::Object | Kind::Null) {
        return Ok(());
    }
    let text = node.scalar()?;
    match seen.iter().find(|seen| seen.name == name) {
        None => {
            seen.push(Seen { name, text: text.into_owned(), line: node.spot().line });
            Ok(())
        }
        Some(first) if first.text == *text => Ok(()),
        Some(first) => node.fault(format!(
            "the `{name}` of this page is {}, but that of line {} is {}, so they are pages of different sets; {REMEDY}",
            shown(&text),
            first.line,
            shown(&first.text)
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Options, read};

    #[test]
    fn pages_of_different_sets_are_refused() {
        let comet = |height: u64, total: u64, name: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":-1,"result":{{"block_height":"{height}","validators":[{{"address":"{name}","voting_power":"5","proposer_priority":"0"}}],"count":"1","total":"{total}"}}}}"#
            )
        };
        let staking = |outer: &str, pagination: &str, name: &str| {
            format!(
                r#"{{{outer}"validators":[{{"operator_address":"{name}","tokens":"5","status":"BOND_STATUS_BONDED","jailed":false}}],"pagination":{{{pagination}}}}}"#
            )
        };
        let old = |height: u64, name: &str| {
            format!(
                r#"{{"height":"{height}","result":[{{"operator_address":"{name}","tokens":"5","status":2,"jailed":false}}]}}"#
            )
        };
        for (pages, says) in [
            (
                [comet(7, 2, "A"), comet(8, 2, "B")],
                "the `block_height` of this page is `8`, but that of line 1 is `7`",
            ),
            ([comet(7, 2, "A"), comet(7, 3, "B")], "the `total` of this page is `3`"),
            ([comet(7, 1, "A"), comet(7, 1, "B")], "holds 2 validators, but its `total` is 1"),
            ([old(5, "A"), old(6, "B")], "the `height` of this page is `6`"),
            (
                [
                    staking("", r#""next_key":"x","total":"2""#, "A"),
                    staking("", r#""next_key":null,"total":"3""#, "B"),
                ],
                "the `total` of this page is `3`",
            ),
            (
                [
                    staking(r#""height":"5","#, r#""next_key":"x""#, "A"),
                    staking(r#""height":"6","#, r#""next_key":null"#, "B"),
                ],
                "the `height` of this page is `6`",
            ),
        ] {
            for between in ["\n", " "] {
                let text = pages.join(between);
                let fault = read(text.as_bytes(), &Options::default()).unwrap_err();
                assert!(fault.problem.contains(says), "{}", fault.problem);
                assert!(fault.problem.contains("height=H"), "{}", fault.problem);
            }
        }
        for pages in [
            [comet(7, 2, "A"), comet(7, 2, "B")],
            [old(5, "A"), old(5, "B")],
            // The total is counted on the first page alone.
            [
                staking("", r#""next_key":"x","total":"2""#, "A"),
                staking("", r#""next_key":null,"total":"0""#, "B"),
            ],
        ] {
            let import = read(pages.join("\n").as_bytes(), &Options::default()).unwrap();
            assert_eq!((import.names.len(), import.part), (2, None));
        }
    }
}
