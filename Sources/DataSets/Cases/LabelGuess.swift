import Foundation
import MedicalImages

/// Whether a file looks like labels: whole numbers, of which there are few.
enum LabelGuess {
    /// Images of as few values as this are hardly found; label files have one value a class.
    private static let most = 64

    static func isLabels(_ url: URL) -> Bool { valueCount(url) != nil }

    /// How many values the file has; nil for a file that cannot hold labels.
    static func valueCount(_ url: URL) -> Int? {
        guard let image = try? ImageFile.read(url), isWhole(image.samples), let values = try? image.labelValues() else {
            return nil
        }
        // Coloured masks have equal channels.
        let count = image.extent.voxelCount
        for channel in 1..<max(1, image.extent.channels) {
            guard values[..<count].elementsEqual(values[(channel * count)..<((channel + 1) * count)]) else { return nil }
        }
        return fewValues(values[..<count])?.count
    }

    /// The values, each once; nil where there are many.
    private static func fewValues<Value: Hashable>(_ values: some Sequence<Value>) -> Set<Value>? {
        var seen: Set<Value> = []
        var last: Value?
        for value in values where value != last {
            last = value
            seen.insert(value)
            if seen.count > most { return nil }
        }
        return seen
    }

    /// Whether the file has few values, whole or not: masks were seen whose 1 is 0.99999997.
    static func hasFewValues(_ url: URL) -> Bool {
        guard let values = try? ImageFile.read(url).realValues() else { return false }
        return fewValues(values) != nil
    }

    /// Whether evenly spaced samples are whole numbers, or nearly: most images of floating point are told by a few of them.
    private static func isWhole(_ samples: Samples) -> Bool {
        func check<Value: BinaryFloatingPoint>(_ values: [Value]) -> Bool {
            stride(from: 0, to: values.count, by: max(1, values.count / 4096)).allSatisfy {
                values[$0].isFinite && abs(values[$0].rounded() - values[$0]) <= Value(MedicalImage.labelTolerance)
            }
        }
        return switch samples {
        case .float32(let values): check(values)
        case .float64(let values): check(values)
        default: true
        }
    }

    /// The files of a set that are looked at: the first, the last and some between.
    static func sample(_ urls: [URL]) -> [URL] {
        let step = max(1, urls.count / 4)
        return stride(from: 0, to: urls.count, by: step).prefix(5).map { urls[$0] }
    }

    /// The most values that a file of the sample has; nil where one of them holds no labels.
    static func valueCount(of urls: [URL]) -> Int? {
        var most = 0
        for url in sample(urls) {
            guard let count = valueCount(url) else { return nil }
            most = max(most, count)
        }
        return most
    }

    /// The only value other than 0 in the sample; nil where there are several or none.
    static func foregroundValue(of urls: [URL]) -> Int? {
        var seen: Set<Int32> = []
        for url in sample(urls) { seen.formUnion((try? ImageFile.read(url).labelValues()) ?? []) }
        seen.remove(0)
        return seen.count == 1 ? seen.first.map(Int.init) : nil
    }

    /// The share of pixels other than 0 in the sample.
    static func foreground(of urls: [URL]) -> Double {
        var counted = 0, foreground = 0
        for url in sample(urls) {
            guard let values = try? ImageFile.read(url).labelValues() else { continue }
            counted += values.count
            foreground += values.count { $0 != 0 }
        }
        return counted > 0 ? Double(foreground) / Double(counted) : 0
    }
}
