//! The column that says of which state of the chain each row is.

use super::row::Row;
use crate::import::column::{Places, is_of_state};
use crate::import::fault::shown;

/// Where the epoch or the height of each row stands, and what it is.
#[derive(Default)]
pub struct StateColumn {
    place: Option<usize>,
    title: String,
    /// That of the first row, and its line.
    first: Option<(String, u64)>,
    /// The first that is another one, and its line.
    other: Option<(String, u64)>,
}

impl StateColumn {
    /// Finds it among titles that are no column which is read.
    pub fn find(titles: &[&str], places: &Places) -> Self {
        let place = (0..titles.len()).find(|&place| places.at(place).is_none() && is_of_state(titles[place]));
        let title = place.map(|place| titles[place].to_owned()).unwrap_or_default();
        StateColumn { place, title, ..StateColumn::default() }
    }

    /// Takes what a row says.
    pub fn take(&mut self, row: &dyn Row) {
        let Some(place) = self.place.filter(|_| self.other.is_none()) else { return };
        let own = row.field(place);
        match &self.first {
            None => self.first = Some((own.to_owned(), row.line())),
            Some((first, _)) if first == own => {}
            Some(_) => self.other = Some((own.to_owned(), row.line())),
        }
    }

    /// What to say of rows that are not of one state.
    pub fn note(&self) -> Option<String> {
        let ((first, line), (other, later)) = (self.first.as_ref()?, self.other.as_ref()?);
        Some(format!(
            "`{}` is {} on line {line} and {} on line {later}: if the rows are of different states of the chain, they make no one set of validators; keep those of one",
            self.title,
            shown(first),
            shown(other)
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Options, read};

    #[test]
    fn rows_of_different_states_are_told() {
        let csv = "name,stake,epoch\na,5,500\nb,6,500\nc,7,501\n";
        let json = r#"{"name": "a", "stake": 5, "epoch": 500} {"name": "b", "stake": 6, "epoch": 501}"#;
        for (table, one) in [(csv, csv.replace("501", "500")), (json, json.replace("501", "500"))] {
            let import = read(table.as_bytes(), &Options::default()).unwrap();
            assert!(import.notes[0].starts_with("`epoch` is `500` on line"), "{:?}", import.notes);
            assert_eq!(read(one.as_bytes(), &Options::default()).unwrap().notes, [""; 0]);
        }
        // Of a history it says where a block stands.
        let history = "height,proposer,epoch\n1,a,500\n2,b,501\n";
        assert_eq!(read(history.as_bytes(), &Options::default()).unwrap().notes, [""; 0]);
    }
}
