//! The column that says in which denomination each stake is.

use super::Intake;
use super::row::Row;
use crate::import::column::Column;
use crate::import::fault::{Fault, shown};
use crate::import::import::Import;
use crate::import::unit::Denomination;

/// Where the denomination of each stake stands, and what it is.
#[derive(Default)]
pub struct DenominationColumn {
    place: Option<usize>,
    /// That of the first row, and its line.
    first: Option<(String, u64)>,
}

impl DenominationColumn {
    /// Finds it among titles: beside the stake in the same object, or else in the row itself.
    pub fn find(titles: &[&str], stake: usize) -> Self {
        let parts = |title: &str| {
            let lower = title.trim().to_lowercase();
            let (above, last) = lower.rsplit_once('.').unwrap_or(("", &lower));
            (above.to_owned(), last.to_owned())
        };
        let (above, _) = parts(titles[stake]);
        let find = |wanted: &str| {
            titles.iter().position(|title| {
                let (above, last) = parts(title);
                above == wanted && ["denom", "denomination"].contains(&last.as_str())
            })
        };
        DenominationColumn { place: find(&above).or_else(|| find("")), first: None }
    }

    /// Where it stands.
    pub fn place(&self) -> Option<usize> {
        self.place
    }

    /// Says what it is.
    pub fn tell(&self, import: &mut Import) {
        let Some((first, _)) = self.first.as_ref().filter(|(first, _)| !first.is_empty()) else { return };
        import.notes.push(format!("every stake is in {}", shown(first)));
        import.denomination = import.denomination.take().or_else(|| Denomination::named(first));
    }
}

impl Intake<'_> {
    /// Refuses a stake in another denomination than that of the first row.
    pub(super) fn check_denomination(&mut self, row: &dyn Row, name: &str) -> Result<(), Fault> {
        let Some(place) = self.denomination.place.filter(|&place| self.places.at(place).is_none()) else {
            return Ok(());
        };
        let own = row.field(place);
        let Some((first, line)) = &self.denomination.first else {
            self.denomination.first = Some((own.to_owned(), row.line()));
            return Ok(());
        };
        if first == own {
            return Ok(());
        }
        let said = |text: &str| match text {
            "" => "no denomination".to_owned(),
            text => format!("the denomination {}", shown(text)),
        };
        row.spot(place).fault(format!(
            "the {} of {} has {}, but that of line {line} has {}; write all in one",
            Column::Stake.title(),
            shown(name),
            said(own),
            said(first)
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Options, read};

    #[test]
    fn stakes_of_several_denominations_are_refused_and_one_is_told() {
        let csv = "name,stake,denom\na,5,uatom\nb,6,atom\n";
        let json = r#"[{"name": "a", "stake": {"amount": "5", "denom": "uatom"}}, {"name": "b", "stake": {"amount": "6", "denom": "atom"}}]"#;
        let beside =
            r#"[{"name": "a", "stake": 5, "denom": "uatom"}, {"name": "b", "stake": 6, "denom": "atom"}]"#;
        for table in [csv, json, beside] {
            let fault = read(table.as_bytes(), &Options::default()).unwrap_err();
            assert!(
                fault.problem.contains("the stake of `b` has the denomination `atom`")
                    && fault.problem.contains("has the denomination `uatom`"),
                "{}",
                fault.problem
            );
            for (other, says) in [("atom", Some("atom")), ("ibc/27394F", None)] {
                let one = match other {
                    "atom" => table.replace("uatom", "atom"),
                    other => table.replace("uatom", "atom").replace("atom", other),
                };
                let import = read(one.as_bytes(), &Options::default()).unwrap();
                assert_eq!(import.notes, [format!("every stake is in `{other}`")]);
                assert_eq!(import.denomination.map(|unit| unit.name).as_deref(), says);
                assert_eq!(import.ignored, [""; 0]);
            }
        }
        // That of something else than the stake.
        let other =
            r#"[{"name": "a", "stake": 5, "fee.denom": "x"}, {"name": "b", "stake": 6, "fee.denom": "y"}]"#;
        assert!(read(other.as_bytes(), &Options::default()).is_ok());
    }
}
