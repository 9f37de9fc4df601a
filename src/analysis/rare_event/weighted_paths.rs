//! What paths come to that are played with other chances than their own (importance sampling).

use rayon::prelude::*;

/// Paths of an estimate, in blocks that have a stream each.
const BLOCKS: u64 = 40;
const BLOCK: u64 = 500;

/// Sums over paths, of which each counts with the ratio of its true probability to the one it was played with if
/// it came to the event, and with nothing if not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WeightedPaths {
    paths: u64,
    sum: f64,
    squares: f64,
}

impl WeightedPaths {
    /// Paths of an estimate.
    pub const ALL: u64 = BLOCKS * BLOCK;

    /// So many paths; `play` says of each whether it came to the event, and the logarithm of the ratio.
    pub fn played(paths: u64, mut play: impl FnMut() -> (bool, f64)) -> Self {
        (0..paths).fold(WeightedPaths { paths, ..WeightedPaths::default() }, |all, _| {
            let (hit, ln_ratio) = play();
            let value = if hit { ln_ratio.exp() } else { 0.0 };
            WeightedPaths { sum: all.sum + value, squares: all.squares + value * value, ..all }
        })
    }

    /// All paths of an estimate, in parallel: `player` gives for the number of a block what plays its paths.
    pub fn in_blocks<P: FnMut() -> (bool, f64)>(player: impl Fn(u64) -> P + Sync) -> Self {
        let blocks: Vec<WeightedPaths> =
            (0..BLOCKS).into_par_iter().map(|block| WeightedPaths::played(BLOCK, player(block))).collect();
        blocks.into_iter().fold(WeightedPaths::default(), |all, block| WeightedPaths {
            paths: all.paths + block.paths,
            sum: all.sum + block.sum,
            squares: all.squares + block.squares,
        })
    }

    /// The estimated probability, unbiased.
    pub fn mean(&self) -> f64 {
        self.sum / self.paths as f64
    }

    /// Its standard error.
    pub fn standard_error(&self) -> f64 {
        let (n, mean) = (self.paths as f64, self.mean());
        ((self.squares / n - mean * mean).max(0.0) / (n - 1.0)).sqrt()
    }

    /// How many hits of one weight are worth as much as these.
    pub fn effective_hits(&self) -> f64 {
        // Where all squares are below the smallest double, no hit is worth anything.
        if self.squares > 0.0 { self.sum * self.sum / self.squares } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights 1/2, 1/4 and two misses: mean 3/16, squares 5/16, variance of the mean (5/64 - 9/256) / 3, and
    /// 9/16 over 5/16 hits.
    #[test]
    fn four_paths_by_hand() {
        let mut weights = [(true, 0.5f64.ln()), (false, 0.0), (true, 0.25f64.ln()), (false, 9.0)].into_iter();
        let paths = WeightedPaths::played(4, || weights.next().unwrap());
        assert!((paths.mean() - 3.0 / 16.0).abs() < 1e-15);
        assert!((paths.standard_error().powi(2) - 11.0 / 768.0).abs() < 1e-15);
        assert!((paths.effective_hits() - 1.8).abs() < 1e-14);
        assert_eq!(WeightedPaths::played(4, || (false, 0.0)).effective_hits(), 0.0);
    }

    /// Every block plays its paths, and knows its number.
    #[test]
    fn blocks_are_all_of_an_estimate() {
        let paths = WeightedPaths::in_blocks(|block| move || (block == 0, 0.0));
        assert_eq!(paths.paths, WeightedPaths::ALL);
        assert_eq!((paths.effective_hits(), paths.mean()), (BLOCK as f64, 1.0 / BLOCKS as f64));
    }
}
