import Foundation
import Sampling
import SegConfiguration

/// Which class is the background, or that none is, with the reason.
///
/// A class that is named so is. Else the class of value 0 is, where it is the commonest or covers the image border; else the class
/// that covers the border, or the commonest where it has most pixels. Where all that fails, every class is sought.
public struct BackgroundProposal: Sendable, Hashable {
    /// What is known of a class.
    struct Candidate {
        let name: String
        let values: [Int]
        /// Its pixels, and those of them in the outermost rows and columns.
        let pixels: Int
        let border: Int
    }

    /// The index of the class; nil: there is none.
    public let index: Int?
    /// In a person's words, such as `it covers 92 % of the image border`.
    public let reason: String

    /// More than this share of the border or of all pixels is the background's.
    private static let most = 0.5

    /// - Precondition: a candidate or more.
    init(_ candidates: [Candidate]) {
        let (pixels, border) = (candidates.reduce(0) { $0 + $1.pixels }, candidates.reduce(0) { $0 + $1.border })
        func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
        func percent(_ share: Double) -> String { String(format: share < 0.1 ? "%.1f %%" : "%.0f %%", share * 100) }
        let borders = candidates.map { share($0.border, border) }
        let shares = candidates.map { share($0.pixels, pixels) }
        let commonest = candidates.indices.max { candidates[$0].pixels < candidates[$1].pixels } ?? 0
        let outermost = candidates.indices.max { candidates[$0].border < candidates[$1].border } ?? 0
        if let named = candidates.firstIndex(where: { Self.isName($0.name) }) {
            (index, reason) = (named, "it is called so")
            return
        }
        let zero = candidates.firstIndex { $0.values.contains(0) }
        if let zero, zero == commonest {
            (index, reason) = (zero, "value 0 is the commonest, \(percent(shares[zero])) of the pixels")
        } else if let zero, borders[zero] > Self.most {
            (index, reason) = (zero, "value 0 covers \(percent(borders[zero])) of the image border")
        } else {
            let zeroWords =
                zero.map { "value 0 has \(percent(shares[$0])) of the pixels and \(percent(borders[$0])) of the border" }
                ?? "no label is 0"
            if borders[outermost] > Self.most {
                index = outermost
                reason =
                    "it covers \(percent(borders[outermost])) of the image border and has \(percent(shares[outermost])) of the "
                    + "pixels; \(zeroWords)"
            } else if shares[commonest] > Self.most {
                index = commonest
                reason = "it is the commonest, \(percent(shares[commonest])) of the pixels; \(zeroWords)"
            } else {
                (index, reason) = (nil, "no class covers the image border or most of the pixels; \(zeroWords)")
            }
        }
    }

    /// Whether people call a background so.
    private static func isName(_ name: String) -> Bool {
        let word = name.lowercased().filter { $0.isLetter }
        return [
            "background", "backgr", "bg", "bgd", "bkg", "none", "nothing", "unlabeled", "unlabelled", "rest", "other", "outside",
        ]
        .contains(word)
    }
}

extension ClassConfiguration {
    /// A class for each value that nobody has named, the proposed background first; where values scatter, for each of those that
    /// were meant, with all that are nearest to it.
    ///
    /// To be confirmed by a person, never to be taken silently.
    ///
    /// - Parameters:
    ///   - pixels: of each value.
    ///   - border: its pixels at the image border.
    ///   - lossy: what the values scatter about, if they do.
    /// - Precondition: a value or more.
    static func proposed(
        pixels: [Int: Int], border: [Int: Int], lossy: LossyLabels? = nil
    ) -> (classes: [ClassConfiguration], background: BackgroundProposal) {
        if let lossy {
            let ranges = Dictionary(uniqueKeysWithValues: zip(lossy.centers, lossy.ranges))
            func gathered(_ counts: [Int: Int]) -> [Int: Int] {
                counts.reduce(into: [:]) { sums, item in
                    if let center = lossy.center(of: item.key) { sums[center, default: 0] += item.value }
                }
            }
            let (classes, found) = proposed(pixels: gathered(pixels), border: gathered(border))
            return (classes.map { ClassConfiguration(name: $0.name, ranges: ranges[$0.values[0]] ?? $0.ranges) }, found)
        }
        let values = pixels.keys.sorted()
        let found = BackgroundProposal(
            values.map { .init(name: "", values: [$0], pixels: pixels[$0] ?? 0, border: border[$0] ?? 0) })
        let background = found.index.map { values[$0] }
        let ordered = values.filter { $0 == background } + values.filter { $0 != background }
        let names = ClassConfiguration.names(ofUnnamed: ordered, background: background)
        return (zip(names, ordered).map { ClassConfiguration(name: $0, values: [$1]) }, found)
    }
}
