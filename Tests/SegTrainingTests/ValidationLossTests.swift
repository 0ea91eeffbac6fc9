@testable import SegInference
import RunTestSupport
import Foundation
import MedicalImages
import SegLosses
import TestSupport
import Testing
import Torch

@testable import DataSets
@testable import Sampling
@testable import SegTraining

@Suite struct ValidationLossTests {
    /// Rows of pixels and their labels; 9 is ignored. `LevelNetwork([0, 1])` scores a pixel x as 0 and x − ½.
    static let rows: [(pixels: [UInt8], labels: [UInt8])] = [
        ([0, 1, 2, 3], [0, 1, 1, 9]), ([3, 0, 1, 0], [1, 1, 0, 0]), ([2, 2, 0, 1], [9, 9, 9, 1]), ([1, 1, 1, 1], [9, 9, 9, 9]),
        ([0, 0, 2, 0], [0, 0, 1, 0]),
    ]

    /// The mean loss over pictures of one row each, in batches of so many; a picture may have other numbers of pixels.
    private func mean(
        _ rows: [(pixels: [UInt8], labels: [UInt8])], _ loss: any SegmentationLoss, batchSize: Int,
        fit: String = "{pad: [4, 4]}"
    ) throws -> Double? {
        try withTemporaryFolder { folder in
            let model = try LevelNetwork.model([0, 1], fit: fit, overrides: ["data.ignored_values=[9]"])
            let reader = try CaseReader(model.recipe)
            var validation = ValidationLoss(loss, batchSize: batchSize)
            for (index, row) in rows.enumerated() {
                let (image, label) = (folder.appending(path: "\(index).png"), folder.appending(path: "\(index)_label.png"))
                try PNG.write(gray: row.pixels, width: row.pixels.count, height: 1, to: image)
                try PNG.write(gray: row.labels, width: row.labels.count, height: 1, to: label)
                let prepared = try reader.read(DataCase(id: "\(index)", group: "", image: ImageLocation(image), label: label))
                try model.forEachPart(of: prepared) { try validation.add($0) }
            }
            return try validation.total().mean
        }
    }

    private func logits(_ rows: [[UInt8]]) throws -> Tensor {
        let planes = rows.flatMap { row in row.map { _ in Float(0) } + row.map { Float($0) - 0.5 } }
        return try Tensor(planes, shape: [rows.count, 2, 1, rows[0].count])
    }

    @Test(arguments: [1, 2, 3, 100])
    func aMeanOverPixelsIsThatOverAllOfThem(batchSize: Int) throws {
        let found = try #require(try mean(Self.rows, CrossEntropyLoss(ignoreLabel: 255), batchSize: batchSize))
        let losses = Self.rows.flatMap { row in
            zip(row.pixels, row.labels).compactMap { pixel, label -> Double? in
                let score = Double(pixel) - 0.5
                return label == 9 ? nil : log(1 + exp(label == 1 ? -score : score))
            }
        }
        #expect(losses.count == 12)
        #expect(abs(found - losses.reduce(0, +) / 12) < 1e-6)
    }

    @Test func anOverlapIsThatOfEachBatchByItsPixels() throws {
        let dice = DiceLoss(ignoreLabel: 255)
        let rows = [Self.rows[1], Self.rows[4], Self.rows[0]]
        let found = try #require(try mean(rows, dice, batchSize: 2))
        func value(_ batch: [(pixels: [UInt8], labels: [UInt8])]) throws -> Double {
            try dice.composed(
                logits: logits(batch.map(\.pixels)),
                labels: Tensor(batch.flatMap { $0.labels.map { $0 == 9 ? 255 : $0 } }, shape: [batch.count, 1, 4])
            ).item()
        }
        let (first, second) = try (value(Array(rows[..<2])), value(Array(rows[2...])))
        #expect(abs(found - (8 * first + 3 * second) / 11) < 1e-6)
    }

    @Test func planesOfOtherSizesMakeABatchOfTheirOwn() throws {
        let wide: (pixels: [UInt8], labels: [UInt8]) = ([0, 1, 2, 0, 1, 0], [0, 1, 1, 0, 0, 0])
        let dice = DiceLoss(ignoreLabel: 255)
        let fit = "{crop: [1, 2], foreground: 0}"
        func one(_ row: (pixels: [UInt8], labels: [UInt8])) throws -> Double {
            try #require(try mean([row], dice, batchSize: 8, fit: fit))
        }
        let mixed = try #require(try mean([Self.rows[1], wide], dice, batchSize: 8, fit: fit))
        let (narrow, broad) = try (one(Self.rows[1]), one(wide))
        #expect(abs(mixed - (4 * narrow + 6 * broad) / 10) < 1e-6)
    }

    @Test func whereNoPixelCountsThereIsNone() throws {
        let none = try mean([Self.rows[3]], CrossEntropyLoss(ignoreLabel: 255), batchSize: 2)
        #expect(none == nil)
    }

    private struct NaNLoss: SegmentationLoss {
        func composed(logits: Tensor, targets: Targets) throws -> Tensor { try .scalar(.nan) }
    }

    @Test func aLossThatIsNotFiniteIsNone() throws {
        let none = try mean(Self.rows, NaNLoss(), batchSize: 2)
        #expect(none == nil)
    }
}
