//! Columns that say whether a validator takes part, as `status` and `jailed` do.

use super::Intake;
use super::row::Row;
use crate::import::column::{Places, TurnStatus};
use crate::import::fault::shown;
use crate::import::import::Import;
use std::collections::{HashMap, HashSet};

/// Why rows are left out.
const NO_TURN: &str = "not bonded, not active or jailed: no turn to propose";

/// A column that says whether a validator takes part.
struct StatusColumn {
    place: usize,
    title: String,
    kind: TurnStatus,
    /// Whether some row has a word there.
    is_used: bool,
    /// The first that is not known, and its line.
    unknown: Option<(String, u64)>,
    /// The rows of those who have no turn to propose.
    without_turn: Vec<usize>,
}

/// All columns of a table that say so.
#[derive(Default)]
pub struct StatusColumns(Vec<StatusColumn>);

impl StatusColumns {
    /// Finds them among titles that are no column which is read.
    pub fn find(titles: &[&str], places: &Places) -> Self {
        let free = (0..titles.len()).filter(|&place| places.at(place).is_none());
        let found = free.filter_map(|place| {
            let kind = TurnStatus::of_title(titles[place])?;
            let title = titles[place].to_owned();
            Some(StatusColumn { place, title, kind, is_used: false, unknown: None, without_turn: Vec::new() })
        });
        StatusColumns(found.collect())
    }

    /// Takes what a row says.
    pub fn take(&mut self, row: &dyn Row, index: usize) {
        for column in &mut self.0 {
            let text = row.field(column.place);
            column.is_used |= !text.is_empty();
            match column.kind.has_turn(text) {
                Some(true) => {}
                Some(false) => column.without_turn.push(index),
                None if column.unknown.is_none() => column.unknown = Some((text.to_owned(), row.line())),
                None => {}
            }
        }
    }

    /// Forgets a row that is removed; those after it move up.
    pub fn remove(&mut self, index: usize) {
        for column in &mut self.0 {
            column.without_turn.retain(|&other| other != index);
            for other in &mut column.without_turn {
                *other -= usize::from(*other > index);
            }
        }
    }
}

impl Intake<'_> {
    /// Leaves out who has no turn to propose, where that is known of every row; else says that it is not.
    pub(super) fn settle_status(&mut self, import: &mut Import) {
        let mut gone = HashSet::new();
        for column in std::mem::take(&mut self.status).0 {
            let title = shown(&column.title);
            let counted = "all rows are counted";
            // What was won or earned is of a time, and a status of a moment.
            let is_of_time = import.wins.is_some() || import.points.is_some();
            match &column.unknown {
                _ if !column.is_used => continue,
                Some((word, line)) => {
                    let word = if word.is_empty() { "empty".to_owned() } else { shown(word) };
                    import.notes.push(format!(
                        "the column {title} is passed over: {counted} (it is {word} on line {line}, which does not tell whether the validator takes part)"
                    ));
                    continue;
                }
                None if is_of_time && !column.without_turn.is_empty() => {
                    import.notes.push(format!(
                        "the column {title} is passed over: {counted}, since it is of a moment, and the other columns are of the time before"
                    ));
                    continue;
                }
                None => import.ignored.retain(|title| *title != column.title),
            }
            gone.extend(column.without_turn);
        }
        if gone.is_empty() {
            return;
        }
        import.keep_rows(&|index| !gone.contains(&index));
        import.dropped.push((NO_TURN.to_owned(), gone.len() as u64));
        // Where each row that is left has moved.
        let mut moved = HashMap::new();
        for index in 0..import.names.len() + gone.len() {
            if !gone.contains(&index) {
                moved.insert(index, moved.len());
            }
        }
        for rows in [&mut self.nameless, &mut self.totals] {
            rows.retain_mut(|(index, _)| match moved.get(index) {
                Some(&place) => {
                    *index = place;
                    true
                }
                None => false,
            });
        }
        // Rows to be added to one that is gone are added to the first of them.
        let mut heirs: HashMap<usize, usize> = HashMap::new();
        self.merged = std::mem::take(&mut self.merged)
            .into_iter()
            .filter_map(|(from, to)| {
                let from = *moved.get(&from)?;
                match moved.get(&to) {
                    Some(&to) => Some((from, to)),
                    None => {
                        let heir = *heirs.entry(to).or_insert(from);
                        (heir != from).then_some((from, heir))
                    }
                }
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Import, Options, read};

    fn understood(table: &str) -> Import {
        read(table.as_bytes(), &Options::default()).unwrap_or_else(|fault| panic!("{table}: {fault:?}"))
    }

    #[test]
    fn who_has_no_turn_is_left_out() {
        for table in [
            "name,stake,status\na,5,active\nb,6,jailed\nc,7,active\n",
            "name,stake,jailed\na,5,false\nb,6,true\nc,7,False\n",
            "name,stake,bond_status\na,5,BOND_STATUS_BONDED\nb,6,BOND_STATUS_UNBONDING\nc,7,Bonded\n",
            "name,stake,status,jailed\na,5,bonded,false\nb,6,unbonded,true\nc,7,bonded,no\n",
            r#"[{"name": "a", "balance": "5", "status": "active_ongoing"}, {"name": "b", "balance": "6", "status": "exited_unslashed"}, {"name": "c", "balance": "7", "status": "active_exiting"}]"#,
        ] {
            let import = understood(table);
            assert_eq!(import.names, ["a", "c"], "{table}");
            assert_eq!(import.stakes.map(|stakes| stakes.len()), Some(2));
            assert!(matches!(&import.dropped[..], [(why, 1)] if why.contains("no turn")), "{table}");
            assert_eq!((import.notes, import.ignored), (vec![], vec![]), "{table}");
        }
    }

    #[test]
    fn a_status_that_is_not_known_leaves_all_rows_and_is_told() {
        for table in [
            "name,stake,status\na,5,online\nb,6,jailed\n",
            "name,stake,status\na,5,active\nb,6,\n",
            "name,stake,status\na,5,2\nb,6,3\n",
            "name,stake,wins,status\na,5,3,active\nb,6,0,jailed\n",
        ] {
            let import = understood(table);
            assert_eq!(import.names.len(), 2, "{table}");
            let says = "the column `status` is passed over: all rows are counted";
            assert!(import.notes.iter().any(|note| note.starts_with(says)), "{:?}", import.notes);
        }
        assert_eq!(understood("name,stake,status\na,5,active\nb,6,active\n").notes, [""; 0]);
        let nobody = read(b"name,stake,jailed\na,5,true\n", &Options::default()).unwrap_err();
        assert!(nobody.problem.contains("nobody is left"), "{}", nobody.problem);
    }

    /// Percentages are of all, also of those who are left out.
    #[test]
    fn percentages_of_all_are_no_part_of_the_chain() {
        let import = understood("name,stake,jailed\na,50%,false\nb,30%,true\nc,20%,false\n");
        assert_eq!((import.names.len(), import.part), (2, None));
    }

    #[test]
    fn rows_of_one_validator_are_added_to_one_that_is_left() {
        let mut options = Options::default();
        options.set("duplicates", "sum").unwrap();
        let table = "name,stake,status\na,5,jailed\nb,6,active\na,7,active\na,8,active\n";
        let import = read(table.as_bytes(), &options).unwrap();
        assert_eq!(import.names, ["b", "a"]);
        assert_eq!(import.stakes.map(|stakes| stakes[1].to_string()), Some("15".to_owned()));
    }
}
