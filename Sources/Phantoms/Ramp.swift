/// `a` where `t` = 0, `b` where `t` = 1.
@inline(__always)
func mix(_ a: Double, _ b: Double, _ t: Double) -> Double {
    a + (b - a) * t
}

/// 0 below `low`, 1 above `high`, a smooth cubic between.
@inline(__always)
func ramp(_ low: Double, _ high: Double, _ x: Double) -> Double {
    let t = min(1, max(0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)
}
