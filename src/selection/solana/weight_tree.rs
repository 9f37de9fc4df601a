//! Weights to draw from without replacement.

use super::uniform_wide;
use rand::rngs::ChaCha20Rng;

/// A binary tree of sums over weights, of which one after another is drawn and taken out.
///
/// Its sums have 128 bits: the weights are below 2^64, but together they need not be.
#[derive(Default)]
pub struct WeightTree {
    /// `sums[1]` is the root, `sums[leaves + i]` the weight of item i.
    sums: Vec<u128>,
    leaves: usize,
}

impl WeightTree {
    /// Fills the tree anew. O(n); allocates only for more items than ever before.
    pub fn rebuild(&mut self, weights: impl ExactSizeIterator<Item = u64>) {
        self.leaves = weights.len().next_power_of_two();
        self.sums.clear();
        self.sums.resize(2 * self.leaves, 0);
        for (item, weight) in weights.enumerate() {
            self.sums[self.leaves + item] = u128::from(weight);
        }
        for node in (1..self.leaves).rev() {
            self.sums[node] = self.sums[2 * node] + self.sums[2 * node + 1];
        }
    }

    /// Draws an item in proportion to its weight, in the order of the items, and takes its weight
    /// out; `None` if no weight is left. O(log n).
    pub fn take(&mut self, random: &mut ChaCha20Rng) -> Option<usize> {
        let total = *self.sums.get(1)?;
        if total == 0 {
            return None;
        }
        let mut point = uniform_wide(random, total);
        let mut node = 1;
        while node < self.leaves {
            node *= 2;
            if point >= self.sums[node] {
                point -= self.sums[node];
                node += 1;
            }
        }
        let item = node - self.leaves;
        let weight = self.sums[node];
        while node > 0 {
            self.sums[node] -= weight;
            node /= 2;
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::successive_inclusion;
    use rand::SeedableRng;

    #[test]
    fn everything_is_taken_once() {
        let mut random = ChaCha20Rng::from_seed([1; 32]);
        let mut tree = WeightTree::default();
        for count in [1, 2, 5, 8] {
            tree.rebuild((0..count).map(|item| if item == 1 { 0 } else { u64::MAX - item as u64 }));
            let mut taken: Vec<usize> = std::iter::from_fn(|| tree.take(&mut random)).collect();
            taken.sort_unstable();
            let expected: Vec<usize> = (0..count).filter(|&item| item != 1).collect();
            assert_eq!(taken, expected);
        }
        assert_eq!(WeightTree::default().take(&mut random), None);
    }

    /// Two of four, 40,000 times, fixed seed: each inclusion within 4.5 standard errors of its law.
    #[test]
    fn inclusion_follows_the_law() {
        let weights = [1u64, 2, 3, 10];
        let mut random = ChaCha20Rng::from_seed([2; 32]);
        let mut tree = WeightTree::default();
        let mut counts = [0f64; 4];
        for _ in 0..40_000 {
            tree.rebuild(weights.iter().copied());
            for _ in 0..2 {
                counts[tree.take(&mut random).unwrap()] += 1.0;
            }
        }
        for (count, p) in counts.iter().zip(successive_inclusion(&weights, 2)) {
            let sigma = (40_000.0 * p * (1.0 - p)).sqrt();
            assert!((count - 40_000.0 * p).abs() < 4.5 * sigma, "{counts:?}");
        }
    }
}
