//! The valid name that a typing mistake probably meant.

/// The longest text, in bytes, that can be a mistyped name.
const LONGEST: usize = 250;

/// The candidate closest to `given`, if one is close enough to be worth naming.
///
/// Close means a Damerau-Levenshtein distance of at most a third of the longer name's length
/// (and at least one), or that one name starts with the other.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes the product of both lengths, and no valid name is as long.
    if given.len() > LONGEST {
        return None;
    }
    let folded = given.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| {
            let other = candidate.to_lowercase().replace('_', "-");
            let distance = strsim::damerau_levenshtein(&folded, &other);
            let allowed = (folded.chars().count().max(other.chars().count()) / 3).max(1);
            let contained = folded.len() >= 3 && (other.starts_with(&folded) || folded.starts_with(&other));
            (distance, distance <= allowed || contained, candidate)
        })
        .filter(|&(_, close, _)| close)
        .min_by_key(|&(distance, _, _)| distance)
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_likely_name_and_stays_silent_otherwise() {
        let names = ["raffle", "uniform", "round-robin"];
        assert_eq!(nearest("rafle", names), Some("raffle"));
        assert_eq!(nearest("Round_Robin", names), Some("round-robin"));
        assert_eq!(nearest("unif", names), Some("uniform"));
        assert_eq!(nearest("zzzz", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"raffle".repeat(1 << 20), names), None);
    }
}
