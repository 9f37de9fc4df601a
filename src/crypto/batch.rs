//! Signatures verified in batches.

use super::{PublicKey, Signature};
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use std::iter::once;

/// Signatures gathered to be verified together, at a fraction of the cost of one by one.
///
/// A batch holds if a random combination of the equations of its signatures holds: the sum over all
/// of z (s B - R - h A) is the neutral element, with coefficients z of 128 bits (Bernstein, Duif,
/// Lange, Schwabe and Yang, "High-speed high-security signatures", section 5). The coefficients are
/// drawn from a hash of everything in the batch, so the same batch always gets the same ones. The
/// terms of one key are added up before they are multiplied with it, so that a batch of few keys
/// costs one multiplication for each signature and one for each key.
///
/// A wrong signature passes with a probability of 2^-128, with one exception: the owner of a key
/// can make, of set purpose, a signature whose point lies outside of the subgroup of prime order,
/// and that may hold in one batch and fail alone. Nobody else can make such a signature.
pub struct SignatureBatch {
    messages: Vec<u8>,
    entries: Vec<Entry>,
    /// The different keys, in the order in which they came.
    keys: Vec<VerifyingKey>,
    /// Only looked up, never iterated: its order has no bearing on anything.
    numbers: HashMap<[u8; 32], usize>,
    /// The encodings that stand for points of small order, signs removed.
    small: [[u8; 32]; 8],
    // Working space, kept so that it is allocated once.
    hashes: Vec<[u8; 64]>,
    coefficients: Vec<Scalar>,
    factors: Vec<Scalar>,
}

/// One signature of a batch.
struct Entry {
    /// Where its message ends in the bytes of all messages.
    end: usize,
    signature: Signature,
    /// The number of its key.
    key: usize,
}

impl Default for SignatureBatch {
    fn default() -> Self {
        SignatureBatch::new()
    }
}

impl SignatureBatch {
    /// A batch with nothing in it.
    pub fn new() -> Self {
        SignatureBatch {
            messages: Vec::new(),
            entries: Vec::new(),
            keys: Vec::new(),
            numbers: HashMap::new(),
            small: EIGHT_TORSION.map(|point| without_sign(point.compress().as_bytes())),
            hashes: Vec::new(),
            coefficients: Vec::new(),
            factors: Vec::new(),
        }
    }

    /// The number of signatures gathered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was gathered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a signature to the batch.
    pub fn push(&mut self, key: &PublicKey, message: &[u8], signature: &Signature) {
        let number = *self.numbers.entry(*key.as_bytes()).or_insert_with(|| {
            self.keys.push(*key.dalek());
            self.keys.len() - 1
        });
        self.messages.extend_from_slice(message);
        self.entries.push(Entry { end: self.messages.len(), signature: *signature, key: number });
    }

    /// Verifies everything gathered, empties the batch, and writes one verdict per signature into
    /// `verdicts` (cleared first). If the batch as a whole fails, each is verified alone, so the
    /// culprits are found.
    pub fn verify(&mut self, verdicts: &mut Vec<bool>) {
        verdicts.clear();
        // For one signature the strict check alone is cheaper than a batch.
        if self.len() > 1 && self.holds_together() {
            verdicts.resize(self.len(), true);
        } else {
            let mut start = 0;
            for entry in &self.entries {
                let message = &self.messages[start..entry.end];
                start = entry.end;
                let key = &self.keys[entry.key];
                verdicts.push(key.verify_strict(message, &entry.signature.dalek()).is_ok());
            }
        }
        self.messages.clear();
        self.entries.clear();
        self.keys.clear();
        self.numbers.clear();
    }

    /// Whether the combined equation holds. `false` also where a signature has a form that the
    /// strict rules refuse.
    fn holds_together(&mut self) -> bool {
        let mut transcript = Sha256::new();
        self.hashes.clear();
        let mut start = 0;
        for Entry { end, signature, key } in &self.entries {
            let hash: [u8; 64] = Sha512::new()
                .chain_update(signature.point())
                .chain_update(self.keys[*key].as_bytes())
                .chain_update(&self.messages[start..*end])
                .finalize()
                .into();
            start = *end;
            transcript.update(hash);
            transcript.update(signature.scalar());
            self.hashes.push(hash);
        }
        self.draw_coefficients(&transcript.finalize().into());

        self.factors.clear();
        self.factors.resize(self.keys.len(), Scalar::ZERO);
        let mut base = Scalar::ZERO;
        for ((entry, hash), z) in self.entries.iter().zip(&self.hashes).zip(&self.coefficients) {
            let canonical: Option<Scalar> = Scalar::from_canonical_bytes(*entry.signature.scalar()).into();
            let Some(s) = canonical else { return false };
            base += z * s;
            self.factors[entry.key] += z * Scalar::from_bytes_mod_order_wide(hash);
        }

        let points = self.entries.iter().map(|entry| self.decompress(entry.signature.point()));
        let keys = self.keys.iter().map(|key| Some(key.to_edwards()));
        EdwardsPoint::optional_multiscalar_mul(
            self.coefficients.iter().copied().chain(self.factors.iter().copied()).chain(once(-base)),
            points.chain(keys).chain(once(Some(ED25519_BASEPOINT_POINT))),
        )
        .is_some_and(|sum| sum.is_identity())
    }

    /// Draws the coefficients from the hash of everything in the batch: 16 bytes each of the
    /// SHA-512 of that hash and a counter.
    fn draw_coefficients(&mut self, seed: &[u8; 32]) {
        self.coefficients.clear();
        for counter in 0..self.entries.len().div_ceil(4) as u64 {
            let drawn = Sha512::new().chain_update(seed).chain_update(counter.to_le_bytes()).finalize();
            let (words, _) = drawn.as_slice().as_chunks::<16>();
            self.coefficients.extend(words.iter().map(|word| Scalar::from(u128::from_le_bytes(*word))));
        }
        self.coefficients.truncate(self.entries.len());
    }

    /// The point of a signature; `None` if the bytes are none, or not the canonical ones, or those
    /// of a point of small order. The strict check refuses all of these too.
    fn decompress(&self, bytes: &[u8; 32]) -> Option<EdwardsPoint> {
        let ordinate = without_sign(bytes);
        let at_least_p =
            ordinate[31] == 0x7f && ordinate[1..31].iter().all(|&byte| byte == 0xff) && ordinate[0] >= 0xed;
        if at_least_p || self.small.contains(&ordinate) {
            return None;
        }
        CompressedEdwardsY(*bytes).decompress()
    }
}

/// The encoding of a point without the bit that tells its sign.
fn without_sign(bytes: &[u8; 32]) -> [u8; 32] {
    let mut ordinate = *bytes;
    ordinate[31] &= 0x7f;
    ordinate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KeyPair;

    /// `count` signatures by `keys` keys in turn, each over a message of its own.
    fn signed(count: usize, keys: usize) -> (Vec<KeyPair>, Vec<([u8; 40], Signature)>) {
        let pairs: Vec<KeyPair> = (0..keys).map(|i| KeyPair::from_secret(&[i as u8; 32])).collect();
        let signed = (0..count)
            .map(|index| {
                let mut message = [0; 40];
                message[..8].copy_from_slice(&index.to_le_bytes());
                (message, pairs[index % keys].sign(&message))
            })
            .collect();
        (pairs, signed)
    }

    fn verdicts(
        batch: &mut SignatureBatch,
        pairs: &[KeyPair],
        signed: &[([u8; 40], Signature)],
    ) -> Vec<bool> {
        for (index, (message, signature)) in signed.iter().enumerate() {
            batch.push(pairs[index % pairs.len()].public(), message, signature);
        }
        let mut verdicts = Vec::new();
        batch.verify(&mut verdicts);
        assert!(batch.is_empty());
        verdicts
    }

    /// Sizes on both sides of every change of algorithm: alone, Straus below 190 points, Pippenger
    /// with wider and wider windows above; with one key, few, and a key for each signature.
    #[test]
    fn honest_batches_hold_together() {
        let mut batch = SignatureBatch::new();
        for count in [0, 1, 2, 3, 5, 150, 250, 600] {
            for keys in [1, 7, count.max(1)] {
                let (pairs, signed) = signed(count, keys);
                for (index, (message, signature)) in signed.iter().enumerate() {
                    batch.push(pairs[index % keys].public(), message, signature);
                }
                assert!(batch.holds_together(), "{count} signatures by {keys} keys");
                let mut verdicts = Vec::new();
                batch.verify(&mut verdicts);
                assert_eq!(verdicts, vec![true; count]);
            }
        }
    }

    /// One bit of one signature, message or key is wrong.
    #[test]
    fn a_batch_finds_its_culprits() {
        let (pairs, honest) = signed(9, 3);
        let mut batch = SignatureBatch::new();
        for bad in [0, 4, 8] {
            for bit in (0..512).step_by(37) {
                let mut signed = honest.clone();
                signed[bad].1.0[bit / 8] ^= 1 << (bit % 8);
                let expected: Vec<bool> = (0..9).map(|index| index != bad).collect();
                assert_eq!(verdicts(&mut batch, &pairs, &signed), expected, "bit {bit} of {bad}");
            }
            let mut signed = honest.clone();
            signed[bad].0[20] ^= 1;
            assert!(!verdicts(&mut batch, &pairs, &signed)[bad]);
        }
        let swapped: Vec<_> = honest.iter().rev().copied().collect();
        assert_eq!(verdicts(&mut batch, &pairs, &swapped), [false, true, false].repeat(3));
    }

    /// Errors that would cancel if all coefficients were alike.
    #[test]
    fn errors_that_cancel_are_found() {
        let (pairs, mut signed) = signed(2, 1);
        let scalar = |signature: &Signature| Scalar::from_canonical_bytes(*signature.scalar()).unwrap();
        let more = (scalar(&signed[0].1) + Scalar::ONE).to_bytes();
        let less = (scalar(&signed[1].1) - Scalar::ONE).to_bytes();
        signed[0].1.0[32..].copy_from_slice(&more);
        signed[1].1.0[32..].copy_from_slice(&less);
        assert_eq!(verdicts(&mut SignatureBatch::new(), &pairs, &signed), [false, false]);
    }

    /// What the strict check refuses for its form alone is refused in a batch: with a point of
    /// small order R and s = h a, the equation itself holds.
    #[test]
    fn points_of_small_order_and_scalars_too_large_are_refused() {
        let (pairs, mut signed) = signed(3, 1);
        let honest = signed.clone();
        let order: [u8; 32] = (Scalar::ZERO - Scalar::ONE).to_bytes();
        let mut sum = [0u8; 32];
        let mut carry = 1u16;
        for index in 0..32 {
            carry += u16::from(order[index]) + u16::from(honest[1].1.0[32 + index]);
            sum[index] = carry as u8;
            carry >>= 8;
        }
        signed[1].1.0[32..].copy_from_slice(&sum);
        assert_eq!(verdicts(&mut SignatureBatch::new(), &pairs, &signed), [true, false, true]);

        use ed25519_dalek::hazmat::ExpandedSecretKey;
        let secret = ExpandedSecretKey::from(&[0; 32]).scalar;
        // The neutral element; the same with its sign bit set; the same written as p + 1.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut negative = neutral;
        negative[31] = 0x80;
        let mut large = [0xff; 32];
        (large[0], large[31]) = (0xee, 0x7f);
        for point in [neutral, negative, large] {
            let key = pairs[0].public();
            let hash: [u8; 64] = Sha512::new()
                .chain_update(point)
                .chain_update(key.as_bytes())
                .chain_update(honest[1].0)
                .finalize()
                .into();
            let s = Scalar::from_bytes_mod_order_wide(&hash) * secret;
            let mut signed = honest.clone();
            signed[1].1.0[..32].copy_from_slice(&point);
            signed[1].1.0[32..].copy_from_slice(s.as_bytes());
            let equation = EdwardsPoint::mul_base(&s)
                - Scalar::from_bytes_mod_order_wide(&hash) * key.dalek().to_edwards();
            assert!(equation.is_identity(), "the forgery is one by its form alone");
            assert_eq!(verdicts(&mut SignatureBatch::new(), &pairs, &signed), [true, false, true]);
        }
    }

    #[test]
    fn the_same_batch_gets_the_same_coefficients() {
        let (pairs, signed) = signed(6, 2);
        let coefficients = |signed: &[([u8; 40], Signature)]| {
            let mut batch = SignatureBatch::new();
            for (index, (message, signature)) in signed.iter().enumerate() {
                batch.push(pairs[index % 2].public(), message, signature);
            }
            batch.holds_together();
            batch.coefficients
        };
        let first = coefficients(&signed);
        assert_eq!(first, coefficients(&signed));
        let mut other = signed.clone();
        other[5].1.0[63] ^= 1;
        assert!(first.iter().zip(&coefficients(&other)).all(|(a, b)| a != b));
        let different: std::collections::BTreeSet<_> = first.iter().map(Scalar::to_bytes).collect();
        assert_eq!(different.len(), 6);
    }
}
