//! Figures of validators that have them in common, computed once.

use rayon::prelude::*;

/// `compute(index)` for every index below `count`, computed only once for all that have the same
/// `key`: of a million validators that won a few rounds each, few numbers of wins are different.
/// O(n log n), and as many computations, on all threads, as there are keys.
pub fn memoise<K: Ord, T: Clone + Send + Sync>(
    count: usize,
    key: impl Fn(usize) -> K + Sync,
    compute: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.sort_unstable_by_key(|&index| key(index as usize));
    let groups: Vec<&[u32]> = order.chunk_by(|&a, &b| key(a as usize) == key(b as usize)).collect();
    let computed: Vec<T> = groups.par_iter().map(|group| compute(group[0] as usize)).collect();
    let mut values = vec![0; count];
    for (place, group) in groups.iter().enumerate() {
        for &index in *group {
            values[index as usize] = place;
        }
    }
    values.into_iter().map(|place| computed[place].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::memoise;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_key_is_computed_once_and_every_index_gets_its_own() {
        let keys = [3, 1, 3, 2, 1, 3];
        let asked = AtomicUsize::new(0);
        let tens = memoise(
            keys.len(),
            |index| keys[index],
            |index| {
                asked.fetch_add(1, Ordering::Relaxed);
                10 * keys[index]
            },
        );
        assert_eq!(tens, [30, 10, 30, 20, 10, 30]);
        assert_eq!(asked.load(Ordering::Relaxed), 3);
        assert!(memoise(0, |index| index, |index| index).is_empty());
    }
}
