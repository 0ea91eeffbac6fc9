/// Values of a plane at places between its pixels.
struct PlaneSampler {
    /// In pixels; whole numbers are the pixels' middles.
    struct Place {
        var row: Double
        var column: Double
    }

    let size: PlaneSize
    let places: [Place]

    /// Bilinear interpolation; beyond the middles of the outermost pixels, by up to half a pixel, their own values.
    func bilinear(_ plane: [Float], outside: Float) -> [Float] {
        places.map { place in
            guard contains(place) else { return outside }
            let row = min(max(place.row, 0), Double(size.height - 1))
            let column = min(max(place.column, 0), Double(size.width - 1))
            let (top, left) = (Int(row), Int(column))
            let (down, right) = (Float(row - Double(top)), Float(column - Double(left)))
            let (bottom, end) = (min(top + 1, size.height - 1) * size.width, min(left + 1, size.width - 1))
            let start = top * size.width
            let upper = plane[start + left] * (1 - right) + plane[start + end] * right
            let lower = plane[bottom + left] * (1 - right) + plane[bottom + end] * right
            return upper * (1 - down) + lower * down
        }
    }

    /// The value of the pixel that a place lies in.
    func nearest<Value>(_ plane: [Value], outside: Value) -> [Value] {
        places.map { place in
            guard contains(place) else { return outside }
            let row = min(Int((place.row + 0.5).rounded(.down)), size.height - 1)
            let column = min(Int((place.column + 0.5).rounded(.down)), size.width - 1)
            return plane[row * size.width + column]
        }
    }

    private func contains(_ place: Place) -> Bool {
        place.row >= -0.5 && place.row <= Double(size.height) - 0.5 && place.column >= -0.5
            && place.column <= Double(size.width) - 0.5
    }
}
