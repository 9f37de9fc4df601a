//! The round in full: real keys, hashes, signatures, encodings, votes.

use super::examine::{View, check_seal, examine, read};
use super::fidelity::{BlockContext, Draft, Fidelity, Waiting};
use super::keyring::Keyring;
use super::protocol::Verification;
use super::verdicts::{Verdicts, VerificationMode};
use crate::behaviour::BlockFlaw;
use crate::crypto::{Hash, Signature};
use crate::ledger::{
    AccountId, Address, Block, CastVote, Certificate, Header, SignedTransaction, State, StateTree, Transfer,
    vote_message,
};
use crate::stake::ValidatorId;

/// The fidelity that makes every byte.
pub struct Full<'k> {
    keys: &'k Keyring,
    chain: Hash,
    tip: Hash,
    tip_round: u64,
    tree: StateTree,
    /// The block as its forger makes it, and its hash.
    block: Block,
    hash: Hash,
    /// Whether the forger signs the block with its own key.
    own_key: bool,
    /// A second block for the same round, and whether the forger makes one.
    second: Block,
    makes_second: bool,
    /// The bytes that reach the attestors.
    bytes: Vec<u8>,
    second_bytes: Vec<u8>,
    /// The blocks as an attestor decodes them.
    received: Block,
    second_received: Block,
    certificate: Certificate,
    verdicts: Verdicts,
    /// Working space, kept so that a round allocates nothing after the first few.
    hashes: Vec<Hash>,
}

impl<'k> Full<'k> {
    /// A chain at genesis whose signatures are verified at once. From here on the state remembers
    /// which accounts change.
    pub fn new(keys: &'k Keyring, chain: Hash, state: &mut State) -> Self {
        Full::at_pace(VerificationMode::AtOnce, keys, chain, state)
    }

    /// The same with signatures verified at the given verification_mode. With [`VerificationMode::Ahead`],
    /// [`super::Chain::conclude`] must be asked after the last round whether the rounds stand.
    pub fn at_pace(
        verification_mode: VerificationMode,
        keys: &'k Keyring,
        chain: Hash,
        state: &mut State,
    ) -> Self {
        state.watch();
        Full {
            keys,
            chain,
            tip: chain,
            tip_round: 0,
            tree: StateTree::new(state, keys.directory().addresses()),
            block: Block::blank(),
            hash: [0; 32],
            own_key: true,
            second: Block::blank(),
            makes_second: false,
            bytes: Vec::new(),
            second_bytes: Vec::new(),
            received: Block::blank(),
            second_received: Block::blank(),
            certificate: Certificate::blank(),
            verdicts: Verdicts::new(verification_mode),
            hashes: Vec::new(),
        }
    }

    /// The chain's identity.
    pub fn chain(&self) -> &Hash {
        &self.chain
    }

    /// The keys that everybody knows.
    pub fn keys(&self) -> &Keyring {
        self.keys
    }

    /// The last block that was made.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The hash of the last block that was made.
    pub fn block_hash(&self) -> &Hash {
        &self.hash
    }

    /// The bytes of the last block that was broadcast.
    pub fn block_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of the second block for the same round, if one was broadcast.
    pub fn second_bytes(&self) -> Option<&[u8]> {
        self.makes_second.then_some(self.second_bytes.as_slice())
    }

    /// The votes on the last block.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Commitment to the state as it is now.
    pub fn commitment(&mut self, state: &mut State) -> Hash {
        self.tree.update(state, self.keys.directory().addresses());
        self.tree.commitment(state)
    }

    fn address(&self, account: AccountId) -> Address {
        self.keys.directory().address(account)
    }

    /// Whether the attestors have seen a second block for the same round: another one, signed by
    /// the same forger.
    fn second_holds(&mut self) -> bool {
        if !self.makes_second || self.second_received.decode_into(&self.second_bytes).is_err() {
            return false;
        }
        let (directory, verdicts) = (self.keys.directory(), &mut self.verdicts);
        let (first, second) = (&self.received.header, &self.second_received);
        second.header.round == first.round
            && second.header.forger == first.forger
            && second.header != *first
            && check_seal(directory, &self.chain, second, |signed| {
                verdicts.of(directory.key(signed.signer), signed.message, signed.signature, true)
            })
            .is_ok()
    }
}

/// Turns a hash into another one, for forgers who lie about it.
fn spoil(hash: &mut Hash) {
    hash[0] ^= 1;
}

impl Fidelity for Full<'_> {
    type Transaction = SignedTransaction;

    const CASTS_VOTES: bool = true;

    fn issue(&mut self, draft: &Draft) -> SignedTransaction {
        let stranger = self.keys.stranger();
        let party = |account: Option<AccountId>| match account {
            Some(account) => self.address(account),
            None => Address::of(stranger.public()),
        };
        let transfer = &draft.transfer;
        let unsigned = SignedTransaction {
            sender: party(transfer.sender),
            recipient: party(transfer.recipient),
            amount: transfer.amount,
            fee: transfer.fee,
            nonce: transfer.nonce,
            signature: Signature([0; 64]),
        };
        // Whoever signs without the sender's key can only use a key of its own.
        let key = match transfer.sender {
            Some(sender) if draft.signed => self.keys.pair(sender),
            _ => stranger,
        };
        unsigned.sign(&self.chain, key)
    }

    fn read(&self, transaction: &SignedTransaction) -> Transfer {
        read(self.keys.directory(), transaction)
    }

    fn admit(&mut self, fresh: &mut [Waiting<SignedTransaction>]) {
        let directory = self.keys.directory();
        for Waiting { transaction, signature_holds, .. } in fresh.iter() {
            if let Some(sender) = directory.find(&transaction.sender) {
                let message = transaction.message(&self.chain);
                let key = directory.key(sender);
                self.verdicts.ask(key, &message, &transaction.signature, *signature_holds);
            }
        }
        let mut verdicts = self.verdicts.answer().iter();
        for waiting in fresh.iter_mut() {
            // A stranger's key is known to nobody.
            let known = directory.find(&waiting.transaction.sender).is_some();
            waiting.signature_holds = known && verdicts.next().copied().unwrap_or(false);
        }
    }

    fn create(
        &mut self,
        site: &BlockContext,
        state: &mut State,
        waiting: &[Waiting<SignedTransaction>],
        extra: Option<&SignedTransaction>,
        flaw: Option<BlockFlaw>,
    ) {
        let parent_state = self.commitment(state);
        let block = &mut self.block;
        block.transactions.clear();
        block.transactions.extend(waiting.iter().map(|waiting| waiting.transaction));
        if flaw == Some(BlockFlaw::InvalidTransaction) {
            block.transactions.extend(extra);
        }
        block.header = Header {
            height: site.height,
            round: site.round,
            previous: self.tip,
            transactions_root: block.merkle_root(&mut self.hashes),
            forger: self.keys.directory().address(site.forger.into()),
            parent_state,
        };
        match flaw {
            Some(BlockFlaw::WrongHeight) => block.header.height += 1,
            Some(BlockFlaw::WrongRound) => block.header.round = self.tip_round,
            Some(BlockFlaw::WrongPrevious) => spoil(&mut block.header.previous),
            Some(BlockFlaw::WrongMerkleRoot) => spoil(&mut block.header.transactions_root),
            Some(BlockFlaw::WrongState) => spoil(&mut block.header.parent_state),
            _ => {}
        }
        self.hash = block.header.hash();
        self.makes_second = flaw == Some(BlockFlaw::SecondBlock);
        if self.makes_second {
            self.second.header = self.block.header;
            self.second.transactions.clone_from(&self.block.transactions);
            self.second.transactions.extend(extra);
            self.second.header.transactions_root = self.second.merkle_root(&mut self.hashes);
        }
    }

    fn sign(&mut self, forger: ValidatorId, flaw: Option<BlockFlaw>) {
        let message = Header::message(&self.chain, &self.hash);
        self.own_key = flaw != Some(BlockFlaw::WrongKey);
        let key = if self.own_key { self.keys.pair(forger.into()) } else { self.keys.stranger() };
        self.block.signature = key.sign(&message);
        if self.makes_second {
            let message = Header::message(&self.chain, &self.second.header.hash());
            self.second.signature = key.sign(&message);
        }
    }

    fn broadcast(&mut self) {
        self.bytes.clear();
        self.block.encode(&mut self.bytes);
        if self.makes_second {
            self.second_bytes.clear();
            self.second.encode(&mut self.second_bytes);
        }
        self.certificate.block = self.hash;
        self.certificate.committee = 0;
        self.certificate.votes.clear();
    }

    fn examine(
        &mut self,
        site: &BlockContext,
        state: &mut State,
        waiting: &[Waiting<SignedTransaction>],
        verification: Verification,
    ) -> bool {
        if self.received.decode_into(&self.bytes).is_err() {
            return false;
        }
        let directory = self.keys.directory();
        let header = &self.received.header;
        if header.round != site.round || header.forger != directory.address(site.forger.into()) {
            return false;
        }
        let view = View {
            chain: self.chain,
            height: site.height,
            tip: self.tip,
            tip_round: self.tip_round,
            state: self.tree.commitment(state),
        };
        let (verdicts, own_key) = (&mut self.verdicts, self.own_key);
        let valid = examine(&self.received, &view, state, directory, &mut self.hashes, |signed| {
            let known = signed.transaction.and_then(|(place, transaction)| {
                waiting.get(place).filter(|waiting| waiting.transaction == *transaction)
            });
            let expected = match (known, signed.transaction) {
                (Some(known), _) if verification == Verification::Shared => return known.signature_holds,
                (Some(known), _) => known.signature_holds,
                // What a cheat slips in is well signed by itself.
                (None, Some(_)) => true,
                (None, None) => own_key,
            };
            verdicts.of(directory.key(signed.signer), signed.message, signed.signature, expected)
        })
        .is_ok();
        valid && !self.second_holds()
    }

    fn cast(&mut self, attestor: AccountId, weight: u64, committee: u64, approves: bool) {
        let message = vote_message(&self.chain, &self.hash, weight, committee, approves);
        let signature = self.keys.pair(attestor).sign(&message);
        self.certificate.committee = committee;
        self.certificate.votes.push(CastVote {
            attestor: self.address(attestor),
            weight,
            approves,
            signature,
        });
    }

    fn count(&mut self) -> u64 {
        let directory = self.keys.directory();
        let certificate = &self.certificate;
        for vote in &certificate.votes {
            let message =
                vote_message(&self.chain, &self.hash, vote.weight, certificate.committee, vote.approves);
            if let Some(attestor) = directory.find(&vote.attestor) {
                self.verdicts.ask(directory.key(attestor), &message, &vote.signature, true);
            }
        }
        let verdicts = self.verdicts.answer();
        let valid = certificate.votes.iter().zip(verdicts).filter(|(vote, holds)| **holds && vote.approves);
        valid.map(|(vote, _)| vote.weight).sum()
    }

    fn append(&mut self) {
        self.tip = self.hash;
        self.tip_round = self.block.header.round;
    }

    fn conclude(&mut self) -> bool {
        self.verdicts.stand()
    }
}
