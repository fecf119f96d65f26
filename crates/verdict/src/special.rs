//! Special functions: log-gamma, and the beta-binomial likelihood of a sequence of failures.

use std::f64::consts::PI;

const LANCZOS_G: f64 = 7.0;
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// Natural logarithm of the gamma function, for positive arguments (Lanczos; about 15 digits).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    if x < 0.5 {
        // Reflection: the series is only good on the right of one half.
        return (PI / (PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + LANCZOS_G + 0.5;
    let series =
        LANCZOS.iter().skip(1).zip(1_u8..).fold(LANCZOS[0], |sum, (factor, i)| sum + factor / (x + f64::from(i)));
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// Up to so many runs the likelihood is a plain product, which is faster and exact.
const PRODUCT_RUNS: u32 = 64;

/// Logarithm of BB(y | k, a, b) = B(a + y, b + k − y) / B(a, b): the chance of one given sequence of `y` failures and
/// `k − y` passes when the rate of failing is Beta(a, b).
pub(crate) fn ln_beta_binomial(y: u32, k: u32, a: f64, b: f64) -> f64 {
    let y = y.min(k);
    let passes = k - y;
    if k <= PRODUCT_RUNS {
        let failing = (0..y).map(|i| a + f64::from(i)).product::<f64>();
        let passing = (0..passes).map(|i| b + f64::from(i)).product::<f64>();
        let all = (0..k).map(|i| a + b + f64::from(i)).product::<f64>();
        return failing.ln() + passing.ln() - all.ln();
    }
    let (y, passes, k) = (f64::from(y), f64::from(passes), f64::from(k));
    ln_gamma(a + y) - ln_gamma(a) + ln_gamma(b + passes) - ln_gamma(b) - (ln_gamma(a + b + k) - ln_gamma(a + b))
}

/// Logarithm of Euler's beta function.
pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Logarithm of the number of ways to choose `k` of `n`.
pub(crate) fn ln_choose(n: f64, k: f64) -> f64 {
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// ln(eᵃ + eᵇ) without overflow.
pub(crate) fn ln_add(a: f64, b: f64) -> f64 {
    let (high, low) = if a >= b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// 1 / (1 + e⁻ˣ).
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gamma_function_continues_the_factorials() {
        let mut factorial = 1.0_f64;
        for n in 1..30_u32 {
            assert!((ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-12, "n = {n}");
            factorial *= f64::from(n);
        }
        assert!((ln_gamma(0.5) - PI.sqrt().ln()).abs() < 1e-13);
        assert!((ln_gamma(0.02) - 3.900_804_516_098_377).abs() < 1e-9);
    }

    #[test]
    fn product_and_gamma_agree_where_they_meet() {
        for y in [0, 1, 30, 63, 64] {
            let product = ln_beta_binomial(y, PRODUCT_RUNS, 0.5, 4.5);
            let (yf, p) = (f64::from(y), f64::from(PRODUCT_RUNS - y));
            let gamma =
                ln_gamma(0.5 + yf) - ln_gamma(0.5) + ln_gamma(4.5 + p) - ln_gamma(4.5) - ln_gamma(69.0) + ln_gamma(5.0);
            assert!((product - gamma).abs() < 1e-9, "y = {y}: {product} against {gamma}");
        }
    }
}
