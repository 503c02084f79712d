//! Quantiles: the median and its like.

/// The `q` quantile of some values, `q` from 0 to 1; the values come back in another order. `None` of no values.
///
/// Between two values it is interpolated: type 7 of Hyndman, R. J. and Fan, Y. (1996), "Sample quantiles in statistical
/// packages", The American Statistician 50, 361–365, which R and NumPy have as their default.
pub fn quantile(values: &mut [u32], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let (_, low, above) = values.select_nth_unstable(below);
    let low = f64::from(*low);
    // The next one in order is the least of those that stand behind.
    let high = above.iter().min().map_or(low, |high| f64::from(*high));
    Some(low + (high - low) * (place - below as f64))
}
