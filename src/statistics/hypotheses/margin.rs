//! Is a share within a margin, or beyond it?

use crate::statistics::Interval;
use crate::statistics::distributions::normal_quantile;
use crate::statistics::intervals::one_sided_level;

/// How likely counts as extreme as the observed one are, for some hypothetical share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// P(at least the observed count).
    pub at_least: f64,
    /// P(at most the observed count).
    pub at_most: f64,
}

impl Tails {
    /// Twice the smaller tail, at most one: the two-sided p-value.
    pub fn two_sided(self) -> f64 {
        (2.0 * self.at_least.min(self.at_most)).min(1.0)
    }
}

/// One of both tails, where the other would be computed in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At least the observed count.
    AtLeast,
    /// At most the observed count.
    AtMost,
}

impl Side {
    /// This one of two tails.
    pub fn of(self, tails: Tails) -> f64 {
        match self {
            Side::AtLeast => tails.at_least,
            Side::AtMost => tails.at_most,
        }
    }
}

/// The range of shares around a reference that counts as fair, ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// (1 − ε) × the reference.
    pub low: f64,
    /// (1 + ε) × the reference.
    pub high: f64,
}

impl Margin {
    /// The margin of a relative tolerance around a share.
    pub fn around(share: f64, tolerance: f64) -> Self {
        Margin { low: ((1.0 - tolerance) * share).max(0.0), high: (1.0 + tolerance) * share }
    }
}

/// The p-values of one validator's two questions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginTest {
    /// Of the hypothesis that its share is within the margin: twice the smaller tail beyond either
    /// edge. A small value shows a difference beyond the margin; an interval of confidence 1 − p
    /// touches it.
    pub difference_p: f64,
    /// Of the hypothesis that its share is beyond the margin: the larger of two one-sided tests
    /// (Schuirmann 1987). A small value shows equivalence; an interval of confidence 1 − 2p touches an
    /// edge.
    pub equivalence_p: f64,
}

impl MarginTest {
    /// From the tails at shares, which must rise with the share for `at_least` and fall for `at_most`.
    /// `None` where they are not known.
    pub fn new(margin: Margin, tails: impl Fn(f64) -> Option<Tails>) -> Option<Self> {
        Self::by_sides(margin, |share, side| Some(side.of(tails(share)?)), |_, _| false)
    }

    /// The same from single tails, so that none is computed in vain: `likely` says of which it is known
    /// that they are at least one half. Twice such a tail is one whatever it is, and of the two tails that
    /// show a difference at least one is such where wins are near the margin.
    pub fn by_sides(
        margin: Margin,
        tail: impl Fn(f64, Side) -> Option<f64>,
        likely: impl Fn(f64, Side) -> bool,
    ) -> Option<Self> {
        let above_low = tail(margin.low, Side::AtLeast)?;
        if margin.high == 0.0 {
            // Without a share to be relative to, one win is too many and none is right.
            let won = above_low == 0.0;
            return Some(MarginTest {
                difference_p: if won { 0.0 } else { 1.0 },
                equivalence_p: if won { 1.0 } else { 0.0 },
            });
        }
        let beyond = |share: f64, side: Side| if likely(share, side) { Some(1.0) } else { tail(share, side) };
        // An edge that no share can pass need not be excluded, and nothing can be beyond it.
        let (above, below_high) = if margin.high < 1.0 {
            (beyond(margin.high, Side::AtLeast)?, tail(margin.high, Side::AtMost)?)
        } else {
            (1.0, 0.0)
        };
        let (below, above_low) =
            if margin.low > 0.0 { (beyond(margin.low, Side::AtMost)?, above_low) } else { (1.0, 0.0) };
        let p = MarginTest {
            difference_p: (2.0 * above.min(below)).min(1.0),
            equivalence_p: above_low.max(below_high),
        };
        (!p.difference_p.is_nan() && !p.equivalence_p.is_nan()).then_some(p)
    }
}

/// No p-value below this is told apart: a confidence closer to one has too few digits left.
const LEAST: f64 = 1e-12;

/// The largest level at which intervals are asked for: at one there are none.
const MOST: f64 = 1.0 - 1e-9;

impl MarginTest {
    /// From intervals at any confidence: the smallest levels at which the interval lies outside the
    /// margin, and inside. For confidence sequences, whose tails are not known. Intervals must lie in each
    /// other, the smaller the confidence the further inside: those of a sequence whose tuning is fixed do.
    /// Values below 1e-12 are given as that. About 70 intervals.
    pub fn by_intervals(margin: Margin, interval: impl Fn(f64) -> Option<Interval>) -> Option<Self> {
        interval(0.5)?;
        let shown = |shows: &dyn Fn(Interval) -> bool| {
            smallest_level(|level| interval(1.0 - level).is_some_and(shows))
        };
        Some(MarginTest {
            difference_p: shown(&|interval| interval.low > margin.high || interval.high < margin.low),
            equivalence_p: shown(&|interval| margin.low <= interval.low && interval.high <= margin.high),
        })
    }
}

/// The smallest level that shows something which all larger levels show too; one if none does.
fn smallest_level(shows: impl Fn(f64) -> bool) -> f64 {
    if shows(LEAST) {
        return LEAST;
    }
    if !shows(MOST) {
        return 1.0;
    }
    let (mut least, mut most) = (LEAST.ln(), 0.0);
    while most - least > 1e-6 {
        let middle = 0.5 * (least + most);
        if shows(middle.exp().min(MOST)) { most = middle } else { least = middle }
    }
    most.exp().min(1.0)
}

/// The interval of a share whose tails are known: all shares that neither tail excludes at half of what
/// `confidence` leaves. `estimate` lies in it. Right to eight digits of its half-width; the search begins at
/// the ends of `near`, and takes about five tails for each end where they are of the right order.
///
/// `None` where the tails are, or with a confidence outside (0, 1).
pub fn interval_by_tails(
    estimate: f64,
    confidence: f64,
    near: Interval,
    tail: impl Fn(f64, Side) -> Option<f64>,
) -> Option<Interval> {
    let level = one_sided_level(confidence)?;
    let end = |toward, near, side| {
        excluded_end(Search { toward, estimate, near, level }, |share| tail(share, side))
    };
    let low = end(0.0, near.low, Side::AtLeast)?;
    let high = end(1.0, near.high, Side::AtMost)?;
    Some(Interval { low: low.min(estimate), high: high.max(estimate) })
}

/// Where an end of an interval is looked for.
struct Search {
    /// The end of all shares on its side,
    toward: f64,
    /// the estimate, on the other,
    estimate: f64,
    /// and where to begin.
    near: f64,
    /// What a tail must fall to.
    level: f64,
}

/// Where a tail that grows from `toward` to `estimate` reaches the level: on the side of the estimate.
///
/// Regula falsi with the Illinois rule, kept in a bracket that shrinks. Between the square root of a share
/// and the normal deviate of its tail there is nearly a straight line.
fn excluded_end(search: Search, tail: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let Search { toward, estimate, near, level } = search;
    let wanted = normal_quantile(level);
    let height = |share: f64| {
        let tail = tail(share).filter(|tail| !tail.is_nan())?;
        Some(wanted - normal_quantile(tail.clamp(0.0, 1.0)))
    };
    let (mut outside, mut inside) = (toward.sqrt(), estimate.sqrt());
    let mut below = height(toward)?;
    if below > 0.0 {
        return Some(toward);
    }
    let mut above = height(estimate)?;
    if above <= 0.0 {
        return Some(estimate);
    }
    let mut next = near.sqrt();
    let mut last_below = None;
    // Illinois halves the height of an end that stays; the heights that were found say where a line points.
    let mut known_above = above;
    for _ in 0..200 {
        let between = |root: f64| (root - outside) * (root - inside) < 0.0;
        if !between(next) {
            next = 0.5 * (outside + inside);
            if !between(next) {
                break;
            }
        }
        let value = height(next * next)?;
        if value.abs() <= 1e-8 {
            return Some(next * next);
        }
        if value <= 0.0 {
            (outside, below) = (next, value);
            if last_below == Some(true) {
                above *= 0.5;
            }
            last_below = Some(true);
        } else {
            let line = inside + (next - inside) * known_above / (known_above - value);
            let unbounded = !below.is_finite();
            (inside, above, known_above) = (next, value, value);
            if last_below == Some(false) {
                below *= 0.5;
            }
            last_below = Some(false);
            if unbounded {
                // No end of a line yet on the other side: on along the one that was found, and a little more.
                next = inside + 1.02 * (line - inside);
                continue;
            }
        }
        if (outside - inside).abs() <= 1e-9 * outside.max(inside) {
            break;
        }
        let part = above / (above - below);
        next = if part.is_finite() { inside + part * (outside - inside) } else { f64::NAN };
    }
    Some(inside * inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::distributions::{Binomial, normal_upper};
    use crate::statistics::{BoundedMean, bernoulli_sequence, clopper_pearson, wilson};
    use proptest::prelude::*;
    use std::cell::Cell;

    fn binomial(wins: u64, rounds: u64) -> impl Fn(f64) -> Option<Tails> {
        move |share| {
            let law = Binomial::new(rounds, share)?;
            Some(Tails { at_least: law.upper(wins), at_most: law.lower(wins) })
        }
    }

    #[test]
    fn edges_that_nothing_can_pass() {
        // Whoever has no stake and wins nothing is fair; whoever wins once is not.
        let none = |wins| MarginTest::new(Margin::around(0.0, 0.1), binomial(wins, 100)).unwrap();
        assert_eq!(none(0), MarginTest { difference_p: 1.0, equivalence_p: 0.0 });
        assert_eq!(none(3), MarginTest { difference_p: 0.0, equivalence_p: 1.0 });
        // All of the stake: only too few wins are a question.
        let all = |wins| MarginTest::new(Margin::around(1.0, 0.1), binomial(wins, 100)).unwrap();
        assert_eq!(all(100).difference_p, 1.0);
        assert!((all(100).equivalence_p - 0.9f64.powi(100)).abs() < 1e-12);
        assert!(all(50).difference_p < 1e-12 && all(50).equivalence_p > 0.999);
    }

    /// A tail that is above the level wherever a share can be excludes none.
    #[test]
    fn an_interval_that_would_pass_an_end_stops_there() {
        let tail = |share: f64, side: Side| {
            let z = (0.01 - share) / 0.02;
            Some(normal_upper(if side == Side::AtLeast { z } else { -z }))
        };
        let anywhere = Interval { low: 0.0, high: 1.0 };
        let low = interval_by_tails(0.01, 0.95, anywhere, tail).unwrap();
        assert_eq!(low.low, 0.0);
        assert!((low.high - (0.01 + 0.02 * 1.959_963_985)).abs() < 1e-7, "{low:?}");
        let high = interval_by_tails(0.99, 0.95, anywhere, |share, side| {
            tail(1.0 - share, if side == Side::AtLeast { Side::AtMost } else { Side::AtLeast })
        });
        assert_eq!(high.unwrap().high, 1.0);
    }

    /// The smallest level of an interval is what its tail says: by Clopper and Pearson's, doubled where it is
    /// outside the margin on one side.
    #[test]
    fn levels_of_intervals_are_those_of_their_tails() {
        for (wins, share) in [(30u64, 0.2), (10, 0.2), (21, 0.2), (400, 0.2)] {
            let rounds = if wins == 400 { 2_000 } else { 100 };
            let margin = Margin::around(share, 0.2);
            let found =
                MarginTest::by_intervals(margin, |confidence| clopper_pearson(wins, rounds, confidence))
                    .unwrap();
            let tails = |share| binomial(wins, rounds)(share).unwrap();
            let difference = 2.0 * tails(margin.high).at_least.min(tails(margin.low).at_most);
            let equivalence = 2.0 * tails(margin.low).at_least.max(tails(margin.high).at_most);
            for (found, expected) in [(found.difference_p, difference), (found.equivalence_p, equivalence)] {
                assert!((found / expected.min(1.0) - 1.0).abs() < 1e-6, "{wins}: {found} for {expected}");
            }
        }
    }

    /// What a sequence shows at a level is what its interval at that level shows.
    fn shows_what_its_interval_shows(margin: Margin, level: f64, interval: impl Fn(f64) -> Option<Interval>) {
        let found = MarginTest::by_intervals(margin, &interval).unwrap();
        let Interval { low, high } = interval(1.0 - level).unwrap();
        let outside = low > margin.high || high < margin.low;
        let inside = margin.low <= low && high <= margin.high;
        // Levels are found to within a millionth part.
        for (p, shown) in [(found.difference_p, outside), (found.equivalence_p, inside)] {
            let near = (p / level).ln().abs() < 1e-5;
            assert!(near || (p <= level) == shown, "{p} at {level}, {low} to {high}, {margin:?}");
        }
    }

    /// Sixty rounds, of which one of two forgers never earns anything: of all rewards it has none, with certainty,
    /// in each of so many trials.
    #[test]
    fn intervals_that_decide_have_tests_that_do() {
        for (trials, outside) in [(5, false), (100, true), (600, true)] {
            let mut mean = BoundedMean::new(0.5);
            mean.observe(trials, 0.0, 0.0);
            let level = 0.025;
            let interval = |confidence| mean.interval_tuned(confidence, 1.0 - level);
            assert_eq!(interval(1.0 - level).unwrap().high < 0.45, outside, "{trials}");
            let found = MarginTest::by_intervals(Margin::around(0.5, 0.1), interval).unwrap();
            assert_eq!(found.difference_p <= level, outside, "{trials}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn a_sequence_decides_as_its_intervals_do(
            trials in 1u64..5_000, part in 0.0f64..1.0, spread in 0.0f64..1.0, guess in 0.0f64..1.0,
            share in 0.01f64..0.99, tolerance in 0.01f64..0.5,
            level in prop_oneof![0.0001f64..0.2, Just(0.05)], optimal_at in 1u64..100_000,
        ) {
            let margin = Margin::around(share, tolerance);
            let (n, mut mean) = (trials as f64, BoundedMean::new(guess));
            // The squares of values between 0 and 1 lie between the square of their mean and their mean.
            mean.observe(trials, n * part, n * (part * part + spread * part * (1.0 - part)));
            shows_what_its_interval_shows(margin, level, |confidence| mean.interval_tuned(confidence, 1.0 - level));
            let wins = (n * part) as u64;
            shows_what_its_interval_shows(margin, level, |confidence| {
                bernoulli_sequence(wins, trials, confidence, optimal_at, 1.0 - level)
            });
        }

        /// Tails that are left out change nothing, not in the last digit.
        #[test]
        fn likely_tails_need_not_be_known(n in 1u64..100_000, z in -6.0f64..6.0, share in 0.001f64..0.95, tolerance in 0.01f64..0.5) {
            let deviation = (n as f64 * share * (1.0 - share)).sqrt();
            let k = ((n as f64 * share + z * deviation).max(0.0) as u64).min(n);
            let margin = Margin::around(share, tolerance);
            let tail = |share: f64, side: Side| Some(side.of(binomial(k, n)(share)?));
            let likely = |share: f64, side: Side| Binomial::new(n, share).is_some_and(|law| law.is_likely(k, side == Side::AtLeast));
            let by_sides = MarginTest::by_sides(margin, tail, likely);
            prop_assert_eq!(by_sides, MarginTest::new(margin, binomial(k, n)));
        }

        #[test]
        fn inverting_binomial_tails_gives_clopper_and_pearson(
            n in prop_oneof![1u64..2000, 2000u64..1 << 50],
            part in prop_oneof![0.0f64..=1.0, 0.0f64..1e-6],
            confidence in prop_oneof![0.5f64..0.9999, 0.999_999f64..0.999_999_999_999],
            begin in (0.0f64..=1.0, 0.0f64..=1.0),
        ) {
            let k = ((n as f64 * part) as u64).min(n);
            let exact = clopper_pearson(k, n, confidence).unwrap();
            let asked = Cell::new(0);
            let tail = |share: f64, side: Side| {
                asked.set(asked.get() + 1);
                Some(side.of(binomial(k, n)(share)?))
            };
            // From where the ends are about, and from anywhere.
            let anywhere = Interval { low: begin.0, high: begin.1 };
            for (near, most) in [(wilson(k, n, confidence).unwrap(), 40), (anywhere, 200)] {
                asked.set(0);
                let found = interval_by_tails(k as f64 / n as f64, confidence, near, tail).unwrap();
                prop_assert!((found.low - exact.low).abs() <= 1e-6 * exact.low + 1e-15, "{found:?} {exact:?}");
                prop_assert!((found.high - exact.high).abs() <= 1e-6 * exact.high + 1e-15, "{found:?} {exact:?}");
                prop_assert!(asked.get() <= most, "{} tails", asked.get());
            }
        }

        #[test]
        fn a_decision_and_its_interval_agree(n in 1u64..5000, part in 0.0f64..=1.0, share in 0.01f64..0.6, level in 0.001f64..0.2) {
            let k = ((n as f64 * part) as u64).min(n);
            let margin = Margin::around(share, 0.1);
            let test = MarginTest::new(margin, binomial(k, n)).unwrap();
            let two_sided = clopper_pearson(k, n, 1.0 - level).unwrap();
            let one_sided = clopper_pearson(k, n, 1.0 - 2.0 * level).unwrap();
            let beyond = two_sided.low > margin.high || two_sided.high < margin.low;
            let within = margin.low < one_sided.low && one_sided.high < margin.high;
            // Away from the edges, where rounding decides.
            if (test.difference_p / level - 1.0).abs() > 1e-9 {
                prop_assert_eq!(test.difference_p <= level, beyond);
            }
            if (test.equivalence_p / level - 1.0).abs() > 1e-9 {
                prop_assert_eq!(test.equivalence_p <= level, within);
            }
        }
    }
}
