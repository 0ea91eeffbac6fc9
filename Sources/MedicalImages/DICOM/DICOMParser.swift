import Foundation

/// Reads the elements of a DICOM data set from bytes.
///
/// By hand, though GDCM has a parser: that one ends the process for what is wrong with a file, by an assertion, by its stack in
/// sequences that lie in each other, or by the memory that a length claims.
///
/// Source: DICOM PS3.5, 7 (data sets) and A (transfer syntaxes).
struct DICOMParser {
    /// There is more of the file than there are bytes here.
    struct OutOfBytes: Error {}

    /// Where the pixels' element is, at which parsing ends.
    struct PixelPlace {
        /// Where the value begins.
        let start: Int
        /// Nil for fragments.
        let length: Int?
    }

    private let url: URL
    private let bytes: [UInt8]
    /// Whether `bytes` are all there are.
    private let isWhole: Bool
    private var isExplicit: Bool
    private let isBigEndian: Bool
    private(set) var pixels: PixelPlace?

    /// Objects of practice have a dozen.
    private static let deepest = 64

    static let pixelData: UInt32 = 0x7fe0_0010
    static let (item, itemEnd, sequenceEnd): (UInt32, UInt32, UInt32) = (0xfffe_e000, 0xfffe_e00d, 0xfffe_e0dd)
    static let undefined = Int(UInt32.max)

    init(_ url: URL, _ bytes: [UInt8], isWhole: Bool, isExplicit: Bool, isBigEndian: Bool) {
        (self.url, self.bytes, self.isWhole) = (url, bytes, isWhole)
        (self.isExplicit, self.isBigEndian) = (isExplicit, isBigEndian)
    }

    /// The elements from a place on, up to the pixels.
    ///
    /// - Parameter while: of the tags; parsing ends at the first for which it does not hold.
    /// - Throws: `ImageFileError` for elements that claim more bytes than there are, and for sequences that are too deep;
    ///   `OutOfBytes`.
    mutating func elements(
        from start: Int, while isWanted: (UInt32) -> Bool = { _ in true }
    ) throws -> (elements: DICOMElements, end: Int) {
        try elements(from: start, to: nil, depth: 0, while: isWanted)
    }

    // MARK: Elements

    private struct Header {
        let tag: UInt32
        /// Two capitals, or nothing in an implicit data set.
        let type: String
        let length: Int
        /// Where the value begins.
        let content: Int
    }

    private func word16(_ place: Int) -> Int {
        isBigEndian ? Int(bytes[place]) << 8 | Int(bytes[place + 1]) : Int(bytes[place + 1]) << 8 | Int(bytes[place])
    }

    private func word32(_ place: Int) -> Int {
        isBigEndian ? word16(place) << 16 | word16(place + 2) : word16(place + 2) << 16 | word16(place)
    }

    private func require(_ end: Int) throws {
        guard end > bytes.count else { return }
        guard isWhole else { throw OutOfBytes() }
        throw ImageFileError.truncated(url, "an element of it ends at byte \(end), its content after \(bytes.count)")
    }

    /// Elements whose length has four bytes, after two zeros.
    private static let longTypes: Set = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]

    private func tag(at place: Int) throws -> UInt32 {
        try require(place + 4)
        return UInt32(word16(place)) << 16 | UInt32(word16(place + 2))
    }

    private func header(at place: Int) throws -> Header {
        try require(place + 8)
        let tag = try tag(at: place)
        guard isExplicit, tag >> 16 != 0xfffe else {
            return Header(tag: tag, type: "", length: word32(place + 4), content: place + 8)
        }
        guard bytes[place + 4..<place + 6].allSatisfy({ (0x41...0x5a).contains($0) }) else {
            throw damaged("an element of it has no type")
        }
        let type = String(decoding: bytes[place + 4..<place + 6], as: UTF8.self)
        guard Self.longTypes.contains(type) else {
            return Header(tag: tag, type: type, length: word16(place + 6), content: place + 8)
        }
        try require(place + 12)
        return Header(tag: tag, type: type, length: word32(place + 8), content: place + 12)
    }

    private mutating func elements(
        from start: Int, to end: Int?, depth: Int, while isWanted: (UInt32) -> Bool
    ) throws -> (DICOMElements, end: Int) {
        guard depth <= Self.deepest else { throw damaged("its sequences lie more than \(Self.deepest) deep in each other") }
        var elements = DICOMElements(bytes: bytes, isBigEndian: isBigEndian)
        var place = start
        while place < end ?? bytes.count || !isWhole {
            // What pads the end of a file.
            if depth == 0, isWhole, bytes.count - place < 8 { return (elements, bytes.count) }
            guard try isWanted(tag(at: place)) else { return (elements, place) }
            let header = try header(at: place)
            if header.tag == Self.itemEnd { return (elements, header.content) }
            let isUndefined = header.length == Self.undefined
            if header.tag == Self.pixelData, depth == 0 {
                pixels = PixelPlace(start: header.content, length: isUndefined ? nil : header.length)
                return (elements, place)
            }
            if isUndefined {
                let sequence = try items(header, to: nil, depth: depth)
                elements.set(header.tag, .items(sequence.items))
                place = sequence.end
                continue
            }
            let next = header.content + header.length
            try require(next)
            // Where no type says it, its content tells a sequence.
            if header.type == "SQ" || ["", "UN"].contains(header.type) && beginsWithItem(header) {
                elements.set(header.tag, .items(try items(header, to: next, depth: depth).items))
            } else {
                elements.set(header.tag, .value(header.content..<next))
            }
            place = next
        }
        return (elements, place)
    }

    private func beginsWithItem(_ header: Header) -> Bool {
        header.length >= 8 && word16(header.content) == 0xfffe && word16(header.content + 2) == 0xe000
    }

    private mutating func items(_ header: Header, to end: Int?, depth: Int) throws -> (items: [DICOMElements], end: Int) {
        // Pixels of an icon are items without elements.
        let areFragments = ["OB", "OW"].contains(header.type)
        let wasExplicit = isExplicit
        if header.type == "UN" { isExplicit = false }
        defer { isExplicit = wasExplicit }
        var items: [DICOMElements] = []
        var place = header.content
        while place < end ?? bytes.count || !isWhole {
            let item = try self.header(at: place)
            if item.tag == Self.sequenceEnd { return (items, item.content) }
            guard item.tag == Self.item else { throw damaged("one of its sequences holds what is no item") }
            if item.length == Self.undefined {
                let (elements, end) = try elements(from: item.content, to: nil, depth: depth + 1) { _ in true }
                items.append(elements)
                place = end
            } else {
                let next = item.content + item.length
                try require(next)
                if !areFragments { items.append(try elements(from: item.content, to: next, depth: depth + 1) { _ in true }.0) }
                place = next
            }
        }
        return (items, place)
    }

    private func damaged(_ problem: String) -> ImageFileError { ImageFileError.corrupt(url, problem) }
}
