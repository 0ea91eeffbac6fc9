import Foundation

/// A format of pictures, whose files are known by their first bytes.
struct PictureFormat {
    let name: String
    /// What its files begin with.
    let signatures: [[UInt8]]

    /// The whole file.
    ///
    /// - Throws: `FileError`, or `ImageFileError` where the file is empty, too large to be a picture, or begins otherwise.
    func read(_ url: URL) throws -> Data {
        let file = try InputFile(url)
        try Memory.require(max(1, file.size), for: url)
        var data = Data(count: file.size)
        let count = try data.withUnsafeMutableBytes { try file.read(into: $0) }
        data.removeLast(data.count - count)
        try requireSignature(data, url)
        return data
    }

    /// Refuses a file whose first bytes are not those of the format that its name states.
    func requireSignature(_ start: some Collection<UInt8>, _ url: URL) throws {
        guard !start.isEmpty else { throw ImageFileError.truncated(url, "it is empty") }
        guard signatures.contains(where: start.starts) else {
            throw ImageFileError(
                url, .notAnImage, "it is no \(name) file (the signature is missing or damaged)",
                advice: "fetch the file again, or rename it after its true format")
        }
    }
}
