//! Cryptography: SHA-256, Merkle roots, Ed25519 keys and signatures, verifiable random functions.

mod hash;
mod key_pair;
mod merkle;
mod signature;
mod vrf;

pub use hash::{Hash, sha256};
pub use key_pair::KeyPair;
pub use merkle::merkle_root;
pub use signature::{PublicKey, Signature, SignatureBatch};
pub use vrf::{VrfKeyPair, VrfOutput, VrfProof, VrfPublicKey};
