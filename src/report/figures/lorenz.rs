//! How evenly stake, rewards and wins are spread over the validators.

use super::drafting::{
    Area, BLUE, Dash, INK, Key, MARGIN_RIGHT, MUTED, ORANGE, Page, Panel, Scale, Stroke, margin_left,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "lorenz",
    summary: "how evenly stake, rewards and wins are spread: Lorenz curves with their Gini coefficients",
    source: "Lorenz, Methods of measuring the concentration of wealth (1905); Gini, Variabilità e mutabilità (1912)",
    parse: |table| settings::<Lorenz, _>(table, |lorenz| Ok(Box::new(lorenz))),
};

/// The Lorenz curves. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Lorenz {}

impl Figure for Lorenz {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let column = |value: fn(&crate::analysis::rows::ValidatorRow) -> u128| {
            Curve::new(subject.validators.iter().map(|row| value(&row)).collect())
        };
        let measured: Vec<(&str, Curve, Stroke)> = [
            // Where the rule is fair and every block earns the same, the curves lie upon each other:
            // each is narrower than the one before, so that all can be seen.
            ("stake", column(|row| u128::from(row.stake)), Stroke::solid(BLUE, 12).faint(0.55)),
            ("rewards", column(|row| row.reward.unwrap_or(0)), Stroke::solid(ORANGE, 7)),
            ("wins", column(|row| u128::from(row.wins)), Stroke::solid(INK, 3)),
        ]
        .into_iter()
        .filter_map(|(name, curve, stroke)| Some((name, curve?, stroke)))
        .collect();
        if measured.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator holds stake, won a round or earned a reward; give the population \
                         some stake and run at least one round",
            });
        }

        let mut key: Vec<(Key, String)> = measured
            .iter()
            .map(|(name, curve, stroke)| (Key::Line(*stroke), format!("{name}, Gini {:.3}", curve.gini)))
            .collect();
        let equality = Stroke::solid(MUTED, 3).dashed(Dash::Long);
        key.push((Key::Line(equality), "equality, Gini 0".to_owned()));
        let names: Vec<&str> = measured.iter().map(|&(name, ..)| name).collect();
        let subtitle = subject.subtitle_without_intervals();
        let subject = &Subject { subtitle: &subtitle, ..*subject };
        let Page { mut canvas, title, top, bottom, right } = subject.page(
            "Lorenz curves",
            &key,
            &["Each curve orders the validators anew, poorest first.".to_owned()],
        );

        let scale = Scale::linear(0.0, 100.0);
        let left = margin_left(&[(scale, bottom - top)], 1);
        let frame = Area { left, top, right: right - MARGIN_RIGHT, bottom };
        let panel = Panel { frame, x: scale, y: scale };
        panel.draw_grid(&mut canvas);
        canvas.line([panel.at(0.0, 0.0), panel.at(100.0, 100.0)], equality);
        for (_, curve, stroke) in &measured {
            canvas.line(curve.points.iter().map(|&(x, y)| panel.at(100.0 * x, 100.0 * y)), *stroke);
        }
        let beside = format!("share of {} (%)", listed(&names));
        panel.draw_axes(&mut canvas, Some("share of validators, poorest first (%)"), &[beside.as_str()]);
        Ok(canvas.finish(&title))
    }
}

fn listed(names: &[&str]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// A Lorenz curve.
struct Curve {
    /// Which share of the holders, poorest first, holds which share of the whole: from (0, 0) to
    /// (1, 1).
    points: Vec<(f64, f64)>,
    /// Twice the area between the curve and the line of equality.
    gini: f64,
}

impl Curve {
    /// The curve of these values; none if they are all zero. O(n log n).
    ///
    /// Sums are integers, so the coefficient is rounded once, at the end. Values of more than 62
    /// bits lose their lowest bits all alike, so that the sums fit for any number of rows.
    fn new(mut values: Vec<u128>) -> Option<Self> {
        values.sort_unstable();
        let bits = u128::BITS - values.last()?.leading_zeros();
        let lost = bits.saturating_sub(62);
        let count = values.len() as u128;
        let total: u128 = values.iter().map(|value| value >> lost).sum();
        if total == 0 {
            return None;
        }
        let mut points = vec![(0.0, 0.0)];
        let (mut sum, mut twice_area) = (0u128, 0u128);
        for (index, value) in values.iter().enumerate() {
            let before = sum;
            sum += value >> lost;
            twice_area += before + sum;
            points.push(((index + 1) as f64 / count as f64, sum as f64 / total as f64));
        }
        let whole = count * total;
        Some(Curve { points, gini: (whole - twice_area) as f64 / whole as f64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::samples::{seed, titled};
    use proptest::prelude::*;

    fn gini(values: &[u128]) -> f64 {
        Curve::new(values.to_vec()).unwrap().gini
    }

    /// By hand: half of the mean absolute difference over the mean. Of 1, 2, 3, 4 the sixteen
    /// differences sum to 20: 20 / 16 / 2 / 2.5 = 0.25. Of the seed's stakes they sum to 3900:
    /// 3900 / 16 / 2 / 331.25 = 39 / 106 * 0.5.
    #[test]
    fn the_coefficient_is_half_the_relative_mean_difference() {
        assert_eq!(gini(&[3, 1, 4, 2]), 0.25);
        assert_eq!(gini(&[350, 500, 200, 275]), 0.5 * 39.0 / 106.0);
        assert_eq!(gini(&[0, 0, 0, 9]), 0.75);
        assert_eq!(gini(&[5, 5, 5]), 0.0);
        assert_eq!(gini(&[7]), 0.0);
        assert!(Curve::new(vec![]).is_none());
        assert!(Curve::new(vec![0, 0]).is_none());
        assert_eq!(gini(&[0, u128::MAX, 0, 0]), 0.75);
    }

    proptest! {
        #[test]
        fn curves_are_convex_from_corner_to_corner_and_agree_with_the_definition(
            values in prop::collection::vec(0u64..1_000_000, 1..40),
        ) {
            prop_assume!(values.iter().any(|&value| value > 0));
            let curve = Curve::new(values.iter().map(|&value| u128::from(value)).collect()).unwrap();
            prop_assert_eq!(curve.points[0], (0.0, 0.0));
            prop_assert_eq!(*curve.points.last().unwrap(), (1.0, 1.0));
            let rises: Vec<f64> = curve.points.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
            prop_assert!(rises.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
            let sum: u64 = values.iter().sum();
            let differences: u64 =
                values.iter().flat_map(|a| values.iter().map(move |b| a.abs_diff(*b))).sum();
            let expected = differences as f64 / (2.0 * values.len() as f64 * sum as f64);
            prop_assert!((curve.gini - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn the_key_names_the_curves_that_exist() {
        let with_rewards = Lorenz {}.draw(&seed().subject()).unwrap();
        assert!(with_rewards.svg().contains(">stake, Gini 0.184</text>"));
        assert!(with_rewards.svg().contains(">rewards, Gini "));
        assert!(with_rewards.svg().contains(">share of stake, rewards and wins (%)</text>"));
        let without = Lorenz {}.draw(&titled("unknown").subject()).unwrap();
        assert!(!without.svg().contains("rewards"));
        assert!(without.svg().contains(">share of stake and wins (%)</text>"));
    }
}
