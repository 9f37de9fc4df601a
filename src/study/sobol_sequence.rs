//! Sobol's sequence: points that fill a cube evenly.
//!
//! Direction numbers of S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better
//! two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), the first sixteen dimensions.

/// At most so many dimensions.
pub const MOST_DIMENSIONS: usize = 16;

/// Degree and coefficients of the primitive polynomial, and the first direction numbers, from the second
/// dimension on.
const DIRECTIONS: [(u32, u32, &[u32]); MOST_DIMENSIONS - 1] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
];

/// A coordinate of a point, in units of 2^-32. Dimensions and points are counted from 0.
///
/// # Panics
/// If there are not so many dimensions.
pub fn coordinate(dimension: usize, point: u32) -> u32 {
    let gray = point ^ (point >> 1);
    directions(dimension)
        .iter()
        .enumerate()
        .filter(|(bit, _)| gray >> bit & 1 == 1)
        .fold(0, |sum, (_, it)| sum ^ it)
}

fn directions(dimension: usize) -> [u32; 32] {
    let mut all = [0; 32];
    let Some(above) = dimension.checked_sub(1) else {
        for (bit, direction) in all.iter_mut().enumerate() {
            *direction = 1 << (31 - bit);
        }
        return all;
    };
    let (degree, coefficients, first) = DIRECTIONS[above];
    let degree = degree as usize;
    for bit in 0..32 {
        all[bit] = if bit < degree {
            first[bit] << (31 - bit)
        } else {
            let mut direction = all[bit - degree] ^ (all[bit - degree] >> degree);
            for term in 1..degree {
                if coefficients >> (degree - 1 - term) & 1 == 1 {
                    direction ^= all[bit - term];
                }
            }
            direction
        };
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first points of three dimensions, as published with the direction numbers.
    #[test]
    fn published_points() {
        let expected = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
            [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ];
        for (point, expected) in (0..).zip(expected) {
            for (dimension, expected) in expected.into_iter().enumerate() {
                let found = f64::from(coordinate(dimension, point)) / 4_294_967_296.0;
                assert_eq!(found, expected, "point {point}, dimension {dimension}");
            }
        }
    }

    /// The first 2^k points have one in each of 2^k equal parts of every axis.
    #[test]
    fn every_projection_is_stratified() {
        for dimension in 0..MOST_DIMENSIONS {
            let mut cells: Vec<u32> = (0..1024).map(|point| coordinate(dimension, point) >> 22).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..1024).collect::<Vec<_>>(), "dimension {dimension}");
        }
    }
}
