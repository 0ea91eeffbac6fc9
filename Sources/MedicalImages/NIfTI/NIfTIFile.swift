import DurableFiles
import Foundation

/// An opened NIfTI file or pair: its header has been read and checked, and its stream stands at the first voxel.
struct NIfTIFile {
    let header: NIfTIHeader
    let extent: Extent
    let voxels: ImageStream

    /// - Throws: `ImageFileError` where the content is no sound NIfTI or too short for its voxels; `FileError` where a file
    ///   cannot be opened.
    init(_ url: URL) throws {
        let headerURL = try NIfTIFile.headerURL(url)
        let stream = try ImageStream(headerURL)
        header = try NIfTIHeader(from: stream)
        extent = try NIfTIFile.extent(header, headerURL)
        guard header.isPair == NIfTIFile.isNamedAsPair(headerURL) else {
            throw ImageFileError(
                headerURL, .corrupt, "its header says that the voxels are in \(header.isPair ? "a second" : "the same") file",
                advice: "name it \(header.isPair ? ".hdr, with the .img beside it" : ".nii")")
        }
        voxels = header.isPair ? try ImageStream(try NIfTIFile.companion(of: headerURL, ".hdr", ".img")) : stream
        let bytes = extent.sampleCount * header.voxelType.byteCount
        guard header.voxelOffset <= voxels.mostBytes, bytes <= voxels.mostBytes - header.voxelOffset else {
            throw ImageFileError.truncated(
                voxels.url,
                "it cannot hold the \(bytes) bytes of voxels from byte \(header.voxelOffset) on that its header states")
        }
        try voxels.skip(header.voxelOffset - (header.isPair ? 0 : NIfTILayout(header.version).size))
    }

    /// Channels are the product of the fourth and fifth dimension; those beyond must be 1.
    private static func extent(_ header: NIfTIHeader, _ url: URL) throws -> Extent {
        guard header.dimensions.dropFirst(5).allSatisfy({ $0 == 1 }) else {
            throw ImageFileError(
                url, .unsupported, "its dimensions \(header.dimensions) go beyond space, time and components",
                advice: "split it into volumes of up to 5 dimensions")
        }
        let (volumes, overflow) = header.dimension(3).multipliedReportingOverflow(by: header.dimension(4))
        guard volumes == 1 || header.components == 1 else {
            throw ImageFileError(
                url, .unsupported, "it holds \(volumes) volumes of colours", advice: "split it into one volume a file")
        }
        let channels = volumes == 1 ? header.components : volumes
        let extent = Extent(
            checking: header.dimension(0), header.dimension(1), header.dimension(2), channels: channels,
            bytesPerSample: header.voxelType.byteCount)
        guard let extent, !overflow else {
            throw ImageFileError.corrupt(url, "its dimensions \(header.dimensions) hold more bytes than can be counted")
        }
        return extent
    }

    static func isNamedAsPair(_ url: URL) -> Bool {
        url.ending(among: [".hdr", ".hdr.gz"]) != nil
    }

    /// The header's file, for a pair that is named by its voxels.
    private static func headerURL(_ url: URL) throws -> URL {
        guard url.ending(among: [".img", ".img.gz"]) != nil else { return url }
        try FileSystem.requireFile(url)
        return try companion(of: url, ".img", ".hdr")
    }

    /// The other file of a pair: the same name with the other ending, packed or not.
    private static func companion(of url: URL, _ ending: String, _ other: String) throws -> URL {
        let folder = url.deletingLastPathComponent()
        let name = url.lastPathComponent
        let isPacked = name.lowercased().hasSuffix(".gz")
        let stem = name.dropLast(isPacked ? ending.count + 3 : ending.count)
        let isUpperCase = name.dropFirst(stem.count).contains { $0.isUppercase }
        let endings = (isPacked ? [other + ".gz", other] : [other, other + ".gz"]).map { isUpperCase ? $0.uppercased() : $0 }
        for ending in endings {
            let candidate = folder.appendingPathComponent(stem + ending)
            if FileSystem.kind(of: candidate) == .file { return candidate }
        }
        throw ImageFileError(
            url, .missingCompanion, "the other file of the pair is missing", advice: "put \(stem + endings[0]) beside it")
    }
}
