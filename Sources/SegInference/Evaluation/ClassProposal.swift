import DurableFiles
import Foundation
import MedicalImages
import Sampling
import SegConfiguration

/// The classes that the values of masks suggest where none are named.
public enum ClassProposal {
    /// Values 0, 1, … without a gap are the classes themselves; anything else is proposed in the error, to be confirmed.
    ///
    /// - Parameter onDoubt: called where value 0, which counts as the background, does not look like one.
    /// - Throws: `ClassesNotNamed`; `FileError` for a folder that cannot be read or has no mask that can.
    public static func classes(ofMasksIn folder: URL, onDoubt: (String) -> Void = { _ in }) throws -> [ClassConfiguration] {
        let files = try FileSystem.list(folder).filter { ImageFile.isRecognized($0) || DICOMPlaces.looksLikeImage($0) }
        // A mask that cannot be read suggests nothing; the evaluation tells what is wrong with it.
        let counts = files.reduce(into: [Int: Int]()) { counts, file in
            counts.merge((try? LabelVolume.valueCounts(of: file)) ?? [:], uniquingKeysWith: +)
        }
        let values = counts.keys.sorted()
        guard !values.isEmpty else {
            let remark = ForeignFormat.remark(on: try FileSystem.list(folder).map(\.lastPathComponent))
            throw FileError(
                folder, "cannot be evaluated against",
                reason: "there is no label file that can be read in it\(remark.map { "; \($0)" } ?? "")")
        }
        guard values.count > 1, values == Array(0..<values.count), values.count <= 255 else {
            let lossy = LossyLabels(counts, areCompressed: files.contains(where: ImageFile.isLossy))
            throw ClassesNotNamed(folder: folder.path, values: values, lossy: lossy)
        }
        let names = ClassConfiguration.names(ofUnnamed: values, background: 0)
        let commonest = values.max { (counts[$0] ?? 0, $1) < (counts[$1] ?? 0, $0) } ?? 0
        if commonest != 0 {
            let total = Double(counts.values.reduce(0, +))
            func share(_ value: Int) -> String { String(format: "%.1f %%", 100 * Double(counts[value] ?? 0) / total) }
            onDoubt(
                "value 0 has \(share(0)) of the masks' pixels, value \(commonest) \(share(commonest)): value 0 counts as the background "
                    + "and is left out of the foreground means; say --background \(names[commonest]), or none, if it is none")
        }
        return zip(names, values).map { ClassConfiguration(name: $0, values: [$1]) }
    }
}

/// Masks whose values do not say which class is which.
public struct ClassesNotNamed: Error, CustomStringConvertible, Equatable, Sendable {
    public let folder: String
    public let values: [Int]
    /// What they scatter about, if they do.
    public var lossy: LossyLabels?

    public var description: String {
        let shown = values.prefix(12).map(String.init).joined(separator: ", ") + (values.count > 12 ? ", …" : "")
        let meant = lossy?.centers ?? Array(values.prefix(12))
        let ranges = lossy?.ranges ?? meant.map { [LabelRange($0)] }
        let map = zip(ClassConfiguration.names(ofUnnamed: meant, background: meant.first), ranges).map { name, ranges in
            name + "=" + ranges.map(\.description).joined(separator: "|")
        }
        let proposal = values.count > 1 ? " if the order is right, --classes \(map.joined(separator: ","))" : ""
        return "\(folder): the masks hold the value\(values.count == 1 ? "" : "s") \(shown), which do not name classes 0, 1, …; "
            + (lossy.map { "the \($0.remark); " } ?? "")
            + (proposal.isEmpty ? "name them with --classes or --config" : "name them:\(proposal)")
    }
}
