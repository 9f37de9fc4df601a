//! How much of what differs between points is each factor's doing.
//!
//! On a grid the values of a metric are divided exactly: the sum of squares of the means of each factor's
//! levels, of each pair of factors beyond that, and of the rest (a factorial analysis of variance with one
//! value in a cell, R. A. Fisher 1935; the shares are Sobol's indices of the grid). Over ranges the first
//! Sobol index of each, Var(E(Y | X)) / Var(Y), is estimated from the points as they are: the range is cut
//! into slices, and the share of variance between slices is freed of what chance alone puts there
//! (Kelley's epsilon squared). Its interval is the percentile bootstrap over points. Where the design is one
//! of pairs, `src/study/pairs.rs` estimates the first index and the total one.

use super::design::{Design, Layout, LinkedFactors};
use super::levels::Levels;
use super::pairs;
use crate::analysis::rows::Statement;
use crate::random::Stream;
use crate::statistics::bootstrap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A factor's, or two factors', part in the variance of a metric over the points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EffectRow {
    /// The metric.
    pub metric: String,
    /// Whom it concerns: a validator that all points have, `all`, or `followed`, the mean of those that are
    /// followed.
    pub subject: String,
    /// `main`, `interaction`, `rest`; `first-order` or `total` over ranges.
    pub kind: String,
    /// The key, or both; keys that change together are one.
    pub factor: String,
    /// Its part in the variance.
    pub share: f64,
    /// Lower end of the interval, over ranges.
    pub low: Option<f64>,
    /// Upper end of it.
    pub high: Option<f64>,
    /// How many points it rests on.
    pub points: u64,
}

/// Values of metrics, point by point, of those metrics that all points so far have.
#[derive(Default)]
pub struct Effects {
    values: BTreeMap<(String, String), Vec<f64>>,
    /// The number of each point in the layout.
    points: Vec<u64>,
}

/// Effects are looked for among so many points at most: all values are in memory.
pub const MOST_POINTS_WITH_EFFECTS: usize = 50_000;
/// Resampled designs of the bootstrap.
pub(super) const REPLICATES: u32 = 999;

impl Effects {
    /// For the points of a layout; `None` where no factor could have a part, or there are too many points.
    pub fn of(layout: &Layout, points: usize) -> Option<Self> {
        let could = layout.design != Design::Grid || varied(layout).len() >= 2;
        (could && points <= MOST_POINTS_WITH_EFFECTS).then(Effects::default)
    }

    /// Takes what the trials of a point say.
    pub fn add(&mut self, index: u64, statements: &[Statement]) {
        self.points.push(index);
        let mut sums: BTreeMap<String, (f64, u64)> = BTreeMap::new();
        for row in statements {
            let Some(value) = row.value.filter(|value| value.is_finite()) else { continue };
            let metric = row.metric.to_string();
            if row.subject != "all" {
                let sum = sums.entry(metric.clone()).or_default();
                *sum = (sum.0 + value, sum.1 + 1);
            }
            self.take(metric, row.subject.clone(), value);
        }
        for (metric, (sum, count)) in sums {
            self.take(metric, "followed".to_owned(), sum / count as f64);
        }
    }

    /// A value of the last point, if all points before it have one; a metric that is not of all points is
    /// forgotten.
    fn take(&mut self, metric: String, subject: String, value: f64) {
        let before = self.points.len() - 1;
        match self.values.entry((metric, subject)) {
            Entry::Occupied(mut series) if series.get().len() == before => series.get_mut().push(value),
            Entry::Occupied(series) => drop(series.remove()),
            Entry::Vacant(series) if before == 0 => drop(series.insert(vec![value])),
            Entry::Vacant(_) => {}
        }
    }

    /// The parts of the factors in every metric that all points have; on a grid all points of the layout.
    pub fn rows(&self, layout: &Layout, confidence: f64, seed: u64) -> Vec<EffectRow> {
        let mut rows = Vec::new();
        for ((metric, subject), values) in &self.values {
            if values.len() != self.points.len() || values.len() < 4 {
                continue;
            }
            let values: Vec<(u64, f64)> = self.points.iter().copied().zip(values.iter().copied()).collect();
            let values = &values[..];
            let parts = match layout.design {
                Design::Grid if layout.count() == Some(self.points.len() as u64) => on_grid(layout, values),
                Design::Grid => Vec::new(),
                Design::Pairs { .. } => {
                    let name = format!("effects on {metric} of {subject}");
                    pairs::parts(layout, values, confidence, &mut Stream::of_figure(seed, &name))
                }
                _ => {
                    let name = format!("effects on {metric} of {subject}");
                    over_ranges(layout, values, confidence, &mut Stream::of_figure(seed, &name))
                }
            };
            rows.extend(parts.into_iter().map(|part| EffectRow {
                metric: metric.clone(),
                subject: subject.clone(),
                kind: part.kind.to_owned(),
                factor: part.factor,
                share: part.share,
                low: part.interval.map(|(low, _)| low),
                high: part.interval.map(|(_, high)| high),
                points: self.points.len() as u64,
            }));
        }
        rows
    }
}

pub(super) struct VariancePart {
    pub kind: &'static str,
    pub factor: String,
    pub share: f64,
    pub interval: Option<(f64, f64)>,
}

pub(super) fn named(axis: &LinkedFactors) -> String {
    axis.factors.iter().map(|factor| factor.key.as_str()).collect::<Vec<_>>().join(" + ")
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn sum_of_squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// Whether values differ by more than the last digits of a sum.
pub(super) fn differ(values: &[f64], sum_of_squares: f64) -> bool {
    let scale: f64 = values.iter().map(|value| value * value).sum();
    sum_of_squares > scale * 1e-24
}

/// How many levels each axis of a grid has.
fn level_counts(layout: &Layout) -> Vec<u64> {
    layout.axes.iter().map(|axis| axis.factors[0].levels.count().unwrap_or(1)).collect()
}

/// The axes of a grid that have several levels.
fn varied(layout: &Layout) -> Vec<usize> {
    let counts = level_counts(layout);
    (0..counts.len()).filter(|&axis| counts[axis] > 1).collect()
}

fn on_grid(layout: &Layout, values: &[(u64, f64)]) -> Vec<VariancePart> {
    let (counts, varied) = (level_counts(layout), varied(layout));
    if varied.len() < 2 {
        return Vec::new();
    }
    let level = |index: u64, axis: usize| {
        let below: u64 = counts[axis + 1..].iter().product();
        index / below % counts[axis]
    };
    let mut ordered: Vec<f64> = vec![0.0; values.len()];
    for &(index, value) in values {
        match ordered.get_mut(index as usize) {
            Some(place) => *place = value,
            None => return Vec::new(),
        }
    }
    let total = sum_of_squares(&ordered);
    if !differ(&ordered, total) {
        return Vec::new();
    }
    let grand = mean(&ordered);
    // The sum of squares of the means of cells, each counted as often as it has points.
    let between = |cell: &dyn Fn(u64) -> u64, cells: u64| {
        let mut sums = vec![(0.0, 0u64); cells as usize];
        for (index, value) in (0..).zip(&ordered) {
            let sum = &mut sums[cell(index) as usize];
            *sum = (sum.0 + value, sum.1 + 1);
        }
        sums.iter().map(|&(sum, count)| count as f64 * (sum / count as f64 - grand).powi(2)).sum::<f64>()
    };
    let mains: Vec<f64> =
        varied.iter().map(|&axis| between(&|index| level(index, axis), counts[axis])).collect();
    let part = |kind, factor, squares: f64| VariancePart {
        kind,
        factor,
        share: (squares / total).max(0.0),
        interval: None,
    };
    let mut parts: Vec<VariancePart> = varied
        .iter()
        .zip(&mains)
        .map(|(&axis, &main)| part("main", named(&layout.axes[axis]), main))
        .collect();
    let mut rest = total - mains.iter().sum::<f64>();
    for (place, &one) in varied.iter().enumerate() {
        for (other_place, &other) in varied.iter().enumerate().skip(place + 1) {
            let cell = |index: u64| level(index, one) * counts[other] + level(index, other);
            let both = between(&cell, counts[one] * counts[other]) - mains[place] - mains[other_place];
            rest -= both;
            let names = format!("{} × {}", named(&layout.axes[one]), named(&layout.axes[other]));
            parts.push(part("interaction", names, both));
        }
    }
    if varied.len() > 2 {
        parts.push(part("rest", "three and more".to_owned(), rest));
    }
    parts
}

fn over_ranges(
    layout: &Layout,
    values: &[(u64, f64)],
    confidence: f64,
    stream: &mut Stream,
) -> Vec<VariancePart> {
    let all: Vec<f64> = values.iter().map(|&(_, value)| value).collect();
    if !differ(&all, sum_of_squares(&all)) || all.len() < 16 {
        return Vec::new();
    }
    let cells: Vec<Vec<toml::Value>> = values.iter().map(|&(index, _)| layout.values(index)).collect();
    let mut parts = Vec::new();
    let mut column = 0;
    for axis in &layout.axes {
        let groups = match &axis.factors[0].levels {
            Levels::Range(_) if axis.factors.len() == 1 => by_slices(&cells, column, all.len()),
            levels => by_levels(&cells, column, levels),
        };
        column += axis.factors.len();
        let Some(groups) = groups else { continue };
        let share = between_groups(&all, &groups);
        let pairs: Vec<(f64, usize)> = all.iter().copied().zip(groups).collect();
        let of_pairs = |pairs: &[(f64, usize)]| {
            let (values, groups): (Vec<f64>, Vec<usize>) = pairs.iter().copied().unzip();
            Some(between_groups(&values, &groups))
        };
        let interval = bootstrap(&pairs, of_pairs, REPLICATES, confidence, stream);
        parts.push(VariancePart {
            kind: "first-order",
            factor: named(axis),
            share: share.max(0.0),
            interval: interval.map(|ends| (ends.low.max(0.0), ends.high.clamp(0.0, 1.0))),
        });
    }
    parts
}

/// To which of some slices, with as many points each, the number in a column belongs.
fn by_slices(cells: &[Vec<toml::Value>], column: usize, points: usize) -> Option<Vec<usize>> {
    let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|number| number as f64));
    let numbers: Vec<f64> = cells.iter().map(|row| number(&row[column])).collect::<Option<_>>()?;
    let slices = ((points as f64).sqrt() / 2.0).floor().clamp(4.0, 32.0) as usize;
    let mut order: Vec<usize> = (0..points).collect();
    order.sort_by(|&one, &other| numbers[one].total_cmp(&numbers[other]).then(one.cmp(&other)));
    let mut groups = vec![0; points];
    for (rank, place) in order.into_iter().enumerate() {
        groups[place] = rank * slices / points;
    }
    Some(groups)
}

fn by_levels(cells: &[Vec<toml::Value>], column: usize, levels: &Levels) -> Option<Vec<usize>> {
    let Levels::List(values) = levels else { return None };
    if values.len() < 2 {
        return None;
    }
    cells.iter().map(|row| values.iter().position(|value| *value == row[column])).collect()
}

/// The part of the variance between groups, less what chance puts there; may be a little below 0.
fn between_groups(values: &[f64], groups: &[usize]) -> f64 {
    let mut sums: Vec<(f64, usize)> = vec![(0.0, 0); groups.iter().max().map_or(0, |most| most + 1)];
    for (value, &group) in values.iter().zip(groups) {
        sums[group] = (sums[group].0 + value, sums[group].1 + 1);
    }
    let grand = mean(values);
    let total = sum_of_squares(values);
    let used = sums.iter().filter(|(_, count)| *count > 0).count();
    if total <= 0.0 || values.len() <= used {
        return 0.0;
    }
    let of_group = |&(sum, count): &(f64, usize)| match count {
        0 => 0.0,
        count => count as f64 * (sum / count as f64 - grand).powi(2),
    };
    let between: f64 = sums.iter().map(of_group).sum();
    let within = (total - between) / (values.len() - used) as f64;
    (between - (used - 1) as f64 * within) / total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::Metric;
    use crate::study::design::Factor;

    fn layout(axes: &[&str], design: Design) -> Layout {
        let axis = |(place, text): (usize, &&str)| {
            let table: toml::Table = toml::from_str(&format!("x = {text}")).unwrap();
            let levels = Levels::read(&table["x"]).unwrap();
            LinkedFactors { factors: vec![Factor { key: format!("x{place}"), levels }] }
        };
        Layout::new(axes.iter().enumerate().map(axis).collect(), design, 3).unwrap()
    }

    fn rows(layout: &Layout, of: impl Fn(&[f64]) -> f64) -> Vec<EffectRow> {
        let mut effects = Effects::default();
        for index in 0..layout.count().unwrap() {
            let numbers: Vec<f64> = layout
                .values(index)
                .iter()
                .map(|value| value.as_float().or(value.as_integer().map(|number| number as f64)).unwrap())
                .collect();
            let row = Statement { value: Some(of(&numbers)), ..Statement::new(Metric::Gini, "all", "") };
            effects.add(index, &[row]);
        }
        effects.rows(layout, 0.95, 1)
    }

    /// A textbook's two-way table: rows 1 and 2, columns 1, 2 and 3.
    #[test]
    fn a_grid_is_divided_exactly() {
        let layout = layout(&["[0, 1]", "[0, 1, 2]"], Design::Grid);
        let table = [[4.0, 5.0, 6.0], [6.0, 6.0, 9.0]];
        let found = rows(&layout, |at| table[at[0] as usize][at[1] as usize]);
        // Grand mean 6; row means 5 and 7, column means 5, 5.5, 7.5; squares 6, 7, 1 of 14.
        let expected =
            [("main", "x0", 6.0 / 14.0), ("main", "x1", 7.0 / 14.0), ("interaction", "x0 × x1", 1.0 / 14.0)];
        assert_eq!(found.len(), 3);
        for (row, (kind, factor, share)) in found.iter().zip(expected) {
            assert_eq!((row.kind.as_str(), row.factor.as_str(), row.points), (kind, factor, 6));
            assert!((row.share - share).abs() < 1e-12, "{row:?}");
        }
        assert!(rows(&layout, |_| 3.0).is_empty());
    }

    /// Ishigami's function (a = 7, b = 0.1): first-order indices 0.3139, 0.4424 and 0 (Saltelli and others,
    /// Sensitivity Analysis in Practice, 2004).
    #[test]
    fn the_indices_of_a_published_function() {
        let range = "{ from = -3.14159265358979, to = 3.14159265358979 }";
        let published = [0.3139, 0.4424, 0.0];
        for design in [Design::Sobol(2048), Design::LatinHypercube(2048)] {
            let layout = layout(&[range; 3], design);
            let found =
                rows(&layout, |x| x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin());
            for (row, published) in found.iter().zip(published) {
                assert!((row.share - published).abs() < 0.04, "{design:?} {row:?}");
                let (low, high) = (row.low.unwrap(), row.high.unwrap());
                // Slices take a little of the variance inside them away.
                assert!(
                    low <= published + 0.01 && published - 0.01 <= high && high - low < 0.15,
                    "{design:?} {row:?}"
                );
            }
        }
    }

    /// The same function from pairs: total indices 0.5576, 0.4424 and 0.2437 beside the first ones. And a sum of
    /// squares and a product, 4 x0 + 2 x1 x2 over [0, 1]: Var = 16/12 + 4 (1/9 - 1/16).
    #[test]
    fn the_total_indices_of_a_published_function() {
        let range = "{ from = -3.14159265358979, to = 3.14159265358979 }";
        let pairs = Design::Pairs { pairs: 1024, ranges: 0 };
        let cover = |found: &[EffectRow], published: &[(&str, f64)]| {
            assert_eq!(found.len(), published.len());
            for (row, (kind, published)) in found.iter().zip(published) {
                assert_eq!((row.kind.as_str(), row.points), (*kind, 5 * 1024));
                let (low, high) = (row.low.unwrap(), row.high.unwrap());
                assert!((row.share - published).abs() < 0.04, "{published} {row:?}");
                assert!(
                    low <= published + 1e-3 && published - 1e-3 <= high && high - low < 0.2,
                    "{published} {row:?}"
                );
            }
        };
        let ishigami = layout(&[range; 3], pairs);
        let found =
            rows(&ishigami, |x| x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin());
        let first = [0.3139, 0.4424, 0.0].map(|index| ("first-order", index));
        let total = [0.5576, 0.4424, 0.2437].map(|index| ("total", index));
        cover(&found, &[first, total].concat());
        let unit = layout(&["{ from = 0.0, to = 1.0 }"; 3], pairs);
        let found = rows(&unit, |x| 4.0 * x[0] + 2.0 * x[1] * x[2]);
        // Of the product: first indices 4 · 1/48 each, the interaction 4 · 1/144.
        let all = 16.0 / 12.0 + 4.0 * (1.0 / 9.0 - 1.0 / 16.0);
        let (alone, one, both) = (16.0 / 12.0 / all, 4.0 / 48.0 / all, (4.0 / 48.0 + 4.0 / 144.0) / all);
        let first = [alone, one, one].map(|index| ("first-order", index));
        let total = [alone, both, both].map(|index| ("total", index));
        cover(&found, &[first, total].concat());
        assert!(rows(&unit, |_| 2.0).is_empty());
    }
}
