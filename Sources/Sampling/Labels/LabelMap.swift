import DataSets
import MedicalImages

/// Which class each value of a label file stands for.
///
/// Class 0 is the background, unless there is none. A value of the map has one class; a value that is ignored takes no part
/// in training and scores; any other value is an error.
public struct LabelMap: Sendable, Hashable {
    /// The label of pixels that take no part in anything.
    public static let ignored: UInt8 = 255

    /// File value → class.
    public let classes: [Int: Int]
    /// File values that take no part.
    public let ignoring: Set<Int>
    /// Whether class 0 is the background; without one, every class is foreground.
    public let hasBackground: Bool

    /// Whether a label is of a class that is sought: of any but the background, where there is one.
    package func isForeground(_ label: UInt8) -> Bool { label != Self.ignored && (label != 0 || !hasBackground) }

    /// c: classes 0 ..< c.
    public var classCount: Int { (classes.values.max() ?? 0) + 1 }

    /// - Throws: `SettingError` unless the classes run from 0 without a gap, at most 255 of them, and no value is both mapped
    ///   and ignored.
    public init(_ classes: [Int: Int], ignoring: Set<Int> = [], hasBackground: Bool = true) throws {
        let reached = Set(classes.values).sorted()
        try SettingError.require(
            !reached.isEmpty && reached == Array(0..<reached.count) && reached.count <= 255, "label map",
            found: "classes \(reached.map(String.init).joined(separator: ", "))", expected: "0, 1, … without a gap, 255 at most")
        let both = ignoring.filter { classes[$0] != nil }.sorted()
        try SettingError.require(
            both.isEmpty, "label map", found: "\(both.map(String.init).joined(separator: ", ")) both mapped and ignored",
            expected: "one or the other")
        self.classes = classes
        self.ignoring = ignoring
        self.hasBackground = hasBackground
    }

    /// Files that hold the classes themselves.
    ///
    /// - Precondition: 1 to 255 classes.
    public init(identity classCount: Int) {
        precondition((1...255).contains(classCount), "1 to 255 classes, not \(classCount)")
        classes = Dictionary(uniqueKeysWithValues: (0..<classCount).map { ($0, $0) })
        ignoring = []
        hasBackground = true
    }

    /// The classes of a label file's values, `[depth, height, width]`.
    ///
    /// - Parameter path: the file, for the message.
    /// - Throws: `CaseError.unknownLabels` with the values, their counts and first places.
    public func apply(to values: [Int32], extent: Extent, path: String) throws -> [UInt8] {
        var table: [Int32: UInt8] = [:]
        for (value, number) in classes { if let value = Int32(exactly: value) { table[value] = UInt8(number) } }
        for value in ignoring { if let value = Int32(exactly: value) { table[value] = Self.ignored } }
        var labels = [UInt8](repeating: 0, count: values.count)
        try values.forEachRun { value, range in
            guard let label = table[value] else { throw unknown(in: values, extent: extent, path: path) }
            for index in range { labels[index] = label }
        }
        return labels
    }

    private func unknown(in values: [Int32], extent: Extent, path: String) -> CaseError {
        var counts: [Int32: (count: Int, first: Int)] = [:]
        for (index, value) in values.enumerated() { counts[value, default: (0, index)].count += 1 }
        let found = counts.sorted { $0.key < $1.key }.map {
            LabelCensus(value: Int($0.key), count: $0.value.count, first: VoxelPosition(index: $0.value.first, in: extent))
        }
        return .unknownLabels(
            path: path, found: found, unknown: found.filter { classes[$0.value] == nil && !ignoring.contains($0.value) },
            expected: classes.keys.sorted() + ignoring.sorted(), classCount: classCount)
    }
}

extension LabelMap: Codable {
    private enum CodingKeys: String, CodingKey {
        case classes, ignoring
        case hasBackground = "has_background"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            container.decode([Int: Int].self, forKey: .classes),
            ignoring: container.decodeIfPresent(Set<Int>.self, forKey: .ignoring) ?? [],
            hasBackground: container.decodeIfPresent(Bool.self, forKey: .hasBackground) ?? true)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(classes, forKey: .classes)
        // Sorted, so that equal maps give equal files.
        try container.encode(ignoring.sorted(), forKey: .ignoring)
        try container.encode(hasBackground, forKey: .hasBackground)
    }
}

extension [Int32] {
    /// Calls `body` with each run of one value, which are long in label maps.
    func forEachRun(_ body: (_ value: Int32, _ range: Range<Int>) throws -> Void) rethrows {
        var start = 0
        while start < count {
            let value = self[start]
            var end = start + 1
            while end < count, self[end] == value { end += 1 }
            try body(value, start..<end)
            start = end
        }
    }
}
