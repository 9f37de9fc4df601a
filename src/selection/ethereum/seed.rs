//! The seeds of an epoch and of its slots, and the RANDAO mix they come from.

use crate::crypto::{Hash, sha256};
use crate::random::Stream;
use rand::Rng;

/// Domain of the seed that draws proposers.
pub const DOMAIN_PROPOSER: [u8; 4] = [0, 0, 0, 0];

/// Domain of the seed that shuffles attestors into committees.
pub const DOMAIN_ATTESTER: [u8; 4] = [1, 0, 0, 0];

/// Domain of the signatures that reveal randomness.
pub const DOMAIN_RANDAO: [u8; 4] = [2, 0, 0, 0];

/// Domain of the seed that draws the sync committee.
pub const DOMAIN_SYNC_COMMITTEE: [u8; 4] = [7, 0, 0, 0];

/// Domain of the seed that draws the payload timeliness committee.
pub const DOMAIN_PTC_ATTESTER: [u8; 4] = [12, 0, 0, 0];

/// A hash that nobody could foresee, from a stream: in place of a mix, a reveal or a seed.
pub fn random_hash(stream: &mut Stream) -> Hash {
    let mut hash = [0; 32];
    stream.fill_bytes(&mut hash);
    hash
}

/// The seed of an epoch for one purpose (`get_seed` of the consensus specification), from the mix
/// that [`Randao::mix_for_seed`] gives.
pub fn epoch_seed(domain: [u8; 4], epoch: u64, mix: &Hash) -> Hash {
    sha256(&[&domain, &epoch.to_le_bytes(), mix])
}

/// The seed that draws the proposer of one slot, slots counted from genesis
/// (`get_beacon_proposer_index` of the consensus specification).
pub fn slot_seed(epoch_seed: &Hash, slot: u64) -> Hash {
    sha256(&[epoch_seed, &slot.to_le_bytes()])
}

/// The running mix of everybody's revealed randomness, and the mixes that ended the last epochs.
pub struct Randao {
    running: Hash,
    /// The mix at the end of the last epoch but one, and of the last. Before there were any, the
    /// genesis mix.
    ended: [Hash; 2],
}

impl Randao {
    /// The state at genesis, where every mix is the same.
    pub fn at_genesis(mix: Hash) -> Self {
        Randao { running: mix, ended: [mix; 2] }
    }

    /// Mixes the hash of a forger's reveal in (`process_randao`).
    pub fn reveal(&mut self, hash: &Hash) {
        for (byte, other) in self.running.iter_mut().zip(hash) {
            *byte ^= other;
        }
    }

    /// Ends the running epoch; the next one goes on from its mix (`process_randao_mixes_reset`).
    pub fn end_epoch(&mut self) {
        self.ended = [self.ended[1], self.running];
    }

    /// The mix that fixes the seeds of the running epoch: the one at the end of the last epoch but
    /// one (MIN_SEED_LOOKAHEAD is 1), so that everybody knows the seeds an epoch ahead.
    pub fn mix_for_seed(&self) -> &Hash {
        &self.ended[0]
    }

    /// The mix that fixes the seeds of the epoch after the running one: the one at the end of the last.
    pub fn mix_for_next_seed(&self) -> &Hash {
        &self.ended[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reveal_counts_two_epochs_later() {
        let mut randao = Randao::at_genesis([7; 32]);
        assert_eq!(randao.mix_for_seed(), &[7; 32]);
        randao.reveal(&[1; 32]);
        randao.end_epoch();
        assert_eq!(randao.mix_for_seed(), &[7; 32]);
        randao.reveal(&[2; 32]);
        randao.end_epoch();
        assert_eq!(randao.mix_for_seed(), &[7 ^ 1; 32]);
        randao.end_epoch();
        assert_eq!(randao.mix_for_seed(), &[7 ^ 1 ^ 2; 32]);
    }
}
