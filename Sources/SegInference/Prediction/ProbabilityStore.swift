import DataSets
import Foundation
import Sampling

/// The probabilities of a case's classes and, where it is asked for, their entropy, put aside on disk while the case is predicted.
///
///     p_k = exp(s_k) / Σ_j exp(s_j),        entropy = −Σ_k p_k ln p_k / ln C,   from 0, certain, to 1, no class preferred
///
/// s are the scores whose largest is the prediction, at the image's own resolution. Values are rounded to half precision, which is
/// what files hold of them, so that a voxel takes two bytes a class here and memory holds one class at a time.
final class ProbabilityStore: Sendable {
    let classCount: Int
    private let grid: CaseGrid
    private let hasEntropy: Bool
    private let file: ScratchFile
    /// Where each part of the case begins, in order, and its pixels.
    private let parts: [(start: Int, pixels: Int)]

    private init(_ grid: CaseGrid, classCount: Int, hasEntropy: Bool, file: ScratchFile, parts: [(start: Int, pixels: Int)]) {
        (self.grid, self.classCount, self.hasEntropy, self.file, self.parts) = (grid, classCount, hasEntropy, file, parts)
    }

    /// Takes the scores of a case, part by part.
    struct Filling {
        let classCount: Int
        let hasEntropy: Bool
        private let file: ScratchFile
        private var parts: [(start: Int, pixels: Int)] = []

        /// - Throws: `FileError` where the folder for temporary files cannot be written to.
        init(classCount: Int, hasEntropy: Bool) throws {
            self.classCount = classCount
            self.hasEntropy = hasEntropy
            file = try ScratchFile(in: FileManager.default.temporaryDirectory, for: "the probabilities of a case")
        }

        /// Takes the next samples of the case, or the next planes of a volume.
        ///
        /// - Throws: `FileError`, for a full disk too.
        mutating func add(_ samples: PredictedSamples) throws {
            guard samples.nativeBox != nil else { return }
            for scores in try samples.nativeScores() {
                let values = HalfPrecision.probabilities(of: scores, classCount: classCount, withEntropy: hasEntropy)
                parts.append((try values.withUnsafeBytes(file.append), scores.count / classCount))
            }
        }

        /// What was taken.
        func store(of grid: CaseGrid) -> ProbabilityStore {
            precondition(parts.reduce(0) { $0 + $1.pixels } == grid.extent.voxelCount, "the scores of every voxel, once")
            return ProbabilityStore(grid, classCount: classCount, hasEntropy: hasEntropy, file: file, parts: parts)
        }
    }

    /// The probabilities of one class on the grid of the file, `[depth, height, width]`; background where the image was cropped.
    ///
    /// - Throws: `FileError` where the disk fails.
    func probabilities(of k: Int) throws -> [Float] { try values(k, outside: k == 0 ? HalfPrecision.one : 0) }

    /// The entropy on the grid of the file, `[depth, height, width]`; 0 where the image was cropped.
    ///
    /// - Throws: `FileError` where the disk fails.
    func entropy() throws -> [Float] { try values(classCount, outside: 0) }

    private func values(_ channel: Int, outside: UInt16) throws -> [Float] {
        let halves = try [UInt16](unsafeUninitializedCapacity: grid.extent.voxelCount) { buffer, count in
            for part in parts {
                let place = UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: buffer[count..<count + part.pixels]))
                try file.read(into: place, at: part.start + 2 * channel * part.pixels)
                count += part.pixels
            }
        }
        return grid.onFileGrid(halves, outside: outside).map(HalfPrecision.value)
    }
}
