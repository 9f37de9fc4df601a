//! The page of the gallery, `docs/gallery.md`.

use super::check::{Agreement, GalleryRow};
use std::fmt::Write;

/// Significant digits of a value without a published one.
const DIGITS: usize = 7;

/// A number with as many digits as are worth reading.
pub fn shown(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-5..9).contains(&magnitude) {
        let text = format!("{value:.*e}", digits - 1);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", without_zeros(mantissa));
    }
    let places = (digits as i32 - 1 - magnitude).max(0) as usize;
    without_zeros(&format!("{value:.places$}")).to_owned()
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// The published value as its source has it, the exact value, and the simulation with its standard error.
pub fn cells(row: &GalleryRow) -> [String; 3] {
    let simulation = match (row.simulated, row.se) {
        (Some(value), Some(se)) if se > 0.0 => {
            // The standard error with two digits, and the value as far as it.
            let places = (1 - se.log10().floor() as i32).max(0) as usize;
            if se < 1e-7 {
                format!("{} ± {}", shown(value, 4), shown(se, 2))
            } else {
                format!("{value:.places$} ± {se:.places$}")
            }
        }
        (Some(value), _) => shown(value, DIGITS),
        _ => "–".to_owned(),
    };
    [shown(row.published, 12), shown(row.exact, DIGITS), simulation]
}

/// The page, in Markdown.
pub fn page(rows: &[GalleryRow]) -> String {
    let in_error = rows.iter().filter(|row| row.agreement == Agreement::PublicationInError).count();
    let agree = rows.iter().filter(|row| row.agreement == Agreement::Agrees).count();
    let mut text = String::from(INTRODUCTION);
    let _ = writeln!(
        text,
        "**{} results: {agree} agree, {in_error} {} a publication in error, {} differ.**\n",
        rows.len(),
        if in_error == 1 { "shows" } else { "show" },
        rows.len() - agree - in_error
    );
    let mut topics: Vec<&str> = Vec::new();
    for row in rows {
        if !topics.contains(&row.topic.as_str()) {
            topics.push(&row.topic);
        }
    }
    for topic in topics {
        let _ = writeln!(text, "## {topic}\n");
        text.push_str("| entry | result | published | exact law | simulation ± se | agrees? |\n|---|---|---|---|---|---|\n");
        let mut sources: Vec<&str> = Vec::new();
        for row in rows.iter().filter(|row| row.topic == topic) {
            let number = match sources.iter().position(|source| *source == row.source) {
                Some(place) => place + 1,
                None => {
                    sources.push(&row.source);
                    sources.len()
                }
            };
            let [published, exact, simulation] = cells(row);
            let kind = if row.given == "formula" { " (formula)" } else { "" };
            let note = if row.note.is_empty() { String::new() } else { format!(": {}", row.note) };
            let _ = writeln!(
                text,
                "| [`{0}`](../scenarios/papers/{0}.toml) | {1} [{number}] | {published}{kind} | {exact} | {simulation} | {2}{note} |",
                row.name, row.result, row.agreement
            );
        }
        text.push('\n');
        for (place, source) in sources.iter().enumerate() {
            let _ = writeln!(
                text,
                "[{}] {source}.{}",
                place + 1,
                if place + 1 == sources.len() { "" } else { "  " }
            );
        }
        text.push('\n');
    }
    text.push_str(ENTRY);
    text
}

const INTRODUCTION: &str = "\
# The gallery

<!-- Written by `tombola gallery --write docs/gallery.md --force`; change the files in scenarios/papers instead. -->

PublishedSection results on who is selected and who is paid, each computed again from its exact law and by a
simulation. `tombola gallery` prints this table; its exit code is 1 if one row does not agree. *Formula* means that
the source has a formula, which was evaluated apart from this program; otherwise the source prints the number. A
published value agrees if the exact one lies within half a unit of its last digit, or within the error that the source
states for a simulation of its own. A simulation agrees unless one of a correct program would be as far from the
exact value with a probability below 0.0001.

";

const ENTRY: &str = "\
## An entry

One file in `scenarios/papers/`: a scenario, which `tombola run` accepts too (or none, where the result is one of
combinatorics), and

```toml
[published]
result = \"Expected share of the smaller of two holders, 20 : 80\"   # what it is
topic = \"Lotteries that are not proportional\"                      # the heading above
source = \"Huang and others, SIGMOD 2021, SL-PoS\"                   # where it was published
given = \"formula\"                                                  # or \"number\", if the source prints it
value = 0.125
tolerance = 0                                                      # half a unit of the last digit
# error = \"why\"                                                    # if the publication is in error
# not_simulated = \"why\"                                            # if there is no simulation
estimand = { kind = \"win-share\", validator = \"small\" }             # what is computed; `tombola list estimands`
```

`tombola gallery my-result.toml` checks a file of your own.
";

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn numbers_have_the_digits_that_are_asked_for() {
        assert_eq!(shown(0.617812903735, 7), "0.6178129");
        assert_eq!(shown(1.63894170694e-16, 5), "1.6389e-16");
        assert_eq!(shown(0.125, 7), "0.125");
        assert_eq!(shown(1096.0, 7), "1096");
        assert_eq!(shown(44.0, 12), "44");
        assert_eq!(shown(0.0, 3), "0");
        assert_eq!(shown(-0.0301, 2), "-0.03");
    }
}
