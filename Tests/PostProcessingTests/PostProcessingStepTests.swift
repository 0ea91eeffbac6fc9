import Foundation
import MedicalImages
import SegMetrics
import TestSupport
import Testing

@testable import PostProcessing

struct PostProcessingStepTests {
    static let steps: [PostProcessingStep] = [
        .fillHoles(of: .foreground, within: .volume), .fillHoles(of: .foreground, within: .planes),
        .fillHoles(of: .classes([1]), within: .volume), .keepLargest(of: .foreground), .keepLargest(of: .classes([2])),
        .keepLargest(of: .classes([1, 2])), .removeSmall(of: .classes([1]), below: .init(4, .voxels)),
        .removeSmall(of: .foreground, below: .init(7.5, .cubicMillimetres)),
    ]

    private func apply(_ step: PostProcessingStep, _ picture: LabelPicture) throws -> [UInt8] {
        try PostProcessing([step]).apply(to: picture.labels, of: "a", extent: picture.extent, voxelVolume: 1.5)
    }

    @Test(arguments: steps, LabelPicture.all)
    func equalBruteForce(_ step: PostProcessingStep, _ picture: LabelPicture) throws {
        #expect(try apply(step, picture) == expected(step, picture))
    }

    /// From the definitions, voxel by voxel.
    private func expected(_ step: PostProcessingStep, _ picture: LabelPicture) -> [UInt8] {
        var labels = picture.labels
        func removing(_ classes: StepClasses, where isRemoved: (_ size: Int, _ largest: Int) -> Bool) {
            let numbers = picture.floodedNumbers(.all, where: classes.contains)
            let sizes = Dictionary(grouping: numbers.filter { $0 > 0 }, by: \.self).mapValues(\.count)
            let largest = sizes.values.max() ?? 0
            for voxel in labels.indices where isRemoved(sizes[numbers[voxel]] ?? .max, largest) { labels[voxel] = 0 }
        }
        switch step {
        case .keepLargest(let classes): removing(classes) { size, largest in size < largest }
        case .removeSmall(let classes, let limit):
            let volume = limit.unit == .voxels ? 1 : 1.5
            removing(classes) { size, _ in Double(size) * volume < limit.value }
        case .fillHoles(let classes, let within):
            let within = picture.extent.depth == 1 ? .planes : within
            let numbers = picture.floodedNumbers(.faces, within: within) { $0 == 0 }
            for number in 1..<(numbers.max() ?? 0) + 1 {
                let hole = numbers.indices.filter { numbers[$0] == number }
                let faces = within == .planes ? 4 : 6
                guard hole.allSatisfy({ picture.neighbours($0, .faces, within).count == faces }) else { continue }
                var touched: [UInt8: Int] = [:]
                for voxel in hole {
                    for next in picture.neighbours(voxel, .faces, within) where picture.labels[next] != 0 {
                        touched[picture.labels[next], default: 0] += 1
                    }
                }
                let most = touched.values.max() ?? 0
                guard touched.keys.allSatisfy(classes.contains), let filling = touched.filter({ $0.value == most }).keys.min()
                else { continue }
                for voxel in hole { labels[voxel] = filling }
            }
        }
        return labels
    }

    @Test(arguments: steps, LabelPicture.random)
    func onceIsEnough(_ step: PostProcessingStep, _ picture: LabelPicture) throws {
        let once = try apply(step, picture)
        #expect(
            try PostProcessing([step, step]).apply(to: picture.labels, of: "a", extent: picture.extent, voxelVolume: 1.5) == once)
    }

    @Test func aHoleTakesTheClassThatMostOfItsFacesTouch() throws {
        let picture = LabelPicture(
            drawn: """
                1111122
                1...122
                1...222
                1111122
                """)
        let filled = try apply(.fillHoles(of: .foreground, within: .volume), picture)
        #expect(filled[8...10] == [1, 1, 1] && filled[15...17] == [1, 1, 1])
        #expect(try apply(.fillHoles(of: .classes([1]), within: .volume), picture) == picture.labels)
        #expect(try apply(.fillHoles(of: .classes([1, 2]), within: .volume), picture) == filled)
    }

    @Test func stepsFollowEachOther() throws {
        let picture = LabelPicture(drawn: "1.22.11")
        func apply(_ steps: [PostProcessingStep]) throws -> [UInt8] {
            try PostProcessing(steps).apply(to: picture.labels, of: "a", extent: picture.extent, voxelVolume: nil)
        }
        let (all, small) = (
            PostProcessingStep.keepLargest(of: .foreground),
            PostProcessingStep.removeSmall(of: .classes([2]), below: .init(3, .voxels))
        )
        // Equally large components are all kept.
        #expect(try apply([all]) == [0, 0, 2, 2, 0, 1, 1])
        #expect(try apply([all, small]) == [0, 0, 0, 0, 0, 1, 1])
        #expect(try apply([]) == picture.labels)
    }

    @Test(arguments: steps)
    func stepsAreReadAsWritten(_ step: PostProcessingStep) throws {
        let data = try JSONEncoder().encode(PostProcessing([step]))
        #expect(try JSONDecoder().decode(PostProcessing.self, from: data) == PostProcessing([step]))
    }

    @Test(arguments: [
        (
            PostProcessingStep.removeSmall(of: .classes([1]), below: .init(12.5, .cubicMillimetres)),
            #"{"below":12.5,"of":[1],"step":"remove_small","unit":"mm3"}"#, "remove objects of liver below 12.5 mm³"
        ),
        (
            .fillHoles(of: .foreground, within: .planes), #"{"of":"foreground","step":"fill_holes","within":"planes"}"#,
            "fill holes of the foreground in planes"
        ),
        (.keepLargest(of: .classes([1, 2])), #"{"of":[1,2],"step":"keep_largest"}"#, "keep the largest component of both"),
        (
            .removeSmall(of: .classes([2, 1]), below: .init(3, .voxels)),
            #"{"below":3,"of":[2,1],"step":"remove_small","unit":"voxels"}"#,
            "remove objects of tumour and liver below 3 voxels"
        ),
    ])
    func writing(_ step: PostProcessingStep, _ json: String, _ words: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(step), as: UTF8.self) == json)
        let classes = ScoredClasses(
            ["background", "liver", "tumour"], regions: [.init(name: "both", classes: [1, 2])])
        #expect(step.words(classes) == words)
    }

    @Test(arguments: [
        #"{"step":"melt","of":"foreground"}"#, #"{"step":"keep_largest","of":"liver"}"#, #"{"step":"keep_largest","of":[0]}"#,
        #"{"step":"keep_largest","of":[1,1]}"#, #"{"step":"keep_largest","of":[]}"#,
        #"{"step":"remove_small","of":[1],"below":0,"unit":"mm3"}"#, #"{"step":"remove_small","of":[1],"below":3}"#,
        #"{"step":"fill_holes","of":[1]}"#,
    ])
    func whatIsNoStepIsRefused(_ json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(PostProcessingStep.self, from: Data(json.utf8)) }
    }

    @Test func errorsSayWhatToDo() throws {
        let small = PostProcessing([.removeSmall(of: .classes([3]), below: .init(5, .cubicMillimetres))])
        #expect(
            messageThrown {
                _ = try small.apply(to: [1], of: "scan", extent: Extent(width: 1, height: 1), voxelVolume: nil)
            } == "scan: the image states no voxel spacing, and post-processing removes objects by their size in mm³; "
                + "use an image with a spacing, or leave predictions as they are: --post-processing none")
        #expect(
            messageThrown { try small.require(ScoredClasses(["background", "a", "b"])) }
                == "post-processing names class 3, expected 1 to 2; it was learned for other classes, learn it again")
        #expect(throws: PostProcessingError.noBackground) { try small.require(ScoredClasses(["a", "b"], hasBackground: false)) }
        try small.require(ScoredClasses(["background", "a", "b", "c"]))
        try PostProcessing().require(ScoredClasses(["a", "b"], hasBackground: false))
    }
}
