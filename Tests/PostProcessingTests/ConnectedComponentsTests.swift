import MedicalImages
import SegMetrics
import Testing

@testable import PostProcessing

struct ConnectedComponentsTests {
    @Test(arguments: LabelPicture.all)
    func runsHoldTheLabels(_ picture: LabelPicture) {
        let runs = picture.runs
        #expect(runs.labels == picture.labels)
        #expect(runs == LabelRuns(runs) { _ in nil })
    }

    @Test(arguments: LabelPicture.all, Connectivity.allCases)
    func equalFlooding(_ picture: LabelPicture, _ connectivity: Connectivity) {
        for within in ConnectedWithin.allCases {
            for classes: Set<UInt8> in [[0], [1], [1, 2], [0, 2], [1, 2, 3]] {
                let found = picture.numbers(connectivity, within: within, where: classes.contains)
                #expect(
                    found == picture.floodedNumbers(connectivity, within: within, where: classes.contains),
                    "classes \(classes.sorted()), \(within)")
                let components = ConnectedComponents(
                    picture.runs, connectivity: connectivity, within: within, where: classes.contains)
                #expect(components.sizes == (1..<components.count + 1).map { number in found.count { $0 == number } })
            }
        }
    }

    @Test(arguments: LabelPicture.all)
    func sizesDoNotDependOnTheOrderOfAxes(_ picture: LabelPicture) {
        let (extent, labels) = (picture.extent, picture.labels)
        let turned = LabelPicture(
            "turned", Extent(width: extent.depth, height: extent.width, depth: extent.height)
        ) { x, y, z in labels[x * extent.planeSize + z * extent.width + (extent.width - 1 - y)] }
        for connectivity in Connectivity.allCases {
            func sizes(_ picture: LabelPicture) -> [Int] {
                ConnectedComponents(picture.runs, connectivity: connectivity, where: { $0 > 0 }).sizes.sorted()
            }
            #expect(sizes(turned) == sizes(picture))
        }
    }

    @Test(arguments: LabelPicture.extents)
    func countsOfRunsAreThoseOfVoxels(_ extent: Extent) throws {
        let truth = LabelPicture.random(extent, classes: 3, background: 0.4, seed: 5)
        let ignored: UInt8 = 3
        let prediction = LabelPicture.random(extent, classes: 2, background: 0.5, seed: 6)
        var expected = ConfusionMatrix(classCount: 3)
        try expected.add(truth: truth.labels, prediction: prediction.labels, ignoring: ignored)
        #expect(prediction.runs.confusion(truth: truth.runs, classCount: 3, ignoring: ignored) == expected)
    }
}
