//! Text that fits into the room it has: lines, and names that stay apart when they are shortened.

use super::typeface::{LABEL_SIZE, clean, width};
use std::collections::BTreeMap;
use unicode_segmentation::UnicodeSegmentation;

/// How many columns a validator's name may take.
const LONGEST: usize = 18;

/// The names of validators, cleaned and short enough to stand in a figure, each in its place. They keep both
/// of their ends, since many names begin alike; see [`kept_apart`].
pub fn shortened<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    kept_apart(&called(names), |text| columns(text) <= LONGEST)
}

/// One name, cleaned and short enough for the heading of a figure.
pub fn short_name(name: &str) -> String {
    shortened(&[name]).remove(0)
}

/// The same, where the room of a label ends at this width too.
pub fn shortened_within<S: AsRef<str>>(names: &[S], room: f64) -> Vec<String> {
    kept_apart(&called(names), |text| columns(text) <= LONGEST && width(text, LABEL_SIZE) <= room)
}

/// Names, cleaned, and as much of both their ends as fits into the room of a label, each in its place; see
/// [`kept_apart`].
pub fn fitted_names<S: AsRef<str>>(names: &[S], room: f64) -> Vec<String> {
    let names: Vec<Name> =
        names.iter().map(|name| Name { own: name.as_ref(), text: clean(name.as_ref()) }).collect();
    kept_apart(&names, |text| width(text, LABEL_SIZE) <= room)
}

/// A name, and how it is written where there is room.
struct Name<'a> {
    own: &'a str,
    text: String,
}

/// The names, with a word for those without letters.
fn called<S: AsRef<str>>(names: &[S]) -> Vec<Name<'_>> {
    let called = |own| {
        let text = clean(own);
        Name { own, text: if text.is_empty() { "(no name)".to_owned() } else { text } }
    };
    names.iter().map(|name| called(name.as_ref())).collect()
}

/// The names, each shortened with an ellipsis in its middle until it fits. Of different names that look alike
/// then, the letters from the first difference on are kept too; and those that look alike even so, since they
/// differ in invisible letters or there is no room, end in `#` and their place in the list.
///
/// Different names have different labels, unless there is not even room for the number.
fn kept_apart(names: &[Name], fits: impl Fn(&str) -> bool) -> Vec<String> {
    let spelt: Vec<Vec<&str>> = names.iter().map(|name| letters(&name.text)).collect();
    let mut labels: Vec<String> =
        names.iter().zip(&spelt).map(|(name, spelt)| cut(&name.text, spelt, &fits, both_ends)).collect();
    let all: Vec<usize> = (0..names.len()).collect();
    for group in alike(names, &labels, &all) {
        split(names, &spelt, &group, &fits, &mut labels);
    }
    // The number alone may be another's name: so do not two of its signs.
    for sign in ["#", "##", "###"] {
        for index in alike(names, &labels, &all).into_iter().flatten() {
            let first = names.iter().take_while(|name| name.own != names[index].own).count();
            labels[index] = numbered(&spelt[index], &format!("{sign}{}", first + 1), &fits);
        }
    }
    labels
}

/// Of these places, those whose names are different and whose labels are not, together.
fn alike(names: &[Name], labels: &[String], of: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &index in of {
        groups.entry(&labels[index]).or_default().push(index);
    }
    let differ = |group: &Vec<usize>| group.iter().any(|&index| names[index].own != names[group[0]].own);
    groups.into_values().filter(differ).collect()
}

/// Labels that were alike get the letters from the first difference on, and those that are alike still those
/// from the first difference among them.
fn split(
    names: &[Name],
    spelt: &[Vec<&str>],
    group: &[usize],
    fits: &impl Fn(&str) -> bool,
    labels: &mut [String],
) {
    let first = &spelt[group[0]];
    let agree = |index: &usize| first.iter().zip(&spelt[*index]).take_while(|(a, b)| a == b).count();
    let from = group.iter().map(agree).min().unwrap_or(0);
    for &index in group {
        let ends_and_difference = |letters: &[&str], kept: usize| around(letters, kept, from);
        labels[index] = cut(&names[index].text, &spelt[index], fits, ends_and_difference);
    }
    for part in alike(names, labels, group) {
        if part.len() < group.len() {
            split(names, spelt, &part, fits, labels);
        }
    }
}

/// As much of both ends as this many letters are.
fn both_ends(letters: &[&str], kept: usize) -> String {
    let tail = letters.len() - kept / 2;
    format!("{}…{}", letters[..kept.div_ceil(2)].concat().trim_end(), letters[tail..].concat())
}

/// This many letters: some of both ends, and the most of them from a place on.
fn around(letters: &[&str], kept: usize, from: usize) -> String {
    let (head, tail) = (kept / 4, kept / 4);
    let end = letters.len() - tail;
    let from = from.clamp(head, end);
    let to = (from + kept - head - tail).min(end);
    let mut text = letters[..head].concat();
    for (place, part) in [(from, &letters[from..to]), (end, &letters[end..])] {
        // Nothing is left out between parts that touch.
        let left_out = if place == from { from > head } else { end > to };
        if left_out && !text.ends_with('…') {
            text.push('…');
        }
        text += &part.concat();
    }
    text
}

/// As much of the beginning as leaves room for the number behind it.
fn numbered(letters: &[&str], number: &str, fits: &impl Fn(&str) -> bool) -> String {
    let with = |letters: &[&str], kept: usize| match kept {
        0 => number.to_owned(),
        kept if kept == letters.len() => format!("{} {number}", letters.concat()),
        kept => format!("{}… {number}", letters[..kept].concat().trim_end()),
    };
    let whole = with(letters, letters.len());
    let short = cut(&whole, letters, fits, with);
    // Where there is no room for the sign, the place alone.
    if short.is_empty() { number.trim_start_matches('#').to_owned() } else { short }
}

/// How many columns a text takes: letters of East Asia are twice as wide as those of the alphabets.
fn columns(text: &str) -> usize {
    let columns = |letter: &str| if letter.starts_with(|c: char| c >= '\u{1100}') { 2 } else { 1 };
    text.graphemes(true).map(|letter| if letter == "…" { 1 } else { columns(letter) }).sum()
}

/// What a reader takes for one letter each.
fn letters(text: &str) -> Vec<&str> {
    text.graphemes(true).collect()
}

/// The text, or as much of its beginning as fits into the room, with an ellipsis.
pub fn fitted(text: &str, size: f64, room: f64) -> String {
    let begun = |letters: &[&str], kept: usize| format!("{}…", letters[..kept].concat().trim_end());
    cut(text, &letters(text), &|text: &str| width(text, size) <= room, begun)
}

/// The text, or its shortening to the largest number of its letters that fits; nothing if none does.
fn cut(
    text: &str,
    letters: &[&str],
    fits: &impl Fn(&str) -> bool,
    shorten: impl Fn(&[&str], usize) -> String,
) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let shortened = |kept: usize| Some(shorten(letters, kept)).filter(|short| fits(short));
    // Widths grow with the number of letters, so bisection finds the most that fit.
    let (mut short, mut long) = (0, letters.len());
    while long - short > 1 {
        let middle = short.midpoint(long);
        if shortened(middle).is_some() { short = middle } else { long = middle }
    }
    shortened(short).unwrap_or_default()
}

/// The text broken at spaces into lines that fit into the room; the last of `most` lines loses what
/// does not fit.
pub fn wrapped(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if lines_may_grow(line, word, size, room) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| fitted(line, size, room)).collect()
}

fn lines_may_grow(line: &str, word: &str, size: f64, room: f64) -> bool {
    width(line, size) + width(" ", size) + width(word, size) <= room
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(name: &str) -> String {
        shortened(&[name]).remove(0)
    }

    #[test]
    fn names_become_short_and_keep_both_ends() {
        assert_eq!(one("validator-1"), "validator-1");
        assert_eq!(one("cosmosvaloper1c4k24jzduc365kywrsvf5ujz4ya6mwympnc4en"), "cosmosval…ympnc4en");
        assert_eq!(one("Stake Capital Validation"), "Stake Cap…lidation");
        assert_eq!(one(" \n"), "(no name)");
        assert_eq!(fitted_names(&["short", ""], 300.0), ["short", ""]);
    }

    /// The first of the letters in which they differ are among those that are kept.
    #[test]
    fn names_that_differ_in_their_middle_alone_show_it() {
        let name = |middle: &str| format!("validator-of-the-house-{middle}-in-the-north-west");
        let names = [name("of-the-river"), name("on-the-rock"), name("on-the-road"), "other".to_owned()];
        let labels = shortened(&names);
        assert_eq!(labels, ["vali…f-the-ri…west", "vali…ck-in-th…west", "vali…ad-in-th…west", "other"]);
        assert!(labels.iter().all(|label| columns(label) <= LONGEST));
        // Names that differ in their settings alone stay apart, in figures of few and of many columns.
        let rule = |setting: &str| format!("a-rule-with-a-long-name[every-setting={setting}, and-another=1]");
        for room in [120.0, 300.0, 500.0] {
            let labels = fitted_names(&[rule("1"), rule("12")], room);
            assert_ne!(labels[0], labels[1]);
            assert!(labels.iter().all(|label| width(label, LABEL_SIZE) <= room), "{labels:?}");
        }
    }

    #[test]
    fn names_that_look_alike_have_their_place() {
        assert_eq!(shortened(&["a b", "a  b", "a b"]), ["a b #1", "a b #2", "a b #1"]);
        assert_eq!(shortened(&["", " ", "(no name)"]), ["(no name) #1", "(no name) #2", "(no name) #3"]);
        // A name that looks like such a place is told from it.
        let labels = shortened(&["a", "\na", "a #1"]);
        assert_eq!(labels, ["a ##1", "a #2", "a #1 ##3"]);
        // Once more of the same name is no other name.
        assert_eq!(shortened(&["one", "one"]), ["one", "one"]);
    }

    proptest! {
        #[test]
        fn what_is_fitted_fits(text in "\\PC{0,80}", room in 0.0f64..900.0) {
            let text = clean(&text);
            let fit = fitted(&text, 30.0, room);
            prop_assert!(fit.is_empty() || width(&fit, 30.0) <= room);
            prop_assert!(width(&text, 30.0) > room || fit == text);
            for line in wrapped(&text, 30.0, room, 3) {
                prop_assert!(line.is_empty() || width(&line, 30.0) <= room);
            }
            prop_assert!(wrapped(&text, 30.0, room, 3).len() <= 3);
        }

        /// Of any script: a beginning and an end that are shared, and something else between them.
        #[test]
        fn different_names_have_different_labels_that_fit(
            begin in "\\PC{0,30}",
            middles in prop::collection::vec("(\\PC{0,3}|[a-b]{0,40}|[彩票验]{0,20}|[ء-ي]{0,20})", 2..7),
            end in "\\PC{0,30}",
            room in 150.0f64..600.0,
        ) {
            let names: Vec<String> = middles.iter().map(|middle| format!("{begin}{middle}{end}")).collect();
            for (labels, within) in [
                (shortened(&names), None),
                (shortened_within(&names, room), Some(room)),
                (fitted_names(&names, room), Some(room)),
            ] {
                let named: Vec<(&String, &String)> = names.iter().zip(&labels).collect();
                for (index, (name, label)) in named.iter().enumerate() {
                    prop_assert!(within.is_none_or(|room| width(label, LABEL_SIZE) <= room), "{label}");
                    for (other, its) in &named[..index] {
                        prop_assert_eq!(name == other, label == its, "{:?}", labels);
                    }
                }
            }
        }
    }
}
