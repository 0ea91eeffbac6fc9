import Foundation

/// A DICOM file: its elements up to the pixels, and where these are.
///
/// Source: DICOM PS3.10, 7.
final class DICOMFile {
    let url: URL
    let elements: DICOMElements
    /// Of the data set.
    let syntax: DICOMSyntax
    /// Nil where there are none.
    let pixels: DICOMParser.PixelPlace?
    private let file: InputFile
    /// What a deflated data set holds; else the file does.
    private let inflated: [UInt8]?

    /// The bytes that are read for the elements, until they end within: a plane has a few thousand of them, frames more.
    private static let windows = [1 << 14, 1 << 18]
    /// Of inflated elements.
    private static let mostInflated = 1 << 30

    /// - Throws: `ImageFileError` where it is no sound DICOM; `FileError`.
    init(_ url: URL) throws {
        self.url = url
        file = try InputFile(url)
        try file.requireDICOM()
        (elements, syntax, pixels, inflated) = try Self.parse(file)
    }

    private static func parse(
        _ file: InputFile
    ) throws -> (DICOMElements, DICOMSyntax, DICOMParser.PixelPlace?, inflated: [UInt8]?) {
        for window in windows {
            do { return try parse(file, window) } catch is DICOMParser.OutOfBytes { continue }
        }
        return try parse(file, file.size)
    }

    private static func parse(
        _ file: InputFile, _ window: Int
    ) throws -> (DICOMElements, DICOMSyntax, DICOMParser.PixelPlace?, inflated: [UInt8]?) {
        let bytes = try file.bytes(from: 0, count: min(file.size, window))
        let isWhole = bytes.count == file.size
        let start = bytes.count >= 132 && Array(bytes[128..<132]) == InputFile.dicomMagic ? 132 : 0
        // The header is explicit and little endian, whatever follows.
        var header = DICOMParser(file.url, bytes, isWhole: isWhole, isExplicit: true, isBigEndian: false)
        let isHeaded = bytes.count >= start + 8 && bytes[start] == 2 && bytes[start + 1] == 0
        let meta = isHeaded ? try header.elements(from: start) { $0 >> 16 == 2 } : nil
        let place = meta?.end ?? start
        let name = meta?.elements.text(.transferSyntax)
        // Old files say nothing; a type is two capitals.
        let isExplicit = bytes.count >= place + 6 && bytes[place + 4..<place + 6].allSatisfy { (0x41...0x5a).contains($0) }
        let syntax = DICOMSyntax(uid: name ?? (isExplicit ? DICOMSyntax.explicit : DICOMSyntax.implicit))
        var inflated: [UInt8]?
        if syntax.isDeflated {
            guard isWhole else { throw DICOMParser.OutOfBytes() }
            inflated = try inflate(file, from: place)
        }
        var parser = DICOMParser(
            file.url, inflated ?? bytes, isWhole: isWhole, isExplicit: syntax.isExplicit, isBigEndian: syntax.isBigEndian)
        let elements = try parser.elements(from: inflated == nil ? place : 0).elements
        return (elements, syntax, parser.pixels, inflated)
    }

    private static func inflate(_ file: InputFile, from place: Int) throws -> [UInt8] {
        try file.seek(to: place)
        let inflater = try Inflater(file, as: .raw)
        var content: [UInt8] = []
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { window in
            var count = window.count
            while count == window.count {
                count = try inflater.read(into: window)
                content += window[..<count]
                guard content.count <= mostInflated else {
                    throw ImageFileError.corrupt(file.url, "its elements inflate to more than a gigabyte")
                }
            }
        }
        return content
    }

    // MARK: Pixels

    /// The bytes from which pixels come.
    private var size: Int { inflated?.count ?? file.size }

    private func bytes(from start: Int, count: Int) throws -> [UInt8] {
        guard start >= 0, count >= 0, count <= size - start else {
            throw ImageFileError.truncated(url, "its pixels end at byte \(start + count), its content after \(size)")
        }
        return try inflated.map { Array($0[start..<start + count]) } ?? file.bytes(from: start, count: count)
    }

    /// Fills a buffer with pixels that are stored as they are.
    ///
    /// - Parameter offset: of the first byte within the pixels.
    /// - Throws: `ImageFileError` where there are fewer.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws {
        let start = try requirePixels(offset + buffer.count) + offset
        if let inflated {
            inflated.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + buffer.count]))
            }
            return
        }
        try file.seek(to: start)
        guard try file.read(into: buffer) == buffer.count else { throw ImageFileError.truncated(url, "its pixels break off") }
    }

    /// Where pixels that are stored as they are begin.
    ///
    /// - Throws: `ImageFileError` where there are fewer bytes of them.
    @discardableResult
    func requirePixels(_ count: Int) throws -> Int {
        guard let pixels, let length = pixels.length else { throw ImageFileError.corrupt(url, "it holds no pixels") }
        let found = min(length, size - pixels.start)
        guard count <= found else {
            throw ImageFileError.truncated(url, "it holds \(max(0, found)) bytes of pixels, expected \(count)")
        }
        return pixels.start
    }

    /// The fragments of pixels that are packed, the table of frames among them as the first.
    func fragments() throws -> [[UInt8]] {
        guard let pixels, pixels.length == nil else { throw ImageFileError.corrupt(url, "its packed pixels are in no fragments") }
        var fragments: [[UInt8]] = []
        var place = pixels.start
        while true {
            let header = try bytes(from: place, count: 8).map(Int.init)
            let tag = UInt32(header[1] << 8 | header[0]) << 16 | UInt32(header[3] << 8 | header[2])
            if tag == DICOMParser.sequenceEnd { return fragments }
            guard tag == DICOMParser.item else { throw ImageFileError.corrupt(url, "its packed pixels hold what is no fragment") }
            let length = header[7] << 24 | header[6] << 16 | header[5] << 8 | header[4]
            fragments.append(try bytes(from: place + 8, count: length))
            place += 8 + length
        }
    }

    /// The bytes of the file, for what may be claimed of its pixels.
    var byteCount: Int { file.size }
}

/// How a data set is stored.
struct DICOMSyntax: Sendable, Equatable {
    let uid: String

    static let (implicit, explicit) = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")

    var isExplicit: Bool { uid != Self.implicit }
    var isBigEndian: Bool { uid == "1.2.840.10008.1.2.2" }
    var isRunLengths: Bool { uid == "1.2.840.10008.1.2.5" }
    /// JPEG, JPEG-LS or JPEG 2000.
    var isJPEG: Bool { (50...93).contains { uid == "1.2.840.10008.1.2.4.\($0)" } }
    var isDeflated: Bool { uid == "1.2.840.10008.1.2.1.99" }
    /// Whether pixels are in fragments, packed by a codec.
    var isPacked: Bool { !isDeflated && !isBigEndian && ![Self.implicit, Self.explicit].contains(uid) }
}

extension InputFile {
    fileprivate func bytes(from start: Int, count: Int) throws -> [UInt8] {
        try seek(to: start)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        }
    }

    /// The word that stands after a preamble of 128 bytes.
    static let dicomMagic: [UInt8] = Array("DICM".utf8)

    /// Whether the file has DICOM's preamble.
    func startsAsDICOM() throws -> Bool {
        let start = try bytes(from: 0, count: min(132, size))
        return start.count == 132 && Array(start[128...]) == Self.dicomMagic
    }

    /// - Throws: `ImageFileError` for a file that is no DICOM at first sight: without the preamble it must begin with an element of
    ///   one of the first groups, as old files do.
    func requireDICOM() throws {
        guard size > 0 else { throw ImageFileError.truncated(url, "it is empty") }
        guard try !startsAsDICOM() else { return }
        guard try beginsWithElement() else {
            throw ImageFileError(url, .notAnImage, "it is no DICOM", advice: "give a DICOM file, or name it for what it is")
        }
    }

    /// Whether the file begins with an element of the first groups: with its group's length, its header's, or what it is.
    func beginsWithElement() throws -> Bool {
        let start = try bytes(from: 0, count: min(8, size))
        return start.count == 8 && [[2, 0], [8, 0], [0, 8], [0, 2]].contains(Array(start[..<2])) && start[3] == 0
    }
}
