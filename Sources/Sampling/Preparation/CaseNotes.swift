import MedicalImages

/// Notes on cases, each once with the cases that it concerns.
public struct CaseNotes: Sendable {
    private struct Note: Sendable {
        /// What of the cases is meant, such as `labels of `.
        let part: String
        let text: String
        var ids: [String]
    }

    /// In the order in which they came.
    private var notes: [Note] = []

    /// None yet.
    public init() {}

    /// Takes what reading the label files of a case decided.
    public mutating func add(_ notes: some Sequence<ImageNote>, of id: String) {
        for note in notes { add(note.text, part: "labels of ", of: id) }
    }

    /// Takes what is to be said of a case as a whole.
    public mutating func add(_ texts: [String], of id: String) { for text in texts { add(text, part: "", of: id) } }

    private mutating func add(_ text: String, part: String, of id: String) {
        if let place = notes.firstIndex(where: { $0.text == text && $0.part == part }) {
            notes[place].ids.append(id)
        } else {
            notes.append(Note(part: part, text: text, ids: [id]))
        }
    }

    /// A line for each note.
    public var lines: [String] {
        notes.map { note in
            let names = note.ids.prefix(3).joined(separator: ", ") + (note.ids.count > 3 ? ", …" : "")
            return "\(note.part)\(note.ids.count) case\(note.ids.count == 1 ? "" : "s") (\(names)): \(note.text)"
        }
    }
}
