import DurableFiles
import Foundation

/// The series of a DICOM folder, with the folders in it; of what a DICOMDIR lists; or of one file.
public struct DICOMFolder: Sendable {
    public let url: URL
    /// In the order of their numbers in the files.
    public let series: [DICOMSeries]
    /// Why files that look like DICOM cannot be read.
    public let unreadable: [ImageFileError]

    /// Folders of patients, studies and series are shallower; a link to a folder above would not end otherwise.
    private static let depth = 6

    /// - Throws: `FileError` for a place that cannot be read; `ImageFileError` where there is no DICOM.
    public init(_ url: URL) throws {
        let place = url.withoutSeries
        let isFolder = FileSystem.kind(of: place) == .folder
        var seen: Set<String> = []
        let files =
            isFolder
            ? try Self.files(in: place, depth: 0, &seen) : try DICOMPlaces.isDirectory(place) ? Self.listed(in: place) : [place]
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let headers = try concurrentMap(files, workers: cores) { file -> Result<DICOMHeader, ImageFileError> in
            do { return .success(try DICOMHeader(file)) } catch let error as ImageFileError { return .failure(error) }
        }
        var read: [DICOMHeader] = []
        var unreadable: [ImageFileError] = []
        for result in headers {
            switch result {
            case .success(let header): read.append(header)
            case .failure(let error):
                guard isFolder, files.count > 1 else { throw error }
                // A file of another kind, not a damaged one.
                if error.kind != .notAnImage || DICOMPlaces.hasEnding(URL(filePath: error.path)) { unreadable.append(error) }
            }
        }
        guard !read.isEmpty else {
            if let first = unreadable.first { throw first }
            throw ImageFileError(place, .notAnImage, "it holds no DICOM", advice: "give a folder of DICOM files")
        }
        self.url = place
        self.unreadable = unreadable
        let bySeries = Dictionary(grouping: read, by: \.series).values.flatMap(Self.copies).sorted {
            ($0[0].seriesNumber ?? .max, $0[0].series, $0[0].url.path) < (
                $1[0].seriesNumber ?? .max, $1[0].series, $1[0].url.path
            )
        }
        let uids = bySeries.map { $0[0].series }
        series = bySeries.enumerated().map { index, headers in
            let isCopied = uids.count { $0 == headers[0].series } > 1
            return DICOMSeries(headers, number: index + 1, in: isCopied ? headers[0].url.deletingLastPathComponent() : place)
        }
    }

    /// The files of a series by their folders, where copies of it lie in several.
    private static func copies(_ headers: [DICOMHeader]) -> [[DICOMHeader]] {
        guard Set(headers.map(\.instance)).count < headers.count else { return [headers] }
        return Array(Dictionary(grouping: headers) { $0.url.deletingLastPathComponent() }.values)
    }

    /// Files whose names or first bytes are those of DICOM.
    private static func files(in folder: URL, depth: Int, _ seen: inout Set<String>) throws -> [URL] {
        // A link may lead to a folder above.
        guard seen.insert(FileSystem.resolvedPath(folder)).inserted else { return [] }
        var files: [URL] = []
        for url in try FileSystem.list(folder) {
            switch FileSystem.kind(of: url) {
            case .folder where depth < Self.depth: files += try Self.files(in: url, depth: depth + 1, &seen)
            case .file where DICOMPlaces.looksLikeImage(url): files.append(url)
            default: continue
            }
        }
        return files
    }

    /// The files that a DICOMDIR names and that are there.
    private static func listed(in index: URL) throws -> [URL] {
        let folder = index.deletingLastPathComponent()
        return try DICOMFile(index).elements.items(.directoryRecords).compactMap { record -> URL? in
            let parts = record.texts(.referencedFile)
            guard !parts.isEmpty, !parts.contains("..") else { return nil }
            let url = parts.reduce(folder) { $0.appending(path: $1) }
            return FileSystem.kind(of: url) == .file ? url : nil
        }
    }

    /// The volumes that can be meant where none is named.
    public var images: [DICOMSeries.Part] {
        let parts = series.flatMap(\.parts)
        let images = parts.filter { !$0.isLocalizer }
        return images.isEmpty ? parts : images
    }

    /// Where `ImageFile` reads the series that a text chooses: its number as listed, or its UID.
    ///
    /// - Throws: `ImageFileError` where there is none of that name, with those that there are.
    public func location(ofSeries name: String) throws -> URL { try part(named: name).location }

    /// The part that its number as listed names, the UID of its series, or that and its own number.
    func part(named name: String) throws -> DICOMSeries.Part {
        let parts = series.flatMap(\.parts)
        if let part = parts.first(where: { $0.name == name }) { return part }
        let words = name.split(separator: "/", maxSplits: 1).map(String.init)
        let named = series.filter { $0.uid == words.first }.flatMap(\.parts)
        if words.count == 2, let number = Int(words[1]), named.indices.contains(number - 1) { return named[number - 1] }
        if words.count == 1, named.count == 1 { return named[0] }
        let known = parts.map(\.name)
        throw ImageFileError(
            url, .unsupported, "it has no series '\(name)'",
            advice: known.isEmpty
                ? "it holds no image" : "there are \(known.prefix(12).joined(separator: ", "))\(known.count > 12 ? ", …" : "")")
    }
}
