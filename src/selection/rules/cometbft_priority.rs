//! CometBFT's proposer priority: whoever has waited longest for its power proposes.

use crate::law::{largest_deficit_bound, proportional_shares};
use crate::registry::{Entry, no_settings};
use crate::selection::sampling::RisingLines;
use crate::selection::{
    Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, StakeChange, TrialContext,
};
use crate::stake::ValidatorId;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "cometbft-priority",
    summary: "each round everybody's priority grows by its power, and the highest proposes and pays the total power; priorities are centred and kept within twice the total; newcomers start behind",
    source: "CometBFT specification, consensus/proposer-selection.md, and types/validator_set.go",
    parse: |table| no_settings(table, || Box::new(CometBftPriority)),
};

/// Proposer priority. Powers are stakes, addresses are ordered as the validators are, and a stake
/// change counts from the next round on (on the chain, two heights later). No settings.
struct CometBftPriority;

impl Rule for CometBftPriority {
    /// Wins follow power to within a bounded number of blocks, so the long-run share is power's.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    /// Deterministic. A validator's priority is what it is owed in blocks times the total power,
    /// until priorities are scaled; the bound is that of the largest-deficit rule. With fixed
    /// powers of up to four validators scaling never happens (the priorities lie within
    /// `1/2 + ... + 1/n + 1 - 1/n <= 2` total powers). With more it takes contrived powers, and
    /// each time moves the account of a validator by at most half the bound; see the tests.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        Dispersion::bounded_for_holders(stakes, largest_deficit_bound)
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(Priorities::at_genesis(start.stakes))
    }
}

/// The proposers of the heights after that of a validator set with these powers and priorities, one after
/// another, as places in the set; none if nobody has power. Of equal priorities the earlier place comes
/// first. Priorities are as a node prints them, after the proposer of the set's own height was charged.
pub fn proposers_from_priorities(powers: &[u64], priorities: &[i64]) -> impl FnMut() -> Option<u32> + use<> {
    let mut set = Priorities::at_genesis(powers);
    for member in &mut set.members {
        member.priority = i128::from(priorities[member.validator.index()]);
    }
    set.measure();
    move || set.next().map(|validator| validator.0)
}

/// The validator set with its priorities.
///
/// The chain keeps priorities in 64 bits and refuses total powers above an eighth of that; here
/// they have 128 bits, so that totals up to 2^63 work without clipping.
struct Priorities {
    powers: Vec<u64>,
    total: i128,
    /// The members of the set in order of their addresses.
    members: Vec<Member>,
    /// The sum of the priorities, and the lowest and highest, kept up to date.
    sum: i128,
    lowest: i128,
    highest: i128,
    /// Joiners of one update; kept for its memory.
    joining: Vec<ValidatorId>,
    /// The same priorities as lines, while powers stay.
    lines: PriorityLines,
    /// Rounds since powers changed or priorities were scaled.
    quiet: u64,
}

/// Priorities as lines that rise by the powers. Centring moves all alike and is kept as one number.
struct PriorityLines {
    /// Priority plus `centred`.
    rising: RisingLines,
    /// The same upside down, on a slope that is steeper than any power: its highest is the lowest.
    falling: RisingLines,
    steepest: u64,
    rounds: u64,
    centred: i128,
}

/// Rounds without a change after which the lines are drawn: to draw them takes longer than a few
/// rounds of asking everybody.
const QUIET: u64 = 16;

#[derive(Clone, Copy)]
struct Member {
    validator: ValidatorId,
    power: i128,
    priority: i128,
}

impl Priorities {
    /// At genesis all join at once, so centring puts everybody at zero.
    fn at_genesis(powers: &[u64]) -> Self {
        let mut members = Vec::with_capacity(powers.len());
        members.extend(powers.iter().enumerate().filter(|&(_, &power)| power > 0).map(|(index, &power)| {
            Member { validator: ValidatorId(index as u32), power: i128::from(power), priority: 0 }
        }));
        Priorities {
            powers: powers.to_vec(),
            total: powers.iter().map(|&power| i128::from(power)).sum(),
            members,
            sum: 0,
            lowest: 0,
            highest: 0,
            joining: Vec::with_capacity(powers.len()),
            lines: PriorityLines {
                rising: RisingLines::new(powers),
                falling: RisingLines::new(powers),
                steepest: 0,
                rounds: 0,
                centred: 0,
            },
            quiet: 0,
        }
    }

    /// One round, by everybody's priority after a change of powers and by the lines in quiet times: the
    /// same proposers. O(n) and O(log n).
    fn next(&mut self) -> Option<ValidatorId> {
        self.quiet += 1;
        match self.quiet {
            ..QUIET => self.advance(),
            QUIET => {
                self.draw_lines();
                self.follow_lines()
            }
            _ => self.follow_lines(),
        }
    }

    /// Draws the lines of the present priorities. O(n).
    fn draw_lines(&mut self) {
        let PriorityLines { rising, falling, steepest, rounds, centred } = &mut self.lines;
        (*rounds, *centred) = (0, 0);
        *steepest = self.members.iter().map(|member| member.power as u64).max().unwrap_or(0) + 1;
        let mut members = self.members.iter().peekable();
        let heights = (0..self.powers.len()).map(|index| {
            match members.next_if(|member| member.validator.index() == index) {
                Some(member) => (member.priority, member.power as u64),
                None => (0, 0),
            }
        });
        rising.restart(heights);
        let mut members = self.members.iter().peekable();
        let heights = (0..self.powers.len()).map(|index| {
            match members.next_if(|member| member.validator.index() == index) {
                Some(member) => (-member.priority, *steepest - member.power as u64),
                None => (0, 0),
            }
        });
        falling.restart(heights);
    }

    /// One round by the lines, as [`Priorities::advance`] has it. Where priorities are to be scaled,
    /// which is rare, everybody is asked again.
    fn follow_lines(&mut self) -> Option<ValidatorId> {
        let lines = &mut self.lines;
        let (first, last) = (lines.rising.highest()?, lines.falling.highest()?);
        let slope = i128::from(lines.steepest) * i128::from(lines.rounds);
        let width = lines.rising.height(first) - (slope - lines.falling.height(last));
        if width > 2 * self.total {
            self.leave_lines();
            self.quiet = 1;
            return self.advance();
        }
        let mean = self.mean();
        let lines = &mut self.lines;
        lines.centred += mean;
        self.sum -= mean * self.members.len() as i128;
        lines.rising.tick();
        lines.falling.tick();
        lines.rounds += 1;
        let proposer = lines.rising.highest()?;
        lines.rising.lower(proposer, self.total as u64);
        lines.falling.raise(proposer, self.total as u64);
        Some(proposer)
    }

    /// Brings everybody's priority up to date, if the lines were followed. O(n).
    fn leave_lines(&mut self) {
        if self.quiet >= QUIET {
            for member in &mut self.members {
                member.priority = self.lines.rising.height(member.validator) - self.lines.centred;
            }
            self.measure();
        }
        self.quiet = 0;
    }

    /// Applies a block's updates (`updateWithChangeSet`): powers change, newcomers start at
    /// -1.125 times the total power before removals, those without power leave; then priorities
    /// are scaled and centred. O(n), only in rounds with changes.
    fn update(&mut self, changes: &[StakeChange]) {
        self.leave_lines();
        self.joining.clear();
        let mut leaving = false;
        for change in changes {
            let power = &mut self.powers[change.validator.index()];
            self.total += i128::from(change.stake) - i128::from(*power);
            *power = change.stake;
            match self.find(change.validator) {
                Ok(_) => leaving |= change.stake == 0,
                Err(_) => self.joining.push(change.validator),
            }
        }
        // Two changes of one newcomer in one update are one joining.
        self.joining.sort_unstable();
        self.joining.dedup();
        let mut total_before_removals = self.total;
        for member in &mut self.members {
            let power = i128::from(self.powers[member.validator.index()]);
            if power == 0 {
                total_before_removals += member.power;
            }
            member.power = power;
        }
        if leaving {
            self.members.retain(|member| member.power > 0);
        }
        if !self.joining.is_empty() {
            let priority = -(total_before_removals + (total_before_removals >> 3));
            for validator in self.joining.drain(..) {
                let power = i128::from(self.powers[validator.index()]);
                if power > 0 {
                    self.members.push(Member { validator, power, priority });
                }
            }
            self.members.sort_unstable_by_key(|member| member.validator);
        }
        self.measure();
        self.scale();
        let mean = self.mean();
        for member in &mut self.members {
            member.priority -= mean;
        }
        self.measure();
    }

    fn measure(&mut self) {
        self.sum = self.members.iter().map(|member| member.priority).sum();
        self.lowest = self.members.iter().map(|member| member.priority).min().unwrap_or(0);
        self.highest = self.members.iter().map(|member| member.priority).max().unwrap_or(0);
    }

    fn find(&self, validator: ValidatorId) -> Result<usize, usize> {
        self.members.binary_search_by_key(&validator, |member| member.validator)
    }

    /// Keeps the priorities within twice the total power (`RescalePriorities`): divides them by
    /// the rounded-up ratio, truncating toward zero.
    fn scale(&mut self) {
        let window = 2 * self.total;
        let width = self.highest - self.lowest;
        if window > 0 && width > window {
            let ratio = (width + window - 1) / window;
            for member in &mut self.members {
                member.priority /= ratio;
            }
            self.measure();
        }
    }

    /// The mean priority, rounded down.
    fn mean(&self) -> i128 {
        self.sum.div_euclid(self.members.len().max(1) as i128)
    }

    /// One round (`IncrementProposerPriority(1)`): scale, centre, add powers, charge the proposer.
    /// One pass over the set.
    fn advance(&mut self) -> Option<ValidatorId> {
        self.scale();
        let mean = self.mean();
        let (mut lowest, mut second) = (i128::MAX, i128::MIN);
        let mut proposer: Option<usize> = None;
        let mut most = i128::MIN;
        for (place, member) in self.members.iter_mut().enumerate() {
            member.priority += member.power - mean;
            lowest = lowest.min(member.priority);
            // Equal priorities go to the smaller address, which comes first.
            if member.priority > most {
                second = most;
                most = member.priority;
                proposer = Some(place);
            } else {
                second = second.max(member.priority);
            }
        }
        // Powers add up to the total, which the proposer pays: only centring moves the sum.
        self.sum -= mean * self.members.len() as i128;
        let proposer = &mut self.members[proposer?];
        proposer.priority -= self.total;
        self.lowest = lowest.min(proposer.priority);
        self.highest = second.max(proposer.priority);
        Some(proposer.validator)
    }
}

impl Selector for Priorities {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        if !turn.changes.is_empty() {
            self.update(turn.changes);
        }
        match self.next() {
            Some(validator) => Selection::Forger { validator, token: None },
            None => Selection::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        sequences: Vec<Sequence>,
        updates: Vec<Updates>,
        averaging: Vec<Averaging>,
        counts: Vec<Counts>,
        priorities: Vec<After>,
    }

    #[derive(Deserialize)]
    struct Sequence {
        powers: Vec<u64>,
        proposers: Vec<u32>,
    }

    #[derive(Deserialize)]
    struct Updates {
        powers: Vec<u64>,
        rounds: Vec<Round>,
    }

    #[derive(Deserialize)]
    struct Round {
        change: Option<(u32, u64)>,
        proposer: u32,
        priorities: Vec<i128>,
    }

    #[derive(Deserialize)]
    struct Averaging {
        before: Vec<i128>,
        rounds: u64,
        after: Vec<i128>,
    }

    #[derive(Deserialize)]
    struct Counts {
        powers: Vec<u64>,
        rounds: u64,
        wins: Vec<u64>,
    }

    #[derive(Deserialize)]
    struct After {
        powers: Vec<u64>,
        rounds: u64,
        priorities: Vec<i128>,
    }

    fn wins(set: &mut Priorities, rounds: u64) -> Vec<u64> {
        let mut wins = vec![0; set.powers.len()];
        for _ in 0..rounds {
            wins[set.advance().unwrap().index()] += 1;
        }
        wins
    }

    #[test]
    fn published_vectors() {
        let text = include_str!("../../../tests/vectors/cometbft-priority.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty());
        assert!(vectors.sequences.len() >= 6 && vectors.counts.len() >= 3 && vectors.priorities.len() >= 11);
        for case in vectors.sequences {
            let mut set = Priorities::at_genesis(&case.powers);
            let proposers: Vec<u32> = case.proposers.iter().map(|_| set.advance().unwrap().0).collect();
            assert_eq!(proposers, case.proposers, "{:?}", case.powers);
        }
        assert!(vectors.updates.len() >= 2);
        for case in vectors.updates {
            let mut set = Priorities::at_genesis(&case.powers);
            for round in case.rounds {
                if let Some((validator, power)) = round.change {
                    set.update(&[change(validator, power)]);
                }
                assert_eq!(set.advance(), Some(ValidatorId(round.proposer)));
                let priorities: Vec<i128> = set.members.iter().map(|member| member.priority).collect();
                assert_eq!(priorities, round.priorities);
            }
        }
        assert!(vectors.averaging.len() >= 3);
        for case in vectors.averaging {
            let mut set = Priorities::at_genesis(&vec![1; case.before.len()]);
            set.total = 0;
            for (member, &priority) in set.members.iter_mut().zip(&case.before) {
                member.power = 0;
                member.priority = priority;
            }
            set.measure();
            wins(&mut set, case.rounds);
            let priorities: Vec<i128> = set.members.iter().map(|member| member.priority).collect();
            assert_eq!(priorities, case.after);
        }
        for case in vectors.counts {
            assert_eq!(wins(&mut Priorities::at_genesis(&case.powers), case.rounds), case.wins);
        }
        for case in vectors.priorities {
            let mut set = Priorities::at_genesis(&case.powers);
            wins(&mut set, case.rounds);
            let priorities: Vec<i128> = set.members.iter().map(|member| member.priority).collect();
            assert_eq!(priorities, case.priorities, "after {} rounds", case.rounds);
        }
    }

    fn change(validator: u32, stake: u64) -> StakeChange {
        StakeChange { validator: ValidatorId(validator), stake }
    }

    /// A newcomer starts at -1.125 P with the new total P (here 1 + 3 + 8 = 12, so -13), before
    /// centring; the mean of priorities is rounded down.
    #[test]
    fn newcomers_start_behind() {
        let mut set = Priorities::at_genesis(&[1, 3, 0]);
        set.advance();
        // After one round: 1, -1. With the newcomer: 1, -1, -13, whose mean rounds down to -5.
        set.update(&[change(2, 8)]);
        let priorities: Vec<i128> = set.members.iter().map(|member| member.priority).collect();
        assert_eq!(priorities, [6, 4, -8]);
        assert_eq!(set.total, 12);
    }

    /// Removed validators weigh in the newcomers' start, leave the set, and start over behind
    /// when they come back.
    #[test]
    fn leaving_forgets_the_priority() {
        let mut set = Priorities::at_genesis(&[10, 20, 30]);
        wins(&mut set, 7);
        set.update(&[change(1, 0)]);
        assert_eq!(set.members.len(), 2);
        assert_eq!(set.total, 40);
        for _ in 0..50 {
            assert_ne!(set.advance().unwrap().0, 1);
        }
        let other = set.members[1].priority;
        set.update(&[change(1, 20), change(0, 0)]);
        // The total is 60 before the removal, so the newcomer starts at -67.
        let [back, stayed] = [set.members[0], set.members[1]];
        assert_eq!((back.validator.0, stayed.validator.0), (1, 2));
        assert_eq!(stayed.priority - back.priority, other + 67);
        let counts = wins(&mut set, 500);
        assert_eq!(counts[0], 0);
        assert_eq!(counts.iter().sum::<u64>(), 500);
    }

    /// A fall in power leaves priorities far apart; they are scaled to within twice the new total
    /// at once, so the others do not wait for thousands of rounds.
    #[test]
    fn priorities_stay_within_twice_the_total() {
        let mut set = Priorities::at_genesis(&[80_000, 10, 10]);
        wins(&mut set, 3_000);
        set.update(&[change(0, 0)]);
        assert!(set.highest - set.lowest <= 2 * set.total);
        let counts = wins(&mut set, 100);
        assert!(counts[1] >= 48 && counts[2] >= 48, "{counts:?}");
    }

    /// Six powers, found by search, for which the distance passes twice the total in round 1975
    /// while nothing changes: from then on the proposers differ from those without scaling.
    #[test]
    fn contrived_powers_are_scaled_in_the_steady_state() {
        let powers = [71_308u64, 3_086_304, 2_732_319, 287_902, 841, 4_535];
        let mut set = Priorities::at_genesis(&powers);
        wins(&mut set, 1_974);
        assert!(set.highest - set.lowest > 2 * set.total);
        set.advance();
        assert!(set.highest - set.lowest < 2 * set.total);
    }

    #[test]
    fn bounds_kept_in_one_pass_are_the_true_ones() {
        let mut set = Priorities::at_genesis(&[5, 900, 31, 31, 7, 0, 250]);
        for round in 0..3_000u64 {
            if round % 97 == 0 {
                set.update(&[change((round % 7) as u32, round % 1_000), change(5, round % 3)]);
            }
            set.advance();
            assert_eq!(Some(set.lowest), set.members.iter().map(|member| member.priority).min());
            assert_eq!(set.sum, set.members.iter().map(|member| member.priority).sum::<i128>());
            assert_eq!(Some(set.highest), set.members.iter().map(|member| member.priority).max());
            assert_eq!(set.total, set.powers.iter().map(|&power| i128::from(power)).sum::<i128>());
        }
    }

    /// The lines against asking everybody: proposers and priorities, with changes of powers after
    /// short and long quiet times, newcomers, leavers, and powers that make scaling happen.
    #[test]
    fn lines_give_the_same_sequence() {
        let contrived = vec![71_308u64, 3_086_304, 2_732_319, 287_902, 841, 4_535];
        let zipf: Vec<u64> = (1..=200).map(|rank| 1_000_000_007 / rank).collect();
        let ties = vec![5u64, 5, 5, 0, 5, 10, 1];
        let huge = vec![1u64 << 61, 1 << 60, 3, 1 << 59];
        for powers in [contrived, zipf, ties, huge, vec![7], vec![0, 9]] {
            for pause in [1u64, 5, 17, 40, 611, 10_000] {
                let (mut plain, mut lines) =
                    (Priorities::at_genesis(&powers), Priorities::at_genesis(&powers));
                let mut followed = 0;
                for round in 1..=6_000u64 {
                    if round % pause == 0 {
                        let who = (round / pause * 7 % powers.len() as u64) as u32;
                        let power =
                            powers[who as usize] / (1 + round % 3) * u64::from(round % 4 > 0 || who == 1);
                        let changed = [change(who, power.max(u64::from(powers.len() == 1)))];
                        plain.update(&changed);
                        lines.update(&changed);
                    }
                    let expected = plain.advance();
                    assert_eq!(lines.next(), expected, "{powers:?} every {pause}, round {round}");
                    followed += u64::from(lines.quiet >= QUIET);
                }
                lines.leave_lines();
                let priorities =
                    |set: &Priorities| set.members.iter().map(|member| member.priority).collect::<Vec<_>>();
                assert_eq!(priorities(&lines), priorities(&plain));
                assert_eq!(
                    (lines.sum, lines.lowest, lines.highest),
                    (plain.sum, plain.lowest, plain.highest)
                );
                assert_eq!(followed > 0, pause > QUIET, "{pause}");
            }
        }
    }
}
