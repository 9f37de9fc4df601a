//! A race whose best time is never cleared between rounds.

/// The factor by which the variance of a validator's wins over `rounds` rounds exceeds that of
/// independent draws: `(rounds + 1) / 2`.
///
/// Every round the fastest of all is a proportional draw with a time independent of who ran it, but
/// the crown passes only if that time beats the best of all rounds before. In round t the holder of
/// the record is still a proportional draw, so the expected shares are those of the stakes: nobody
/// gains on average over many chains. But the holder of round s is still there in round t > s with
/// probability s/t and otherwise a fresh draw, so the covariance of the two rounds is
/// `a (1 - a) s/t`, and `Σ_t (1 + 2 Σ_{s<t} s/t) = n (n + 1) / 2`: on one chain the winner takes
/// nearly all.
pub fn best_time_kept_dispersion(rounds: u64) -> f64 {
    (rounds as f64 + 1.0) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All 4! orders of the times of four rounds, two validators of one half each: the variance of
    /// the wins of one of them over n(1/2)(1/2) is 5/2.
    #[test]
    fn four_rounds_enumerated() {
        let mut orders = Vec::new();
        for a in 0..4u32 {
            for b in 0..4 {
                for c in 0..4 {
                    let d = 6u32.wrapping_sub(a + b + c);
                    if a != b && a != c && b != c && d < 4 && ![a, b, c].contains(&d) {
                        orders.push([a, b, c, d]);
                    }
                }
            }
        }
        assert_eq!(orders.len(), 24);
        let (mut sum, mut squares) = (0.0, 0.0);
        for times in &orders {
            for winners in 0..16u32 {
                let (mut best, mut holder, mut wins) = (u32::MAX, 0, 0);
                for (round, &time) in times.iter().enumerate() {
                    if time < best {
                        best = time;
                        holder = winners >> round & 1;
                    }
                    wins += holder;
                }
                sum += f64::from(wins);
                squares += f64::from(wins * wins);
            }
        }
        let cases = 24.0 * 16.0;
        let variance = squares / cases - (sum / cases).powi(2);
        assert_eq!(sum / cases, 2.0);
        assert!((variance - best_time_kept_dispersion(4)).abs() < 1e-12);
    }
}
