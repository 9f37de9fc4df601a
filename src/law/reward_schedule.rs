//! Deterministic reward schedules under proportional selection, and how much they concentrate.

/// The normalised variance `Var(share_T) / (a (1 - a))` of anybody's final share when round t pays
/// `rewards[t]` and the winner stakes it: `1 - product of (1 - (r_t / S_t)^2)` with
/// `S_t = S_{t-1} + r_t`. Exact, O(T); smaller is more equitable (Fanti and others, FC 2019).
pub fn normalised_variance(initial: f64, rewards: impl IntoIterator<Item = f64>) -> f64 {
    let mut total = initial;
    let mut logarithm = 0.0;
    for reward in rewards {
        total += reward;
        let part = reward / total;
        logarithm += (-part * part).ln_1p();
    }
    -f64::exp_m1(logarithm)
}

/// The same where every one of so many rounds pays `reward`: the product telescopes to
/// `S_0 (S_T + r) / (S_T (S_0 + r))`. O(1).
pub fn constant_normalised_variance(initial: f64, reward: f64, rounds: u64) -> f64 {
    let paid = reward * rounds as f64;
    // An empty start owns nothing that could be told apart from the rewards.
    if reward == 0.0 { 0.0 } else { paid / (initial + paid) * (reward / (initial + reward)) }
}

/// The expected Herfindahl index after the schedule: `1 - (1 - HHI_0)(1 - NV)`.
pub fn expected_herfindahl(initial: f64, normalised_variance: f64) -> f64 {
    1.0 - (1.0 - initial) * (1.0 - normalised_variance)
}

/// A constant schedule: `total / rounds` each round.
pub fn constant_rewards(total: f64, rounds: u32) -> impl Iterator<Item = f64> {
    (0..rounds).map(move |_| total / f64::from(rounds))
}

/// The geometric schedule: every round raises the total by the same factor, so that rewards of
/// `total` relative to an initial stake of 1 are paid after `rounds`:
/// `r(t) = (1 + R)^(t/T) - (1 + R)^((t-1)/T)`. The best one for a fixed horizon.
pub fn geometric_rewards(total: f64, rounds: u32) -> impl Iterator<Item = f64> {
    let growth = total.ln_1p() / f64::from(rounds);
    (1..=rounds).map(move |round| (growth * f64::from(round - 1)).exp() * growth.exp_m1())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For a constant reward w the share of wins is beta-binomial, which gives the same variance.
    #[test]
    fn the_constant_schedule_is_the_urn() {
        let (share, reward, rounds) = (0.2, 0.01, 300u32);
        let wins = crate::law::beta_binomial_wins(u64::from(rounds), share / reward, (1.0 - share) / reward);
        let total = 1.0 + reward * f64::from(rounds);
        let variance: f64 = wins
            .iter()
            .enumerate()
            .map(|(k, chance)| chance * ((share + reward * k as f64) / total - share).powi(2))
            .sum();
        let law = normalised_variance(1.0, constant_rewards(reward * f64::from(rounds), rounds));
        assert!((variance / (share * (1.0 - share)) / law - 1.0).abs() < 1e-11);
    }

    #[test]
    fn schedules_pay_what_they_say() {
        let paid: f64 = geometric_rewards(100.0, 1000).sum();
        assert!((paid - 100.0).abs() < 1e-9);
        assert!((expected_herfindahl(0.25, 0.2) - 0.4).abs() < 1e-15);
        assert_eq!(normalised_variance(1.0, []), 0.0);
    }

    #[test]
    fn a_constant_schedule_in_closed_form() {
        for (initial, reward, rounds) in
            [(100.0, 1.0, 1u64), (100.0, 10.0, 1000), (1e9, 10.0, 100_000), (1.0, 5.0, 7)]
        {
            let summed = normalised_variance(initial, (0..rounds).map(|_| reward));
            let closed = constant_normalised_variance(initial, reward, rounds);
            assert!((closed / summed - 1.0).abs() < 1e-9, "{closed} {summed}");
        }
        assert_eq!(constant_normalised_variance(5.0, 0.0, 10), 0.0);
        assert_eq!(constant_normalised_variance(5.0, 3.0, 0), 0.0);
    }
}
