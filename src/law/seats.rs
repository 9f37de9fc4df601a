//! How many seats on a committee each validator can expect in a round.
//!
//! `forgers[i]` is the chance that i forges the round; who forges never attests. A round without
//! forger has no committee, so the chances need not sum to one.

use super::successive_inclusion;
use std::collections::BTreeMap;

/// Beyond this many states an exact enumeration is given up.
const MAX_STATES: usize = 1 << 18;
/// The most integrals of successive sampling, one for each forger's stake and validator.
const MAX_INTEGRALS: usize = 90_000;

/// The chance that the round is forged by somebody else.
fn others(forgers: &[f64]) -> Vec<f64> {
    sums_of_others(forgers)
}

/// For each value the sum of all others, from both sides: nothing is taken off a sum of which it may be
/// nearly all. O(m).
fn sums_of_others(values: &[f64]) -> Vec<f64> {
    let mut sums: Vec<f64> =
        values.iter().scan(0.0, |sum, value| Some(std::mem::replace(sum, *sum + value))).collect();
    let mut after = 0.0;
    for (sum, value) in sums.iter_mut().zip(values).rev() {
        *sum += after;
        after += value;
    }
    sums
}

fn total(stakes: &[u64]) -> f64 {
    stakes.iter().map(|&stake| u128::from(stake)).sum::<u128>() as f64
}

/// One seat for every loser with stake. O(m).
pub fn seats_of_all(stakes: &[u64], forgers: &[f64]) -> Vec<f64> {
    let free = others(forgers);
    stakes.iter().zip(free).map(|(&stake, free)| if stake > 0 { free } else { 0.0 }).collect()
}

/// `size` seats drawn by stake from the losers with replacement: `size Σ_{f≠i} P(f) s_i / (S - s_f)`.
/// O(m).
pub fn seats_with_replacement(stakes: &[u64], forgers: &[f64], size: u64) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    let rival = |(&stake, &forger): (&u64, &f64)| {
        let rest = total - u128::from(stake);
        if rest > 0 { forger / rest as f64 } else { 0.0 }
    };
    let rivals: Vec<f64> = stakes.iter().zip(forgers).map(rival).collect();
    let seats = |(&stake, others): (&u64, f64)| size as f64 * stake as f64 * others;
    stakes.iter().zip(sums_of_others(&rivals)).map(seats).collect()
}

/// `size` seats drawn by stake from the losers, nobody twice: [`successive_inclusion()`] among the
/// losers, averaged over who forges. Forgers of equal stake are computed once. `None` if the sum
/// over all forgers is too long (more than 300 different stakes, or the like), because each has an
/// integral of its own.
pub fn seats_without_replacement(stakes: &[u64], forgers: &[f64], size: u64) -> Option<Vec<f64>> {
    // By stake: the chance that somebody with that stake forges, and one of those who may.
    let mut by_stake: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
    for (index, (&stake, &forger)) in stakes.iter().zip(forgers).enumerate() {
        if stake > 0 && forger > 0.0 {
            by_stake.entry(stake).or_insert((0.0, index)).0 += forger;
        }
    }
    if by_stake.len().checked_mul(stakes.len())? > MAX_INTEGRALS {
        return None;
    }
    let mut seats = vec![0.0; stakes.len()];
    let mut losers = stakes.to_vec();
    for (&stake, &(chance, forger)) in &by_stake {
        losers[forger] = 0;
        let included = successive_inclusion(&losers, size);
        losers[forger] = stake;
        // Those with the same stake are alike, whichever of them forges.
        let twin = (0..stakes.len()).find(|&index| index != forger && stakes[index] == stake);
        for (index, seat) in seats.iter_mut().enumerate() {
            *seat += if stakes[index] == stake {
                twin.map_or(0.0, |twin| (chance - forgers[index]).max(0.0) * included[twin])
            } else {
                chance * included[index]
            };
        }
    }
    Some(seats)
}

/// Every validator with stake sits once in an epoch of `slots` rounds, in a round that is equally
/// likely to be any of them, and leaves its seat empty if it forges that round. O(m).
pub fn seats_by_epoch(stakes: &[u64], forgers: &[f64], slots: u64) -> Vec<f64> {
    seats_of_all(stakes, forgers).iter().map(|free| free / slots as f64).collect()
}

/// `size` seats of which everybody is due its exact share, the forger's staying empty:
/// `size a_i Σ_{f≠i} P(f)`. The mean of Fait Accompli and of partition sampling. O(m).
pub fn seats_by_share(stakes: &[u64], forgers: &[f64], size: u64) -> Vec<f64> {
    let total = total(stakes);
    let seats = |(&stake, free)| if stake > 0 { size as f64 * (stake as f64 / total) * free } else { 0.0 };
    stakes.iter().zip(others(forgers)).map(seats).collect()
}

/// The variance of the seats per round in Fait Accompli 1, of a validator that does not forge: the
/// sure seats have none, and the others are independent draws from the remainders,
/// `k' r (1 - r)`. O(m).
pub fn fait_accompli_variances(stakes: &[u64], size: u64) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    if total == 0 {
        return vec![0.0; stakes.len()];
    }
    let remainder = |stake: u64| u128::from(size) * u128::from(stake) % total;
    let drawn = stakes.iter().map(|&stake| remainder(stake)).sum::<u128>() as f64 / total as f64;
    let variance = |stake: u64| {
        let mean = remainder(stake) as f64 / total as f64;
        if drawn > 0.0 { mean * (1.0 - mean / drawn) } else { 0.0 }
    };
    stakes.iter().map(|&stake| variance(stake)).collect()
}

/// The variance of the seats per round in partition sampling, of a validator that does not forge:
/// one independent draw in each of `size` bins of equal stake, `Σ_b p_b (1 - p_b)` with `p_b` the
/// part of bin b that it owns. Only the two bins at its ends, of which it owns a part, count. O(m).
pub fn partition_variances(stakes: &[u64], size: u64) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    let mut start = 0u128;
    let variance = |&stake: &u64| {
        // In units of 1/size of a coin bins have a length of `total`.
        let (from, to) = (start, start + u128::from(stake) * u128::from(size));
        start = to;
        let part = |length: u128| {
            let p = length as f64 / total as f64;
            p * (1.0 - p)
        };
        match (from / total.max(1), to / total.max(1)) {
            _ if total == 0 => 0.0,
            (first, last) if first == last => part(to - from),
            (first, last) => part((first + 1) * total - from) + part(to - last * total),
        }
    };
    stakes.iter().map(variance).collect()
}

/// `size` seats drawn by stake from the losers, a candidate that sits j times already being refused
/// with probability `j / max` and another drawn: by enumerating how often everybody sits. `None` if
/// there are too many such states.
pub fn seats_with_decay(stakes: &[u64], forgers: &[f64], size: u64, max: u64) -> Option<Vec<f64>> {
    let holders: Vec<usize> = (0..stakes.len()).filter(|&i| stakes[i] > 0).collect();
    let base = usize::try_from(max).ok()?.checked_add(1)?;
    let states = base.checked_pow(holders.len() as u32)?;
    if states.checked_mul(holders.len())? > MAX_STATES {
        return None;
    }
    let places: Vec<usize> = (0..holders.len()).map(|place| base.pow(place as u32)).collect();
    let mut seats = vec![0.0; stakes.len()];
    for (forging, &forger) in holders.iter().enumerate().filter(|&(_, &f)| forgers[f] > 0.0) {
        let capacity = (holders.len() as u64 - 1) * max;
        let mut chance = vec![0.0; states];
        chance[0] = forgers[forger];
        // A further seat makes the state's number larger, so one pass visits all in order.
        for state in 0..states {
            if chance[state] == 0.0 {
                continue;
            }
            let held = |place: usize| (state / places[place] % base) as u64;
            if (0..holders.len()).map(held).sum::<u64>() == size.min(capacity) {
                let sitters = holders.iter().enumerate();
                sitters.for_each(|(place, &i)| seats[i] += chance[state] * held(place) as f64);
                continue;
            }
            let weight = |place: usize| {
                let open = (max - held(place)) as f64 / max as f64;
                if place == forging { 0.0 } else { stakes[holders[place]] as f64 * open }
            };
            let all: f64 = (0..holders.len()).map(weight).sum();
            for place in (0..holders.len()).filter(|&place| weight(place) > 0.0) {
                chance[state + places[place]] += chance[state] * weight(place) / all;
            }
        }
    }
    Some(seats)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(seats: &[f64], expected: &[f64]) {
        assert_eq!(seats.len(), expected.len());
        for (a, b) in seats.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{seats:?} against {expected:?}");
        }
    }

    /// The fourth forges, two of stakes 1, 2, 3 sit.
    #[test]
    fn successive_sampling_by_hand() {
        let forgers = [0.0, 0.0, 0.0, 1.0, 0.0];
        let stakes = [1, 2, 3, 9, 0];
        let seats = seats_without_replacement(&stakes, &forgers, 2).unwrap();
        assert!((seats[0] - 5.0 / 12.0).abs() < 1e-14);
        assert!((seats.iter().sum::<f64>() - 2.0).abs() < 1e-14 && seats[3] == 0.0 && seats[4] == 0.0);
        // More seats than losers: all sit. One seat: by stake.
        close(&seats_without_replacement(&stakes, &forgers, 9).unwrap(), &[1.0, 1.0, 1.0, 0.0, 0.0]);
        let one = seats_without_replacement(&stakes, &forgers, 1).unwrap();
        close(&one, &seats_with_replacement(&stakes, &forgers, 1));
        let many: Vec<u64> = (1..=400).collect();
        assert!(seats_without_replacement(&many, &[1.0 / 400.0; 400], 2).is_none());
    }

    /// Every forger, every order of the sitters; stakes with twins, and one that never forges.
    #[test]
    fn successive_sampling_by_enumeration() {
        fn seat(stakes: &[u64], open: &[usize], left: u64, chance: f64, seats: &mut [f64]) {
            let total: u64 = open.iter().map(|&index| stakes[index]).sum();
            if left == 0 || total == 0 {
                return;
            }
            for (place, &index) in open.iter().enumerate().filter(|&(_, &index)| stakes[index] > 0) {
                let chance = chance * stakes[index] as f64 / total as f64;
                seats[index] += chance;
                let mut rest = open.to_vec();
                rest.remove(place);
                seat(stakes, &rest, left - 1, chance, seats);
            }
        }
        let stakes = [5, 1, 5, 0, 9, 1, 5];
        let forgers = [0.1, 0.2, 0.3, 0.0, 0.25, 0.0, 0.05];
        for size in 0..=7 {
            let mut expected = vec![0.0; stakes.len()];
            for (forger, &chance) in forgers.iter().enumerate() {
                let open: Vec<usize> = (0..stakes.len()).filter(|&index| index != forger).collect();
                seat(&stakes, &open, size, chance, &mut expected);
            }
            close(&seats_without_replacement(&stakes, &forgers, size).unwrap(), &expected);
        }
    }

    #[test]
    fn the_forger_is_averaged_over() {
        let stakes = [1, 3, 0, 4];
        let forgers = [0.5, 0.25, 0.0, 0.25];
        close(&seats_of_all(&stakes, &forgers), &[0.5, 0.75, 0.0, 0.75]);
        close(&seats_by_epoch(&stakes, &forgers, 4), &[0.125, 0.1875, 0.0, 0.1875]);
        close(&seats_by_share(&stakes, &forgers, 16), &[1.0, 4.5, 0.0, 6.0]);
        let first = 7.0 * (0.25 / 5.0 + 0.25 / 4.0);
        let second = 21.0 * (0.5 / 7.0 + 0.25 / 4.0);
        let fourth = 28.0 * (0.5 / 7.0 + 0.25 / 5.0);
        close(&seats_with_replacement(&stakes, &forgers, 7), &[first, second, 0.0, fourth]);
        // Either sits in half of the rounds, however different their stakes are.
        close(&seats_with_replacement(&[1, 100_000_000_000_000_000], &[0.5, 0.5], 1), &[0.5, 0.5]);
        // Who holds everything and forges leaves nobody to sit.
        close(&seats_with_replacement(&[5, 0], &[1.0, 0.0], 7), &[0.0, 0.0]);
    }

    /// Stakes 1 and 2, the third forging, two seats, at most two each. First seat: 1/3, 2/3. Second:
    /// (1/2 against 2) after the first, (1 against 1) after the second.
    #[test]
    fn decay_by_hand() {
        let forgers = [0.0, 0.0, 1.0];
        let seats = seats_with_decay(&[1, 2, 7], &forgers, 2, 2).unwrap();
        let first = 1.0 / 3.0 + 1.0 / 3.0 * 0.2 + 2.0 / 3.0 * 0.5;
        close(&seats, &[first, 2.0 - first, 0.0]);
        // At most one each is drawing without replacement; a very high maximum, with.
        let one = seats_with_decay(&[1, 2, 3, 9], &[0.0, 0.0, 0.5, 0.5], 2, 1).unwrap();
        close(&one, &seats_without_replacement(&[1, 2, 3, 9], &[0.0, 0.0, 0.5, 0.5], 2).unwrap());
        let many = seats_with_decay(&[1, 2], &[0.0, 1.0], 3, 4).unwrap();
        close(&many, &[3.0, 0.0]);
        assert!(seats_with_decay(&[1; 30], &[1.0 / 30.0; 30], 4, 4).is_none());
        // Full capacity: two seats each for two losers.
        close(&seats_with_decay(&[1, 2, 7], &forgers, 9, 2).unwrap(), &[2.0, 2.0, 0.0]);
    }

    /// Stakes 1, 2, 5 with four seats: quotas 0.5, 1, 2.5. Fait Accompli draws one seat from
    /// remainders 1/2, 0, 1/2. Partition bins of two coins: the first holds the first half, the second
    /// owns half of bin one and half of bin two, the third the rest.
    #[test]
    fn variances_by_hand() {
        close(&fait_accompli_variances(&[1, 2, 5], 4), &[0.25, 0.0, 0.25]);
        close(&partition_variances(&[1, 2, 5], 4), &[0.25, 0.5, 0.25]);
        close(&partition_variances(&[2, 2, 4], 4), &[0.0, 0.0, 0.0]);
        close(&fait_accompli_variances(&[2, 2, 4], 4), &[0.0, 0.0, 0.0]);
        close(&partition_variances(&[1, 3, 0, 4], 1), &[7.0 / 64.0, 15.0 / 64.0, 0.0, 0.25]);
        close(&partition_variances(&[0, 0], 3), &[0.0, 0.0]);
        close(&fait_accompli_variances(&[0, 0], 3), &[0.0, 0.0]);
    }
}
