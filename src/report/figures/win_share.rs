//! Who won how often, against who holds how much.

use super::drafting::{
    Area, BLUE, Canvas, Dash, Excerpt, ExcerptOrder, INK, Key, LABEL_SIZE, MARGIN_RIGHT, MUTED, Page, Panel,
    Point, Rgb, Scale, Stroke, Surroundings, VERMILLION, Wish, clean, digits, margin_left, percent,
    shortened, width, with_interval, write_names,
};
use super::figure::{differs, share};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::rows::ValidatorRow;
use crate::registry::{Entry, settings};
use crate::statistics::wording::{counted, grouped};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "win-share",
    summary: "win share against stake share with intervals, the expected share, and who differs from it",
    source: "a reliability diagram (Murphy and Winkler, Applied Statistics 1977) of the forger lottery",
    parse: |table| settings::<WinShare, _>(table, |win_share| Ok(Box::new(win_share))),
};

/// How many validators are drawn: more would hide each other.
const MOST: usize = 2_000;
/// Up to how many validators have their names beside them.
const NAMED: usize = 12;
/// Up to how many validators of the same stake, whose marks crowd each other, have names of their own.
const APART: usize = 3;
/// Up to how many validators have steps rather than ratios on their axes, unless their stakes are
/// nearly equal.
const FEW: usize = 60;
/// Up to how many validators say their values where a pointer rests on them.
const TOLD: usize = 1_000;

/// Win share against stake share. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WinShare {}

/// One validator; shares in percent.
struct Mark<'a> {
    name: &'a str,
    stake: f64,
    wins: f64,
    interval: Option<(f64, f64)>,
    expected_share: Option<f64>,
    /// Whether its win share differs from its expected share beyond chance.
    differs: bool,
}

impl<'a> Mark<'a> {
    fn new(name: &'a str, row: &ValidatorRow, confidence: f64) -> Option<Self> {
        let interval = match (row.win_share_low, row.win_share_high) {
            (Some(low), Some(high)) if low <= high => {
                Some((100.0 * low.clamp(0.0, 1.0), 100.0 * high.clamp(0.0, 1.0)))
            }
            _ => None,
        };
        Some(Mark {
            name,
            stake: 100.0 * share(row.stake_share)?,
            wins: 100.0 * share(row.win_share?)?,
            interval,
            expected_share: row.expected_share.and_then(share).map(|share| 100.0 * share),
            differs: differs(row, confidence),
        })
    }

    /// What the win share is held against.
    fn reference(&self) -> f64 {
        self.expected_share.unwrap_or(self.stake)
    }

    /// The expected_share, where it is not the share of stake; shares differ by their rounding alone below
    /// a millionth of themselves.
    fn own_expected_share(&self) -> Option<f64> {
        self.expected_share.filter(|expected_share| {
            (expected_share - self.stake).abs() > 1e-6 * self.stake.max(*expected_share)
        })
    }

    /// How far a share is from what it is held against, in percent of it.
    fn difference(&self, share: f64) -> Option<f64> {
        let reference = self.reference();
        (reference > 0.0)
            .then(|| 100.0 * (share / reference - 1.0))
            .filter(|difference| difference.is_finite())
    }

    /// Its values in words.
    fn told(&self) -> String {
        let wins = with_interval(self.wins, self.interval, "\u{202F}%");
        let expected = self.expected_share.map(|share| format!("; expected {}\u{202F}%", digits(share)));
        let name = clean(self.name);
        format!(
            "{name}: {wins} of wins{}; {}\u{202F}% of stake",
            expected.unwrap_or_default(),
            digits(self.stake)
        )
    }

    fn color(&self) -> Rgb {
        if self.differs { VERMILLION } else { BLUE }
    }

    /// Draws it; who differs has another shape, so that no reader depends on colour.
    fn draw(&self, canvas: &mut Canvas, at: Point, radius: u32, opacity: f64) {
        if self.differs {
            canvas.diamond(at, radius, self.color(), opacity);
        } else {
            canvas.disc(at, radius, self.color(), opacity);
        }
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let interval = self.interval.into_iter().flat_map(|(low, high)| [low, high]);
        [self.stake, self.wins].into_iter().chain(self.expected_share).chain(interval)
    }
}

impl Figure for WinShare {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let rows = subject.validators.names().zip(subject.validators);
        let mut marks: Vec<Mark> =
            rows.filter_map(|(name, row)| Mark::new(name, &row, subject.confidence)).collect();
        if marks.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator has a win share; run at least one round in which somebody is selected",
            });
        }
        let mut ranked: Vec<usize> = (0..marks.len()).collect();
        ranked.sort_by(|&a, &b| marks[b].stake.total_cmp(&marks[a].stake));
        let differing = ("those that differ", |place: usize| marks[place].differs);
        let spread = Excerpt::with((&ranked, ExcerptOrder::Stake), MOST, "validator", differing);
        marks = spread.of(marks);
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        let shares = if ratios_suit(&marks) {
            leave_out_dust(&mut marks, &mut notes);
            ratios(&marks)
        } else {
            Scale::linear(0.0, (1.05 * highest(&marks)).min(100.0))
        };
        draw_panels(subject, &marks, shares, notes)
    }
}

/// Whether the axes should show ratios, because steps would press most validators into a corner.
fn ratios_suit(marks: &[Mark]) -> bool {
    let mut stakes: Vec<f64> = marks.iter().map(|mark| mark.stake).filter(|&stake| stake > 0.0).collect();
    stakes.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (stakes.first(), stakes.last()) else { return false };
    let median = stakes[stakes.len() / 2];
    // Two and a half powers of ten, or half of the validators in the lowest tenth of the axis, or
    // many validators of any but nearly equal stakes.
    high > 316.0 * low || high > 10.0 * median || (marks.len() > FEW && high > 3.0 * low)
}

/// Axes of ratios have no place for a validator without stake. And they should not reach far below
/// the share of a single win for the sake of validators that never won and were not expected to.
fn leave_out_dust(marks: &mut Vec<Mark>, notes: &mut Vec<String>) {
    let all = marks.len();
    marks.retain(|mark| mark.stake > 0.0);
    let stakeless = all - marks.len();
    if stakeless > 0 {
        notes.push(format!("Not drawn: {} without stake.", counted(stakeless as u64, "validator")));
    }
    let one_win = marks.iter().map(|mark| mark.wins).filter(|&wins| wins > 0.0).reduce(f64::min);
    let Some(floor) = one_win.map(|least| least / 10.0) else { return };
    let all = marks.len();
    marks.retain(|mark| mark.wins > 0.0 || mark.stake.max(mark.reference()) >= floor);
    let dust = all - marks.len();
    if dust > 0 {
        notes.push(format!(
            "Not drawn: {} without a win and with less than {} of the stake.",
            counted(dust as u64, "validator"),
            percent(floor / 100.0)
        ));
    }
}

/// The largest share that occurs; all where none is above zero.
fn highest(marks: &[Mark]) -> f64 {
    let highest = marks.iter().flat_map(Mark::values).fold(0.0, f64::max);
    if highest > 0.0 { highest } else { 100.0 }
}

/// An axis of ratios, the same for both shares, so that the diagonal stays one.
fn ratios(marks: &[Mark]) -> Scale {
    let shares = marks.iter().flat_map(|mark| [mark.stake, mark.wins].into_iter().chain(mark.expected_share));
    let low = shares.filter(|&share| share > 0.0).fold(100.0, f64::min);
    Scale::logarithmic(low / 1.6, (1.3 * highest(marks)).min(100.0))
}

fn diagonal_line() -> Stroke {
    Stroke::solid(MUTED, 3).dashed(Dash::Long)
}

fn expected_stroke() -> Stroke {
    Stroke::solid(INK, 3)
}

/// The key to the marks that occur.
fn key(subject: &Subject, marks: &[Mark], ratios: bool) -> Vec<(Key, String)> {
    let with_interval = |words: &str| {
        if marks.iter().any(|mark| mark.interval.is_some()) {
            format!("{words}, {} interval", percent(subject.confidence))
        } else {
            words.to_owned()
        }
    };
    let mut key = Vec::new();
    if marks.iter().any(|mark| !mark.differs) {
        key.push((Key::Disc(BLUE), with_interval("win share")));
    }
    if marks.iter().any(|mark| mark.differs) {
        let level = format!("{:.6}", 1.0 - subject.confidence);
        let words = format!("differs from expected share (adjusted p < {})", level.trim_end_matches('0'));
        let words = if key.is_empty() { with_interval(&words) } else { words };
        key.push((Key::Diamond(VERMILLION), words));
    }
    if marks.iter().any(|mark| mark.own_expected_share().is_some()) {
        let picture = if marks.len() <= FEW { Key::Ring } else { Key::Line };
        key.push((picture(expected_stroke()), "expected by the rule".to_owned()));
    }
    key.push((Key::Line(diagonal_line()), "proportional to stake".to_owned()));
    let winless = marks.iter().filter(|mark| mark.wins == 0.0).count();
    if ratios && winless > 0 {
        key.push((Key::Floor(BLUE), format!("no win ({})", grouped(winless as u64))));
    }
    key
}

/// Between the panels: the lowest label of the one and the highest of the other both reach into it.
const BETWEEN: f64 = 44.0;

/// The shares above; below, how far each win share is from what it is held against.
fn draw_panels(
    subject: &Subject,
    marks: &[Mark],
    shares: Scale,
    mut others: Vec<String>,
) -> Result<Drawing, FigureError> {
    let against = if marks.iter().any(|mark| mark.expected_share.is_some()) {
        "the expected share"
    } else {
        "the share of stake"
    };
    let mut notes = vec![format!("Lower panel: relative deviation of win shares from {against}.")];
    let (differences, cut) = differences(marks);
    if cut {
        notes.push("Values outside its range are clipped.".to_owned());
    }
    // Where panels stand is known once the notes are: this is about how wide they are.
    let roughly = 0.75 * f64::from(subject.sheet.units().0);
    if aside(marks, &shares, roughly).iter().any(|aside| aside.abs() > 4.0) {
        notes.push("Equal stakes stand side by side there.".to_owned());
    }
    notes.append(&mut others);
    let Page { mut canvas, title, top, bottom, right } = subject.page(
        "win share against stake share",
        &key(subject, marks, shares.place(0.0).is_infinite()),
        &notes,
    );
    let upper_foot = top + 0.58 * (bottom - top);
    let lower_head = upper_foot + BETWEEN;
    let left = margin_left(&[(shares, upper_foot - top), (differences, bottom - lower_head)], 2);
    let right = right - MARGIN_RIGHT;
    let upper = Panel { frame: Area { left, top, right, bottom: upper_foot }, x: shares, y: shares };
    let lower = Panel { frame: Area { left, top: lower_head, right, bottom }, x: shares, y: differences };
    draw_shares(&mut canvas, &upper, marks);
    draw_differences(&mut canvas, &lower, marks, &aside(marks, &shares, right - left));
    Ok(canvas.finish(&title))
}

/// The panel of the shares.
fn draw_shares(canvas: &mut Canvas, panel: &Panel, marks: &[Mark]) {
    let Area { top, bottom, .. } = panel.frame;
    let (radius, width, opacity) = match marks.len() {
        0..=FEW => (9, 4, 1.0),
        61..=300 => (7, 2, 0.75),
        _ => (5, 2, 0.5),
    };
    let told = marks.len() <= TOLD;
    panel.draw_grid(canvas);
    let ends = [panel.x.low(), panel.x.high()].map(|end| panel.at(end, end));
    canvas.line(ends, diagonal_line());
    for mark in marks {
        // Zero lies infinitely far below on an axis of ratios.
        let place = |value: f64| {
            let (x, y) = panel.at(mark.stake, value);
            (x, y.clamp(top, bottom))
        };
        if let Some((low, high)) = mark.interval {
            canvas.line([place(low), place(high)], Stroke::solid(mark.color(), width).faint(opacity));
        }
        if told {
            canvas.values(Some(mark.told()));
        }
        mark.draw(canvas, place(mark.wins), radius, opacity);
        canvas.values(None);
    }
    for mark in marks {
        let Some(expected_share) = mark.own_expected_share() else { continue };
        let (x, y) = panel.at(mark.stake, expected_share);
        if !y.is_finite() {
            continue;
        }
        if marks.len() <= FEW {
            canvas.ring((x, y), radius + 5, expected_stroke());
        } else {
            canvas.line([(x - 7.0, y), (x + 7.0, y)], expected_stroke());
        }
    }
    panel.draw_axes(canvas, None, &["", "win share (%)"]);
    if marks.len() <= NAMED {
        name(canvas, panel, marks, (ends[0], ends[1]), f64::from(radius) + 7.0);
    }
}

/// The names of the validators beside their marks.
fn name(canvas: &mut Canvas, panel: &Panel, marks: &[Mark], diagonal: (Point, Point), radius: f64) {
    let Area { top, bottom, .. } = panel.frame;
    let place = |mark: &Mark, value: f64| {
        let (x, y) = panel.at(mark.stake, value);
        (x, y.clamp(top, bottom))
    };
    let mut surroundings = Surroundings { marks: Vec::new(), lines: vec![diagonal] };
    for mark in marks {
        surroundings.marks.push(Area::around(place(mark, mark.wins), radius));
        if let Some(expected_share) = mark.own_expected_share() {
            surroundings.marks.push(Area::around(place(mark, expected_share), radius));
        }
        if let Some((low, high)) = mark.interval {
            surroundings.lines.push((place(mark, low), place(mark, high)));
        }
    }
    let own: Vec<&str> = marks.iter().map(|mark| mark.name).collect();
    let own = shortened(&own);
    let mut names: Vec<String> = Vec::new();
    let mut wishes: Vec<Wish> = Vec::new();
    for (index, mark) in marks.iter().enumerate() {
        let equals = marks.iter().filter(|other| other.stake == mark.stake).count();
        if equals > APART && marks[..index].iter().any(|other| other.stake == mark.stake) {
            continue;
        }
        let name = if equals > APART { format!("{equals} of equal stake") } else { own[index].clone() };
        let (width, distance) = (width(&name, LABEL_SIZE), radius + 8.0);
        names.push(name);
        let needed = mark.differs;
        wishes.push(Wish { at: place(mark, mark.wins), width, height: LABEL_SIZE, distance, needed });
    }
    write_names(canvas, &panel.frame, (&wishes, &names), &surroundings);
}

/// The panel of the differences.
fn draw_differences(canvas: &mut Canvas, panel: &Panel, marks: &[Mark], aside: &[f64]) {
    let Area { top, bottom, right, left } = panel.frame;
    let (radius, width, opacity) = match marks.len() {
        0..=FEW => (7, 4, 1.0),
        61..=300 => (5, 2, 0.75),
        _ => (4, 1, 0.5),
    };
    panel.draw_grid(canvas);
    let told = marks.len() <= TOLD;
    let zero = panel.at(panel.x.low(), 0.0).1;
    canvas.line([(left, zero), (right, zero)], diagonal_line());
    for (mark, aside) in marks.iter().zip(aside) {
        let place = |difference: f64| {
            let (x, y) = panel.at(mark.stake, difference);
            (x + aside, y)
        };
        if let Some((low, high)) = mark.interval {
            let ends = [low, high].map(|end| mark.difference(end).map(place));
            if let [Some(low), Some(high)] = ends {
                let cut = |at: Point| (at.0, at.1.clamp(top, bottom));
                canvas.line([cut(low), cut(high)], Stroke::solid(mark.color(), width).faint(opacity));
            }
        }
        match mark.difference(mark.wins).map(place) {
            Some(at) if (top..=bottom).contains(&at.1) => {
                canvas.values(told.then(|| mark.told()));
                mark.draw(canvas, at, radius, opacity);
                canvas.values(None);
            }
            _ => {}
        }
    }
    panel.draw_axes(canvas, Some("stake share (%)"), &["deviation", "(%)"]);
}

/// An axis for the differences, and whether some reach beyond it: a few validators of tiny shares
/// shall not press all others into a line. Those that differ beyond chance are what the figure is
/// about: they lie within it, with their intervals.
fn differences(marks: &[Mark]) -> (Scale, bool) {
    let (mut low, mut high) = (0.0f64, 0.0f64);
    let mut reaches = Vec::with_capacity(marks.len());
    let mut differing = 0.0f64;
    for mark in marks {
        let mut reach = 0.0f64;
        let ends = mark.interval.into_iter().flat_map(|(low, high)| [low, high]);
        for difference in ends.chain([mark.wins]).filter_map(|share| mark.difference(share)) {
            (low, high) = (low.min(difference), high.max(difference));
            reach = reach.max(difference.abs());
        }
        reaches.push(reach);
        if mark.differs {
            differing = differing.max(reach);
        }
    }
    reaches.sort_by(f64::total_cmp);
    let most = (5.0 * reaches[reaches.len() / 2]).max(differing);
    let least = high.max(-low).min(most) / 4.0;
    let scale = Scale::linear(1.08 * low.clamp(-most, -least), 1.08 * high.clamp(least, most));
    (scale, low < scale.low() || high > scale.high())
}

/// How far to the side each mark moves in the lower panel so that validators of the same stake do
/// not hide each other, in a panel that is `room` wide.
fn aside(marks: &[Mark], shares: &Scale, room: f64) -> Vec<f64> {
    /// Between two marks, and between the first and the last, at most.
    const GAP: f64 = 18.0;
    const SPREAD: f64 = 500.0;
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by(|&a, &b| marks[a].stake.total_cmp(&marks[b].stake));
    let groups: Vec<&[usize]> = order.chunk_by(|&a, &b| marks[a].stake == marks[b].stake).collect();
    let places: Vec<f64> =
        groups.iter().map(|group| room * shares.place(marks[group[0]].stake).clamp(0.0, 1.0)).collect();
    let mut aside = vec![0.0; marks.len()];
    for (index, group) in groups.iter().enumerate() {
        // Half of the way to the neighbours is free, and all of the way to the ends.
        let before = if index > 0 { (places[index] - places[index - 1]) / 2.0 } else { places[index] };
        let after = places.get(index + 1).map_or(room - places[index], |next| (next - places[index]) / 2.0);
        let last = (group.len() - 1) as f64;
        let gap = ((1.6 * before.min(after)).min(SPREAD) / last.max(1.0)).min(GAP);
        for (rank, &mark) in group.iter().enumerate() {
            aside[mark] = (rank as f64 - last / 2.0) * gap;
        }
    }
    aside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::samples::{SampleTables, sample, seed, titled};

    fn svg(sample: &SampleTables) -> String {
        WinShare {}.draw(&sample.subject()).unwrap().svg().to_owned()
    }

    fn marks(sample: &SampleTables) -> Vec<Mark<'_>> {
        {
            let rows = sample.validators.names().zip(&sample.validators);
            rows.filter_map(|(name, row)| Mark::new(name, &row, 0.95)).collect()
        }
    }

    #[test]
    fn axes_show_steps_or_ratios_as_the_stakes_ask() {
        for (title, ratios) in [("seed", false), ("equal", false), ("twelve", true), ("many", true)] {
            assert_eq!(ratios_suit(&marks(&titled(title))), ratios, "{title}");
        }
    }

    #[test]
    fn names_stand_beside_few_and_once_beside_equals() {
        let few = svg(&seed());
        for name in ["charles", "edwin", "oliver", "sonia"] {
            assert_eq!(few.matches(&format!(">{name}</text>")).count(), 1, "{name}");
        }
        let equal = svg(&titled("equal"));
        assert!(equal.contains(">12 of equal stake</text>") && !equal.contains(">validator-1<"));
        assert!(equal.contains("Equal stakes stand side by side there."));
        assert!(!svg(&titled("many")).contains("cosmosval…"));
    }

    #[test]
    fn an_expected_share_of_its_own_has_its_own_mark() {
        assert!(!svg(&seed()).contains("expected by the rule"));
        let uniform = titled("uniform");
        let rings = |svg: &str| svg.matches("<circle fill=\"none\" stroke=\"#222222\"").count();
        assert!(svg(&uniform).contains("expected by the rule"));
        // Twelve, and one in the key.
        assert_eq!(rings(&svg(&uniform)), 13);
        assert_eq!(rings(&svg(&seed())), 0);
    }

    #[test]
    fn who_differs_from_the_expected_share_has_another_colour() {
        // The second validator of every sample has an adjusted p-value of 0.001: above, below, key.
        let svg = svg(&seed());
        assert_eq!(svg.matches("fill=\"#D55E00\"").count(), 3);
        assert!(svg.contains("differs from expected share (adjusted p &lt; 0.05)"));
    }

    #[test]
    fn what_is_not_drawn_is_counted() {
        let winless = svg(&titled("few rounds"));
        assert!(winless.contains(">no win ("), "those near the share of one win stand on the edge");
        assert!(winless.contains("Not drawn: 1 validator without stake."));
        let many = svg(&titled("very many"));
        assert!(many.contains("2,000 of 3,000 validators drawn"));
        let discs = many.matches("<circle").count();
        // Every mark above and nearly every mark below, where some reach beyond, and two in the key.
        assert!((2 * MOST - 100..=2 * MOST + 2).contains(&discs), "{discs}");
    }

    #[test]
    fn differences_are_measured_in_percent_of_the_expected_share() {
        let halved = sample("halved", &[("a", 1), ("b", 1)], 100, |share| share / 2.0);
        let marks = marks(&halved);
        assert_eq!(marks[0].difference(25.0), Some(0.0));
        assert_eq!(marks[0].difference(50.0), Some(100.0));
        assert_eq!(marks[0].difference(0.0), Some(-100.0));
        assert_eq!(marks[0].own_expected_share(), Some(25.0));
    }

    #[test]
    fn equals_stand_side_by_side_around_their_place() {
        let equal = titled("equal");
        let aside = aside(&marks(&equal), &Scale::linear(0.0, 10.0), 1_400.0);
        assert!(aside.windows(2).all(|pair| pair[1] - pair[0] > 10.0));
        assert!(aside.iter().sum::<f64>().abs() < 1e-9);
        let different = seed();
        assert!(
            super::aside(&marks(&different), &Scale::linear(0.0, 40.0), 1_400.0)
                .iter()
                .all(|&aside| aside == 0.0)
        );
        // In a narrow panel they stand closer, and none beyond its edge.
        let (axis, room) = (Scale::linear(0.0, 8.75), 500.0);
        let place = room * axis.place(100.0 / 12.0);
        let narrow = super::aside(&marks(&equal), &axis, room);
        assert!(narrow.iter().all(|aside| (0.0..=room).contains(&(place + aside))), "{narrow:?}");
    }
}
