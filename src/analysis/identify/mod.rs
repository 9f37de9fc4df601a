//! Which rule was it? The counts of a table under every rule whose distribution of counts is known.

mod profile;
mod words;

use super::rows::{IdentifyReport, IdentifyRow, Standing};
use crate::random::Stream;
use crate::registry::{Choice, find};
use crate::selection::{Dispersion, ExpectedShares, RULES};
use crate::statistics::distributions::{Binomial, cell_ln_mass, ln_relative_mass, normal_upper};
use crate::statistics::goodness_of_fit;

/// Counts that the best rule gives with a smaller probability than this do not fit it.
const LEAST_FIT: f64 = 0.001;

/// Shares that differ by less than this, relative to the larger, are the same.
const SAME: f64 = 1e-9;

/// How a rule's counts are distributed.
#[derive(Clone, Copy, PartialEq)]
enum Counts {
    /// Multinomial, each draw so many wins.
    Draws(u64),
    /// Within bounds of the expected ones, and nothing more is known.
    Bounded,
}

/// Every registered rule, with its default settings, over some stakes.
pub struct Candidates {
    stakes: Vec<u64>,
    kinds: Vec<Kind>,
    /// Rules that cannot be compared, and why.
    others: Vec<(&'static str, &'static str)>,
}

/// A rule that can be compared, or several with the same distribution of counts.
struct Kind {
    names: Vec<&'static str>,
    counts: Counts,
    shares: Vec<f64>,
    /// How far a count may be off; only of bounded rules.
    bounds: Vec<f64>,
}

impl Candidates {
    /// The cost is that of the rules' expected shares. Somebody must have stake.
    pub fn new(stakes: &[u64]) -> Self {
        let mut candidates = Candidates { stakes: stakes.to_vec(), kinds: Vec::new(), others: Vec::new() };
        for entry in RULES {
            match kind_of(entry.name, stakes) {
                Ok(kind) => match candidates.kinds.iter_mut().find(|other| other.is_same(&kind)) {
                    Some(other) => other.names.push(entry.name),
                    None => candidates.kinds.push(kind),
                },
                Err(why) => candidates.others.push((entry.name, why)),
            }
        }
        candidates
    }

    /// Compares all rules by the probability of the wins. Rules that give everybody the same shares are
    /// one kind; all kinds are equally likely before the data.
    ///
    /// Independent rules are multinomial; of rules that draw several slots at once the draws are; of
    /// deterministic rules only bounds are known, and all counts within them are taken to be equally
    /// likely. O(m) for each kind, but for a simulated goodness of fit where little was expected of
    /// somebody.
    ///
    /// `wins` has as many entries as there are stakes.
    pub fn identify(&self, wins: &[u64], confidence: f64) -> IdentifyReport {
        let mut kinds: Vec<(f64, &Kind)> =
            self.kinds.iter().map(|kind| (kind.ln_likelihood(wins), kind)).collect();
        // Of the same likelihood, the first registered stays first.
        kinds.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = kinds.first().filter(|(ln, _)| *ln > f64::NEG_INFINITY).copied();
        let top = best.map_or(0.0, |(ln, _)| ln);
        // Where all that can give the counts give them alike, as where nobody won, none of them is best.
        let able = kinds.iter().filter(|(ln, _)| *ln > f64::NEG_INFINITY);
        let tied = able.clone().count() > 1 && able.clone().all(|(ln, _)| top - ln < SAME);
        let best = best.filter(|_| !tied);
        let sum: f64 = kinds.iter().map(|(ln, _)| (ln - top).exp()).sum();
        let mut rules: Vec<IdentifyRow> = Vec::new();
        for &(ln, kind) in &kinds {
            let impossible = ln == f64::NEG_INFINITY;
            let posterior = if impossible { 0.0 } else { (ln - top).exp() / sum };
            let standing = match best {
                _ if impossible => Standing::Impossible,
                _ if tied => Standing::Possible,
                Some((_, best)) if std::ptr::eq(best, kind) => Standing::Best,
                _ if posterior >= 1.0 - confidence => Standing::Possible,
                _ => Standing::Unlikely,
            };
            let judged = matches!(standing, Standing::Best | Standing::Possible);
            let rival = best.filter(|_| standing != Standing::Best);
            rules.push(IdentifyRow {
                rule: kind.names[0].to_owned(),
                same_shares: kind.names[1..].join(" "),
                log_likelihood: (!impossible).then_some(ln),
                below_best: (!impossible).then_some(top - ln),
                posterior: best.map(|_| posterior),
                p_value: if judged { kind.fit(wins) } else { None },
                told_apart: rival.and_then(|(_, best)| told_apart(best, kind, wins)),
                standing,
                note: kind.note(wins),
            });
        }
        rules.extend(self.others.iter().map(|&(rule, note)| IdentifyRow {
            rule: rule.to_owned(),
            same_shares: String::new(),
            log_likelihood: None,
            below_best: None,
            posterior: None,
            p_value: None,
            told_apart: None,
            standing: Standing::NotCompared,
            note: note.to_owned(),
        }));
        let first = rules.first().filter(|row| row.standing == Standing::Best);
        let fits = first.is_some_and(|row| row.p_value.is_none_or(|p| p >= LEAST_FIT));
        let posterior = first.and_then(|row| row.posterior);
        let draws = match best.map(|(_, kind)| kind.counts) {
            Some(Counts::Draws(unit)) => wins.iter().map(|wins| wins / unit).collect(),
            _ => wins.to_vec(),
        };
        let mut report = IdentifyReport {
            validators: self.stakes.iter().filter(|&&stake| stake > 0).count() as u64,
            wins: wins.iter().sum(),
            confidence,
            best: first.map(|row| row.rule.clone()),
            posterior,
            identified: fits && posterior.is_some_and(|posterior| posterior >= confidence),
            fits,
            enough_data: rules.iter().filter_map(|row| row.told_apart).all(|apart| apart >= confidence),
            exponent: profile::exponent(&self.stakes, &draws, confidence),
            uniform_part: profile::uniform_part(&self.stakes, &draws, confidence),
            rules,
            text: String::new(),
        };
        report.text = words::text(&report);
        report
    }
}

/// What a rule says of these stakes; otherwise why it cannot be compared.
fn kind_of(name: &'static str, stakes: &[u64]) -> Result<Kind, &'static str> {
    let rule = find("rule", RULES, &Choice::plain(name)).map_err(|_| "it has no default settings")?;
    let shares = match rule.thing.expected_shares(stakes) {
        ExpectedShares::Shares(shares) => shares,
        ExpectedShares::Unknown(why) => return Err(why),
    };
    let (counts, bounds) = match rule.thing.dispersion(stakes) {
        Dispersion::Independent => (Counts::Draws(1), Vec::new()),
        Dispersion::Scaled { factors, cycle } if factors.iter().all(|&factor| factor == cycle as f64) => {
            (Counts::Draws(cycle.max(1)), Vec::new())
        }
        Dispersion::Scaled { .. } => return Err("of its counts only the variance is known"),
        Dispersion::Bounded { bounds } => (Counts::Bounded, bounds),
        Dispersion::Unknown(why) => return Err(why),
    };
    Ok(Kind { names: vec![name], counts, shares, bounds })
}

/// ln of the multinomial probability.
fn ln_multinomial(draws: &[u64], shares: &[f64]) -> f64 {
    let total: u64 = draws.iter().sum();
    // The cells as Poisson counts, given their sum.
    ln_relative_mass(draws, shares, total) - cell_ln_mass(total, total as f64)
}

impl Kind {
    /// ln of the probability of the wins.
    fn ln_likelihood(&self, wins: &[u64]) -> f64 {
        match self.counts {
            Counts::Draws(unit) if wins.iter().all(|wins| wins % unit == 0) => {
                let draws: Vec<u64> = wins.iter().map(|wins| wins / unit).collect();
                ln_multinomial(&draws, &self.shares)
            }
            Counts::Draws(_) => f64::NEG_INFINITY,
            Counts::Bounded => self.ln_bounded(wins),
        }
    }

    fn note(&self, wins: &[u64]) -> String {
        match self.counts {
            Counts::Draws(unit) if wins.iter().any(|wins| wins % unit != 0) => format!(
                "it draws {unit} slots at a time, and not all counts are multiples of that; slots that were assigned, not blocks made, can be compared"
            ),
            Counts::Draws(_) => String::new(),
            Counts::Bounded => {
                "deterministic: all counts within its bounds are taken to be equally likely".to_owned()
            }
        }
    }

    fn is_same(&self, other: &Kind) -> bool {
        self.counts == other.counts
            && self.bounds == other.bounds
            && self.shares.iter().zip(&other.shares).all(|(a, b)| (a - b).abs() <= SAME * a.max(*b))
    }

    /// The fewest and the most wins that a bounded rule gives, in a stretch between two ends of which
    /// each is off by the bound.
    fn box_of(&self, total: u64) -> impl Iterator<Item = (f64, f64)> {
        let total = total as f64;
        self.shares.iter().zip(&self.bounds).map(move |(share, bound)| {
            let (due, slack) = (share * total, 1e-9 * (1.0 + share * total));
            let low = (due - 2.0 * bound - slack).ceil().max(0.0);
            (low, (due + 2.0 * bound + slack).floor().min(total))
        })
    }

    fn ln_bounded(&self, wins: &[u64]) -> f64 {
        let total: u64 = wins.iter().sum();
        let inside = wins
            .iter()
            .zip(self.box_of(total))
            .all(|(&wins, (low, high))| (low..=high).contains(&(wins as f64)));
        if inside { self.ln_flat(total) } else { f64::NEG_INFINITY }
    }

    /// Each count but one is free within its bounds; the largest is left for the sum.
    fn ln_flat(&self, total: u64) -> f64 {
        let widths: Vec<f64> = self.box_of(total).map(|(low, high)| (high - low + 1.0).max(1.0)).collect();
        let widest = widths.iter().copied().fold(1.0, f64::max);
        widest.ln() - widths.iter().map(|width| width.ln()).sum::<f64>()
    }

    fn fit(&self, wins: &[u64]) -> Option<f64> {
        let Counts::Draws(unit) = self.counts else { return None };
        let draws: Vec<u64> = wins.iter().map(|wins| wins / unit).collect();
        let mut stream = Stream::of_figure(0, "goodness of fit");
        goodness_of_fit(&draws, &self.shares, &mut stream).map(|fit| fit.p_value)
    }
}

/// The probability that data of this size prefer the true one of two kinds, whichever is true; the
/// smaller of both. By the normal distribution for the sum of log-ratios, where both draw alike.
fn told_apart(one: &Kind, other: &Kind, wins: &[u64]) -> Option<f64> {
    let total: u64 = wins.iter().sum();
    match (one.counts, other.counts) {
        (Counts::Draws(a), Counts::Draws(b)) if a == b => {
            let draws = total / a;
            Some(preferred(&one.shares, &other.shares, draws).min(preferred(
                &other.shares,
                &one.shares,
                draws,
            )))
        }
        // Counts of one-slot draws are multiples of b by chance alone.
        (Counts::Draws(a), Counts::Draws(b)) => {
            let others = one.shares.iter().filter(|&&share| share > 0.0).count().saturating_sub(1);
            Some(1.0 - (a.min(b) as f64 / a.max(b) as f64).powi(others.min(1_000_000) as i32))
        }
        (Counts::Bounded, Counts::Bounded) => {
            // Both allow the same counts unless their bounds are apart for somebody.
            let apart = one.box_of(total).zip(other.box_of(total)).any(|(a, b)| a.1 < b.0 || b.1 < a.0);
            Some(if apart { 1.0 } else { 0.5 })
        }
        (Counts::Bounded, Counts::Draws(unit)) => Some(escapes(other, one, unit, total)),
        (Counts::Draws(unit), Counts::Bounded) => Some(escapes(one, other, unit, total)),
    }
}

/// The probability that n draws by `truth` are likelier under it than under `rival`.
fn preferred(truth: &[f64], rival: &[f64], draws: u64) -> f64 {
    let (mut mean, mut square, mut excluded) = (0.0, 0.0, 0.0);
    for (&p, &q) in truth.iter().zip(rival) {
        if p > 0.0 && q > 0.0 {
            let ratio = (p / q).ln();
            mean += p * ratio;
            square += p * ratio * ratio;
        } else if p > 0.0 {
            excluded += p;
        }
    }
    let n = draws as f64;
    let variance = square - mean * mean;
    let by_ratio = if variance > 0.0 {
        1.0 - normal_upper(mean * n.sqrt() / variance.sqrt())
    } else if mean > 0.0 && draws > 0 {
        1.0
    } else {
        0.5
    };
    // One draw of what the rival never gives decides.
    1.0 - (1.0 - by_ratio) * (n * (-excluded.min(1.0)).ln_1p()).exp()
}

/// The probability that draws leave the bounds of a deterministic rule for the validator of whom it is
/// likeliest: a lower bound of that for anybody. Counts within the bounds speak for the rule with the
/// bounds if it spreads them less.
fn escapes(draws: &Kind, bounded: &Kind, unit: u64, total: u64) -> f64 {
    let most = draws
        .shares
        .iter()
        .zip(bounded.box_of(total))
        .filter_map(|(&share, (low, high))| {
            let law = Binomial::new(total / unit, share.clamp(0.0, 1.0))?;
            let unit = unit as f64;
            let below = if low > 0.0 { law.lower(((low - 1.0) / unit) as u64) } else { 0.0 };
            let above = law.upper((high / unit) as u64 + 1);
            Some(below + above)
        })
        .fold(0.0, f64::max);
    most.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 draws by (1/2, 1/2) are likelier under it than under (2/5, 3/5) with 45 wins or more: 0.86437.
    #[test]
    fn draws_prefer_what_they_were_drawn_by() {
        let (truth, rival) = ([0.5, 0.5], [0.4, 0.6]);
        let exact = Binomial::new(100, 0.5).unwrap().upper(45);
        let found = preferred(&truth, &rival, 100);
        assert!((found - exact).abs() < 0.03, "{found} for {exact}");
        assert!(preferred(&truth, &rival, 100_000) > 0.999_999);
        assert_eq!((preferred(&truth, &truth, 100), preferred(&truth, &rival, 0)), (0.5, 0.5));
    }

    /// Four draws by (1/2, 1/2), of which the rival (1, 0) never gives the second: missed by all with 1/16,
    /// and their likelihoods then prefer the truth with the normal probability of two deviations.
    #[test]
    fn one_draw_that_the_rival_never_gives_decides() {
        let found = preferred(&[0.5, 0.5], &[1.0, 0.0], 4);
        let expected = 1.0 - normal_upper(-2.0) / 16.0;
        assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
    }

    /// Counts of single draws are multiples of four by chance alone: 1/4 for each of all validators but one.
    #[test]
    fn runs_are_told_apart_by_multiples() {
        let kind = |unit| Kind {
            names: vec!["raffle"],
            counts: Counts::Draws(unit),
            shares: vec![0.2, 0.3, 0.5, 0.0],
            bounds: Vec::new(),
        };
        assert_eq!(told_apart(&kind(1), &kind(4), &[20, 28, 52, 0]), Some(1.0 - 1.0 / 16.0));
        assert_eq!(told_apart(&kind(4), &kind(1), &[20, 28, 52, 0]), Some(1.0 - 1.0 / 16.0));
    }
}
