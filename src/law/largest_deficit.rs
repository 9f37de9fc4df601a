//! How far "whoever is owed most goes next" can stray from exact proportions.

/// The largest possible difference between wins and dues, in wins, when each round everybody is
/// credited its share of one win and whoever holds most credit pays one for the win.
///
/// `max(1 - 1/m, 1/2 + 1/3 + ... + 1/m)` for m contenders, whatever the shares. Nobody is ever ahead
/// by more than `1 - 1/m`, because the credits sum to 1 before a win is paid for and the largest is
/// at least their mean. Nobody is ever behind by more than the harmonic number `H_m - 1`: after each
/// round the mean of the k largest credits is at most `H_m - H_k`. It is 0 for k = m. If the payer is
/// among the k largest afterwards, their sum grew by at most 1 and fell by 1; if not, it was larger
/// than all of them before, so the mean of the k is at most the mean of the k + 1,
/// `H_m - H_{k+1} + 1 / (k + 1) = H_m - H_k` (the argument of the cup game: Adler, Berenbrink,
/// Friedetzky, Goldberg, Goldberg and Paterson, "A proportionate fair scheduling rule with good
/// worst-case performance", SPAA 2003). Attained for two; rarely approached for many. O(m).
pub fn largest_deficit_bound(contenders: usize) -> f64 {
    if contenders < 2 {
        return 0.0;
    }
    let behind: f64 = (2..=contenders).map(|k| 1.0 / k as f64).sum();
    behind.max(1.0 - 1.0 / contenders as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_of_contenders_by_hand() {
        // For three, being ahead by 2/3 is less than being behind by 5/6.
        for (contenders, bound) in [0.0, 0.0, 0.5, 5.0 / 6.0, 13.0 / 12.0].iter().enumerate() {
            assert!((largest_deficit_bound(contenders) - bound).abs() < 1e-15, "{contenders} contenders");
        }
    }

    /// Every vector of shares k / 24 among four contenders, over a whole cycle: the bound holds,
    /// and for two contenders it is attained.
    #[test]
    fn holds_over_whole_cycles() {
        let total = 24i64;
        for a in 1..=21 {
            for b in 1..=22 - a {
                for c in 1..=23 - a - b {
                    let shares = [a, b, c, total - a - b - c];
                    assert!(worst(&shares) <= largest_deficit_bound(4) + 1e-12, "{shares:?}");
                }
            }
        }
        assert_eq!(worst(&[12, 12]), largest_deficit_bound(2));
    }

    fn worst(shares: &[i64]) -> f64 {
        let total: i64 = shares.iter().sum();
        let mut credit = vec![0; shares.len()];
        let mut worst = 0;
        for _ in 0..total {
            let mut winner = 0;
            for index in 0..shares.len() {
                credit[index] += shares[index];
                if credit[index] > credit[winner] {
                    winner = index;
                }
            }
            credit[winner] -= total;
            worst = credit.iter().fold(worst, |worst, value| worst.max(value.abs()));
        }
        worst as f64 / total as f64
    }
}
