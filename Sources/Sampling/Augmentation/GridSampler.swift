/// Values of a plane or volume at places between its pixels.
struct GridSampler {
    let size: GridSize
    /// Along planes (0 in a plane), rows and columns, in pixels; whole numbers are the pixels' middles.
    let places: [SIMD3<Double>]

    /// Linear interpolation along each axis; beyond the middles of the outermost pixels, by up to half a pixel, their own values.
    func linear(_ values: [Float], outside: Float) -> [Float] {
        let (depth, height, width) = (size.depth, size.height, size.width)
        /// Between the four pixels about a place of one plane.
        func inPlane(_ start: Int, _ top: Int, _ left: Int, _ down: Float, _ right: Float) -> Float {
            let (upper, lower) = (start + top * width, start + min(top + 1, height - 1) * width)
            let end = min(left + 1, width - 1)
            let above = values[upper + left] * (1 - right) + values[upper + end] * right
            let below = values[lower + left] * (1 - right) + values[lower + end] * right
            return above * (1 - down) + below * down
        }
        return places.map { place in
            guard contains(place) else { return outside }
            let row = min(max(place.y, 0), Double(height - 1))
            let column = min(max(place.z, 0), Double(width - 1))
            let (top, left) = (Int(row), Int(column))
            let (down, right) = (Float(row - Double(top)), Float(column - Double(left)))
            guard depth > 1 else { return inPlane(0, top, left, down, right) }
            let plane = min(max(place.x, 0), Double(depth - 1))
            let front = Int(plane)
            let behind = Float(plane - Double(front))
            return inPlane(front * height * width, top, left, down, right) * (1 - behind)
                + inPlane(min(front + 1, depth - 1) * height * width, top, left, down, right) * behind
        }
    }

    /// The value of the pixel that a place lies in.
    func nearest<Value>(_ values: [Value], outside: Value) -> [Value] {
        func nearest(_ place: Double, _ length: Int) -> Int { min(Int((place + 0.5).rounded(.down)), length - 1) }
        return places.map { place in
            guard contains(place) else { return outside }
            let row = nearest(place.x, size.depth) * size.height + nearest(place.y, size.height)
            return values[row * size.width + nearest(place.z, size.width)]
        }
    }

    private func contains(_ place: SIMD3<Double>) -> Bool {
        func isInside(_ place: Double, _ length: Int) -> Bool { place >= -0.5 && place <= Double(length) - 0.5 }
        return isInside(place.y, size.height) && isInside(place.z, size.width) && isInside(place.x, size.depth)
    }
}
