/// What a section of an `HTMLPage` is made of. Texts are plain: no mark-up is read in them.
public enum PageBlock: Sendable {
    /// A heading under the section's.
    case heading(String)
    case paragraph(String)
    case list([String])
    /// Lines as a terminal shows them, such as commands or a configuration.
    case code(String)
    /// What the reader must not overlook; the title is a word or a few, the text a sentence or a few.
    case note(PageNote, title: String, text: String)
    /// A few numbers in large type.
    case keyNumbers([KeyNumber])
    case table(TextTable, caption: String)
    case figure(PageFigure)
    /// Figures beside each other where the screen is wide enough, each with its own number and caption.
    case figures([PageFigure])
    case browser(SliceBrowser)
}

/// How serious a note is. Its title says so too: colour alone would not reach every reader.
public enum PageNote: String, Sendable, Hashable, CaseIterable {
    case note
    /// Something passed a check that matters.
    case good
    case warning
    case error
}

/// A number in large type with what it means.
public struct KeyNumber: Sendable, Hashable {
    /// What was measured.
    public let label: String
    /// As it is to be shown, with its unit.
    public let value: String
    /// Under the value, small: its interval, its basis; empty for none.
    public let detail: String

    /// A number, ready to be shown.
    public init(_ label: String, _ value: String, detail: String = "") {
        self.label = label
        self.value = value
        self.detail = detail
    }
}
