//! Cryptography: SHA-256, Merkle roots, Ed25519 keys and signatures, verifiable random functions.

mod batch;
mod hash;
mod key_pair;
mod merkle;
mod signature;
mod signer;
mod vrf;

pub use batch::SignatureBatch;
pub use hash::{Hash, sha256};
pub use key_pair::KeyPair;
pub use merkle::merkle_root;
pub use signature::{PublicKey, Signature};
pub use vrf::{VrfKeyPair, VrfOutput, VrfProof, VrfPublicKey};
