//! How a column of a table writes its numbers: which mark is the decimal one, which groups digits.

use super::amount::{Amount, LONGEST_NUMBER};
use super::fault::{Fault, shown};

/// Which mark stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.5`
    Point,
    /// `1.234,5`
    Comma,
}

/// Whether a lone point between groups of digits, as in `1.234`, is taken as a decimal point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LonePoint {
    /// As in programs' output.
    Decimal,
    /// As in files that separate fields by semicolons, which are usual where the comma is the
    /// decimal mark, or by tabs, as spreadsheets of any language do.
    Doubtful,
}

/// Where a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The line, counted from 1.
    pub line: u64,
    /// The column, in characters, counted from 1.
    pub column: u64,
}

impl Spot {
    /// Something is wrong there.
    pub fn fault<T>(self, problem: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { line: self.line, column: self.column, problem: problem.into() })
    }
}

/// A column of numbers while it is read. What one cell leaves open, the others may tell, so cells
/// with marks are kept until all are there.
#[derive(Default)]
pub struct Numerals {
    amounts: Vec<Amount>,
    marked: Vec<Marked>,
    first_percent: Option<Spot>,
    first_plain: Option<Spot>,
    /// The word behind the first number, or that there is none.
    word: Option<Option<String>>,
}

struct Marked {
    row: usize,
    text: String,
    spot: Spot,
}

impl Numerals {
    /// Takes one more cell. `spot` is asked only if the cell is not plain digits, or the first.
    ///
    /// # Errors
    /// Why the cell is no number.
    pub fn push(&mut self, text: &str, spot: impl FnOnce() -> Spot) -> Result<(), String> {
        let (text, word) = number_and_word(text);
        let first = self.word.get_or_insert_with(|| word.map(str::to_owned));
        if first.as_deref() != word {
            let said = |word: Option<&str>| match word {
                Some(word) => format!("{} behind it", shown(word)),
                None => "no unit behind it".to_owned(),
            };
            return Err(format!(
                "which has {}, but the first of the column has {}; write all in one unit",
                said(word),
                said(first.as_deref())
            ));
        }
        let (number, is_percent) = match text.strip_suffix('%') {
            Some(number) => (number.trim_end(), true),
            None => (text, false),
        };
        let is_digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let first = if is_percent { &mut self.first_percent } else { &mut self.first_plain };
        if is_digits && number.len() <= 38 && first.is_some() {
            // The usual case; 38 digits always fit.
            self.amounts.push(Amount::new(number.parse().unwrap_or_default(), 0));
            return Ok(());
        }
        if number.len() > LONGEST_NUMBER {
            return Err(format!("which has {} bytes; a number has at most {LONGEST_NUMBER}", number.len()));
        }
        let spot = spot();
        first.get_or_insert(spot);
        let row = self.amounts.len();
        let number = without_groups(number).ok_or_else(|| reason(number))?;
        if !number.contains([',', '.']) {
            self.amounts.push(Amount::parse(&number).ok_or_else(|| reason(&number))?);
            return Ok(());
        }
        if readings(&number) == (None, None) {
            return Err(reason(&number));
        }
        self.amounts.push(Amount::ZERO);
        self.marked.push(Marked { row, text: number, spot });
        Ok(())
    }

    /// Takes a number that a program wrote, with a point before its decimals if it has any.
    ///
    /// # Errors
    /// Why it is no number.
    pub fn push_plain(&mut self, text: &str) -> Result<(), String> {
        self.amounts.push(Amount::parse(text).ok_or_else(|| reason(text))?);
        Ok(())
    }

    /// The word that stands behind every number, such as the name of a coin.
    pub fn unit(&self) -> Option<&str> {
        self.word.as_ref()?.as_deref()
    }

    /// The sum of all cells so far, unless one has marks that others may have to explain.
    pub fn sum(&self) -> Option<Amount> {
        if !self.marked.is_empty() {
            return None;
        }
        self.amounts.iter().try_fold(Amount::ZERO, |sum, &amount| sum.plus(amount))
    }

    /// The decimal mark, if some cell can be read with one of them alone. Cells that contradict the first of
    /// them are refused at the end.
    pub fn told(&self) -> Option<Decimal> {
        self.marked.iter().find_map(|marked| match readings(&marked.text) {
            (Some(_), None) => Some(Decimal::Point),
            (None, Some(_)) => Some(Decimal::Comma),
            _ => None,
        })
    }

    /// All amounts, and whether they are percentages.
    ///
    /// # Errors
    /// If the cells contradict each other, or leave open what they mean.
    pub fn finish(
        mut self,
        given: Option<Decimal>,
        lone_point: LonePoint,
    ) -> Result<(Vec<Amount>, bool), Fault> {
        if let (Some(percent), Some(plain)) = (self.first_percent, self.first_plain) {
            let later = if percent.line > plain.line { percent } else { plain };
            let earlier = percent.line.min(plain.line);
            return later.fault(format!(
                "some numbers of this column have a percent sign and some have none, as on line {earlier}; write all in one way"
            ));
        }
        let decimal = match given {
            Some(decimal) => decimal,
            None => self.decimal(lone_point)?,
        };
        for Marked { row, text, spot } in &self.marked {
            let (point, comma) = readings(text);
            let reading = match decimal {
                Decimal::Point => point,
                Decimal::Comma => comma,
            };
            let Some(amount) = reading else {
                let (mark, other) = match decimal {
                    Decimal::Point => ("point", "comma"),
                    Decimal::Comma => ("comma", "point"),
                };
                return spot.fault(format!(
                    "{} is no number if the {mark} is the decimal mark, as it is elsewhere in this column; if it is not, give --decimal {other}",
                    shown(text)
                ));
            };
            self.amounts[*row] = amount;
        }
        Ok((self.amounts, self.first_percent.is_some()))
    }

    /// What the marks of all cells together tell.
    fn decimal(&self, lone_point: LonePoint) -> Result<Decimal, Fault> {
        let mut lone = None;
        let mut open = None;
        let (mut point, mut comma) = (false, false);
        for marked in &self.marked {
            match readings(&marked.text) {
                (Some(_), None) => point = true,
                (None, Some(_)) => comma = true,
                (Some(a), Some(b)) if a == b => {}
                _ if marked.text.contains('.') => lone = lone.or(Some(marked)),
                _ => open = open.or(Some(marked)),
            }
        }
        if lone_point == LonePoint::Doubtful && !point && !comma {
            open = open.or(lone);
        }
        match (open, point, comma) {
            (Some(Marked { text, spot, .. }), false, false) => {
                let [small, large] = match readings(text) {
                    (Some(a), Some(b)) if a.approximate() < b.approximate() => [(a, "point"), (b, "comma")],
                    (a, b) => [(b.unwrap_or(Amount::ZERO), "comma"), (a.unwrap_or(Amount::ZERO), "point")],
                };
                spot.fault(format!(
                    "{} may mean {} or {}, and no other number of this column tells which; give --decimal {} or --decimal {}",
                    shown(text),
                    small.0,
                    large.0,
                    small.1,
                    large.1
                ))
            }
            // If some say this and some that, a cell that cannot be read will be named.
            (_, _, true) => Ok(Decimal::Comma),
            _ => Ok(Decimal::Point),
        }
    }
}

/// A number, and the word of letters that stands behind it, apart by a space.
fn number_and_word(text: &str) -> (&str, Option<&str>) {
    if !text.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return (text, None);
    }
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let word = &text[number.len()..];
    let before = number.trim_end();
    let is_apart = before.len() < number.len() && before.ends_with(|c: char| c.is_ascii_digit());
    // A single letter may stand for thousands or millions, in one row and not in another.
    if is_apart && (2..=20).contains(&word.len()) { (before, Some(word)) } else { (text, None) }
}

fn reason(text: &str) -> String {
    let is_number = |text: &str| Amount::parse(text).is_some();
    if text.is_empty() {
        "but must be a number".to_owned()
    } else if text.strip_prefix('-').is_some_and(is_number) {
        "but cannot be negative".to_owned()
    } else {
        "but must be a number, such as 1234, 12.5, 1.2e31 or 0x1f".to_owned()
    }
}

/// Removes marks that do nothing but group digits: spaces, underscores and apostrophes between
/// groups of three.
fn without_groups(text: &str) -> Option<String> {
    const MARKS: [char; 7] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '_', '\'', '\u{2019}'];
    let Some(mark) = text.chars().find(|c| MARKS.contains(c)) else { return Some(text.to_owned()) };
    let end = text.find([',', '.']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let is_plain = rest.is_empty() || rest[1..].bytes().all(|byte| byte.is_ascii_digit()) && rest.len() > 1;
    (is_plain && is_grouped(whole, mark)).then(|| whole.replace(mark, "") + rest)
}

/// The digits of a whole number whose groups of three are kept apart by one mark. A point or a comma may also
/// begin decimals; the rest of a table tells.
pub fn ungrouped(text: &str) -> Option<String> {
    let text = without_groups(text)?;
    if let Some(mark) = [',', '.'].into_iter().find(|&mark| is_grouped(&text, mark)) {
        return Some(text.replace(mark, ""));
    }
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

/// Whether digits stand in groups of three, the first of which may be shorter.
fn is_grouped(text: &str, mark: char) -> bool {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or_default();
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && is_digits(first)
        && !first.starts_with('0')
        && text.contains(mark)
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// What a number with points or commas means if the point is the decimal mark, and if the comma
/// is; nothing if it cannot be written so.
fn readings(text: &str) -> (Option<Amount>, Option<Amount>) {
    let read = |decimal: char, group: char| {
        let (whole, fraction) = match text.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let whole = if whole.contains(group) {
            is_grouped(whole, group).then(|| whole.replace(group, ""))?
        } else {
            whole.to_owned()
        };
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        Amount::parse(&match fraction {
            Some(fraction) => format!("{whole}.{fraction}"),
            None => whole,
        })
    };
    (read('.', ','), read(',', '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOT: Spot = Spot { line: 2, column: 1 };

    fn column(cells: &[&str], lone: LonePoint) -> Result<(Vec<String>, bool), String> {
        let mut numerals = Numerals::default();
        for (row, cell) in cells.iter().enumerate() {
            numerals.push(cell, || Spot { line: row as u64 + 2, column: 1 })?;
        }
        let (amounts, percent) = numerals.finish(None, lone).map_err(|fault| fault.problem)?;
        Ok((amounts.iter().map(ToString::to_string).collect(), percent))
    }

    #[test]
    fn marks_are_understood_where_the_column_tells_what_they_are() {
        for (cells, numbers) in [
            (&["1,234,567", "1,234", "5"][..], &["1234567", "1234", "5"][..]),
            (&["1,234.5", "1,234"], &["1234.5", "1234"]),
            (&["1.234,5", "1.234"], &["1234.5", "1234"]),
            (&["1.234.567", "1.234"], &["1234567", "1234"]),
            (&["0,125", "1,250"], &["0.125", "1.25"]),
            (&["12,5", "7"], &["12.5", "7"]),
            (&["1.234", "12.5"], &["1.234", "12.5"]),
            (&["1.234"], &["1.234"]),
            (&["1 234 567", "12 345,5"], &["1234567", "12345.5"]),
            (&["1'234'567", "1_000", "1\u{a0}000", "1\u{202f}000.5"], &["1234567", "1000", "1000", "1000.5"]),
            (&["1.2e31", "0x10", "7"], &["12e30", "16", "7"]),
            (&["1.0", "2.000000000000000000"], &["1", "2"]),
        ] {
            let read: Vec<String> =
                numbers.iter().map(|number| Amount::parse(number).unwrap().to_string()).collect();
            assert_eq!(column(cells, LonePoint::Decimal), Ok((read, false)), "{cells:?}");
        }
        assert_eq!(
            column(&["12.5%", "7 %"], LonePoint::Decimal),
            Ok((vec!["12.5".into(), "7".into()], true))
        );
    }

    #[test]
    fn what_may_mean_two_things_is_refused() {
        let both = column(&["1,000", "250"], LonePoint::Decimal).unwrap_err();
        assert_eq!(
            both,
            "`1,000` may mean 1 or 1000, and no other number of this column tells which; give --decimal comma or --decimal point"
        );
        let point = column(&["1.234", "250"], LonePoint::Doubtful).unwrap_err();
        assert!(
            point.contains("may mean 1.234 or 1234") && point.contains("--decimal point or --decimal comma")
        );
        let clash = column(&["1,234.5", "1.234,5"], LonePoint::Decimal).unwrap_err();
        assert!(clash.contains("`1,234.5` is no number if the comma is the decimal mark"), "{clash}");
        let mixed = column(&["12%", "7"], LonePoint::Decimal).unwrap_err();
        assert!(mixed.contains("percent"), "{mixed}");
        for cell in [
            "",
            "-5",
            "+5",
            "five",
            "1,23,4",
            "12,34,567",
            "1 00",
            "1__000",
            "- 5",
            "1,2.3,4",
            "%",
            "$5",
            "5 ETH",
            "1.",
            "01,000",
        ] {
            assert!(column(&["5", cell], LonePoint::Decimal).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_mark_that_was_given_decides() {
        for (decimal, number) in [(Decimal::Point, "1000"), (Decimal::Comma, "1")] {
            let mut numerals = Numerals::default();
            numerals.push("1,000", || SPOT).unwrap();
            let (amounts, _) = numerals.finish(Some(decimal), LonePoint::Decimal).unwrap();
            assert_eq!(amounts[0].to_string(), number);
        }
    }
}
