//! Merkle root of a list of leaves.

use super::{Hash, sha256};

/// The Merkle tree hash of RFC 6962 (section 2.1) over leaves that are already hashes.
///
/// Leaves and nodes are hashed under different prefixes, and an odd node is carried up rather
/// than paired with itself, so that no two different lists have the same root. `hashes` is
/// consumed as working space: it is left empty. O(n), no allocation.
pub fn merkle_root(hashes: &mut Vec<Hash>) -> Hash {
    if hashes.is_empty() {
        return sha256(&[]);
    }
    for hash in hashes.iter_mut() {
        *hash = sha256(&[&[0], hash.as_slice()]);
    }
    let mut length = hashes.len();
    while length > 1 {
        for pair in 0..length / 2 {
            hashes[pair] = sha256(&[&[1], &hashes[2 * pair], &hashes[2 * pair + 1]]);
        }
        if length % 2 == 1 {
            hashes[length / 2] = hashes[length - 1];
        }
        length = length.div_ceil(2);
    }
    let root = hashes[0];
    hashes.clear();
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 6962, recursively: split at the largest power of two below n.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => sha256(&[]),
            1 => sha256(&[&[0], &leaves[0]]),
            n => {
                let split = 1 << (n - 1).ilog2();
                sha256(&[&[1], &by_definition(&leaves[..split]), &by_definition(&leaves[split..])])
            }
        }
    }

    #[test]
    fn equals_the_recursive_definition() {
        for n in 0..70u8 {
            let leaves: Vec<Hash> = (0..n).map(|i| sha256(&[&[i]])).collect();
            assert_eq!(merkle_root(&mut leaves.clone()), by_definition(&leaves), "{n} leaves");
        }
    }

    #[test]
    fn repeating_the_last_leaf_changes_the_root() {
        // The flaw of Bitcoin's tree (CVE-2012-2459).
        let three: Vec<Hash> = (0..3u8).map(|i| sha256(&[&[i]])).collect();
        let mut four = three.clone();
        four.push(three[2]);
        assert_ne!(merkle_root(&mut three.clone()), merkle_root(&mut four));
    }
}
