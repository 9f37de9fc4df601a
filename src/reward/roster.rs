//! A draw of different validators, all alike.

use crate::random::Stream;

/// Draws committees of different validators, each with the same chance.
#[derive(Clone, Debug)]
pub struct Roster {
    /// All validators, in any order: a draw is uniform whatever it begins with.
    order: Vec<u32>,
}

impl Roster {
    /// Of so many validators.
    pub fn new(validators: usize) -> Self {
        Roster { order: (0..validators as u32).collect() }
    }

    /// Draws `seats` different validators of those with stake, or all of them if there are fewer.
    /// O(seats) where few are without stake.
    pub fn draw(&mut self, seats: u64, stakes: &[u64], stream: &mut Stream, mut member: impl FnMut(usize)) {
        let (mut seated, mut end) = (0, self.order.len());
        while (seated as u64) < seats && seated < end {
            let place = seated + stream.below((end - seated) as u64) as usize;
            let who = self.order[place] as usize;
            if stakes[who] == 0 {
                end -= 1;
                self.order.swap(place, end);
                continue;
            }
            self.order.swap(place, seated);
            seated += 1;
            member(who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    /// Four of six with stake, two seats: every pair as often as the others.
    #[test]
    fn every_committee_is_as_likely_as_any_other() {
        let mut roster = Roster::new(6);
        let stakes = [5, 0, 1, 9, 0, 2];
        let mut stream = Stream::of_seed(4, Purpose::Duties);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            let mut members = Vec::new();
            roster.draw(2, &stakes, &mut stream, |who| members.push(who));
            members.sort_unstable();
            *counts.entry(members).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        // 10,000 each, four sigma.
        assert!(counts.values().all(|&count| count.abs_diff(10_000) < 366), "{counts:?}");
        let mut all = Vec::new();
        roster.draw(9, &stakes, &mut stream, |who| all.push(who));
        all.sort_unstable();
        assert_eq!(all, [0, 2, 3, 5]);
    }
}
