//! Seats that go round among candidates, each accepted by a chance of its own.

use super::gauss_legendre;

/// Steps of arithmetic after which an exact sum is given up.
const MOST_STEPS: f64 = 4e8;

/// The expected seats of each candidate, when `slots` committees of `size` seats are formed out of all
/// candidates, divided by `slots`: the candidates stand in a uniformly random order, which is cut into
/// `slots` slices (from `n r div slots` to `n (r + 1) div slots`); in each slice they are asked round
/// and round, and one who is asked takes a seat with its chance, independently each time, until `size`
/// seats are taken. A chance of zero is no candidate. `slots = 1` is one committee of all.
///
/// Within a slice of given members a pass over the order accepts a sum of independent indicators,
/// whatever the order; the passes that begin with s seats taken are a renewal sequence,
/// `U(s) = [s = 0] + Σ_j f(j) U(s - j)`. A member takes a seat in a pass with its chance p if with
/// those before it fewer than `size` are taken, and those before it are each of the others with
/// probability t, independently, at a uniform t: `p Σ_s U(s) ∫_0^1 P(B_t < size - s) dt`, a polynomial
/// that Gauss and Legendre's rule integrates exactly. Slices are summed over how many members they
/// have of each chance.
///
/// Nothing is subtracted but in the renewal's factor 1 - f(0); the relative error is some units in
/// 1e14. With equal chances `size / n`, in O(n). `None` where the sum would be too long: with many
/// different chances, or slices of many members.
pub fn accepted_seats(chances: &[f64], size: u64, slots: u64) -> Option<Vec<f64>> {
    let groups = groups(chances);
    let candidates: u64 = groups.iter().map(|&(_, count)| count).sum();
    if candidates == 0 {
        return Some(vec![0.0; chances.len()]);
    }
    let mut totals = vec![0.0; groups.len()];
    // Slices differ by at most one member.
    let (shorter, longer) = (candidates / slots, candidates % slots);
    for (members, slices) in [(shorter, slots - longer), (shorter + 1, longer)] {
        if members == 0 || slices == 0 {
            continue;
        }
        let seats = if groups.len() == 1 {
            vec![size as f64]
        } else {
            slice_seats(&groups, candidates, members, size)?
        };
        for (total, seats) in totals.iter_mut().zip(seats) {
            *total += seats * slices as f64 / slots as f64;
        }
    }
    let seats = |chance: &f64| {
        let group = groups.iter().position(|(other, _)| other == chance);
        group.map_or(0.0, |group| totals[group] / groups[group].1 as f64)
    };
    Some(chances.iter().map(seats).collect())
}

/// The different chances above zero, ascending, and how many have each.
fn groups(chances: &[f64]) -> Vec<(f64, u64)> {
    let mut sorted: Vec<f64> = chances.iter().copied().filter(|&chance| chance > 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut groups: Vec<(f64, u64)> = Vec::new();
    for chance in sorted {
        match groups.last_mut() {
            Some((same, count)) if *same == chance => *count += 1,
            _ => groups.push((chance, 1)),
        }
    }
    groups
}

/// The expected seats of each group as a whole in a slice of `members` random candidates.
fn slice_seats(groups: &[(f64, u64)], candidates: u64, members: u64, size: u64) -> Option<Vec<f64>> {
    let compositions = compositions(groups, members)?;
    let (m, k, g) = (members as f64, size as f64, groups.len() as f64);
    let steps = compositions.len() as f64 * (k * m.min(k) + g * m * m.min(k) * m / 2.0);
    if steps > MOST_STEPS {
        return None;
    }
    let all = ln_choose(candidates, members);
    let mut seats = vec![0.0; groups.len()];
    for composition in compositions {
        let ways = groups.iter().zip(&composition).map(|(&(_, count), &k)| ln_choose(count, k));
        let weight = (ways.sum::<f64>() - all).exp();
        for (seats, own) in seats.iter_mut().zip(seats_of(groups, &composition, size)) {
            *seats += weight * own;
        }
    }
    Some(seats)
}

/// All ways to take so many members from the groups; `None` if there are too many.
fn compositions(groups: &[(f64, u64)], members: u64) -> Option<Vec<Vec<u64>>> {
    let mut found = vec![Vec::new()];
    let mut behind: u64 = groups.iter().map(|&(_, count)| count).sum();
    for &(_, count) in groups {
        behind -= count;
        let mut longer = Vec::new();
        for taken in &found {
            let left = members - taken.iter().sum::<u64>();
            for own in left.saturating_sub(behind)..=left.min(count) {
                let mut next: Vec<u64> = taken.clone();
                next.push(own);
                longer.push(next);
            }
            if longer.len() > 100_000 {
                return None;
            }
        }
        found = longer;
    }
    Some(found)
}

/// The expected seats of each group as a whole, in a slice with so many members of each.
fn seats_of(groups: &[(f64, u64)], members: &[u64], size: u64) -> Vec<f64> {
    let size = size as usize;
    let counts = |t: f64, without: Option<usize>| {
        let mut counts = vec![1.0];
        for (group, (&(chance, _), &own)) in groups.iter().zip(members).enumerate() {
            let own = own - u64::from(without == Some(group));
            (0..own).for_each(|_| add_indicator(&mut counts, chance * t, size));
        }
        counts
    };
    // How many passes begin with so many seats taken.
    let pass = counts(1.0, None);
    let some: f64 = {
        // 1 - f(0) without cancellation.
        let present = groups.iter().zip(members).filter(|&(_, &own)| own > 0);
        let logs = present.map(|(&(chance, _), &own)| own as f64 * (-chance).ln_1p());
        -logs.sum::<f64>().exp_m1()
    };
    let mut passes = vec![0.0; size];
    for taken in 0..size {
        let before: f64 = (1..pass.len().min(taken + 1)).map(|j| pass[j] * passes[taken - j]).sum();
        passes[taken] = (f64::from(u8::from(taken == 0)) + before) / some;
    }
    let total: u64 = members.iter().sum();
    let rule = gauss_legendre((total as usize).div_ceil(2));
    let mut seats = vec![0.0; groups.len()];
    for (group, &(chance, _)) in groups.iter().enumerate().filter(|&(group, _)| members[group] > 0) {
        for (x, weight) in &rule {
            let before = counts((1.0 + x) / 2.0, Some(group));
            // The chance that at most so many of the others were accepted before.
            let mut at_most = 0.0;
            for room in 0..size {
                at_most += before.get(room).copied().unwrap_or(0.0);
                seats[group] += weight / 2.0 * at_most.min(1.0) * passes[size - 1 - room];
            }
        }
        seats[group] *= chance * members[group] as f64;
    }
    seats
}

/// Adds an independent indicator to the distribution of a count, up to `most` of them.
fn add_indicator(counts: &mut Vec<f64>, chance: f64, most: usize) {
    if counts.len() < most {
        counts.push(0.0);
    }
    for count in (0..counts.len()).rev() {
        let from_below = if count > 0 { counts[count - 1] * chance } else { 0.0 };
        counts[count] = counts[count] * (1.0 - chance) + from_below;
    }
}

/// The logarithm of the number of ways to choose k of n.
fn ln_choose(n: u64, k: u64) -> f64 {
    (0..k).map(|i| ((n - i) as f64 / (i + 1) as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(seats: &[f64], expected: &[f64]) {
        for (a, b) in seats.iter().zip(expected) {
            assert!((a - b).abs() < 1e-11, "{seats:?} against {expected:?}");
        }
    }

    /// All orders, and a chain over place and seats taken, by definition; only for a few candidates.
    fn by_enumeration(chances: &[f64], size: u64, slots: u64) -> Vec<f64> {
        fn orders(left: &mut Vec<usize>, done: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
            if left.is_empty() {
                all.push(done.clone());
            }
            for place in 0..left.len() {
                done.push(left.remove(place));
                orders(left, done, all);
                left.insert(place, done.pop().unwrap());
            }
        }
        let n = chances.len() as u64;
        let mut all = Vec::new();
        orders(&mut (0..chances.len()).collect(), &mut Vec::new(), &mut all);
        let mut seats = vec![0.0; chances.len()];
        for order in &all {
            for slot in 0..slots {
                let slice = &order[(n * slot / slots) as usize..(n * (slot + 1) / slots) as usize];
                let mut taken = vec![0.0; size as usize + 1];
                taken[0] = 1.0;
                // As many passes as leave nothing over.
                for _ in 0..4_000 * usize::from(!slice.is_empty()) {
                    for &asked in slice {
                        for count in (0..size as usize).rev() {
                            let accepted = taken[count] * chances[asked];
                            seats[asked] += accepted / (all.len() as f64 * slots as f64);
                            taken[count] -= accepted;
                            taken[count + 1] += accepted;
                        }
                    }
                }
            }
        }
        seats
    }

    #[test]
    fn equals_enumeration() {
        for chances in [&[0.5, 0.25, 1.0][..], &[0.5, 0.5, 0.125, 0.75, 0.5], &[0.3, 0.3, 0.3, 0.9]] {
            for slots in [1, 2, 3] {
                for size in [1, 2, 5] {
                    let seats = accepted_seats(chances, size, slots).unwrap();
                    close(&seats, &by_enumeration(chances, size, slots));
                }
            }
        }
    }

    /// One seat of all is the first that is accepted, given that anybody is; all seats are taken; equal
    /// candidates have equal parts, and who cannot be accepted has none.
    #[test]
    fn known_cases() {
        let chances = [0.015625, 1.0, 0.5, 0.25, 0.015625];
        close(&accepted_seats(&chances, 1, 1).unwrap(), &crate::law::first_accepted_shares(&chances));
        for (size, slots) in [(512, 1), (16, 2), (7, 5)] {
            let seats = accepted_seats(&chances, size, slots).unwrap();
            let sum: f64 = seats.iter().sum();
            assert!((sum / size as f64 - 1.0).abs() < 1e-11, "{size} seats: {sum}");
        }
        close(&accepted_seats(&[0.25, 0.0, 0.25], 8, 1).unwrap(), &[4.0, 0.0, 4.0]);
        // Three candidates over four slots: a quarter of the rounds has nobody.
        close(&accepted_seats(&[0.25; 3], 8, 4).unwrap(), &[2.0; 3]);
        close(&accepted_seats(&[0.0; 2], 8, 4).unwrap(), &[0.0; 2]);
        let many: Vec<f64> = (1..2_000).map(|i| f64::from(i) / 2_000.0).collect();
        assert_eq!(accepted_seats(&many, 512, 1), None);
        assert_eq!(accepted_seats(&many, 512, 32), None);
    }
}
