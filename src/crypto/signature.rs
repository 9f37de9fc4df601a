//! Ed25519 public keys and signatures, verified one by one.

use ed25519_dalek::VerifyingKey;

/// An Ed25519 public key, decompressed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a public key; `None` if the bytes are not a point of the curve, or a weak one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).map(PublicKey)
    }

    /// The compressed point.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether the signature of the message is this key's, by the strict rules: canonical scalar,
    /// no points of small order.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify_strict(message, &signature.dalek()).is_ok()
    }

    pub(super) fn from_dalek(key: VerifyingKey) -> Self {
        PublicKey(key)
    }

    pub(super) fn dalek(&self) -> &VerifyingKey {
        &self.0
    }
}

/// The 64 bytes of an Ed25519 signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// The encoded point R.
    pub(super) fn point(&self) -> &[u8; 32] {
        self.halves().0
    }

    /// The encoded scalar s.
    pub(super) fn scalar(&self) -> &[u8; 32] {
        self.halves().1
    }

    fn halves(&self) -> (&[u8; 32], &[u8; 32]) {
        let (halves, _) = self.0.as_chunks::<32>();
        (&halves[0], &halves[1])
    }

    pub(super) fn dalek(&self) -> ed25519_dalek::Signature {
        ed25519_dalek::Signature::from_bytes(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::KeyPair;

    /// RFC 8032, section 7.1, tests 1 to 3.
    #[test]
    fn published_vectors() {
        let cases = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (secret, public, message, signature) in cases {
            let secret: [u8; 32] = hex::decode(secret).unwrap().try_into().unwrap();
            let message = hex::decode(message).unwrap();
            let pair = KeyPair::from_secret(&secret);
            assert_eq!(hex::encode(pair.public().as_bytes()), public);
            let signed = pair.sign(&message);
            assert_eq!(hex::encode(signed.0), signature);
            assert!(pair.public().verify(&message, &signed));
        }
    }

    #[test]
    fn every_flipped_bit_of_a_signature_is_refused() {
        let pair = KeyPair::from_secret(&[7; 32]);
        let signed = pair.sign(b"message");
        for bit in 0..512 {
            let mut flipped = signed;
            flipped.0[bit / 8] ^= 1 << (bit % 8);
            assert!(!pair.public().verify(b"message", &flipped), "bit {bit}");
        }
        assert!(!pair.public().verify(b"massage", &signed));
    }
}
