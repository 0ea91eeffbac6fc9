import Foundation
import SegInference

/// The models that a command line names, with the selection that comes with the folder of a cross-validation.
struct NamedModels {
    /// The run, checkpoint or folder that was named first.
    let place: URL
    let files: [URL]
    /// What `marginseg select` chose there; nil where nothing was, and where other models are named beside it.
    let selection: Selection?

    /// - Throws: `FileError`.
    init(_ names: [String]) throws {
        let places = names.map { URL(argument: $0) }
        place = places[0]
        files = try places.flatMap { try RunFolder.checkpoints(at: $0) }
        selection = places.count == 1 ? try Selection.find(at: place) : nil
    }

    /// - Throws: `FileError`.
    func checkpoints() throws -> [Checkpoint] { try files.map { try Checkpoint(contentsOf: $0) } }

    /// Says what the selection decides.
    func tellSelection() {
        guard let selection else { return }
        Terminal.write("note: as \(shown(Selection.url(of: place))) has it: \(selection.words); options that are named stand\n")
    }
}
