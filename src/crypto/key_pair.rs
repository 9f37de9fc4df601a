//! Ed25519 key pairs.

use super::{PublicKey, Signature};
use ed25519_dalek::SigningKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use sha2::Sha512;

/// An Ed25519 key pair (RFC 8032), its secret expanded once.
pub struct KeyPair {
    expanded: ExpandedSecretKey,
    public: PublicKey,
}

impl KeyPair {
    /// The key pair of a 32-byte secret seed.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        let public = SigningKey::from_bytes(secret).verifying_key();
        KeyPair { expanded: ExpandedSecretKey::from(secret), public: PublicKey::from_dalek(public) }
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message; the same message always gives the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_dalek(&raw_sign::<Sha512>(&self.expanded, message, self.public.dalek()))
    }
}
