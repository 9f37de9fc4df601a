//! When the time line is taken.

/// `2^(j/8)` for j = 0..8, as multiples of 2^-32, rounded down: the steps within an octave.
const EIGHTHS: [u64; 8] = [
    4_294_967_296,
    4_683_695_047,
    5_107_605_667,
    5_569_883_475,
    6_074_000_999,
    6_623_745_058,
    7_223_245_205,
    7_877_004_751,
];

/// At most `count` rounds from 1 to `rounds`, evenly spread on a logarithmic scale, ascending;
/// the last round is always among them. Early rounds matter most, so they lie closest.
///
/// In integers only, so that every machine takes the same points.
pub fn checkpoints(rounds: u64, count: u64) -> Vec<u64> {
    let mut all = Vec::new();
    for octave in 0..64u32 {
        for step in EIGHTHS {
            let round = (u128::from(step) << octave) >> 32;
            if round >= u128::from(rounds) {
                break;
            }
            if all.last() != Some(&(round as u64)) {
                all.push(round as u64);
            }
        }
    }
    all.push(rounds);
    let count = (count.max(1) as usize).min(all.len());
    let last = all.len() - 1;
    (1..=count)
        .map(|point| if count == 1 { last } else { (point - 1) * last / (count - 1) })
        .map(|i| all[i])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_steps_are_eighths_of_an_octave() {
        for (j, step) in EIGHTHS.iter().enumerate() {
            let exact = (j as f64 / 8.0).exp2() * 4_294_967_296.0;
            assert!((*step as f64 - exact).abs() <= 1.0, "step {j}");
        }
    }

    proptest! {
        #[test]
        fn points_ascend_and_end_with_the_last_round(rounds in 1u64.., count in 1u64..300) {
            let points = checkpoints(rounds, count);
            prop_assert!(points.len() as u64 <= count);
            prop_assert!(points.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(points[0] >= 1);
            prop_assert_eq!(points.last(), Some(&rounds));
        }
    }

    #[test]
    fn short_runs_keep_every_round() {
        assert_eq!(checkpoints(5, 50), [1, 2, 3, 4, 5]);
        assert_eq!(checkpoints(1, 50), [1]);
        assert_eq!(checkpoints(1_000_000, 1), [1_000_000]);
    }
}
