//! The implementation of Ed25519 that makes signatures.

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{SigningKey, VerifyingKey};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use graviola::signing::eddsa::Ed25519SigningKey;
use sha2::Sha512;

/// A secret key, expanded once, in the form of the fastest implementation that the processor can
/// run. Ed25519 leaves nothing to choose (RFC 8032), so all give the same bytes.
pub(super) enum Signer {
    /// In assembly; boxed, because it is much the larger of the two.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    Assembly(Box<Ed25519SigningKey>),
    /// For any processor.
    Portable(ExpandedSecretKey),
}

impl Signer {
    /// Expands a 32-byte secret seed.
    pub fn new(secret: &[u8; 32]) -> Self {
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        if graviola::util::is_cpu_supported()
            && let Ok(key) = Ed25519SigningKey::from_bytes(secret)
        {
            return Signer::Assembly(Box::new(key));
        }
        Signer::portable(secret)
    }

    /// Expands a 32-byte secret seed for the implementation that every processor can run.
    fn portable(secret: &[u8; 32]) -> Self {
        Signer::Portable(ExpandedSecretKey::from(secret))
    }

    /// Signs a message; `public` is the public half of this key.
    pub fn sign(&self, message: &[u8], public: &VerifyingKey) -> [u8; 64] {
        match self {
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            Signer::Assembly(key) => key.sign(message),
            Signer::Portable(key) => raw_sign::<Sha512>(key, message, public).to_bytes(),
        }
    }
}

/// The public half of a secret seed.
pub(super) fn public_half(secret: &[u8; 32]) -> VerifyingKey {
    SigningKey::from_bytes(secret).verifying_key()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_implementations_give_the_same_bytes() {
        for number in 0..=255u8 {
            let secret = [number; 32];
            let public = public_half(&secret);
            let message: Vec<u8> = (0..number).collect();
            let signed = Signer::new(&secret).sign(&message, &public);
            assert_eq!(signed, Signer::portable(&secret).sign(&message, &public), "secret {number}");
        }
    }
}
