//! What splitting an account into k gains.

use super::drafting::{
    Dash, Excerpt, INK, Key, LABEL_SIZE, LEADER, MUTED, Page, Panel, Point, Scale, Shape, Stroke, clean,
    series, shortened, width, with_interval, write_ends,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::rows::StrategyRow;
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "split-gain",
    summary: "of `tombola strategy`: by how much an account's share of wins grows if it is split into k, with intervals where it was simulated",
    source: "Chen, Papadimitriou and Roughgarden, An axiomatic approach to block rewards (AFT 2019), on identities that nobody can tell apart",
    parse: |table| settings::<SplitGain, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many accounts have a line.
const MOST: usize = 10;

/// The gains by splitting. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SplitGain {}

/// The parts, the gain in percent and its interval.
type Gain = (f64, f64, Option<(f64, f64)>);

struct Course<'a> {
    name: &'a str,
    gains: Vec<Gain>,
}

impl Figure for SplitGain {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let (courses, left_out) = courses(subject.strategy);
        let gains = || courses.iter().flat_map(|course| &course.gains);
        let (Some(first), Some(last)) =
            (gains().map(|gain| gain.0).reduce(f64::min), gains().map(|gain| gain.0).reduce(f64::max))
        else {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no gain of a split is known; `tombola strategy --figure FILE` draws it for a scenario of at least one round",
            });
        };
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for &(_, gain, interval) in gains() {
            let ends = interval.unwrap_or((gain, gain));
            (low, high) = (low.min(ends.0), high.max(ends.1));
        }
        let room = 0.06 * (high - low);
        let (low, high) = if room > 0.0 { (low - room, high + room) } else { (-1.0, 1.0) };
        let (x, y) = (Scale::logarithmic(first / 1.1, last * 1.1), Scale::linear(low, high));
        let level = Stroke::solid(INK, 3).dashed(Dash::Long);
        let mean =
            if gains().any(|gain| gain.2.is_some()) { "gain, interval where simulated" } else { "gain" };
        let key = [(Key::Disc(MUTED), mean.to_owned()), (Key::Line(level), "no gain".to_owned())];
        let mut notes = vec![
            "Above the dashed line splitting pays; a rule is safe from it where no account is above."
                .to_owned(),
        ];
        notes.extend(left_out);
        let page = subject.page("gain by splitting an account into k", &key, &notes);
        let names: Vec<&str> = courses.iter().map(|course| course.name).collect();
        let names = shortened(&names);
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max) + LEADER;
        let frame = page.frame(y, name_room);
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let zero = panel.at(first, 0.0).1;
        canvas.line([(frame.left, zero), (frame.right, zero)], level);
        for (index, course) in courses.iter().enumerate() {
            let color = series(index);
            let places: Vec<Point> =
                course.gains.iter().map(|&(parts, gain, _)| panel.at(parts, gain)).collect();
            canvas.line(places.iter().copied(), Stroke::solid(color, 4));
            for (&(parts, gain, interval), &place) in course.gains.iter().zip(&places) {
                if let Some((low, high)) = interval {
                    canvas.line([panel.at(parts, low), panel.at(parts, high)], Stroke::solid(color, 3));
                }
                let gain = with_interval(gain, interval, "\u{202F}%");
                canvas.values(Some(format!("{} into {parts}: {gain}", clean(course.name))));
                canvas.shape(Shape::of(index), place, 9, color, 1.0);
                canvas.values(None);
            }
        }
        panel.draw_axes(&mut canvas, Some("parts"), &["gain in the share of wins (%)"]);
        let ends: Vec<f64> = courses
            .iter()
            .map(|course| course.gains.last().map_or(zero, |&(parts, gain, _)| panel.at(parts, gain).1))
            .collect();
        let places: Vec<usize> = (0..names.len()).collect();
        write_ends(&mut canvas, &frame, &ends, (&names, &places));
        Ok(canvas.finish(&title))
    }
}

/// The gains of the accounts that are drawn in percent, by parts, and what is said of the others.
fn courses(rows: &[StrategyRow]) -> (Vec<Course<'_>>, Option<String>) {
    let mut courses: Vec<Course> = Vec::new();
    for row in rows.iter().filter(|row| row.action == "split" && row.parts > 1) {
        let Some(gain) = row.gain.filter(|gain| gain.is_finite()) else { continue };
        let interval = row.gain_low.zip(row.gain_high).filter(|&(low, high)| low <= gain && gain <= high);
        let gain = (row.parts as f64, 100.0 * gain, interval.map(|(low, high)| (100.0 * low, 100.0 * high)));
        match courses.iter_mut().find(|course| course.name == row.accounts) {
            Some(course) => course.gains.push(gain),
            None => courses.push(Course { name: &row.accounts, gains: vec![gain] }),
        }
    }
    for course in &mut courses {
        course.gains.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let spread = Excerpt::listed(courses.len(), MOST, "account");
    (spread.of(courses), spread.note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(accounts: &str, parts: u64, gain: Option<f64>) -> StrategyRow {
        StrategyRow {
            action: "split".to_owned(),
            accounts: accounts.to_owned(),
            parts,
            gain,
            ..StrategyRow::default()
        }
    }

    /// With weights of square roots, k parts of one account weigh the root of k times as much.
    #[test]
    fn each_account_has_its_gains_in_the_order_of_the_parts() {
        let rows = [
            row("b", 10, Some(0.5)),
            row("b", 2, Some(0.2)),
            row("a", 2, None),
            StrategyRow { action: "merge".to_owned(), ..row("a + b", 2, Some(0.3)) },
        ];
        let (courses, left_out) = courses(&rows);
        assert_eq!((courses.len(), left_out), (1, None));
        assert_eq!(courses[0].gains, [(2.0, 20.0, None), (10.0, 50.0, None)]);
        let subject = Subject { title: "t", strategy: &rows, ..Subject::default() };
        assert!(SplitGain {}.draw(&subject).unwrap().svg().contains("b into 10: 50\u{202F}%"));
    }
}
