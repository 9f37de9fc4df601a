//! Names under which tables have totals.

/// Whether a row of this name is likely to hold the total of the others.
pub fn is_total(name: &str) -> bool {
    const NAMES: &[&str] = &[
        // English.
        "total",
        "totals",
        "sum",
        "sums",
        "sum total",
        "subtotal",
        "grand total",
        "overall",
        "overall total",
        "total sum",
        "total stake",
        // German, French, Spanish, Italian, Portuguese, Dutch, without accents.
        "summe",
        "summen",
        "gesamt",
        "gesamtsumme",
        "endsumme",
        "zwischensumme",
        "insgesamt",
        "totaux",
        "total general",
        "somme",
        "sous-total",
        "totales",
        "suma",
        "suma total",
        "gran total",
        "totale",
        "totale generale",
        "totali",
        "somma",
        "totais",
        "total geral",
        "soma",
        "totaal",
        "eindtotaal",
        "subtotaal",
        // Swedish, Danish, Norwegian, Finnish, Polish, Czech, Hungarian, Turkish, Indonesian, Vietnamese.
        "summa",
        "totalt",
        "i alt",
        "yhteensa",
        "razem",
        "łacznie",
        "ogołem",
        "celkem",
        "soucet",
        "osszesen",
        "toplam",
        "genel toplam",
        "jumlah",
        "tong",
        "tong cong",
        // Russian, Ukrainian, Greek, Arabic, Hebrew, Hindi, Thai.
        "итого",
        "всего",
        "сумма",
        "общая сумма",
        "разом",
        "усього",
        "всього",
        "σύνολο",
        "المجموع",
        "الإجمالي",
        "סה\"כ",
        "סך הכל",
        "कुल",
        "รวม",
        // Chinese, Japanese, Korean.
        "总计",
        "合计",
        "小计",
        "共计",
        "总和",
        "總計",
        "合計",
        "小計",
        "總和",
        "総計",
        "합계",
        "총계",
        "총합",
    ];
    // No name above is nearly as long.
    if name.len() > 64 {
        return false;
    }
    let lower = name.to_lowercase();
    let bare =
        lower.trim_end_matches(|c: char| c.is_whitespace() || [':', '\u{ff1a}', '.', '='].contains(&c));
    let words: Vec<&str> = bare.split_whitespace().collect();
    let words = words.join(" ");
    NAMES.contains(&words.as_str()) || NAMES.contains(&without_accents(&words).as_str())
}

/// The letters of Latin without the accents that the names above have, in either way to write them.
fn without_accents(text: &str) -> String {
    let bare = |c| match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ó' | 'ô' | 'ö' | 'ổ' | 'ộ' => 'o',
        'ą' => 'a',
        'č' => 'c',
        c => c,
    };
    text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(bare).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Options, read};

    #[test]
    fn totals_have_names_in_many_languages() {
        for name in [
            "Total",
            "TOTALS",
            "Grand total:",
            "grand  Total :",
            "Summe",
            "GESAMTSUMME",
            "Total général",
            "TOTAL GÉNÉRAL :",
            "Total ge\u{301}ne\u{301}ral",
            "Итого",
            "ИТОГО:",
            "合计",
            "合计：",
            "Tổng cộng",
            "Łącznie",
            "Σύνολο",
        ] {
            assert!(is_total(name), "{name}");
            // The numbers need not add up.
            let table = format!("name,stake\nann,5\nbob,6\n{name},12\n");
            let fault = read(table.as_bytes(), &Options::default()).unwrap_err();
            assert!(fault.problem.contains("--total drop or --total keep"), "{name}: {}", fault.problem);
        }
        for name in ["Totally Secure", "Summer", "Sumatra", "All Nodes", "Ensemble", ""] {
            assert!(!is_total(name), "{name}");
        }
    }
}
