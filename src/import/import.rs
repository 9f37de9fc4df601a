//! What a table says, once it was understood.

use super::amount::Amount;
use super::column::Column;
use super::options::Options;
use super::scale::{Scaled, divide, scale};
use super::unit::{Denomination, Unit};

/// All wins together may be no more than this: up to here the laws of counts are exact.
pub const MOST_WINS: u64 = 1 << 53;

/// What a table says, in the order of its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// The name of the format.
    pub format: &'static str,
    /// The validators' names; all different.
    pub names: Vec<String>,
    /// Their stakes, as they are written.
    pub stakes: Option<Vec<Amount>>,
    /// How many blocks each made.
    pub wins: Option<Vec<u64>>,
    /// How many wins the chain's own accounting expected of each.
    pub expected: Option<Vec<f64>>,
    /// How many slots were assigned to each, its blocks among them.
    pub slots: Option<Vec<u64>>,
    /// Proposer priorities.
    pub priorities: Option<Vec<i64>>,
    /// The height, or slot, that the file says it is of.
    pub height: Option<u64>,
    /// Reward points.
    pub points: Option<Vec<u64>>,
    /// Of a history: who proposed each block, in the order of heights, as a place among the names.
    pub proposers: Option<Vec<u32>>,
    /// The heights, or slots, of these blocks.
    pub heights: Option<Vec<u64>>,
    /// The columns that were understood, with the titles they had.
    pub columns: Vec<(Column, String)>,
    /// The titles of columns that were passed over.
    pub ignored: Vec<String>,
    /// Why rows were left out, and how many.
    pub dropped: Vec<(String, u64)>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// The unit of the stakes as they are written, if the format or the reader of the table says it.
    pub denomination: Option<Denomination>,
    /// Whether the stakes are percentages.
    pub percent: bool,
    /// Whether the file is about a part of the chain.
    pub part: Option<PartOfChain>,
    /// The last line with text.
    pub last_line: u64,
}

/// That a file shows only some of a chain's validators, so that its stakes are not the stake of all.
#[derive(Clone, Debug, PartialEq)]
pub struct PartOfChain {
    /// How that is known.
    pub why: String,
    /// How to get the whole.
    pub remedy: String,
    /// What share of the chain's stake the rows hold together, if the file tells.
    pub share: Option<f64>,
    /// Where the file is about one validator alone: the command that answers for it.
    pub alone: Option<String>,
}

impl PartOfChain {
    /// What can be done instead.
    pub fn remedies(&self) -> String {
        match &self.alone {
            Some(command) => format!("{command} answers for it alone; {}", self.remedy),
            None => self.remedy.clone(),
        }
    }
}

/// Whole stakes in a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeStakes {
    /// One for each validator.
    pub stakes: Vec<u64>,
    /// What one of them is, in words.
    pub unit: String,
    /// Whether a stake was rounded: by how much at most, and whose.
    pub rounding: Option<String>,
    /// Whether the unit is that of the table.
    pub is_as_written: bool,
}

impl Import {
    /// Nothing yet.
    pub fn new(format: &'static str) -> Self {
        Import { format, ..Import::default() }
    }

    /// The stakes as whole numbers of the unit that was asked for, or else of the finest in which
    /// they sum to at most `most`. Nothing if the table has no stakes.
    ///
    /// # Errors
    /// If the unit is one of another coin, or too fine.
    pub fn whole_stakes(&self, options: &Options, most: u64) -> Result<Option<WholeStakes>, String> {
        let Some(amounts) = &self.stakes else { return Ok(None) };
        if self.percent
            && let Some(Unit::Named(unit)) = &options.unit
        {
            return Err(format!(
                "--unit {}: the stakes of this file are percentages, which have no unit; leave --unit out",
                unit.name
            ));
        }
        let (mut own, mut wanted, mut asked) = (self.denomination.clone(), None, None);
        match &options.unit {
            None => {}
            Some(Unit::Multiple(step)) => wanted = Some(*step),
            Some(Unit::Named(unit)) => match &own {
                None => own = Some(unit.clone()),
                Some(own) if own.coin == unit.coin => {
                    wanted = Some(Amount::power_of_ten(own.places - unit.places));
                    asked = Some(unit);
                }
                Some(own) => {
                    return Err(format!(
                        "--unit {}: the stakes of this file are in {}, which is no {}",
                        unit.name,
                        own.describe(),
                        unit.coin
                    ));
                }
            },
        }
        let scaled = match wanted.map(|step| (step, divide(amounts, step, most))) {
            Some((_, Some(scaled))) => scaled,
            Some((step, None)) if asked.is_none() => {
                return Err(format!(
                    "--unit {step}: in this unit the stakes sum to more than {most}; the finest that fits is --unit {}",
                    scale(amounts, most).step
                ));
            }
            _ => scale(amounts, most),
        };
        if let Some(wish) = wanted
            && scaled.vanished > 0
            && scaled.stakes.iter().all(|&stake| stake == 0)
        {
            let unit = asked.map_or_else(|| wish.to_string(), |unit| unit.name.clone());
            return Err(format!(
                "--unit {unit}: every stake is less than half of this unit and would become 0; leave --unit out, or give a finer one"
            ));
        }
        let mut unit = describe(&scaled, own.as_ref(), asked, self.percent);
        if let (Some(asked), Some(wanted)) = (asked, wanted)
            && scaled.step != wanted
        {
            unit += &format!("; in {} they would sum to more than {most}", asked.name);
        }
        let rounding = (scaled.rounding > 0.0).then(|| {
            let worst = &self.names[scaled.worst];
            let most = match 100.0 * scaled.rounding {
                small if small < 0.01 => format!("{small:.1e} %"),
                percent => format!("{percent:.2} %"),
            };
            let mut text =
                format!("stakes were rounded to whole numbers, the most that of `{worst}`, by {most}");
            if scaled.vanished > 0 {
                text += &format!("; {} that are not 0 became 0", scaled.vanished);
            }
            text
        });
        let is_as_written = scaled.step == Amount::power_of_ten(0);
        Ok(Some(WholeStakes { stakes: scaled.stakes, unit, rounding, is_as_written }))
    }

    /// Whether every number of a row is the sum of those of all others, of which there are two at least.
    pub fn holds_total(&self, index: usize) -> bool {
        let mut told = false;
        if let Some(stakes) = &self.stakes {
            let mut others =
                stakes.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, stake)| *stake);
            let sum = others.try_fold(Amount::ZERO, Amount::plus);
            if sum != Some(stakes[index]) {
                return false;
            }
            told |= stakes[index] != Amount::ZERO;
        }
        for rows in [&self.wins, &self.slots, &self.points].into_iter().flatten() {
            let sum: u128 = rows.iter().map(|&number| u128::from(number)).sum();
            if sum != 2 * u128::from(rows[index]) {
                return false;
            }
            told |= rows[index] != 0;
        }
        told && self.names.len() > 2
    }

    /// Whether a row's stake is that of all others but for rounding: 100 % beside others, or a sum to
    /// half a percent.
    pub fn nearly_holds_total(&self, index: usize) -> bool {
        let Some(stakes) = &self.stakes else { return self.holds_total(index) };
        let own = stakes[index].approximate();
        let others: f64 = stakes.iter().map(|stake| stake.approximate()).sum::<f64>() - own;
        let is_all = self.percent && own == 100.0 && others > 0.0;
        self.names.len() > 2 && own > 0.0 && (is_all || (others / own - 1.0).abs() < 5e-3)
    }

    /// Removes a row.
    pub fn remove(&mut self, index: usize) {
        self.keep_rows(&|other| other != index);
    }

    /// Removes all rows but some.
    pub(super) fn keep_rows(&mut self, keep: &dyn Fn(usize) -> bool) {
        fn filter<T>(rows: &mut Vec<T>, keep: &dyn Fn(usize) -> bool) {
            let mut index = 0;
            rows.retain(|_| {
                index += 1;
                keep(index - 1)
            });
        }
        filter(&mut self.names, keep);
        if let Some(rows) = &mut self.stakes {
            filter(rows, keep);
        }
        for rows in [&mut self.wins, &mut self.slots, &mut self.points].into_iter().flatten() {
            filter(rows, keep);
        }
        if let Some(rows) = &mut self.expected {
            filter(rows, keep);
        }
        if let Some(rows) = &mut self.priorities {
            filter(rows, keep);
        }
    }

    /// Adds each of some rows to an earlier one, and removes it.
    ///
    /// # Errors
    /// If a sum is too long.
    pub fn merge(&mut self, merged: &[(usize, usize)]) -> Result<(), String> {
        for &(from, to) in merged {
            if let Some(stakes) = &mut self.stakes {
                let sum = stakes[to].plus(stakes[from]);
                stakes[to] = sum.ok_or_else(|| {
                    format!("the stakes of `{}` are too far apart to be added", self.names[to])
                })?;
            }
            for rows in [&mut self.wins, &mut self.slots, &mut self.points].into_iter().flatten() {
                rows[to] = rows[to].saturating_add(rows[from]);
            }
            if let Some(expected) = &mut self.expected {
                expected[to] += expected[from];
            }
            if let Some(priorities) = &mut self.priorities {
                priorities[to] = priorities[to].saturating_add(priorities[from]);
            }
        }
        let gone: std::collections::HashSet<usize> = merged.iter().map(|&(from, _)| from).collect();
        self.keep_rows(&|index| !gone.contains(&index));
        self.notes.push(format!("{} rows were added to an earlier row of the same name", merged.len()));
        Ok(())
    }
}

/// What one stake is, in words.
fn describe(
    scaled: &Scaled,
    own: Option<&Denomination>,
    asked: Option<&Denomination>,
    percent: bool,
) -> String {
    let step = scaled.step;
    let is_one = step == Amount::power_of_ten(0);
    match own {
        Some(own) => {
            let unit = [Some(own), asked]
                .into_iter()
                .flatten()
                .find(|unit| step == Amount::power_of_ten(own.places - unit.places));
            match unit {
                Some(unit) => unit.describe(),
                None => format!("{step} {}; 10^{} {} make one {}", own.name, own.places, own.name, own.coin),
            }
        }
        None if percent => format!("{step} percent"),
        None if is_one => "as written".to_owned(),
        None => format!("{step} of what is written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::read;

    #[test]
    fn a_unit_in_which_no_stake_is_left_is_refused_and_so_is_one_of_percentages() {
        let refusal = |table: &str, unit: &str| {
            let mut options = Options::default();
            options.set("unit", unit).unwrap();
            let import = read(table.as_bytes(), &options).unwrap();
            import.whole_stakes(&options, i64::MAX as u64).map(|stakes| stakes.unwrap().stakes)
        };
        let percent = "name,stake\na,40%\nb,60%\n";
        assert!(refusal(percent, "eth").unwrap_err().contains("percentages, which have no unit"));
        assert_eq!(refusal(percent, "0.1"), Ok(vec![400, 600]));
        let coins = "name,stake\na,5\nb,6\n";
        assert_eq!(refusal(coins, "eth"), Ok(vec![5, 6]));
        for unit in ["100", "1e30", "1e300"] {
            assert!(refusal(coins, unit).unwrap_err().contains("would become 0"), "{unit}");
        }
        assert!(refusal(coins, "1e-300").unwrap_err().contains("the finest that fits"));
        let named = "name,stake\na,5 wei\nb,6 wei\n";
        assert!(refusal(named, "eth").unwrap_err().starts_with("--unit eth: every stake"));
    }
}
