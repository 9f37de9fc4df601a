//! The numbers of a row.

use super::Intake;
use super::row::Row;
use crate::import::column::Column;
use crate::import::fault::{Fault, shown};
use crate::import::import::MOST_WINS;
use crate::import::numerals::{Decimal, LonePoint, Spot, ungrouped};
use crate::import::options::Intent;
use crate::import::vanishing::vanishes;

/// The largest total of whole coins, 2^63 - 1.
const MOST_COINS: u64 = i64::MAX as u64;

impl Intake<'_> {
    /// Takes the numbers of a row in.
    pub(super) fn numbers(&mut self, row: &dyn Row, name: &str) -> Result<(), Fault> {
        self.check_denomination(row, name)?;
        if let Some(place) = self.places.of(Column::Stake) {
            let text = row.field(place);
            let strict =
                self.is_plain && self.options.intent == Intent::Stakes && self.options.unit.is_none();
            let read = if strict {
                coins(text).map(|coins| {
                    self.staked = self.staked.saturating_add(coins);
                })
            } else {
                Ok(())
            };
            let read = read.and_then(|()| match row.is_number(place) {
                true => self.stakes.push_plain(text),
                false => self.stakes.push(text, || row.near(place)),
            });
            if let Err(reason) = read {
                let problem = format!("the stake of {} is {}, {reason}", shown(name), shown(text));
                return row.spot(place).fault(problem);
            }
            if self.staked > MOST_COINS {
                return Err(Fault {
                    line: row.line(),
                    column: 1,
                    problem: format!(
                        "with this line the stakes sum to more than {MOST_COINS}, the largest total"
                    ),
                });
            }
        }
        let wins = match (self.places.of(Column::Wins), self.places.of(Column::Slots)) {
            (Some(place), _) => Some((self.whole(row, place, "number of wins", name)?, place)),
            (None, Some(place)) if self.tells_misses() => Some((self.kept(row, place, name)?, place)),
            (None, _) => None,
        };
        let mut won = wins;
        if let Some(place) = self.places.of(Column::Missed) {
            let missed = self.whole(row, place, "number of missed blocks", name)?;
            self.missed.push(missed);
            won = Some((wins.map_or(0, |(wins, _)| wins).saturating_add(missed), place));
        }
        if let Some(place) = self.places.of(Column::Slots) {
            let slots = self.whole(row, place, "number of slots", name)?;
            if let Some((wins, place)) = wins
                && wins > slots
            {
                return row.spot(place).fault(format!("{} made {wins} blocks in {slots} slots", shown(name)));
            }
            if let (Some((all, _)), Some(place)) = (won, self.places.of(Column::Missed))
                && all != slots
            {
                return row.spot(place).fault(format!(
                    "{} has {slots} slots, but the blocks it made and those it missed are {all}",
                    shown(name)
                ));
            }
            self.import.slots.get_or_insert_default().push(slots);
            won = Some((slots, place));
        }
        if let Some((wins, _)) = wins {
            self.import.wins.get_or_insert_default().push(wins);
        }
        if let Some((more, place)) = won {
            self.won = self.won.saturating_add(more);
            if self.won > MOST_WINS {
                let what = match self.places.at(place) {
                    Some(Column::Wins) => "wins",
                    _ => "slots",
                };
                return row
                    .spot(place)
                    .fault(format!("with this line the {what} sum to more than {MOST_WINS}"));
            }
        }
        if let Some(place) = self.places.of(Column::Expected) {
            let number = self.expectation(row, place, name)?;
            self.import.expected.get_or_insert_default().push(number);
        }
        if let Some(place) = self.places.of(Column::Points) {
            let points = self.whole(row, place, "number of points", name)?;
            self.import.points.get_or_insert_default().push(points);
        }
        if let Some(place) = self.places.of(Column::Priority) {
            let text = row.field(place);
            let Ok(priority) = text.parse() else {
                return row.spot(place).fault(format!(
                    "the priority of {} is {}, but must be a whole number within 64 bits",
                    shown(name),
                    shown(text)
                ));
            };
            self.import.priorities.get_or_insert_default().push(priority);
        }
        Ok(())
    }

    /// The slots of a row that were not missed.
    fn kept(&mut self, row: &dyn Row, place: usize, name: &str) -> Result<u64, Fault> {
        let slots = self.whole(row, place, "number of slots", name)?;
        let Some(missed_place) = self.places.of(Column::Missed) else { return Ok(slots) };
        let missed = self.whole(row, missed_place, "number of missed blocks", name)?;
        match slots.checked_sub(missed) {
            Some(kept) => Ok(kept),
            None => row.spot(missed_place).fault(format!("{} missed {missed} of {slots} slots", shown(name))),
        }
    }

    /// Reads a whole number, and remembers a mark between its groups until the decimal mark is known.
    fn whole(&mut self, row: &dyn Row, place: usize, what: &str, name: &str) -> Result<u64, Fault> {
        let number = whole(row, place, what, name)?;
        let text = row.field(place);
        let grouping = match (text.contains(','), text.contains('.')) {
            (false, false) => return Ok(number),
            (true, _) => &mut self.commas,
            (false, true) => &mut self.points,
        };
        grouping.is_clear |= text.matches([',', '.']).count() > 1;
        if grouping.first.is_none() {
            let problem = format!("the {what} of {} is {}", shown(name), shown(text));
            let Spot { line, column } = row.near(place);
            grouping.first = Some(Fault { line, column, problem });
        }
        Ok(number)
    }

    /// The decimal mark, if some number of the table can be read with one of them alone.
    pub(super) fn told_decimal(&self) -> Option<Decimal> {
        let of_whole = || match (self.commas.is_clear, self.points.is_clear) {
            (true, false) => Some(Decimal::Point),
            (false, true) => Some(Decimal::Comma),
            _ => None,
        };
        self.options.decimal.or_else(|| self.stakes.told()).or_else(|| self.expected.told()).or_else(of_whole)
    }

    /// Refuses marks between the groups of whole numbers where such a mark is the decimal one, or may be.
    pub(super) fn check_groups(&self) -> Result<(), Fault> {
        if self.commas.first.is_none() && self.points.first.is_none() {
            return Ok(());
        }
        let told = self.told_decimal();
        // A program's comma groups digits, but its point does not.
        let usual =
            (self.lone_point == LonePoint::Decimal && !self.points.is_clear).then_some(Decimal::Point);
        for (grouping, mark, needed) in
            [(&self.commas, "comma", Decimal::Point), (&self.points, "point", Decimal::Comma)]
        {
            let Some(fault) = &grouping.first else { continue };
            let Fault { line, column, problem } = fault;
            let remedy = match needed {
                Decimal::Point => "point",
                Decimal::Comma => "comma",
            };
            let why = match told {
                Some(decimal) if decimal == needed => continue,
                None if usual == Some(needed) => continue,
                Some(_) => "is the decimal mark here",
                None => "may be the decimal mark here",
            };
            let problem = format!(
                "{problem}, but the {mark} {why}; write whole numbers with digits alone, or give --decimal {remedy}"
            );
            return Err(Fault { line: *line, column: *column, problem });
        }
        Ok(())
    }

    /// Reads how many wins were expected: not negative, and not necessarily whole. What a mark means is
    /// known when all rows are there, and until then the number is 0.
    fn expectation(&mut self, row: &dyn Row, place: usize, name: &str) -> Result<f64, Fault> {
        let given = row.field(place);
        let plain = given.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        let number = given.parse::<f64>().ok().filter(|number| plain && number.is_finite());
        let number = number.filter(|&number| (0.0..=MOST_WINS as f64).contains(&number));
        // What is left of a number that is too small would be 0.
        let is_lost = number.is_some_and(|number| vanishes(given, number));
        let is_marked = (given.contains(',') || given.matches('.').count() > 1)
            && given.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
        let fits = match number {
            _ if is_lost => false,
            Some(_) if row.is_number(place) => self.expected.push_plain(given).is_ok(),
            // As it is written, since its point may turn out to group digits.
            Some(number) => {
                let spot = || row.near(place);
                self.expected
                    .push(given, spot)
                    .or_else(|_| self.expected.push_plain(&number.to_string()))
                    .is_ok()
            }
            None => is_marked && self.expected.push(given, || row.near(place)).is_ok(),
        };
        if !fits {
            let reason = match given {
                "" => "empty; write 0 if none were expected, or remove the row".to_owned(),
                _ if is_lost => {
                    format!("{}, which is so near to 0 that it would become 0; write 0", shown(given))
                }
                _ => format!("{}, but must be a number from 0 to {MOST_WINS}", shown(given)),
            };
            return row
                .spot(place)
                .fault(format!("the expected number of wins of {} is {reason}", shown(name)));
        }
        self.has_marks |= number.is_none();
        Ok(number.unwrap_or(0.0))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads whole coins.
fn coins(field: &str) -> Result<u64, String> {
    if is_digits(field) {
        // Digits alone fail only when they are too many.
        return field
            .parse()
            .ok()
            .filter(|&coins| coins <= MOST_COINS)
            .ok_or_else(|| format!("but the largest possible stake is {MOST_COINS}"));
    }
    if field.strip_prefix('-').is_some_and(is_digits) {
        return Err("but a stake cannot be negative".into());
    }
    Err("but must be a whole number of coins, written with digits alone".into())
}

/// Reads a whole number of at most [`MOST_WINS`]; marks between groups of three digits are fine.
fn whole(row: &dyn Row, place: usize, what: &str, name: &str) -> Result<u64, Fault> {
    let given = row.field(place);
    // The point of a number that a program wrote groups nothing.
    let is_decimal = row.is_number(place) && given.contains('.');
    let grouped = if is_digits(given) || is_decimal { None } else { ungrouped(given) };
    let digits = grouped.as_deref().unwrap_or(given);
    let reason = if given.is_empty() {
        // Blank is not zero: it may as well not be known.
        let problem =
            format!("the {what} of {} is empty; write 0 if there are none, or remove the row", shown(name));
        return row.spot(place).fault(problem);
    } else if is_digits(digits) {
        // Digits alone fail only when they are too many.
        match digits.parse().ok().filter(|&number| number <= MOST_WINS) {
            Some(number) => return Ok(number),
            None => format!("but can be at most {MOST_WINS}"),
        }
    } else if given.strip_prefix('-').is_some_and(is_digits) {
        "but cannot be negative".to_owned()
    } else {
        "but must be a whole number, written with digits alone".to_owned()
    };
    row.spot(place).fault(format!("the {what} of {} is {}, {reason}", shown(name), shown(given)))
}
