//! Text for LaTeX.

use super::active::visible;
use std::fmt::Write;

/// Text on one line in which nothing is a command of LaTeX; letters that pdflatex has no glyph for by default
/// stand as their code.
pub(super) fn latex(text: &str) -> String {
    latex_and_letters(text, |letter| format!("\\texttt{{U+{:04X}}}", u32::from(letter)))
}

/// The same, where letters that pdflatex has no glyph for by default stand as `letter` says.
pub(super) fn latex_and_letters(text: &str, letter: impl Fn(char) -> String) -> String {
    let mut tex = String::with_capacity(text.len());
    let mut before = ' ';
    for c in visible(&text.replace(['\n', '\r', '\t'], " ")).chars() {
        // Twice the same would be one dash, quotation mark or the like.
        if c == before && matches!(c, '-' | ',' | '\'') {
            tex += "{}";
        }
        before = c;
        match c {
            '\\' => tex += "\\textbackslash{}",
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                tex.push('\\');
                tex.push(c);
            }
            '~' => tex += "\\textasciitilde{}",
            '^' => tex += "\\textasciicircum{}",
            '<' => tex += "\\textless{}",
            '>' => tex += "\\textgreater{}",
            '|' => tex += "\\textbar{}",
            '"' => tex += "\\textquotedbl{}",
            '`' => tex += "\\textasciigrave{}",
            '≤' => tex += "\\ensuremath{\\leq}",
            '≥' => tex += "\\ensuremath{\\geq}",
            '±' => tex += "\\ensuremath{\\pm}",
            '×' => tex += "\\ensuremath{\\times}",
            '·' => tex += "\\ensuremath{\\cdot}",
            '√' => tex += "\\ensuremath{\\surd}",
            '∞' => tex += "\\ensuremath{\\infty}",
            '→' => tex += "\\ensuremath{\\rightarrow}",
            '←' => tex += "\\ensuremath{\\leftarrow}",
            '−' => tex += "\\ensuremath{-}",
            'ε' => tex += "\\ensuremath{\\varepsilon}",
            'δ' => tex += "\\ensuremath{\\delta}",
            'α' => tex += "\\ensuremath{\\alpha}",
            'σ' => tex += "\\ensuremath{\\sigma}",
            'φ' => tex += "\\ensuremath{\\varphi}",
            'χ' => tex += "\\ensuremath{\\chi}",
            'Σ' => tex += "\\ensuremath{\\Sigma}",
            '²' => tex += "\\ensuremath{^2}",
            '³' | '⁰' | '¹' | '⁴'..='⁹' | '⁻' => {
                let _ = write!(tex, "\\ensuremath{{^{{{}}}}}", raised(c));
            }
            '…' => tex += "\\ldots{}",
            '–' => tex += "--",
            '—' => tex += "---",
            '’' => tex.push('\''),
            '“' => tex += "``",
            '”' => tex += "''",
            '\u{A0}' | '\u{202F}' | '\u{2009}' => tex.push('~'),
            // T1 has the letters of western and central Europe.
            ' '..='~'
            | '\u{C0}'..='\u{FF}'
            | '\u{100}'..='\u{107}'
            | '\u{10C}'..='\u{111}'
            | '\u{118}'..='\u{11B}'
            | '\u{141}'..='\u{144}'
            | '\u{147}'..='\u{148}'
            | '\u{150}'..='\u{155}'
            | '\u{158}'..='\u{15B}'
            | '\u{15E}'..='\u{165}'
            | '\u{16E}'..='\u{171}'
            | '\u{178}'..='\u{17E}' => tex.push(c),
            other => tex += &letter(other),
        }
    }
    tex
}

/// What stands raised.
fn raised(c: char) -> char {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    RAISED.chars().zip('0'..='9').find(|(raised, _)| *raised == c).map_or('-', |(_, digit)| digit)
}

#[cfg(test)]
mod tests {
    use super::latex;

    #[test]
    fn nothing_in_a_name_is_a_command() {
        assert_eq!(
            latex("50 % of $x_1$ \\input{y} ≤ 彩"),
            "50 \\% of \\$x\\_1\\$ \\textbackslash{}input\\{y\\} \\ensuremath{\\leq} \\texttt{U+5F69}"
        );
        assert_eq!(latex("é ł ñ"), "é ł ñ");
        assert_eq!(latex("--- ,, ''"), "-{}-{}- ,{}, '{}'");
        assert_eq!(latex("10⁻³"), "10\\ensuremath{^{-}}\\ensuremath{^{3}}");
    }
}
