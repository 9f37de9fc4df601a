//! A part of a study's units, for one of several machines.

use super::plan::Plan;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// The `part`-th of so many, counted from 1: every unit whose number leaves the rest `part - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which one.
    pub part: u64,
    /// Of how many.
    pub of: u64,
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}/{}", self.part, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it must be a part and their number, e.g. 3/8 for the third of eight".to_owned();
        let (part, of) = text.split_once('/').ok_or_else(wrong)?;
        let (part, of): (u64, u64) = (part.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if of == 0 || of > 1_000_000 || part == 0 || part > of {
            return Err(wrong());
        }
        Ok(Shard { part, of })
    }
}

impl Shard {
    /// Whether a unit of this number, counted from 0, is its own.
    pub fn has(self, unit: u64) -> bool {
        unit % self.of == self.part - 1
    }
}

impl Plan {
    /// All units, in order: the place of the point among the planned ones, and the trials. A point that a
    /// precision ends is one unit. Points that share their trials have those of the first one with the
    /// most.
    pub fn units(&self) -> impl Iterator<Item = (usize, Range<u64>)> + '_ {
        self.jobs().into_iter().flat_map(move |place| {
            let point = self.points[place];
            let step = if point.until { point.trials.max(1) } else { point.block };
            let count = point.trials.div_ceil(step);
            (0..count).map(move |number| (place, number * step..((number + 1) * step).min(point.trials)))
        })
    }

    /// The places of the points for which trials are played: of those that share them, one.
    pub fn jobs(&self) -> Vec<usize> {
        let mut first = std::collections::HashMap::with_capacity(self.points.len());
        let mut jobs: Vec<usize> = Vec::with_capacity(self.points.len());
        for (place, point) in self.points.iter().enumerate() {
            match first.get(&point.tally_id) {
                None => {
                    first.insert(point.tally_id, jobs.len());
                    jobs.push(place);
                }
                Some(&job) if self.points[jobs[job]].trials < point.trials => jobs[job] = place,
                Some(_) => {}
            }
        }
        jobs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_written_and_read() {
        assert_eq!("3/8".parse(), Ok(Shard { part: 3, of: 8 }));
        for text in ["0/8", "9/8", "3", "3/", "/8", "a/b", "1/0", "-1/2", "1/99999999", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        let units: Vec<u64> = (0..10).filter(|&unit| Shard { part: 2, of: 3 }.has(unit)).collect();
        assert_eq!(units, [1, 4, 7]);
    }
}
