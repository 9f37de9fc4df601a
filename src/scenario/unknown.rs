//! Turning a deserialiser's message into one that teaches.

use crate::registry::nearest;

/// What went wrong, and what to do, in words a user knows.
pub fn teach(message: &str) -> (String, Option<String>) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let first_line = message.lines().next().unwrap_or(message);
    for (start, noun, plural) in [("unknown field", "key", "keys"), ("unknown variant", "value", "values")] {
        if !message.starts_with(start) {
            continue;
        }
        let Some((given, known)) = quoted.split_first() else { break };
        let what = format!("unknown {noun} `{given}`");
        if known.is_empty() {
            return (what, Some(format!("there are no {plural} here")));
        }
        let list = known.join(", ");
        return match nearest(given, known.iter().copied()) {
            Some(near) => (what, Some(format!("did you mean `{near}`? Valid {plural}: {list}"))),
            None => (what, Some(format!("valid {plural}: {list}"))),
        };
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        let field = field.trim_matches('`');
        return (format!("the key `{field}` is missing"), Some(format!("add `{field} = ...`")));
    }
    let plain = first_line
        .replace("expected u64", "expected a whole number that is not negative")
        .replace("expected u32", "expected a whole number that is not negative")
        .replace("expected f64", "expected a number")
        .replace("expected a sequence", "expected a list in [ ]")
        .replace("invalid type: ", "has the wrong type: ")
        .replace("invalid value: ", "has an impossible value: ");
    (plain, None)
}

#[cfg(test)]
mod tests {
    use super::teach;

    #[test]
    fn the_nearest_key_is_named() {
        let (what, help) = teach("unknown field `rouns`, expected one of `seed`, `rounds`, `trials`");
        assert_eq!(what, "unknown key `rouns`");
        assert_eq!(help.unwrap(), "did you mean `rounds`? Valid keys: seed, rounds, trials");
        let (_, help) = teach("unknown field `zzz`, expected `seed` or `rounds`");
        assert_eq!(help.unwrap(), "valid keys: seed, rounds");
        let (_, help) = teach("unknown field `zzz`, there are no fields");
        assert_eq!(help.unwrap(), "there are no keys here");
    }

    #[test]
    fn types_are_named_in_plain_words() {
        let (what, _) = teach("invalid type: string \"many\", expected u64");
        assert_eq!(what, "has the wrong type: string \"many\", expected a whole number that is not negative");
        let (what, help) = teach("missing field `population`");
        assert_eq!(what, "the key `population` is missing");
        assert_eq!(help.unwrap(), "add `population = ...`");
    }
}
