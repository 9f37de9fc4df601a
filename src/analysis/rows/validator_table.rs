//! The rows of `validators.csv`, column by column.

use super::ValidatorRow;
use super::columns::{Cell, Cells};
use std::sync::OnceLock;

/// Declares the table from the fields of the row, in their order.
macro_rules! by_column {
    ($($field:ident: $cell:ty),* $(,)?) => {
        /// The rows of `validators.csv`. They are kept column by column, and a column without any value
        /// takes no room, so that a million rows take a third of the memory that as many
        /// [`ValidatorRow`]s would; a row is put together when it is asked for, in O(1).
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct ValidatorTable {
            rows: usize,
            $($field: <$cell as Cell>::Column,)*
        }

        impl ValidatorTable {
            /// The titles of the columns.
            pub const TITLES: &[&str] = &[$(stringify!($field)),*];

            /// Appends a row.
            pub fn push(&mut self, row: ValidatorRow) {
                let ValidatorRow { $($field),* } = row;
                $(Cell::push($field, &mut self.$field);)*
                self.rows += 1;
            }

            /// The row at an index.
            ///
            /// # Panics
            /// If there are not so many.
            pub fn row(&self, index: usize) -> ValidatorRow {
                assert!(index < self.rows, "row {index} of {}", self.rows);
                ValidatorRow { $($field: Cell::at(&self.$field, index)),* }
            }

            /// Tells the cells of the row at an index.
            ///
            /// # Panics
            /// If there are not so many.
            pub fn tell(&self, index: usize, cells: &mut impl Cells) {
                assert!(index < self.rows, "row {index} of {}", self.rows);
                $(<$cell as Cell>::tell(&self.$field, index, cells);)*
            }
        }
    };
}

by_column! {
    validator: String,
    stake: u64,
    stake_share: f64,
    expected_share: Option<f64>,
    wins: u64,
    win_share: Option<f64>,
    win_share_low: Option<f64>,
    win_share_high: Option<f64>,
    win_share_exact_low: Option<f64>,
    win_share_exact_high: Option<f64>,
    win_share_joint_low: Option<f64>,
    win_share_joint_high: Option<f64>,
    win_share_sison_glaz_low: Option<f64>,
    win_share_sison_glaz_high: Option<f64>,
    p_value: Option<f64>,
    p_holm: Option<f64>,
    p_bh: Option<f64>,
    relative_deviation: Option<f64>,
    relative_deviation_low: Option<f64>,
    relative_deviation_high: Option<f64>,
    posterior_mean: Option<f64>,
    posterior_low: Option<f64>,
    posterior_high: Option<f64>,
    probability_within: Option<f64>,
    slots_led: Option<u64>,
    expected_slots_led: Option<f64>,
    slots_led_p: Option<f64>,
    longest_unit: Option<String>,
    longest_gap: Option<u64>,
    longest_gap_p: Option<f64>,
    longest_run: Option<u64>,
    longest_run_p: Option<f64>,
    blocks: Option<u64>,
    attestor_seats: Option<u64>,
    attestor_share: Option<f64>,
    expected_attestor_share: Option<f64>,
    reward: Option<u128>,
    reward_share: Option<f64>,
    reward_share_low: Option<f64>,
    reward_share_high: Option<f64>,
    return_on_stake: Option<f64>,
    slashed: Option<u128>,
    final_stake_share: Option<f64>,
}

impl ValidatorTable {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = ValidatorRow> + ExactSizeIterator {
        (0..self.rows).map(|index| self.row(index))
    }

    /// The names of all validators, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        (0..self.rows).map(|index| self.validator.text(index))
    }

    /// The first row of the validator with this name. O(n), and only names are looked at.
    pub fn find(&self, name: &str) -> Option<ValidatorRow> {
        self.names().position(|other| other == name).map(|index| self.row(index))
    }
}

/// A table without rows.
impl Default for &ValidatorTable {
    fn default() -> Self {
        static EMPTY: OnceLock<ValidatorTable> = OnceLock::new();
        EMPTY.get_or_init(ValidatorTable::default)
    }
}

impl<'a> IntoIterator for &'a ValidatorTable {
    type Item = ValidatorRow;
    type IntoIter = Box<dyn Iterator<Item = ValidatorRow> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl Extend<ValidatorRow> for ValidatorTable {
    fn extend<I: IntoIterator<Item = ValidatorRow>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.push(row));
    }
}

impl FromIterator<ValidatorRow> for ValidatorTable {
    fn from_iter<I: IntoIterator<Item = ValidatorRow>>(rows: I) -> Self {
        let mut table = ValidatorTable::default();
        table.extend(rows);
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let full = |index: u64| ValidatorRow {
            validator: format!("validator {index}"),
            stake: index,
            stake_share: 0.5,
            expected_share: Some(f64::MIN_POSITIVE),
            longest_unit: Some(if index.is_multiple_of(2) { "slots" } else { "blocks" }.to_owned()),
            longest_gap: Some(u64::MAX),
            reward: Some(u128::MAX),
            p_value: (!index.is_multiple_of(3)).then_some(0.1 * index as f64),
            ..ValidatorRow::default()
        };
        // Nothing at first, so that columns begin late; and nothing at the end.
        let mut rows = vec![ValidatorRow::default(); 70];
        rows.extend((0..200).map(full));
        rows.extend(vec![ValidatorRow::default(); 70]);
        let table: ValidatorTable = rows.iter().cloned().collect();
        assert_eq!(table.iter().collect::<Vec<_>>(), rows);
        assert_eq!((table.len(), table.is_empty()), (340, false));
        assert_eq!(table.find("validator 7"), Some(full(7)));
        assert_eq!(table.find("validator 200"), None);
        assert!(table.names().eq(rows.iter().map(|row| row.validator.as_str())));
        assert!(ValidatorTable::default().is_empty());
    }
}
