//! What the likelihoods come to, in words.

use crate::analysis::rows::{IdentifyReport, IdentifyRow, ProfileEstimate, Standing};
use crate::statistics::percent::{fixed, setting};

fn percent(value: f64) -> String {
    fixed(value, 2)
}

/// A rule and those of the same shares.
fn named(row: &IdentifyRow) -> String {
    if row.same_shares.is_empty() {
        return format!("`{}`", row.rule);
    }
    let others: Vec<String> = row.same_shares.split(' ').map(|name| format!("`{name}`")).collect();
    format!("`{}` (or {}, which give everybody the same shares)", row.rule, others.join(", "))
}

fn estimate(estimate: &ProfileEstimate) -> Option<String> {
    let end = |end: Option<f64>| end.map_or("no limit".to_owned(), |end| format!("{end:.4}"));
    if estimate.value.is_none() && estimate.low.is_none() && estimate.high.is_none() {
        return None;
    }
    let value = estimate.value.map_or("none that is largest".to_owned(), |value| format!("{value:.4}"));
    Some(format!("{value} (from {} to {})", end(estimate.low), end(estimate.high)))
}

/// What it comes to.
pub fn text(report: &IdentifyReport) -> String {
    let mut text = match report.rules.iter().find(|row| row.standing == Standing::Best) {
        None if report.rules.iter().any(|row| row.standing == Standing::Possible) => {
            "Cannot tell: all rules that can give these counts give them with the same probability."
                .to_owned()
        }
        None => "No rule that is known here can give these counts.".to_owned(),
        Some(best) => {
            let posterior = percent(best.posterior.unwrap_or_default());
            let name = named(best);
            if !report.fits {
                format!(
                    "No known rule explains these counts: the likeliest is {name}, and it gives counts like these with p = {:.1e}. Stakes that changed, missed blocks, or a rule that is not known here can explain that.",
                    best.p_value.unwrap_or_default()
                )
            } else if report.identified {
                format!(
                    "The rule is identified as {name}: posterior probability {posterior}, if all kinds of shares were equally likely before."
                )
            } else {
                let rivals: Vec<String> = report
                    .rules
                    .iter()
                    .filter(|row| row.standing == Standing::Possible)
                    .map(|row| format!("`{}` ({})", row.rule, percent(row.posterior.unwrap_or_default())))
                    .collect();
                format!(
                    "The rule is not identified: the likeliest is {name} with a posterior probability of {posterior}; not excluded: {}.",
                    rivals.join(", ")
                )
            }
        }
    };
    let weak: Vec<&IdentifyRow> = report
        .rules
        .iter()
        .filter(|row| row.told_apart.is_some_and(|apart| apart < report.confidence))
        .collect();
    if report.best.is_some() {
        text += &match weak.as_slice() {
            [] => " Data of this size tell it from every other rule that is compared.".to_owned(),
            weak => {
                let shown: Vec<String> = weak
                    .iter()
                    .take(5)
                    .map(|row| format!("`{}` ({})", row.rule, percent(row.told_apart.unwrap_or_default())))
                    .collect();
                let more =
                    if weak.len() > 5 { format!(" and {} more", weak.len() - 5) } else { String::new() };
                format!(
                    " Data of this size cannot tell it from {}{more}: in brackets, the probability that such data prefer the right one.",
                    shown.join(", ")
                )
            }
        };
    }
    let confidence = setting(report.confidence);
    match estimate(&report.exponent) {
        Some(exponent) => {
            text += &format!(
                " If shares are in proportion to stake^α, α is {exponent}, a {confidence} interval by the profile likelihood"
            );
            if let Some(part) = estimate(&report.uniform_part) {
                text += &format!(
                    "; if a part of the wins is drawn uniformly and the rest by stake, that part is {part}"
                );
            }
            text + "."
        }
        None => text + " All stakes are equal, or nobody won, so no exponent can be told.",
    }
}
