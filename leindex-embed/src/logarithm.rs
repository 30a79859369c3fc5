//! A logarithm that is the same to the bit on any processor.

/// The natural logarithm, from sums and products alone: the system's may differ in the last bit between processors.
pub fn ln(x: f64) -> f64 {
    if x <= 0.0 {
        return f64::MIN;
    }
    let (mut mantissa, mut exponent) = (x, 0.0);
    while mantissa >= 1.5 {
        mantissa *= 0.5;
        exponent += 1.0;
    }
    while mantissa < 0.75 {
        mantissa *= 2.0;
        exponent -= 1.0;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)); |z| ≤ 1/5, so sixteen terms are beyond the precision of a double.
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let square = z * z;
    let mut term = z;
    let mut sum = 0.0;
    for n in 0..16 {
        sum += term / f64::from(2 * n + 1);
        term *= square;
    }
    2.0 * sum + exponent * std::f64::consts::LN_2
}
