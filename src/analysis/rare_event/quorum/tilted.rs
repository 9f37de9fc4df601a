//! How likely a vote goes wrong: exactly where the distribution is known, otherwise by importance sampling.

use super::ballot::{Ballots, Event};
use super::exact::exact;
use super::sum_tree::SumTree;
use crate::analysis::rare_event::uniform;
use crate::analysis::rare_event::weighted_paths::WeightedPaths;
use crate::analysis::rows::QuorumRow;
use crate::forging::World;
use crate::random::Stream;
use crate::selection::{CommitteeDrawer, CommitteeTurn, Seat, SeatDraw};
use crate::simulation::Obstacle;
use crate::stake::ValidatorId;
use crate::statistics::clopper_pearson;
use crate::statistics::distributions::normal_quantile;
use crate::statistics::wording::{grouped, two_digits};

/// Paths by which the tilt is chosen, and how often it is halved.
const PILOT: u64 = 200;
const HALVINGS: u32 = 14;

/// Paths by which that tilt is compared with parts of it.
const PILOT_OF_PARTS: u64 = 2_000;

/// The largest tilt, for a vote of the mean weight.
const MOST_TILT: f64 = 40.0;

/// The largest factor by which a vote is made likelier: e^20.
const MOST_FACTOR: f64 = 20.0;

/// Effective hits with fewer of which an estimate and its standard error mean nothing.
const LEAST_HITS: f64 = 100.0;

/// Attestors of all paths of an estimate, at most.
const MOST_LOOKS: u128 = 3_000_000_000;

/// The probabilities that a valid block is rejected, and that an invalid one is accepted, in a round whose forger
/// the rule selects, or is this one, while stakes are those of the genesis.
///
/// Exact where the votes' distribution is known: binomial, hypergeometric, or a convolution over the weights.
/// Otherwise by importance sampling: seats are drawn, and votes are lost, more often to the side of the event than
/// they should be (exponential tilting of every vote by its weight), as much more as brings about half of the
/// paths there, or a part of that; a path counts with the ratio of its true probability to the one it was played
/// with. The estimate is unbiased whatever the tilt. Committees of which no more is known than their drawer are drawn as they are,
/// and only the losses are tilted. `confidence` is that of the interval, which is normal for the logarithm, and of
/// plain draws Clopper and Pearson's.
///
/// # Errors
/// The setting that stands against it, and why.
pub fn quorum_failures(
    world: &World,
    forger: Option<usize>,
    confidence: f64,
) -> Result<Vec<QuorumRow>, Obstacle> {
    let obstacle = |key, what| Err(Obstacle { key, what });
    let shares = world.rule.thing.expected_shares(&world.stakes);
    let forgers: Vec<(usize, f64)> = match (forger, shares.shares()) {
        (Some(forger), _) => vec![(forger, 1.0)],
        (None, Some(shares)) => shares.iter().copied().enumerate().filter(|forger| forger.1 > 0.0).collect(),
        (None, None) => {
            return obstacle(
                "selection.rule",
                "has no exact shares, so how often each forges is not known; name a forger with --validator",
            );
        }
    };
    let one_path = match world.committee.thing.seat_draw() {
        SeatDraw::Everybody | SeatDraw::Own => world.validators() as u128,
        SeatDraw::ByStake { size, .. } => u128::from(size) * 32,
        SeatDraw::Slice { slots, .. } => 32 * (world.validators() as u128 / u128::from(slots) + 1),
    };
    [Event::ValidRejected, Event::InvalidAccepted]
        .map(|event| {
            let ballots = Ballots { world, event };
            let name = forger.map_or("any", |forger| world.names[forger].as_str());
            let row = |probability, method: &str| QuorumRow {
                event: event.word().to_owned(),
                forger: name.to_owned(),
                quorum: world.protocol.quorum.to_string(),
                probability,
                se: None,
                low: None,
                high: None,
                effective_hits: None,
                method: method.to_owned(),
                note: None,
            };
            if let Some((probability, method)) = exact(&ballots, &forgers) {
                return Ok(row(Some(probability), method));
            }
            if one_path * u128::from(WeightedPaths::ALL) > MOST_LOOKS {
                return Err(Obstacle {
                    key: "population",
                    what: "has too many attestors for a committee of no known distribution",
                });
            }
            let found = Paths::new(ballots, &forgers).estimate();
            let method = match found.tilt > 0.0 {
                true => "importance sampling, 20,000 tilted paths",
                false => "20,000 simulated votes",
            };
            Ok(found.into_row(row(None, method), confidence))
        })
        .into_iter()
        .collect()
}

/// What the paths of an estimate came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct TiltedEstimate {
    pub tilt: f64,
    pub probability: f64,
    pub se: f64,
    pub effective_hits: f64,
}

impl TiltedEstimate {
    fn into_row(self, row: QuorumRow, confidence: f64) -> QuorumRow {
        let paths = WeightedPaths::ALL;
        let TiltedEstimate { tilt, probability, se, effective_hits } = self;
        let row = QuorumRow { effective_hits: Some(effective_hits), ..row };
        if tilt == 0.0 {
            // Plain draws: every hit weighs one.
            let interval = clopper_pearson(effective_hits.round() as u64, paths, confidence);
            let high = interval.map(|interval| interval.high);
            if effective_hits > 0.0 {
                let low = interval.map(|interval| interval.low);
                return QuorumRow { probability: Some(probability), se: Some(se), low, high, ..row };
            }
            let note = format!(
                "cannot tell: no vote of {} came to it; `high` is what that excludes",
                grouped(paths)
            );
            return QuorumRow { high, note: Some(note), ..row };
        }
        if effective_hits >= LEAST_HITS {
            let factor = (normal_quantile((1.0 - confidence) / 2.0) * se / probability).exp();
            return QuorumRow {
                probability: Some(probability),
                se: Some(se),
                low: Some(probability / factor),
                high: Some((probability * factor).min(1.0)),
                ..row
            };
        }
        let note = if effective_hits > 0.0 {
            let needed = (paths as f64 * LEAST_HITS / effective_hits).ceil() as u64;
            format!(
                "cannot tell: the paths to it are worth {effective_hits:.1} hits, and {LEAST_HITS} are needed; about {} paths would do",
                grouped(two_digits(needed))
            )
        } else {
            "cannot tell: no path came to it, so it is rarer than can be found, or impossible".to_owned()
        };
        QuorumRow { note: Some(note), ..row }
    }
}

/// What paths are played of.
pub(super) struct Paths<'a> {
    ballots: Ballots<'a>,
    draw: SeatDraw,
    /// Who forges, by these chances.
    forgers: (Vec<usize>, SumTree),
    /// The chance that somebody's vote is an approval, if it sits.
    approval: Vec<f64>,
    /// The quorum as a number.
    quorum: f64,
    /// The mean weight of a vote.
    scale: f64,
}

/// What a block of paths changes while it goes on.
struct Urn {
    /// What candidates are drawn by, and should be.
    tilted: SumTree,
    exact: SumTree,
    /// The logarithm of what separates them.
    ln_factors: Vec<f64>,
    held: Vec<u64>,
    drawer: Option<Box<dyn CommitteeDrawer>>,
    round: u64,
    members: Vec<Seat>,
}

impl<'a> Paths<'a> {
    pub fn new(ballots: Ballots<'a>, forgers: &[(usize, f64)]) -> Self {
        let world = ballots.world;
        let chance = |i| if ballots.would_approve(i) { ballots.arrival() } else { 0.0 };
        let holders: Vec<f64> =
            world.stakes.iter().filter(|&&stake| stake > 0).map(|&stake| stake as f64).collect();
        let chances: Vec<f64> = forgers.iter().map(|forger| forger.1).collect();
        let quorum = world.protocol.quorum;
        Paths {
            ballots,
            draw: world.committee.thing.seat_draw(),
            forgers: (forgers.iter().map(|forger| forger.0).collect(), SumTree::new(&chances)),
            approval: (0..world.validators()).map(chance).collect(),
            quorum: quorum.numerator() as f64 / quorum.denominator() as f64,
            scale: if ballots.by_stake() {
                holders.iter().sum::<f64>() / holders.len().max(1) as f64
            } else {
                1.0
            },
        }
    }

    /// The same, with committees from their drawer, whatever is known of them.
    #[cfg(test)]
    pub fn drawn_plainly(self) -> Self {
        Paths { draw: SeatDraw::Own, ..self }
    }

    pub fn estimate(&self) -> TiltedEstimate {
        self.estimate_with(self.best_tilt())
    }

    pub fn estimate_with(&self, tilt: f64) -> TiltedEstimate {
        let paths = WeightedPaths::in_blocks(|block| {
            let (mut stream, mut urn) = (self.stream(&format!("block {block}")), self.urn(tilt));
            move || self.path(tilt, &mut urn, &mut stream)
        });
        TiltedEstimate {
            tilt,
            probability: paths.mean(),
            se: paths.standard_error(),
            effective_hits: paths.effective_hits(),
        }
    }

    /// The tilt that brings half of the paths there, or a part of it, whose hits are worth most in a pilot: where
    /// a few heavy votes decide, the hits that are likely under the full tilt can be those that weigh little.
    fn best_tilt(&self) -> f64 {
        let full = self.tilt();
        let worth = |tilt: f64| {
            let (mut stream, mut urn) = (self.stream("pilot of parts"), self.urn(tilt));
            WeightedPaths::played(PILOT_OF_PARTS, || self.path(tilt, &mut urn, &mut stream)).effective_hits()
        };
        if full == 0.0 {
            return full;
        }
        let parts = [1.0, 0.5, 0.25, 0.125, 0.0].map(|part| part * full);
        let worths = parts.map(worth);
        let best =
            (1..parts.len()).fold(0, |best, next| if worths[next] > worths[best] { next } else { best });
        parts[best]
    }

    fn stream(&self, part: &str) -> Stream {
        let event = self.ballots.event.word();
        let forger = if self.forgers.0.len() == 1 { self.forgers.0[0].to_string() } else { "any".to_owned() };
        Stream::of_figure(self.ballots.world.seed, &format!("quorum {event} of {forger} {part}"))
    }

    /// The tilt with which half as many paths get there as with the largest.
    fn tilt(&self) -> f64 {
        let hits = |tilt: f64| {
            let (mut stream, mut urn) = (self.stream("pilot"), self.urn(tilt));
            (0..PILOT).filter(|_| self.path(tilt, &mut urn, &mut stream).0).count()
        };
        let most = hits(MOST_TILT);
        let (mut low, mut high) = (0.0, MOST_TILT);
        if 2 * hits(low) >= most {
            return 0.0;
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if 2 * hits(middle) >= most { high = middle } else { low = middle }
        }
        high
    }

    /// What the logarithm of a vote's chance is changed by, before it is normalised.
    fn push(&self, tilt: f64, weight: u64, approves: bool) -> f64 {
        let towards = match self.ballots.event {
            Event::ValidRejected => 1.0,
            Event::InvalidAccepted => -1.0,
        };
        let part = self.quorum - f64::from(u8::from(approves));
        (tilt * towards * part * weight as f64 / self.scale).clamp(-MOST_FACTOR, MOST_FACTOR)
    }

    /// The logarithm of the mean factor of a validator's vote.
    fn ln_mean(&self, tilt: f64, validator: usize, weight: u64) -> f64 {
        let approval = self.approval[validator];
        let part = |chance: f64, approves| {
            if chance > 0.0 { chance * self.push(tilt, weight, approves).exp() } else { 0.0 }
        };
        (part(approval, true) + part(1.0 - approval, false)).ln()
    }

    fn urn(&self, tilt: f64) -> Urn {
        let world = self.ballots.world;
        let by_stake = matches!(self.draw, SeatDraw::ByStake { .. });
        let exact = world.stakes.iter().map(|&stake| match by_stake {
            true => stake as f64,
            false => f64::from(u8::from(stake > 0)),
        });
        let exact: Vec<f64> = exact.collect();
        let ln_factors: Vec<f64> =
            (0..exact.len()).map(|i| self.ln_mean(tilt, i, self.ballots.weight(i, 1))).collect();
        let tilted: Vec<f64> = exact.iter().zip(&ln_factors).map(|(weight, ln)| weight * ln.exp()).collect();
        Urn {
            tilted: SumTree::new(&tilted),
            exact: SumTree::new(&exact),
            ln_factors,
            held: vec![0; exact.len()],
            drawer: match self.draw {
                SeatDraw::Own => world.committee.thing.drawer(&world.stakes),
                _ => None,
            },
            round: 0,
            members: Vec::new(),
        }
    }

    /// Plays a vote: whether the event took place, and the logarithm of the ratio of its probability to that with
    /// which it was played.
    fn path(&self, tilt: f64, urn: &mut Urn, stream: &mut Stream) -> (bool, f64) {
        let forger = self.forgers.0[self.forgers.1.owner(uniform(stream))];
        let mut ln_ratio = self.seat(forger, urn, stream);
        let (mut approvals, mut committee) = (0, 0);
        for seat in &urn.members {
            let voter = seat.validator.index();
            let (weight, approval) =
                (self.ballots.weight(voter, u64::from(seat.seats)), self.approval[voter]);
            let approves = if approval > 0.0 && approval < 1.0 {
                let ln_mean = self.ln_mean(tilt, voter, weight);
                let chance = approval * (self.push(tilt, weight, true) - ln_mean).exp();
                let approves = uniform(stream) < chance;
                ln_ratio += ln_mean - self.push(tilt, weight, approves);
                approves
            } else {
                approval > 0.0
            };
            committee += weight;
            approvals += if approves { weight } else { 0 };
        }
        (self.ballots.takes_place(approvals, committee), ln_ratio)
    }

    /// Seats the committee; the logarithm of the ratio of its probability to that with which it was drawn.
    fn seat(&self, forger: usize, urn: &mut Urn, stream: &mut Stream) -> f64 {
        let stakes = &self.ballots.world.stakes;
        urn.members.clear();
        match self.draw {
            SeatDraw::Everybody => {
                let voters = (0..stakes.len()).filter(|&i| i != forger && stakes[i] > 0);
                urn.members.extend(voters.map(|i| Seat { validator: ValidatorId(i as u32), seats: 1 }));
                0.0
            }
            SeatDraw::ByStake { size, max } => urn.draw(size, max, Some(forger), stream),
            SeatDraw::Slice { slots, forger_sits } => {
                let listed = stakes.iter().filter(|&&stake| stake > 0).count() as u64;
                let slot = stream.below(slots);
                let members = listed * (slot + 1) / slots - listed * slot / slots;
                let ln_ratio = urn.draw(members, Some(1), None, stream);
                urn.members.retain(|seat| forger_sits || seat.validator.index() != forger);
                ln_ratio
            }
            SeatDraw::Own => {
                urn.round += 1;
                let turn = CommitteeTurn {
                    round: urn.round,
                    forger: ValidatorId(forger as u32),
                    changes: &[],
                    stream,
                };
                if let Some(drawer) = &mut urn.drawer {
                    drawer.draw(turn, &mut urn.members);
                }
                0.0
            }
        }
    }
}

impl Urn {
    /// Draws so many seats, one after the other, from all but `vacant`.
    fn draw(&mut self, size: u64, max: Option<u64>, vacant: Option<usize>, stream: &mut Stream) -> f64 {
        let mut ln_ratio = 0.0;
        let mut changed: Vec<(usize, f64, f64)> = Vec::new();
        let mut set = |urn: &mut Urn, index: usize, part: f64| {
            let (tilted, exact) = (urn.tilted.weight(index), urn.exact.weight(index));
            changed.push((index, tilted, exact));
            urn.exact.set(index, exact * part);
            urn.tilted.set(index, tilted * part);
        };
        if let Some(vacant) = vacant {
            set(self, vacant, 0.0);
        }
        for _ in 0..size {
            if !(self.exact.total() > 0.0 && self.tilted.total() > 0.0) {
                break;
            }
            let drawn = self.tilted.owner(uniform(stream));
            ln_ratio += (self.tilted.total() / self.exact.total()).ln() - self.ln_factors[drawn];
            self.held[drawn] += 1;
            if self.held[drawn] == 1 {
                self.members.push(Seat { validator: ValidatorId(drawn as u32), seats: 1 });
            }
            if let Some(max) = max {
                // Of (max - held + 1) / max before, (max - held) / max is left.
                let held = self.held[drawn];
                set(self, drawn, max.saturating_sub(held) as f64 / (max - held + 1) as f64);
            }
        }
        // In reverse, so that the first note of a candidate is the last to be restored.
        for (index, tilted, exact) in changed.into_iter().rev() {
            self.tilted.set(index, tilted);
            self.exact.set(index, exact);
        }
        for seat in &mut self.members {
            let held = &mut self.held[seat.validator.index()];
            seat.seats = *held as u32;
            *held = 0;
        }
        ln_ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;
    use std::path::Path;

    /// A world of these stakes, of whom the first `faulty` behave like this.
    fn world(stakes: &[u64], faulty: usize, behaviour: &str, attestation: &str) -> World {
        let accounts: Vec<String> = (0..)
            .zip(stakes)
            .map(|(index, stake): (usize, _)| format!("{{ name = 'v{index}', balance = {stake} }}"))
            .collect();
        let names: Vec<String> = (0..faulty).map(|index| format!("'v{index}'")).collect();
        let behaviours = match faulty {
            0 => String::new(),
            _ => format!("[[behaviours]]\nact = '{behaviour}'\naccounts = [{}]\n", names.join(", ")),
        };
        let text = format!(
            "[run]\nseed = 11\nrounds = 10\n[population]\nminimum_stake = 1\naccounts = [{}]\n{behaviours}{attestation}",
            accounts.join(", ")
        );
        load_text(Path::new("quorum.toml"), text, &[]).unwrap().experiment.world
    }

    fn rows(world: &World, forger: Option<usize>) -> [QuorumRow; 2] {
        quorum_failures(world, forger, 0.95).unwrap().try_into().unwrap()
    }

    fn close(row: &QuorumRow, expected: f64, digits: f64) {
        let found = row.probability.unwrap();
        assert!((found / expected - 1.0).abs() < digits && row.se.is_none(), "{row:?} for {expected:e}");
    }

    /// The published values of committees whose seats are drawn independently: a third of the stake is bad for 141
    /// seats, a fifth for 90. Safety needs more than two thirds of the seats; liveness fails with more than one
    /// third of them missing. And 150 seats of which half are bad or more.
    #[test]
    fn published_committees() {
        let drawn = |stakes: &[u64], behaviour, size: u64, quorum: &str| {
            let seats = format!(
                "[attestation]\ncommittee = {{ kind = 'drawn-with-replacement', size = {size} }}\nquorum = '{quorum}'\n"
            );
            rows(&world(stakes, 1, behaviour, &seats), Some(2))
        };
        let (third, fifth) = ([1, 2, 5], [1, 4, 5]);
        close(&drawn(&third, "always-approve", 141, "95/141")[1], 1.6389417069396306e-16, 1e-9);
        close(&drawn(&third, "offline", 141, "2/3")[0], 0.4605122220683778, 1e-9);
        close(&drawn(&fifth, "always-approve", 90, "61/90")[1], 1.3364939110593601e-22, 1e-9);
        close(&drawn(&fifth, "always-reject", 90, "2/3")[0], 0.0009660403163419413, 1e-9);
        close(&drawn(&third, "always-approve", 150, "1/2")[1], 1.8302515423443585e-5, 1e-9);
    }

    /// The same without replacement from 296 of equal stakes: scipy.stats.hypergeom(296, 98, 141) and (296, 59, 90).
    #[test]
    fn committees_of_different_members() {
        let drawn = |faulty, behaviour, size: u64, quorum: &str| {
            let seats = format!(
                "[attestation]\ncommittee = {{ kind = 'drawn', size = {size} }}\nquorum = '{quorum}'\nweight = 'stake'\n"
            );
            rows(&world(&[7; 297], faulty, behaviour, &seats), Some(296))
        };
        close(&drawn(98, "always-approve", 141, "95/141")[1], 9.942016704216254e-38, 1e-9);
        close(&drawn(98, "offline", 141, "2/3")[0], 0.41967254433775575, 1e-9);
        close(&drawn(59, "offline", 90, "2/3")[0], 5.709125986166758e-5, 1e-9);
    }

    /// Everybody votes: every forger, every set of lost blocks, by definition.
    #[test]
    fn everybody_by_enumeration() {
        let stakes = [10, 20, 30, 40, 70, 30];
        for (weight, faulty, behaviour) in [
            ("heads", 0, "offline"),
            ("stake", 1, "offline"),
            ("stake", 3, "always-approve"),
            ("heads", 4, "always-approve"),
        ] {
            let voting = format!("[attestation]\nweight = '{weight}'\n[network]\nloss = '1/8'\n");
            let world = world(&stakes, faulty, behaviour, &voting);
            let mut expected = [0.0, 0.0];
            for (forger, &stake) in stakes.iter().enumerate() {
                for lost in 0..1u32 << 6 {
                    if lost >> forger & 1 == 1 {
                        continue;
                    }
                    let losses = lost.count_ones() as i32;
                    let chance = 0.125f64.powi(losses) * 0.875f64.powi(5 - losses) * stake as f64 / 200.0;
                    for (event, expected) in expected.iter_mut().enumerate() {
                        let (mut yes, mut all) = (0, 0);
                        for voter in (0..6).filter(|&voter| voter != forger) {
                            let weighs = if weight == "heads" { 1 } else { stakes[voter] };
                            let approves = match voter < faulty {
                                true => behaviour == "always-approve",
                                false => event == 0,
                            };
                            all += weighs;
                            yes += if approves && lost >> voter & 1 == 0 { weighs } else { 0 };
                        }
                        let accepted = 4 * yes >= 3 * all;
                        *expected += if accepted == (event == 1) { chance } else { 0.0 };
                    }
                }
            }
            for (row, expected) in rows(&world, None).iter().zip(expected) {
                let found = row.probability.unwrap();
                assert!((found - expected).abs() < 1e-13 && row.se.is_none(), "{row:?} for {expected}");
            }
        }
    }

    /// Tilted paths know nothing of the exact distributions: within four standard errors of them down to 1e-9 and
    /// below, with a standard error of less than a tenth, for every way of drawing.
    #[test]
    fn tilted_paths_agree_with_exact_distributions_far_out() {
        let unequal: Vec<u64> = (1..=40).map(|i| 5 * i).collect();
        for (stakes, faulty, behaviour, voting, rare) in [
            (
                &[1, 2, 5][..],
                1,
                "always-approve",
                "[attestation]\ncommittee = { kind = 'drawn-with-replacement', size = 141 }\nquorum = '95/141'\n",
                1e-15,
            ),
            (
                &[7; 120],
                20,
                "offline",
                "[attestation]\ncommittee = { kind = 'drawn', size = 40 }\nquorum = '3/5'\n",
                1e-6,
            ),
            (
                &[7; 120],
                20,
                "offline",
                "[attestation]\ncommittee = { kind = 'ethereum', slots = 4 }\nquorum = '1/2'\n[network]\nloss = '1/50'\n",
                1e-4,
            ),
            (
                &[7; 120],
                20,
                "offline",
                "[attestation]\ncommittee = { kind = 'ethereum', slots = 7, forger = 'vacant' }\nquorum = '1/2'\n",
                1e-2,
            ),
            (&unequal, 0, "offline", "[attestation]\nweight = 'stake'\n[network]\nloss = '1/200'\n", 1e-10),
            (&unequal, 3, "offline", "[network]\nloss = '1/30'\n", 1e-3),
        ] {
            let world = world(stakes, faulty, behaviour, voting);
            let event = if behaviour == "offline" { Event::ValidRejected } else { Event::InvalidAccepted };
            let (ballots, forgers) = (Ballots { world: &world, event }, [(stakes.len() - 1, 1.0)]);
            let expected = exact(&ballots, &forgers).expect("known").0;
            let found = Paths::new(ballots, &forgers).estimate();
            let near = (found.probability - expected).abs() < 4.0 * found.se;
            assert!(
                near && found.se < 0.1 * expected && expected < rare,
                "{voting}: {expected:e}, {found:?}"
            );
            assert!(found.effective_hits > LEAST_HITS, "{voting}: {found:?}");
        }
    }

    /// Unequal stakes without replacement, weighed by stake, every order of the sitters by definition.
    #[test]
    fn unequal_stakes_agree_with_enumeration() {
        let stakes = [3u64, 90, 50, 4, 80, 60, 70, 100];
        let voting =
            "[attestation]\ncommittee = { kind = 'drawn', size = 3 }\nquorum = '1/2'\nweight = 'stake'\n";
        let world = world(&stakes, 1, "always-approve", voting);
        // The first is bad and light: accepted only beside lighter ones, which the fourth alone is.
        fn seat(stakes: &[u64], open: &[usize], sitting: &[usize], chance: f64) -> f64 {
            if sitting.len() == 3 {
                let all: u64 = sitting.iter().map(|&i| stakes[i]).sum();
                let yes: u64 = sitting.iter().filter(|&&i| i == 1).map(|&i| stakes[i]).sum();
                return if 2 * yes < all { 0.0 } else { chance };
            }
            let total: u64 = open.iter().map(|&i| stakes[i]).sum();
            let next = |&drawn: &usize| {
                let rest: Vec<usize> = open.iter().copied().filter(|&i| i != drawn).collect();
                let longer = [sitting, &[drawn]].concat();
                seat(stakes, &rest, &longer, chance * stakes[drawn] as f64 / total as f64)
            };
            open.iter().map(next).sum()
        }
        assert_eq!(
            rows(&world, Some(7))[1].probability,
            None,
            "the first alone never has half of the weight"
        );
        let mut bad = world.clone();
        bad.behaviour_of.swap(0, 1);
        let expected = seat(&stakes, &[0, 1, 2, 3, 4, 5, 6], &[], 1.0);
        let row = &rows(&bad, Some(7))[1];
        let (found, se) = (row.probability.unwrap(), row.se.unwrap());
        assert!((found - expected).abs() < 4.0 * se && se < 0.05 * expected, "{row:?} for {expected}");
        assert!(row.low.unwrap() < found && found < row.high.unwrap() && row.effective_hits.unwrap() > 100.0);
    }

    /// What is relied on of each committee is what its drawer does: the same votes from the drawer, within four
    /// standard errors; and not those of another committee.
    #[test]
    fn every_drawer_draws_as_it_says() {
        let stakes: Vec<u64> = [300, 5, 20, 20, 90, 60, 45, 10, 10, 40, 75, 30].to_vec();
        let estimates = |committee: &str, weight: &str, rigged: Option<SeatDraw>| {
            let voting = format!(
                "[attestation]\ncommittee = {committee}\nweight = '{weight}'\n[network]\nloss = '1/10'\n"
            );
            let world = world(&stakes, 3, "offline", &voting);
            let ballots = Ballots { world: &world, event: Event::ValidRejected };
            let forgers: Vec<(usize, f64)> = (0..12).map(|i| (i, 1.0 / 12.0)).collect();
            let mut paths = Paths::new(ballots, &forgers);
            assert_ne!(paths.draw, SeatDraw::Own, "{committee}");
            paths.draw = rigged.unwrap_or(paths.draw);
            // A tilt that changes the draws, whether the event is rare or not.
            let tilted = paths.estimate_with(0.3);
            let plain = Paths::new(ballots, &forgers).drawn_plainly().estimate_with(0.0);
            (tilted.probability - plain.probability) / tilted.se.hypot(plain.se)
        };
        for committee in [
            "{ kind = 'drawn', size = 5 }",
            "{ kind = 'drawn-with-replacement', size = 6 }",
            "{ kind = 'decaying-acceptance', size = 6, max = 3 }",
            "{ kind = 'ethereum', slots = 3 }",
            "{ kind = 'ethereum', slots = 5, forger = 'vacant' }",
        ] {
            for weight in ["heads", "stake"] {
                let z = estimates(committee, weight, None);
                assert!(z.abs() < 4.0, "{committee} by {weight}: {z}");
            }
        }
        let rigged = SeatDraw::ByStake { size: 5, max: None };
        assert!(estimates("{ kind = 'drawn', size = 5 }", "heads", Some(rigged)).abs() > 8.0);
    }

    /// Too few hits are no estimate, and say what would be needed; a committee of which only its drawer is known
    /// tells what its draws exclude.
    #[test]
    fn too_few_hits_are_no_estimate() {
        let voting = "[attestation]\ncommittee = { kind = 'partition', size = 60 }\n";
        let stakes: Vec<u64> = (1..=30).collect();
        let [rejected, accepted] = rows(&world(&stakes, 1, "always-approve", voting), Some(29));
        assert_eq!((accepted.probability, accepted.se), (None, None));
        assert!(accepted.note.unwrap().starts_with("cannot tell: no vote of 20,000"));
        let high = accepted.high.unwrap();
        assert!((high / (3.688_879 / 20_000.0) - 1.0).abs() < 1e-3, "{high}");
        assert_eq!(rejected.probability, None);
        let few = TiltedEstimate { tilt: 1.0, probability: 1e-9, se: 5e-10, effective_hits: 4.0 };
        let row = few.into_row(rejected, 0.95);
        assert_eq!(row.probability, None);
        assert!(
            row.note.unwrap().contains("worth 4.0 hits, and 100 are needed; about 500,000 paths would do")
        );
    }
}
