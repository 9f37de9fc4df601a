//! What all rows of a table say together.

use super::{Intake, LEAST_OF_ALL, TOTALS};
use crate::import::amount::Amount;
use crate::import::column::Column;
use crate::import::fault::{Fault, shown};
use crate::import::import::{Import, MOST_WINS, PartOfChain};
use crate::import::numerals::LonePoint;
use crate::import::options::{Duplicates, Intent, TotalRow};
use crate::import::unit::Denomination;

impl Intake<'_> {
    /// What all rows together say.
    ///
    /// # Errors
    /// If the numbers of a column contradict each other, or there is no row.
    pub fn finish(mut self) -> Result<Import, Fault> {
        let (options, mut import) = (self.options, std::mem::take(&mut self.import));
        let last = self.last_line;
        let fault = |problem: &str| Err(Fault { line: last, column: 1, problem: problem.into() });
        if self.places.all().is_empty() {
            let columns = if options.intent == Intent::Stakes { "name,stake" } else { "name,stake,wins" };
            return fault(&format!(
                "the table is empty, but must begin with a line that names its columns: {columns}"
            ));
        }
        if import.names.is_empty() {
            if let [(reason, count), ..] = import.dropped.as_slice() {
                return fault(&format!("nobody is left of the table: {count} left out as {reason}"));
            }
            return fault(match options.intent {
                Intent::Stakes => "the table names its columns, but no account follows",
                _ => "the table names its columns, but no validator follows",
            });
        }
        self.check_groups()?;
        // What one column tells holds for those that tell nothing.
        let told = self.told_decimal();
        if self.places.of(Column::Stake).is_some() {
            let unit = self.stakes.unit().map(str::to_owned);
            let decimal = options.decimal.or_else(|| self.stakes.told()).or(told);
            let (amounts, percent) = std::mem::take(&mut self.stakes).finish(decimal, self.lone_point)?;
            import.percent = percent;
            if let Some(unit) = unit {
                import.notes.push(format!("every stake is followed by {}", shown(&unit)));
                import.denomination = import.denomination.or(Denomination::named(&unit));
            }
            import.stakes = Some(amounts);
            self.denomination.tell(&mut import);
        }
        let is_doubtful = self.lone_point == LonePoint::Doubtful || told.is_some();
        if self.places.of(Column::Expected).is_some() && (self.has_marks || is_doubtful) {
            let decimal = options.decimal.or_else(|| self.expected.told()).or(told);
            let (amounts, _) = std::mem::take(&mut self.expected).finish(decimal, self.lone_point)?;
            let numbers: Vec<f64> = amounts.iter().map(|amount| amount.approximate()).collect();
            if numbers.iter().any(|&number| number > MOST_WINS as f64) {
                return fault(&format!("an expected number of wins is more than {MOST_WINS}"));
            }
            import.expected = Some(numbers);
        }
        if import.slots.is_none()
            && let Some(wins) = &import.wins
            && !self.missed.is_empty()
        {
            import.slots = Some(wins.iter().zip(&self.missed).map(|(wins, missed)| wins + missed).collect());
        }
        if self.is_plain && !self.is_history {
            self.settle_total(&mut import)?;
        }
        if import.percent && import.part.is_none() {
            import.part = part_of_hundred(&import);
        }
        // After that, since percentages and totals are of all.
        if self.is_plain && !self.is_history {
            self.settle_status(&mut import);
            if import.names.is_empty() {
                return fault(
                    "nobody is left of the table: all rows are of validators that are not bonded, not active or jailed",
                );
            }
        }
        import.notes.extend(self.state.note());
        if let Some(&(first, _)) = self.nameless.first() {
            import.notes.push(format!(
                "{} of the rows had no name and got one: the first is called {}",
                self.nameless.len(),
                shown(&import.names[first])
            ));
        }
        if !self.merged.is_empty() {
            import.merge(&self.merged).map_err(|problem| Fault { line: last, column: 1, problem })?;
        } else if options.duplicates == Some(Duplicates::Keep) {
            let again: u32 = self.seen.values().map(|seen| seen.times - 1).sum();
            if again > 0 {
                import
                    .notes
                    .push(format!("{again} rows had a name that stood before, and got a number after it"));
            }
        }
        if self.is_history {
            self.order.sort_unstable();
            import.heights = Some(self.order.iter().map(|&(height, _)| height).collect());
            import.proposers = Some(self.order.into_iter().map(|(_, index)| index).collect());
        }
        if import.stakes.as_ref().is_some_and(|stakes| stakes.iter().all(|&stake| stake == Amount::ZERO)) {
            return fault("all stakes up to here are 0, but somebody must hold a coin");
        }
        if import.expected.as_ref().is_some_and(|expected| expected.iter().sum::<f64>() <= 0.0) {
            return fault("all expected numbers of wins up to here are 0");
        }
        if let Some(part) = &import.part {
            let note = format!("the file shows a part of the chain: {}; {}", part.why, part.remedies());
            import.notes.push(note);
        }
        if self.joined > 0 {
            import.notes.push(format!("line breaks in {} names are read as spaces", self.joined));
        }
        import.last_line = last;
        Ok(import)
    }

    /// Finds a row that holds the total of the others by its numbers: whatever it is called if it has
    /// no name, or one that may mean all; else it may be a validator's, and is named.
    fn settle_total(&mut self, import: &mut Import) -> Result<(), Fault> {
        let is_dropped = import.dropped.iter().any(|(reason, _)| reason == TOTALS);
        let wish = self.options.total;
        if wish == Some(TotalRow::Keep) || wish == Some(TotalRow::Drop) && is_dropped {
            return Ok(());
        }
        let nameless = self.nameless.iter().find(|&&(index, _)| import.holds_total(index));
        let found =
            nameless.or_else(|| self.totals.iter().find(|&&(index, _)| import.nearly_holds_total(index)));
        let ends = [import.names.len() - 1, 0];
        let unnamed = || ends.into_iter().find(|&index| import.holds_total(index));
        let index = match (found, wish) {
            (Some(&(_, spot)), None) if nameless.is_some() => {
                return spot.fault(
                    "the row has no name, and its numbers are the sums of all others; remove it, or say what it is: --total drop or --total keep",
                );
            }
            (Some(&(index, spot)), None) => {
                return spot.fault(format!(
                    "the row {} seems to hold the total of the others: its numbers are theirs together; remove it, or say what it is: --total drop or --total keep",
                    shown(&import.names[index])
                ));
            }
            (Some(&(index, _)), Some(_)) => index,
            (None, _) => match (unnamed(), wish) {
                (Some(index), Some(_)) => index,
                (Some(index), None) => {
                    import.notes.push(format!(
                        "the numbers of {} are exactly the sums of all others; if the row is no validator but a total, leave it out with --total drop",
                        shown(&import.names[index])
                    ));
                    return Ok(());
                }
                (None, _) => return Ok(()),
            },
        };
        import.remove(index);
        import.dropped.push((TOTALS.to_owned(), 1));
        self.status.remove(index);
        self.nameless.retain(|&(other, _)| other != index);
        self.merged.retain(|&(from, to)| from != index && to != index);
        // The rows after it have moved up.
        let merged = self.merged.iter_mut().flat_map(|(from, to)| [from, to]);
        for place in self.nameless.iter_mut().map(|(place, _)| place).chain(merged) {
            *place -= usize::from(*place > index);
        }
        Ok(())
    }
}

/// Whether percentages lack more of 100 than their rounding explains.
fn part_of_hundred(import: &Import) -> Option<PartOfChain> {
    let stakes = import.stakes.as_deref()?;
    let sum: f64 = stakes.iter().map(|stake| stake.approximate()).sum();
    let finest = stakes.iter().map(|stake| stake.exponent).min()?.min(0);
    let rounding = 0.5 * stakes.len() as f64 * 10f64.powi(finest);
    (sum + rounding < 100.0 * LEAST_OF_ALL).then(|| PartOfChain {
        why: format!("its percentages sum to {sum:.4}"),
        remedy: "give all validators, or a row for the rest of the chain".to_owned(),
        share: Some(sum / 100.0),
        alone: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::import::{Options, read};

    fn problem(table: &str) -> String {
        match read(table.as_bytes(), &Options::default()) {
            Ok(import) => panic!("{table:?}: {import:?}"),
            Err(fault) => fault.problem,
        }
    }

    #[test]
    fn marks_that_may_group_digits_or_begin_decimals_are_refused() {
        let stakes = "name,stake,wins\na,1.234,10\nb,999,8\nc,12.345,90\n";
        assert!(read(stakes.as_bytes(), &Options::default()).is_ok());
        for separator in [";", "\t"] {
            let found = problem(&stakes.replace(',', separator));
            assert!(found.contains("`1.234` may mean 1.234 or 1234"), "{found}");
            let expected = "name,stake,expected,wins\na,100,1.250,1250\nb,200,2.750,2750\n";
            let found = problem(&expected.replace(',', separator));
            assert!(found.contains("`1.250` may mean 1.25 or 1250"), "{found}");
        }
        for table in [
            "name;stake;wins\na;1,5;12,000\nb;2,5;7,000\n",
            "name;stake;wins\na;1,5;1,012,000\nb;2,5;7,000\n",
            "name;stake;wins\na;15;12,000\nb;25;7\n",
        ] {
            let found = problem(table);
            assert!(
                found.contains("the number of wins of `a`") && found.contains("--decimal point"),
                "{found}"
            );
        }
    }

    #[test]
    fn a_mark_that_is_told_decides_for_all_columns() {
        let table = "name;stake;expected;wins\na;100;1.250;1250\nb;200;2.750;2750\n";
        for (decimal, expected) in [("point", [1.25, 2.75]), ("comma", [1250.0, 2750.0])] {
            let mut options = Options::default();
            options.set("decimal", decimal).unwrap();
            assert_eq!(read(table.as_bytes(), &options).unwrap().expected, Some(expected.to_vec()));
        }
        for table in [
            "name;stake;wins\na;1.5;12,000\nb;2.5;7,000\n",
            "name\tstake\twins\na\t100,000,000\t12,000\nb\t5\t7,000\n",
            "name;stake;wins\na;15;1,012,000\nb;25;7,000\n",
            "name,stake,wins\na,15,\"12,000\"\nb,25,\"7,000\"\n",
        ] {
            let import = read(table.as_bytes(), &Options::default()).unwrap();
            assert_eq!(import.wins.unwrap()[1] % 1000, 0, "{table}");
        }
    }

    #[test]
    fn marks_between_several_groups_are_read_in_every_column_of_counts() {
        for mark in [",", "."] {
            for separator in [";", "\t"] {
                let cell = |number: &str| number.replace('_', mark);
                let table = ["name", "stake", "wins", "missed", "slots", "expected", "points"]
                    .join(separator)
                    + "\n"
                    + &["a", "5", "1_234_567", "1_001_000", "2_235_567", "1_234_560", "3_000_000"]
                        .map(cell)
                        .join(separator)
                    + "\n"
                    + &["b", "6", "1_234", "1_000", "2_234", "1_250", "4_000"].map(cell).join(separator)
                    + "\n";
                let import = read(table.as_bytes(), &Options::default()).unwrap_or_else(|fault| {
                    panic!("{table}: {fault:?}");
                });
                assert_eq!(import.wins, Some(vec![1_234_567, 1_234]), "{table}");
                assert_eq!(import.slots, Some(vec![2_235_567, 2_234]), "{table}");
                assert_eq!(import.expected, Some(vec![1_234_560.0, 1_250.0]), "{table}");
                assert_eq!(import.points, Some(vec![3_000_000, 4_000]), "{table}");
            }
        }
        // One mark cannot be both, and a single one may be either.
        for table in [
            "name;stake;wins;missed\na;5;1.234.567;1,234,567\nb;6;7;8\n",
            "name;stake;wins\na;5.5;1.234.567\nb;6;7\n",
            "name;stake;wins\na;5;1.234\nb;6;7\n",
            "name,stake,wins\na,5,1.234\nb,6,7\n",
        ] {
            let found = problem(table);
            assert!(found.contains("the decimal mark here") && found.contains("--decimal"), "{found}");
        }
        // What counts tell holds for stakes.
        let import = read(b"name,stake,wins\na,1.234,1.234.567\nb,6,7\n", &Options::default()).unwrap();
        assert_eq!(import.stakes.unwrap()[0].whole(5_000), Some(1_234));
        // The point of a JSON number groups nothing.
        let mut options = Options::default();
        options.set("decimal", "comma").unwrap();
        let fault = read(br#"[{"name": "a", "stake": 5, "wins": 1.234}]"#, &options).unwrap_err();
        assert!(fault.problem.contains("must be a whole number"), "{}", fault.problem);
    }

    /// An empty cell may be a zero, or a number that is not known.
    #[test]
    fn blank_is_not_zero() {
        for (titles, row) in [
            ("wins", "name,stake,wins\na,1,\nb,2,3\n"),
            ("expected", "name,stake,wins,expected\na,1,2,\nb,2,3,4\n"),
            ("missed", "name,stake,wins,missed\na,1,2,\nb,2,3,4\n"),
            ("slots", "name,stake,wins,slots\na,1,2,\nb,2,3,4\n"),
            ("points", "name,stake,points\na,1,\nb,2,3\n"),
            ("missed", "height,proposer,missed\n1,a,\n2,b,1\n"),
            ("orphaned", "height,proposer,orphaned\n1,a,\n2,b,1\n"),
        ] {
            let found = problem(row);
            assert!(found.contains("empty"), "{titles}: {found}");
        }
        for rows in [
            r#"[{"name": "a", "stake": 1, "wins": null}, {"name": "b", "stake": 1, "wins": 2}]"#,
            r#"[{"slot": 1, "proposer": "a"}, {"slot": 2, "proposer": "b", "missed": true}]"#,
        ] {
            assert!(problem(rows).contains("empty"), "{rows}");
        }
    }
}
