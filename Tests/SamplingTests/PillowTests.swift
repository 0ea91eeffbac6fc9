import Testing

@testable import Sampling

/// Planes, as Pillow resizes them.
@Suite struct PillowTests {
    /// Four columns, three rows.
    static let plane: [Float] = [0, 10, -5, 3.5, 7, 2.25, 100, -30, 1, 1, 8, 0.125]

    struct Resized: Sendable, CustomTestStringConvertible {
        let filter: ResamplingFilter?
        let width, height: Int
        let values: [Float]
        var testDescription: String { "\(filter.map { "\($0)" } ?? "nearest") to \(width) × \(height)" }

        init(_ filter: ResamplingFilter?, _ width: Int, _ height: Int, _ values: [Float]) {
            (self.filter, self.width, self.height, self.values) = (filter, width, height, values)
        }
    }

    // By Pillow 11.3, mode F.
    @Test(arguments: [
        Resized(.linear, 2, 2, [9.075892448425293, 11.86160659790039, 8.09375, 13.636160850524902]),
        Resized(.linear, 1, 1, [12.169642448425293]),
        Resized(.linear, 4, 2, [2.625, 7.09375, 34.375, -9.0625, 3.25, 1.46875, 42.5, -11.171875]),
        Resized(
            .linear, 3, 3,
            [3, 2.5, 0.949999988079071, 5.574999809265137, 51.125, 9, 1, 4.5, 2.487499952316284]),
        Resized(
            .linear, 6, 5,
            [
                0, 5, 7.5, -2.5, -0.75, 3.5, 2.799999952316284, 4.849999904632568, 11.916666030883789, 31.983333587646484,
                13.550000190734863, -9.899999618530273, 7, 4.625, 18.54166603088379, 83.70833587646484, 35, -30,
                3.4000000953674316, 2.450000047683716, 8.716666221618652, 37.583335876464844, 16.4375, -11.925000190734863, 1,
                1, 2.1666667461395264, 6.833333492279053, 4.0625, 0.125,
            ]),
        Resized(.cubic, 2, 2, [9.196741104125977, 12.705965042114258, 7.825949668884277, 14.983011245727539]),
        Resized(.cubic, 1, 1, [10.981488227844238]),
        Resized(
            .cubic, 4, 2,
            [
                2.690208673477173, 7.338282585144043, 35.433387756347656, -9.431180000305176, 3.3804173469543457,
                1.1264045238494873, 44.40610122680664, -11.760634422302246,
            ]),
        Resized(
            .cubic, 6, 5,
            [
                -1.2594339847564697, 6.0843505859375, 8.17883014678955, -11.062870979309082, -4.273584842681885,
                7.275198459625244, 2.4203407764434814, 3.2121379375457764, 11.575654983520508, 35.19315719604492,
                13.517779350280762, -12.595370292663574, 7.3125, -0.9852941036224365, 15.245948791503906, 95.70196533203125,
                36.92647171020508, -38.55263137817383, 3.5709691047668457, -0.2580114006996155, 6.897178649902344,
                42.95500564575195, 17.42169761657715, -15.68540096282959, 0.5235849022865295, 0.7069922685623169,
                0.9290433526039124, 0.9649232625961304, 1.775943398475647, 2.486873149871826,
            ]),
        Resized(nil, 2, 2, [10, 3.5, 1, 0.125]),
        Resized(nil, 1, 1, [100]),
        Resized(nil, 3, 3, [0, -5, 3.5, 7, 100, -30, 1, 8, 0.125]),
        Resized(
            nil, 6, 5,
            [
                0, 10, 10, -5, -5, 3.5, 0, 10, 10, -5, -5, 3.5, 7, 2.25, 2.25, 100, 100, -30, 1, 1, 1, 8, 8, 0.125, 1, 1, 1, 8,
                8, 0.125,
            ]),
    ])
    func isPillowsToTheLastBit(_ row: Resized) {
        let (size, other) = (GridSize(height: 3, width: 4), GridSize(height: row.height, width: row.width))
        let result =
            row.filter.map { GridResampling.resize(PillowTests.plane, from: size, to: other, $0) }
            ?? GridResampling.resizeNearest(PillowTests.plane, from: size, to: other)
        #expect(result == row.values)
    }

    @Test(arguments: [ResamplingFilter.linear, .cubic], [(4, 3), (9, 3), (4, 8), (2, 2), (1, 7)])
    func aFlatPlaneStaysFlat(_ filter: ResamplingFilter, _ size: (Int, Int)) {
        let flat = [Float](repeating: 3, count: 12)
        let result = GridResampling.resize(
            flat, from: GridSize(height: 3, width: 4), to: GridSize(height: size.1, width: size.0), filter)
        #expect(result == [Float](repeating: 3, count: size.0 * size.1))
    }

    @Test(arguments: [ResamplingFilter.linear, .cubic])
    func theSameSizeIsTheSamePlane(_ filter: ResamplingFilter) {
        let plane = PillowTests.plane
        let size = GridSize(height: 3, width: 4)
        #expect(GridResampling.resize(plane, from: size, to: size, filter) == plane)
        #expect(GridResampling.resizeNearest(plane, from: size, to: size) == plane)
    }

    @Test func labelsOfAnyTypeAreTakenNotMixed() {
        let labels: [Int32] = [0, 16_777_217, -3, 9]
        let large = GridResampling.resizeNearest(
            labels, from: GridSize(height: 2, width: 2), to: GridSize(height: 2, width: 4))
        #expect(large == [0, 0, 16_777_217, 16_777_217, -3, -3, 9, 9])
    }
}
