//! Who proposed which block, and who had what stake then.

/// A history of blocks in the order of heights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chronicle {
    /// The height, or slot, of each block.
    pub heights: Vec<u64>,
    /// Who was selected for it, as a place among the names.
    pub proposers: Vec<u32>,
    /// The stakes, from the block on with which they begin to count; the first counts from the first block.
    pub epochs: Vec<Epoch>,
}

/// Stakes that count from a block on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Epoch {
    /// The place of its first block in the history.
    pub begin: usize,
    /// Everybody's stake.
    pub stakes: Vec<u64>,
}

impl Chronicle {
    /// The epochs with the places of their blocks; those without a block are left out.
    pub fn parts(&self) -> impl Iterator<Item = (&Epoch, std::ops::Range<usize>)> + '_ {
        self.numbered_parts().map(|(_, epoch, blocks)| (epoch, blocks))
    }

    /// The same with the places of the epochs.
    pub fn numbered_parts(&self) -> impl Iterator<Item = (usize, &Epoch, std::ops::Range<usize>)> + '_ {
        let end = |next: usize| self.epochs.get(next).map_or(self.proposers.len(), |epoch| epoch.begin);
        self.epochs
            .iter()
            .enumerate()
            .map(move |(place, epoch)| (place, epoch, epoch.begin..end(place + 1)))
            .filter(|(.., blocks)| !blocks.is_empty())
    }

    /// How many heights between the first and the last have no block here.
    pub fn heights_without_a_block(&self) -> u64 {
        match (self.heights.first(), self.heights.last()) {
            (Some(first), Some(last)) => last - first - (self.heights.len() as u64 - 1),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_have_the_blocks_up_to_the_next_one() {
        let epoch = |begin| Epoch { begin, stakes: vec![1, 2] };
        let chronicle = Chronicle {
            heights: vec![5, 6, 9, 10, 11],
            proposers: vec![0, 1, 1, 0, 1],
            epochs: vec![epoch(0), epoch(2), epoch(2), epoch(5)],
        };
        let parts: Vec<_> = chronicle.parts().map(|(_, blocks)| blocks).collect();
        assert_eq!(parts, [0..2, 2..5]);
        assert_eq!(chronicle.heights_without_a_block(), 2);
        assert_eq!(Chronicle::default().heights_without_a_block(), 0);
    }
}
