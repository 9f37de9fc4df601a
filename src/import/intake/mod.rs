//! Rows of any format, taken in one by one: names are told apart, numbers are read, and what is
//! doubtful is refused with its place.

mod blocks;
mod denomination;
mod name;
mod numbers;
mod row;
mod state;
mod status;
mod titles;
mod whole_table;

pub use row::Row;
pub use titles::TableHeader;

use super::amount::Amount;
use super::column::{BlockStatus, Column, Places, TurnStatus};
use super::fault::{Fault, shown};
use super::import::{Import, PartOfChain};
use super::numerals::{LonePoint, Numerals, Spot};
use super::one_line::one_line;
use super::options::{Duplicates, Intent, Options, TotalRow};
use super::total_names::{is_total, may_be_total};
use denomination::DenominationColumn;
use name::check_name;
use state::StateColumn;
use status::StatusColumns;
use std::collections::{HashMap, HashSet};

/// Rows that hold less of the stake than this are a part of the chain; a little may be left out for
/// other reasons, as the stake of pools that have retired.
const LEAST_OF_ALL: f64 = 0.99;

/// Why rows of totals are left out.
const TOTALS: &str = "rows of totals";

/// Takes rows in.
pub struct Intake<'o> {
    options: &'o Options,
    places: Places,
    is_plain: bool,
    is_history: bool,
    /// Whether the column of missed blocks has words alone, so that 1 says nothing.
    has_status: bool,
    expected: Numerals,
    /// Whether an expected number has marks that all rows together must explain.
    has_marks: bool,
    lone_point: LonePoint,
    commas: Grouping,
    points: Grouping,
    denomination: DenominationColumn,
    state: StateColumn,
    status: StatusColumns,
    seen: HashMap<String, Seen>,
    import: Import,
    stakes: Numerals,
    missed: Vec<u64>,
    heights: HashSet<u64>,
    order: Vec<(u64, u32)>,
    staked: u64,
    won: u64,
    merged: Vec<(usize, usize)>,
    nameless: Vec<(usize, Spot)>,
    /// Rows whose name is one for all together, though a validator could have it.
    totals: Vec<(usize, Spot)>,
    rows: u64,
    /// How many names had line breaks.
    joined: u64,
    last_line: u64,
}

/// The whole numbers whose groups of digits a mark keeps apart that may be a decimal mark.
#[derive(Default)]
struct Grouping {
    /// The first of them: where it stands, and what to say of it.
    first: Option<Fault>,
    /// Whether one has several such marks, so that they are no decimal marks.
    is_clear: bool,
}

struct Seen {
    line: u64,
    index: usize,
    times: u32,
}

impl<'o> Intake<'o> {
    /// Begins with nothing.
    pub fn new(options: &'o Options, format: &'static str) -> Self {
        Intake {
            options,
            places: Places::default(),
            is_plain: false,
            is_history: false,
            has_status: false,
            expected: Numerals::default(),
            has_marks: false,
            lone_point: LonePoint::Decimal,
            commas: Grouping::default(),
            points: Grouping::default(),
            denomination: DenominationColumn::default(),
            state: StateColumn::default(),
            status: StatusColumns::default(),
            seen: HashMap::new(),
            import: Import::new(format),
            stakes: Numerals::default(),
            missed: Vec::new(),
            heights: HashSet::new(),
            order: Vec::new(),
            staked: 0,
            won: 0,
            merged: Vec::new(),
            nameless: Vec::new(),
            totals: Vec::new(),
            rows: 0,
            joined: 0,
            last_line: 1,
        }
    }

    /// Whether whoever reads the table says how: which format it has, or which columns.
    pub fn is_chosen(&self) -> bool {
        self.options.format.is_some() || !self.options.columns.is_empty()
    }

    /// A point between groups of digits may group them.
    pub fn doubt_points(&mut self) {
        self.lone_point = LonePoint::Doubtful;
    }

    /// How many rows have been taken in.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether each row is a block.
    pub fn is_history(&self) -> bool {
        self.is_history
    }

    /// Says something about the file.
    pub fn note(&mut self, note: impl Into<String>) {
        self.import.notes.push(note.into());
    }

    /// Says at which height, or slot, the file was made.
    pub fn as_of(&mut self, height: u64) {
        self.import.height = Some(height);
    }

    /// Says that the file is about a part of the chain: how that is known, how to get the whole, and
    /// what share of the chain's stake the rows hold together, if the file tells.
    pub fn part(&mut self, why: impl Into<String>, remedy: &str, share: Option<f64>) {
        self.import.part =
            Some(PartOfChain { why: why.into(), remedy: remedy.to_owned(), share, alone: None });
    }

    /// Says of a part that it is one validator, and which command answers for it.
    pub fn alone(&mut self, command: impl Into<String>) {
        if let Some(part) = &mut self.import.part {
            part.alone = Some(command.into());
        }
    }

    /// The stakes of all rows so far together, if that is known yet; nothing if a decimal mark is in
    /// doubt, or the table has none.
    pub fn staked(&self) -> Option<Amount> {
        self.places.of(Column::Stake)?;
        self.stakes.sum()
    }

    /// Whether a number is the sum of a column, of stakes but for rounding.
    pub fn is_sum(&self, total: u64) -> bool {
        let is_staked = self
            .staked()
            .is_some_and(|sum| (sum.approximate() / total as f64 - 1.0).abs() < 1.0 - LEAST_OF_ALL);
        let counts = [&self.import.wins, &self.import.slots, &self.import.points];
        let has_sum = |column: &Vec<u64>| {
            column.iter().map(|&number| u128::from(number)).sum::<u128>() == u128::from(total)
        };
        is_staked || counts.into_iter().flatten().any(has_sum)
    }

    /// Holds the stakes of all rows against the total that the file says.
    pub fn check_total(&mut self, title: &str, said: &str, remedy: &str) {
        let (Some(sum), Some(total)) = (self.staked(), Amount::parse(said)) else { return };
        if sum == total {
            return;
        }
        let share = sum.approximate() / total.approximate();
        let difference = format!("the stakes of its rows sum to {sum}, but `{title}` is {total}");
        match share < LEAST_OF_ALL {
            true => self.part(difference, remedy, Some(share)),
            false => self.note(difference + "; shares are of the sum"),
        }
    }

    /// The title of the column that is read as stakes.
    pub fn title_of_stakes(&self) -> Option<&str> {
        let found = self.import.columns.iter().find(|(column, _)| *column == Column::Stake);
        found.map(|(_, title)| title.as_str())
    }

    /// Whether a title that comes after those with which the table began may be a column that is read.
    pub fn may_want(&self, title: &str, titles: &[String]) -> bool {
        let is_chosen = |column| self.options.columns.iter().any(|(other, _)| *other == column);
        let is_named = self.options.columns.iter().any(|(_, chosen)| chosen == title);
        let is_denomination = title.to_lowercase().contains("denom");
        let is_status = match self.is_history {
            true => BlockStatus::of_title(title).is_some(),
            false => TurnStatus::of_title(title).is_some(),
        };
        let is_open =
            |column: Column| !is_chosen(column) && !titles.iter().any(|other| other == column.title());
        is_named || is_denomination || is_status || Column::of_title(title).is_some_and(is_open)
    }

    /// Says that a column is not read.
    pub fn pass_over(&mut self, title: &str) {
        self.import.ignored.push(title.to_owned());
    }

    /// Counts a row that is left out.
    pub fn drop_row(&mut self, reason: &str) {
        match self.import.dropped.iter_mut().find(|(other, _)| other == reason) {
            Some((_, count)) => *count += 1,
            None => self.import.dropped.push((reason.to_owned(), 1)),
        }
    }

    /// Takes a row in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn row(&mut self, row: &dyn Row) -> Result<(), Fault> {
        self.last_line = row.line();
        if self.is_history {
            return self.slot(row);
        }
        self.rows += 1;
        let place = self.places.of(Column::Name);
        let field = place.map_or("", |place| row.field(place));
        let given = one_line(field);
        self.joined += u64::from(*given != *field);
        let spot = || row.spot(place.unwrap_or(0));
        let index = self.import.names.len();
        let is_nameless = given.is_empty();
        let mut name = given.into_owned();
        if is_nameless {
            if self.options.intent != Intent::Import {
                return spot().fault("the name is empty");
            }
            name = format!("row {}", self.rows);
            self.nameless.push((index, row.near(place.unwrap_or(0))));
        }
        if self.options.intent != Intent::Stakes || !self.is_plain {
            check_name(&name, spot)?;
        }
        if self.is_plain && !is_total(&name) && may_be_total(&name) {
            self.totals.push((index, row.near(place.unwrap_or(0))));
        }
        if is_total(&name) && self.is_plain {
            match self.options.total {
                Some(TotalRow::Keep) => {}
                Some(TotalRow::Drop) => {
                    self.drop_row(TOTALS);
                    return Ok(());
                }
                None => {
                    return spot().fault(format!(
                        "the row {} seems to hold the total of the others; remove it, or say what it is: --total drop or --total keep",
                        shown(&name)
                    ));
                }
            }
        }
        if let Some(seen) = self.seen.get_mut(&name) {
            seen.times += 1;
            match self.options.duplicates {
                None => {
                    let line = seen.line;
                    return spot().fault(format!(
                        "the name {} stands already on line {line}; rename or remove one, or say what the rows are: --duplicates sum (one validator) or --duplicates keep (several)",
                        shown(&name)
                    ));
                }
                Some(Duplicates::Sum) => self.merged.push((index, seen.index)),
                Some(Duplicates::Keep) => {
                    let (first, mut times) = (name, seen.times);
                    name = format!("{first} ({times})");
                    while self.seen.contains_key(&name) {
                        times += 1;
                        name = format!("{first} ({times})");
                    }
                }
            }
        }
        self.numbers(row, &name)?;
        self.state.take(row);
        self.status.take(row, index);
        self.seen.entry(name.clone()).or_insert(Seen { line: row.line(), index, times: 1 });
        self.import.names.push(name);
        Ok(())
    }
}
