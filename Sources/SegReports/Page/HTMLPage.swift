import DurableFiles
import Foundation
import Mustache

/// A page that opens without a network, on a screen of any width, dark or light, and that prints well.
///
/// One file: style, pictures and script are in it, and its security policy forbids the browser to fetch anything. Every text is
/// escaped. Figures and tables are numbered in their order. The file is well-formed XML too.
public struct HTMLPage: Sendable {
    /// The heading, and the title of the window.
    public let title: String
    /// Under the heading; empty for none.
    public let subtitle: String
    /// In their order; three or more get a list of contents.
    public let sections: [PageSection]
    /// The last line, small; empty for none.
    public let footer: String
    /// Of a page that will be written again; nil for one that stays as it is.
    public let life: PageLife?

    /// A page of sections.
    public init(title: String, subtitle: String = "", sections: [PageSection], footer: String = "", life: PageLife? = nil) {
        self.title = title
        self.subtitle = subtitle
        self.sections = sections
        self.footer = footer
        self.life = life
    }

    /// The figures of all sections in their order.
    public var figures: [PageFigure] {
        sections.flatMap(\.blocks).flatMap { block -> [PageFigure] in
            switch block {
            case .figure(let figure): [figure]
            case .figures(let figures): figures
            default: []
            }
        }
    }

    private var hasBrowser: Bool {
        sections.flatMap(\.blocks).contains { if case .browser = $0 { true } else { false } }
    }

    /// The whole file.
    public var html: String {
        var writer = PageWriter()
        let sections = sections.map { writer.context($0) }
        return PageTemplate.shared.render([
            "title": title.xmlText,
            "subtitle": subtitle.isEmpty ? nil : subtitle.xmlText,
            "hasContents": sections.count > 2,
            "sections": sections,
            "footer": footer.isEmpty ? nil : footer.xmlText,
            "style": PageTemplate.style,
            "script": hasBrowser ? PageTemplate.script : nil,
            "life": life?.context,
        ])
    }

    /// Writes the file.
    ///
    /// - Throws: `FileError` where the file cannot be written.
    public func write(to url: URL) throws {
        try DurableFile.write(html, to: url)
    }
}

/// A part of an `HTMLPage` under a heading of its own.
public struct PageSection: Sendable {
    /// The heading.
    public let title: String
    /// From top to bottom.
    public let blocks: [PageBlock]

    /// A section of blocks.
    public init(_ title: String, _ blocks: [PageBlock]) {
        self.title = title
        self.blocks = blocks
    }
}

/// How an `HTMLPage` that is rewritten again and again behaves in a browser: it reloads while it is visible, keeps its scroll
/// position, and says so when it has not been written for long.
public struct PageLife: Sendable, Hashable {
    /// When this page was written.
    public let written: Date
    /// Seconds after which it reloads.
    public let reload: Int
    /// Seconds without a new page after which it says so.
    public let silence: Int

    /// A page that expects to be followed by another.
    public init(written: Date, reload: Int, silence: Int) {
        self.written = written
        self.reload = reload
        self.silence = silence
    }

    /// What the template reads.
    var context: [String: Any] {
        ["written": "\(Int(written.timeIntervalSince1970))", "reload": "\(reload)", "silence": "\(silence)"]
    }
}
