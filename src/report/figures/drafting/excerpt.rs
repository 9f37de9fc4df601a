//! Which of too many things a figure draws, and what it says of that: one place for all figures.
//!
//! The first ones of a list say nothing of the others, and the largest nothing of the small. So a figure takes
//! a spread over an order: the first, the last, and evenly what lies between.

use crate::statistics::wording::{counted, grouped};

/// The order that a spread is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExcerptOrder {
    /// Of validators: by their stake.
    Stake,
    /// Of numbers: by their size.
    Size,
    /// As they are listed.
    Listed,
}

impl ExcerptOrder {
    /// How the things that are drawn were found.
    fn words(self) -> &'static str {
        match self {
            ExcerptOrder::Stake => "evenly from the richest to the poorest",
            ExcerptOrder::Size => "evenly from the lowest to the highest",
            ExcerptOrder::Listed => "evenly from the first to the last",
        }
    }
}

/// What is drawn of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The places in the list, in rising order.
    pub places: Vec<usize>,
    /// What a reader must know of the others; nothing if all are drawn.
    pub note: Option<String>,
}

/// The places of at most `most` of `count` things in an order: the first, the last, and evenly between.
fn even_places(count: usize, most: usize) -> Vec<usize> {
    match most.min(count) {
        0 => Vec::new(),
        all if all == count => (0..count).collect(),
        // Of an order the middle says most, if it is to be one alone.
        1 => vec![(count - 1) / 2],
        // Steps are longer than one, so that no place comes twice.
        steps => (0..steps).map(|step| step * (count - 1) / (steps - 1)).collect(),
    }
}

impl Excerpt {
    /// At most `most` of a list of things, whose places `ranked` names in their order. Those that are `needed`
    /// are drawn in any case, as far as there is room: they are what the figure is about, in the words `also`.
    pub fn with(
        (ranked, order): (&[usize], ExcerptOrder),
        most: usize,
        noun: &str,
        (also, needed): (&str, impl Fn(usize) -> bool),
    ) -> Self {
        let all = ranked.len();
        if all <= most {
            let mut places = ranked.to_vec();
            places.sort_unstable();
            return Excerpt { places, note: None };
        }
        let (first, others): (Vec<usize>, Vec<usize>) = ranked.iter().partition(|&&place| needed(place));
        let taken = |from: &[usize], most: usize| -> Vec<usize> {
            even_places(from.len(), most).into_iter().map(|rank| from[rank]).collect()
        };
        let mut places = taken(&first, most);
        let also = if places.is_empty() { String::new() } else { format!(", and {also}") };
        places.extend(taken(&others, most - places.len()));
        places.sort_unstable();
        let (shown, all) = (grouped(places.len() as u64), counted(all as u64, noun));
        let note = format!("{shown} of {all} drawn, {}{also}.", order.words());
        Excerpt { places, note: Some(note) }
    }

    /// At most `most` of a list of things, whose places `ranked` names in their order.
    pub fn over(ranked: &[usize], most: usize, noun: &str, order: ExcerptOrder) -> Self {
        Self::with((ranked, order), most, noun, ("", |_| false))
    }

    /// At most `most` of so many things in the order of their list.
    pub fn listed(count: usize, most: usize, noun: &str) -> Self {
        Self::over(&(0..count).collect::<Vec<_>>(), most, noun, ExcerptOrder::Listed)
    }

    /// The same of levels of a factor, which stand in the order of their numbers, if all are numbers.
    pub fn over_levels(levels: &[&str], most: usize, noun: &str) -> Self {
        Self::over_levels_with(levels, most, noun, ("", |_| false))
    }

    /// The same with those that are `needed`, as [`Excerpt::with`] takes them.
    pub fn over_levels_with(
        levels: &[&str],
        most: usize,
        noun: &str,
        needed: (&str, impl Fn(usize) -> bool),
    ) -> Self {
        let numbers: Option<Vec<f64>> =
            levels.iter().map(|level| level.parse().ok().filter(|number: &f64| number.is_finite())).collect();
        let mut ranked: Vec<usize> = (0..levels.len()).collect();
        match numbers {
            Some(numbers) => {
                ranked.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
                Self::with((&ranked, ExcerptOrder::Size), most, noun, needed)
            }
            None => Self::with((&ranked, ExcerptOrder::Listed), most, noun, needed),
        }
    }

    /// What of the list is drawn, in the order of the list.
    pub fn of<T>(&self, list: Vec<T>) -> Vec<T> {
        let mut places = self.places.iter().copied().peekable();
        list.into_iter()
            .enumerate()
            .filter(|(place, _)| places.next_if_eq(place).is_some())
            .map(|(_, thing)| thing)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Both ends, evenly, each once, and never more than there is room for.
        #[test]
        fn even_places_have_both_ends_and_even_steps(count in 0usize..500, most in 0usize..60) {
            let places = even_places(count, most);
            prop_assert_eq!(places.len(), count.min(most));
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(places.iter().all(|&place| place < count));
            if places.len() > 1 {
                prop_assert_eq!((places[0], places[places.len() - 1]), (0, count - 1));
                let steps: Vec<usize> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
                prop_assert!(steps.iter().max().unwrap() - steps.iter().min().unwrap() <= 1);
            }
        }

        #[test]
        fn who_is_needed_is_drawn(count in 1usize..200, most in 1usize..40, every in 1usize..50) {
            let ranked: Vec<usize> = (0..count).rev().collect();
            let needed = |place: usize| place.is_multiple_of(every);
            let Excerpt { places, note } =
                Excerpt::with((&ranked, ExcerptOrder::Listed), most, "rule", ("others", needed));
            prop_assert_eq!(places.len(), count.min(most));
            prop_assert_eq!(note.is_none(), count <= most);
            let wanted = (0..count).filter(|&place| needed(place)).count();
            prop_assert_eq!(places.iter().filter(|&&place| needed(place)).count(), wanted.min(most));
        }
    }

    #[test]
    fn it_is_said_how_many_are_drawn_and_which() {
        let ranked: Vec<usize> = (0..2_000).collect();
        let spread = Excerpt::over(&ranked, 8, "validator", ExcerptOrder::Stake);
        assert_eq!(spread.places, [0, 285, 571, 856, 1142, 1427, 1713, 1999]);
        assert_eq!(
            spread.note.unwrap(),
            "8 of 2,000 validators drawn, evenly from the richest to the poorest."
        );
        let wanted = ("those that differ", |place| place == 7);
        let spread = Excerpt::with((&ranked, ExcerptOrder::Listed), 8, "rule", wanted);
        assert_eq!(
            spread.note.clone().unwrap(),
            "8 of 2,000 rules drawn, evenly from the first to the last, and those that differ."
        );
        assert!(spread.places.contains(&7));
        assert_eq!(spread.of((0..2_000).collect()), spread.places);
        assert_eq!(Excerpt::over(&[2, 0, 1], 3, "rule", ExcerptOrder::Listed).places, [0, 1, 2]);
    }

    /// Levels come in the order of the points, which may be any.
    #[test]
    fn levels_that_are_numbers_are_spread_by_size() {
        let levels = ["10", "1", "9", "2", "8", "3", "7", "4", "6", "5"];
        let spread = Excerpt::over_levels(&levels, 4, "level of run.rounds");
        let mut drawn: Vec<&str> = spread.places.iter().map(|&place| levels[place]).collect();
        drawn.sort_by_key(|level| level.parse::<u32>().unwrap());
        assert_eq!(drawn, ["1", "4", "7", "10"]);
        assert_eq!(Excerpt::over_levels(&["a", "b", "c"], 2, "rule").places, [0, 2]);
        assert_eq!(Excerpt::listed(3, 2, "rule").places, [0, 2]);
    }
}
