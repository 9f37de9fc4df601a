//! One chain and its rounds.

use super::attestor_roster::AttestorRoster;
use super::fidelity::{BlockContext, Fidelity, Waiting};
use super::lottery::Lottery;
use super::observer::Observer;
use super::payroll::Payroll;
use super::restake::StakeMove;
use super::wallets::Wallets;
use super::world::World;
use crate::behaviour::{BlockFlaw, Forging};
use crate::ledger::{State, Supply, TransactionFault};
use crate::random::{Purpose, Stream};
use crate::reward::CountedVote;
use crate::selection::{BlockOutcome, Seat, StakeChange, TrialContext};
use crate::stake::ValidatorId;

/// One trial's chain: its state, its waiting transactions and its random numbers.
pub struct Chain<'w, F: Fidelity> {
    pub(super) world: &'w World,
    pub(super) fidelity: F,
    pub(super) state: State,
    pub(super) roster: AttestorRoster,
    pub(super) lottery: Lottery,
    pub(super) members: Vec<Seat>,
    pub(super) payroll: Payroll,
    /// The approving votes on the block and who cast none, kept where the reward policy asks.
    pub(super) votes: Vec<CountedVote>,
    pub(super) absent: Vec<ValidatorId>,
    pub(super) wallets: Wallets,
    pub(super) waiting: Vec<Waiting<F::Transaction>>,
    /// A transaction that a cheat slips into its block.
    pub(super) extra: Option<F::Transaction>,
    pub(super) last_settled: Option<F::Transaction>,
    pub(super) streams: Streams,
    pub(super) height: u64,
    pub(super) counters: Counters,
    /// Seats drawn so far, for each validator; kept only where a committee is drawn.
    pub(super) seats: Vec<u64>,
    /// Validators whose stake is gone, and how many rounds had a forger until then.
    pub(super) left: Vec<(ValidatorId, u64)>,
}

/// The streams of one trial beside those of the lottery, one for each purpose.
pub(super) struct Streams {
    pub(super) transactions: Stream,
    pub(super) faults: Stream,
}

/// What happened on a chain, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Rounds that were played.
    pub rounds: u64,
    /// Rounds in which nobody was selected.
    pub empty: u64,
    /// Rounds that several won, so that a tie had to be broken; where the rule can say so.
    pub contested: u64,
    /// Rounds in which the forger made no block.
    pub silent: u64,
    /// Blocks that joined the chain.
    pub accepted: u64,
    /// Blocks that were rejected.
    pub rejected: u64,
    /// Invalid blocks that joined the chain because the attestors let them.
    pub invalid_accepted: u64,
    /// Cheats that were proven and punished.
    pub slashings: u64,
    /// Transactions that were settled.
    pub settled: u64,
    /// Transactions that were refused, by fault.
    pub refused: [u64; TransactionFault::ALL.len()],
    /// Transactions that were never handed in, because too many waited or nobody could pay.
    pub held_back: u64,
    /// Fees that were paid, including what was burnt of them.
    pub fees: u64,
}

/// What became of one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundOutcome {
    /// Who was selected, if anybody was.
    pub forger: Option<ValidatorId>,
    /// What became of its block.
    pub block_outcome: BlockOutcome,
    /// What the forger earned with the block: reward and fees less what was burnt.
    pub income: u64,
    /// What it lost as a proven cheat.
    pub slashed: u64,
}

impl<'w, F: Fidelity> Chain<'w, F> {
    /// A chain at genesis. `open` makes the fidelity from the genesis state.
    pub fn new(world: &'w World, trial: u64, open: impl FnOnce(&mut State) -> F) -> Self {
        let mut state = State::new(world.balances.clone(), world.stakes.clone());
        let stream = |purpose| Stream::of_trial(world.seed, trial, purpose);
        let context = TrialContext { stakes: &world.stakes, seed: world.seed, trial };
        let lottery = Lottery::new(&*world.rule.thing, &*world.committee.thing, &context);
        Chain {
            world,
            fidelity: open(&mut state),
            roster: AttestorRoster::new(&world.behaviour_of, &world.stakes),
            members: Vec::new(),
            payroll: Payroll::new(&world.protocol, &state, world.seed, trial),
            votes: Vec::new(),
            absent: Vec::new(),
            wallets: Wallets::new(world),
            waiting: Vec::new(),
            extra: None,
            last_settled: None,
            streams: Streams { transactions: stream(Purpose::Transactions), faults: stream(Purpose::Faults) },
            height: 0,
            counters: Counters::default(),
            seats: if lottery.draws_committees() { vec![0; world.validators()] } else { Vec::new() },
            left: Vec::new(),
            lottery,
            state,
        }
    }

    /// Plays one round. `None` if fewer than two validators hold stake: then the chain cannot go
    /// on, and nothing happens.
    pub fn play<W: Observer<F>>(&mut self, observer: &mut W) -> Option<RoundOutcome> {
        if self.roster.validators() < 2 {
            return None;
        }
        self.lottery.open();
        self.counters.rounds += 1;
        self.gather();
        observer.opened(self);
        let outcome = self.forge(observer);
        self.lottery.close(outcome.forger, outcome.block_outcome);
        observer.closed(&self.fidelity, &self.state, &outcome);
        Some(outcome)
    }

    /// The story of a round, from the draw to the settlement.
    fn forge<W: Observer<F>>(&mut self, observer: &mut W) -> RoundOutcome {
        let Some(forger) = self.select(observer) else {
            self.counters.empty += 1;
            return RoundOutcome { forger: None, block_outcome: BlockOutcome::Missed, income: 0, slashed: 0 };
        };
        let mut outcome =
            RoundOutcome { forger: Some(forger), block_outcome: BlockOutcome::Missed, income: 0, slashed: 0 };
        let flaw = match self.world.behaviour_of[forger.index()].forging {
            Forging::Honest => None,
            Forging::Flawed(flaw) => Some(flaw.unwrap_or_else(|| self.draw_flaw())),
            Forging::Silent => {
                self.counters.silent += 1;
                observer.stayed_silent(forger);
                if self.penalise(forger) {
                    observer.penalised(&self.fidelity, forger);
                }
                return outcome;
            }
        };
        let site = BlockContext { height: self.height + 1, round: self.lottery.round(), forger };
        self.verify(observer);
        self.create(&site, flaw);
        self.sign(forger, flaw);
        self.broadcast(flaw, observer);
        let ballot = self.attest(&site, observer);
        if self.decide(&ballot, observer) {
            outcome.block_outcome = BlockOutcome::Accepted;
            outcome.income = self.settle(&site, flaw);
        } else {
            outcome.block_outcome = BlockOutcome::Rejected;
            self.counters.rejected += 1;
            if flaw.is_some_and(BlockFlaw::is_proof) {
                outcome.slashed = self.slash(forger, observer);
            }
            // A proven cheat pays for the block that is missing too; the proof stands for both.
            if self.penalise(forger) && outcome.slashed == 0 {
                observer.penalised(&self.fidelity, forger);
            }
        }
        outcome
    }

    /// Takes what it costs a forger that its round has no block; whether it costs anything.
    fn penalise(&mut self, forger: ValidatorId) -> bool {
        let penalised = self.payroll.missed(&self.world.protocol, &mut self.state, forger);
        if penalised {
            self.stakes_moved();
        }
        penalised
    }

    /// Carries out what was put off, and tells whether everything that was taken for granted until
    /// then was true; if not, all rounds so far are void. To be called after the last round.
    pub fn conclude(&mut self) -> bool {
        self.fidelity.conclude()
    }

    fn draw_flaw(&mut self) -> BlockFlaw {
        BlockFlaw::ALL[self.streams.faults.below(BlockFlaw::ALL.len() as u64) as usize]
    }

    /// Takes note of what payments, penalties and slashing did to stakes: for the roster, the rule and
    /// the committee.
    pub(super) fn stakes_moved(&mut self) {
        let mut moves = std::mem::take(self.payroll.moves());
        for one in moves.drain(..) {
            self.stake_changed(one);
        }
        *self.payroll.moves() = moves;
    }

    fn stake_changed(&mut self, moved: StakeMove) {
        let StakeMove { validator, old, new: stake } = moved;
        self.roster.change(validator, old, stake);
        if stake == 0 {
            self.left.push((validator, self.counters.rounds - self.counters.empty));
        }
        self.lottery.stake_changed(StakeChange { validator, stake });
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        Counters { contested: self.lottery.battles().unwrap_or(0), ..self.counters }
    }

    /// In how many rounds so far each validator won the lottery by itself, before a battle was decided;
    /// `None` under rules that draw one winner.
    pub fn leads(&self) -> Option<&[u64]> {
        self.lottery.leads()
    }

    /// The state of all accounts.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The number of the round that is being played, or was played last.
    pub fn round(&self) -> u64 {
        self.lottery.round()
    }

    /// The height of the last block.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// What it began with.
    pub fn world(&self) -> &World {
        self.world
    }

    /// What was paid.
    pub fn payroll(&self) -> &Payroll {
        &self.payroll
    }

    /// The transactions that wait.
    pub fn waiting(&self) -> &[Waiting<F::Transaction>] {
        &self.waiting
    }

    /// What makes the bytes, if anything does, together with the state.
    pub fn fidelity(&self) -> &F {
        &self.fidelity
    }

    /// The same, to ask for a commitment to the state.
    pub fn fidelity_with_state(&mut self) -> (&mut F, &mut State) {
        (&mut self.fidelity, &mut self.state)
    }

    /// The seats that each validator was given on committees, `wins` being how often each was
    /// selected. Where everybody but the forger attests, these are the rounds with a forger other
    /// than itself, as long as it held stake.
    pub fn seats(&self, wins: impl Iterator<Item = u64>) -> Vec<u64> {
        if self.lottery.draws_committees() {
            return self.seats.clone();
        }
        let selections = self.counters.rounds - self.counters.empty;
        let mut seats: Vec<u64> = wins.map(|wins| selections - wins).collect();
        for &(validator, until) in &self.left {
            seats[validator.index()] -= selections - until;
        }
        seats
    }

    /// Counts all coins.
    pub fn supply(&self) -> Supply {
        self.state.supply(self.world.genesis_supply())
    }
}
