//! Holdings by their amounts.

/// What is held, whoever holds it: each amount once, ascending, with the number of its holders. What an index
/// costs then grows with the different amounts, of which many holders have few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    levels: Vec<(u128, u64)>,
    holders: u64,
    total: Option<u128>,
}

impl Holdings {
    /// One holding for each holder, in any order. O(n log n).
    pub fn of(holdings: &[u128]) -> Self {
        let mut sorted = holdings.to_vec();
        sorted.sort_unstable();
        let levels = sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64)).collect();
        Holdings::ascending(levels)
    }

    /// So many holders of each amount, in any order; an amount may come again. O(n log n).
    pub fn of_levels(levels: impl IntoIterator<Item = (u128, u64)>) -> Self {
        let mut levels: Vec<(u128, u64)> = levels.into_iter().filter(|&(_, holders)| holders > 0).collect();
        levels.sort_unstable();
        levels.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Holdings::ascending(levels)
    }

    fn ascending(levels: Vec<(u128, u64)>) -> Self {
        let sum = |sum: u128, &(held, holders): &(u128, u64)| {
            sum.checked_add(held.checked_mul(u128::from(holders))?)
        };
        let total = levels.iter().try_fold(0, sum).filter(|&sum| sum > 0);
        let holders = levels.iter().map(|&(_, holders)| holders).sum();
        Holdings { levels, holders, total }
    }

    /// Each amount once, ascending, with how many hold it.
    pub fn levels(&self) -> &[(u128, u64)] {
        &self.levels
    }

    /// How many there are, those who hold nothing among them.
    pub fn holders(&self) -> u64 {
        self.holders
    }

    /// The sum of all holdings, if it is positive and fits.
    pub fn total(&self) -> Option<u128> {
        self.total
    }

    /// The sum over all holders who hold something of `term` of their holding.
    pub(super) fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        let held = self.levels.iter().filter(|&&(held, _)| held > 0);
        held.map(|&(held, holders)| holders as f64 * term(held as f64)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    #[test]
    fn equal_holdings_stand_together() {
        let holdings = Holdings::of(&[3, 0, 5, 3, 0, 3]);
        assert_eq!(holdings.levels(), [(0, 2), (3, 3), (5, 1)]);
        assert_eq!((holdings.holders(), holdings.total()), (6, Some(14)));
        assert_eq!((Holdings::of(&[]).total(), Holdings::of(&[0]).total()), (None, None));
        assert_eq!(Holdings::of(&[u128::MAX, 1]).total(), None);
        assert_eq!(Holdings::of_levels([(u128::MAX / 2, 3)]).total(), None);
    }

    #[test]
    fn equal_holdings_share_their_term() {
        let asked = Cell::new(0);
        let sum = Holdings::of(&[0, 3, 3, 0, 3, 5, 3]).sum(|held| {
            asked.set(asked.get() + 1);
            2.0 * held
        });
        assert_eq!((sum, asked.get()), (34.0, 2));
    }

    proptest! {
        #[test]
        fn levels_may_come_in_any_order(holdings in prop::collection::vec(0u128..5, 0..20)) {
            let one_by_one = holdings.iter().map(|&held| (held, 1)).chain([(7, 0)]);
            prop_assert_eq!(Holdings::of_levels(one_by_one), Holdings::of(&holdings));
        }
    }
}
