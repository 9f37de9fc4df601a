//! Ed25519 key pairs.

use super::signer::{Signer, public_half};
use super::{PublicKey, Signature};

/// An Ed25519 key pair (RFC 8032), its secret expanded once.
pub struct KeyPair {
    signer: Signer,
    public: PublicKey,
}

impl KeyPair {
    /// The key pair of a 32-byte secret seed.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        KeyPair { signer: Signer::new(secret), public: PublicKey::from_dalek(public_half(secret)) }
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message; the same message always gives the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.signer.sign(message, self.public.dalek()))
    }
}
