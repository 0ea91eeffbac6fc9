import Foundation
import MedicalImages
import Testing

extension URL {
    /// A file of this folder.
    func file(_ name: String) -> URL { appending(path: name) }

    /// A new file of this folder, with these bytes.
    func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> URL {
        // Not by `Data.write`: it syncs each file to the device, and some tests make thousands.
        try? FileManager.default.removeItem(at: file(name))
        let stream = try #require(OutputStream(url: file(name), append: false))
        let bytes = Array(bytes)
        stream.open()
        defer { stream.close() }
        #expect(bytes.isEmpty || stream.write(bytes, maxLength: bytes.count) == bytes.count)
        return file(name)
    }

    /// A new file of this folder, with the bytes that this text stands for.
    func file(_ name: String, base64: String) throws -> URL {
        try file(name, #require(Data(base64Encoded: base64)))
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// What a body throws as an `ImageFileError`, or nil where it throws nothing or something else.
func imageFileError(_ body: () throws -> Void) -> ImageFileError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ImageFileError
    }
}

/// The header of an image that was read from NIfTI.
func niftiHeader(_ image: MedicalImage) -> NIfTIHeader? {
    guard case .nifti(let header) = image.source else { return nil }
    return header
}

/// What a picture file said of its samples.
func pictureInfo(_ image: MedicalImage) -> PictureInfo? {
    guard case .picture(let info) = image.source else { return nil }
    return info
}
