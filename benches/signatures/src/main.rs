//! Which implementation of Ed25519 signs fastest, and which verifies fastest?
//!
//! All sign the same message of the length of a transaction's, with the same key, and must give the
//! same bytes. Batches hold 4096 such signatures by 20 keys, as a stretch of rounds of
//! `scenarios/seed.toml` does. Each figure is the fastest of many short samples, taken in turn, so
//! that a machine that is busy or changes its speed is as fair to all.
//!
//!     cargo run --release --manifest-path benches/signatures/Cargo.toml

// The project's own batches, without the rest of the project.
#[allow(dead_code, unused_imports)]
#[path = "../../../src/crypto/mod.rs"]
mod crypto;

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{SigningKey, VerifyingKey};
use std::hint::black_box;
use std::time::Instant;

const SIGNATURES: usize = 4096;
const KEYS: usize = 20;

/// One implementation doing one thing.
struct Contender {
    name: &'static str,
    /// For how many signatures it does it each time.
    signatures: usize,
    act: Box<dyn FnMut()>,
    best: f64,
}

fn contender(name: &'static str, signatures: usize, act: impl FnMut() + 'static) -> Contender {
    Contender { name, signatures, act: Box::new(act), best: f64::INFINITY }
}

/// Takes samples in turn and prints the fastest of each, in microseconds for each signature.
fn compete(title: &str, mut contenders: Vec<Contender>, samples: usize) {
    for _ in 0..samples {
        for contender in &mut contenders {
            // Once to warm the caches that the one before has filled.
            (contender.act)();
            let repeats = if contender.signatures > 1 { 1 } else { 4 };
            let clock = Instant::now();
            for _ in 0..repeats {
                (contender.act)();
            }
            let each = clock.elapsed().as_secs_f64() * 1e6 / (repeats * contender.signatures) as f64;
            contender.best = contender.best.min(each);
        }
    }
    contenders.sort_by(|a, b| a.best.total_cmp(&b.best));
    println!("{title} (us)");
    for contender in contenders {
        println!("  {:<40} {:>6.1}", contender.name, contender.best);
    }
}

fn main() {
    let secrets: Vec<[u8; 32]> = (0..KEYS).map(|number| [number as u8 + 1; 32]).collect();
    let messages: Vec<[u8; 118]> = (0..SIGNATURES)
        .map(|number| std::array::from_fn(|index| number.to_le_bytes().get(index).copied().unwrap_or(7)))
        .collect();
    let keys: Vec<VerifyingKey> =
        secrets.iter().map(|secret| SigningKey::from_bytes(secret).verifying_key()).collect();
    let expanded: Vec<ExpandedSecretKey> = secrets.iter().map(ExpandedSecretKey::from).collect();
    let signatures: Vec<[u8; 64]> = (0..SIGNATURES)
        .map(|n| raw_sign::<sha2::Sha512>(&expanded[n % KEYS], &messages[n], &keys[n % KEYS]).to_bytes())
        .collect();
    let (secret, key, message, signature) = (secrets[0], keys[0], messages[0], signatures[0]);

    let aws = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&secret).expect("a key");
    let ring = ring::signature::Ed25519KeyPair::from_seed_unchecked(&secret).expect("a key");
    let graviola = graviola::signing::eddsa::Ed25519SigningKey::from_bytes(&secret).expect("a key");
    let consensus = ed25519_consensus::SigningKey::from(secret);
    let zebra = ed25519_zebra::SigningKey::from(secret);
    assert_eq!(aws.sign(&message).as_ref(), signature);
    assert_eq!(ring.sign(&message).as_ref(), signature);
    assert_eq!(graviola.sign(&message), signature);
    assert_eq!(consensus.sign(&message).to_bytes(), signature);
    assert_eq!(zebra.sign(&message).to_bytes(), signature);

    let aws_key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, key.to_bytes());
    let ring_key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key.to_bytes());
    let graviola_key = graviola.public_key();
    let consensus_key = consensus.verification_key();
    let zebra_key = ed25519_zebra::VerificationKey::from(&zebra);
    let own = expanded.into_iter().next().expect("twenty keys");

    compete(
        "sign",
        vec![
            contender("ed25519-dalek, key expanded", 1, move || {
                black_box(raw_sign::<sha2::Sha512>(&own, black_box(&message), &key));
            }),
            contender("aws-lc-rs", 1, move || {
                black_box(aws.sign(black_box(&message)));
            }),
            contender("ring", 1, move || {
                black_box(ring.sign(black_box(&message)));
            }),
            contender("graviola", 1, move || {
                black_box(graviola.sign(black_box(&message)));
            }),
            contender("ed25519-consensus", 1, move || {
                black_box(consensus.sign(black_box(&message)));
            }),
            contender("ed25519-zebra", 1, move || {
                black_box(zebra.sign(black_box(&message)));
            }),
        ],
        2000,
    );

    let parsed = ed25519_dalek::Signature::from_bytes(&signature);
    compete(
        "verify alone",
        vec![
            contender("ed25519-dalek, strict", 1, move || {
                key.verify_strict(black_box(&message), &parsed).expect("it holds");
            }),
            contender("aws-lc-rs", 1, move || {
                aws_key.verify(black_box(&message), &signature).expect("it holds");
            }),
            contender("ring", 1, move || ring_key.verify(black_box(&message), &signature).expect("it holds")),
            contender("graviola", 1, move || {
                graviola_key.verify(black_box(&signature), &message).expect("it holds");
            }),
            contender("ed25519-consensus", 1, move || {
                consensus_key.verify(&signature.into(), black_box(&message)).expect("it holds");
            }),
            contender("ed25519-zebra", 1, move || {
                zebra_key.verify(&signature.into(), black_box(&message)).expect("it holds");
            }),
        ],
        2000,
    );

    let dalek = {
        let (messages, signatures, keys) = (messages.clone(), signatures.clone(), keys.clone());
        let signatures: Vec<_> = signatures.iter().map(ed25519_dalek::Signature::from_bytes).collect();
        let keys: Vec<_> = (0..SIGNATURES).map(|n| keys[n % KEYS]).collect();
        move || {
            let messages: Vec<&[u8]> = messages.iter().map(<[u8; 118]>::as_slice).collect();
            ed25519_dalek::verify_batch(&messages, &signatures, &keys).expect("they hold");
        }
    };
    let consensus = {
        let (messages, signatures, keys) = (messages.clone(), signatures.clone(), keys.clone());
        move || {
            use rand_chacha::rand_core::SeedableRng;
            let mut batch = ed25519_consensus::batch::Verifier::new();
            for n in 0..SIGNATURES {
                let key = ed25519_consensus::VerificationKeyBytes::from(keys[n % KEYS].to_bytes());
                batch.queue((key, signatures[n].into(), &messages[n]));
            }
            batch.verify(rand_chacha::ChaCha8Rng::from_seed([0; 32])).expect("they hold");
        }
    };
    let zebra = {
        let (messages, signatures, keys) = (messages.clone(), signatures.clone(), keys.clone());
        move || {
            use rand::SeedableRng;
            let mut batch = ed25519_zebra::batch::Verifier::new();
            for n in 0..SIGNATURES {
                let key = ed25519_zebra::VerificationKeyBytes::from(keys[n % KEYS].to_bytes());
                batch.queue((key, signatures[n].into(), &messages[n]));
            }
            batch.verify(rand::rngs::ChaCha8Rng::from_seed([0; 32])).expect("they hold");
        }
    };
    let tombola = {
        let keys: Vec<crypto::PublicKey> =
            keys.iter().map(|key| crypto::PublicKey::from_bytes(key.as_bytes()).expect("a key")).collect();
        let mut batch = crypto::SignatureBatch::new();
        let mut verdicts = Vec::new();
        move || {
            for n in 0..SIGNATURES {
                batch.push(&keys[n % KEYS], &messages[n], &crypto::Signature(signatures[n]));
            }
            batch.verify(&mut verdicts);
            assert!(!verdicts.contains(&false));
        }
    };
    compete(
        "verify in batches of 4096 by 20 keys, each",
        vec![
            contender("ed25519-dalek, verify_batch", SIGNATURES, dalek),
            contender("ed25519-consensus", SIGNATURES, consensus),
            contender("ed25519-zebra", SIGNATURES, zebra),
            contender("curve25519-dalek, keys merged (tombola)", SIGNATURES, tombola),
        ],
        100,
    );
}
