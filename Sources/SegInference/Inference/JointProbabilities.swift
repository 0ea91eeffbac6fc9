import DataSets
import Foundation
import Sampling
import Torch

/// The mean of the probabilities that several models of different preparations give a case, such as a network of planes and one of
/// volumes.
///
///     p_k = 1/M Σ_m softmax(s_m)_k,        score of class k: ln p_k
///
/// at native size, where all of them meet. Each model's probabilities are put aside on disk in half precision until all are there, so
/// that memory holds one class of a volume at a time.
///
/// Source: nnU-Net (Isensee et al. 2021) averages the probabilities of its configurations in this way.
struct JointProbabilities {
    private let prepared: PreparedCase
    private let classCount: Int
    private let file: ScratchFile
    /// Where each class begins.
    private var starts: [Int] = []

    /// Has every model score the case.
    ///
    /// - Parameters:
    ///   - prepared: by the first model's recipe; the others read the case by their own.
    ///   - onStep: called with how much is done, and of how much.
    /// - Throws: `CaseError` where a model cannot take the case; `ScoresNotFinite`, `TooLittleMemory`; `FileError` for a full disk.
    init(of prepared: PreparedCase, by models: [SegmentationModel], onStep: (_ done: Int, _ of: Int) -> Void) throws {
        self.prepared = prepared
        classCount = models[0].inferer.classCount
        var stores: [ProbabilityStore] = []
        for (number, model) in models.enumerated() {
            let own = try number == 0 ? prepared : model.read(prepared.dataCase)
            var filling = try ProbabilityStore.Filling(classCount: classCount, hasEntropy: false)
            try model.forEachOwnPart(of: own, inPlanes: true) { done, count in
                onStep(number * Self.steps + Self.steps * done / max(count, 1), models.count * Self.steps)
            } _: {
                try filling.add($0)
            }
            stores.append(filling.store(of: own.grid))
        }
        file = try ScratchFile(in: FileManager.default.temporaryDirectory, for: "the probabilities of a case")
        for k in 0..<classCount {
            var sum = try stores[0].probabilities(of: k)
            for store in stores.dropFirst() {
                for (index, value) in try store.probabilities(of: k).enumerated() { sum[index] += value }
            }
            let mean = prepared.grid.apply(to: sum).map { HalfPrecision.bits(min($0 / Float(stores.count), 1)) }
            starts.append(try mean.withUnsafeBytes(file.append))
        }
    }

    /// What a model's share of the progress is counted in.
    private static let steps = 1000
    /// Bytes that the scores of a part take, about.
    private static let partBytes = 1 << 26

    /// Planes of the case, in order, as many as memory is meant to hold.
    func forEachPart(_ body: (PredictedSamples) throws -> Void) throws {
        let native = prepared.route.native
        let planes = prepared.extent.depth
        let atOnce = max(1, Self.partBytes / (4 * classCount * native.planeCount))
        for first in stride(from: 0, to: planes, by: atOnce) {
            let part = first..<min(first + atOnce, planes)
            let scores = try scores(ofPlanes: part)
            let plane = [native.height, native.width]
            if native.dimensions == 3 {
                try body(
                    PredictedSamples(
                        of: prepared, [part, 0..<native.height, 0..<native.width],
                        logits: Tensor(scores, shape: [1, classCount, part.count] + plane), isLast: part.upperBound == planes,
                        route: GridRoute(staying: native)))
            } else {
                try body(
                    PredictedSamples(
                        of: prepared, part,
                        logits: Tensor(scores, shape: [classCount, part.count] + plane).permuted([1, 0, 2, 3]).contiguous(),
                        route: GridRoute(staying: native)))
            }
        }
    }

    /// `[C, planes, H, W]`
    private func scores(ofPlanes planes: Range<Int>) throws -> [Float] {
        let size = prepared.route.native.planeCount
        return try starts.flatMap { start -> [Float] in
            let halves = try [UInt16](unsafeUninitializedCapacity: planes.count * size) { buffer, count in
                try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: start + 2 * planes.lowerBound * size)
                count = planes.count * size
            }
            return halves.map { log(max(HalfPrecision.value($0), HalfPrecision.least / 2)) }
        }
    }
}
