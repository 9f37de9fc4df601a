//! Counts of small whole numbers.

/// How often each whole number was seen. It grows to the largest one seen and no further.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(Vec<u64>);

impl Histogram {
    /// Counts a number.
    #[inline]
    pub fn add(&mut self, number: usize) {
        self.add_many(number, 1);
    }

    /// Counts a number so many times.
    #[inline]
    pub fn add_many(&mut self, number: usize, times: u64) {
        if times == 0 {
            return;
        }
        if number >= self.0.len() {
            self.0.resize(number + 1, 0);
        }
        self.0[number] += times;
    }

    /// The counts of 0, 1, 2, ...; trailing zeros are dropped, so that equal counts are equal.
    pub fn of(counts: &[u64]) -> Self {
        let end = counts.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
        Histogram(counts[..end].to_vec())
    }

    /// Adds the counts of another. Associative and commutative.
    pub fn merge(&mut self, other: &Histogram) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine += theirs;
        }
    }

    /// How often 0, 1, 2, ... was seen, up to the largest number seen.
    pub fn counts(&self) -> &[u64] {
        &self.0
    }
}
