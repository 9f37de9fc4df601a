//! Names that people gave themselves, made different.

use std::collections::HashMap;

/// How often each label is used.
#[derive(Default)]
pub struct Labels(HashMap<String, u32>);

impl Labels {
    /// Counts a label.
    pub fn count(&mut self, label: &str) {
        *self.0.entry(label.to_owned()).or_default() += 1;
    }

    /// A name for who calls itself so: the label if nobody else has it, else with the key, which is
    /// different for everybody; the key alone if the label cannot be a name.
    pub fn name(&self, label: &str, key: &str) -> String {
        if label.is_empty() || label.len() > 100 || label.chars().any(char::is_control) {
            return key.to_owned();
        }
        match self.0.get(label) {
            Some(2..) => format!("{label} ({key})"),
            _ => label.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_added_where_it_is_needed() {
        let mut labels = Labels::default();
        for label in ["ann", "bob", "bob", ""] {
            labels.count(label);
        }
        assert_eq!(labels.name("ann", "k1"), "ann");
        assert_eq!(labels.name("bob", "k2"), "bob (k2)");
        assert_eq!(labels.name("", "k3"), "k3");
        assert_eq!(labels.name("a\u{7}", "k4"), "k4");
    }
}
