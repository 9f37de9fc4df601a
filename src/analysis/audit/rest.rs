//! A row that stands for the rest of a chain, and rows that look like one, or like a total.

use super::AuditTable;
use crate::registry::nearest;
use crate::scenario::{Place, Problem};
use crate::selection::{Dispersion, ExpectedShares, Rule};
use crate::simulation::CountingUnit;
use std::path::Path;

/// The most validators a row can stand for: the rule is asked about each.
const MOST: u64 = 100_000;

/// A row that is no validator, but the sum of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The name of the row.
    pub name: String,
    /// How many validators it stands for.
    pub stands_for: u64,
}

impl Rest {
    /// Reads `NAME=COUNT`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, count) =
            text.rsplit_once('=').ok_or("there is no `=` between the row's name and the number")?;
        match count.trim().parse() {
            Ok(stands_for @ 1..=MOST) => Ok(Rest { name: name.trim().to_owned(), stands_for }),
            _ => Err(format!(
                "the number of validators must be a whole number from 1 to {MOST}, not `{count}`"
            )),
        }
    }

    /// Where it stands in the table.
    pub fn place(&self, table: &AuditTable) -> Result<usize, Problem> {
        place(table, &self.name).map_err(|(what, help)| Problem {
            place: Place::CommandLine(format!("--rest {}={}", self.name, self.stands_for)),
            key: String::new(),
            what,
            help: Some(help),
        })
    }
}

/// Where a name stands in a table; otherwise what is wrong and what to do.
pub fn place(table: &AuditTable, name: &str) -> Result<usize, (String, String)> {
    table.names.iter().position(|other| other == name).ok_or_else(|| {
        let help = match nearest(name, table.names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "give a name as the table writes it".to_owned(),
        };
        (format!("the table has no row `{name}`"), help)
    })
}

/// The stakes behind a table: where one row stands for several validators, these hold equal parts of it,
/// to the coin, and stand at the end.
pub fn stakes(table: &AuditTable, rest: Option<(usize, u64)>) -> Vec<u64> {
    let Some((row, parts)) = rest else { return table.stakes.clone() };
    let others = table.stakes.iter().enumerate().filter(|&(index, _)| index != row).map(|(_, &stake)| stake);
    let (part, more) = (table.stakes[row] / parts, table.stakes[row] % parts);
    others.chain((0..parts).map(|index| part + u64::from(index < more))).collect()
}

/// What a rule gives to each row and how it varies, from what it says of the stakes behind them: of slots, where
/// several can lead one, each one's part of all chances to lead.
pub fn of_rows(
    rule: &dyn Rule,
    stakes: &[u64],
    rest: Option<(usize, u64)>,
    unit: CountingUnit,
) -> (ExpectedShares, Dispersion) {
    let led = rule.lead_chances(stakes).filter(|_| unit == CountingUnit::Slots);
    let shares = match led {
        Some(chances) => {
            let all: f64 = chances.iter().sum();
            ExpectedShares::Shares(chances.iter().map(|chance| chance / all).collect())
        }
        None => rule.expected_shares(stakes),
    };
    let dispersion = rule.dispersion(stakes);
    let Some((row, _)) = rest else { return (shares, dispersion) };
    let gather = |of: Vec<f64>, join: fn(&[f64]) -> f64| {
        let rows = of.len() - usize::try_from(rest.map_or(0, |(_, parts)| parts)).unwrap_or(0);
        let mut gathered = of[..rows].to_vec();
        gathered.insert(row, join(&of[rows..]));
        gathered
    };
    let shares = match shares {
        ExpectedShares::Shares(shares) => ExpectedShares::Shares(gather(shares, |parts| parts.iter().sum())),
        unknown => unknown,
    };
    let dispersion = match dispersion {
        Dispersion::Scaled { factors, cycle } => {
            let factors = gather(factors, |parts| parts.iter().copied().fold(0.0, f64::max));
            Dispersion::Scaled { factors, cycle }
        }
        Dispersion::Bounded { bounds } => {
            Dispersion::Bounded { bounds: gather(bounds, |parts| parts.iter().sum()) }
        }
        other => other,
    };
    (shares, dispersion)
}

/// Words by which tables call a sum of all rows.
const TOTALS: &[&str] = &[
    "total",
    "totals",
    "sum",
    "sums",
    "all",
    "overall",
    "everyone",
    "everybody",
    "aggregate",
    "subtotal",
    "network",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "totaal",
    "totale",
    "somme",
    "suma",
    "итого",
    "всего",
    "合計",
    "总计",
    "σ",
    "∑",
];

/// Words by which tables call what is left over.
const RESTS: &[&str] = &[
    "other",
    "others",
    "rest",
    "remaining",
    "remainder",
    "misc",
    "various",
    "unknown",
    "unnamed",
    "andere",
    "sonstige",
    "autres",
    "otros",
    "altri",
];

fn is_called(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphanumeric() && c != '∑').any(|word| words.contains(&word))
}

/// Refuses a row that is the sum of all the others: counted as a validator, it would halve everybody's
/// share.
pub fn refuse_total(path: &Path, table: &AuditTable) -> Result<(), Problem> {
    let sum = |of: &[u64]| of.iter().map(|&value| u128::from(value)).sum::<u128>();
    let (staked, won) = (sum(&table.stakes), sum(&table.wins));
    // How far a value is from the sum of the others.
    let apart = |own: u64, all: u128| (all - u128::from(own)).abs_diff(u128::from(own));
    // Both may be rounded, or rows be missing: a hundredth. One of them exactly is a sum too.
    let is_sum = |index: usize| {
        let (stake, wins) = (apart(table.stakes[index], staked), apart(table.wins[index], won));
        let near = |apart: u128, all: u128| all > 0 && apart * 200 <= all;
        near(stake, staked) && near(wins, won) || stake == 0 && staked > 0 || wins == 0 && won > 20
    };
    let total = (0..table.names.len())
        .find(|&index| is_called(&table.names[index], TOTALS) && table.names.len() > 2 && is_sum(index));
    match total {
        None => Ok(()),
        Some(index) => Err(Problem::file(
            path,
            format!(
                "the row `{}` is no validator but the sum of all others: its stake is {} and theirs {}, its wins are {} \
                 and theirs {}",
                table.names[index],
                table.stakes[index],
                staked - u128::from(table.stakes[index]),
                table.wins[index],
                won - u128::from(table.wins[index])
            ),
            "remove that row; if it is a validator, give it another name",
        )),
    }
}

/// A row that is called like the rest of a chain and is not marked as one.
pub fn unmarked(table: &AuditTable, rest: Option<usize>) -> Option<&str> {
    let mut rows = table.names.iter().enumerate().filter(|&(index, _)| Some(index) != rest);
    rows.find(|(_, name)| is_called(name, RESTS)).map(|(_, name)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, u64, u64)]) -> AuditTable {
        AuditTable {
            names: rows.iter().map(|row| row.0.to_owned()).collect(),
            stakes: rows.iter().map(|row| row.1).collect(),
            wins: rows.iter().map(|row| row.2).collect(),
            ..AuditTable::default()
        }
    }

    #[test]
    fn a_total_is_refused_wherever_it_stands_and_a_validator_of_half_is_not() {
        let mut rows = vec![("a", 500, 52), ("b", 300, 29), ("c", 200, 19)];
        assert_eq!(refuse_total(Path::new("t.csv"), &table(&rows)), Ok(()));
        for name in ["Total", "SUM", "all validators", "Grand total:", "∑", "Summe"] {
            for place in [0, 3] {
                rows.insert(place, (name, 1000, 100));
                let problem = refuse_total(Path::new("t.csv"), &table(&rows)).unwrap_err();
                assert!(problem.help.unwrap().starts_with("remove that row"), "{name}");
                rows.remove(place);
            }
        }
        for honest in [("Totally Secure", 1000, 100), ("whale", 1000, 100), ("Total", 17, 3)] {
            assert_eq!(refuse_total(Path::new("t.csv"), &table(&[&rows[..], &[honest]].concat())), Ok(()));
        }
    }

    #[test]
    fn the_rest_is_read_and_split_to_the_coin() {
        assert_eq!(Rest::parse("others=37"), Ok(Rest { name: "others".into(), stands_for: 37 }));
        assert_eq!(Rest::parse("a=b=2").unwrap().name, "a=b");
        for wrong in ["others", "others=", "others=0", "others=1e3", "others=100001", "others=-1"] {
            assert!(Rest::parse(wrong).is_err(), "{wrong}");
        }
        let table = table(&[("a", 5, 1), ("others", 11, 1), ("b", 7, 1)]);
        assert_eq!(stakes(&table, Some((1, 3))), [5, 7, 4, 4, 3]);
        assert_eq!(unmarked(&table, None), Some("others"));
        assert_eq!(unmarked(&table, Some(1)), None);
    }
}
