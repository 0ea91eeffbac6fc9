import Foundation

/// Turns sections into what the template reads, and counts figures and tables.
struct PageWriter {
    private var sectionCount = 0
    private var figureCount = 0
    private var tableCount = 0

    /// A text that XML can hold: its control characters become the replacement character. The template escapes it.
    func text(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 9, 10, 13, 0x20...0xFFFD, 0x10000...: scalar
                    default: "\u{FFFD}"
                    }
                }))
    }

    mutating func context(_ section: PageSection) -> [String: Any] {
        sectionCount += 1
        return [
            "id": "section-\(sectionCount)", "title": text(section.title), "blocks": section.blocks.map { context($0) },
        ]
    }

    private mutating func context(_ block: PageBlock) -> [String: Any] {
        switch block {
        case .heading(let words): ["heading": text(words)]
        case .paragraph(let words): ["paragraph": text(words)]
        case .list(let items): ["list": ["items": items.map(text)]]
        case .code(let lines): ["code": text(lines)]
        case .note(let kind, let title, let words):
            ["note": ["kind": kind.rawValue, "title": text(title), "text": text(words)]]
        case .keyNumbers(let numbers): ["keyNumbers": ["items": numbers.map(context)]]
        case .table(let table, let caption): ["table": context(table, caption: caption)]
        case .figure(let figure): ["figures": ["layout": "single", "items": [context(figure)]]]
        case .figures(let figures): ["figures": ["layout": "row", "items": figures.map { context($0) }]]
        }
    }

    private func context(_ number: KeyNumber) -> [String: Any] {
        var context = ["label": text(number.label), "value": text(number.value)]
        if !number.detail.isEmpty { context["detail"] = text(number.detail) }
        return context
    }

    private mutating func context(_ table: TextTable, caption: String) -> [String: Any] {
        tableCount += 1
        func row(_ cells: [String]) -> [[String: String]] {
            zip(table.columns, cells).map { column, cell in
                switch column {
                case .words: ["kind": "word", "text": text(cell)]
                case .numbers: ["kind": "number", "text": text(cell)]
                }
            }
        }
        return [
            "label": "Table \(tableCount)", "caption": text(caption), "titles": row(table.columns.map(\.title)),
            "rows": table.rows.map { ["cells": row($0)] },
        ]
    }

    private mutating func context(_ figure: PageFigure) -> [String: Any] {
        figureCount += 1
        var context: [String: Any] = [
            "id": text(figure.name), "label": "Figure \(figureCount)", "caption": text(figure.caption),
        ]
        switch figure.picture {
        case .svg(let svg): context["svg"] = svg
        case .pixels(let image, let alternative):
            context["png"] = [
                "data": image.png.base64EncodedString(), "width": "\(image.width)", "height": "\(image.height)",
                "alternative": text(alternative),
            ]
        }
        return context
    }
}
