//! Longest gaps and longest runs against their exact distributions.

use super::drafting::{
    Area, BLUE, Canvas, Excerpt, ExcerptOrder, Key, LABEL_SIZE, MARGIN_RIGHT, MUTED, Page, Panel, Point,
    Scale, Shape, Stroke, Surroundings, VERMILLION, Wish, clean, digits, shortened, width, write_names,
};
use super::figure::share;
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::rows::ValidatorRow;
use crate::registry::{Entry, settings};
use crate::statistics::{LongestRun, level_of};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "stretches",
    summary: "the longest gap and the longest run of wins of each validator, with the middle 90 % of their exact distributions",
    source: "Feller, An Introduction to Probability Theory and Its Applications I (3rd ed. 1968), XIII.7, on success runs",
    parse: |table| settings::<Stretches, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many validators are drawn.
const MOST: usize = 400;
/// Up to how many marks have names.
const NAMED: usize = 12;

/// The longest stretches. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stretches {}

/// A longest stretch of a validator.
struct Mark<'a> {
    name: &'a str,
    /// The expected share, or that of stake, in percent.
    share: f64,
    length: f64,
    p_value: Option<f64>,
    /// The middle nine tenths of its distribution.
    middle: Option<(f64, f64)>,
    run: bool,
    beyond: bool,
}

impl Figure for Stretches {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let known = subject.validators.iter().enumerate();
        let mut known: Vec<(usize, u64, f64)> = known
            .filter(|(_, row)| row.longest_gap.is_some() || row.longest_run.is_some())
            .map(|(index, row)| {
                let p_values = row.longest_gap_p.into_iter().chain(row.longest_run_p);
                (index, row.stake, p_values.fold(1.0, f64::min))
            })
            .collect();
        known.sort_by_key(|&(_, stake, _)| std::cmp::Reverse(stake));
        let all = known.len();
        // Bonferroni's correction for all gaps and runs that were tested.
        let level = level_of(subject.confidence) / (2.0 * all as f64);
        let ranked: Vec<usize> = (0..all).collect();
        let longer = ("those longer than chance explains", |rank: usize| known[rank].2 <= level);
        let spread = Excerpt::with((&ranked, ExcerptOrder::Stake), MOST, "validator", longer);
        let rows: Vec<ValidatorRow> =
            spread.places.iter().map(|&rank| subject.validators.row(known[rank].0)).collect();
        let mut marks: Vec<Mark> = rows.iter().flat_map(|row| marks(row, subject)).collect();
        if marks.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator has a longest gap or run; run at least one round with `analysis.serial` on",
            });
        }
        for mark in &mut marks {
            mark.beyond = mark.p_value.is_some_and(|p| p <= level);
        }
        let x = ends(marks.iter().map(|mark| mark.share));
        let lengths = marks.iter().flat_map(|mark| {
            let middle = mark.middle.into_iter().flat_map(|(low, high)| [low, high]);
            middle.chain([mark.length])
        });
        let y = match ends(lengths) {
            (low, high) if low >= 1.0 => Scale::logarithmic(low / 1.5, high * 1.5),
            // Zero has no place among ratios, and one beside them.
            (_, high) => Scale::logarithmic_and_zero(1.0, high.max(1.0) * 1.5),
        };
        let x = Scale::logarithmic(x.0 / 1.3, (x.1 * 1.3).min(100.0));
        let band = Stroke::solid(MUTED, 9).faint(0.45);
        let mut key = vec![
            (Key::Dot(BLUE), "longest gap".to_owned()),
            (Key::Square(BLUE), "longest run of wins".to_owned()),
        ];
        let known = marks.iter().filter(|mark| mark.middle.is_some()).count();
        if known > 0 {
            key.push((Key::Line(band), "middle 90\u{202F}% of its exact distribution".to_owned()));
        }
        if marks.iter().any(|mark| mark.beyond) {
            key.push((Key::Lozenge(VERMILLION), "longer than chance explains (Bonferroni)".to_owned()));
        }
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        if y.has_zero() {
            notes.push("Zero stands below the break of the axis.".to_owned());
        }
        if known < marks.len() {
            notes.push("Where no band is drawn, no exact distribution is known from the tables.".to_owned());
        }
        let unit = rows.iter().find_map(|row| row.longest_unit.as_deref()).unwrap_or("blocks");
        let page = subject.page("longest gaps and runs", &key, &notes);
        let frame = page.frame(y, MARGIN_RIGHT);
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        for mark in &marks {
            let Some((low, high)) = mark.middle else { continue };
            let (from, to) = (panel.at(mark.share, low), panel.at(mark.share, high));
            // A distribution on one length still has a mark.
            canvas.line([(from.0, from.1 + 4.0), (to.0, to.1 - 4.0)], band);
        }
        for mark in &marks {
            mark.draw(&mut canvas, panel.at(mark.share, mark.length));
        }
        name(&mut canvas, &panel, &marks);
        let beside = format!("longest stretch ({unit})");
        panel.draw_axes(&mut canvas, Some("expected share of wins (%)"), &[beside.as_str()]);
        Ok(canvas.finish(&title))
    }
}

/// The gap and the run of a validator.
fn marks<'a>(row: &'a ValidatorRow, subject: &Subject) -> Vec<Mark<'a>> {
    let expected = row.expected_share.and_then(share);
    let Some(place) = expected.or_else(|| share(row.stake_share)).filter(|&place| place > 0.0) else {
        return Vec::new();
    };
    let rounds = match row.longest_unit.as_deref() {
        Some("slots") => subject.rounds,
        // Every trial of a rule that always finds somebody has as many blocks.
        _ => {
            let wins: u64 = subject.validators.iter().map(|row| row.wins).sum();
            wins.checked_div(subject.trials_finished).unwrap_or(0)
        }
    };
    let law = |new: fn(u64, f64) -> Option<LongestRun>, length: u64, p_value: Option<f64>| {
        let law = new(rounds, expected?)?.over_trials(subject.trials_finished);
        // Rows that rest on another distribution, such as that of draws of several blocks each, have none here.
        let same = (law.at_least(length) - p_value?).abs() <= 1e-6 * p_value?.max(1e-300);
        same.then(|| (quantile(&law, 0.05, rounds) as f64, quantile(&law, 0.95, rounds) as f64))
    };
    let mark = |length: Option<u64>, p_value: Option<f64>, run: bool| {
        let length = length?;
        let middle = law(if run { LongestRun::run } else { LongestRun::gap }, length, p_value);
        let (name, length) = (row.validator.as_str(), length as f64);
        Some(Mark { name, share: 100.0 * place, length, p_value, middle, run, beyond: false })
    };
    let both =
        [mark(row.longest_gap, row.longest_gap_p, false), mark(row.longest_run, row.longest_run_p, true)];
    both.into_iter().flatten().collect()
}

/// The least length that is not exceeded with this probability.
fn quantile(law: &LongestRun, probability: f64, rounds: u64) -> u64 {
    let (mut low, mut high) = (0, rounds);
    while low < high {
        let middle = low.midpoint(high);
        if law.at_most(middle) >= probability { high = middle } else { low = middle + 1 }
    }
    low
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(value), high.max(value)))
}

impl Mark<'_> {
    fn draw(&self, canvas: &mut Canvas, at: Point) {
        let what = if self.run { "longest run" } else { "longest gap" };
        let middle = self.middle.map(|(low, high)| format!(", expected {} to {}", digits(low), digits(high)));
        let p_value = self.p_value.map(|p| format!(", p {}", digits(p)));
        canvas.values(Some(format!(
            "{}: {what} {}{}{}",
            clean(self.name),
            digits(self.length),
            middle.unwrap_or_default(),
            p_value.unwrap_or_default()
        )));
        match (self.beyond, self.run) {
            (true, _) => canvas.diamond(at, 11, VERMILLION, 1.0),
            (false, true) => canvas.shape(Shape::Square, at, 9, BLUE, 0.9),
            (false, false) => canvas.disc(at, 9, BLUE, 0.9),
        }
        canvas.values(None);
    }
}

/// The names of who stands out, and of all where they are few.
fn name(canvas: &mut Canvas, panel: &Panel, marks: &[Mark]) {
    let place = |mark: &Mark| panel.at(mark.share, mark.length);
    let few = marks.iter().filter(|mark| !mark.run).count() <= NAMED;
    let named: Vec<&Mark> =
        marks.iter().filter(|mark| mark.beyond || (few && !mark.run)).take(NAMED).collect();
    let names: Vec<&str> = named.iter().map(|mark| mark.name).collect();
    let names = shortened(&names);
    let wishes: Vec<Wish> = named
        .iter()
        .zip(&names)
        .map(|(mark, name)| Wish {
            at: place(mark),
            width: width(name, LABEL_SIZE),
            height: LABEL_SIZE,
            distance: 18.0,
            needed: mark.beyond,
        })
        .collect();
    let surroundings = Surroundings {
        marks: marks.iter().map(|mark| Area::around(place(mark), 12.0)).collect(),
        lines: marks
            .iter()
            .filter_map(|mark| {
                let (low, high) = mark.middle?;
                Some((panel.at(mark.share, low), panel.at(mark.share, high)))
            })
            .collect(),
    };
    write_names(canvas, &panel.frame, (&wishes, &names), &surroundings);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::samples::seed;

    /// Tosses of a fair coin, 100 of them: the longest run of heads is at most 4 with probability .1921 and at most
    /// 9 with .9559 (Schilling, College Mathematics Journal 21, 1990), so its quantiles lie there.
    #[test]
    fn quantiles_are_those_of_the_longest_run_of_heads() {
        let law = LongestRun::run(100, 0.5).unwrap();
        for probability in [0.05, 0.5, 0.95] {
            let length = quantile(&law, probability, 100);
            assert!(law.at_most(length) >= probability);
            assert!(length == 0 || law.at_most(length - 1) < probability);
        }
        assert_eq!((quantile(&law, 0.05, 100), quantile(&law, 0.95, 100)), (4, 9));
    }

    /// Who never won has no run: its mark stands at a tick of its own, and no number between is written.
    #[test]
    fn zero_has_a_tick_of_its_own() {
        let mut sample = seed();
        let drawn = |sample: &crate::report::figures::samples::SampleTables| {
            Stretches {}.draw(&sample.subject()).unwrap()
        };
        assert!(!drawn(&sample).chart().axes[0].y.scale.has_zero());
        sample.change(|index, row| {
            if index == 0 {
                (row.longest_run, row.longest_run_p) = (Some(0), None);
            }
        });
        let drawing = drawn(&sample);
        let axis = &drawing.chart().axes[0].y;
        let labels: Vec<&str> = axis.ticks.iter().filter_map(|tick| tick.label.as_deref()).collect();
        assert!(axis.scale.has_zero() && labels[0] == "0" && labels[1] == "1", "{labels:?}");
        assert!(axis.ticks[1..].iter().all(|tick| tick.value >= 1.0), "{:?}", axis.ticks);
        assert!(drawing.svg().contains("Zero stands below the break of the axis."));
        assert!(drawing.svg().contains("charles: longest run 0"));
    }

    /// A band is drawn where the p-value in the table is that of the distribution, and nowhere else.
    #[test]
    fn a_band_is_that_of_the_tables_p_value() {
        let mut sample = seed();
        let bands = |sample: &crate::report::figures::samples::SampleTables| {
            let drawing = Stretches {}.draw(&sample.subject()).unwrap();
            drawing.svg().matches("stroke-opacity=\"0.45\"").count()
        };
        // Both of four validators, and the key.
        assert_eq!(bands(&sample), 9);
        sample.change(|index, row| {
            if index == 0 {
                row.longest_gap_p = Some(0.987);
            }
        });
        assert_eq!(bands(&sample), 8);
        assert!(
            Stretches {}.draw(&sample.subject()).unwrap().svg().contains("no exact distribution is known")
        );
    }
}
