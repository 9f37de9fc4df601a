//! Simulated data: streams with fixed addresses, counts, trials.

use rand_distr::{Beta, Distribution};
use tombola::random::{Stream, StreamKey};
use tombola::statistics::Moments;
use tombola::statistics::distributions::sample_multinomial;

pub const LEVELS: [f64; 3] = [0.01, 0.05, 0.10];

/// The stakes of the seed's four validators, as shares.
pub const SEED: [f64; 4] = [350.0 / 1325.0, 500.0 / 1325.0, 200.0 / 1325.0, 275.0 / 1325.0];

pub fn stream(purpose: &str) -> Stream {
    Stream::open(StreamKey::new().text("calibration").text(purpose))
}

pub fn binomial(rounds: u64, share: f64, stream: &mut Stream) -> u64 {
    let mut counts = [0; 2];
    sample_multinomial(&mut counts, &[share, 1.0 - share], rounds, stream);
    counts[0]
}

pub fn multinomial(rounds: u64, shares: &[f64], stream: &mut Stream) -> Vec<u64> {
    let mut counts = vec![0; shares.len()];
    sample_multinomial(&mut counts, shares, rounds, stream);
    counts
}

/// The rate at which `happens` is true.
pub fn rate(sets: usize, mut happens: impl FnMut() -> bool) -> f64 {
    (0..sets).filter(|_| happens()).count() as f64 / sets as f64
}

/// Trials of a compounding rule: wins of 100 rounds with a share drawn from Beta(20, 80), the limit
/// of a = 0.2, w = 0.01.
pub fn compounding_wins(trials: usize, stream: &mut Stream) -> Vec<u64> {
    let law = Beta::new(20.0, 80.0).unwrap();
    (0..trials)
        .map(|_| {
            let share = law.sample(stream);
            binomial(100, share, stream)
        })
        .collect()
}

pub fn moments(wins: &[u64], scale: f64) -> Moments {
    Moments {
        trials: wins.len() as u64,
        sum: wins.iter().map(|&w| i128::from(w)).sum(),
        squares: wins.iter().map(|&w| u128::from(w).pow(2)).sum(),
        scale,
    }
}
