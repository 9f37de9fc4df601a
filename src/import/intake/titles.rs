//! The titles of a table, and which column each of them is.

use super::Intake;
use super::denomination::DenominationColumn;
use super::state::StateColumn;
use super::status::StatusColumns;
use crate::import::column::{BlockStatus, Column, Places, find_places, unit_of_title};
use crate::import::fault::{Fault, shown};
use crate::import::numerals::Spot;
use crate::import::options::Intent;
use crate::import::unit::Denomination;
use crate::registry::nearest;

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

/// What an audit asks of a table.
const OF_AUDIT: &[Column] = &[
    Column::Name,
    Column::Stake,
    Column::Wins,
    Column::Expected,
    Column::Slots,
    Column::Missed,
    Column::Height,
];

impl Intake<'_> {
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
            Intent::Audit => OF_AUDIT,
            Intent::AuditPart => &[OF_AUDIT, &[Column::Priority]].concat(),
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
        if self.is_plain
            && let Some(stake) = self.places.of(Column::Stake)
        {
            self.denomination = DenominationColumn::find(titles, stake);
        }
        if self.is_plain && !self.is_history {
            self.state = StateColumn::find(titles, &self.places);
            self.status = StatusColumns::find(titles, &self.places);
        }
        self.import.ignored = (0..titles.len())
            .filter(|&place| self.places.at(place).is_none() && self.denomination.place() != Some(place))
            .map(|place| titles[place].to_owned())
            .collect();
        let unit = self.places.of(Column::Stake).and_then(|place| {
            header.units.iter().find(|(title, _)| *title == titles[place]).map(|(_, unit)| *unit)
        });
        let titled = || unit_of_title(titles[self.places.of(Column::Stake)?]).map(|(_, unit)| unit);
        self.import.denomination = unit.and_then(Denomination::named).or_else(titled);
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
    pub(super) fn tells_misses(&self) -> bool {
        let has = |column| self.places.of(column).is_some();
        has(Column::Slots) && has(Column::Missed)
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

fn missing<T>(header: &TableHeader, wanted: Column) -> Result<T, Fault> {
    let wanted = wanted.title();
    let found: Vec<String> = header.titles.iter().map(|title| shown(title)).collect();
    let mut problem = format!("the column `{wanted}` is missing; found {}", found.join(", "));
    let mut spot = Spot { line: (header.spot)(0).line, column: 1 };
    if let Some(title) = nearest(wanted, header.titles.iter().copied()) {
        problem += &format!("; is {} meant? Then rename it to `{wanted}`", shown(title));
        spot = (header.spot)(header.titles.iter().position(|other| *other == title).unwrap_or(0));
    } else if let [title] = header.titles
        && (title.contains(char::is_whitespace) || title.ends_with(':'))
    {
        problem += "; if a tool printed this for people, or as YAML, ask it for JSON, for example with --output json";
    }
    spot.fault(problem)
}
