import Foundation

/// Turns sections into what the template reads, and counts figures and tables.
struct PageWriter {
    private var sectionCount = 0
    private var figureCount = 0
    private var tableCount = 0

    mutating func context(_ section: PageSection) -> [String: Any] {
        sectionCount += 1
        return [
            "id": "section-\(sectionCount)", "title": section.title.xmlText, "blocks": section.blocks.map { context($0) },
        ]
    }

    private mutating func context(_ block: PageBlock) -> [String: Any] {
        switch block {
        case .heading(let words): ["heading": words.xmlText]
        case .paragraph(let words): ["paragraph": prose(words)]
        case .list(let items): ["list": ["items": items.map(prose)]]
        case .code(let lines): ["code": lines.xmlText]
        case .note(let kind, let title, let words):
            ["note": ["kind": kind.rawValue, "title": title.xmlText, "text": prose(words)]]
        case .keyNumbers(let numbers): ["keyNumbers": ["items": numbers.map(context)]]
        case .table(let table, let caption): ["table": context(table, caption: caption)]
        case .figure(let figure): ["figures": ["layout": "single", "items": [context(figure)]]]
        case .browser(let browser): ["browser": context(browser)]
        case .figures(let figures): ["figures": ["layout": "row", "items": figures.map { context($0) }]]
        }
    }

    /// Text that breaks into lines, but not between a number and its per cent.
    private func prose(_ words: String) -> String { words.replacing(" %", with: "\u{A0}%").xmlText }

    private func context(_ number: KeyNumber) -> [String: Any] {
        var context = ["label": number.label.xmlText, "value": number.value.xmlText]
        if !number.detail.isEmpty { context["detail"] = number.detail.xmlText }
        return context
    }

    private mutating func context(_ table: TextTable, caption: String) -> [String: Any] {
        tableCount += 1
        func row(_ cells: [String]) -> [[String: String]] {
            zip(table.columns, cells).map { ["kind": $0.isNumeric ? "number" : "word", "text": $1.xmlText] }
        }
        return [
            "label": "Table \(tableCount)", "caption": prose(caption), "titles": row(table.columns.map(\.title)),
            "rows": table.rows.map { ["cells": row($0)] },
        ]
    }

    private mutating func context(_ figure: PageFigure) -> [String: Any] {
        figureCount += 1
        return [
            "id": figure.name.xmlText, "label": "Figure \(figureCount)", "caption": prose(figure.caption),
            "hasLegend": !figure.legend.entries.isEmpty,
            "legend": context(figure.legend),
            // A panel may shrink to three quarters before the row breaks: its letters stay readable.
            "least": Drawing.number(figure.panels.map(\.width).max()! * 0.75),  // a figure has panels
            "panels": figure.panels.map { ["svg": $0.svg, "largest": Drawing.number($0.width * 1.25)] },
        ]
    }

    private mutating func context(_ browser: SliceBrowser) -> [String: Any] {
        figureCount += 1
        func label(_ slice: SliceBrowser.Slice) -> String { "\(slice.number) of \(browser.planeCount)" }
        return [
            "id": browser.name.xmlText, "number": "Figure \(figureCount)", "caption": prose(browser.caption),
            "legend": context(browser.legend), "first": "\(browser.first)", "last": "\(browser.slices.count - 1)",
            "label": label(browser.slices[browser.first]),
            "frames": browser.slices.enumerated().map { index, slice -> [String: Any] in
                [
                    "shown": index == browser.first, "label": label(slice),
                    "panels": slice.picture.panels(models: browser.models).map { panel in
                        [
                            "title": panel.title.xmlText, "of": "slice \(label(slice))",
                            "data": panel.image.png.base64EncodedString(), "width": "\(panel.image.width)",
                            "height": "\(panel.image.height)",
                        ]
                    },
                ]
            },
        ]
    }

    private func context(_ legend: Legend) -> [[String: String]] {
        legend.entries.map { ["swatch": $0.swatch.svg, "text": $0.label.xmlText] }
    }
}
