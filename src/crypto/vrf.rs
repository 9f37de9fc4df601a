//! A verifiable random function over Ed25519 keys.

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::scalar::clamp_integer;
use curve25519_dalek::{EdwardsPoint, Scalar};
use sha2::{Digest, Sha512};

/// ECVRF-EDWARDS25519-SHA512-TAI.
const SUITE: u8 = 0x03;

/// The 64 bytes of a verifiable random function: unpredictable without the secret key, and the only
/// ones its owner can prove.
pub type VrfOutput = [u8; 64];

/// A key pair of the verifiable random function ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, section
/// 5.5, suite 3). Secrets are those of Ed25519 (RFC 8032), and so are the public keys.
///
/// Not hardened against timing: a simulation has nobody to hide from.
pub struct VrfKeyPair {
    secret: Scalar,
    /// The second half of the expanded secret, from which nonces are derived.
    nonce_key: [u8; 32],
    public: VrfPublicKey,
}

impl VrfKeyPair {
    /// The key pair of a 32-byte secret seed.
    pub fn from_secret(seed: &[u8; 32]) -> Self {
        let expanded: [u8; 64] = Sha512::digest(seed).into();
        let secret = Scalar::from_bytes_mod_order(clamp_integer(first_half(&expanded)));
        let nonce_key = std::array::from_fn(|index| expanded[32 + index]);
        let point = EdwardsPoint::mul_base(&secret);
        VrfKeyPair { secret, nonce_key, public: VrfPublicKey { point, bytes: point.compress().to_bytes() } }
    }

    /// The public half.
    pub fn public(&self) -> &VrfPublicKey {
        &self.public
    }

    /// The output for an input, without the proof: half the work of [`VrfKeyPair::prove`].
    pub fn evaluate(&self, input: &[u8]) -> VrfOutput {
        output(&(self.secret * encode_to_curve(&self.public.bytes, input)))
    }

    /// Proves the output for an input (section 5.1); the same input always gives the same proof.
    pub fn prove(&self, input: &[u8]) -> VrfProof {
        let point = encode_to_curve(&self.public.bytes, input);
        let gamma = self.secret * point;
        let hashed: [u8; 64] = Sha512::new()
            .chain_update(self.nonce_key)
            .chain_update(point.compress().as_bytes())
            .finalize()
            .into();
        let nonce = Scalar::from_bytes_mod_order_wide(&hashed);
        let commitments = [EdwardsPoint::mul_base(&nonce), nonce * point];
        let challenge = challenge(&self.public.bytes, &point, &gamma, &commitments);
        let response = nonce + scalar(&challenge) * self.secret;
        VrfProof { gamma, challenge, response }
    }
}

/// A public key of the verifiable random function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VrfPublicKey {
    point: EdwardsPoint,
    bytes: [u8; 32],
}

impl VrfPublicKey {
    /// Reads a public key; `None` if the bytes are not the encoding of a point of the curve, or of
    /// one of small order (section 5.4.5).
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let point = decode(bytes).filter(|point| !point.is_small_order())?;
        Some(VrfPublicKey { point, bytes: *bytes })
    }

    /// The encoded point.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The proven output, if the proof is this key's for this input (section 5.3).
    pub fn verify(&self, input: &[u8], proof: &VrfProof) -> Option<VrfOutput> {
        let point = encode_to_curve(&self.bytes, input);
        let factor = scalar(&proof.challenge);
        let commitments = [
            EdwardsPoint::mul_base(&proof.response) - factor * self.point,
            proof.response * point - factor * proof.gamma,
        ];
        let expected = challenge(&self.bytes, &point, &proof.gamma, &commitments);
        (expected == proof.challenge).then(|| proof.output())
    }
}

/// A proof that an output is the one of a key and an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VrfProof {
    gamma: EdwardsPoint,
    challenge: [u8; 16],
    response: Scalar,
}

impl VrfProof {
    /// Reads a proof; `None` if its point is none of the curve or its scalar is out of range
    /// (section 5.4.4).
    pub fn from_bytes(bytes: &[u8; 80]) -> Option<Self> {
        let gamma = decode(&std::array::from_fn(|index| bytes[index]))?;
        let challenge = std::array::from_fn(|index| bytes[32 + index]);
        let response = Scalar::from_canonical_bytes(std::array::from_fn(|index| bytes[48 + index]));
        Some(VrfProof { gamma, challenge, response: Option::from(response)? })
    }

    /// The 80 bytes: point, challenge, response.
    pub fn to_bytes(&self) -> [u8; 80] {
        let mut bytes = [0; 80];
        bytes[..32].copy_from_slice(self.gamma.compress().as_bytes());
        bytes[32..48].copy_from_slice(&self.challenge);
        bytes[48..].copy_from_slice(self.response.as_bytes());
        bytes
    }

    /// The output that this proof is about (section 5.2). It counts only if the proof verifies.
    pub fn output(&self) -> VrfOutput {
        output(&self.gamma)
    }
}

/// Hashes key and input to a point of the prime-order group, by try and increment (section
/// 5.4.1.1): two attempts on average, and no input is known to need 256.
fn encode_to_curve(public: &[u8; 32], input: &[u8]) -> EdwardsPoint {
    let start = Sha512::new().chain_update([SUITE, 0x01]).chain_update(public).chain_update(input);
    (0..=u8::MAX)
        .find_map(|counter| {
            let hash: [u8; 64] = start.clone().chain_update([counter, 0x00]).finalize().into();
            decode(&first_half(&hash)).map(|point| point.mul_by_cofactor())
        })
        .expect("256 hashes that are all no points have a probability of 2^-256")
}

/// The challenge of five points (section 5.4.3), the key among them.
fn challenge(
    public: &[u8; 32],
    point: &EdwardsPoint,
    gamma: &EdwardsPoint,
    commitments: &[EdwardsPoint; 2],
) -> [u8; 16] {
    let mut hasher = Sha512::new().chain_update([SUITE, 0x02]).chain_update(public);
    for encoded in EdwardsPoint::compress_batch(&[*point, *gamma, commitments[0], commitments[1]]) {
        hasher.update(encoded.as_bytes());
    }
    let hash: [u8; 64] = hasher.chain_update([0x00]).finalize().into();
    std::array::from_fn(|index| hash[index])
}

/// The output of the proof's point (section 5.2).
fn output(gamma: &EdwardsPoint) -> VrfOutput {
    let cleared = gamma.mul_by_cofactor().compress();
    Sha512::new()
        .chain_update([SUITE, 0x03])
        .chain_update(cleared.as_bytes())
        .chain_update([0x00])
        .finalize()
        .into()
}

/// Decodes a point, refusing every encoding but the canonical one (RFC 8032, section 5.1.3).
fn decode(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    (point.compress().as_bytes() == bytes).then_some(point)
}

/// A challenge as a scalar: its 16 bytes, little-endian.
fn scalar(challenge: &[u8; 16]) -> Scalar {
    Scalar::from(u128::from_le_bytes(*challenge))
}

fn first_half(bytes: &[u8; 64]) -> [u8; 32] {
    std::array::from_fn(|index| bytes[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        example: Vec<Example>,
    }

    #[derive(Deserialize)]
    struct Example {
        number: u32,
        secret: String,
        public: String,
        alpha: String,
        point: String,
        proof: String,
        output: String,
    }

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn published_vectors() {
        let vectors: Vectors = toml::from_str(include_str!("../../tests/vectors/vrf-rfc9381.toml")).unwrap();
        assert_eq!(vectors.example.len(), 3);
        for example in vectors.example {
            let number = example.number;
            let pair = VrfKeyPair::from_secret(&bytes(&example.secret));
            let input = hex::decode(&example.alpha).unwrap();
            assert_eq!(hex::encode(pair.public().as_bytes()), example.public, "example {number}");
            let point = encode_to_curve(pair.public().as_bytes(), &input);
            assert_eq!(hex::encode(point.compress().as_bytes()), example.point, "example {number}");
            let proof = pair.prove(&input);
            assert_eq!(hex::encode(proof.to_bytes()), example.proof, "example {number}");
            assert_eq!(hex::encode(proof.output()), example.output, "example {number}");
            assert_eq!(pair.evaluate(&input), proof.output());
            let read = VrfProof::from_bytes(&bytes(&example.proof)).unwrap();
            let public = VrfPublicKey::from_bytes(&bytes(&example.public)).unwrap();
            assert_eq!(public.verify(&input, &read), Some(bytes(&example.output)));
        }
    }

    #[test]
    fn every_flipped_bit_of_a_proof_is_refused() {
        let pair = VrfKeyPair::from_secret(&[7; 32]);
        let proof = pair.prove(b"slot 1").to_bytes();
        assert!(pair.public().verify(b"slot 1", &VrfProof::from_bytes(&proof).unwrap()).is_some());
        for bit in 0..640 {
            let mut flipped = proof;
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = VrfProof::from_bytes(&flipped);
            assert!(read.is_none_or(|proof| pair.public().verify(b"slot 1", &proof).is_none()), "bit {bit}");
        }
    }

    #[test]
    fn proofs_belong_to_one_key_and_one_input() {
        let pairs = [VrfKeyPair::from_secret(&[1; 32]), VrfKeyPair::from_secret(&[2; 32])];
        let proof = pairs[0].prove(b"slot 1");
        assert!(pairs[0].public().verify(b"slot 2", &proof).is_none());
        assert!(pairs[1].public().verify(b"slot 1", &proof).is_none());
        assert_ne!(pairs[0].evaluate(b"slot 1"), pairs[0].evaluate(b"slot 2"));
        assert_ne!(pairs[0].evaluate(b"slot 1"), pairs[1].evaluate(b"slot 1"));
    }

    #[test]
    fn encodings_that_are_not_canonical_are_refused() {
        // The neutral element, which is of small order; the same with its sign bit set; and y = p + 1,
        // which is y = 1 written too large.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(decode(&neutral).is_some() && VrfPublicKey::from_bytes(&neutral).is_none());
        let mut signed = neutral;
        signed[31] |= 0x80;
        assert!(decode(&signed).is_none());
        let mut large = [0xff; 32];
        large[0] = 0xee;
        large[31] = 0x7f;
        assert!(decode(&large).is_none());
        // A scalar that is not below the group order.
        let mut proof = VrfKeyPair::from_secret(&[7; 32]).prove(b"").to_bytes();
        proof[79] = 0xff;
        assert!(VrfProof::from_bytes(&proof).is_none());
    }
}
