//! The Praos family: who gets the slots when pools win independently of one another.

use super::{first_accepted, first_accepted_shares, somebody};

/// The chance of each pool to lead a slot: `φ(σ) = 1 - (1 - f)^σ` with σ its share of all stake and
/// f the chance that the slot is not empty, `0 < f < 1`. O(m).
pub fn praos_leader_chances(f: f64, stakes: &[u64]) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    let logarithm = (-f).ln_1p();
    let chance = |stake: u64| -(stake as f64 / total as f64 * logarithm).exp_m1();
    stakes.iter().map(|&stake| if stake == 0 { 0.0 } else { chance(stake) }).collect()
}

/// The share of non-empty slots when one of several leaders is chosen by lot, as since Vasil:
/// `φ_i ∫_0^1 Π_{j≠i} (1 - φ_j t) dt / f`, by quadrature. O(m).
pub fn praos_shares_by_lot(f: f64, stakes: &[u64]) -> Vec<f64> {
    first_accepted_shares(&praos_leader_chances(f, stakes))
}

/// The share of non-empty slots when the lowest leader value wins, as before Vasil:
/// `∫_0^{φ_i} Π_{j≠i} (1 - min(x, φ_j)) dx / f`. It favours small pools, whose winning values are low.
///
/// Between two neighbouring chances the integrand is a power of `1 - x`, the same for every pool with
/// a greater chance, so the shares are running sums of closed terms in ascending order. O(m log m).
pub fn praos_shares_by_leader_value(f: f64, stakes: &[u64]) -> Vec<f64> {
    let chances = praos_leader_chances(f, stakes);
    let somebody = somebody(&chances);
    let mut order: Vec<usize> = (0..chances.len()).filter(|&i| chances[i] > 0.0).collect();
    order.sort_by(|&a, &b| chances[a].total_cmp(&chances[b]));
    let mut shares = vec![0.0; chances.len()];
    // The logarithm of the chance that none of the passed pools leads.
    let (mut passed, mut below, mut sum) = (0.0, 0.0f64, 0.0);
    for (place, &i) in order.iter().enumerate() {
        let left = (order.len() - place) as f64;
        let start = (passed + left * (-below).ln_1p()).exp();
        let step = ((chances[i] - below) / (1.0 - below)).min(1.0);
        sum += start / left * -(left * (-step).ln_1p()).exp_m1();
        shares[i] = sum / somebody;
        passed += (-chances[i]).ln_1p();
        below = chances[i];
    }
    shares
}

/// The share of slots in BABE: the leaders ("primary authors", with c for f) as in
/// [`praos_shares_by_lot`], and where there are none an equal share for everybody with stake:
/// `φ_i ∫_0^1 Π_{j≠i} (1 - φ_j t) dt + (1 - c) / m`. All zero if nothing is staked.
pub fn babe_shares(c: f64, stakes: &[u64]) -> Vec<f64> {
    let secondary = super::equal_shares(stakes).into_iter().map(|share| (1.0 - c) * share);
    let primary = first_accepted(&praos_leader_chances(c, stakes));
    // They sum to one up to rounding, because every slot has an author: what is left is taken out.
    super::weights::normalised(primary.iter().zip(secondary).map(|(first, second)| first + second).collect())
}

/// The chance that a slot has several leaders, so that they must be told apart: a slot battle. O(m).
pub fn slot_battle_chance(f: f64, stakes: &[u64]) -> f64 {
    let chances = praos_leader_chances(f, stakes);
    let nobody = 1.0 - somebody(&chances);
    let one = nobody * chances.iter().map(|p| p / (1.0 - p)).sum::<f64>();
    (1.0 - nobody - one).max(0.0)
}

/// The same for stake that is split among ever more pools: `1 - e^-λ (1 + λ)` with `λ = -ln(1 - f)`.
pub fn slot_battle_limit(f: f64) -> f64 {
    let rate = -(-f).ln_1p();
    f - (1.0 - f) * rate
}

/// By how much a pool can be better off than its share of stake, relative to it: `λ / f - 1`, the
/// limit for a small pool beside a large one when the lowest leader value wins.
pub fn largest_small_pool_gain(f: f64) -> f64 {
    -(-f).ln_1p() / f - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    const F: f64 = 0.05;

    #[derive(Deserialize)]
    struct Vectors {
        f: f64,
        slots_per_epoch: f64,
        battles_per_epoch: f64,
        published_battles_per_epoch: f64,
        largest_gain_percent: f64,
        published_largest_gain_percent: f64,
        shares: Vec<Shares>,
    }

    #[derive(Deserialize)]
    struct Shares {
        f: f64,
        stakes: Vec<u64>,
        by_lot: Vec<f64>,
        by_leader_value: Vec<f64>,
        battle: f64,
    }

    fn vectors() -> Vectors {
        toml::from_str(include_str!("../../tests/vectors/cardano-praos.toml")).unwrap()
    }

    /// Every set of leaders, the winner by lot or by the integral over the lowest value.
    fn by_enumeration(f: f64, stakes: &[u64]) -> (Vec<f64>, f64) {
        let chances = praos_leader_chances(f, stakes);
        let (mut wins, mut battle, mut somebody) = (vec![0.0; stakes.len()], 0.0, 0.0);
        for leaders in 1u32..1 << stakes.len() {
            let leads = |i: usize| leaders >> i & 1 == 1;
            let chance: f64 =
                (0..stakes.len()).map(|i| if leads(i) { chances[i] } else { 1.0 - chances[i] }).product();
            let count = leaders.count_ones();
            (0..stakes.len()).filter(|&i| leads(i)).for_each(|i| wins[i] += chance / f64::from(count));
            somebody += chance;
            battle += if count > 1 { chance } else { 0.0 };
        }
        (wins.iter().map(|w| w / somebody).collect(), battle)
    }

    #[test]
    fn agrees_with_enumeration_and_with_independent_values() {
        for case in vectors().shares {
            let (by_lot, battle) = by_enumeration(case.f, &case.stakes);
            for (shares, expected) in [
                (praos_shares_by_lot(case.f, &case.stakes), by_lot),
                (praos_shares_by_lot(case.f, &case.stakes), case.by_lot),
                (praos_shares_by_leader_value(case.f, &case.stakes), case.by_leader_value),
            ] {
                for (share, expected) in shares.iter().zip(expected) {
                    assert!((share - expected).abs() < 1e-12, "{:?}: {share}, {expected}", case.stakes);
                }
            }
            assert!((slot_battle_chance(case.f, &case.stakes) - battle).abs() < 1e-13);
            assert!((slot_battle_chance(case.f, &case.stakes) - case.battle).abs() < 1e-13);
        }
    }

    #[test]
    fn published_limits() {
        let known = vectors();
        let battles = known.slots_per_epoch * slot_battle_limit(known.f);
        assert!((battles - known.battles_per_epoch).abs() < 5e-4, "{battles}");
        assert!((battles - known.published_battles_per_epoch).abs() < 5.0);
        let gain = 100.0 * largest_small_pool_gain(known.f);
        assert!((gain - known.largest_gain_percent).abs() < 5e-6, "{gain}");
        assert!((gain - known.published_largest_gain_percent).abs() < 0.05);
        // A thousand equal pools are near the limit of battles, a small pool beside a whale near
        // the limit of gain, and by lot the same pool gains a hundred times less.
        assert!((slot_battle_chance(known.f, &[1; 1000]) / slot_battle_limit(known.f) - 1.0).abs() < 2e-3);
        let stakes = [1, 1_000_000];
        let share = praos_shares_by_leader_value(known.f, &stakes)[0] * 1_000_001.0;
        assert!((share - 1.0 - largest_small_pool_gain(known.f)).abs() < 1e-6);
        assert!((praos_shares_by_lot(known.f, &stakes)[0] * 1_000_001.0 - 1.0).abs() < 3e-4);
    }

    /// A pool's chance to lead does not change by splitting: `1 - φ(σ+τ) = (1 - φ(σ))(1 - φ(τ))`.
    #[test]
    fn leading_is_indifferent_to_splitting() {
        let chances = praos_leader_chances(F, &[3, 7, 10]);
        assert!(((1.0 - chances[0]) * (1.0 - chances[1]) - (1.0 - chances[2])).abs() < 1e-15);
        assert_eq!(praos_leader_chances(F, &[0, 1])[0], 0.0);
        assert!((praos_leader_chances(F, &[0, 1])[1] - F).abs() < 1e-16);
    }

    /// Forging is not: two pools of one owner never lose a battle to each other, and by leader value
    /// small pools win more battles. Splitting 60 against 40 into 30 and 30 gains 0.6 % by leader
    /// value and 0.003 % by lot (the same integrals by 30-digit arithmetic).
    #[test]
    fn splitting_pays_a_little() {
        let gain = |law: fn(f64, &[u64]) -> Vec<f64>| {
            let (split, whole) = (law(F, &[30, 30, 40]), law(F, &[60, 40]));
            (split[0] + split[1]) / whole[0] - 1.0
        };
        assert!((gain(praos_shares_by_lot) - 2.63085784415e-5).abs() < 1e-9, "{}", gain(praos_shares_by_lot));
        let by_value = gain(praos_shares_by_leader_value);
        assert!((by_value - 0.00596927605565).abs() < 1e-9, "{by_value}");
    }

    /// Two equal authorities share all slots. Stakes of 3 and 1, all of it in c = 1/4: chances
    /// 1 - (3/4)^(3/4) and 1 - (3/4)^(1/4), and half of the other 3/4 of the slots.
    #[test]
    fn secondaries_by_hand() {
        let equal = babe_shares(0.25, &[5, 5, 0]);
        assert!((equal[0] - 0.5).abs() < 1e-15 && equal[2] == 0.0);
        let shares = babe_shares(0.25, &[3, 1]);
        let (a, b) = (1.0 - 0.75f64.powf(0.75), 1.0 - 0.75f64.powf(0.25));
        assert!((shares[0] - (a * (1.0 - b / 2.0) + 0.375)).abs() < 1e-15, "{shares:?}");
        assert_eq!(babe_shares(0.25, &[0, 9]), [0.0, 1.0]);
        assert_eq!(babe_shares(0.25, &[0, 0]), [0.0, 0.0]);
    }

    #[test]
    fn large_sets_sum_to_one_and_nobody_without_stake_has_a_share() {
        let stakes: Vec<u64> = (0..10_000).map(|i| i % 100).collect();
        for shares in [praos_shares_by_lot(F, &stakes), praos_shares_by_leader_value(F, &stakes)] {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-11);
            assert_eq!(shares[100], 0.0);
        }
        assert_eq!(praos_shares_by_leader_value(F, &[0, 0]), [0.0, 0.0]);
        assert_eq!(praos_shares_by_lot(F, &[0, 0]), [0.0, 0.0]);
        assert_eq!(praos_shares_by_leader_value(0.999, &[0, 5])[1], 1.0);
    }
}
