//! Seats in a committee of different members: draws without replacement.

/// The probability of each number of seats, from 0 on, that `marked` of a `population` have among `seats`
/// that are drawn without replacement; with more seats than members, everybody has one. By ratios of
/// neighbours from the likeliest number on, so that the relative error is of the order of 1e-16 times the
/// distance from it. O(marked or seats, whichever is less).
pub fn hypergeometric(population: u64, marked: u64, seats: u64) -> Vec<f64> {
    let seats = seats.min(population);
    let marked = marked.min(population);
    let rest = population - marked;
    let (least, most) = (seats.saturating_sub(rest), seats.min(marked));
    let peak = ((seats as f64 + 1.0) * (marked as f64 + 1.0) / (population as f64 + 2.0)).floor() as u64;
    let peak = peak.clamp(least, most);
    let mut masses = vec![0.0; most as usize + 1];
    masses[peak as usize] = 1.0;
    // P(k + 1) / P(k).
    let ratio =
        |k: u64| (marked - k) as f64 / (k + 1) as f64 * ((seats - k) as f64 / (rest + k + 1 - seats) as f64);
    for k in peak..most {
        masses[k as usize + 1] = masses[k as usize] * ratio(k);
    }
    for k in (least..peak).rev() {
        masses[k as usize] = masses[k as usize + 1] / ratio(k);
    }
    let sum: f64 = masses.iter().sum();
    masses.iter_mut().for_each(|mass| *mass /= sum);
    masses
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand: 5 choose 2 over 12 choose 4 and so on; and scipy.stats.hypergeom.
    #[test]
    fn known_values() {
        let found = hypergeometric(12, 5, 4);
        for (found, ways) in found.iter().zip([35.0, 175.0, 210.0, 70.0, 5.0]) {
            assert!((found - ways / 495.0).abs() < 1e-15);
        }
        let one = hypergeometric(500_000, 1, 512);
        assert!((one[1] - 512.0 / 500_000.0).abs() < 1e-17 && one.len() == 2);
        let mean: f64 = (0..).map(f64::from).zip(hypergeometric(1000, 300, 64)).map(|(k, p)| k * p).sum();
        assert!((mean - 19.2).abs() < 1e-12);
        assert_eq!(hypergeometric(3, 2, 10), [0.0, 0.0, 1.0]);
        assert_eq!(hypergeometric(4, 0, 2), [1.0]);
    }
}
