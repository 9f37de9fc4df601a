//! `tombola trace`: one round told as a story.

use super::schedule::write_schedule;
use crate::cli::failure::Failure;
use crate::cli::options::number::whole;
use crate::cli::options::settings::SizedSettings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::{grouped, percent, print, table};
use crate::cli::{interrupt, scenario};
use clap::Args as ClapArgs;
use std::fmt::Write as _;
use std::path::PathBuf;
use tombola::behaviour::{Attesting, BehaviourAssignment, BlockFlaw, Forging};
use tombola::forging::{
    Ballot, Chain, Full, GenesisRecord, Keyring, Observer, RoundOutcome, Silent, VoteWeight, World,
};
use tombola::ledger::{AccountId, SignedTransaction, State, TransactionFault, Transfer};
use tombola::selection::BlockOutcome;
use tombola::stake::ValidatorId;
use tombola::statistics::wording::counted;

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola trace scenarios/seed.toml
  tombola trace scenarios/faults.toml --round 7 --trial 2
  tombola trace scenarios/seed.toml --rounds 1000 --schedule blocks.csv")]
pub struct TraceArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The round to tell, counted from 1; those before it are played silently
    #[arg(long, value_name = "K", default_value_t = 1, allow_negative_numbers = true, value_parser = whole(1, i64::MAX as u64))]
    pub round: u64,
    /// The trial, counted from 0
    #[arg(long, value_name = "T", default_value_t = 0, allow_negative_numbers = true, value_parser = whole(0, i64::MAX as u64))]
    pub trial: u64,
    /// Instead of a round's story: write who was selected in each round of the trial to FILE, as a
    /// table of blocks (height, proposer) that `tombola audit` reads
    #[arg(long, value_name = "FILE", conflicts_with = "round")]
    pub schedule: Option<PathBuf>,
    /// Replace FILE if it is there already
    #[arg(long, requires = "schedule")]
    pub force: bool,
    #[command(flatten)]
    pub settings: SizedSettings,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// At most this many lines of one list are told; the rest is counted.
const MOST_TOLD: usize = 20;

/// Plays the rounds before the wanted one silently, and tells that one.
pub fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let scenario = scenario::read(&args.file, &args.settings.overrides()?)?;
    scenario::tell_notes(&scenario);
    let world = &scenario.experiment.world;
    let (round, trial) = (args.round, args.trial);
    if round > scenario.experiment.rounds {
        return Err(Failure::CannotRun(format!(
            "--round {round}: the scenario has {}\n  help: ask for an earlier one, or add --rounds {round}",
            counted(scenario.experiment.rounds, "round")
        )));
    }
    if trial >= scenario.experiment.trials {
        return Err(Failure::CannotRun(format!(
            "--trial {trial}: the scenario has {}, counted from 0\n  help: ask for an earlier one, or add --trials {}",
            counted(scenario.experiment.trials, "trial"),
            trial + 1
        )));
    }
    if let Some(target) = &args.schedule {
        return write_schedule(&scenario.experiment, trial, target, args.force, interrupt::watch()?);
    }
    let keys = Keyring::new(world);
    let chain_id = GenesisRecord::new(world, keys.directory(), trial).chain_id();
    let mut chain = Chain::new(world, trial, |state| Full::new(&keys, chain_id, state));
    let ended = |played: u64| {
        Failure::CannotRun(format!(
            "trial {trial} ends after round {played}: fewer than two validators are left with stake\n  help: ask for an earlier round"
        ))
    };
    for played in 0..round - 1 {
        chain.play(&mut Silent).ok_or_else(|| ended(played))?;
    }
    let mut story = Story::new(world, &keys, chain.state().clone());
    chain.play(&mut story).ok_or_else(|| ended(round - 1))?;
    print(&story.text)?;
    Ok(())
}

/// A observer that writes the round down in words.
struct Story<'a> {
    world: &'a World,
    keys: &'a Keyring,
    before: State,
    text: String,
    verified: Vec<(String, Result<(), TransactionFault>)>,
    votes: Vec<String>,
    unseen_votes: usize,
    forger: Option<ValidatorId>,
    slashed: u64,
}

/// Adds a line to the story.
macro_rules! tell {
    ($story:expr) => {
        $story.text.push('\n')
    };
    ($story:expr, $($words:tt)*) => {{
        // Writing to a string cannot fail.
        let _ = writeln!($story.text, $($words)*);
    }};
}

impl<'a> Story<'a> {
    fn new(world: &'a World, keys: &'a Keyring, before: State) -> Self {
        Story {
            world,
            keys,
            before,
            text: String::new(),
            verified: Vec::new(),
            votes: Vec::new(),
            unseen_votes: 0,
            forger: None,
            slashed: 0,
        }
    }

    fn name(&self, account: AccountId) -> &'a str {
        &self.world.names[account.index()]
    }

    fn party(&self, account: Option<AccountId>) -> &'a str {
        account.map_or("an address without an account", |account| self.name(account))
    }

    fn chapter(&mut self, title: &str) {
        tell!(self);
        tell!(self, "{title}");
        tell!(self, "{}", "-".repeat(title.chars().count()));
    }

    /// Accounts worth showing: all if they are few, else the first ones.
    fn shown(&self) -> usize {
        self.world.names.len().min(MOST_TOLD)
    }

    fn tell_rest(&mut self, shown: usize, all: usize) {
        if all > shown {
            tell!(self, "... and {} more", grouped((all - shown) as u128));
        }
    }

    fn tell_accounts(&mut self) {
        let minimum = self.world.protocol.minimum_stake;
        self.chapter("The accounts");
        let shown = self.shown();
        let rows = (0..shown)
            .map(|index| {
                let account = AccountId(index as u32);
                let (balance, stake) = (self.before.balance(account), self.before.stake(account));
                let role = if stake > 0 {
                    "validates".to_owned()
                } else if index < self.world.validators() {
                    "validates no more: its stake is gone".to_owned()
                } else if balance < minimum {
                    format!("may not validate: fewer than {} coins", grouped(minimum.into()))
                } else {
                    "does not wish to validate; it trades".to_owned()
                };
                vec![
                    self.name(account).to_owned(),
                    short(&self.keys.directory().address(account).to_string()),
                    grouped(balance.into()),
                    grouped(stake.into()),
                    role,
                ]
            })
            .collect();
        tell!(self, "{}", table(&["account", "address", "coins", "tokens", "role"], 9, rows));
        self.tell_rest(shown, self.world.names.len());
    }

    fn tell_pool(&mut self) {
        let total: u64 = self.before.stakes().iter().sum();
        self.chapter("The pool");
        tell!(
            self,
            "Every staked coin is a token; a token has an owner and nothing else. There are {} tokens:",
            grouped(total.into())
        );
        let mut first = 0u64;
        let mut rows = Vec::new();
        let mut owners = 0;
        for (index, &stake) in self.before.stakes().iter().enumerate().filter(|(_, stake)| **stake > 0) {
            owners += 1;
            if rows.len() < MOST_TOLD {
                rows.push(vec![
                    self.world.names[index].clone(),
                    format!("{} to {}", grouped(first.into()), grouped((first + stake - 1).into())),
                    percent(Some(stake as f64 / total as f64)),
                ]);
            }
            first += stake;
        }
        let shown = rows.len();
        tell!(self, "{}", table(&["owner", "tokens", "share"], 1, rows));
        self.tell_rest(shown, owners);
    }

    fn tell_balances(&mut self, state: &State) {
        self.chapter("Balances before and after");
        let all = self.world.names.len();
        let changed: Vec<AccountId> = (0..all as u32)
            .map(AccountId)
            .filter(|&account| {
                (self.before.balance(account), self.before.stake(account))
                    != (state.balance(account), state.stake(account))
            })
            .collect();
        if changed.is_empty() {
            tell!(self, "Nobody's coins moved.");
            return;
        }
        let arrow = |before: u64, after: u64| {
            if before == after {
                grouped(before.into())
            } else {
                format!("{} -> {}", grouped(before.into()), grouped(after.into()))
            }
        };
        let rows = changed
            .iter()
            .take(MOST_TOLD)
            .map(|&account| {
                vec![
                    self.name(account).to_owned(),
                    arrow(self.before.balance(account), state.balance(account)),
                    arrow(self.before.stake(account), state.stake(account)),
                ]
            })
            .collect();
        tell!(self, "{}", table(&["account", "coins", "tokens"], 1, rows));
        self.tell_rest(changed.len().min(MOST_TOLD), changed.len());
        tell!(self, "All other accounts are as before.");
    }
}

/// The first digits of a long hexadecimal number.
fn short(hexadecimal: &str) -> String {
    format!("{}...", &hexadecimal[..12.min(hexadecimal.len())])
}

impl Observer<Full<'_>> for Story<'_> {
    fn opened(&mut self, chain: &Chain<Full>) {
        let title = format!("Round {}, for block {}", chain.round(), chain.height() + 1);
        tell!(self, "{title}");
        tell!(self, "{}", "=".repeat(title.chars().count()));
        self.tell_accounts();
        self.tell_pool();
        self.chapter("Waiting transactions");
        let rows: Vec<Vec<String>> = chain
            .waiting()
            .iter()
            .take(MOST_TOLD)
            .map(|waiting| {
                let transaction: &SignedTransaction = &waiting.transaction;
                let find = |address| self.party(self.keys.directory().find(address)).to_owned();
                vec![
                    find(&transaction.sender),
                    find(&transaction.recipient),
                    grouped(transaction.amount.into()),
                    grouped(transaction.fee.into()),
                    transaction.nonce.to_string(),
                    short(&hex::encode(transaction.signature.0)),
                ]
            })
            .collect();
        if rows.is_empty() {
            tell!(self, "None.");
        } else {
            tell!(self, "{}", table(&["from", "to", "coins", "fee", "nonce", "signature"], 9, rows));
            self.tell_rest(chain.waiting().len().min(MOST_TOLD), chain.waiting().len());
        }
    }

    fn selected(&mut self, forger: ValidatorId, token: Option<u64>) {
        self.forger = Some(forger);
        self.chapter("Select");
        let name = self.name(forger.into());
        match token {
            Some(token) => tell!(
                self,
                "A token is drawn, as if from the shuffled pool: number {}. Its owner, {name}, is the forger.",
                grouped(token.into())
            ),
            None => tell!(self, "The rule `{}` selects {name} as the forger.", self.world.rule.name),
        }
        let committee = &self.world.committee.thing;
        let holders = self.before.stakes().iter().filter(|stake| **stake > 0).count() as u64;
        let (who, eligible) = match committee.forger_sits() {
            true => ("the", holders),
            false => ("the other", holders - 1),
        };
        let validators = format!("{who} {}", counted(eligible, "validator"));
        match committee.seats() {
            None if committee.seats_taken(eligible) == Some(eligible) => {
                tell!(self, "T{} are the attestors.", &validators[1..])
            }
            None => tell!(
                self,
                "From {validators} a committee is drawn to attest ({}).",
                self.world.committee.name
            ),
            Some(seats) => {
                tell!(self, "Of {validators}, a committee of {} is drawn to attest.", grouped(seats.into()))
            }
        }
    }

    fn nobody_selected(&mut self) {
        self.chapter("Select");
        tell!(self, "Nobody wins this round's lottery; there is no block.");
    }

    fn stayed_silent(&mut self, forger: ValidatorId) {
        let name = self.name(forger.into());
        tell!(self, "But {name} stays silent: there is no block, and the transactions keep waiting.");
    }

    fn verified(
        &mut self,
        _: &SignedTransaction,
        transfer: &Transfer,
        verdict: Result<(), TransactionFault>,
    ) {
        let line = format!(
            "{} pays {} {} (fee {})",
            self.party(transfer.sender),
            self.party(transfer.recipient),
            grouped(transfer.amount.into()),
            grouped(transfer.fee.into())
        );
        self.verified.push((line, verdict));
    }

    fn broadcast(&mut self, full: &Full, flaw: Option<BlockFlaw>) {
        self.chapter("Verify");
        tell!(
            self,
            "The forger checks each transaction against the state: accounts, signature, amount, nonce, balance."
        );
        let verified = std::mem::take(&mut self.verified);
        let (all, refused) =
            (verified.len(), verified.iter().filter(|(_, verdict)| verdict.is_err()).count());
        for (line, verdict) in verified.iter().take(MOST_TOLD) {
            match verdict {
                Ok(()) => tell!(self, "  valid    {line}"),
                Err(fault) => tell!(self, "  refused  {line}: {fault}"),
            }
        }
        self.tell_rest(all.min(MOST_TOLD), all);
        tell!(self, "{} go into the block, {refused} are refused for good.", all - refused);

        let header = &full.block().header;
        self.chapter("Create");
        if let Some(flaw) = flaw {
            tell!(self, "The forger cheats: {flaw}.");
        }
        tell!(self, "height             {}", header.height);
        tell!(self, "round              {}", header.round);
        tell!(self, "previous hash      {}", hex::encode(header.previous));
        tell!(self, "transactions root  {}", hex::encode(header.transactions_root));
        tell!(self, "forger             {}", header.forger);
        tell!(self, "parent state       {}", hex::encode(header.parent_state));
        tell!(self, "block hash         {}", hex::encode(full.block_hash()));
        self.chapter("Sign");
        tell!(self, "The forger signs the hash with its private key (Ed25519):");
        tell!(self, "{}", hex::encode(full.block().signature.0));
        self.chapter("Broadcast");
        tell!(
            self,
            "The block is encoded to {} bytes and handed to every attestor.",
            grouped(full.block_bytes().len() as u128)
        );
        if full.second_bytes().is_some() {
            tell!(self, "So is a second block for the same round.");
        }
    }

    fn voted(&mut self, attestor: ValidatorId, weight: u64, vote: Option<bool>, lost: bool) {
        if self.votes.len() == MOST_TOLD {
            self.unseen_votes += 1;
            return;
        }
        let kind = self.world.behaviour_of[attestor.index()].attesting;
        let how = match vote {
            Some(true) if kind == Attesting::Approve => "approves without looking",
            Some(true) => "approves",
            Some(false) if kind == Attesting::Reject => "rejects without looking",
            Some(false) => "rejects",
            None if lost => "casts no vote: the block was lost on its way",
            None => "casts no vote: it is offline",
        };
        self.votes.push(format!("{} (weight {}) {how}", self.name(attestor.into()), grouped(weight.into())));
    }

    fn decided(&mut self, full: &Full, ballot: &Ballot, accepted: bool) {
        self.chapter("Attest");
        tell!(
            self,
            "Each attestor decodes the block, checks it against its own view of the chain, and signs a vote."
        );
        let votes = std::mem::take(&mut self.votes);
        let mut cast = full.certificate().votes.iter();
        for line in &votes {
            if line.contains("casts no vote") {
                tell!(self, "  {line}");
            } else if let Some(vote) = cast.next() {
                tell!(self, "  {line}; signature {}", short(&hex::encode(vote.signature.0)));
            }
        }
        self.tell_rest(votes.len(), votes.len() + self.unseen_votes);
        self.chapter("Decide");
        let unit = match self.world.protocol.weight {
            VoteWeight::Heads => "votes",
            VoteWeight::Stake => "tokens of stake",
        };
        let quorum = self.world.protocol.quorum;
        let (approvals, committee) = (ballot.approvals, ballot.committee);
        let reached = if accepted { "at least" } else { "less than" };
        tell!(
            self,
            "{} of {} {unit} approve. The quorum is {quorum}: {approvals} x {} is {reached} {committee} x {}.",
            grouped(approvals.into()),
            grouped(committee.into()),
            quorum.denominator(),
            quorum.numerator()
        );
        if accepted {
            tell!(self, "The block joins the chain.");
        } else {
            tell!(self, "The block is rejected; its transactions wait for the next one.");
        }
    }

    fn slashed(&mut self, _: &Full, _: ValidatorId, amount: u64) {
        self.slashed = amount;
    }

    fn closed(&mut self, _: &Full, state: &State, outcome: &RoundOutcome) {
        if let Some(forger) = self.forger {
            let name = self.name(forger.into());
            match outcome.block_outcome {
                BlockOutcome::Accepted => {
                    self.chapter("Settle");
                    let restake = self.world.protocol.restake;
                    let how = match (restake.compounds(), restake.is_all_at_once()) {
                        (false, _) => "in coins",
                        (true, true) => "as new tokens",
                        (true, false) => "in coins, of which what is restaked becomes tokens when it is due",
                    };
                    let income = grouped(outcome.income.into());
                    tell!(self, "The money moves. {name} earns {income} in reward and fees, {how}.");
                }
                BlockOutcome::Rejected if self.slashed > 0 => {
                    self.chapter("Slash");
                    let slashed = grouped(self.slashed.into());
                    tell!(
                        self,
                        "The rejected block proves that {name} cheated: {slashed} of its tokens are destroyed."
                    );
                }
                BlockOutcome::Rejected
                    if self.world.behaviour_of[forger.index()].forging
                        != BehaviourAssignment::HONEST.forging =>
                {
                    self.chapter("Slash");
                    tell!(self, "The rejected block proves nothing about {name}: nobody is punished.");
                }
                BlockOutcome::Rejected | BlockOutcome::Missed => {}
            }
            debug_assert!(
                outcome.block_outcome != BlockOutcome::Missed
                    || self.world.behaviour_of[forger.index()].forging == Forging::Silent
            );
        }
        self.tell_balances(state);
    }
}
