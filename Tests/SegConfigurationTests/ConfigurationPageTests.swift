import Foundation
import SegModels
import TestSupport
import Testing
import Yams

@testable import SegConfiguration

/// `docs/CONFIGURATION.md` against the types: every key, the presets' values, words and ranges.
@Suite struct ConfigurationPageTests {
    /// A row of the page's tables.
    struct Row: Sendable, CustomTestStringConvertible {
        let key: String
        /// By the names of the presets.
        let defaults: [String: String]
        let values: String
        let meaning: String

        var testDescription: String { key }
        /// The key with the first element for every list.
        var argument: String { key.replacing("[]", with: ".0") }
    }

    static let rows: [Row] = {
        let page = (try? String(contentsOf: TestFolders.package.appending(path: "docs/CONFIGURATION.md"), encoding: .utf8)) ?? ""
        return page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let defaults = Dictionary(uniqueKeysWithValues: zip(Preset.all.map(\.name), cells[1...Preset.all.count]))
            return Row(
                key: cells[0].trimmingCharacters(in: ["`"]), defaults: defaults, values: cells[Preset.all.count + 1],
                meaning: cells.count > Preset.all.count + 2 ? cells[Preset.all.count + 2] : "")
        }
    }()

    /// Alternatives that no preset takes.
    private static let alternatives = [
        [], ["data.split={random: {seed: 1}}"], ["data.split={folds: {count: 2, fold: 0, seed: 1}}"], ["input.fit={pad: [8, 8]}"],
        ["input.fit={crop: [8, 8]}"], ["training.augmentation.low_resolution={probability: 0.25}"],
        [
            "training.augmentation.warp={rotation: {probability: 0, degrees: 0}, scale: {probability: 0, factor: [1, 1]}}",
            "training.augmentation.gamma=[{probability: 0, exponent: [1, 1]}]",
            "training.augmentation.brightness={probability: 0, factor: [1, 1]}",
            "training.augmentation.contrast={probability: 0, factor: [1, 1]}",
            "training.augmentation.noise={probability: 0, variance: [0, 0]}",
        ],
        ["input.normalization={range: [0, 1]}"], ["input.normalization={clip: [0, 1], mean: 0, deviation: 1}"],
        ["input.normalization={z_score: nonzero}"], ["inference={mirror: [horizontal]}"],
        ["data.regions=[{name: all, values: [1]}]"],
    ]

    /// The keys that the types ask for, but those with further keys below them.
    private static func readKeys() throws -> [String: Bool] {
        var all: [String: Bool] = ["preset": true]
        for preset in Preset.all {
            for overrides in alternatives {
                let keys = ReadKeys()
                _ = try ConfigurationReader(file: nil, preset: preset.name, overrides: overrides).decoded(noting: keys)
                for path in keys.paths {
                    all[path.joined(separator: ".").replacing(".[]", with: "[]")] = true
                }
            }
        }
        return all.filter { key, _ in !all.keys.contains { $0.hasPrefix(key + ".") || $0.hasPrefix(key + "[]") } }
    }

    @Test func everyKeyHasOneRow() throws {
        let keys = try Set(Self.readKeys().keys)
        let documented = Self.rows.map(\.key)
        #expect(Set(documented).count == documented.count)
        let ends = Self.rows.filter { row in !documented.contains { $0.hasPrefix(row.key + ".") || $0.hasPrefix(row.key + "[]") }
        }
        #expect(keys.subtracting(documented).isEmpty, "keys without a row in docs/CONFIGURATION.md")
        #expect(Set(ends.map(\.key)).subtracting(keys).isEmpty, "rows of docs/CONFIGURATION.md without a key")
        #expect(Self.rows.filter(\.meaning.isEmpty).map(\.key) == [], "rows that say nothing")
    }

    @Test(arguments: rows)
    func thePresetsHaveTheseValues(_ row: Row) throws {
        for preset in Preset.all {
            let configuration = try ConfigurationReader(file: nil, preset: preset.name).configuration()
            let tree = try #require(try Yams.compose(yaml: configuration.yaml))
            let parts = row.key.split(separator: ".").map(String.init)
            #expect(row.defaults[preset.name] == Self.cell(tree, parts[...]) ?? "–", "\(preset.name)")
        }
    }

    /// A value as a cell has it: lists in brackets, each element's of `key[]` after another; nil for no value.
    private static func cell(_ node: Node, _ key: ArraySlice<String>) -> String? {
        guard let part = key.first else {
            switch node {
            case .scalar(let scalar): return scalar.string
            case .sequence(let list) where list.allSatisfy({ $0.scalar != nil }):
                return "[\(list.compactMap(\.string).joined(separator: ", "))]"
            default: return "below"
            }
        }
        guard let value = node.mapping?[part.replacing("[]", with: "")] else { return nil }
        guard part.hasSuffix("[]") else { return cell(value, key.dropFirst()) }
        let cells = value.sequence?.compactMap { cell($0, key.dropFirst()) } ?? []
        return cells.isEmpty ? nil : cells.joined(separator: ", ")
    }

    private static func problem(_ row: Row, _ value: String) -> String? {
        messageThrown { _ = try ConfigurationReader(file: nil, overrides: ["\(row.argument)=\(value)"]).configuration() }
    }

    /// Where an enumeration is wrong, the message lists its words.
    @Test(arguments: rows.filter { $0.values.wholeMatch(of: /`\w+`(, `\w+`)+/) != nil })
    func theWordsAreThose(_ row: Row) throws {
        let words = row.values.replacing("`", with: "")
        #expect(Self.problem(row, "nothing-like-it")?.contains("expected one of \(words), found") == true)
    }

    /// The dimensions go with `input.fit` alone, as `VolumeRunTests` have it.
    @Test(arguments: rows.filter { $0.defaults["quick"]?.first?.isNumber == true && $0.key != "network.dimensions" })
    func theRangesAreThose(_ row: Row) throws {
        let isWhole = ["epochs", "patience", "batch_size", "accumulate", "seed", "pictures", "side"].contains {
            row.key.hasSuffix($0)
        }
        let step = isWhole ? 1 : 0.001
        var (good, bad): ([String], [String]) = ([], [])
        func text(_ number: Double) -> String { isWhole ? String(Int(number)) : "\(number)" }
        if let match = try /([\d.]+) to (below )?([\d.]+)$/.firstMatch(in: row.values) {
            let (low, high) = (try #require(Double(match.1)), try #require(Double(match.3)))
            (good, bad) = ([text(low)], [text(low - step)])
            // UInt64's largest number is none of Double's.
            if high > 1e18 {
                (good, bad) = (good + [String(match.3)], bad + [String(match.3) + "0"])
            } else {
                let above = match.2 == nil ? high + step : high
                (good, bad) = (good + [text(above - step)], bad + [text(above)])
            }
        } else if let match = try /(\d+) or more$/.firstMatch(in: row.values) {
            let low = try #require(Double(match.1))
            (good, bad) = ([text(low), text(low + 1)], [text(low - step)])
        } else if row.values == "above 0" {
            (good, bad) = (["1e-9", "1"], ["0"])
        } else {
            Issue.record("docs/CONFIGURATION.md, \(row.key): no range that can be read in '\(row.values)'")
        }
        for value in good { #expect(Self.problem(row, value) == nil, "\(value)") }
        for value in bad { #expect(Self.problem(row, value) != nil, "\(value)") }
    }

    /// A key that was not there when the page was written is an error of the first test; so is a preset.
    @Test func theColumnsAreThePresets() throws {
        let page = try String(contentsOf: TestFolders.package.appending(path: "docs/CONFIGURATION.md"), encoding: .utf8)
        let head = "| key | \(Preset.all.map(\.name).joined(separator: " | ")) | values | meaning |"
        let heads = page.split(separator: "\n").filter { $0.hasPrefix("| key") }
        #expect(heads.count > 4 && heads.allSatisfy { $0 == head })
    }
}
