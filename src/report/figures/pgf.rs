//! A figure for LaTeX: axes by pgfplots, words in the fonts of the document, data in a file beside it.

use super::drafting::{
    Align, Axes, Axis, Chart, Dash, GRID, INK, LABEL_SIZE, Mark, MarkRole, MarkStyle, PAPER, Rgb, Series,
    Shape, Stroke, TITLE_SIZE, shown, width,
};
use super::{Sheet, Theme};
use crate::report::latex::latex_and_letters;
use std::fmt::Write;

/// Marks of fewer points than this, all together, stand in the text itself.
const BESIDE: usize = 3;

/// How far from the sheet's left edge the title of a vertical axis has its middle.
const TITLE_MIDDLE: f64 = 36.0;
/// How far below a frame the title of its horizontal axis has its middle.
const TITLE_BELOW: f64 = 86.0;

/// Compiles a figure by itself, or reads it into a document: a document that has begun has no `\@nodocument`.
const OPENING: &str = r"% Compiles as it is; and a document that loads pgfplots reads it with \input. Where the .dat file lies in
% another folder, say so: \pgfplotsset{table/search path={.,FOLDER}}
\expandafter\ifx\csname @nodocument\endcsname\relax
  \let\endfigurealone\relax
\else
  \documentclass{article}
  \usepackage[paperwidth=WIDTHmm,paperheight=HEIGHTmm,hmargin=0mm,top=0mm,bottom=-9mm]{geometry}
  \pagestyle{empty}
  \setlength{\parindent}{0pt}
  \setlength{\topskip}{0pt}
  \ifdefined\XeTeXversion
    \usepackage{fontspec}
  \else\ifdefined\directlua
    \usepackage{fontspec}
  \else
    \usepackage[T1]{fontenc}
    \usepackage[utf8]{inputenc}
    \usepackage{textcomp}
  \fi\fi
  \ifdefined\figurefont\setmainfont{\figurefont}\fi
  \usepackage{pgfplots}
  \pgfplotsset{compat=1.12}
  \def\endfigurealone{\end{document}}
  \begin{document}
\fi
\providecommand{\figurefitted}[2]{\sbox0{#2}\ifdim\wd0>#1\relax\resizebox{#1}{!}{\usebox0}\else\usebox0\fi}
";

/// Letters that pdflatex lacks: with engines that read fonts of the system, those that the font has. Where the
/// font lacks the first of some, the number of these letters stands for them, and a note below the figure lists
/// them.
const LETTERS: &str = r"% Letters that pdflatex lacks are replaced by numbers, such as [1], which a note below the figure lists; lualatex
% and xelatex print them where the document's font has them. For this file alone:
%   lualatex '\def\figurefont{Noto Sans CJK SC}\input{NAME.tex}'
% with a font that has the letters of these names.
\gdef\figurelacks{0}
\providecommand{\figurelack}[1]{\gdef\figurelacks{1}[#1]}
\providecommand{\figurecode}[1]{\texttt{U+#1}}
\ifdefined\XeTeXversion
  \providecommand{\figureletter}[2]{\iffontchar\font#2 \symbol{#2}\else\figurecode{#1}\fi}
  \providecommand{\figureletters}[3]{\iffontchar\font#2 #3\else\figurelack{#1}\fi}
\else\ifdefined\directlua
  \providecommand{\figureletter}[2]{\iffontchar\font#2 \symbol{#2}\else\figurecode{#1}\fi}
  \providecommand{\figureletters}[3]{\iffontchar\font#2 #3\else\figurelack{#1}\fi}
\else
  \providecommand{\figureletter}[2]{\figurecode{#1}}
  \providecommand{\figureletters}[3]{\figurelack{#1}}
\fi\fi
";

/// How wide a character of the note on replaced letters is, and how high a line of it, in millimetres.
const NOTE_CHARACTER: f64 = 1.7;
const NOTE_LINE: f64 = 3.6;

/// Text in which letters that pdflatex lacks are those of [`LETTERS`], by their code in two notations: a quotation
/// mark, which begins a hexadecimal number, is a command in German documents.
fn latex(text: &str) -> String {
    latex_and_letters(text, |letter| format!("\\figureletter{{{0:04X}}}{{{0}}}", u32::from(letter)))
}

/// A letter of a text of [`latex`] that begins with one: its code in both notations, and what follows.
fn lacking_letter(text: &str) -> Option<(&str, &str, &str)> {
    let (code, rest) = text.strip_prefix("\\figureletter{")?.split_once("}{")?;
    let (decimal, rest) = rest.split_once('}')?;
    Some((code, decimal, rest))
}

/// The text of the figure, and of `name.dat` with its data.
pub(super) fn pgf(chart: &Chart, name: &str) -> (String, String) {
    let (across, down) = chart.sheet.units();
    let file = format!("{name}.dat");
    let mut writer =
        Writer { sheet: chart.sheet, text: String::new(), file, columns: Vec::new(), replaced: Vec::new() };
    if chart.sheet.theme == Theme::Dark {
        let paper = writer.color(PAPER);
        let _ = writeln!(writer.text, "\\fill[fill={paper}] (0,0) rectangle ({across},{down});");
    }
    let series = chart.series();
    for (axes, series) in chart.axes.iter().zip(&series) {
        writer.axes(axes, series);
    }
    for purpose in [MarkRole::Heading, MarkRole::Words, MarkRole::Key, MarkRole::Data] {
        for mark in chart.of(purpose) {
            if purpose != MarkRole::Data || matches!(mark, Mark::Text { .. }) {
                writer.mark(mark);
            }
        }
    }
    let (width, height) = (writer.millimetres(f64::from(across)), writer.millimetres(f64::from(down)));
    let note = writer.note();
    // The note has room of its own, below the figure.
    let lines = (note.chars().count() as f64 * NOTE_CHARACTER / width).ceil();
    let extra = if note.is_empty() { 0.0 } else { (lines + 1.0) * NOTE_LINE };
    let unit = writer.unit();
    let foot = f64::from(down) + (extra / unit).round();
    if !note.is_empty() {
        let _ = writeln!(
            writer.text,
            "\\ifnum\\figurelacks=1\n\\node[inner sep=0pt,anchor=north west,font=\\footnotesize,text width={}mm] at \
             (24,{down}) {{\\raggedright {note}}};\n\\fi",
            writer.millimetres(f64::from(across) - 48.0)
        );
    }
    let opening = OPENING
        .replace("WIDTH", &width.to_string())
        .replace("HEIGHT", &((1e3 * (height + extra)).round() / 1e3).to_string());
    let letters = if note.is_empty() { "" } else { &LETTERS.replace("NAME", name) };
    let text = format!(
        "% {}\n{opening}{letters}\\begin{{tikzpicture}}[x={unit}mm,y=-{unit}mm,line cap=round,line join=round]\n\
         \\path[use as bounding box] (0,0) rectangle ({across},{foot});\n{}\\end{{tikzpicture}}\n\\endfigurealone\n",
        latex(&chart.title),
        writer.text
    );
    let data = table(&writer.columns);
    (text, data)
}

struct Writer {
    sheet: Sheet,
    text: String,
    file: String,
    /// Columns of the data, with their names: where lines end, there is no number.
    columns: Vec<(String, Vec<f64>)>,
    /// Letters that pdflatex lacks and that stand together, by their codes, each once.
    replaced: Vec<String>,
}

impl Writer {
    /// Text in which letters that pdflatex lacks, where they stand together, have a number.
    fn words(&mut self, text: &str) -> String {
        let latex = latex(text);
        let mut words = String::with_capacity(latex.len());
        let mut rest = latex.as_str();
        while let Some(at) = rest.find("\\figureletter{") {
            words += &rest[..at];
            let begin = &rest[at..];
            let (mut codes, mut first, mut end) = (Vec::new(), "", begin);
            while let Some((code, decimal, after)) = lacking_letter(end) {
                if codes.is_empty() {
                    first = decimal;
                }
                codes.push(format!("U+{code}"));
                end = after;
            }
            let codes = codes.join(" ");
            let number = self.replaced.iter().position(|other| *other == codes).unwrap_or_else(|| {
                self.replaced.push(codes);
                self.replaced.len() - 1
            });
            let letters = &begin[..begin.len() - end.len()];
            let _ = write!(words, "\\figureletters{{{}}}{{{first}}}{{{letters}}}", number + 1);
            rest = end;
        }
        words + rest
    }

    /// What is said of replaced letters; empty if there are none.
    fn note(&self) -> String {
        if self.replaced.is_empty() {
            return String::new();
        }
        let each = self.replaced.iter().zip(1..).map(|(codes, number)| format!("[{number}] {codes}"));
        format!("Letters that this font lacks: {}.", each.collect::<Vec<_>>().join("; "))
    }

    /// A unit of the sheet in millimetres.
    fn unit(&self) -> f64 {
        let width = f64::from(self.sheet.points().0) * 25.4 / 72.0;
        (1e5 * width / f64::from(self.sheet.units().0)).round() / 1e5
    }

    fn millimetres(&self, units: f64) -> f64 {
        (1e3 * units * self.unit()).round() / 1e3
    }

    fn color(&self, color: Rgb) -> String {
        let (red, green, blue) = shown(color, self.sheet.theme);
        format!("{{rgb,255:red,{red};green,{green};blue,{blue}}}")
    }

    fn stroke(&self, stroke: Stroke) -> String {
        let dash = match stroke.dash {
            Dash::None => "",
            Dash::Long => ",dashed",
            Dash::Dots => ",dotted",
        };
        let (color, width) = (self.color(stroke.color), self.millimetres(f64::from(stroke.width)));
        format!("draw={color},draw opacity={},line width={width}mm{dash}", stroke.opacity)
    }

    /// Words that take no more room than they were given: what the document's font has wider is drawn smaller.
    fn fitted(&mut self, words: &str, room: f64) -> String {
        format!("\\figurefitted{{{}mm}}{{{}}}", self.millimetres(room), self.words(words))
    }

    /// The size of a text among those that a document has.
    fn size(&self, size: f64) -> &'static str {
        match size * self.unit() * 72.27 / 25.4 {
            ..6.0 => "\\tiny",
            ..7.5 => "\\scriptsize",
            ..8.5 => "\\footnotesize",
            ..9.5 => "\\small",
            ..14.0 => "\\normalsize",
            _ => "\\Large",
        }
    }

    fn node(
        &mut self,
        (x, y): (f64, f64),
        words: &str,
        (size, color): (f64, Rgb),
        align: Align,
        upward: bool,
    ) {
        let anchor = match align {
            Align::Start => "base west",
            Align::Middle => "base",
            Align::End => "base east",
        };
        let turn = if upward { ",rotate=90" } else { "" };
        let room = width(words, size);
        let (size, color, words) = (self.size(size), self.color(color), self.fitted(words, room));
        let _ = writeln!(
            self.text,
            "\\node[inner sep=0pt,anchor={anchor},text={color},font={size}{turn}] at ({x:.1},{y:.1}) {{{words}}};"
        );
    }

    /// A mark where it stands on the sheet.
    fn mark(&mut self, mark: &Mark) {
        let path = |points: &[(f64, f64)]| {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("({x:.1},{y:.1})")).collect();
            points.join(" -- ")
        };
        let line = match mark {
            Mark::Line { points, stroke } => format!("\\draw[{}] {};", self.stroke(*stroke), path(points)),
            Mark::Surface { points, color, opacity } => {
                format!(
                    "\\fill[fill={},fill opacity={opacity}] {} -- cycle;",
                    self.color(*color),
                    path(points)
                )
            }
            Mark::Filled { shape, at, radius, color, opacity } => {
                let style = self.filled(*shape, *radius, *color, *opacity);
                format!("\\path plot[{style}] coordinates {{({:.1},{:.1})}};", at.0, at.1)
            }
            Mark::Ring { at, radius, stroke } => {
                let style = self.ring(*radius, *stroke);
                format!("\\path plot[{style}] coordinates {{({:.1},{:.1})}};", at.0, at.1)
            }
            Mark::Text { at, words, size, color, align, upward } => {
                return self.node(*at, words, (*size, *color), *align, *upward);
            }
        };
        let _ = writeln!(self.text, "{line}");
    }

    fn filled(&self, shape: Shape, radius: u32, color: Rgb, opacity: f64) -> String {
        let (name, turn) = match shape {
            Shape::Disc => ("*", ""),
            Shape::Diamond => ("diamond*", ""),
            Shape::Triangle => ("triangle*", ""),
            Shape::Square => ("square*", ""),
            Shape::Tip => ("triangle*", ",rotate=180"),
        };
        let (size, color) = (self.millimetres(f64::from(radius)), self.color(color));
        format!(
            "only marks,mark={name},mark size={size}mm,mark options={{draw={color},draw opacity={opacity},line width=0pt,fill={color},fill opacity={opacity}{turn}}}"
        )
    }

    fn ring(&self, radius: u32, stroke: Stroke) -> String {
        let (size, stroke) = (self.millimetres(f64::from(radius)), self.stroke(stroke));
        format!("only marks,mark=o,mark size={size}mm,mark options={{{stroke},fill=none}}")
    }

    fn axes(&mut self, axes: &Axes, series: &[Series]) {
        let (left, bottom) = (axes.frame.left, axes.frame.bottom);
        let (width, height) = (axes.frame.right - left, bottom - axes.frame.top);
        let _ = writeln!(
            self.text,
            "\\coordinate (corner) at ({left:.1},{bottom:.1});\n\\begin{{axis}}[at={{(corner)}},anchor=south west,scale only axis,width={}mm,height={}mm,",
            self.millimetres(width),
            self.millimetres(height)
        );
        self.text +=
            "  clip=false,axis lines*=left,scaled ticks=false,tick align=outside,unbounded coords=jump,\n";
        let grid = self.color(GRID);
        let ink = self.color(INK);
        let (labels, titles) = (self.size(LABEL_SIZE), self.size(TITLE_SIZE));
        let _ = writeln!(
            self.text,
            "  grid style={{draw={grid}}},axis line style={{draw={ink}}},tick style={{draw={ink}}},tick label style={{font={labels},text={ink}}},label style={{font={titles},text={ink}}},"
        );
        // As far from the sheet's edge as in the other formats.
        let beside = (TITLE_MIDDLE - left) / width;
        let below = -TITLE_BELOW / height;
        let _ = writeln!(
            self.text,
            "  x label style={{at={{(axis description cs:0.5,{below:.4})}},anchor=center}},y label style={{at={{(axis description cs:{beside:.4},0.5)}},anchor=center}},"
        );
        for (letter, axis, length) in [("x", &axes.x, width), ("y", &axes.y, height)] {
            self.axis(letter, axis, length);
        }
        self.text += "]\n";
        for one in series {
            self.series(one);
        }
        self.text += "\\end{axis}\n";
    }

    fn axis(&mut self, letter: &str, axis: &Axis, length: f64) {
        let mode = if axis.scale.is_logarithmic() { "log" } else { "linear" };
        let listed = |labelled: bool| -> Vec<String> {
            let ticks = axis.ticks.iter().filter(|tick| !labelled || tick.label.is_some());
            ticks.map(|tick| format!("{:e}", tick.value)).collect()
        };
        let all = listed(false).join(",");
        let labels: Vec<String> = axis
            .ticks
            .iter()
            .map(|tick| format!("{{{}}}", self.words(tick.label.as_deref().unwrap_or_default())))
            .collect();
        let ticks = if all.is_empty() {
            format!("{letter}tick=\\empty,")
        } else {
            format!("{letter}tick={{{all}}},{letter}ticklabels={{{}}},", labels.join(","))
        };
        let grid = if axis.grid { format!("{letter}majorgrids,") } else { String::new() };
        let title = match axis.title.as_str() {
            "" => String::new(),
            title => format!("{letter}label={{{}}},", self.fitted(title, length)),
        };
        let _ = writeln!(
            self.text,
            "  {letter}mode={mode},{letter}min={:e},{letter}max={:e},{ticks}{grid}{title}",
            axis.scale.low(),
            axis.scale.high()
        );
    }

    fn series(&mut self, series: &Series) {
        let style = match &series.kind {
            MarkStyle::Lines(stroke) => format!("no marks,{}", self.stroke(*stroke)),
            MarkStyle::Surfaces(color, opacity) => {
                format!("no marks,draw=none,fill={},fill opacity={opacity}", self.color(*color))
            }
            // A mark without ink is room for a pointer.
            MarkStyle::Filled(.., opacity) if *opacity == 0.0 => return,
            MarkStyle::Filled(shape, radius, color, opacity) => {
                self.filled(*shape, *radius, *color, *opacity)
            }
            MarkStyle::Rings(radius, stroke) => self.ring(*radius, *stroke),
            MarkStyle::Words(..) => return,
        };
        let separate = matches!(series.kind, MarkStyle::Lines(_) | MarkStyle::Surfaces(..));
        let mut points: Vec<(f64, f64)> = Vec::new();
        for piece in &series.pieces {
            if separate && !points.is_empty() {
                points.push((f64::NAN, f64::NAN));
            }
            points.extend(&piece.points);
        }
        let source = if points.len() < BESIDE {
            let points: Vec<String> =
                points.iter().map(|(x, y)| format!("({},{})", number(*x), number(*y))).collect();
            format!("coordinates {{{}}}", points.join(" "))
        } else {
            let index = self.columns.len() / 2 + 1;
            let [x, y] = ["x", "y"].map(|letter| format!("{letter}{index}"));
            let source = format!("table[x={x},y={y}] {{{}}}", self.file);
            let (across, up) = points.into_iter().unzip();
            self.columns.extend([(x, across), (y, up)]);
            source
        };
        let _ = writeln!(self.text, "\\addplot[{style}] {source};");
    }
}

/// A number as pgfplots reads it.
fn number(value: f64) -> String {
    if value.is_nan() { "nan".to_owned() } else { format!("{value:e}") }
}

/// Columns of different lengths, filled up with what is no number.
fn table(columns: &[(String, Vec<f64>)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = names.join(" ") + "\n";
    let rows = columns.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    for row in 0..rows {
        let cells: Vec<String> =
            columns.iter().map(|(_, values)| number(values.get(row).copied().unwrap_or(f64::NAN))).collect();
        text += &cells.join(" ");
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::FIGURES;
    use crate::report::figures::samples::{seed, titled};

    /// The same letters have the same number, those of other names another, and the note lists the codes.
    #[test]
    fn letters_that_pdflatex_lacks_are_numbered_and_listed() {
        let drawn = |sample: &crate::report::figures::samples::SampleTables| {
            let entry = FIGURES.iter().find(|entry| entry.name == "timeline").unwrap();
            let (figure, _) = (entry.parse)(toml::Table::new()).unwrap_or_else(|_| panic!("a figure"));
            pgf(figure.draw(&sample.subject()).unwrap().chart(), "f").0
        };
        let plain = drawn(&seed());
        assert!(!plain.contains("figureletters") && !plain.contains("figurelacks"), "{plain}");
        let named = drawn(&titled("two"));
        assert!(
            named.contains("\\figureletters{1}{") && named.contains("Letters that this font lacks: [1] U+")
        );
        let note = named.lines().find(|line| line.contains("Letters that this font lacks")).unwrap();
        let numbers = note.matches('[').count() - 1;
        assert!((1..=9).contains(&numbers), "{note}");
        // A letter stands inside a numbered group only, never as a code of its own.
        let outside = named.matches("\\figureletters{").count();
        assert!(outside >= numbers, "{outside} {numbers}");
        // The picture is higher by the note.
        let foot = |text: &str| -> f64 {
            let (_, rest) = text.split_once("bounding box] (0,0) rectangle (1800,").unwrap();
            rest.split_once(')').unwrap().0.parse().unwrap()
        };
        assert!(foot(&plain) == 1100.0 && foot(&named) > 1100.0, "{}", foot(&named));
    }
}
