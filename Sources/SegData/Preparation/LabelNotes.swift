import MedicalImages

/// What readers of label files decided, each said once with the cases that it concerns.
public struct LabelNotes: Sendable {
    /// In the order in which they came.
    private var cases: [(note: ImageNote, ids: [String])] = []

    /// None yet.
    public init() {}

    /// Takes the notes of a case.
    public mutating func add(_ notes: some Sequence<ImageNote>, of id: String) {
        for note in notes {
            if let place = cases.firstIndex(where: { $0.note == note }) {
                cases[place].ids.append(id)
            } else {
                cases.append((note, [id]))
            }
        }
    }

    /// A line for each note.
    public var lines: [String] {
        cases.map { note, ids in
            let names = ids.prefix(3).joined(separator: ", ") + (ids.count > 3 ? ", …" : "")
            return "labels of \(ids.count) case\(ids.count == 1 ? "" : "s") (\(names)): \(note.text)"
        }
    }
}
