//! Answers that come in pages.

use super::super::content::Content;

/// What an answer says of the pages around it.
pub struct AnswerPage {
    total: Option<u64>,
    is_followed: bool,
}

impl AnswerPage {
    /// What the last value of a text says: its `total`, or that of its `pagination`, and whether there is
    /// a `next_key`.
    pub fn of(content: &Content) -> Self {
        let pagination = content.get_last("pagination");
        let total = content.get_last("total").or_else(|| pagination?.get("total"));
        let next = pagination.and_then(|node| node.get("next_key")).and_then(|node| node.scalar().ok());
        AnswerPage {
            total: total.and_then(|node| node.scalar().ok()?.parse().ok()),
            is_followed: next.is_some_and(|key| !key.is_empty()),
        }
    }

    /// Why so many rows are not all, if they are not.
    pub fn why(&self, count: u64) -> Option<String> {
        match self.total {
            Some(total) if total > count => {
                Some(format!("it holds {count} of {total} validators, a page of the answer"))
            }
            _ if self.is_followed => {
                Some("it is a page of the answer, and its `next_key` says that more follow".to_owned())
            }
            _ => None,
        }
    }
}
