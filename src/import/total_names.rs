//! Names under which tables have totals.

/// Whether a row of this name is likely to hold the total of the others.
pub fn is_total(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "total",
        "totals",
        "sum",
        "sums",
        "subtotal",
        "grand total",
        "overall",
        "total stake",
        "total:",
        "sum:",
    ];
    name.len() < 16 && NAMES.contains(&name.to_lowercase().as_str())
}

/// Whether a name may mean all validators together, if the numbers of its row are their sums.
pub fn may_be_total(name: &str) -> bool {
    const WORDS: &[&str] = &[
        // English.
        "total",
        "totals",
        "subtotal",
        "sum",
        "sums",
        "all",
        "overall",
        "network",
        "whole",
        "everybody",
        "everyone",
        "combined",
        "aggregate",
        "altogether",
        "chain",
        "supply",
        // German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Turkish.
        "gesamt",
        "gesamtsumme",
        "summe",
        "insgesamt",
        "alle",
        "totaux",
        "totale",
        "somme",
        "ensemble",
        "tous",
        "suma",
        "todos",
        "totali",
        "somma",
        "tutti",
        "soma",
        "totaal",
        "som",
        "razem",
        "łącznie",
        "всего",
        "итого",
        "сумма",
        "toplam",
        // Chinese, Japanese, Korean.
        "总计",
        "合计",
        "總計",
        "合計",
        "总和",
        "합계",
        "총계",
    ];
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    // What stands for no name, such as a dash, may mean all too.
    words.any(|word| WORDS.contains(&word)) || !lower.chars().any(char::is_alphanumeric)
}
