//! The exact multinomial test, by enumeration or by simulation.

use super::table::Table;
use crate::random::Stream;
use crate::statistics::distributions::{cell_ln_mass, ln_relative_mass, sample_multinomial};
use crate::statistics::work;

/// Tables up to which enumeration is thought feasible (a fraction of a second).
const MOST_TABLES: f64 = 2e6;

/// Cells up to which it is: the walk goes one level deeper for each.
const MOST_CELLS: usize = 100;

/// Cells that a figure may simulate altogether.
const MOST_SIMULATED: usize = 4_000_000;

/// Cells of which a few tables are simulated nevertheless.
const MOST_SIMULATED_CELLS: usize = 1_000_000;

/// How many tables of so many cells are simulated for one figure: 9999 of few cells, fewer of many,
/// always a number that makes (b + 1)/(B + 1) round. `None` for more than a million cells.
pub fn replicates(cells: usize) -> Option<u32> {
    let affordable = |&tables: &u32| tables as usize * cells <= MOST_SIMULATED;
    let few = (cells <= MOST_SIMULATED_CELLS).then_some(39);
    [9999, 999, 99].into_iter().find(affordable).or(few)
}

/// So many tables at least as extreme as the observed one settle a p-value.
const ENOUGH: u32 = 400;

/// Tables this close to the observed one, relatively, count as equally extreme.
const TIES: f64 = 1e-7;

/// What makes one table more extreme than another. The p-values differ, so it has to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extremeness {
    /// A smaller probability under the expected shares.
    Probability,
    /// A larger Pearson chi-square.
    ChiSquare,
}

/// The exact probability, if `counts` are multinomial with `shares`, of a table at least as extreme
/// as the observed one: the sum over all tables with the same total.
///
/// `None` if the lengths differ, if nothing was counted, if the shares are not shares (negative,
/// or not summing to one within 1e-6), or if there are more than 2 million tables or 100 possible cells: then
/// [`monte_carlo_multinomial_test`] is the one to take.
pub fn exact_multinomial_test(counts: &[u64], shares: &[f64], extremeness: Extremeness) -> Option<f64> {
    let Table { counts, shares, total, impossible } = Table::new(counts, shares)?;
    if impossible {
        return Some(0.0);
    }
    // With one possible cell there is one table, however much was counted.
    if counts.len() == 1 {
        return Some(1.0);
    }
    // C(total + cells - 1, cells - 1) tables: with two cells or more, no count has more values.
    let tables = (1..counts.len()).fold(1.0, |product, i| product * (total as f64 + i as f64) / i as f64);
    if tables > MOST_TABLES || counts.len() > MOST_CELLS {
        return None;
    }
    let cells: Vec<Vec<(f64, f64)>> = shares
        .iter()
        .map(|&share| {
            let expected = total as f64 * share;
            (0..=total)
                .map(|count| (cell_ln_mass(count, expected), (count as f64 - expected).powi(2) / expected))
                .collect()
        })
        .collect();
    let observed = counts.iter().zip(&cells).fold((0.0, 0.0), |sum, (&count, cell)| {
        let (ln_mass, part) = cell[count as usize];
        (sum.0 + ln_mass, sum.1 + part)
    });
    let mut walk = Walk { cells: &cells, extremeness, observed, extreme: 0.0, all: 0.0 };
    walk.visit(0, total as usize, 0.0, 0.0);
    Some((walk.extreme / walk.all).min(1.0))
}

/// A p-value from simulated tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedP {
    /// The p-value.
    pub p_value: f64,
    /// How many tables were drawn.
    pub replicates: u32,
}

/// The same probability estimated from simulated tables, at most `most`: sampling ends as soon as 400
/// are at least as extreme, after l of them, and the p-value is 400 / l; otherwise it is
/// (b + 1) / (m + 1), where b of all m are. Either is itself a valid p-value (Besag and Clifford,
/// Biometrika 78, 1991), with a relative standard error of at most a twentieth in the first case. Its
/// smallest possible value is 1 / (m + 1). The order of the cells is of no consequence. O(cells) a
/// replicate.
///
/// `None` where the counts or shares are not sane, as for [`exact_multinomial_test`].
pub fn monte_carlo_multinomial_test(
    counts: &[u64],
    shares: &[f64],
    extremeness: Extremeness,
    most: u32,
    stream: &mut Stream,
) -> Option<SimulatedP> {
    let table = Table::new(counts, shares)?;
    if table.impossible {
        return Some(SimulatedP { p_value: 0.0, replicates: 0 });
    }
    let Table { counts, shares, total, .. } = &table;
    let surprise = |counts: &[u64]| match extremeness {
        Extremeness::Probability => -ln_relative_mass(counts, shares, *total),
        Extremeness::ChiSquare => table.pearson(counts),
    };
    let observed = surprise(counts);
    let limit = observed - slack(observed, extremeness);
    let mut sample = vec![0; counts.len()];
    Some(simulated_p(most, ENOUGH, || {
        sample_multinomial(&mut sample, shares, *total, stream);
        surprise(&sample) >= limit
    }))
}

/// The p-value from at most `most` draws, each of which says whether it is at least as extreme as what
/// was observed, and that end as soon as `enough` are; see [`monte_carlo_multinomial_test`].
pub(super) fn simulated_p(most: u32, enough: u32, mut is_extreme: impl FnMut() -> bool) -> SimulatedP {
    let mut extreme = 0;
    for drawn in 1..=most {
        extreme += u32::from(is_extreme());
        if extreme == enough {
            return SimulatedP { p_value: f64::from(extreme) / f64::from(drawn), replicates: drawn };
        }
    }
    SimulatedP { p_value: (f64::from(extreme) + 1.0) / (f64::from(most) + 1.0), replicates: most }
}

/// What a tie may differ by: a ratio of probabilities, or of statistics.
fn slack(observed: f64, extremeness: Extremeness) -> f64 {
    match extremeness {
        Extremeness::Probability => TIES,
        Extremeness::ChiSquare => TIES * observed,
    }
}

/// A walk over all tables, cell by cell.
struct Walk<'a> {
    /// Per cell and count: ln of its probability, and its part of chi-square.
    cells: &'a [Vec<(f64, f64)>],
    extremeness: Extremeness,
    observed: (f64, f64),
    extreme: f64,
    all: f64,
}

impl Walk<'_> {
    fn visit(&mut self, cell: usize, left: usize, ln_mass: f64, chi_square: f64) {
        work::count(1);
        if cell + 1 == self.cells.len() {
            let (last_ln_mass, last_part) = self.cells[cell][left];
            let (ln_mass, chi_square) = (ln_mass + last_ln_mass, chi_square + last_part);
            let mass = ln_mass.exp();
            self.all += mass;
            let extreme = match self.extremeness {
                Extremeness::Probability => ln_mass <= self.observed.0 + TIES,
                Extremeness::ChiSquare => chi_square >= self.observed.1 * (1.0 - TIES),
            };
            if extreme {
                self.extreme += mass;
            }
            return;
        }
        for count in 0..=left {
            let (cell_ln_mass, part) = self.cells[cell][count];
            self.visit(cell + 1, left - count, ln_mass + cell_ln_mass, chi_square + part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use crate::statistics::binomial_test;
    use proptest::prelude::*;

    const SHARES: [f64; 3] = [0.2, 0.3, 0.5];

    #[test]
    fn published_values() {
        let counts = [4, 1, 15];
        let by_mass = exact_multinomial_test(&counts, &SHARES, Extremeness::Probability).unwrap();
        let by_distance = exact_multinomial_test(&counts, &SHARES, Extremeness::ChiSquare).unwrap();
        assert!((by_mass - 0.0205058).abs() < 5e-8, "{by_mass}");
        assert!((by_distance - 0.0384044).abs() < 5e-8, "{by_distance}");
    }

    #[test]
    fn simulation_agrees_with_enumeration() {
        // Fixed seed, five standard errors.
        let mut stream = Stream::open(StreamKey::new().text("multinomial test"));
        for (extremeness, exact) in
            [(Extremeness::Probability, 0.0205058), (Extremeness::ChiSquare, 0.0384044)]
        {
            let p = monte_carlo_multinomial_test(&[4, 1, 15], &SHARES, extremeness, 100_000, &mut stream)
                .unwrap()
                .p_value;
            // 400 tables at least as extreme: a relative standard error of a twentieth.
            assert!((p / exact - 1.0).abs() < 5.0 / 20.0, "{p} {exact}");
        }
        let none = monte_carlo_multinomial_test(
            &[1_000_000_000, 0],
            &[0.5, 0.5],
            Extremeness::ChiSquare,
            99,
            &mut stream,
        );
        assert_eq!(none, Some(SimulatedP { p_value: 0.01, replicates: 99 }));
        let typical =
            monte_carlo_multinomial_test(&[50, 50], &[0.5, 0.5], Extremeness::ChiSquare, 99, &mut stream);
        assert_eq!(typical, Some(SimulatedP { p_value: 1.0, replicates: 99 }));
    }

    /// One count in one of so many equal cells: all tables are as likely, and as far from what is expected. The sums
    /// over the cells are not, to the last digit.
    #[test]
    fn what_is_rounded_differently_is_a_tie() {
        let mut stream = Stream::open(StreamKey::new().text("ties"));
        for cells in 2..40 {
            let mut counts = vec![0; cells];
            counts[cells / 2] = 1;
            let shares = vec![1.0 / cells as f64; cells];
            for extremeness in [Extremeness::Probability, Extremeness::ChiSquare] {
                let p = monte_carlo_multinomial_test(&counts, &shares, extremeness, 39, &mut stream);
                assert_eq!(p, Some(SimulatedP { p_value: 1.0, replicates: 39 }), "{cells} {extremeness:?}");
                let p = exact_multinomial_test(&counts, &shares, extremeness).unwrap();
                assert!((p - 1.0).abs() < 1e-12, "{cells} {extremeness:?}: {p}");
            }
        }
    }

    #[test]
    fn what_is_not_a_table() {
        let test =
            |counts: &[u64], shares: &[f64]| exact_multinomial_test(counts, shares, Extremeness::Probability);
        assert_eq!(test(&[0, 0], &[0.5, 0.5]), None);
        assert_eq!(test(&[1], &[0.5, 0.5]), None);
        assert_eq!(test(&[1, 1], &[0.5, f64::NAN]), None);
        assert_eq!(test(&[1000; 6], &[1.0 / 6.0; 6]), None);
        assert_eq!(test(&[1, 1, 1], &[0.5, 0.5, 0.0]), Some(0.0));
        assert_eq!(test(&[7], &[1.0]), Some(1.0));
        assert_eq!(test(&[1, 1, 0], &[0.5, 0.5, 0.0]), Some(1.0));
    }

    proptest! {
        #[test]
        fn two_cells_are_the_binomial_test(n in 1u64..60, part in 0.0f64..=1.0, p in 0.01f64..0.99) {
            let k = ((n as f64 * part) as u64).min(n);
            let multinomial = exact_multinomial_test(&[k, n - k], &[p, 1.0 - p], Extremeness::Probability).unwrap();
            prop_assert!((multinomial / binomial_test(k, n, p).unwrap() - 1.0).abs() < 1e-9);
        }
    }
}
