//! One random number for all contenders of a round.

/// Who has the largest `U s_i` when all share one U: the largest stake, always; the first of equals.
pub fn shared_number_shares(stakes: &[u64]) -> Vec<f64> {
    let mut shares = vec![0.0; stakes.len()];
    let largest = stakes.iter().copied().max().unwrap_or(0);
    if let Some(winner) = stakes.iter().position(|&stake| stake == largest && stake > 0) {
        shares[winner] = 1.0;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_takes_all() {
        assert_eq!(shared_number_shares(&[1, 5, 5]), [0.0, 1.0, 0.0]);
        assert_eq!(shared_number_shares(&[0, 0]), [0.0, 0.0]);
        assert_eq!(shared_number_shares(&[]), [0.0; 0]);
    }
}
