//! Whatever is put into the statistics, nothing panics and no NaN comes out.

use proptest::prelude::*;
use tombola::random::{Stream, StreamKey};
use tombola::statistics::concentration::*;
use tombola::statistics::distributions::*;
use tombola::statistics::*;

/// Any number at all, and often one that could be a probability.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        0.0f64..=1.0,
        0.0f64..1e-6,
        Just(0.0),
        Just(1.0),
        Just(0.5),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-1.0),
        Just(f64::MIN_POSITIVE),
    ]
}

/// Any count, small and huge ones alike.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..20, 0u64..2000, 0u64..1_000_000_000_000_000, any::<u64>(), Just(u64::MAX), Just(1)]
}

/// Counts and shares of the same length; the shares sum to one, mostly.
fn table() -> impl Strategy<Value = (Vec<u64>, Vec<f64>)> {
    prop::collection::vec((count(), 0u32..1000), 0..8).prop_flat_map(|cells| {
        let sum: f64 = cells.iter().map(|&(_, weight)| f64::from(weight)).sum();
        let counts: Vec<u64> = cells.iter().map(|&(count, _)| count).collect();
        let shares: Vec<f64> = cells.iter().map(|&(_, weight)| f64::from(weight) / sum.max(1.0)).collect();
        let length = cells.len();
        (Just(counts), prop_oneof![4 => Just(shares), 1 => prop::collection::vec(number(), length)])
    })
}

fn sane(value: Option<f64>) -> bool {
    value.is_none_or(|value| !value.is_nan())
}

fn probability(value: Option<f64>) -> bool {
    value.is_none_or(|value| (0.0..=1.0).contains(&value))
}

fn interval(value: Option<Interval>) -> bool {
    value.is_none_or(|interval| interval.low <= interval.high)
}

fn share(value: Option<Interval>) -> bool {
    value.is_none_or(|interval| 0.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_share(k in count(), n in count(), m in count(), p in number(), q in number()) {
        prop_assert!(share(wilson(k, n, p)));
        prop_assert!(share(clopper_pearson(k, n, p)));
        prop_assert!(share(bernoulli_sequence(k, n, p, m, p)));
        prop_assert!(probability(binomial_test(k, n, p)));
        prop_assert!(probability(unfair_probability(n, p, q)));
        prop_assert!(robust_fairness(k, n, p, q).is_none_or(|r| share(Some(r.interval)) && !r.unfair.is_nan()));
        if let Some(law) = Binomial::new(n, p) {
            let values = [law.upper(k), law.lower(k), law.percentile(k.min(n))];
            prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{values:?}");
            prop_assert!(!law.ln_mass(k).is_nan());
            prop_assert!(law.quantile(q).is_none_or(|quantile| quantile <= n));
        }
        if let Some(law) = Poisson::new(p * 1e3) {
            let values = [law.upper(k), law.lower(k), law.mass(k)];
            prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{values:?}");
        }
        within_margin(k, n, p, q);
        bonferroni(p, n as usize);
    }

    #[test]
    fn tables_of_counts((counts, shares) in table(), p in number(), q in number(), power in 0usize..6) {
        let mut stream = Stream::open(StreamKey::new().text("inputs"));
        let fits = [goodness_of_fit(&counts, &shares, &mut stream), dispersed_goodness_of_fit(&counts, &shares, p)];
        let family = [
            Divergence::Pearson, Divergence::LogLikelihood, Divergence::CressieRead, Divergence::FreemanTukey,
            Divergence::ModifiedLogLikelihood, Divergence::Neyman,
        ];
        let divergence = power_divergence(&counts, &shares, family[power]);
        for fit in fits.into_iter().chain([divergence, gaps_test(&counts, p, &mut stream)]).flatten() {
            prop_assert!(probability(Some(fit.p_value)) && sane(fit.statistic));
            prop_assert!(fit.statistic.is_none_or(|statistic| statistic >= 0.0 && statistic.is_finite()), "{fit:?}");
        }
        for intervals in [goodman(&counts, p), sison_glaz(&counts, p)].into_iter().flatten() {
            prop_assert!(intervals.into_iter().all(|one| share(Some(one))));
        }
        for extremeness in [Extremeness::Probability, Extremeness::ChiSquare] {
            let simulated = monte_carlo_multinomial_test(&counts, &shares, extremeness, 3, &mut stream);
            prop_assert!(probability(simulated.map(|simulated| simulated.p_value)));
        }
        let first = |counts: &[u64]| counts.first().map(|&count| count as f64);
        prop_assert!(interval(bootstrap(&counts, first, 20, q, &mut stream)));
        prop_assert!(sane(expected_herfindahl(&shares, 10)));
        prop_assert!(null_law(&shares, 10, gini, 5, q, &mut stream).is_none_or(|law| !law.mean.is_nan()));
        let rounds = counts.first().copied().unwrap_or(0);
        let lags = lag_matches_test(rounds / 2, rounds, power as u64, &shares);
        prop_assert!(lags.is_none_or(|test| probability(Some(test.p_value)) && !test.z.is_nan()));
    }

    #[test]
    fn small_tables(counts in prop::collection::vec(0u64..12, 0..4), weights in prop::collection::vec(0u32..9, 0..4)) {
        let sum: u32 = weights.iter().sum();
        let shares: Vec<f64> = weights.iter().map(|&weight| f64::from(weight) / f64::from(sum)).collect();
        for extremeness in [Extremeness::Probability, Extremeness::ChiSquare] {
            prop_assert!(probability(exact_multinomial_test(&counts, &shares, extremeness)));
        }
        let test = kolmogorov_smirnov(&counts, &shares);
        prop_assert!(test.is_none_or(|test| probability(Some(test.p_value)) && probability(Some(test.statistic))));
    }

    #[test]
    fn sums_of_trials(
        trials in count(), sum in any::<i128>(), squares in any::<u128>(), small in any::<u32>(), scale in number(),
        rounds in count(), p in number(), q in number(),
    ) {
        let wild = Moments { trials, sum, squares, scale };
        let tame = Moments { trials, sum: i128::from(small), squares: u128::from(small) * 100, scale };
        for moments in [wild, tame] {
            prop_assert!(sane(moments.mean()) && sane(moments.variance()));
            prop_assert!(interval(moments.interval(p)));
            prop_assert!(probability(moments.p_value(q)));
            let tails = clustered_tails(&moments, Some((&moments, rounds)), p);
            prop_assert!(tails.is_none_or(|tails| probability(Some(tails.at_least)) && probability(Some(tails.at_most))));
            least_trials(&moments);
            let dispersion = dispersion_test(&moments, rounds, p, q);
            prop_assert!(dispersion.is_none_or(|test| probability(Some(test.p_value)) && !test.ratio.is_nan()));
        }
    }

    #[test]
    fn order_and_plans(a in count(), b in count(), c in count(), d in count(), p in number(), q in number(), r in number()) {
        for tails in [scaled_tails(a, b, p, q), scaled_tails(a, b, q, r)] {
            prop_assert!(tails.is_none_or(|tails| probability(Some(tails.two_sided()))));
        }
        prop_assert!(runs_test(a, b, c).is_none_or(|test| probability(Some(test.p_value)) && !test.z.is_nan()));
        rounds_for_half_width(p, q, r);
        rounds_for_equivalence(p, q, r, p);
        rounds_for_difference(p, q, r, p);
        prop_assert!(sane(detectable_difference(p, a, q, r)));
        prop_assert!(sane(normal_mixture_bound(p, q, r)) && sane(normal_mixture_tuning(p, q)));
        let cells = [Some(p), None, Some(q), Some(r)];
        prop_assert!(holm(&cells).into_iter().chain(benjamini_hochberg(&cells)).all(sane));
        first_robust(&[(a, b), (c, d)], a, p);
    }

    #[test]
    fn holdings(holdings in prop::collection::vec(prop_oneof![0u128..9, any::<u64>().prop_map(u128::from), any::<u128>()], 0..9), order in number(), a in any::<u64>(), b in any::<u64>()) {
        let held = Holdings::of(&holdings);
        for index in [gini, herfindahl, shannon, theil] {
            prop_assert!(sane(index(&held)));
        }
        prop_assert!(sane(renyi(&held, order)) && probability(top_share(&held, a % 10)));
        prop_assert!(nakamoto(&held, a, b).is_none_or(|holders| holders <= held.holders()));
        let shares: Vec<f64> = holdings.iter().map(|&held| held as f64 / 1e30).collect();
        prop_assert!(equitability(&shares, order, 0.9).is_none_or(|e| !e.value.is_nan() && interval(e.interval)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn longest_runs(rounds in count(), trials in count(), p in number(), length in count(), part in 0.0f64..1.0) {
        for law in [LongestRun::run(rounds, p), LongestRun::gap(rounds, p)].into_iter().flatten() {
            for length in [length, (rounds as f64 * part.powi(8)) as u64] {
                for law in [law, law.over_trials(trials)] {
                    let values = [law.at_least(length), law.at_most(length)];
                    prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{values:?} {law:?} {length}");
                }
            }
        }
    }
}
