//! What an order of wins is measured by.

use super::chronicle::Chronicle;

/// Which values speak against a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Large ones.
    Large,
    /// Small and large ones.
    Both,
}

/// A measure of an order of wins.
#[derive(Clone, Copy, Debug)]
pub struct OrderMeasure {
    /// Its name in tables.
    pub name: &'static str,
    /// Which values speak against a rule.
    pub direction: Direction,
    /// What it is.
    pub meaning: &'static str,
}

const fn named(name: &'static str, direction: Direction, meaning: &'static str) -> OrderMeasure {
    OrderMeasure { name, direction, meaning }
}

/// All of them.
pub static MEASURES: [OrderMeasure; 7] = [
    named("repeats", Direction::Both, "share of blocks whose proposer proposed the block before, too"),
    named(
        "returns",
        Direction::Both,
        "share of blocks whose proposer proposed the last but one, and another the one between",
    ),
    named(
        "turns",
        Direction::Both,
        "different proposers in a stretch of as many blocks as there are validators (64 at most), on average",
    ),
    named("runs", Direction::Both, "most blocks in a row of one proposer"),
    named(
        "gaps",
        Direction::Both,
        "longest wait for a block of one validator, over the mean wait that its expected share makes",
    ),
    named(
        "previous",
        Direction::Large,
        "dependence on the proposer before: chi-square of pairs of neighbours, of the seven largest and all others",
    ),
    named(
        "drift",
        Direction::Large,
        "change over time: chi-square of the wins in ten parts of the history, of the seven largest and all others",
    ),
];

/// Groups of validators: the largest by themselves, all others together.
const GROUPS: usize = 8;
/// Parts of a history.
const PARTS: usize = 10;
/// Blocks of a stretch at most.
const MOST_OF_A_STRETCH: usize = 64;

/// What the measures of a chain's own history and of those that are played have in common.
pub struct Frame {
    /// Everybody's expected share, on average over the blocks.
    shares: Vec<f64>,
    /// To which group each belongs.
    groups: Vec<u8>,
    /// The expected share of each group in each part.
    parts: Vec<[f64; GROUPS]>,
    /// The same over all.
    all: [f64; GROUPS],
    stretch: usize,
}

impl Frame {
    /// Of a history whose rule expects these shares in each of its parts (as [`Chronicle::parts`] has
    /// them).
    pub fn new(chronicle: &Chronicle, expected: &[Vec<f64>]) -> Self {
        let blocks = chronicle.proposers.len();
        let mut shares = vec![0.0; expected.first().map_or(0, Vec::len)];
        for ((_, part), expected) in chronicle.parts().zip(expected) {
            let weight = part.len() as f64 / blocks as f64;
            shares.iter_mut().zip(expected).for_each(|(all, one)| *all += weight * one);
        }
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by(|&one, &other| shares[other].total_cmp(&shares[one]).then(one.cmp(&other)));
        let mut groups = vec![GROUPS as u8 - 1; shares.len()];
        for (group, &who) in order.iter().take(GROUPS - 1).enumerate() {
            groups[who] = group as u8;
        }
        let sums = |shares: &[f64]| {
            let mut sums = [0.0; GROUPS];
            shares.iter().zip(&groups).for_each(|(share, &group)| sums[usize::from(group)] += share);
            sums
        };
        let by_epoch: Vec<[f64; GROUPS]> = expected.iter().map(|shares| sums(shares)).collect();
        let mut parts = vec![[0.0; GROUPS]; PARTS];
        for ((_, blocks_of_it), expected) in chronicle.parts().zip(&by_epoch) {
            for (number, part) in parts.iter_mut().enumerate() {
                let (begin, end) = (number * blocks / PARTS, (number + 1) * blocks / PARTS);
                let common = blocks_of_it.end.min(end).saturating_sub(blocks_of_it.start.max(begin));
                let weight = common as f64 / (end - begin).max(1) as f64;
                part.iter_mut().zip(expected).for_each(|(all, one)| *all += weight * one);
            }
        }
        let able = shares.iter().filter(|share| **share > 0.0).count();
        Frame { all: sums(&shares), stretch: able.clamp(2, MOST_OF_A_STRETCH), shares, groups, parts }
    }
}

/// The measures of a history, and whom each is about if it is about somebody.
pub struct Measured {
    /// In the order of [`MEASURES`].
    pub values: [f64; MEASURES.len()],
    /// The same.
    pub subjects: [Option<u32>; MEASURES.len()],
}

/// Measures a history. O(blocks + validators).
pub fn measure(proposers: &[u32], frame: &Frame) -> Measured {
    const NEVER: u32 = u32::MAX;
    let blocks = proposers.len();
    let mut last = vec![NEVER; frame.shares.len()];
    let mut seen_in = vec![NEVER; frame.shares.len()];
    let (mut repeats, mut returns, mut run) = (0u64, 0u64, 0u64);
    let (mut longest_run, mut longest_gap) = ((0u64, None), (0.0f64, None));
    let mut pairs = [[0u64; GROUPS]; GROUPS];
    let mut wins = vec![[0u64; GROUPS]; PARTS];
    let (mut different, mut stretches) = (0u64, 0u64);
    let wait = |who: usize, gap: usize| gap as f64 * frame.shares[who];
    for (place, &proposer) in proposers.iter().enumerate() {
        let who = proposer as usize;
        let group = usize::from(frame.groups[who]);
        let same = place > 0 && proposers[place - 1] == proposer;
        run = if same { run + 1 } else { 1 };
        if run > longest_run.0 {
            longest_run = (run, Some(proposer));
        }
        if place > 0 {
            repeats += u64::from(same);
            pairs[usize::from(frame.groups[proposers[place - 1] as usize])][group] += 1;
        }
        if place > 1 && !same {
            returns += u64::from(proposers[place - 2] == proposer);
        }
        // Blocks without it since the last one, or since the beginning.
        let gap = if last[who] == NEVER { place } else { place - last[who] as usize - 1 };
        if wait(who, gap) > longest_gap.0 {
            longest_gap = (wait(who, gap), Some(proposer));
        }
        last[who] = place as u32;
        let stretch = place / frame.stretch;
        if (stretch + 1) * frame.stretch <= blocks {
            different += u64::from(seen_in[who] != stretch as u32);
            seen_in[who] = stretch as u32;
            stretches = stretch as u64 + 1;
        }
    }
    for (who, &last) in last.iter().enumerate() {
        let gap = if last == NEVER { blocks } else { blocks - last as usize - 1 };
        if wait(who, gap) > longest_gap.0 {
            longest_gap = (wait(who, gap), Some(who as u32));
        }
    }
    for (number, wins) in wins.iter_mut().enumerate() {
        let (begin, end) = (number * blocks / PARTS, (number + 1) * blocks / PARTS);
        for &proposer in &proposers[begin..end] {
            wins[usize::from(frame.groups[proposer as usize])] += 1;
        }
    }
    let mut subjects = [None; MEASURES.len()];
    (subjects[3], subjects[4]) = (longest_run.1, longest_gap.1);
    let values = [
        repeats as f64 / (blocks.max(2) - 1) as f64,
        returns as f64 / (blocks.max(3) - 2) as f64,
        different as f64 / stretches.max(1) as f64,
        longest_run.0 as f64,
        longest_gap.0,
        of_pairs(&pairs, &frame.all),
        of_parts(&wins, frame, blocks),
    ];
    Measured { values, subjects }
}

/// Pearson's statistic of pairs of neighbours against what the group of the first says nothing about.
fn of_pairs(pairs: &[[u64; GROUPS]; GROUPS], shares: &[f64; GROUPS]) -> f64 {
    let mut sum = 0.0;
    for row in pairs {
        let all: u64 = row.iter().sum();
        for (&count, share) in row.iter().zip(shares) {
            let expected = all as f64 * share;
            if expected > 0.0 {
                sum += (count as f64 - expected).powi(2) / expected;
            }
        }
    }
    sum
}

/// The same of wins in the parts, against the wins that each group has over all: a group that wins too much
/// all the time does not drift.
fn of_parts(wins: &[[u64; GROUPS]], frame: &Frame, blocks: usize) -> f64 {
    let mut sum = 0.0;
    for group in 0..GROUPS {
        let all: u64 = wins.iter().map(|part| part[group]).sum();
        let due = |number: usize| {
            let blocks_of_it = (number + 1) * blocks / PARTS - number * blocks / PARTS;
            frame.parts[number][group] * blocks_of_it as f64
        };
        let due_in_all: f64 = (0..wins.len()).map(due).sum();
        if due_in_all <= 0.0 || all == 0 {
            continue;
        }
        for (number, part) in wins.iter().enumerate() {
            let expected = due(number) * all as f64 / due_in_all;
            if expected > 0.0 {
                sum += (part[group] as f64 - expected).powi(2) / expected;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::chronicle::Epoch;
    use super::*;

    fn measured(proposers: &[u32], stakes: &[u64]) -> Measured {
        let chronicle = Chronicle {
            heights: (1..=proposers.len() as u64).collect(),
            proposers: proposers.to_vec(),
            epochs: vec![Epoch { begin: 0, stakes: stakes.to_vec() }],
        };
        let all: u64 = stakes.iter().sum();
        let shares = stakes.iter().map(|&stake| stake as f64 / all as f64).collect();
        measure(proposers, &Frame::new(&chronicle, &[shares]))
    }

    /// By hand: 0 0 1 0 2 2 2 0 1 0, shares 1/2, 1/4, 1/4.
    #[test]
    fn the_measures_by_hand() {
        let found = measured(&[0, 0, 1, 0, 2, 2, 2, 0, 1, 0], &[2, 1, 1]);
        // Repeats: 3 of 9. Returns: 0 1 0 twice of 8. Stretches of three: {0, 1}, {0, 2}, {2, 0, 1}.
        assert_eq!(found.values[..3], [3.0 / 9.0, 2.0 / 8.0, 7.0 / 3.0]);
        assert_eq!((found.values[3], found.subjects[3]), (3.0, Some(2)));
        // 1 waits five blocks of 1/4; 2 four at the beginning; 0 three of 1/2.
        assert_eq!((found.values[4], found.subjects[4]), (1.5, Some(0)));
        // From 0 (four pairs) to 0, 1 and 2: 1, 2, 1 of 2, 1, 1; from 1 (two): 2, 0, 0 of 1, 1/2, 1/2; from 2
        // (three): 1, 0, 2 of 3/2, 3/4, 3/4.
        let cells: [(f64, f64); 9] = [
            (1.0, 2.0),
            (2.0, 1.0),
            (1.0, 1.0),
            (2.0, 1.0),
            (0.0, 0.5),
            (0.0, 0.5),
            (1.0, 1.5),
            (0.0, 0.75),
            (2.0, 0.75),
        ];
        let expected: f64 = cells.iter().map(|(count, due)| (count - due).powi(2) / due).sum();
        assert!((found.values[5] - expected).abs() < 1e-12, "{}", found.values[5]);
    }

    /// Twenty blocks: the first ten of one, the others of the other, or all in turns.
    #[test]
    fn drift_is_a_change_and_no_excess() {
        let halves: Vec<u32> = (0..20).map(|place| u32::from(place >= 10)).collect();
        // Each part has two blocks of one of them, where one of each is due: 20 cells of 1.
        assert!((measured(&halves, &[1, 1]).values[6] - 20.0).abs() < 1e-9);
        let turns: Vec<u32> = (0..20).map(|place| place % 2).collect();
        assert!(measured(&turns, &[1, 1]).values[6] < 1e-9);
        assert!(measured(&turns, &[1, 9]).values[6] < 1e-9, "too much all the time is no drift");
    }
}
