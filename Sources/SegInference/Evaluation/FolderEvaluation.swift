import DataSets
import DurableFiles
import Foundation
import MedicalImages
import Sampling
import SegMetrics

/// Scores a folder of label files, made by any program, against a folder of masks, at the masks' own resolution.
///
/// Files belong together by their names without endings. What cannot be scored is told, never dropped in silence.
public struct FolderEvaluation {
    /// What was found.
    public struct Result {
        public let store: ConfusionStore
        public let surfaces: SurfaceStore?
        /// Cases that take no part, and why.
        public let problems: [CaseProblem]
        /// What reading the files decided, a line each.
        public let notes: [String]
    }

    private struct Pair {
        let id: String
        let prediction: URL
        let mask: URL
    }

    private let pairs: [Pair]
    private let unpaired: [CaseProblem]
    private let map: LabelMap
    private let classes: ScoredClasses
    private let groups: [String: String]
    private let surfaces: SurfaceMeasurement
    private let grid: LabelGrid

    /// The cases that have both files.
    public var caseCount: Int { pairs.count }

    /// Lists the files; opens none.
    ///
    /// - Parameters:
    ///   - map: the classes of the values in both folders.
    ///   - classes: what is scored of them.
    ///   - groups: the patient or video of each case; one that is not named is a group of its own.
    ///   - grid: `fromImage` for masks whose headers are known to be wrong: voxels are compared one by one where the sizes agree,
    ///     and distances are those of the predictions' headers.
    /// - Throws: `FileError` for a folder that cannot be read, `DataSetError` for two files of one name.
    public init(
        predictions: URL, masks: URL, map: LabelMap, classes: ScoredClasses, groups: [String: String] = [:],
        surfaces: SurfaceMeasurement = SurfaceMeasurement(), grid: LabelGrid = .own
    ) throws {
        let (found, expected) = (try Self.filesByStem(predictions), try Self.filesByStem(masks))
        let ids = Set(found.keys).union(expected.keys).sorted().sortedAsCounted()
        pairs = ids.compactMap { id in
            found[id].flatMap { prediction in expected[id].map { Pair(id: id, prediction: prediction, mask: $0) } }
        }
        unpaired = ids.compactMap { id in
            if let mask = expected[id], found[id] == nil {
                return CaseProblem(
                    caseID: id, kind: .missing, message: "\(mask.path): no prediction of this name in \(predictions.path)")
            }
            if let prediction = found[id], expected[id] == nil {
                return CaseProblem(caseID: id, kind: .extra, message: "\(prediction.path): no mask of this name in \(masks.path)")
            }
            return nil
        }
        self.map = map
        self.classes = classes
        self.groups = groups
        self.surfaces = surfaces
        self.grid = grid
    }

    /// The image files of a folder, by their names without endings.
    private static func filesByStem(_ folder: URL) throws -> [String: URL] {
        let files = try FileSystem.list(folder).filter {
            FileSystem.kind(of: $0) == .file && (ImageFile.isRecognized($0) || DICOMPlaces.looksLikeImage($0))
        }
        if files.isEmpty, let remark = ForeignFormat.remark(on: try FileSystem.list(folder).map(\.lastPathComponent)) {
            throw FileError(folder, "cannot be evaluated", reason: remark)
        }
        let byStem = Dictionary(grouping: files, by: ImageFile.stem(of:))
        let doubled = byStem.filter { $0.value.count > 1 }.keys
        guard doubled.isEmpty else {
            throw DataSetError.equalStems(folder: folder.path, names: doubled.sorted().sortedAsCounted())
        }
        return byStem.compactMapValues(\.first)
    }

    /// Scores every pair, one after another, so that memory holds one case.
    ///
    /// - Parameter onCase: called with the number of cases done.
    /// - Throws: `SurfaceUnitError`.
    public func run(onCase: (Int) -> Void = { _ in }) throws -> Result {
        var store = ConfusionStore(classCount: map.classCount)
        var collector = SurfaceCollector(surfaces, of: classes)
        var problems = unpaired
        var notes = CaseNotes()
        for (index, pair) in pairs.enumerated() {
            do {
                let (prediction, mask) = try LabelVolume.pair(pair.prediction, pair.mask, map: map, grid: grid)
                try prediction.requireSameGrid(as: mask, grid: grid)
                try requireClasses(prediction, where: mask)
                let group = groups[pair.id] ?? pair.id
                try count(prediction, mask, group: group, id: pair.id, into: &store)
                try collector.add(
                    group: group, case: pair.id, truth: mask.classes, prediction: prediction.classes, extent: mask.extent,
                    geometry: grid == .own ? mask.geometry : prediction.geometry)
                notes.add(Set(mask.notes + prediction.notes), of: pair.id)
            } catch let error as SurfaceUnitError {
                throw error
            } catch {
                problems.append(CaseProblem(caseID: pair.id, error))
            }
            onCase(index + 1)
        }
        return Result(store: store, surfaces: collector.store, problems: problems, notes: notes.lines)
    }

    private func count(
        _ prediction: LabelVolume, _ mask: LabelVolume, group: String, id: String, into store: inout ConfusionStore
    ) throws {
        let size = mask.extent.planeSize
        for plane in 0..<mask.extent.depth {
            var matrix = ConfusionMatrix(classCount: map.classCount)
            try matrix.add(
                truth: Array(mask.classes[plane * size..<(plane + 1) * size]),
                prediction: Array(prediction.classes[plane * size..<(plane + 1) * size]), ignoring: LabelMap.ignored)
            store.append(group: group, case: id, image: "\(id)/\(plane)", matrix: matrix)
        }
    }

    /// A prediction says a class wherever the mask does; a value to ignore is none.
    private func requireClasses(_ prediction: LabelVolume, where mask: LabelVolume) throws {
        let bare = zip(prediction.classes, mask.classes).count { $0 == LabelMap.ignored && $1 != LabelMap.ignored }
        guard bare == 0 else { throw PredictionWithoutClass(path: prediction.path, count: bare) }
    }
}

/// A prediction that holds a value to ignore where the mask has a class.
struct PredictionWithoutClass: Error, CustomStringConvertible {
    let path: String
    let count: Int

    var description: String {
        "\(path): \(count) pixel\(count == 1 ? "" : "s") with a value that is ignored in masks, expected a class; "
            + "predict a class everywhere"
    }
}
