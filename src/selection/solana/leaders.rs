//! The leaders of an epoch in the order of the schedule.

use super::uniform;
use rand::rngs::ChaCha20Rng;

/// Everybody with stake, largest stake first, with running sums to draw from.
///
/// Equal stakes stand in descending order of address; addresses are ordered as the validators
/// are, so of two equal stakes the later validator comes first.
#[derive(Default)]
pub struct Leaders {
    ids: Vec<u32>,
    /// The running sum of stakes up to and including each.
    ends: Vec<u64>,
}

impl Leaders {
    /// Orders the leaders anew. O(n log n); allocates only for a set larger than any before.
    pub fn rebuild(&mut self, stakes: &[u64]) {
        self.ids.clear();
        self.ids.extend((0..stakes.len() as u32).filter(|&id| stakes[id as usize] > 0));
        self.ids.sort_unstable_by(|&a, &b| stakes[b as usize].cmp(&stakes[a as usize]).then(b.cmp(&a)));
        self.ends.clear();
        let mut end = 0;
        self.ends.extend(self.ids.iter().map(|&id| {
            end += stakes[id as usize];
            end
        }));
    }

    /// The validators' numbers in order.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The sum of all stakes.
    pub fn total(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Draws a leader in proportion to stake; `None` if nobody has any. O(log n).
    pub fn draw(&self, random: &mut ChaCha20Rng) -> Option<u32> {
        if self.ids.is_empty() {
            return None;
        }
        let point = uniform(random, self.total());
        Some(self.ids[self.ends.partition_point(|&end| end <= point)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn largest_first_and_equal_stakes_backwards() {
        let mut leaders = Leaders::default();
        leaders.rebuild(&[5, 0, 9, 5, 1]);
        assert_eq!(leaders.ids(), [2, 3, 0, 4]);
        assert_eq!(leaders.ends, [9, 14, 19, 20]);
        leaders.rebuild(&[0, 0]);
        assert_eq!(leaders.total(), 0);
    }
}
