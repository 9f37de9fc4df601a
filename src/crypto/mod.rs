//! Cryptography: SHA-256, Merkle roots, Ed25519 keys and signatures.

mod hash;
mod key_pair;
mod merkle;
mod signature;

pub use hash::{Hash, sha256};
pub use key_pair::KeyPair;
pub use merkle::merkle_root;
pub use signature::{PublicKey, Signature, SignatureBatch};
