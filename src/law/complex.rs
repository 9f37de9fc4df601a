//! Complex numbers, as far as generating functions and their transforms ask for them.

use std::ops::{Add, Div, Mul, Sub};

/// re + i im.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

impl Complex {
    /// A real number.
    pub fn real(re: f64) -> Self {
        Complex { re, im: 0.0 }
    }

    /// The distance from zero.
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// The principal logarithm.
    pub fn ln(self) -> Self {
        Complex { re: self.abs().ln(), im: self.im.atan2(self.re) }
    }

    /// The principal logarithm of one plus this number, with the digits of a small result.
    pub fn ln_1p(self) -> Self {
        let Complex { re, im } = self;
        Complex { re: 0.5 * (2.0 * re + re * re + im * im).ln_1p(), im: im.atan2(1.0 + re) }
    }

    /// e to this power.
    pub fn exp(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        let size = self.re.exp();
        Complex { re: size * cos, im: size * sin }
    }

    /// e to this power, minus one, with the digits of a small result.
    pub fn exp_m1(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        let half = (0.5 * self.im).sin();
        Complex { re: self.re.exp_m1() * cos - 2.0 * half * half, im: self.re.exp() * sin }
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Complex { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

impl Mul<f64> for Complex {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Complex { re: self.re * factor, im: self.im * factor }
    }
}

impl Div for Complex {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let size = other.re * other.re + other.im * other.im;
        Complex {
            re: (self.re * other.re + self.im * other.im) / size,
            im: (self.im * other.re - self.re * other.im) / size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_those_of_the_real_line_and_of_eulers_formula() {
        let near = |a: Complex, b: Complex| assert!((a - b).abs() < 1e-15 * (1.0 + b.abs()), "{a:?} {b:?}");
        let i = Complex { re: 0.0, im: 1.0 };
        near((i * std::f64::consts::PI).exp(), Complex::real(-1.0));
        near(i * i, Complex::real(-1.0));
        near(Complex::real(-1.0).ln(), i * std::f64::consts::PI);
        let z = Complex { re: 0.3, im: -1.7 };
        near(z.exp().ln(), z);
        near(z.exp_m1() + Complex::real(1.0), z.exp());
        near(z / z, Complex::real(1.0));
        let tiny = Complex { re: 1e-20, im: 2e-20 };
        assert!((tiny.exp_m1() - tiny).abs() < 1e-36);
        assert!((tiny.ln_1p() - tiny).abs() < 1e-36);
    }
}
