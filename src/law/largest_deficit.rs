//! How far "whoever is owed most goes next" can stray from exact proportions.

/// The largest possible difference between wins and dues, in wins, when each round everybody is
/// credited its share of one win and whoever holds most credit pays one for the win.
///
/// `max(1 - 1/n, 1/2 + 1/3 + ... + 1/n)` for n contenders, whatever the shares: the winner holds
/// at least the mean, 1/n, before it pays, so nobody is ever ahead by more than `1 - 1/n`; and by
/// induction over the rounds the k largest credits never exceed `1/(k+1) + ... + 1/n` on average
/// (the argument of the cup game: Adler, Berenbrink, Friedetzky, Goldberg, Goldberg and Paterson,
/// "A proportionate fair scheduling rule with good worst-case performance", SPAA 2003), so nobody
/// is ever behind by more than that bound for k = 1. Attained for two; rarely approached for many.
/// O(n).
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
    fn small_cases() {
        assert_eq!(largest_deficit_bound(0), 0.0);
        assert_eq!(largest_deficit_bound(1), 0.0);
        assert_eq!(largest_deficit_bound(2), 0.5);
        assert!((largest_deficit_bound(3) - 5.0 / 6.0).abs() < 1e-15);
        assert!((largest_deficit_bound(4) - 13.0 / 12.0).abs() < 1e-15);
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
