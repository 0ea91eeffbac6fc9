import Testing

@testable import DataSets

@Suite struct RegionPartitionTests {
    private typealias Values = LayoutFinding.ClassValues

    static let rows: [(regions: [LayoutFinding.ClassValues], classes: [LayoutFinding.ClassValues])] = [
        (
            [.init("background", [0]), .init("whole tumor", [1, 2]), .init("core", [2])],
            [.init("background", [0]), .init("whole tumor without core", [1]), .init("core", [2])]
        ),
        (
            [.init("background", [0]), .init("whole", [1, 2, 3]), .init("core", [2, 3]), .init("enhancing", [3])],
            [
                .init("background", [0]), .init("whole without core", [1]), .init("core without enhancing", [2]),
                .init("enhancing", [3]),
            ]
        ),
        // Overlapping, neither within the other.
        (
            [.init("background", [0]), .init("left", [1, 2]), .init("right", [2, 3])],
            [
                .init("background", [0]), .init("left without right", [1]), .init("left and right", [2]),
                .init("right without left", [3]),
            ]
        ),
        // All of a region lies in inner ones.
        (
            [.init("background", [0]), .init("whole", [1, 2]), .init("a", [1]), .init("b", [2])],
            [.init("background", [0]), .init("a", [1]), .init("b", [2])]
        ),
        // Apart: classes of several values.
        (
            [.init("background", [0]), .init("tool", [1, 4]), .init("tip", [2])],
            [.init("background", [0]), .init("tool", [1, 4]), .init("tip", [2])]
        ),
    ]

    @Test(arguments: rows)
    func everyValueIsOfOneClassWithAnHonestName(
        _ row: (regions: [LayoutFinding.ClassValues], classes: [LayoutFinding.ClassValues])
    ) {
        #expect(RegionPartition(row.regions).classes == row.classes)
    }
}
