import DurableFiles
import Sampling

extension Checkpoint {
    /// Checks that a mean is of models that differ.
    ///
    /// - Throws: `FileError` for a file that is named twice, and for a copy of another's content.
    static func requireDistinct(_ checkpoints: [Checkpoint]) throws {
        for (index, checkpoint) in checkpoints.enumerated() {
            for other in checkpoints[..<index] {
                guard let (path, first) = checkpoint.twins(other) else { continue }
                throw FileError(
                    path, "cannot be averaged with itself",
                    reason: path == first
                        ? "it is named twice; name each model once" : "\(first) holds the same; name one of them")
            }
        }
    }

    /// The paths of two files that hold the same; nil for different ones, and for models that come from no file.
    private func twins(_ other: Checkpoint) -> (path: String, first: String)? {
        guard let source, let first = other.source else { return nil }
        let isSame = FileSystem.resolvedPath(source) == FileSystem.resolvedPath(first)
        return isSame || checksum != nil && checksum == other.checksum ? (source.path, first.path) : nil
    }

    /// Models by their ways from file to input: those of one way take the same values.
    static func grouped(_ checkpoints: [Checkpoint]) throws -> [[Checkpoint]] {
        var groups: [(recipe: Recipe, checkpoints: [Checkpoint])] = []
        for checkpoint in checkpoints {
            let recipe = try checkpoint.manifest.configuration.recipe
            if let place = groups.firstIndex(where: { $0.recipe == recipe }) {
                groups[place].checkpoints.append(checkpoint)
            } else {
                groups.append((recipe, [checkpoint]))
            }
        }
        return groups.map(\.checkpoints)
    }

    /// Checks that scores of another model can be averaged with this one's.
    ///
    /// - Throws: `FileError` for other classes or channels.
    func requireSameTask(as other: Checkpoint) throws {
        let (own, wanted) = (manifest.configuration, other.manifest.configuration)
        let differences =
            [
                ("classes", "\(own.data.classNames)", "\(wanted.data.classNames)"),
                ("label values", "\(own.data.classes.map(\.valuesInWords))", "\(wanted.data.classes.map(\.valuesInWords))"),
                ("channels", "\(manifest.channels)", "\(other.manifest.channels)"),
            ]
        guard let (what, found, expected) = differences.first(where: { $0.1 != $0.2 }) else { return }
        throw FileError(
            source?.path ?? "the network", "cannot be averaged with \(other.source?.path ?? "the first model")",
            reason: "\(what): found \(found), expected \(expected); average models of one task")
    }
}
