//! The discrete Fourier transform, for convolutions.

use crate::law::complex::Complex;

/// Transforms in place: entry k becomes the sum over j of entry j times `exp(-2 pi i jk / n)`, or with
/// `inverse` the same with the other sign, over n. O(n log n); the error of an entry is of the order of
/// 1e-16 log n of the root mean square.
///
/// # Panics
/// If the length is not a power of two.
pub fn fourier_transform(values: &mut [Complex], inverse: bool) {
    let n = values.len();
    assert!(n.is_power_of_two(), "{n} is not a power of two");
    let bits = n.trailing_zeros();
    for index in 0..n {
        let mirrored = if bits == 0 { 0 } else { index.reverse_bits() >> (usize::BITS - bits) };
        if index < mirrored {
            values.swap(index, mirrored);
        }
    }
    let sign = if inverse { 1.0 } else { -1.0 };
    // One table of roots, each computed by itself: no error accumulates.
    let roots: Vec<Complex> = (0..n / 2)
        .map(|k| {
            let (sin, cos) = (sign * std::f64::consts::TAU * k as f64 / n as f64).sin_cos();
            Complex { re: cos, im: sin }
        })
        .collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for block in values.chunks_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let turned = *b * roots[k * stride];
                *b = *a - turned;
                *a = *a + turned;
            }
        }
        half *= 2;
    }
    if inverse {
        let scale = 1.0 / n as f64;
        for value in values {
            *value = *value * scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_and_the_inverse_brings_it_back() {
        let input: Vec<Complex> =
            (0..16).map(|j| Complex { re: f64::from(j * j % 7), im: f64::from(j % 3) }).collect();
        let mut output = input.clone();
        fourier_transform(&mut output, false);
        for (k, found) in output.iter().enumerate() {
            let mut sum = Complex { re: 0.0, im: 0.0 };
            for (j, value) in input.iter().enumerate() {
                let (sin, cos) = (-std::f64::consts::TAU * (j * k) as f64 / 16.0).sin_cos();
                let term = *value * Complex { re: cos, im: sin };
                sum = Complex { re: sum.re + term.re, im: sum.im + term.im };
            }
            assert!((found.re - sum.re).abs() < 1e-12 && (found.im - sum.im).abs() < 1e-12);
        }
        fourier_transform(&mut output, true);
        for (found, value) in output.iter().zip(&input) {
            assert!((found.re - value.re).abs() < 1e-13 && (found.im - value.im).abs() < 1e-13);
        }
    }
}
