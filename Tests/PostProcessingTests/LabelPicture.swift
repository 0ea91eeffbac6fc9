import MedicalImages
import Randomness
import Testing

@testable import PostProcessing

/// A small label map with a name for failing rows.
struct LabelPicture: Sendable, CustomTestStringConvertible {
    let name: String
    let extent: Extent
    let labels: [UInt8]
    var testDescription: String { "\(name), \(extent.sizeText)" }

    init(_ name: String, _ extent: Extent, _ label: (_ x: Int, _ y: Int, _ z: Int) -> UInt8) {
        self.name = name
        self.extent = extent
        labels = (0..<extent.voxelCount).map {
            label($0 % extent.width, $0 / extent.width % extent.height, $0 / extent.planeSize)
        }
    }

    /// Rows of digits and dots (background), planes parted by empty rows.
    init(drawn rows: String) {
        let planes = rows.split(separator: "\n\n").map { $0.split(separator: "\n").map { $0.compactMap(\.wholeOrDot) } }
        name = "drawn"
        extent = Extent(width: planes[0][0].count, height: planes[0].count, depth: planes.count)
        labels = planes.flatMap { $0.flatMap { $0 } }
    }

    /// Each voxel is background or one of `classes` classes, by chance.
    static func random(_ extent: Extent, classes: Int, background: Double, seed: UInt64) -> LabelPicture {
        var generator = SeededGenerator(seed: seed)
        return LabelPicture("random, \(classes) classes, \(background) background, seed \(seed)", extent) { _, _, _ in
            generator.chance(background) ? 0 : UInt8(1 + generator.index(below: classes))
        }
    }

    static let extents = [
        Extent(width: 17, height: 13), Extent(width: 9, height: 8, depth: 7), Extent(width: 1, height: 12, depth: 5),
        Extent(width: 11, height: 1, depth: 6), Extent(width: 1, height: 1), Extent(width: 6, height: 5, depth: 2),
    ]

    static let random: [LabelPicture] = extents.enumerated().flatMap { index, extent in
        [0.05, 0.3, 0.5, 0.7, 0.9].enumerated().map { place, background in
            random(extent, classes: 1 + (index + place) % 3, background: background, seed: UInt64(10 * index + place))
        }
    }

    static let structured: [LabelPicture] = [
        .init("empty", Extent(width: 5, height: 4, depth: 3)) { _, _, _ in 0 },
        .init("full", Extent(width: 5, height: 4, depth: 3)) { _, _, _ in 1 },
        .init("checkerboard", Extent(width: 8, height: 7, depth: 5)) { UInt8(($0 + $1 + $2) % 2) },
        .init("rising diagonals", Extent(width: 12, height: 12)) { x, y, _ in (x + y) % 4 == 0 ? 1 : 0 },
        .init("falling diagonals", Extent(width: 12, height: 12)) { x, y, _ in (x - y + 12) % 4 == 0 ? 2 : 0 },
        .init("body diagonals", Extent(width: 7, height: 7, depth: 7)) { x, y, z in
            x == y && y == z || x + y == 6 && z == 6 - x ? 1 : 0
        },
        .init("comb", Extent(width: 15, height: 9)) { x, y, _ in y == 8 || x % 2 == 0 ? 1 : 0 },
        .init("shells", Extent(width: 15, height: 15, depth: 15)) { x, y, z in
            let radius = max(abs(x - 7), abs(y - 7), abs(z - 7))
            return radius % 2 == 0 ? 0 : UInt8(1 + radius / 4)
        },
        .init("tube along z", Extent(width: 9, height: 9, depth: 6)) { x, y, _ in
            let radius = (x - 4) * (x - 4) + (y - 4) * (y - 4)
            return 4...12 ~= radius ? 1 : 0
        },
        .init(
            drawn: """
                111111111111
                1..........1
                1.11111111.1
                1.1......1.1
                1.1.1111.1.1
                1.1.1..1.1.1
                1.1.1.11.1.1
                1.1.1....1.1
                1.1.111111.1
                1.1........1
                1.1111111111
                """),
        .init(
            drawn: """
                1.1.2
                .1...
                2.2.1

                .....
                1.2.2
                .1...
                """),
    ]

    static let all = random + structured
}

extension Character {
    fileprivate var wholeOrDot: UInt8? { self == "." ? 0 : wholeNumberValue.map(UInt8.init) }
}

extension LabelPicture {
    var runs: LabelRuns { LabelRuns(labels, extent: extent) }

    /// The component of each voxel, numbered from 1 in the order of their first voxels; 0 for other classes.
    func numbers(_ connectivity: Connectivity, within: ConnectedWithin = .volume, where isMember: (UInt8) -> Bool) -> [Int] {
        let runs = runs
        let components = ConnectedComponents(runs, connectivity: connectivity, within: within, where: isMember)
        return runs.runs.indices.flatMap { place in
            [Int](repeating: components.component(ofRun: place).map { $0 + 1 } ?? 0, count: runs.runs[place].count)
        }
    }

    /// The same by flooding from voxel to voxel.
    func floodedNumbers(
        _ connectivity: Connectivity, within: ConnectedWithin = .volume, where isMember: (UInt8) -> Bool
    ) -> [Int] {
        var numbers = [Int](repeating: 0, count: labels.count)
        var count = 0
        for start in labels.indices where numbers[start] == 0 && isMember(labels[start]) {
            count += 1
            numbers[start] = count
            var open = [start]
            while let voxel = open.popLast() {
                for next in neighbours(voxel, connectivity, within) where numbers[next] == 0 && isMember(labels[next]) {
                    numbers[next] = count
                    open.append(next)
                }
            }
        }
        return numbers
    }

    func neighbours(_ voxel: Int, _ connectivity: Connectivity, _ within: ConnectedWithin) -> [Int] {
        let (x, y, z) = (voxel % extent.width, voxel / extent.width % extent.height, voxel / extent.planeSize)
        let steps = -1...1
        var found: [Int] = []
        for dz in steps where within == .volume || dz == 0 {
            for dy in steps {
                for dx in steps {
                    let moved = abs(dx) + abs(dy) + abs(dz)
                    guard moved == 1 || moved > 1 && connectivity == .all else { continue }
                    guard (0..<extent.width).contains(x + dx), (0..<extent.height).contains(y + dy),
                        (0..<extent.depth).contains(z + dz)
                    else { continue }
                    found.append(voxel + dx + dy * extent.width + dz * extent.planeSize)
                }
            }
        }
        return found
    }
}
