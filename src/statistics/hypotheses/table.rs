//! A table of counts and the shares that are expected of them, checked.

/// What has to hold of counts and shares before anything is computed.
pub(super) struct Checked {
    pub total: u64,
    /// The sum of the shares, one but for rounding.
    pub sum: f64,
    /// How many cells have a share.
    pub possible: usize,
    /// Whether a cell of share zero has a count.
    pub impossible: bool,
}

impl Checked {
    /// `None` if the lengths differ, if shares are negative, not finite or do not sum to one (within
    /// 1e-6), if nothing was counted, or if the total leaves 64 bits.
    pub fn new(counts: &[u64], shares: &[f64]) -> Option<Self> {
        let total = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count))?;
        let sum: f64 = shares.iter().sum();
        let sane = shares.iter().all(|&share| (0.0..=1.0 + 1e-6).contains(&share));
        if counts.len() != shares.len() || !sane || (sum - 1.0).abs() > 1e-6 || total == 0 {
            return None;
        }
        let possible = shares.iter().filter(|&&share| share > 0.0).count();
        let impossible = counts.iter().zip(shares).any(|(&count, &share)| share == 0.0 && count > 0);
        Some(Checked { total, sum, possible, impossible })
    }
}

/// A checked table without the cells of share zero, in an order that does not depend on that of the
/// rows: by share, the largest first, and cells of the same share by their count.
pub(super) struct Table {
    pub counts: Vec<u64>,
    /// They sum to one.
    pub shares: Vec<f64>,
    pub total: u64,
    /// Whether a cell of share zero had a count.
    pub impossible: bool,
}

impl Table {
    /// `None` where [`Checked::new`] is.
    pub fn new(counts: &[u64], shares: &[f64]) -> Option<Self> {
        let Checked { total, impossible, .. } = Checked::new(counts, shares)?;
        let mut cells: Vec<(f64, u64)> =
            shares.iter().copied().zip(counts.iter().copied()).filter(|&(share, _)| share > 0.0).collect();
        cells.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        let sum: f64 = cells.iter().map(|(share, _)| share).sum();
        let (shares, counts) = cells.into_iter().map(|(share, count)| (share / sum, count)).unzip();
        Some(Table { counts, shares, total, impossible })
    }

    /// The smallest expected count.
    pub fn least_expected(&self) -> f64 {
        self.total as f64 * self.shares.last().copied().unwrap_or(0.0)
    }

    /// Pearson's statistic of counts in these cells.
    pub fn pearson(&self, counts: &[u64]) -> f64 {
        let total = self.total as f64;
        let part = |(&count, &share): (&u64, &f64)| (count as f64 - total * share).powi(2) / (total * share);
        counts.iter().zip(&self.shares).map(part).sum()
    }
}
