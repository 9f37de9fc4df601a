//! An order, as far as the data support one.

use super::{Difference, Estimate, RankOrder};

/// Treatments in groups of ascending means. Everybody of a group is shown to be below everybody of
/// the later ones; within a group that is not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// The groups, lowest first; in each the treatments by ascending mean, on a tie in the order
    /// given. A treatment without a mean is in none.
    pub groups: Vec<Vec<usize>>,
    /// Pairs (lower, higher) that are shown to differ although they share a group, because somebody
    /// in between cannot be told from either.
    pub also: Vec<(usize, usize)>,
    /// Pairs (one, other) that gave the same values in every trial.
    pub identical: Vec<(usize, usize)>,
}

impl Ranking {
    /// The ranking that these differences support.
    pub(super) fn new(estimates: &[Option<Estimate>], differences: &[Difference]) -> Self {
        let mean = |index: usize| estimates[index].map(|estimate| estimate.mean);
        let mut order: Vec<usize> = (0..estimates.len()).filter(|&index| mean(index).is_some()).collect();
        order.sort_by(|&a, &b| {
            mean(a).unwrap_or_default().total_cmp(&mean(b).unwrap_or_default()).then(a.cmp(&b))
        });
        let place = |index: usize| order.iter().position(|&other| other == index);
        // Places between which no cut may go, because a pair on either side is not in order.
        let mut joined = vec![false; order.len()];
        for pair in differences {
            let (Some(first), Some(second)) = (place(pair.first), place(pair.second)) else { continue };
            let in_order = match pair.order {
                RankOrder::Lower => first < second,
                RankOrder::Higher => second < first,
                _ => false,
            };
            if !in_order {
                joined[first.min(second)..first.max(second)].fill(true);
            }
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (index, &treatment) in order.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if joined[index - 1] => group.push(treatment),
                _ => groups.push(vec![treatment]),
            }
        }
        let group_of = |index: usize| groups.iter().position(|group| group.contains(&index));
        let mut also = Vec::new();
        let mut identical = Vec::new();
        for pair in differences {
            let (Some(group), Some(other)) = (group_of(pair.first), group_of(pair.second)) else { continue };
            if group != other {
                continue;
            }
            match pair.order {
                RankOrder::Identical => identical.push((pair.first, pair.second)),
                RankOrder::Lower => also.push((pair.first, pair.second)),
                RankOrder::Higher => also.push((pair.second, pair.first)),
                _ => {}
            }
        }
        Ranking { groups, also, identical }
    }

    /// Whether two treatments gave the same values in every trial.
    pub fn are_identical(&self, one: usize, other: usize) -> bool {
        self.identical.contains(&(one.min(other), one.max(other)))
    }

    /// The ranking in a line: `<` where the order is shown, `~` where it is not, `=` where every
    /// trial gave the same.
    pub fn words(&self, names: &[String]) -> String {
        let mut words = String::new();
        for group in &self.groups {
            for (place, &treatment) in group.iter().enumerate() {
                match place.checked_sub(1).map(|before| group[before]) {
                    Some(before) if self.are_identical(before, treatment) => words.push_str(" = "),
                    Some(_) => words.push_str(" ~ "),
                    None if words.is_empty() => {}
                    None => words.push_str(" < "),
                }
                words.push_str(&names[treatment]);
            }
        }
        if !self.also.is_empty() {
            let pairs: Vec<String> =
                self.also.iter().map(|&(low, high)| format!("{} < {}", names[low], names[high])).collect();
            words.push_str(&format!(" (but {})", pairs.join(", ")));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use crate::statistics::comparison::{Nature, compare};

    fn ranked(values: &[&[f64]]) -> String {
        let values: Vec<Vec<Option<f64>>> =
            values.iter().map(|trials| trials.iter().map(|&value| Some(value)).collect()).collect();
        let names: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        compare(&values, Nature::Number, 0.95).ranking.words(&names)
    }

    const LOW: [f64; 6] = [1.0, 1.3, 0.9, 1.1, 0.8, 1.2];
    const LIKE_LOW: [f64; 6] = [1.2, 0.9, 1.1, 1.0, 1.1, 0.9];
    const HIGH: [f64; 6] = [9.1, 8.8, 9.3, 9.0, 8.7, 9.2];

    #[test]
    fn who_is_shown_to_be_lower_stands_first() {
        assert_eq!(ranked(&[&HIGH, &LOW]), "b < a");
        assert_eq!(ranked(&[&LOW, &HIGH, &LIKE_LOW]), "c ~ a < b");
        assert_eq!(ranked(&[&LOW, &HIGH, &LOW]), "a = c < b");
        assert_eq!(ranked(&[&LOW, &LOW, &LIKE_LOW]), "c ~ a = b");
        assert_eq!(ranked(&[&[1.0], &[2.0]]), "a ~ b");
        assert_eq!(ranked(&[&[], &[2.0]]), "b");
    }

    #[test]
    fn not_to_be_told_apart_is_not_transitive() {
        // b varies so much that it is told from neither a nor c, which differ.
        let wild = [1.0, 9.0, 5.0, 2.0, 8.0, 4.0];
        assert_eq!(ranked(&[&LOW, &wild, &HIGH]), "a ~ b ~ c (but a < c)");
    }
}
