//! An exported chain checked again, from its bytes alone.

use super::examine::{BlockFault, Signed, View, check_seal, examine, read};
use super::export::ChainLine;
use super::genesis::GenesisRecord;
use super::genesis_check::Beginning;
use super::keyring::Directory;
use super::lottery::Lottery;
use super::payroll::{Payroll, Settlement};
use super::protocol::{Protocol, VoteWeight};
use super::restake::StakeMove;
use crate::crypto::{Hash, SignatureBatch};
use crate::ledger::{
    AccountId, Address, Block, Certificate, DecodeError, Header, State, StateTree, Supply, vote_message,
};
use crate::registry::Chosen;
use crate::reward::{CountedVote, Genesis};
use crate::selection::{BlockOutcome, Committee, Seat, Selection, StakeChange, TrialContext};
use crate::stake::ValidatorId;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// At most so many rounds without a line of their own are drawn again between two lines, so that a
/// number in a file cannot cost more time than the file is long.
const MOST_ROUNDS_BETWEEN: u64 = 100_000;

/// Checks an exported chain line by line: hash links, Merkle roots, every signature, the draw of every
/// round and its committee, every quorum, every offence, and the state after every block.
///
/// Where the record names a rule that this program does not have, the draw is not checked
/// ([`Replay::undrawn`]). Then the weight of a drawn committee, where it does not follow from its
/// form, is taken from the votes, each of which signs it.
pub struct Replay {
    record: GenesisRecord,
    protocol: Protocol,
    committee: Chosen<dyn Committee>,
    /// `None` if there is no rule to draw by.
    lottery: Option<Lottery>,
    members: Vec<Seat>,
    directory: Directory,
    payroll: Payroll,
    state: State,
    tree: StateTree,
    genesis_supply: u128,
    /// How many validators hold stake.
    active: u64,
    view: View,
    /// The states that the chain has been in since the last block: more than one where offences
    /// were punished in between. An honest block that names an earlier one merely came too late.
    states: Vec<Hash>,
    /// The round of the last line. A round has one line at most.
    round: u64,
    ended: bool,
    /// Whether a signature has held: it is over the genesis record too, which was not changed then.
    anchored: bool,
    summary: ReplaySummary,
    hashes: Vec<Hash>,
    batch: SignatureBatch,
    verdicts: Vec<bool>,
}

/// What was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReplaySummary {
    /// Blocks on the chain.
    pub blocks: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// Votes in their certificates.
    pub votes: u64,
    /// Offences that were punished.
    pub offences: u64,
}

/// Why a chain does not hold.
#[derive(Debug, Error)]
pub enum ReplayFinding {
    /// The line is not what an exported chain consists of.
    #[error("the line is not part of an exported chain: {0}")]
    Form(String),
    /// The genesis record does not make sense.
    #[error("the genesis record is impossible: {0}")]
    Genesis(String),
    /// The bytes are not a block, or not a certificate.
    #[error("the bytes of the {what} cannot be read: {fault}")]
    Bytes {
        /// What they should be.
        what: &'static str,
        /// What is wrong with them.
        fault: DecodeError,
    },
    /// The block is invalid.
    #[error("the block is invalid: {0}")]
    Block(#[from] BlockFault),
    /// The first line that is signed does not belong to the genesis record. Its signature is over the hash
    /// of the whole record, so no more can be said than that one of the two lines was changed.
    #[error(
        "either line 1 or this one was changed: the block was made for a genesis record with the hash {}, and that of line 1 has {}",
        hex::encode(named),
        hex::encode(found)
    )]
    OtherGenesis {
        /// The hash that the block names.
        named: Hash,
        /// The hash of the record.
        found: Hash,
    },
    /// Somebody forged, or attested, whom the lottery did not choose, or in a round that was over.
    #[error("the draw does not hold: {0}")]
    Draw(String),
    /// The certificate does not carry the block.
    #[error("the certificate does not hold: {0}")]
    Certificate(String),
    /// The offence proves nothing.
    #[error("the offence is not proven: {0}")]
    Offence(String),
    /// The end does not fit the chain.
    #[error("the end does not fit the chain: {0}")]
    End(String),
}

impl ReplayFinding {
    fn bytes(what: &'static str) -> impl FnOnce(DecodeError) -> ReplayFinding {
        move |fault| ReplayFinding::Bytes { what, fault }
    }
}

fn parse(text: &str) -> Result<ChainLine, ReplayFinding> {
    let line: ChainLine =
        serde_json::from_str(text).map_err(|error| ReplayFinding::Form(error.to_string()))?;
    // One value has one spelling, so that no byte can change unnoticed.
    let again = serde_json::to_string(&line).map_err(|error| ReplayFinding::Form(error.to_string()))?;
    if again == text { Ok(line) } else { Err(ReplayFinding::Form("it is not in canonical form".into())) }
}

fn unhex(text: &str) -> Result<Vec<u8>, ReplayFinding> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(ReplayFinding::Form("hexadecimal digits must be lower case".into()));
    }
    hex::decode(text).map_err(|error| ReplayFinding::Form(format!("not hexadecimal: {error}")))
}

impl Replay {
    /// Begins with the first line of an exported chain.
    ///
    /// # Errors
    /// If it is not a genesis record, or an impossible one.
    pub fn begin(text: &str) -> Result<Self, ReplayFinding> {
        let ChainLine::Genesis(record) = parse(text)? else {
            return Err(ReplayFinding::Form("an exported chain begins with its genesis record".into()));
        };
        let Beginning { protocol, rule, committee, directory, mut state, supply } =
            record.revive().map_err(ReplayFinding::Genesis)?;
        let context = TrialContext { stakes: state.stakes(), seed: record.seed, trial: record.trial };
        let lottery = rule.map(|rule| Lottery::new(&*rule.thing, &*committee.thing, &context));
        state.watch();
        let tree = StateTree::new(&state, directory.addresses());
        let payroll = Payroll::new(&protocol, &state, record.seed, record.trial);
        let chain = record.chain_id();
        let view = View { chain, height: 1, tip: chain, tip_round: 0, state: tree.commitment(&state) };
        Ok(Replay {
            record: *record,
            protocol,
            committee,
            lottery,
            members: Vec::new(),
            directory,
            active: state.stakes().len() as u64,
            payroll,
            state,
            tree,
            genesis_supply: supply,
            view,
            states: vec![view.state],
            round: 0,
            ended: false,
            anchored: false,
            summary: ReplaySummary::default(),
            hashes: Vec::new(),
            batch: SignatureBatch::new(),
            verdicts: Vec::new(),
        })
    }

    /// Checks the next line.
    ///
    /// # Errors
    /// What is wrong with it. The replay must not be continued then.
    pub fn next(&mut self, text: &str) -> Result<(), ReplayFinding> {
        if self.ended {
            return Err(ReplayFinding::End("something follows it".into()));
        }
        match parse(text)? {
            ChainLine::Genesis(_) => Err(ReplayFinding::Form("a chain has one genesis record".into())),
            ChainLine::Block { bytes, certificate } => self.block(&unhex(&bytes)?, &unhex(&certificate)?),
            ChainLine::Missed { round, forger } => self.missed(round, &forger),
            ChainLine::Offence { round, bytes, second } => {
                let second = second.map(|second| unhex(&second)).transpose()?;
                self.offence(round, &unhex(&bytes)?, second.as_deref())
            }
            ChainLine::End { height, state } => self.end(height, &unhex(&state)?),
        }
    }

    /// What was checked, once the end was reached.
    ///
    /// # Errors
    /// If the chain breaks off before its end.
    pub fn finish(&self) -> Result<ReplaySummary, ReplayFinding> {
        if self.ended {
            Ok(self.summary)
        } else {
            Err(ReplayFinding::End("it is missing: the chain breaks off".into()))
        }
    }

    /// What can have been changed where a line does not hold, if that is not the line itself.
    pub fn advice(finding: &ReplayFinding) -> Option<&'static str> {
        match finding {
            ReplayFinding::OtherGenesis { .. } => Some(
                "the signature of a block is over every setting, seed, name, key and stake in line 1; compare both lines with a copy of the chain",
            ),
            ReplayFinding::Block(BlockFault::Previous { .. }) => Some(
                "the block is as its forger signed it: lines before it are missing, or not in their order",
            ),
            ReplayFinding::Block(BlockFault::State { .. }) => Some(
                "the block is as its forger signed it: look at the votes in the line of the block before it, and at lines of offences and missed blocks between the two",
            ),
            _ => None,
        }
    }

    /// The chain's beginning.
    pub fn record(&self) -> &GenesisRecord {
        &self.record
    }

    /// The rule that the record names, if this program does not have it: then nobody can draw again.
    pub fn undrawn(&self) -> Option<&str> {
        self.lottery.is_none().then_some(self.record.protocol.rule.kind.as_str())
    }

    /// The height of the next block.
    pub fn height(&self) -> u64 {
        self.view.height
    }

    /// Counts all coins.
    pub fn supply(&self) -> Supply {
        self.state.supply(self.genesis_supply)
    }

    fn block(&mut self, bytes: &[u8], certificate: &[u8]) -> Result<(), ReplayFinding> {
        let mut block = Block::blank();
        block.decode_into(bytes).map_err(ReplayFinding::bytes("block"))?;
        let certificate = Certificate::decode(certificate).map_err(ReplayFinding::bytes("certificate"))?;
        self.examine(&block).map_err(|fault| self.blamed(fault, &block.header))?;
        self.anchored = true;
        let forger = self.active(&block)?;
        self.draw(block.header.round, forger)?;
        self.check_certificate(&block, forger, &certificate)?;

        let mut fees = 0u64;
        for transaction in &block.transactions {
            let transfer = read(&self.directory, transaction);
            self.state.settle(&transfer);
            fees += transfer.fee;
        }
        let genesis = Genesis {
            stake: self.record.accounts.iter().map(|account| account.stake).sum(),
            supply: self.genesis_supply as u64,
        };
        let most = self.protocol.reward.thing.most(genesis, self.view.height);
        if most.saturating_add(self.genesis_supply) > i64::MAX as u128 {
            return Err(ReplayFinding::Genesis("the rewards exceed 2^63 - 1 coins".into()));
        }
        let (votes, absent) = self.turnout(forger, &certificate)?;
        let settlement = Settlement {
            height: self.view.height,
            round: block.header.round,
            forger: ValidatorId(forger.0),
            fees,
            votes: &votes,
            absent: &absent,
        };
        self.payroll.settle(&self.protocol, &mut self.state, &settlement);
        self.close(forger, BlockOutcome::Accepted);
        self.view.tip = block.header.hash();
        self.view.tip_round = block.header.round;
        self.view.height += 1;
        self.states.clear();
        self.renew_state();
        self.summary.blocks += 1;
        self.summary.transactions += block.transactions.len() as u64;
        self.summary.votes += certificate.votes.len() as u64;
        Ok(())
    }

    /// A fault of a block, or of the genesis record that its signature is over: as long as no signature has
    /// held, one that does not hold says nothing against the block if it names another record.
    fn blamed(&self, fault: BlockFault, header: &Header) -> ReplayFinding {
        let (named, found) = (header.previous, self.view.chain);
        match fault {
            BlockFault::Signature | BlockFault::Forger { .. } if !self.anchored && named != found => {
                ReplayFinding::OtherGenesis { named, found }
            }
            fault => ReplayFinding::Block(fault),
        }
    }

    /// What has to be said of a line that does not fit the lines before it if none of them is signed.
    fn unsigned_so_far(&self) -> &'static str {
        match self.anchored {
            true => "",
            false => "; no line before is signed, so it may be the genesis record that was changed",
        }
    }

    /// Who approved and who of the committee cast no vote, where the reward policy asks.
    fn turnout(
        &self,
        forger: AccountId,
        certificate: &Certificate,
    ) -> Result<(Vec<CountedVote>, Vec<ValidatorId>), ReplayFinding> {
        let policy = &self.protocol.reward.thing;
        if !policy.needs_votes() {
            return Ok(Default::default());
        }
        let by_heads = self.protocol.weight == VoteWeight::Heads;
        let mut votes = Vec::with_capacity(certificate.votes.len());
        let mut voters = BTreeSet::new();
        for vote in &certificate.votes {
            let Some(who) = self.directory.find(&vote.attestor) else { continue };
            voters.insert(who);
            if vote.approves {
                let seats = if by_heads { vote.weight } else { 1 };
                votes.push(CountedVote { validator: ValidatorId(who.0), seats });
            }
        }
        if !policy.needs_absent() {
            return Ok((votes, Vec::new()));
        }
        let Some(seated) = self.seats(forger) else {
            let rule = &self.record.protocol.rule.kind;
            return Err(ReplayFinding::Draw(format!(
                "who was absent is penalised, but without the rule `{rule}` nobody can tell who that was"
            )));
        };
        let absent = seated.into_keys().filter(|who| !voters.contains(who));
        Ok((votes, absent.map(|who| ValidatorId(who.0)).collect()))
    }

    /// A round without a block that joined the chain, for which its forger is penalised.
    fn missed(&mut self, round: u64, forger: &str) -> Result<(), ReplayFinding> {
        let bytes: Option<[u8; 20]> = unhex(forger)?.try_into().ok();
        let found = bytes.and_then(|bytes| self.directory.find(&Address(bytes)));
        let Some(forger) = found.filter(|&who| self.state.stake(who) > 0) else {
            let problem = "who is said to have made no block holds no stake";
            return Err(ReplayFinding::Draw(format!("{problem}{}", self.unsigned_so_far())));
        };
        self.draw(round, forger).map_err(|finding| match finding {
            ReplayFinding::Draw(problem) => ReplayFinding::Draw(problem + self.unsigned_so_far()),
            other => other,
        })?;
        if !self.payroll.missed(&self.protocol, &mut self.state, ValidatorId(forger.0)) {
            return Err(ReplayFinding::Offence(
                "a block that is not made costs nothing on this chain".into(),
            ));
        }
        self.close(forger, BlockOutcome::Missed);
        self.renew_state();
        Ok(())
    }

    fn examine(&mut self, block: &Block) -> Result<(), BlockFault> {
        let chain = self.view.chain;
        for transaction in &block.transactions {
            if let Some(sender) = self.directory.find(&transaction.sender) {
                self.batch.push(
                    self.directory.key(sender),
                    &transaction.message(&chain),
                    &transaction.signature,
                );
            }
        }
        self.batch.verify(&mut self.verdicts);
        let (directory, mut verdicts) = (&self.directory, self.verdicts.iter());
        let verdict = |signed: &Signed| match signed.transaction {
            Some(_) => verdicts.next().copied().unwrap_or(false),
            None => directory.key(signed.signer).verify(signed.message, signed.signature),
        };
        examine(block, &self.view, &mut self.state, directory, &mut self.hashes, verdict)
    }

    /// The forger of a block, who must be a validator with stake.
    fn active(&self, block: &Block) -> Result<AccountId, BlockFault> {
        let found = block.header.forger;
        let forger =
            self.directory.find(&found).ok_or(BlockFault::Forger { found, problem: "has no account" })?;
        if self.state.stake(forger) == 0 {
            return Err(BlockFault::Forger { found, problem: "holds no stake" });
        }
        Ok(forger)
    }

    fn check_certificate(
        &mut self,
        block: &Block,
        forger: AccountId,
        certificate: &Certificate,
    ) -> Result<(), ReplayFinding> {
        let refuse = |problem: String| Err(ReplayFinding::Certificate(problem));
        let hash = block.header.hash();
        if certificate.block != hash {
            return refuse(format!(
                "it is about the block {}, not {}",
                hex::encode(certificate.block),
                hex::encode(hash)
            ));
        }
        let committee = certificate.committee;
        let sits = self.committee.thing.forger_sits();
        let drawn = self.seats(forger);
        match &drawn {
            Some(weights) => {
                let seated: u64 = weights.values().sum();
                if committee != seated {
                    let problem =
                        format!("its committee weighs {committee}, but the one that was drawn {seated}");
                    return Err(ReplayFinding::Draw(problem));
                }
            }
            None if self.is_possible(forger, certificate) => {}
            None => return refuse(format!("its committee weighs {committee}, which cannot be")),
        }
        let mut voters = BTreeSet::new();
        let mut cast = 0u64;
        for vote in &certificate.votes {
            let attestor = self.directory.find(&vote.attestor);
            let Some(attestor) =
                attestor.filter(|&attestor| self.state.stake(attestor) > 0 && (sits || attestor != forger))
            else {
                return refuse(format!("{} may not vote on this block", vote.attestor));
            };
            if !voters.insert(attestor) {
                return refuse(format!("{} votes twice", vote.attestor));
            }
            let due = match &drawn {
                Some(weights) => {
                    let weight = weights.get(&attestor).copied();
                    Some(weight.ok_or_else(|| {
                        let name = self.named(attestor);
                        ReplayFinding::Draw(format!("{name} votes, who was not drawn for the committee"))
                    })?)
                }
                None => match self.protocol.weight {
                    VoteWeight::Stake => Some(self.state.stake(attestor)),
                    VoteWeight::Heads if self.committee.thing.seats_one_each() => Some(1),
                    VoteWeight::Heads => None,
                },
            };
            if due.is_some_and(|due| due != vote.weight) {
                return refuse(format!("{} votes with weight {}", vote.attestor, vote.weight));
            }
            cast = cast.saturating_add(vote.weight);
            let message = vote_message(&self.view.chain, &hash, vote.weight, committee, vote.approves);
            self.batch.push(self.directory.key(attestor), &message, &vote.signature);
        }
        self.batch.verify(&mut self.verdicts);
        if let Some(bad) = self.verdicts.iter().position(|holds| !holds) {
            return refuse(format!(
                "the signature of {}'s vote is not its own",
                certificate.votes[bad].attestor
            ));
        }
        if cast > committee {
            return refuse(format!("votes of weight {cast} were cast in a committee of {committee}"));
        }
        if committee == 0 || !self.protocol.quorum.is_reached_by(certificate.approvals(), committee) {
            return refuse(format!(
                "approvals of weight {} of {committee} do not reach the quorum of {}",
                certificate.approvals(),
                self.protocol.quorum
            ));
        }
        Ok(())
    }

    fn offence(&mut self, round: u64, bytes: &[u8], second: Option<&[u8]>) -> Result<(), ReplayFinding> {
        let mut block = Block::blank();
        block.decode_into(bytes).map_err(ReplayFinding::bytes("block"))?;
        let cheat = self.active(&block).map_err(|fault| self.blamed(fault, &block.header))?;
        match second {
            None => self.check_proof(round, &block)?,
            Some(second) => {
                let mut other = Block::blank();
                other.decode_into(second).map_err(ReplayFinding::bytes("second block"))?;
                self.check_pair(round, &block, &other)?;
            }
        }
        self.anchored = true;
        self.draw(round, cheat)?;
        if self.payroll.slash(&self.protocol, &mut self.state, ValidatorId(cheat.0)) == 0 {
            return Err(ReplayFinding::Offence("offences are not punished on this chain".into()));
        }
        self.payroll.missed(&self.protocol, &mut self.state, ValidatorId(cheat.0));
        self.close(cheat, BlockOutcome::Rejected);
        self.renew_state();
        self.summary.offences += 1;
        Ok(())
    }

    /// One block that contradicts the chain at this place, under its forger's own signature.
    ///
    /// A block belongs to the place whose last block it names, and to the state that it builds on:
    /// punishing an offence is a change of the state, so that no other place has the same.
    fn check_proof(&mut self, round: u64, block: &Block) -> Result<(), ReplayFinding> {
        let refuse = |problem: String| Err(ReplayFinding::Offence(problem));
        let fault = match self.examine(block) {
            Ok(()) => return refuse("the block is valid".into()),
            Err(fault) => fault,
        };
        let header = &block.header;
        match &fault {
            BlockFault::Signature if !self.anchored => return Err(self.blamed(fault.clone(), header)),
            BlockFault::State { found, .. } if self.states.contains(found) => {
                return refuse("the block was honest when it was made, and came too late".into());
            }
            fault if !fault.is_proof() => return refuse(fault.to_string()),
            BlockFault::State { .. } => {}
            _ if header.parent_state != self.view.state => {
                return refuse(
                    "the block was not made here: it builds on another state of the accounts".into(),
                );
            }
            _ => {}
        }
        // Who lies about the round must have been drawn in that of the line.
        if !matches!(fault, BlockFault::Round { .. }) && header.round != round {
            return refuse(format!("the block is of round {}, not {round}", header.round));
        }
        Ok(())
    }

    /// Two blocks of one forger for this place. It makes no difference which of them comes first.
    fn check_pair(&mut self, round: u64, block: &Block, other: &Block) -> Result<(), ReplayFinding> {
        for block in [block, other] {
            let directory = &self.directory;
            check_seal(directory, &self.view.chain, block, |signed| {
                directory.key(signed.signer).verify(signed.message, signed.signature)
            })
            .map_err(|fault| self.blamed(fault, &block.header))?;
            // The transactions are no part of the proof, but nobody may have changed them.
            if block.merkle_root(&mut self.hashes) != block.header.transactions_root {
                return Err(ReplayFinding::Offence("the transactions are not those that were signed".into()));
            }
        }
        let forger = block.header.forger;
        if block.header == other.header || other.header.forger != forger {
            return Err(ReplayFinding::Offence("these are not two blocks of one forger".into()));
        }
        let View { height, tip, state, .. } = self.view;
        let here = |block: &Block| {
            let Header { height: at, round: when, previous, parent_state, .. } = block.header;
            (at, when, previous, parent_state) == (height, round, tip, state)
        };
        if !here(block) || !here(other) {
            return Err(ReplayFinding::Offence(format!(
                "these are not two blocks for round {round} and height {height}, after the last block and the last offence"
            )));
        }
        Ok(())
    }

    /// Draws again up to the given round, in which this validator must have been selected.
    fn draw(&mut self, round: u64, forger: AccountId) -> Result<(), ReplayFinding> {
        let refuse = |problem: String| Err(ReplayFinding::Draw(problem));
        if round <= self.round {
            return refuse(format!(
                "round {round} is over, for the line before is about round {}: every round has one block or one offence",
                self.round
            ));
        }
        let between = round - self.round - 1;
        if between > MOST_ROUNDS_BETWEEN {
            return refuse(format!(
                "there are {between} rounds between round {} and round {round}; at most {MOST_ROUNDS_BETWEEN} are drawn again",
                self.round
            ));
        }
        if self.active < 2 {
            return refuse("fewer than two validators hold stake, so no round can be played any more".into());
        }
        self.round = round;
        let Some(lottery) = &mut self.lottery else { return Ok(()) };
        let chosen = loop {
            lottery.open();
            let chosen = match lottery.select() {
                Selection::Forger { validator, .. } => Some(validator),
                Selection::Nobody => None,
            };
            if let Some(validator) = chosen {
                lottery.seat(validator, &mut self.members);
            }
            if lottery.round() == round {
                break chosen;
            }
            // Rounds without a line: no rule tells a missed block from a rejected one.
            lottery.close(chosen, BlockOutcome::Missed);
        };
        match chosen.map(AccountId::from) {
            Some(chosen) if chosen == forger => Ok(()),
            Some(chosen) => refuse(format!(
                "{} forges in round {round}, but {} was selected",
                self.named(forger),
                self.named(chosen)
            )),
            None => {
                refuse(format!("{} forges in round {round}, but nobody was selected", self.named(forger)))
            }
        }
    }

    /// Ends the round of a line, in which stakes may have changed.
    fn close(&mut self, forger: AccountId, block_outcome: BlockOutcome) {
        for StakeMove { validator, old, new: stake } in self.payroll.moves().drain(..) {
            self.active -= u64::from(stake == 0 && old > 0);
            if let Some(lottery) = &mut self.lottery {
                lottery.stake_changed(StakeChange { validator, stake });
            }
        }
        if let Some(lottery) = &mut self.lottery {
            lottery.close(Some(ValidatorId(forger.0)), block_outcome);
        }
    }

    /// Everybody on the committee of the round that was drawn last, with its weight; `None` if nobody
    /// can draw.
    fn seats(&self, forger: AccountId) -> Option<BTreeMap<AccountId, u64>> {
        let lottery = self.lottery.as_ref()?;
        let weight = |attestor: AccountId, seats: u64| match self.protocol.weight {
            VoteWeight::Heads => (attestor, seats),
            VoteWeight::Stake => (attestor, self.state.stake(attestor)),
        };
        if lottery.draws_committees() {
            return Some(
                self.members.iter().map(|seat| weight(seat.validator.into(), seat.seats.into())).collect(),
            );
        }
        let everybody = self.state.stakes().iter().enumerate();
        let others = everybody.filter(|&(index, &stake)| stake > 0 && index != forger.index());
        Some(others.map(|(index, _)| weight(AccountId(index as u32), 1)).collect())
    }

    /// Whether a committee can have the weight that a certificate names, as far as its form tells.
    fn is_possible(&self, forger: AccountId, certificate: &Certificate) -> bool {
        let form = &self.committee.thing;
        let sits = form.forger_sits();
        let (heads, most) = (self.active - u64::from(!sits), form.seats().unwrap_or(u64::MAX));
        if certificate.votes.len() as u64 > most {
            return false;
        }
        let committee = certificate.committee;
        let taken = form.seats_taken(heads);
        match self.protocol.weight {
            VoteWeight::Heads => match taken {
                Some(seats) => committee == seats,
                None => committee <= form.seats().unwrap_or(heads),
            },
            VoteWeight::Stake => {
                let own = if sits { 0 } else { self.state.stake(forger) };
                let all = self.state.stakes().iter().sum::<u64>() - own;
                let everybody = taken == Some(heads) && form.seats_one_each();
                if everybody { committee == all } else { committee <= all }
            }
        }
    }

    /// An account's name and address.
    fn named(&self, account: AccountId) -> String {
        let name = &self.record.accounts[account.index()].name;
        format!("{name} ({})", self.directory.address(account))
    }

    fn end(&mut self, height: u64, state: &[u8]) -> Result<(), ReplayFinding> {
        if height != self.view.height - 1 {
            return Err(ReplayFinding::End(format!(
                "it says {height} blocks, but there are {}",
                self.view.height - 1
            )));
        }
        if state != self.view.state {
            return Err(ReplayFinding::End(format!(
                "it says the state is {}, but the accounts' state is {}: the votes of the last block or a line after it were changed{}",
                hex::encode(state),
                hex::encode(self.view.state),
                self.unsigned_so_far()
            )));
        }
        if !self.supply().is_conserved() {
            return Err(ReplayFinding::End("coins were lost or came from nowhere".into()));
        }
        self.ended = true;
        Ok(())
    }

    fn renew_state(&mut self) {
        self.tree.update(&mut self.state, self.directory.addresses());
        self.view.state = self.tree.commitment(&self.state);
        self.states.push(self.view.state);
    }
}
