//! The round in full: real keys, hashes, signatures, encodings, votes.

use super::examine::{View, examine, read, signature_holds};
use super::fidelity::{Draft, Fidelity, Site, Waiting};
use super::keyring::Keyring;
use crate::behaviour::BlockFlaw;
use crate::crypto::{Hash, Signature, SignatureBatch};
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
    /// A second block for the same round, if the forger makes one.
    second: Option<Block>,
    /// The bytes that reach the attestors.
    bytes: Vec<u8>,
    second_bytes: Vec<u8>,
    /// The block as an attestor decodes it.
    received: Block,
    certificate: Certificate,
    // Working space, kept so that a round allocates nothing after the first few.
    batch: SignatureBatch,
    verdicts: Vec<bool>,
    hashes: Vec<Hash>,
}

impl<'k> Full<'k> {
    /// A chain at genesis. From here on the state remembers which accounts change.
    pub fn new(keys: &'k Keyring, chain: Hash, state: &mut State) -> Self {
        state.watch();
        Full {
            keys,
            chain,
            tip: chain,
            tip_round: 0,
            tree: StateTree::new(state, keys.directory().addresses()),
            block: Block::blank(),
            hash: [0; 32],
            second: None,
            bytes: Vec::new(),
            second_bytes: Vec::new(),
            received: Block::blank(),
            certificate: Certificate::blank(),
            batch: SignatureBatch::new(),
            verdicts: Vec::new(),
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
        self.second.as_ref().map(|_| self.second_bytes.as_slice())
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

    fn seal(&self, block: &mut Block, forger: ValidatorId) {
        let message = Header::message(&self.chain, &block.header.hash());
        block.signature = self.keys.pair(forger.into()).sign(&message);
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
        for waiting in fresh.iter() {
            let transaction = &waiting.transaction;
            if let Some(sender) = directory.find(&transaction.sender) {
                self.batch.push(
                    directory.key(sender),
                    &transaction.message(&self.chain),
                    &transaction.signature,
                );
            }
        }
        self.batch.verify(&mut self.verdicts);
        let mut verdicts = self.verdicts.iter();
        for waiting in fresh.iter_mut() {
            let known = directory.find(&waiting.transaction.sender).is_some();
            waiting.signature_holds = known && verdicts.next().copied().unwrap_or(false);
        }
    }

    fn create(
        &mut self,
        site: &Site,
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
        self.second = (flaw == Some(BlockFlaw::SecondBlock)).then(|| {
            let mut second = self.block.clone();
            second.transactions.extend(extra);
            second.header.transactions_root = second.merkle_root(&mut self.hashes);
            second
        });
    }

    fn sign(&mut self, forger: ValidatorId, flaw: Option<BlockFlaw>) {
        let message = Header::message(&self.chain, &self.hash);
        self.block.signature = match flaw {
            Some(BlockFlaw::WrongKey) => self.keys.stranger().sign(&message),
            _ => self.keys.pair(forger.into()).sign(&message),
        };
        if let Some(mut second) = self.second.take() {
            self.seal(&mut second, forger);
            self.second = Some(second);
        }
    }

    fn broadcast(&mut self) {
        self.bytes.clear();
        self.block.encode(&mut self.bytes);
        if let Some(second) = &self.second {
            self.second_bytes.clear();
            second.encode(&mut self.second_bytes);
        }
        self.certificate.block = self.hash;
        self.certificate.committee = 0;
        self.certificate.votes.clear();
    }

    fn examine(&mut self, site: &Site, state: &mut State, waiting: &[Waiting<SignedTransaction>]) -> bool {
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
        // Each distinct signature is checked once: for a transaction that was handed in, the
        // verdict of that moment is shared; for any other it is sought now.
        let valid = examine(
            &self.received,
            &view,
            state,
            directory,
            &mut self.hashes,
            |place, transaction, transfer| match waiting.get(place) {
                Some(known) if known.transaction == *transaction => known.signature_holds,
                _ => signature_holds(directory, &view.chain, transfer.sender, transaction),
            },
        )
        .is_ok();
        valid && self.second.is_none()
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
                self.batch.push(directory.key(attestor), &message, &vote.signature);
            }
        }
        self.batch.verify(&mut self.verdicts);
        let valid =
            certificate.votes.iter().zip(&self.verdicts).filter(|(vote, holds)| **holds && vote.approves);
        valid.map(|(vote, _)| vote.weight).sum()
    }

    fn append(&mut self) {
        self.tip = self.hash;
        self.tip_round = self.block.header.round;
    }
}
