/// The two largest scores of a pixel: they decide all its margins (Eq. 4).
struct Rivals {
    /// The class with the largest score, the first of equals.
    private(set) var winner = 0
    private var best = -Float.infinity
    private var second = -Float.infinity

    /// - Parameter planes: scores `[C, N]` of N = `pixelCount` pixels.
    init(of pixel: Int, in planes: [Float], pixelCount: Int) {
        for k in 0..<planes.count / pixelCount {
            let score = planes[k * pixelCount + pixel]
            if score > best {
                (second, best, winner) = (best, score, k)
            } else if !(score <= second) {
                second = score
            }
        }
    }

    /// λ_k of the class whose score this is.
    func margin(of k: Int, score: Float) -> Float { score - (k == winner ? second : best) }
}
