//! How far the largest deficit can grow when the one who is owed most always goes first.

/// The bound on `|wins - n * share|` for each of `holders` when every round each is owed its share
/// of a block and the one who is owed most takes the block: `max(1 - 1/m, H_m - 1)` with the
/// harmonic number `H_m`. O(m).
///
/// Nobody is ever ahead by more than `1 - 1/m`, because the deficits sum to 1 before a block is
/// taken and the largest is at least their mean. Nobody is ever behind by more than `H_m - 1`:
/// after each round the mean of the k largest deficits is at most `H_m - H_k`. It is 0 for k = m.
/// If the one who takes the block is among the k largest afterwards, their sum grew by at most 1
/// and fell by 1; if not, it was larger than all of them before, so the mean of the k is at most
/// the mean of the k + 1, `H_m - H_{k+1} + 1 / (k + 1) = H_m - H_k`.
pub fn deficit_bound(holders: u64) -> f64 {
    if holders == 0 {
        return 0.0;
    }
    let harmonic: f64 = (1..=holders).map(|k| 1.0 / k as f64).sum();
    (harmonic - 1.0).max(1.0 - 1.0 / holders as f64)
}

#[cfg(test)]
mod tests {
    use super::deficit_bound;

    #[test]
    fn small_numbers_of_holders_by_hand() {
        let by_hand = [0.0, 0.0, 0.5, 5.0 / 6.0, 13.0 / 12.0];
        // For three, being ahead by 2/3 is less than being behind by 5/6.
        for (holders, bound) in by_hand.iter().enumerate() {
            assert!((deficit_bound(holders as u64) - bound).abs() < 1e-15, "{holders} holders");
        }
    }
}
