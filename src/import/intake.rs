//! Rows of any format, taken in one by one: names are told apart, numbers are read, and what is
//! doubtful is refused with its place.

use super::amount::Amount;
use super::column::{BlockStatus, Column, Places, find_places};
use super::delimited::Line;
use super::fault::{Fault, shown};
use super::import::{Import, MOST_WINS, PartOfChain};
use super::numerals::{LonePoint, Numerals, Spot};
use super::one_line::one_line;
use super::options::{Duplicates, Intent, Options, TotalRow};
use super::total_names::{is_total, may_be_total};
use super::unit::Denomination;
use crate::registry::nearest;
use std::collections::{HashMap, HashSet};

/// The largest total of whole coins, 2^63 - 1.
const MOST_COINS: u64 = i64::MAX as u64;

/// Rows that hold less of the stake than this are a part of the chain; a little may be left out for
/// other reasons, as the stake of pools that have retired.
const LEAST_OF_ALL: f64 = 0.99;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 200;

/// A row of a table.
pub trait Row {
    /// What stands in a field; nothing if the row has none there.
    fn field(&self, place: usize) -> &str;
    /// Whether a program wrote the field as a number, not as text.
    fn is_number(&self, place: usize) -> bool;
    /// The line on which it begins.
    fn line(&self) -> u64;
    /// Where a field stands.
    fn spot(&self, place: usize) -> Spot;
    /// Where a field stands, or the row if finding the field would take long.
    fn near(&self, place: usize) -> Spot {
        self.spot(place)
    }
}

impl Row for Line<'_> {
    fn field(&self, place: usize) -> &str {
        self.fields.get(place).unwrap_or_default()
    }

    fn is_number(&self, _place: usize) -> bool {
        false
    }

    fn line(&self) -> u64 {
        self.number
    }

    fn spot(&self, place: usize) -> Spot {
        Spot { line: self.number, column: self.column_of(place) }
    }
}

/// The titles of a table, and what is known of them.
pub struct TableHeader<'h> {
    /// The titles.
    pub titles: &'h [&'h str],
    /// What they mean, where a format fixes it; else it is told by the titles.
    pub meaning: Option<&'h [(Column, &'h str)]>,
    /// The units of columns, by title.
    pub units: &'h [(&'h str, &'h str)],
    /// Where a title stands.
    pub spot: &'h dyn Fn(usize) -> Spot,
}

/// Takes rows in.
pub struct Intake<'o> {
    options: &'o Options,
    places: Places,
    is_plain: bool,
    is_history: bool,
    /// Whether the column of missed blocks has words alone, so that 1 says nothing.
    has_status: bool,
    expected: Numerals,
    has_commas: bool,
    lone_point: LonePoint,
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
            has_commas: false,
            lone_point: LonePoint::Decimal,
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
            false => self.note(difference),
        }
    }

    /// The title of the column that is read as stakes.
    pub fn title_of_stakes(&self) -> Option<&str> {
        let found = self.import.columns.iter().find(|(column, _)| *column == Column::Stake);
        found.map(|(_, title)| title.as_str())
    }

    /// Counts a row that is left out.
    pub fn drop_row(&mut self, reason: &str) {
        match self.import.dropped.iter_mut().find(|(other, _)| other == reason) {
            Some((_, count)) => *count += 1,
            None => self.import.dropped.push((reason.to_owned(), 1)),
        }
    }

    /// Takes the titles in, before the first row.
    ///
    /// # Errors
    /// If a column is missing, or several may be meant.
    pub fn begin(&mut self, header: &TableHeader) -> Result<(), Fault> {
        let titles = header.titles;
        self.last_line = (header.spot)(0).line;
        self.is_plain = header.meaning.is_none();
        let wanted: &[Column] = match self.options.intent {
            Intent::Import => &Column::ALL,
            Intent::Stakes => &[Column::Name, Column::Stake],
            Intent::Audit => &[
                Column::Name,
                Column::Stake,
                Column::Wins,
                Column::Expected,
                Column::Slots,
                Column::Missed,
                Column::Height,
            ],
            Intent::AuditPart => &[
                Column::Name,
                Column::Stake,
                Column::Wins,
                Column::Expected,
                Column::Slots,
                Column::Missed,
                Column::Height,
                Column::Priority,
            ],
        };
        let mut chosen = self.options.columns.clone();
        for &(column, title) in header.meaning.unwrap_or_default() {
            let is_free = chosen.iter().all(|(other, chosen)| *other != column && chosen != title);
            if is_free && wanted.contains(&column) {
                chosen.push((column, title.to_owned()));
            }
        }
        if self.is_plain && self.options.intent == Intent::Audit {
            let place = |wanted| titles.iter().position(|title| *title == wanted);
            if let (Some(_), Some(second)) = (place("name"), place("validator"))
                && chosen.iter().all(|(column, _)| *column != Column::Name)
            {
                return (header.spot)(second)
                    .fault("both `name` and `validator` name the validators; keep one");
            }
        }
        let wanted = if self.is_plain { wanted } else { &[] };
        let mut places = find_places(titles, wanted, &chosen, header.spot)?;
        let has = |column| places.of(column).is_some();
        self.is_history =
            has(Column::Height) && has(Column::Name) && !has(Column::Stake) && !has(Column::Wins);
        if !self.is_history {
            places.remove(Column::Height);
        } else if self.is_plain && places.of(Column::Missed).is_none() {
            self.has_status = find_status(header, &mut places)?;
        }
        if self.options.intent == Intent::Stakes && !self.is_plain && places.of(Column::Stake).is_none() {
            return (header.spot)(0)
                .fault(format!("the file is read as {}, which tells no stakes", self.import.format));
        }
        self.places = places;
        if self.is_plain {
            self.require(header)?;
            self.suspect(header)?;
        }
        for &(column, place) in self.places.all() {
            self.import.columns.push((column, titles[place].to_owned()));
        }
        self.import.ignored = (0..titles.len())
            .filter(|&place| self.places.at(place).is_none())
            .map(|place| titles[place].to_owned())
            .collect();
        let unit = self.places.of(Column::Stake).and_then(|place| {
            header.units.iter().find(|(title, _)| *title == titles[place]).map(|(_, unit)| *unit)
        });
        self.import.denomination = unit.and_then(Denomination::named);
        let places = &self.places;
        let has = |column| places.of(column).is_some();
        self.import.wins = (has(Column::Wins) || self.is_history || self.tells_misses()).then(Vec::new);
        self.import.expected = has(Column::Expected).then(Vec::new);
        self.import.slots = (has(Column::Slots) || (self.is_history && has(Column::Missed))).then(Vec::new);
        self.import.priorities = has(Column::Priority).then(Vec::new);
        self.import.points = has(Column::Points).then(Vec::new);
        Ok(())
    }

    /// The columns without which the table says nothing.
    fn require(&self, header: &TableHeader) -> Result<(), Fault> {
        let has = |column| match column {
            Column::Wins => self.places.of(column).is_some() || self.tells_misses(),
            column => self.places.of(column).is_some(),
        };
        let needed: &[Column] = match self.options.intent {
            Intent::Stakes => &[Column::Name, Column::Stake],
            Intent::Audit if self.is_history => &[],
            Intent::Audit => &[Column::Name, Column::Stake, Column::Wins],
            _ if [Column::Wins, Column::Points, Column::Height].into_iter().any(has) => &[],
            Intent::AuditPart => &[Column::Name, Column::Stake],
            Intent::Import => &[Column::Stake],
        };
        for &column in needed {
            if !has(column) {
                return missing(header, column);
            }
        }
        Ok(())
    }

    /// Whether wins follow from what was assigned and what of it was missed.
    fn tells_misses(&self) -> bool {
        let has = |column| self.places.of(column).is_some();
        has(Column::Slots) && has(Column::Missed)
    }

    /// The slots of a row that were not missed.
    fn kept(&self, row: &dyn Row, place: usize, name: &str) -> Result<u64, Fault> {
        let slots = whole(row, place, "number of slots", name)?;
        let Some(missed_place) = self.places.of(Column::Missed) else { return Ok(slots) };
        let missed = whole(row, missed_place, "number of missed blocks", name)?;
        match slots.checked_sub(missed) {
            Some(kept) => Ok(kept),
            None => row.spot(missed_place).fault(format!("{} missed {missed} of {slots} slots", shown(name))),
        }
    }

    /// What is called nearly as a column that is not there.
    fn suspect(&self, header: &TableHeader) -> Result<(), Fault> {
        if self.places.of(Column::Wins).is_none() {
            return Ok(());
        }
        let absent = || {
            let columns = [Column::Expected, Column::Slots, Column::Missed].into_iter();
            columns.filter(|&column| self.places.of(column).is_none()).map(Column::title)
        };
        for (place, title) in header.titles.iter().enumerate() {
            // What is called after a column of ours, such as `expected_share`, is another one.
            let is_other = self.places.at(place).is_some()
                || title.contains('_')
                || Column::of_title(title).is_some_and(|column| self.places.of(column).is_some());
            if !is_other && let Some(meant) = nearest(title, absent()) {
                return (header.spot)(place).fault(format!(
                    "the column {} is unknown; is `{meant}` meant? Then rename it, and otherwise remove it",
                    shown(title)
                ));
            }
        }
        Ok(())
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
                    return spot().fault(format!("the name {} stands already on line {line}", shown(&name)));
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
        self.seen.entry(name.clone()).or_insert(Seen { line: row.line(), index, times: 1 });
        self.import.names.push(name);
        Ok(())
    }

    /// Takes the numbers of a row in.
    fn numbers(&mut self, row: &dyn Row, name: &str) -> Result<(), Fault> {
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
            (Some(place), _) => Some((whole(row, place, "number of wins", name)?, place)),
            (None, Some(place)) if self.tells_misses() => Some((self.kept(row, place, name)?, place)),
            (None, _) => None,
        };
        let mut won = wins;
        if let Some(place) = self.places.of(Column::Missed) {
            let missed = whole(row, place, "number of missed blocks", name)?;
            self.missed.push(missed);
            won = Some((wins.map_or(0, |(wins, _)| wins).saturating_add(missed), place));
        }
        if let Some(place) = self.places.of(Column::Slots) {
            let slots = whole(row, place, "number of slots", name)?;
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
            self.import.points.get_or_insert_default().push(whole(row, place, "number of points", name)?);
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

    /// Reads how many wins were expected: not negative, and not necessarily whole. What a comma means is
    /// known when all rows are there, and until then the number is 0.
    fn expectation(&mut self, row: &dyn Row, place: usize, name: &str) -> Result<f64, Fault> {
        let given = row.field(place);
        let plain = given.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        let number = given.parse::<f64>().ok().filter(|number| plain && number.is_finite());
        let number = number.filter(|&number| (0.0..=MOST_WINS as f64).contains(&number));
        let is_marked =
            given.contains(',') && given.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
        let fits = match number {
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
            return row.spot(place).fault(format!(
                "the expected number of wins of {} is {}, but must be a number from 0 to {MOST_WINS}",
                shown(name),
                shown(given)
            ));
        }
        self.has_commas |= number.is_none();
        Ok(number.unwrap_or(0.0))
    }

    /// Takes a block of a history in.
    fn slot(&mut self, row: &dyn Row) -> Result<(), Fault> {
        let (Some(place), Some(named)) = (self.places.of(Column::Height), self.places.of(Column::Name))
        else {
            return Ok(());
        };
        let text = row.field(place);
        let Ok(height) = text.parse::<u64>() else {
            return row.spot(place).fault(format!(
                "the {} is {}, but must be a whole number, written with digits alone",
                self.import
                    .columns
                    .iter()
                    .find(|(column, _)| *column == Column::Height)
                    .map_or("height", |(_, title)| title),
                shown(text)
            ));
        };
        if !self.heights.insert(height) {
            return row.spot(place).fault(format!("a block of {height} stands already on an earlier line"));
        }
        let field = row.field(named);
        let name = &*one_line(field);
        self.joined += u64::from(name != field);
        if name.is_empty() {
            self.drop_row("slots without a proposer");
            return Ok(());
        }
        check_name(name, || row.spot(named))?;
        let index = match self.seen.get(name) {
            Some(seen) => seen.index,
            None => {
                let index = self.import.names.len();
                self.seen.insert(name.to_owned(), Seen { line: row.line(), index, times: 1 });
                self.import.names.push(name.to_owned());
                self.import.wins.get_or_insert_default().push(0);
                if let Some(slots) = &mut self.import.slots {
                    slots.push(0);
                }
                index
            }
        };
        let missed = match self.places.of(Column::Missed) {
            None => false,
            Some(place) => missed(row, place, self.has_status)?,
        };
        self.import.wins.get_or_insert_default()[index] += u64::from(!missed);
        if let Some(slots) = &mut self.import.slots {
            slots[index] += 1;
        }
        self.order.push((height, index as u32));
        self.rows += 1;
        Ok(())
    }

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
        if self.places.of(Column::Stake).is_some() {
            let unit = self.stakes.unit().map(str::to_owned);
            let (amounts, percent) =
                std::mem::take(&mut self.stakes).finish(options.decimal, self.lone_point)?;
            import.percent = percent;
            if let Some(unit) = unit {
                import.notes.push(format!("every stake is followed by {}", shown(&unit)));
                import.denomination = import.denomination.or(Denomination::named(&unit));
            }
            import.stakes = Some(amounts);
        }
        if self.has_commas {
            let (amounts, _) = std::mem::take(&mut self.expected).finish(options.decimal, self.lone_point)?;
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

/// Why rows of totals are left out.
const TOTALS: &str = "rows of totals";

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

/// Finds the column of a history that tells by other titles than `missed` which blocks were; returns
/// whether it does so in words alone.
fn find_status(header: &TableHeader, places: &mut Places) -> Result<bool, Fault> {
    let found: Vec<(usize, BlockStatus)> = (0..header.titles.len())
        .filter(|&place| places.at(place).is_none())
        .filter_map(|place| Some((place, BlockStatus::of_title(header.titles[place])?)))
        .collect();
    match found[..] {
        [] => Ok(false),
        [(place, status)] => {
            places.set(Column::Missed, place);
            Ok(status == BlockStatus::Words)
        }
        [(first, _), (second, _), ..] => (header.spot)(second).fault(format!(
            "{} or {} may each tell which blocks were missed; say which: --columns missed={} or --columns missed={}",
            shown(header.titles[first]),
            shown(header.titles[second]),
            header.titles[first],
            header.titles[second]
        )),
    }
}

/// Whether a block of a history was missed.
fn missed(row: &dyn Row, place: usize, is_status: bool) -> Result<bool, Fault> {
    const MADE: &[&str] = &[
        "proposed",
        "produced",
        "made",
        "minted",
        "mined",
        "forged",
        "canonical",
        "finalized",
        "finalised",
        "justified",
        "confirmed",
        "included",
        "accepted",
        "adopted",
        "success",
        "successful",
        "succeeded",
        "ok",
        "valid",
    ];
    const MISSED: &[&str] = &[
        "missed",
        "skipped",
        "orphaned",
        "orphan",
        "forked",
        "failed",
        "failure",
        "empty",
        "absent",
        "lost",
        "stolen",
        "ghosted",
        "invalid",
        "rejected",
        "reorged",
        "dropped",
        "stale",
        "uncle",
        "not proposed",
        "not produced",
        "timeout",
    ];
    let text = row.field(place);
    let word = text.to_lowercase().replace(['_', '-'], " ");
    if MADE.contains(&word.as_str()) {
        return Ok(false);
    }
    if MISSED.contains(&word.as_str()) {
        return Ok(true);
    }
    match word.as_str() {
        _ if is_status => row.spot(place).fault(format!(
            "the status of the block is {}, which is not known; write proposed or missed in its place; if 1 means that it was missed, give the title with --columns missed=TITLE; if the column says nothing of missed blocks, give it another title",
            shown(text)
        )),
        "" | "0" | "false" | "no" => Ok(false),
        "1" | "true" | "yes" => Ok(true),
        _ => row.spot(place).fault(format!(
            "whether the block was missed is {}, but must be 0 or 1, false or true, no or yes, proposed or missed",
            shown(text)
        )),
    }
}

fn missing<T>(header: &TableHeader, wanted: Column) -> Result<T, Fault> {
    let wanted = wanted.title();
    let found: Vec<String> = header.titles.iter().map(|title| shown(title)).collect();
    let mut problem = format!("the column `{wanted}` is missing; found {}", found.join(", "));
    let mut spot = Spot { line: (header.spot)(0).line, column: 1 };
    if let Some(title) = nearest(wanted, header.titles.iter().copied()) {
        problem += &format!("; is {} meant? Then rename it to `{wanted}`", shown(title));
        spot = (header.spot)(header.titles.iter().position(|other| *other == title).unwrap_or(0));
    } else if let [title] = header.titles
        && (title.contains(": ") || title.ends_with(':'))
    {
        problem +=
            "; if the text is YAML, ask the tool that printed it for JSON, for example with --output json";
    }
    spot.fault(problem)
}

fn check_name(name: &str, spot: impl FnOnce() -> Spot) -> Result<(), Fault> {
    if name.chars().any(char::is_control) || name.len() > LONGEST_NAME {
        return spot().fault(format!(
            "the name {} must have at most {LONGEST_NAME} bytes and no control characters",
            shown(name)
        ));
    }
    Ok(())
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
    let grouped =
        if is_digits(given) || given.contains('.') { None } else { super::numerals::ungrouped(given) };
    let digits = grouped.as_deref().unwrap_or(given);
    let reason = if is_digits(digits) {
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
