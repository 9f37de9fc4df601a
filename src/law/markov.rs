//! Rules with a memory, as finite Markov chains: long-run shares and their dispersion.

use std::collections::BTreeMap;

/// One way on from a state.
#[derive(Clone, Debug)]
pub struct Step<S> {
    /// The state it leads to.
    pub next: S,
    /// Its probability.
    pub probability: f64,
    /// Who wins on the way, if anybody does.
    pub winner: Option<usize>,
}

/// What a chain settles to.
#[derive(Clone, Debug, PartialEq)]
pub struct LongRun {
    /// Everybody's long-run share of the wins.
    pub shares: Vec<f64>,
    /// Everybody's variance of wins over n rounds, divided by `n p (1 - p)`, for large n. `None`
    /// where rounds without a winner exist, where the end depends on chance at the start, or where
    /// nothing is random in the end.
    pub factors: Option<Vec<f64>>,
}

/// Below this a variance factor is rounding error around zero.
const NEGLIGIBLE: f64 = 1e-9;
/// Rounds allowed for the chain to leave its transient states.
const PATIENCE: usize = 1_000_000;

/// The long run of a chain that starts in `start`, with `winners` validators. `steps(state, ways)`
/// pushes the ways on from a state; their probabilities sum to one.
///
/// Exact up to rounding: the states are enumerated, the closed classes found, and each stationary
/// distribution computed by state reduction without subtraction (Grassmann, Taksar and Heyman,
/// Operations Research 1985), so that its relative error is a few units in 1e16 per state. The
/// variance comes from Poisson's equation. Closed classes are weighed by the probability to end in
/// them. `None` if more than `most_states` states can be reached (O(states^3), so some hundreds).
pub fn long_run<S: Ord + Clone>(
    start: S,
    winners: usize,
    most_states: usize,
    mut steps: impl FnMut(&S, &mut Vec<Step<S>>),
) -> Option<LongRun> {
    let mut numbers = BTreeMap::from([(start.clone(), 0usize)]);
    let mut states = vec![start];
    let mut chain: Vec<Vec<Step<usize>>> = Vec::new();
    let mut ways = Vec::new();
    while chain.len() < states.len() {
        ways.clear();
        steps(&states[chain.len()], &mut ways);
        let mut numbered = Vec::with_capacity(ways.len());
        for way in ways.drain(..).filter(|way| way.probability > 0.0) {
            let fresh = states.len();
            let next = *numbers.entry(way.next.clone()).or_insert(fresh);
            if next == fresh {
                if fresh == most_states {
                    return None;
                }
                states.push(way.next);
            }
            numbered.push(Step { next, probability: way.probability, winner: way.winner });
        }
        chain.push(numbered);
    }

    let classes = closed_classes(&chain);
    let masses = absorption(&chain, &classes)?;
    let mut shares = vec![0.0; winners];
    let mut factors = None;
    for (class, mass) in classes.iter().zip(masses) {
        let settled = Settled::new(&chain, class, winners);
        for (share, own) in shares.iter_mut().zip(&settled.shares) {
            *share += mass * own;
        }
        if classes.len() == 1 && settled.always_a_winner {
            factors = Some(settled.factors()).filter(|f| f.iter().any(|&factor| factor > NEGLIGIBLE));
        }
    }
    Some(LongRun { shares, factors })
}

/// The sets of states that are never left, each in ascending order.
fn closed_classes(chain: &[Vec<Step<usize>>]) -> Vec<Vec<usize>> {
    let reach = |from: usize| {
        let mut seen = vec![false; chain.len()];
        let mut open = vec![from];
        seen[from] = true;
        while let Some(state) = open.pop() {
            for way in &chain[state] {
                if !std::mem::replace(&mut seen[way.next], true) {
                    open.push(way.next);
                }
            }
        }
        seen
    };
    // From any state a closed class is reached by always moving to a state that reaches fewer: a
    // state is in a closed class when everything it reaches reaches as many states as it does.
    let reached: Vec<Vec<bool>> = (0..chain.len()).map(reach).collect();
    let sizes: Vec<usize> = reached.iter().map(|seen| seen.iter().filter(|&&yes| yes).count()).collect();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (state, seen) in reached.iter().enumerate() {
        let members: Vec<usize> = (0..chain.len()).filter(|&other| seen[other]).collect();
        let closed = members.iter().all(|&other| sizes[other] == sizes[state]);
        if closed && members[0] == state {
            classes.push(members);
        }
    }
    classes
}

/// The probability to end in each closed class, from state 0.
fn absorption(chain: &[Vec<Step<usize>>], classes: &[Vec<usize>]) -> Option<Vec<f64>> {
    let mut class_of = vec![None; chain.len()];
    for (number, class) in classes.iter().enumerate() {
        class.iter().for_each(|&state| class_of[state] = Some(number));
    }
    let mut masses = vec![0.0; classes.len()];
    let mut here = vec![0.0; chain.len()];
    here[0] = 1.0;
    for _ in 0..PATIENCE {
        let mut next = vec![0.0; chain.len()];
        let mut left = 0.0;
        for (state, mass) in here.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
            match class_of[state] {
                Some(class) => masses[class] += mass,
                None => {
                    left += mass;
                    chain[state].iter().for_each(|way| next[way.next] += mass * way.probability);
                }
            }
        }
        if left < 1e-16 {
            return Some(masses);
        }
        here = next;
    }
    None
}

/// One closed class with its stationary distribution.
struct Settled {
    /// `matrix[i][j]`: the probability of moving from the i-th to the j-th state of the class.
    matrix: Vec<Vec<f64>>,
    /// `wins[i][v]`: the probability that validator v wins on leaving the i-th state.
    wins: Vec<Vec<f64>>,
    /// For each state its ways on, within the class.
    ways: Vec<Vec<Step<usize>>>,
    stationary: Vec<f64>,
    shares: Vec<f64>,
    always_a_winner: bool,
}

impl Settled {
    fn new(chain: &[Vec<Step<usize>>], class: &[usize], winners: usize) -> Self {
        let place = |state: usize| class.partition_point(|&member| member < state);
        let ways: Vec<Vec<Step<usize>>> = class
            .iter()
            .map(|&state| {
                let inside = |way: &Step<usize>| Step { next: place(way.next), ..way.clone() };
                chain[state].iter().map(inside).collect()
            })
            .collect();
        let mut matrix = vec![vec![0.0; class.len()]; class.len()];
        let mut wins = vec![vec![0.0; winners]; class.len()];
        for (state, ways) in ways.iter().enumerate() {
            for way in ways {
                matrix[state][way.next] += way.probability;
                if let Some(winner) = way.winner {
                    wins[state][winner] += way.probability;
                }
            }
        }
        let stationary = stationary(matrix.clone());
        let mut rates = vec![0.0; winners];
        for (weight, wins) in stationary.iter().zip(&wins) {
            rates.iter_mut().zip(wins).for_each(|(rate, win)| *rate += weight * win);
        }
        let always_a_winner = ways.iter().flatten().all(|way| way.winner.is_some());
        Settled { matrix, wins, ways, stationary, shares: super::weights::normalised(rates), always_a_winner }
    }

    /// Asymptotic variance over that of independent draws, for each validator.
    fn factors(&self) -> Vec<f64> {
        let deviations = self.solve_poisson();
        (0..self.shares.len())
            .map(|validator| {
                let share = self.shares[validator];
                // The wins minus their due are a martingale once the value of the state is added;
                // its increments are uncorrelated, so their variances add up.
                let mut variance = 0.0;
                for (state, ways) in self.ways.iter().enumerate() {
                    for way in ways {
                        let won = f64::from(u8::from(way.winner == Some(validator)));
                        let increment =
                            won - share + deviations[way.next][validator] - deviations[state][validator];
                        variance += self.stationary[state] * way.probability * increment * increment;
                    }
                }
                let independent = share * (1.0 - share);
                if independent > 0.0 { variance / independent } else { 1.0 }
            })
            .collect()
    }

    /// Solves `g - P g = wins - share` for every validator, with g = 0 in the last state: how many
    /// wins more than its due a validator can expect from each state on. Elimination needs no
    /// pivoting, as the remaining matrix is diagonally dominant.
    fn solve_poisson(&self) -> Vec<Vec<f64>> {
        let size = self.matrix.len() - 1;
        let mut left: Vec<Vec<f64>> = (0..size)
            .map(|i| (0..size).map(|j| f64::from(u8::from(i == j)) - self.matrix[i][j]).collect())
            .collect();
        let mut right: Vec<Vec<f64>> = (0..size)
            .map(|i| self.wins[i].iter().zip(&self.shares).map(|(win, share)| win - share).collect())
            .collect();
        for pivot in 0..size {
            let (top, rest) = left.split_at_mut(pivot + 1);
            let (top_right, rest_right) = right.split_at_mut(pivot + 1);
            for (row, row_right) in rest.iter_mut().zip(rest_right) {
                let factor = row[pivot] / top[pivot][pivot];
                if factor != 0.0 {
                    for column in pivot..size {
                        row[column] -= factor * top[pivot][column];
                    }
                    row_right.iter_mut().zip(&top_right[pivot]).for_each(|(a, b)| *a -= factor * b);
                }
            }
        }
        let mut solution = vec![vec![0.0; self.shares.len()]; size + 1];
        for row in (0..size).rev() {
            for validator in 0..self.shares.len() {
                let known: f64 =
                    (row + 1..size).map(|column| left[row][column] * solution[column][validator]).sum();
                solution[row][validator] = (right[row][validator] - known) / left[row][row];
            }
        }
        solution
    }
}

/// The stationary distribution of an irreducible chain, by state reduction.
fn stationary(mut matrix: Vec<Vec<f64>>) -> Vec<f64> {
    let size = matrix.len();
    let mut exits = vec![0.0; size];
    for last in (1..size).rev() {
        let (rest, removed) = matrix.split_at_mut(last);
        let onwards = &removed[0][..last];
        let exit: f64 = onwards.iter().sum();
        exits[last] = exit;
        for row in rest {
            let into = row[last] / exit;
            if into != 0.0 {
                row.iter_mut().zip(onwards).for_each(|(way, onward)| *way += into * onward);
            }
        }
    }
    let mut weights = vec![1.0; size];
    for state in 1..size {
        let inflow: f64 = (0..state).map(|from| weights[from] * matrix[from][state]).sum();
        weights[state] = inflow / exits[state];
    }
    super::weights::normalised(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two states; from 0 to 1 with chance 1/4, from 1 to 0 with chance 1/2; staying in or entering
    /// state i is a win of i. Stationary (2/3, 1/3); the second eigenvalue is 1/4, so the variance
    /// is p (1 - p) (1 + 1/4) / (1 - 1/4): a factor of 5/3.
    #[test]
    fn a_sticky_coin_by_hand() {
        let result = long_run(0usize, 2, 10, |&state, ways| {
            let leave = [0.25, 0.5][state];
            ways.push(Step { next: 1 - state, probability: leave, winner: Some(1 - state) });
            ways.push(Step { next: state, probability: 1.0 - leave, winner: Some(state) });
        })
        .unwrap();
        assert!((result.shares[0] - 2.0 / 3.0).abs() < 1e-15);
        for factor in result.factors.unwrap() {
            assert!((factor - 5.0 / 3.0).abs() < 1e-13, "{factor}");
        }
    }

    /// Independent draws written as a chain vary as independent draws.
    #[test]
    fn no_memory_has_a_factor_of_one() {
        let result = long_run(0usize, 3, 10, |_, ways| {
            for (winner, probability) in [0.2, 0.3, 0.5].into_iter().enumerate() {
                ways.push(Step { next: winner, probability, winner: Some(winner) });
            }
        })
        .unwrap();
        for ((share, expected), factor) in
            result.shares.iter().zip([0.2, 0.3, 0.5]).zip(result.factors.unwrap())
        {
            assert!((share - expected).abs() < 1e-15 && (factor - 1.0).abs() < 1e-13);
        }
    }

    /// A coin at the start decides who wins every second round for ever, with an empty one between.
    #[test]
    fn ends_are_weighed_and_empty_rounds_do_not_count() {
        let result = long_run((0usize, false), 2, 10, |&(state, empty), ways| match (state, empty) {
            (0, _) => {
                ways.push(Step { next: (1, false), probability: 0.7, winner: None });
                ways.push(Step { next: (2, false), probability: 0.3, winner: None });
            }
            (_, true) => ways.push(Step { next: (state, false), probability: 1.0, winner: None }),
            (_, false) => ways.push(Step { next: (state, true), probability: 1.0, winner: Some(state - 1) }),
        })
        .unwrap();
        assert!((result.shares[0] - 0.7).abs() < 1e-15 && (result.shares[1] - 0.3).abs() < 1e-15);
        assert_eq!(result.factors, None);
    }

    #[test]
    fn too_many_states_are_refused() {
        let endless = long_run(0u64, 1, 50, |&state, ways| {
            ways.push(Step { next: state + 1, probability: 1.0, winner: Some(0) });
        });
        assert_eq!(endless, None);
    }
}
