import MedicalImages
import Testing

@testable import SegData

struct PlaneAxisTests {
    private let extent = Extent(width: 2, height: 3, depth: 4, channels: 2)

    @Test(arguments: [
        // The value at (channel, z, y, x) is 1000 channel + 100 z + 10 y + x.
        (PlaneAxis.z, 4, PlaneSize(height: 3, width: 2), [1100, 1101, 1110, 1111, 1120, 1121]),
        (.y, 3, PlaneSize(height: 4, width: 2), [1010, 1011, 1110, 1111, 1210, 1211, 1310, 1311]),
        (.x, 2, PlaneSize(height: 4, width: 3), [1001, 1011, 1021, 1101, 1111, 1121, 1201, 1211, 1221, 1301, 1311, 1321]),
    ])
    func cuts(axis: PlaneAxis, count: Int, size: PlaneSize, expected: [Int]) {
        let volume = (0..<extent.sampleCount).map { index in
            let (plane, rest) = index.quotientAndRemainder(dividingBy: 6)
            return 1000 * (plane / 4) + 100 * (plane % 4) + 10 * (rest / 2) + rest % 2
        }
        #expect(axis.planeCount(of: extent) == count)
        #expect(axis.planeSize(of: extent) == size)
        #expect(axis.plane(1, channel: 1, of: volume, extent: extent) == expected)

        var copy = [Int](repeating: -1, count: volume.count)
        for channel in 0..<2 {
            for plane in 0..<count {
                let cut = axis.plane(plane, channel: channel, of: volume, extent: extent)
                axis.insert(cut, at: plane, channel: channel, into: &copy, extent: extent)
            }
        }
        #expect(copy == volume)
    }
}
