//! Misses alone: duties that were assigned and not done, without stakes and without a rule.

mod beta_binomial;

use super::rows::{MissesFinding, MissesReport, MissesRow};
use crate::random::Stream;
use crate::statistics::distributions::Binomial;
use crate::statistics::percent::{fixed, short};
use crate::statistics::{clopper_pearson, goodness_of_fit, holm};
use beta_binomial::BetaBinomial;
use rayon::prelude::*;
use statrs::distribution::{Beta, ContinuousCDF};

/// Who misses more than the rest, of validators that were assigned so many slots and did so many.
/// `done` is nowhere more than `slots`.
///
/// Given how many were missed in all, the misses of one validator are a draw without replacement from
/// the slots; the binomial distribution with its share of the slots is a little wider, so that p-values
/// err on the cautious side. O(m log m), but for a simulated test where few misses are expected of
/// somebody.
pub fn misses(names: &[String], slots: &[u64], done: &[u64], confidence: f64) -> MissesReport {
    let missed: Vec<u64> = slots.iter().zip(done).map(|(slots, done)| slots - done).collect();
    let (all, lost): (u64, u64) = (slots.iter().sum(), missed.iter().sum());
    let alpha = 1.0 - confidence;
    let held = slots.iter().filter(|&&slots| slots > 0).count();
    let shares: Vec<f64> = slots.iter().map(|&slots| slots as f64 / all.max(1) as f64).collect();
    let law = |index: usize| Binomial::new(lost, shares[index].min(1.0)).filter(|_| slots[index] > 0);
    let p_values: Vec<Option<f64>> = (0..slots.len())
        .into_par_iter()
        .map(|index| law(index).map(|law| law.upper(missed[index])))
        .collect();
    let adjusted = holm(&p_values);
    let fit = BetaBinomial::fit(slots, &missed, confidence);
    let mut stream = Stream::of_figure(0, "misses");
    let alike = (lost > 0).then(|| goodness_of_fit(&missed, &shares, &mut stream)).flatten();
    let rows: Vec<MissesRow> = (0..slots.len())
        .into_par_iter()
        .map(|index| {
            let interval = clopper_pearson(missed[index], slots[index], confidence);
            // The most that it can have missed, and what that would have shown by itself.
            let most = law(index).map_or(1.0, |law| law.upper(slots[index].min(lost)));
            let finding = match adjusted[index] {
                Some(p) if p <= alpha => MissesFinding::Worse,
                _ if most * held as f64 > alpha => MissesFinding::TooFew,
                _ => MissesFinding::AsTheRest,
            };
            MissesRow {
                validator: names[index].clone(),
                slots: slots[index],
                missed: missed[index],
                missed_share: (slots[index] > 0).then(|| missed[index] as f64 / slots[index] as f64),
                missed_share_low: interval.map(|interval| interval.low),
                missed_share_high: interval.map(|interval| interval.high),
                shrunken_share: fit.map(|fit| fit.expected_of(slots[index], missed[index])),
                p_value: p_values[index],
                p_holm: adjusted[index],
                finding,
            }
        })
        .collect();
    let chances = fit.and_then(|fit| fit.parameters()).and_then(|(alpha, beta)| Beta::new(alpha, beta).ok());
    let mut report = MissesReport {
        validators: held as u64,
        slots: all,
        missed: lost,
        missed_share: (all > 0).then(|| lost as f64 / all as f64),
        p: alike.map(|alike| alike.p_value),
        method: alike.map(|alike| alike.null.words()),
        overdispersion: fit.map(|fit| fit.correlation),
        overdispersion_low: fit.map(|fit| fit.low),
        overdispersion_high: fit.map(|fit| fit.high),
        share_q05: chances.map(|chances| chances.inverse_cdf(0.05)),
        share_q95: chances.map(|chances| chances.inverse_cdf(0.95)),
        confidence,
        worse: rows.iter().filter(|row| row.finding == MissesFinding::Worse).count() as u64,
        rows,
        text: String::new(),
    };
    report.text = text(&report, alike.is_some_and(|alike| alike.is_floor()));
    report
}

fn percent(share: f64) -> String {
    if share != 0.0 && share < 1e-4 { short(share) } else { fixed(share, 2) }
}

/// `is_limit`: whether the p-value is the least that the simulated tables can give.
fn text(report: &MissesReport, is_limit: bool) -> String {
    let MissesReport { slots, missed, validators, .. } = report;
    let Some(share) = report.missed_share else {
        return "Nobody was assigned a slot, so nothing was missed.".to_owned();
    };
    let mut text =
        format!("{missed} of {slots} slots of {validators} validators were missed, {}.", percent(share));
    if *missed == 0 || missed == slots {
        return text + " There is nothing to compare.";
    }
    let alpha = 1.0 - report.confidence;
    match report.p {
        Some(p) if p <= alpha => {
            text += &format!(
                " They do not all miss alike ({}).",
                match p {
                    p if is_limit => format!("p at most {p:.4}"),
                    p if p < 1e-300 => "p < 1e-300".to_owned(),
                    p if p < 1e-4 => format!("p = {p:.1e}"),
                    p => format!("p = {p:.4}"),
                }
            );
            if let (Some(low), Some(high)) = (report.share_q05, report.share_q95) {
                text += &format!(
                    " By the distribution fitted to all, nine in ten validators miss between {} and {} of their slots.",
                    percent(low),
                    percent(high)
                );
            }
        }
        Some(p) => text += &format!(" Chance explains the differences between them (p = {p:.4})."),
        None => text += " Too little was missed by too many to test whether they miss alike.",
    }
    let worse: Vec<&MissesRow> =
        report.rows.iter().filter(|row| row.finding == MissesFinding::Worse).collect();
    text += &match worse.as_slice() {
        [] => format!(" Nobody misses more than the rest, corrected for {validators} validators."),
        worse => {
            let mut order = worse.to_vec();
            order.sort_by(|a, b| a.p_value.unwrap_or(1.0).total_cmp(&b.p_value.unwrap_or(1.0)));
            let shown: Vec<String> = order
                .iter()
                .take(5)
                .map(|row| {
                    format!(
                        "{} ({} of {}; expected of it {})",
                        row.validator,
                        row.missed,
                        row.slots,
                        row.shrunken_share.map_or("-".to_owned(), percent)
                    )
                })
                .collect();
            let more =
                if order.len() > 5 { format!(", and {} more", order.len() - 5) } else { String::new() };
            format!(
                " Worse than the rest, corrected for {validators} validators: {}{more}.",
                shown.join(", ")
            )
        }
    };
    let few = report.rows.iter().filter(|row| row.finding == MissesFinding::TooFew).count();
    if few > 0 {
        text += &format!(" {few} had too few slots for anything to be shown.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four validators with a thousand slots each: about as many missed by all, and far more by one.
    #[test]
    fn chance_explains_what_is_about_the_same() {
        let names: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let text = |done: [u64; 4]| misses(&names, &[1000; 4], &done, 0.95).text;
        let alike = text([900, 905, 895, 900]);
        assert!(alike.contains("Chance explains the differences between them (p = 0."), "{alike}");
        assert!(alike.contains("Nobody misses more than the rest"), "{alike}");
        let worse = text([900, 905, 800, 900]);
        assert!(worse.contains("They do not all miss alike"), "{worse}");
        assert!(
            worse.contains("Worse than the rest, corrected for 4 validators: c (200 of 1000;"),
            "{worse}"
        );
    }
}
