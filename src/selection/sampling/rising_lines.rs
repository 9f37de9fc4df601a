//! The highest of many lines that rise at constant speeds while time passes.

use crate::stake::ValidatorId;

/// Nobody.
const NONE: u32 = u32::MAX;

/// Lines `start + speed * time`, one per validator, and always the highest of them; the earlier one
/// among equals. A validator with speed 0 takes no part.
///
/// A kinetic tournament (Basch, Guibas and Hershberger, J. Algorithms 1999): every match of a
/// tournament tree remembers until when its result must hold, and only those whose time has come
/// are played again. Exact 128-bit integers; good for speeds below 2^63 and times below 2^62.
#[derive(Clone, Debug)]
pub(in crate::selection) struct RisingLines {
    lines: Vec<Line>,
    /// Matches of a complete binary tree, the final at 1; the leaves are not stored.
    matches: Vec<Match>,
    /// The number of leaves: a power of two.
    leaves: usize,
    time: u64,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    start: i128,
    speed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Match {
    winner: u32,
    /// The first time at which this result or one below it may no longer hold.
    until: u64,
}

impl RisingLines {
    /// All lines start at 0 at time 0. O(n).
    pub fn new(speeds: &[u64]) -> Self {
        let leaves = speeds.len().next_power_of_two().max(2);
        let mut lines = RisingLines {
            lines: vec![Line { start: 0, speed: 0 }; speeds.len()],
            matches: vec![Match { winner: NONE, until: u64::MAX }; leaves],
            leaves,
            time: 0,
        };
        lines.restart(speeds.iter().map(|&speed| (0, speed)));
        lines
    }

    /// Begins anew at time 0 with these heights and speeds, one of each for every validator. O(n), and
    /// nothing is allocated.
    pub fn restart(&mut self, heights: impl Iterator<Item = (i128, u64)>) {
        self.time = 0;
        for (line, (start, speed)) in self.lines.iter_mut().zip(heights) {
            *line = Line { start, speed };
        }
        for node in (1..self.leaves).rev() {
            self.play(node);
        }
    }

    /// Lets one unit of time pass.
    pub fn tick(&mut self) {
        self.time += 1;
        self.replay(1);
    }

    /// Whose line is the highest; `None` if nobody takes part.
    pub fn highest(&self) -> Option<ValidatorId> {
        let winner = self.matches[1].winner;
        (winner != NONE).then_some(ValidatorId(winner))
    }

    /// How high a validator's line is now.
    pub fn height(&self, validator: ValidatorId) -> i128 {
        height(self.lines[validator.index()], self.time)
    }

    /// Moves a line down by `depth`, in O(log n).
    pub fn lower(&mut self, validator: ValidatorId, depth: u64) {
        self.lines[validator.index()].start -= i128::from(depth);
        self.replay_path(validator);
    }

    /// Moves a line up by `by`, in O(log n).
    pub fn raise(&mut self, validator: ValidatorId, by: u64) {
        self.lines[validator.index()].start += i128::from(by);
        self.replay_path(validator);
    }

    /// Brings a line to height 0 now, in O(log n).
    pub fn clear(&mut self, validator: ValidatorId) {
        let height = self.height(validator);
        self.lines[validator.index()].start -= height;
        self.replay_path(validator);
    }

    /// Changes a line's speed from now on, in O(log n); its height stays.
    pub fn set_speed(&mut self, validator: ValidatorId, speed: u64) {
        let height = self.height(validator);
        let start = height - i128::from(speed) * i128::from(self.time);
        self.lines[validator.index()] = Line { start, speed };
        self.replay_path(validator);
    }

    fn replay_path(&mut self, validator: ValidatorId) {
        let mut node = (self.leaves + validator.index()) / 2;
        while node > 0 {
            self.play(node);
            node /= 2;
        }
    }

    /// Plays the matches again whose time has come.
    fn replay(&mut self, node: usize) {
        if node >= self.leaves || self.matches[node].until > self.time {
            return;
        }
        self.replay(2 * node);
        self.replay(2 * node + 1);
        self.play(node);
    }

    fn play(&mut self, node: usize) {
        let [left, right] = [2 * node, 2 * node + 1].map(|child| {
            if child < self.leaves {
                return self.matches[child];
            }
            let index = child - self.leaves;
            let takes_part = self.lines.get(index).is_some_and(|line| line.speed > 0);
            Match { winner: if takes_part { index as u32 } else { NONE }, until: u64::MAX }
        });
        let below = left.until.min(right.until);
        self.matches[node] = if right.winner == NONE {
            Match { winner: left.winner, until: below }
        } else if left.winner == NONE {
            Match { winner: right.winner, until: below }
        } else {
            let (a, b) = (self.lines[left.winner as usize], self.lines[right.winner as usize]);
            let ahead = height(a, self.time) - height(b, self.time);
            if ahead >= 0 {
                // The right one must get strictly above: the left one is earlier.
                Match { winner: left.winner, until: below.min(self.overtaken(ahead + 1, a, b)) }
            } else {
                Match { winner: right.winner, until: below.min(self.overtaken(-ahead, b, a)) }
            }
        };
    }

    /// When the chaser will have caught up `distance` on the leader.
    fn overtaken(&self, distance: i128, leader: Line, chaser: Line) -> u64 {
        if chaser.speed <= leader.speed {
            return u64::MAX;
        }
        let gain = u128::from(chaser.speed - leader.speed);
        let wait = distance.unsigned_abs().div_ceil(gain);
        u64::try_from(wait).unwrap_or(u64::MAX).saturating_add(self.time)
    }
}

fn height(line: Line, time: u64) -> i128 {
    line.start + i128::from(line.speed) * i128::from(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_highest_is_that_of_a_plain_scan(
            mut speeds in prop::collection::vec(0u64..20, 1..20),
            events in prop::collection::vec((0usize..20, 0u64..40, 0u8..3), 1..200),
        ) {
            let mut lines = RisingLines::new(&speeds);
            let mut heights = vec![0i128; speeds.len()];
            for (index, value, event) in events {
                let index = index % speeds.len();
                let validator = ValidatorId(index as u32);
                if event == 2 {
                    lines.clear(validator);
                    heights[index] = 0;
                } else if event == 1 && value < 20 {
                    speeds[index] = value;
                    lines.set_speed(validator, value);
                } else if let Some(highest) = lines.highest() {
                    lines.lower(highest, value);
                    heights[highest.index()] -= i128::from(value);
                }
                lines.tick();
                for (height, speed) in heights.iter_mut().zip(&speeds) {
                    *height += i128::from(*speed);
                }
                let best = (0..speeds.len())
                    .filter(|&i| speeds[i] > 0)
                    .max_by_key(|&i| (heights[i], std::cmp::Reverse(i)))
                    .map(|i| ValidatorId(i as u32));
                prop_assert_eq!(lines.highest(), best);
                prop_assert_eq!(lines.height(validator), heights[index]);
            }
        }
    }
}
