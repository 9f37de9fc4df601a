//! Which points a study has: every combination of the levels, or points that fill the ranges.

use super::levels::{Levels, Range};
use super::sobol_sequence::{MOST_DIMENSIONS, coordinate};
use crate::random::{Stream, shuffle};

/// How points are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every combination of all levels.
    Grid,
    /// So many points, one in each of as many slices of every range (McKay, Beckman and Conover 1979).
    LatinHypercube(u64),
    /// So many points of Sobol's sequence.
    Sobol(u64),
    /// Pairs of points of Sobol's sequence in twice as many dimensions, and for each range the first of the
    /// pair with that one number of the second: what total indices need (Saltelli 2002).
    Pairs {
        /// How many pairs.
        pairs: u64,
        /// How many ranges.
        ranges: u64,
    },
}

impl Design {
    /// Its name in a study.
    pub fn name(self) -> &'static str {
        match self {
            Design::Grid => "grid",
            Design::LatinHypercube(_) => "latin-hypercube",
            Design::Sobol(_) | Design::Pairs { .. } => "sobol",
        }
    }

    /// How many points fill the ranges; `None` of a grid.
    pub fn points(self) -> Option<u64> {
        match self {
            Design::Grid => None,
            Design::LatinHypercube(points) | Design::Sobol(points) => Some(points),
            Design::Pairs { pairs, ranges } => Some(pairs.saturating_mul(ranges + 2)),
        }
    }
}

/// Factors that change together; one alone most often.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkedFactors {
    /// The factors, each with as many levels.
    pub factors: Vec<Factor>,
}

/// A key of a scenario and what it is set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The path of keys.
    pub key: String,
    /// The values.
    pub levels: Levels,
}

/// The layout of a study's points. They are counted from 0; the last axis changes fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub(super) axes: Vec<LinkedFactors>,
    pub(super) design: Design,
    /// Of a Latin hypercube: the order of the slices of each range, and the places in them.
    slices: Vec<Vec<f64>>,
}

impl Layout {
    /// Lays out points; what is random in it comes from the seed.
    ///
    /// # Errors
    /// Why they cannot be laid out, and what to do.
    pub fn new(axes: Vec<LinkedFactors>, mut design: Design, seed: u64) -> Result<Self, (String, String)> {
        let ranges = axes.iter().filter(|axis| is_filled(axis, design)).count();
        if let Design::Pairs { ranges: of, .. } = &mut design {
            *of = ranges as u64;
            if ranges < axes.len() {
                return Err((
                    "asks for total indices, but not all factors are ranges".to_owned(),
                    "sweep lists in a study of their own, or leave `total` out".to_owned(),
                ));
            }
        }
        if let Some(points) = design.points() {
            if ranges == 0 {
                return Err((
                    format!("is {}, but there is no range to fill", design.name()),
                    "write a factor as { from = 0.1, to = 0.9 }, or take the design \"grid\"".to_owned(),
                ));
            }
            if points < 2 {
                return Err((format!("has {points} points"), "take two at least".to_owned()));
            }
            let most = match design {
                Design::Sobol(_) => MOST_DIMENSIONS,
                Design::Pairs { .. } => MOST_DIMENSIONS / 2,
                _ => usize::MAX,
            };
            if ranges > most {
                return Err((
                    format!("fills {ranges} ranges, but at most {most} can be"),
                    "take the design \"latin-hypercube\"".to_owned(),
                ));
            }
        }
        let mut layout = Layout { axes, design, slices: Vec::new() };
        if let (Design::LatinHypercube(points), Some(_)) =
            (design, layout.count().filter(|&all| all <= super::MOST_POINTS))
        {
            layout.slices = (0..ranges).map(|dimension| slices(points, seed, dimension)).collect();
        }
        Ok(layout)
    }

    /// How many points there are; `None` if more than can be counted.
    pub fn count(&self) -> Option<u64> {
        let crossed = self.axes.iter().filter(|axis| !is_filled(axis, self.design));
        let levels = crossed.map(|axis| axis.factors[0].levels.count().unwrap_or(0));
        levels.chain(self.design.points()).try_fold(1u64, |product, count| product.checked_mul(count))
    }

    /// The factors, those that change together in one.
    pub fn axes(&self) -> &[LinkedFactors] {
        &self.axes
    }

    /// The name of the design.
    pub fn design_name(&self) -> &'static str {
        self.design.name()
    }

    /// The keys of all factors, in their order.
    pub fn keys(&self) -> Vec<&str> {
        self.axes.iter().flat_map(|axis| &axis.factors).map(|factor| factor.key.as_str()).collect()
    }

    /// What a point sets each key to, in their order.
    ///
    /// # Panics
    /// If there are not so many points.
    pub fn values(&self, point: u64) -> Vec<toml::Value> {
        let mut rest = point;
        // The points of a design change faster than lists that it is crossed with.
        let filling = self.design.points().map(|points| {
            let place = rest % points;
            rest /= points;
            place
        });
        let mut places = vec![0; self.axes.len()];
        for (place, axis) in places.iter_mut().zip(&self.axes).rev() {
            if !is_filled(axis, self.design) {
                let count = axis.factors[0].levels.count().unwrap_or(1).max(1);
                *place = rest % count;
                rest /= count;
            }
        }
        assert_eq!(rest, 0, "the point is one of the study");
        let mut dimension = 0;
        let mut values = Vec::new();
        for (axis, &place) in self.axes.iter().zip(&places) {
            match (&axis.factors[0].levels, filling) {
                (Levels::Range(range), Some(filling)) => {
                    values.push(range.value(self.part(dimension, filling)));
                    dimension += 1;
                }
                _ => values.extend(axis.factors.iter().map(|factor| factor.levels.value(place))),
            }
        }
        values
    }

    fn part(&self, dimension: usize, place: u64) -> f64 {
        match self.design {
            Design::LatinHypercube(_) => self.slices[dimension][place as usize],
            Design::Pairs { pairs, ranges } => {
                let (pair, member) = (place / (ranges + 2), place % (ranges + 2));
                let second = member == 1 || member == dimension as u64 + 2;
                // At the beginning of the sequence both of a pair are the same point.
                let point = pair + pairs.next_power_of_two();
                fraction(dimension + if second { ranges as usize } else { 0 }, point)
            }
            _ => fraction(dimension, place),
        }
    }
}

/// A coordinate of a point of Sobol's sequence, between 0 and 1.
fn fraction(dimension: usize, point: u64) -> f64 {
    (f64::from(coordinate(dimension, point as u32)) + 0.5) / 4_294_967_296.0
}

/// Whether the points of a design fill this axis.
fn is_filled(axis: &LinkedFactors, design: Design) -> bool {
    design.points().is_some()
        && matches!(axis.factors[..], [Factor { levels: Levels::Range(Range { .. }), .. }])
}

/// A number in each of so many equal slices between 0 and 1, in random order.
fn slices(points: u64, seed: u64, dimension: usize) -> Vec<f64> {
    let mut stream = Stream::of_figure(seed, &format!("latin hypercube, dimension {dimension}"));
    let mut order: Vec<u64> = (0..points).collect();
    shuffle(&mut order, &mut stream);
    let within =
        |slice: u64| (slice as f64 + (stream.below(1 << 32) as f64 + 0.5) / 4_294_967_296.0) / points as f64;
    order.into_iter().map(within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::levels::shown;

    fn axis(keys: &[(&str, &str)]) -> LinkedFactors {
        let factor = |&(key, text): &(&str, &str)| {
            let table: toml::Table = toml::from_str(&format!("x = {text}")).unwrap();
            Factor { key: key.to_owned(), levels: Levels::read(&table["x"]).unwrap() }
        };
        LinkedFactors { factors: keys.iter().map(factor).collect() }
    }

    fn cells(layout: &Layout) -> Vec<String> {
        let point = |point| layout.values(point).iter().map(shown).collect::<Vec<_>>().join(" ");
        (0..layout.count().unwrap()).map(point).collect()
    }

    #[test]
    fn a_grid_has_every_combination_and_pairs_go_together() {
        let axes = vec![axis(&[("a", "[1, 2]")]), axis(&[("b", "['x', 'y', 'z']"), ("c", "[7, 8, 9]")])];
        let layout = Layout::new(axes, Design::Grid, 0).unwrap();
        assert_eq!(layout.keys(), ["a", "b", "c"]);
        assert_eq!(cells(&layout), ["1 x 7", "1 y 8", "1 z 9", "2 x 7", "2 y 8", "2 z 9"]);
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_every_slice_of_every_range() {
        let axes = vec![
            axis(&[("l", "['p', 'q']")]),
            axis(&[("a", "{ from = 0.0, to = 1.0 }")]),
            axis(&[("b", "{ from = 0.0, to = 1.0 }")]),
        ];
        let layout = Layout::new(axes, Design::LatinHypercube(50), 7).unwrap();
        assert_eq!(layout.count(), Some(100));
        for column in [1, 2] {
            let mut slices: Vec<u64> = (0..50)
                .map(|point| (layout.values(point)[column].as_float().unwrap() * 50.0) as u64)
                .collect();
            slices.sort_unstable();
            assert_eq!(slices, (0..50).collect::<Vec<_>>());
        }
        // The same filling for every combination of lists.
        assert_eq!(layout.values(3)[1..], layout.values(53)[1..]);
        assert_eq!((layout.values(3)[0].as_str(), layout.values(53)[0].as_str()), (Some("p"), Some("q")));
    }

    /// Four pairs in two ranges: each has two points that differ in everything, and the first of them with
    /// one number of the second.
    #[test]
    fn pairs_differ_in_one_number_at_a_time() {
        let range = |key| axis(&[(key, "{ from = 0.0, to = 1.0 }")]);
        let layout =
            Layout::new(vec![range("a"), range("b")], Design::Pairs { pairs: 4, ranges: 0 }, 0).unwrap();
        assert_eq!(layout.count(), Some(16));
        let numbers =
            |point| layout.values(point).iter().map(|it| it.as_float().unwrap()).collect::<Vec<_>>();
        for pair in 0..4 {
            let [first, second, a, b] = [0, 1, 2, 3].map(|member| numbers(4 * pair + member));
            assert!(first[0] != second[0] && first[1] != second[1]);
            assert_eq!((a, b), (vec![second[0], first[1]], vec![first[0], second[1]]));
        }
        // Every quarter of a range has one first point.
        let mut quarters: Vec<u64> = (0..4).map(|pair| (numbers(4 * pair)[0] * 4.0) as u64).collect();
        quarters.sort_unstable();
        assert_eq!(quarters, [0, 1, 2, 3]);
    }

    #[test]
    fn what_cannot_be_laid_out_is_refused() {
        let list = || vec![axis(&[("a", "[1, 2]")])];
        assert!(Layout::new(list(), Design::Sobol(8), 0).is_err());
        let range = || vec![axis(&[("a", "{ from = 1, to = 9 }")])];
        assert!(Layout::new(range(), Design::Sobol(1), 0).is_err());
        let total = Design::Pairs { pairs: 8, ranges: 0 };
        assert!(Layout::new([range(), list()].concat(), total, 0).is_err());
        assert!(Layout::new((0..9).flat_map(|_| range()).collect(), total, 0).is_err());
        let many: Vec<LinkedFactors> =
            (0..20).map(|_| axis(&[("a", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")])).collect();
        assert_eq!(Layout::new(many, Design::Grid, 0).unwrap().count(), None);
        // Nothing of this size is laid out before it is counted.
        assert!(Layout::new(range(), Design::LatinHypercube(1 << 60), 0).is_ok());
    }
}
