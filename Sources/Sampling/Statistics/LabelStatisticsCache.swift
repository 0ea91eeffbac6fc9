import DataSets
import DurableFiles
import Foundation

/// Remembers label statistics between runs, under a key of everything that they follow from: the whole recipe, the selection, the
/// label files' names, sizes and times, and those of the image where the recipe asks for its header or its intensities.
///
/// Files appear whole, under names that only equal inputs share, so several processes may use one folder; anything in it may be
/// deleted at any time. A cache that cannot be read or written costs time and nothing else, so that is no error.
public struct LabelStatisticsCache: Sendable {
    /// Where the files are; made when first needed.
    public let folder: URL

    public init(folder: URL) { self.folder = folder }

    /// `MARGINSEG_CACHE`, or the system's folder for caches: `XDG_CACHE_HOME`, `~/Library/Caches` on macOS, `~/.cache` elsewhere.
    public static func standard(environment: [String: String] = ProcessInfo.processInfo.environment)
        -> LabelStatisticsCache
    {
        func folder(_ name: String) -> URL? {
            environment[name].flatMap {
                $0.hasPrefix("/") ? URL(filePath: $0, directoryHint: .isDirectory) : nil
            }
        }
        if let own = folder("MARGINSEG_CACHE") { return LabelStatisticsCache(folder: own) }
        #if os(macOS)
            let home = FileManager.default.homeDirectoryForCurrentUser.appending(path: "Library/Caches")
        #else
            let home = FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache")
        #endif
        return LabelStatisticsCache(
            folder: (folder("XDG_CACHE_HOME") ?? home).appending(path: "marginseg/labels"))
    }

    /// The statistics of the cases' labels, counted if they are not known.
    ///
    /// - Throws: as `LabelStatistics.init(counting:)`.
    public func statistics(
        of cases: [DataCase], recipe: Recipe, selection: SampleSelection, workers: Int = 1,
        onCase: (Int) -> Void = { _ in }
    ) throws -> LabelStatistics {
        let file = try file(for: cases, recipe, selection)
        if let file,
            let known = try? JSONDecoder().decode(LabelStatistics.self, from: Data(contentsOf: file)),
            known.labels.classCount == recipe.labels.classCount
        {
            return known
        }
        let counted = try LabelStatistics(
            counting: cases, recipe: recipe, selection: selection, workers: workers, onCase: onCase)
        // A file that changed meanwhile gave other counts than its key says.
        if let file, try file == self.file(for: cases, recipe, selection) {
            try? FileSystem.makeFolder(folder)
            try? DurableFile.write(try JSONEncoder().encode(counted), to: file)
        }
        return counted
    }

    /// Nil where a file does not tell its size and time.
    private func file(for cases: [DataCase], _ recipe: Recipe, _ selection: SampleSelection)
        throws -> URL?
    {
        var key = KeyHash()
        // The number is raised when equal inputs are counted differently.
        key.add("4")
        // As a whole: a list of the fields that count would miss the next one.
        key.add(try JSONEncoder.sorted().text(recipe))
        key.add(selection.rawValue)
        for dataCase in cases {
            guard let source = dataCase.label else { return nil }
            key.add("\(source.overlap)")
            for layer in source.layers {
                guard let identity = Self.identity(of: layer.url) else { return nil }
                key.add("\(layer.value.map(String.init) ?? "own")\0\(identity)")
            }
            let images = recipe.needsImage ? dataCase.image.files : [dataCase.image.first]
            for image in images {
                guard let identity = Self.identity(of: image) else { return nil }
                key.add(identity)
            }
        }
        return folder.appending(path: key.name + ".json")
    }

    /// Path, size and time of a file; nil where it does not tell them.
    private static func identity(of url: URL) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: FileSystem.resolvedPath(url))
        guard let size = attributes?[.size] as? NSNumber, let time = attributes?[.modificationDate] as? Date else { return nil }
        return "\(url.path)\0\(size)\0\(time.timeIntervalSince1970)"
    }
}

/// 128 bits over texts: FNV-1a from two starting points. Names and times are not made to collide.
private struct KeyHash {
    private var first: UInt64 = 0xcbf2_9ce4_8422_2325
    private var second: UInt64 = 0x9e37_79b9_7f4a_7c15

    mutating func add(_ text: String) {
        // The zero separates one text from the next.
        for byte in text.utf8 + [0] {
            first = (first ^ UInt64(byte)) &* 0x100_0000_01b3
            second = (second ^ UInt64(byte)) &* 0x100_0000_01b3
            second ^= second >> 31
        }
    }

    var name: String { String(format: "%016lx%016lx", first, second) }
}
