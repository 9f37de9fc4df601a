//! The smallest value of a key at which a condition on a metric holds.
//!
//! The condition is taken to change once between the two ends. Where the metric has an exact value the
//! place is found by bisection, and for whole numbers the neighbourhood is looked through, since a
//! probability that counts whole wins rises and falls by a little from round to round. Elsewhere the
//! metric is simulated: at each value more trials are played until the interval of the metric lies on one
//! side of the limit, and the answer is the interval between the last value at which the condition is
//! shown not to hold and the first at which it is shown to hold. Since each value that is looked at has its
//! part of the error that is allowed in all, there are at most [`MOST_COMPARISONS`] of them.

use crate::analysis::rows::Metric;
use std::fmt;
use std::str::FromStr;

/// A metric that is to be at most, or at least, so much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// What is asked about.
    pub metric: Metric,
    /// Whether it is to be at most `limit`; at least, if not.
    pub at_most: bool,
    /// How much.
    pub limit: f64,
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "it must be a metric, <= or >=, and a number, e.g. \"unfair_probability <= 0.1\"".to_owned();
        let (place, at_most) = match (text.find('<'), text.find('>')) {
            (Some(place), None) => (place, true),
            (None, Some(place)) => (place, false),
            _ => return Err(wrong()),
        };
        let name = text[..place].trim();
        let limit = text[place + 1..].trim_start_matches('=').trim();
        let metric = name.parse().map_err(|_| {
            let near = crate::registry::nearest(name, Metric::NAMES.iter().copied());
            near.map_or_else(wrong, |near| format!("`{name}` is no metric; did you mean `{near}`?"))
        })?;
        let limit: f64 = limit.parse().ok().filter(|limit: &f64| limit.is_finite()).ok_or_else(wrong)?;
        Ok(Condition { metric, at_most, limit })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let sign = if self.at_most { "<=" } else { ">=" };
        write!(formatter, "{} {sign} {}", self.metric, self.limit)
    }
}

impl Condition {
    /// Whether an exact value meets it.
    pub fn holds(&self, value: f64) -> bool {
        if self.at_most { value <= self.limit } else { value >= self.limit }
    }

    /// Whether an interval of the metric shows that it is met, or that it is not; `None` if neither.
    pub fn shown(&self, low: f64, high: f64) -> Option<bool> {
        match self.at_most {
            true if high <= self.limit => Some(true),
            true if low > self.limit => Some(false),
            false if low >= self.limit => Some(true),
            false if high < self.limit => Some(false),
            _ => None,
        }
    }
}

/// What is known of the condition at one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The value of the key.
    pub at: f64,
    /// The metric there, of the subject that is farthest from meeting the condition; `None` where it has no
    /// value.
    pub value: Option<f64>,
    /// Its interval, the value itself where it is exact; `None` where trials give no interval, as when all of
    /// them are alike.
    pub interval: Option<(f64, f64)>,
    /// How many trials it rests on; 0 where it is exact.
    pub trials: u64,
    /// Whether the condition holds there; `None` where that could not be shown.
    pub holds: Option<bool>,
}

/// The values that are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// The first one.
    pub from: f64,
    /// The last one.
    pub to: f64,
    /// Whether only whole numbers count.
    pub whole: bool,
}

/// Where the condition changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Solution {
    /// It is known at both ends, and is the same.
    Never {
        /// Whether it holds at both.
        holds: bool,
    },
    /// It is not known at an end, or nowhere that was looked at in between.
    Unknown,
    /// It changes between these.
    Between {
        /// The last value, from the first end on, that is as the first end is.
        last: f64,
        /// The first value after it that is as the other end is.
        first: f64,
        /// Whether the condition holds at the other end, and not at the first.
        begins: bool,
        /// Of whole numbers and an exact metric: the first value of all at which it is as at the other end,
        /// where it changes back and forth before it changes for good.
        earliest: Option<f64>,
        /// Of an exact metric: whether the condition is at the other end as at the first again, so that it
        /// changes a second time.
        returns: bool,
    },
}

/// At most so many values are looked at in the neighbourhood of a change.
const MOST_NEIGHBOURS: u64 = 4_000;
/// A search over fractions ends when both sides are so near to each other, relative to the larger.
const NEAR: f64 = 1e-4;
/// The same relative to the whole range, for a change at zero.
const NEAR_ZERO: f64 = 1e-9;
/// At so many values at most the condition is asked about by trials.
pub const MOST_COMPARISONS: u32 = 80;

/// Looks for the change. `ask` says what is known at a value; an error of it ends the search. `exact` says
/// whether it always knows; if not, at most [`MOST_COMPARISONS`] values are asked about.
///
/// # Errors
/// The first error of `ask`.
pub fn solve<E>(
    ends: Ends,
    exact: bool,
    mut ask: impl FnMut(f64) -> Result<Known, E>,
) -> Result<Solution, E> {
    let Ends { from, to, whole } = ends;
    let mut asked = 0;
    let mut holds = |at: f64| -> Result<Option<bool>, E> {
        asked += 1;
        // Two more may be asked about before it is seen that nothing comes of it.
        let enough = !exact && asked + 2 >= MOST_COMPARISONS;
        Ok(ask(at)?.holds.filter(|_| !enough))
    };
    // By doubling, so that nothing far beyond the change is simulated.
    let mut step = if whole { from.max(1.0) } else { to - from };
    let Some(begin) = holds(from)? else {
        // A second value shows whether the metric depends on the key at all.
        holds((from + step).min(to))?;
        return Ok(Solution::Unknown);
    };
    let (mut last, mut first) = (from, None);
    while first.is_none() {
        let at = (last + step).min(to);
        if at <= last {
            return Ok(Solution::Never { holds: begin });
        }
        match holds(at)? {
            Some(holds) if holds == begin => last = at,
            Some(_) => first = Some(at),
            None if at >= to => return Ok(Solution::Unknown),
            // It is near: what lies beyond may be known.
            None => {
                let beyond = (at + step).min(to);
                match holds(beyond)? {
                    Some(holds) if holds == begin => last = beyond,
                    Some(_) => first = Some(beyond),
                    None => return Ok(Solution::Unknown),
                }
            }
        }
        step *= 2.0;
    }
    let mut first = first.unwrap_or(to);
    let returns = exact && first < to && holds(to)? == Some(begin);
    loop {
        let middle = if whole { ((last + first) / 2.0).floor() } else { (last + first) / 2.0 };
        let near =
            if whole { 1.0 } else { (NEAR * first.abs().max(last.abs())).max(NEAR_ZERO * (to - from)) };
        if first - last <= near {
            break;
        }
        match holds(middle)? {
            Some(holds) if holds == begin => last = middle,
            Some(_) => first = middle,
            None => {
                // Somewhere here it changes; both sides are drawn nearer as long as they can be told apart.
                let quarter = |part: f64| {
                    let at = last + (first - last) * part;
                    if whole { at.round() } else { at }
                };
                let (low, high) = (quarter(0.25), quarter(0.75));
                let mut moved = false;
                if low > last && low < middle && holds(low)? == Some(begin) {
                    last = low;
                    moved = true;
                }
                if high < first && high > middle && holds(high)? == Some(!begin) {
                    first = high;
                    moved = true;
                }
                if !moved {
                    break;
                }
            }
        }
    }
    let mut earliest = None;
    if whole && exact {
        // For good: the last one nearby that is as the first end is.
        let reach = (8.0 * first.sqrt()).ceil().clamp(16.0, MOST_NEIGHBOURS as f64 / 2.0);
        let lowest = (first - reach).max(from);
        let highest = if returns { first } else { (first + reach).min(to) };
        let mut at = lowest;
        while at <= highest {
            match holds(at)? == Some(begin) {
                true => last = last.max(at),
                false => earliest = earliest.or(Some(at)),
            }
            at += 1.0;
        }
        first = last + 1.0;
        earliest = earliest.filter(|&earliest| earliest < first && earliest > lowest);
    }
    Ok(Solution::Between { last, first, begins: !begin, earliest, returns })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn known(at: f64, holds: Option<bool>) -> Result<Known, Infallible> {
        Ok(Known { at, value: Some(at), interval: Some((at, at)), trials: 0, holds })
    }

    #[test]
    fn conditions_are_read() {
        let condition: Condition = "unfair_probability <= 0.1".parse().unwrap();
        assert_eq!(
            (condition.metric, condition.at_most, condition.limit),
            (Metric::UnfairProbability, true, 0.1)
        );
        assert!(!"gini>=0.5".parse::<Condition>().unwrap().at_most);
        assert_eq!(condition.to_string(), "unfair_probability <= 0.1");
        assert_eq!(
            (condition.shown(0.0, 0.1), condition.shown(0.2, 0.3), condition.shown(0.05, 0.2)),
            (Some(true), Some(false), None)
        );
        for text in ["", "gini", "gini 0.5", "gini <= x", "gini <= nan", "gni <= 1", "<= 1", "gini <= 1 >= 2"]
        {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_single_change_is_found_exactly() {
        for change in [2.0, 3.0, 17.0, 1000.0, 999_999.0] {
            let ends = Ends { from: 1.0, to: 1_000_000.0, whole: true };
            let mut asked = 0;
            let found = solve(ends, false, |at| {
                asked += 1;
                known(at, Some(at >= change))
            });
            let expected = Solution::Between {
                last: change - 1.0,
                first: change,
                begins: true,
                earliest: None,
                returns: false,
            };
            assert_eq!(found, Ok(expected));
            assert!(asked < 50, "{asked}");
        }
        let ends = Ends { from: 1.0, to: 100.0, whole: true };
        assert_eq!(solve(ends, true, |at| known(at, Some(false))), Ok(Solution::Never { holds: false }));
        assert_eq!(solve(ends, true, |at| known(at, None)), Ok(Solution::Unknown));
    }

    #[test]
    fn what_rises_and_falls_is_told_with_both_ends() {
        // It holds from 500 on for good, and at every third value from 480 on.
        let holds = |at: f64| at >= 500.0 || (at >= 480.0 && at % 3.0 == 0.0);
        let found =
            solve(Ends { from: 1.0, to: 10_000.0, whole: true }, true, |at| known(at, Some(holds(at))));
        assert_eq!(
            found,
            Ok(Solution::Between {
                last: 499.0,
                first: 500.0,
                begins: true,
                earliest: Some(480.0),
                returns: false
            })
        );
    }

    #[test]
    fn what_cannot_be_told_apart_stays_between() {
        // Within a twentieth of 0.37 nothing is shown.
        let ends = Ends { from: 0.0, to: 1.0, whole: false };
        let found =
            solve(ends, false, |at: f64| known(at, ((at - 0.37).abs() > 0.0185).then_some(at > 0.37)));
        let Ok(Solution::Between { last, first, begins: true, .. }) = found else { panic!("{found:?}") };
        assert!(last < 0.37 && 0.37 < first && first - last < 0.2, "{last} {first}");
    }

    /// A change at zero, where nothing is near relative to itself, and answers by trials that are known
    /// nowhere or only far away: each value has its part of the error, so that there are not too many.
    #[test]
    fn a_search_by_trials_ends_after_the_comparisons_it_may_make() {
        let ends = Ends { from: -1.0, to: 1.0, whole: false };
        let asked = |shown: &dyn Fn(f64) -> Option<bool>, ends: Ends| {
            let mut asked = 0;
            let found = solve(ends, false, |at| {
                asked += 1;
                known(at, shown(at))
            });
            assert!(asked <= MOST_COMPARISONS, "{asked} comparisons");
            found.unwrap()
        };
        let Solution::Between { last, first, .. } = asked(&|at| Some(at > 0.0), ends) else { panic!() };
        assert!(last <= 0.0 && 0.0 < first && first - last < 1e-8, "{last} {first}");
        let whole = Ends { from: 1.0, to: 9e15, whole: true };
        let Solution::Between { last, first, .. } = asked(&|at| Some(at > 8e15), whole) else { panic!() };
        assert!(last <= 8e15 && 8e15 < first, "{last} {first}");
        // Shown at every other value of the doubling only.
        let odd = |at: f64| (at.log2().round() % 2.0 == 0.0).then_some(at > 8e15);
        asked(&odd, whole);
        assert_eq!(asked(&|_| None, whole), Solution::Unknown);
    }

    /// At both ends it does not hold, and in between it does: the change that is found is told as one of two.
    #[test]
    fn an_exact_condition_that_changes_back_is_told_so() {
        for whole in [true, false] {
            let ends = Ends { from: 1.0, to: 100.0, whole };
            let found = solve(ends, true, |at| known(at, Some((10.0..50.0).contains(&at)))).unwrap();
            match (found, whole) {
                // The doubling of fractions starts with the whole range, and sees both ends alone.
                (Solution::Never { holds: false }, false) => {}
                (Solution::Between { last, first, begins, returns, .. }, true) => {
                    assert_eq!((last, first, begins, returns), (9.0, 10.0, true, true));
                }
                (other, _) => panic!("{other:?}"),
            }
        }
        // An end within the values from which on it holds for good: no answer beyond the end.
        let holds = |at: f64| at >= 500.0 || (at >= 480.0 && at % 3.0 == 0.0);
        let ends = Ends { from: 470.0, to: 490.0, whole: true };
        let found = solve(ends, true, |at| known(at, Some(holds(at)))).unwrap();
        let Solution::Between { first, .. } = found else {
            assert_eq!(found, Solution::Never { holds: false });
            return;
        };
        assert!(first <= 490.0, "{first}");
    }
}
