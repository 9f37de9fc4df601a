//! The works that a report rests on, as BibTeX.

use super::Folder;
use crate::registry::Entry;
use crate::report::latex::latex;
use crate::selection::RULES;
use std::fmt::Write;

/// A method as the tables name it, and its entry.
const WORKS: &[(&str, &str)] = &[
    (
        "wilson",
        "@article{wilson1927,\n  author = {Wilson, Edwin B.},\n  title = {Probable inference, the law of succession, and statistical inference},\n  journal = {Journal of the American Statistical Association},\n  volume = {22},\n  pages = {209--212},\n  year = {1927}\n}",
    ),
    (
        "clopper",
        "@article{clopper1934,\n  author = {Clopper, C. J. and Pearson, E. S.},\n  title = {The use of confidence or fiducial limits illustrated in the case of the binomial},\n  journal = {Biometrika},\n  volume = {26},\n  pages = {404--413},\n  year = {1934}\n}",
    ),
    (
        "holm",
        "@article{holm1979,\n  author = {Holm, Sture},\n  title = {A simple sequentially rejective multiple test procedure},\n  journal = {Scandinavian Journal of Statistics},\n  volume = {6},\n  pages = {65--70},\n  year = {1979}\n}",
    ),
    (
        "pearson's chi-square",
        "@article{pearson1900,\n  author = {Pearson, Karl},\n  title = {On the criterion that a given system of deviations from the probable is such that it can be reasonably supposed to have arisen from random sampling},\n  journal = {Philosophical Magazine},\n  volume = {50},\n  pages = {157--175},\n  year = {1900}\n}",
    ),
    (
        "intersection-union",
        "@article{berger1982,\n  author = {Berger, Roger L.},\n  title = {Multiparameter hypothesis testing and acceptance sampling},\n  journal = {Technometrics},\n  volume = {24},\n  pages = {295--300},\n  year = {1982}\n}",
    ),
    (
        "mcdiarmid",
        "@incollection{mcdiarmid1989,\n  author = {McDiarmid, Colin},\n  title = {On the method of bounded differences},\n  booktitle = {Surveys in Combinatorics},\n  publisher = {Cambridge University Press},\n  pages = {148--188},\n  year = {1989}\n}",
    ),
    (
        "hoeffding",
        "@article{hoeffding1963,\n  author = {Hoeffding, Wassily},\n  title = {Probability inequalities for sums of bounded random variables},\n  journal = {Journal of the American Statistical Association},\n  volume = {58},\n  pages = {13--30},\n  year = {1963}\n}",
    ),
    (
        "bonett",
        "@article{bonett2006,\n  author = {Bonett, Douglas G.},\n  title = {Approximate confidence interval for standard deviation of nonnormal distributions},\n  journal = {Computational Statistics and Data Analysis},\n  volume = {50},\n  pages = {775--782},\n  year = {2006}\n}",
    ),
    (
        "confidence sequence",
        "@article{howard2021,\n  author = {Howard, Steven R. and Ramdas, Aaditya and McAuliffe, Jon and Sekhon, Jasjeet},\n  title = {Time-uniform, nonparametric, nonasymptotic confidence sequences},\n  journal = {Annals of Statistics},\n  volume = {49},\n  pages = {1055--1080},\n  year = {2021}\n}",
    ),
    (
        "student",
        "@article{student1908,\n  author = {{Student}},\n  title = {The probable error of a mean},\n  journal = {Biometrika},\n  volume = {6},\n  pages = {1--25},\n  year = {1908}\n}",
    ),
    (
        "kolmogorov",
        "@article{kolmogorov1933,\n  author = {Kolmogorov, Andrey N.},\n  title = {Sulla determinazione empirica di una legge di distribuzione},\n  journal = {Giornale dell'Istituto Italiano degli Attuari},\n  volume = {4},\n  pages = {83--91},\n  year = {1933}\n}",
    ),
    (
        "runs test",
        "@article{wald1940,\n  author = {Wald, Abraham and Wolfowitz, Jacob},\n  title = {On a test whether two samples are from the same population},\n  journal = {Annals of Mathematical Statistics},\n  volume = {11},\n  pages = {147--162},\n  year = {1940}\n}",
    ),
];

/// The works that every report follows.
const ALWAYS: &str = "\
@article{morris2019,
  author = {Morris, Tim P. and White, Ian R. and Crowther, Michael J.},
  title = {Using simulation studies to evaluate statistical methods},
  journal = {Statistics in Medicine},
  volume = {38},
  pages = {2074--2102},
  year = {2019}
}
";

impl Folder {
    /// An entry for the program, for each rule, and for each method that the tables name.
    pub(super) fn bibliography(&self) -> String {
        let mut text = format!(
            "@misc{{tombola,\n  key = {{tombola}},\n  title = {{tombola: a parallel Monte Carlo simulator and statistical analysis tool for \
             proof of stake}},\n  note = {{version {}}}\n}}\n\n{ALWAYS}",
            self.text("version")
        );
        for name in self.rules() {
            let known: Option<&Entry<_>> = RULES.iter().find(|entry| entry.name == name.as_str());
            if let Some(entry) = known {
                let _ = writeln!(
                    text,
                    "\n@misc{{rule-{name},\n  key = {{{name}}},\n  title = {{The rule {name}}},\n  note = {{{}}}\n}}",
                    latex(entry.source)
                );
            }
        }
        let mut methods = String::new();
        for sheet in ["fairness", "compare", "batch"].into_iter().filter_map(|name| self.sheet(name)) {
            for row in &sheet.rows {
                methods += &sheet.cell(row, "method").to_lowercase();
                methods.push('\n');
                if !sheet.cell(row, "p_adjusted").is_empty() {
                    methods += "holm\n";
                }
            }
        }
        if self.sheet("validators").is_some() {
            methods += "wilson clopper holm\n";
        }
        for (method, work) in WORKS {
            if methods.contains(method) {
                let _ = writeln!(text, "\n{work}");
            }
        }
        text
    }
}
