//! What `report` writes for a paper compiles as it is. Where pdflatex is not installed the tests say so;
//! `.ci/optional-tools` installs it.

use crate::sandbox::Sandbox;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether pdflatex is there; says so if not.
fn installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join("pdflatex").is_file());
    if !found {
        println!("not tested: no pdflatex is installed; .ci/optional-tools installs it");
    }
    found
}

fn compiles(file: &Path) {
    let done = Command::new("pdflatex")
        .args(["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"])
        .arg(file.file_name().expect("a name"))
        .current_dir(file.parent().expect("a folder"))
        .stdin(Stdio::null())
        .output()
        .expect("pdflatex runs");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    let tail: String =
        told.lines().rev().take(25).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n");
    assert!(done.status.success(), "{}: {tail}", file.display());
    assert!(!told.contains("Missing character"), "{}: {tail}", file.display());
    let pdf = fs::read(file.with_extension("pdf")).expect("a document");
    assert!(pdf.starts_with(b"%PDF"), "{}", file.display());
}

/// Names that mean something to TeX, or that its fonts lack, are in every table.
#[test]
fn methods_tables_and_figures_compile() {
    if !installed() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.put(
        "pair.toml",
        "name = 'pair'\n[run]\nrounds = 50\ntrials = 3\nengine = 'draws'\n[population]\naccounts = [\
         { name = '100%_of $x^2$ & #1 ~{a}\\b <c>', balance = 300 }, \
         { name = '彩票 é Ω Ж \u{1F600}', balance = 700 }]\n\
         [study]\ntitle = 'Do <two> pay 100 % for $x_1$ — “ever”?'\nauthors = ['Ada L.', 'Ève & Ćo.']\n\
         aim = 'To find \u{2264} 5 \u{3b1}'\nhypotheses = ['ada wins']\n",
    );
    for arguments in [
        &["run", "pair.toml", "--quiet"][..],
        &["report", "output/pair", "--tables", "latex"],
        &[
            "plot",
            "output/pair",
            "--figure",
            "win-share",
            "--width",
            "85mm",
            "--format",
            "pdf",
            "--output",
            "paper",
        ],
        &["plot", "output/pair", "--format", "pgf", "--output", "drawn"],
        &["plot", "output/pair", "--format", "pgf", "--width", "85mm", "--theme", "dark", "--output", "dark"],
    ] {
        let done = sandbox.command(arguments).output().expect("the program runs");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    sandbox.put(
        "paper/paper.tex",
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}\\includegraphics{win-share.pdf}\\end{document}\n",
    );
    compiles(&sandbox.path("paper/paper.tex"));
    compiles(&sandbox.path("output/pair/methods.tex"));
    for figure in ["win-share", "timeline", "lorenz"] {
        compiles(&sandbox.path(&format!("drawn/{figure}.tex")));
        compiles(&sandbox.path(&format!("dark/{figure}.tex")));
    }
    // What pdflatex lacks has a number and a note with its code, and the file says how its letters are printed.
    let drawn = fs::read_to_string(sandbox.path("drawn/win-share.tex")).expect("a figure");
    assert!(
        drawn.contains("\\figureletter{5F69}{24425}\\figureletter{7968}{31080}") && !drawn.contains('彩'),
        "{drawn}"
    );
    assert!(
        drawn.contains("\\figureletters{1}{24425}{") && drawn.contains("lacks: [1] U+5F69 U+7968"),
        "{drawn}"
    );
    assert!(drawn.contains("lualatex '\\def\\figurefont{") && drawn.contains("\\input{win-share.tex}'"));
    // The same file within a document, in its fonts.
    sandbox.put(
        "within.tex",
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{pgfplots}\\pgfplotsset{compat=1.12,table/search path={.,drawn}}\n\
         \\begin{document}\\begin{figure}\\centering\\input{drawn/timeline.tex}\\caption{A figure}\\end{figure}Words after it.\\end{document}\n",
    );
    compiles(&sandbox.path("within.tex"));
    let tables = fs::read_dir(sandbox.path("output/pair/tables")).expect("tables");
    let tables: Vec<_> = tables.map(|entry| entry.expect("an entry").path()).collect();
    let written: Vec<_> =
        tables.iter().filter(|path| path.extension().is_some_and(|end| end == "tex")).collect();
    assert!(written.len() >= 4, "{tables:?}");
    for table in written {
        compiles(table);
    }
}
