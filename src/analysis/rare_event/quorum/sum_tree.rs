//! Weights to draw by, some of which change.

/// A binary tree of sums of weights. Every inner sum is computed anew from its two children, so that setting a
/// weight and setting it back leaves the same bits.
#[derive(Clone)]
pub(super) struct SumTree {
    leaves: usize,
    sums: Vec<f64>,
}

impl SumTree {
    pub fn new(weights: &[f64]) -> Self {
        let leaves = weights.len().next_power_of_two();
        let mut sums = vec![0.0; 2 * leaves];
        sums[leaves..leaves + weights.len()].copy_from_slice(weights);
        for node in (1..leaves).rev() {
            sums[node] = sums[2 * node] + sums[2 * node + 1];
        }
        SumTree { leaves, sums }
    }

    pub fn total(&self) -> f64 {
        self.sums[1]
    }

    pub fn weight(&self, index: usize) -> f64 {
        self.sums[self.leaves + index]
    }

    pub fn set(&mut self, index: usize, weight: f64) {
        let mut node = self.leaves + index;
        self.sums[node] = weight;
        while node > 1 {
            node /= 2;
            self.sums[node] = self.sums[2 * node] + self.sums[2 * node + 1];
        }
    }

    /// Who owns the place at this part of the total; somebody with a weight, if anybody has one.
    pub fn owner(&self, part: f64) -> usize {
        let (mut node, mut left) = (1, part * self.total());
        while node < self.leaves {
            node *= 2;
            if left >= self.sums[node] && self.sums[node + 1] > 0.0 {
                left -= self.sums[node];
                node += 1;
            }
        }
        node - self.leaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_those_of_a_scan_and_settings_are_undone() {
        let mut tree = SumTree::new(&[1.0, 0.0, 3.0, 4.0, 0.0]);
        let owners: Vec<usize> = (0..8).map(|part| tree.owner(f64::from(part) / 8.0)).collect();
        assert_eq!(owners, [0, 2, 2, 2, 3, 3, 3, 3]);
        assert_eq!((tree.total(), tree.owner(1.0)), (8.0, 3));
        tree.set(2, 0.1);
        tree.set(2, 3.0);
        assert_eq!((tree.total(), tree.weight(2)), (8.0, 3.0));
        tree.set(0, 0.0);
        assert_eq!(tree.owner(0.0), 2);
    }
}
