//! What splitting an account, or merging several, does to the share of rounds: by law where there
//! is one, otherwise from pairs of trials with the same random numbers.

use super::rows::StrategyRow;
use crate::behaviour::BehaviourAssignment;
use crate::forging::{Chain, Draws, Pools, Protocol, Silent, World};
use crate::selection::ExpectedShares;
use crate::simulation::{Control, Experiment, OrderPlan, SHARE_SCALE, fixed_share, play_trial};
use crate::statistics::{Interval, Moments, bonferroni};
use rayon::prelude::*;

/// Gains by law that are smaller than this are no gains: laws are right to about ten digits.
const NO_GAIN: f64 = 1e-9;

/// The fewest trials that are simulated, whatever the scenario says.
const FEWEST_TRIALS: u64 = 8;

/// What holders could do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// One validator divides its stake as evenly as whole coins allow.
    Split {
        /// Its index.
        validator: usize,
        /// Into how many accounts; two or more.
        parts: u64,
    },
    /// Several validators put their stakes together.
    Merge {
        /// Their indices; two or more, all different.
        validators: Vec<usize>,
    },
}

impl Move {
    /// The validators that make it.
    fn movers(&self) -> Vec<usize> {
        match self {
            Move::Split { validator, .. } => vec![*validator],
            Move::Merge { validators } => validators.clone(),
        }
    }

    fn parts(&self) -> u64 {
        match self {
            Move::Split { parts, .. } => *parts,
            Move::Merge { validators } => validators.len() as u64,
        }
    }
}

/// The validators after a move: those who made it stand last.
struct Moved {
    stakes: Vec<u64>,
    behaviour_of: Vec<BehaviourAssignment>,
    /// How many of the last ones are theirs.
    theirs: usize,
}

impl Moved {
    fn new(world: &World, action: &Move) -> Self {
        let movers = action.movers();
        let stays = |index: &usize| !movers.contains(index);
        let others: Vec<usize> = (0..world.validators()).filter(stays).collect();
        let mut stakes: Vec<u64> = others.iter().map(|&index| world.stakes[index]).collect();
        let mut behaviour_of: Vec<BehaviourAssignment> =
            others.iter().map(|&index| world.behaviour_of[index]).collect();
        let whole: u64 = movers.iter().map(|&index| world.stakes[index]).sum();
        let parts = match action {
            Move::Split { parts, .. } => *parts,
            Move::Merge { .. } => 1,
        };
        let before = stakes.len();
        // The first parts are a coin larger, so those that are too small stand last.
        let large = whole % parts;
        let size = |part| whole / parts + u64::from(part < large);
        let validating = (0..parts).take_while(|&part| size(part) >= world.protocol.minimum_stake);
        stakes.extend(validating.map(size));
        behaviour_of.resize(stakes.len(), world.behaviour_of[movers[0]]);
        Moved { theirs: stakes.len() - before, stakes, behaviour_of }
    }

    fn indices(&self) -> Vec<usize> {
        (self.stakes.len() - self.theirs..self.stakes.len()).collect()
    }
}

/// What each move is worth; `None` if the simulation was told to stop.
///
/// The law is that of stakes as they stay or, if the scenario compounds and all are honest, of
/// compounding rewards. Where it is unknown, the scenario's rounds are played with the draws engine
/// in pairs of trials, before and after the move; the interval of the gain is Student's, of the
/// paired differences, corrected for the number of moves that are simulated.
///
/// The experiment is as it was when this returns.
pub fn strategy(
    experiment: &Experiment,
    confidence: f64,
    moves: &[Move],
    control: &Control,
) -> Option<Vec<StrategyRow>> {
    let moved: Vec<Moved> = moves.iter().map(|action| Moved::new(&experiment.world, action)).collect();
    let before = expected_shares(&experiment.world, &experiment.world.stakes);
    let laws: Vec<Option<(f64, f64)>> = moves
        .iter()
        .zip(&moved)
        .map(|(action, moved)| {
            let whole = sum(before.shares()?, &action.movers());
            Some((whole, sum(expected_shares(&experiment.world, &moved.stakes).shares()?, &moved.indices())))
        })
        .collect();
    let simulated = laws.iter().filter(|law| law.is_none()).count();
    let level = bonferroni(confidence, simulated.max(1));
    // Everybody who moves, each once.
    let mut everybody: Vec<usize> = moves.iter().flat_map(Move::movers).collect();
    everybody.sort_unstable();
    everybody.dedup();
    let baseline = if simulated > 0 { simulate(experiment, &everybody, control)? } else { Vec::new() };
    let mut rows = Vec::with_capacity(moves.len());
    for ((action, moved), law) in moves.iter().zip(moved).zip(laws) {
        let world = &experiment.world;
        let movers = action.movers();
        let names: Vec<&str> = movers.iter().map(|&index| world.names[index].as_str()).collect();
        let mut row = StrategyRow {
            action: match action {
                Move::Split { .. } => "split".to_owned(),
                Move::Merge { .. } => "merge".to_owned(),
            },
            accounts: names.join(" + "),
            stake: movers.iter().map(|&index| world.stakes[index]).sum(),
            parts: action.parts(),
            validators: moved.theirs as u64,
            share_before: 0.0,
            share_after: 0.0,
            gain: None,
            gain_low: None,
            gain_high: None,
            verdict: String::new(),
            computed_by: String::new(),
            trials: None,
        };
        match law {
            Some(law) => by_law(&mut row, law),
            None => {
                let after = play_moved(experiment, moved, control)?;
                let places: Vec<usize> =
                    movers.iter().filter_map(|who| everybody.binary_search(who).ok()).collect();
                by_simulation(&mut row, &pairs(&baseline, &places, &after), level);
            }
        }
        rows.push(row);
    }
    Some(rows)
}

/// The expected shares for these stakes in this world.
fn expected_shares(world: &World, stakes: &[u64]) -> ExpectedShares {
    let rule = &world.rule.thing;
    if !world.has_ideal_conditions() && (rule.minds_outcomes() || world.protocol.compounds()) {
        ExpectedShares::Unknown("not everybody is honest")
    } else if world.protocol.compounds() && !world.protocol.keeps_expected_shares() {
        ExpectedShares::Unknown("what is staked is not paid in proportion to stake on average")
    } else if world.protocol.compounds() {
        rule.expected_shares_when_compounding(stakes)
    } else {
        rule.expected_shares(stakes)
    }
}

fn sum(shares: &[f64], members: &[usize]) -> f64 {
    members.iter().fold(0.0, |sum, &index| sum + shares[index])
}

fn by_law(row: &mut StrategyRow, (before, after): (f64, f64)) {
    row.share_before = before;
    row.share_after = after;
    row.gain = (before > 0.0).then(|| after / before - 1.0);
    let change = row.gain.unwrap_or(after - before);
    row.verdict = verdict(change > NO_GAIN, change < -NO_GAIN, "neutral").to_owned();
    row.computed_by = "law".to_owned();
}

fn verdict(pays: bool, costs: bool, neither: &'static str) -> &'static str {
    if pays {
        "pays"
    } else if costs {
        "costs"
    } else {
        neither
    }
}

/// Shares of a trial before and after, in units of `1 / SHARE_SCALE`.
fn pairs(baseline: &[Vec<u64>], places: &[usize], after: &[Vec<u64>]) -> Vec<(u64, u64)> {
    let before = baseline.iter().map(|shares| places.iter().map(|&place| shares[place]).sum());
    before.zip(after.iter().map(|shares| shares.iter().sum())).collect()
}

fn by_simulation(row: &mut StrategyRow, pairs: &[(u64, u64)], confidence: f64) {
    let trials = pairs.len() as f64;
    let scale = SHARE_SCALE as f64;
    let mut differences = Moments { trials: pairs.len() as u64, sum: 0, squares: 0, scale };
    for &(before, after) in pairs {
        let difference = i128::from(after) - i128::from(before);
        differences.sum += difference;
        differences.squares += difference.unsigned_abs().pow(2);
    }
    let mean = |share: &dyn Fn(&(u64, u64)) -> u64| {
        pairs.iter().map(|pair| u128::from(share(pair))).sum::<u128>() as f64 / trials / scale
    };
    row.share_before = mean(&|pair| pair.0);
    row.share_after = mean(&|pair| pair.1);
    let before = row.share_before;
    row.gain = (before > 0.0).then(|| row.share_after / before - 1.0);
    // Pairs that are all alike to the last unit have no spread to make an interval of.
    let alike = differences.mean().filter(|_| differences.variance() == Some(0.0));
    let certain = alike.map(|mean| Interval { low: mean, high: mean });
    let interval = certain.or_else(|| differences.interval(confidence));
    row.verdict = match interval {
        Some(Interval { low, high }) => verdict(low > 0.0, high < 0.0, "cannot tell"),
        None => "cannot tell",
    }
    .to_owned();
    if before > 0.0 {
        row.gain_low = interval.map(|interval| interval.low / before);
        row.gain_high = interval.map(|interval| interval.high / before);
    }
    row.computed_by = "simulation".to_owned();
    row.trials = Some(pairs.len() as u64);
}

/// Plays the world with its validators replaced.
fn play_moved(experiment: &Experiment, moved: Moved, control: &Control) -> Option<Vec<Vec<u64>>> {
    let world = &experiment.world;
    let others = world.validators()..world.names.len();
    let theirs = moved.indices();
    let names = (0..moved.stakes.len()).map(|index| format!("validator {index}"));
    let zeros = std::iter::repeat_n(0, moved.stakes.len());
    // Pools, groups and accounts go by the numbers of the validators, which change; none of them moves a
    // win.
    let protocol = Protocol { pools: Pools::default(), treasury: None, ..world.protocol.clone() };
    let world = World {
        names: names.chain(world.names[others.clone()].iter().cloned()).collect(),
        balances: zeros.chain(world.balances[others].iter().copied()).collect(),
        stakes: moved.stakes,
        behaviour_of: moved.behaviour_of,
        protocol,
        parties: Vec::new(),
        ..world.clone()
    };
    simulate(&Experiment { world, follow: None, ..*experiment }, &theirs, control)
}

/// The win shares of some validators in each trial.
fn simulate(experiment: &Experiment, members: &[usize], control: &Control) -> Option<Vec<Vec<u64>>> {
    let Experiment { world, rounds, .. } = experiment;
    let plan = OrderPlan::new(world.validators(), &[], false, 0);
    (0..experiment.trials.max(FEWEST_TRIALS))
        .into_par_iter()
        .map(|trial| {
            let mut chain = Chain::new(world, trial, |_| Draws::default());
            let end = play_trial(&mut chain, trial, *rounds, &[*rounds], &plan, &mut Silent, control)?;
            let selections = end.totals.selections();
            let share = |&index: &usize| fixed_share(end.totals.validators[index].wins, selections);
            Some(members.iter().map(share).collect())
        })
        .collect()
}
