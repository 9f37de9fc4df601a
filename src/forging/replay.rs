//! An exported chain checked again, from its bytes alone.

use super::examine::{BlockFault, Signed, View, check_seal, examine, read};
use super::export::Line;
use super::genesis::{GenesisRecord, ProtocolRecord};
use super::keyring::Directory;
use super::protocol::{Protocol, Weight};
use crate::crypto::{Hash, PublicKey, SignatureBatch};
use crate::law::Ratio;
use crate::ledger::{AccountId, Block, Certificate, DecodeError, State, StateTree, Supply, vote_message};
use crate::registry::{Chosen, Refusal, find};
use crate::reward::REWARDS;
use crate::selection::{COMMITTEES, Committee};
use std::collections::BTreeSet;
use thiserror::Error;

/// Checks an exported chain line by line: hash links, Merkle roots, every signature, every quorum,
/// every offence, and the state after every block.
///
/// What it cannot check is the draw: that the forger of a block was the one the lottery chose is
/// not written in the chain. Neither can it know, where the committee is drawn, who sat on it
/// without voting; where its weight does not follow from its form, it is taken from the votes, each
/// of which signs it.
pub struct Replay {
    record: GenesisRecord,
    protocol: Protocol,
    committee: Chosen<dyn Committee>,
    directory: Directory,
    state: State,
    tree: StateTree,
    genesis_supply: u128,
    view: View,
    /// The states that the chain has been in since the last block: more than one where offences
    /// were punished in between. An honest block that names an earlier one merely came too late.
    states: Vec<Hash>,
    /// The offences that were punished: each proves one cheat, once.
    punished: BTreeSet<Hash>,
    ended: bool,
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
pub enum Finding {
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

impl Finding {
    fn bytes(what: &'static str) -> impl FnOnce(DecodeError) -> Finding {
        move |fault| Finding::Bytes { what, fault }
    }
}

fn parse(text: &str) -> Result<Line, Finding> {
    let line: Line = serde_json::from_str(text).map_err(|error| Finding::Form(error.to_string()))?;
    // One value has one spelling, so that no byte can change unnoticed.
    let again = serde_json::to_string(&line).map_err(|error| Finding::Form(error.to_string()))?;
    if again == text { Ok(line) } else { Err(Finding::Form("it is not in canonical form".into())) }
}

fn unhex(text: &str) -> Result<Vec<u8>, Finding> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Finding::Form("hexadecimal digits must be lower case".into()));
    }
    hex::decode(text).map_err(|error| Finding::Form(format!("not hexadecimal: {error}")))
}

impl ProtocolRecord {
    /// The protocol and the committee that the record describes.
    fn revive(&self) -> Result<(Protocol, Chosen<dyn Committee>), Refusal> {
        let committee = find("committee", COMMITTEES, &self.committee)?;
        let protocol = Protocol {
            minimum_stake: self.minimum_stake,
            quorum: self.quorum,
            weight: self.weight,
            reward: find("reward", REWARDS, &self.reward)?,
            compound: self.compound,
            burn: self.burn,
            slash: self.slash,
            loss: Ratio::ZERO,
        };
        Ok((protocol, committee))
    }
}

impl Replay {
    /// Begins with the first line of an exported chain.
    ///
    /// # Errors
    /// If it is not a genesis record, or an impossible one.
    pub fn begin(text: &str) -> Result<Self, Finding> {
        let Line::Genesis(record) = parse(text)? else {
            return Err(Finding::Form("an exported chain begins with its genesis record".into()));
        };
        let refuse = |problem: &str| Finding::Genesis(problem.to_owned());
        let (protocol, committee) =
            record.protocol.revive().map_err(|error| Finding::Genesis(error.to_string()))?;
        if [protocol.quorum, protocol.burn, protocol.slash].iter().any(|ratio| ratio.exceeds_one()) {
            return Err(refuse("a fraction exceeds one"));
        }
        let validators = usize::try_from(record.validators).unwrap_or(usize::MAX);
        if validators > record.accounts.len() {
            return Err(refuse("there are more validators than accounts"));
        }
        let mut keys = Vec::with_capacity(record.accounts.len());
        for account in &record.accounts {
            let bytes: Option<[u8; 32]> = unhex(&account.public_key)?.try_into().ok();
            let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes));
            keys.push(
                key.ok_or_else(|| Finding::Genesis(format!("the key of {} is not a key", account.name)))?,
            );
        }
        let balances: Vec<u64> = record.accounts.iter().map(|account| account.balance).collect();
        let stakes: Vec<u64> = record.accounts[..validators].iter().map(|account| account.stake).collect();
        if record.accounts[validators..].iter().any(|account| account.stake > 0) {
            return Err(refuse("an account that does not validate holds stake"));
        }
        let genesis_supply = balances.iter().chain(&stakes).map(|&coins| u128::from(coins)).sum();
        if genesis_supply > i64::MAX as u128 {
            return Err(refuse("there are more than 2^63 - 1 coins"));
        }
        let directory = Directory::new(keys);
        let mut state = State::new(balances, stakes);
        state.watch();
        let tree = StateTree::new(&state, directory.addresses());
        let chain = record.chain_id();
        let view = View { chain, height: 1, tip: chain, tip_round: 0, state: tree.commitment(&state) };
        Ok(Replay {
            record,
            protocol,
            committee,
            directory,
            state,
            tree,
            genesis_supply,
            view,
            states: vec![view.state],
            punished: BTreeSet::new(),
            ended: false,
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
    pub fn next(&mut self, text: &str) -> Result<(), Finding> {
        if self.ended {
            return Err(Finding::End("something follows it".into()));
        }
        match parse(text)? {
            Line::Genesis(_) => Err(Finding::Form("a chain has one genesis record".into())),
            Line::Block { bytes, certificate } => self.block(&unhex(&bytes)?, &unhex(&certificate)?),
            Line::Offence { bytes, second } => {
                let second = second.map(|second| unhex(&second)).transpose()?;
                self.offence(&unhex(&bytes)?, second.as_deref())
            }
            Line::End { height, state } => self.end(height, &unhex(&state)?),
        }
    }

    /// What was checked, once the end was reached.
    ///
    /// # Errors
    /// If the chain breaks off before its end.
    pub fn finish(&self) -> Result<ReplaySummary, Finding> {
        if self.ended {
            Ok(self.summary)
        } else {
            Err(Finding::End("it is missing: the chain breaks off".into()))
        }
    }

    /// The chain's beginning.
    pub fn record(&self) -> &GenesisRecord {
        &self.record
    }

    /// The height of the next block.
    pub fn height(&self) -> u64 {
        self.view.height
    }

    /// Counts all coins.
    pub fn supply(&self) -> Supply {
        self.state.supply(self.genesis_supply)
    }

    fn block(&mut self, bytes: &[u8], certificate: &[u8]) -> Result<(), Finding> {
        let mut block = Block::blank();
        block.decode_into(bytes).map_err(Finding::bytes("block"))?;
        let certificate = Certificate::decode(certificate).map_err(Finding::bytes("certificate"))?;
        self.examine(&block)?;
        let forger = self.active(&block)?;
        self.check_certificate(&block, forger, &certificate)?;

        let mut fees = 0u64;
        for transaction in &block.transactions {
            let transfer = read(&self.directory, transaction);
            self.state.settle(&transfer);
            fees += transfer.fee;
        }
        let reward = self.protocol.reward.thing.amount(self.view.height);
        if u128::from(self.state.minted()) + u128::from(reward) + self.genesis_supply > i64::MAX as u128 {
            return Err(Finding::Genesis("the rewards exceed 2^63 - 1 coins".into()));
        }
        self.protocol.pay(&mut self.state, forger, self.view.height, fees);
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
    ) -> Result<(), Finding> {
        let refuse = |problem: String| Err(Finding::Certificate(problem));
        let hash = block.header.hash();
        if certificate.block != hash {
            return refuse(format!(
                "it is about the block {}, not {}",
                hex::encode(certificate.block),
                hex::encode(hash)
            ));
        }
        let others = self.state.stakes().iter().enumerate().filter(|&(index, _)| index != forger.index());
        let committee = certificate.committee;
        let form = &self.committee.thing;
        let possible = match self.protocol.weight {
            Weight::Heads => {
                let heads = others.filter(|&(_, &stake)| stake > 0).count() as u64;
                match form.seats_taken(heads) {
                    Some(seats) => committee == seats,
                    None => committee <= form.seats().unwrap_or(heads),
                }
            }
            Weight::Stake => {
                let active = others.filter(|&(_, &stake)| stake > 0);
                let (heads, all) = active.fold((0, 0), |(heads, all), (_, &stake)| (heads + 1, all + stake));
                if form.seats_taken(heads) == Some(heads) && form.seats_one_each() {
                    committee == all
                } else {
                    committee <= all
                }
            }
        };
        if !possible {
            return refuse(format!("its committee weighs {committee}, which cannot be"));
        }
        let mut voters = BTreeSet::new();
        let mut cast = 0u64;
        for vote in &certificate.votes {
            let attestor = self.directory.find(&vote.attestor);
            let Some(attestor) =
                attestor.filter(|&attestor| self.state.stake(attestor) > 0 && attestor != forger)
            else {
                return refuse(format!("{} may not vote on this block", vote.attestor));
            };
            if !voters.insert(attestor) {
                return refuse(format!("{} votes twice", vote.attestor));
            }
            let due = match self.protocol.weight {
                Weight::Stake => Some(self.state.stake(attestor)),
                Weight::Heads if self.committee.thing.seats_one_each() => Some(1),
                Weight::Heads => None,
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

    fn offence(&mut self, bytes: &[u8], second: Option<&[u8]>) -> Result<(), Finding> {
        let mut block = Block::blank();
        block.decode_into(bytes).map_err(Finding::bytes("block"))?;
        let cheat = self.active(&block)?;
        if !self.punished.insert(block.header.hash()) {
            return Err(Finding::Offence("it was punished before".into()));
        }
        if let Some(second) = second {
            let mut other = Block::blank();
            other.decode_into(second).map_err(Finding::bytes("second block"))?;
            for block in [&block, &other] {
                let directory = &self.directory;
                check_seal(directory, &self.view.chain, block, |signed| {
                    directory.key(signed.signer).verify(signed.message, signed.signature)
                })?;
                // The transactions are no part of the proof, but nobody may have changed them.
                if block.merkle_root(&mut self.hashes) != block.header.transactions_root {
                    return Err(Finding::Offence("the transactions are not those that were signed".into()));
                }
            }
            let same_round = block.header.round == other.header.round;
            if !same_round || block.header.forger != other.header.forger || block.header == other.header {
                return Err(Finding::Offence("these are not two blocks of one forger for one round".into()));
            }
        } else {
            match self.examine(&block) {
                Ok(()) => return Err(Finding::Offence("the block is valid".into())),
                Err(BlockFault::State { found, .. }) if self.states.contains(&found) => {
                    return Err(Finding::Offence(
                        "the block was honest when it was made, and came too late".into(),
                    ));
                }
                Err(fault) if fault.is_proof() => {}
                Err(fault) => return Err(Finding::Offence(fault.to_string())),
            }
        }
        if self.protocol.slash(&mut self.state, cheat) == 0 {
            return Err(Finding::Offence("offences are not punished on this chain".into()));
        }
        self.renew_state();
        self.summary.offences += 1;
        Ok(())
    }

    fn end(&mut self, height: u64, state: &[u8]) -> Result<(), Finding> {
        if height != self.view.height - 1 {
            return Err(Finding::End(format!(
                "it says {height} blocks, but there are {}",
                self.view.height - 1
            )));
        }
        if state != self.view.state {
            return Err(Finding::End(format!(
                "it says the state is {}, but the accounts' state is {}",
                hex::encode(state),
                hex::encode(self.view.state)
            )));
        }
        if !self.supply().is_conserved() {
            return Err(Finding::End("coins were lost or came from nowhere".into()));
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
