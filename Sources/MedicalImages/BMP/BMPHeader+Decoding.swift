import Foundation

extension BMPHeader {
    /// - Throws: `ImageFileError` where the header contradicts itself or the file is too short for its pixels.
    init(_ bytes: [UInt8], _ url: URL) throws {
        let fields = try Fields(bytes, url)
        isTopDown = fields.height < 0
        bits = fields.bits
        guard
            let grid = Extent(checking: fields.width, abs(fields.height), 1, channels: 4, bytesPerSample: 1),
            grid.width <= 1 << 24, grid.height <= 1 << 24
        else {
            throw ImageFileError.corrupt(url, "its header states \(fields.width) × \(fields.height) pixels")
        }
        var palette: [UInt8] = []
        var offset = fields.endOfHeader
        switch (fields.bits, fields.compression) {
        case (1, .plain), (4, .plain), (8, .plain):
            pixels = .indices
        case (4, .runs4), (8, .runs8):
            guard !isTopDown else {
                throw ImageFileError.corrupt(url, "its run lengths go from top to bottom, which BMP rules out")
            }
            pixels = .runs
        case (16, .plain):
            pixels = try .masks(BMPHeader.masks([0x7c00, 0x03e0, 0x001f], url))
        case (24, .plain), (32, .plain):
            // The fourth byte of plain pixels has no meaning.
            pixels = try .masks(BMPHeader.masks([0xff0000, 0x00ff00, 0x0000ff], url))
        case (16, .masks), (32, .masks):
            pixels = try .masks(BMPHeader.masks(fields.masks, url))
            if fields.masksFollowHeader { offset += 4 * fields.masks.count }
        default:
            throw ImageFileError(
                url, .unsupported,
                "its pixels of \(fields.bits) bits have the compression \(fields.compression?.rawValue ?? "\(fields.code)")",
                advice: "save it as PNG or as an uncompressed BMP")
        }
        if fields.bits <= 8 {
            (palette, offset) = try BMPHeader.palette(bytes, from: offset, fields, url)
        }
        // Some writers leave the field at 0.
        pixelOffset = fields.pixelOffset == 0 ? offset : fields.pixelOffset
        let grays = BMPHeader.grays(palette)
        self.grays = grays
        switch pixels {
        case .indices, .runs:
            extent = Extent(width: grid.width, height: grid.height)
            picture =
                grays == nil
                ? PictureInfo(.bmp, .palette, bitDepth: bits, palette: palette) : PictureInfo(.bmp, .gray, bitDepth: 8)
        case .masks(let masks):
            extent = Extent(width: grid.width, height: grid.height, channels: masks.count)
            picture = PictureInfo(.bmp, masks.count == 4 ? .rgba : .rgb, bitDepth: 8)
        }
        try requireRoom(bytes.count, url)
    }

    private func requireRoom(_ size: Int, _ url: URL) throws {
        // A run is two bytes for up to 255 pixels; what runs leave out is index 0, so a file may be sparse, but not that sparse.
        let needed =
            switch pixels {
            case .indices, .masks: rowBytes * extent.height
            case .runs: extent.voxelCount / 255
            }
        guard pixelOffset <= size, needed <= size - pixelOffset else {
            throw ImageFileError.truncated(
                url, "its \(size) bytes cannot hold \(extent.width) × \(extent.height) pixels from byte \(pixelOffset) on")
        }
    }

    private static func masks(_ bits: [UInt32], _ url: URL) throws -> [BMPMask] {
        // A fourth mask of 0 says that there is no alpha.
        let used = bits.count == 4 && bits[3] == 0 ? Array(bits[..<3]) : bits
        let masks = used.compactMap(BMPMask.init)
        guard masks.count == used.count, used[..<3].allSatisfy({ $0 != 0 }) else {
            throw ImageFileError.corrupt(url, "the bit masks of its channels have gaps or are empty")
        }
        return masks
    }

    /// As many colours as indices can say; those that the file leaves out are black. Blue, green, red, and a filler but in OS/2 1.
    private static func palette(
        _ bytes: [UInt8], from start: Int, _ fields: Fields, _ url: URL
    ) throws -> (palette: [UInt8], end: Int) {
        let most = 1 << fields.bits
        let size = fields.isCore ? 3 : 4
        // OS/2 1 has no count; writers cut its palette short where the pixels begin.
        let room = max(0, (fields.pixelOffset - start) / size)
        let stated =
            fields.colorsUsed == 0 ? (fields.isCore && fields.pixelOffset > 0 ? min(most, room) : most) : fields.colorsUsed
        guard stated <= 1 << 16 else { throw ImageFileError.corrupt(url, "its header states a palette of \(stated) colours") }
        let end = start + stated * size
        guard end <= bytes.count else { throw ImageFileError.truncated(url, "it ends inside its palette") }
        var palette = [UInt8](repeating: 0, count: 3 * most)
        for color in 0..<min(stated, most) {
            let place = start + color * size
            for channel in 0..<3 { palette[3 * color + channel] = bytes[place + 2 - channel] }
        }
        return (palette, end)
    }

    private static func grays(_ palette: [UInt8]) -> [UInt8]? {
        guard !palette.isEmpty else { return nil }
        let grays = stride(from: 0, to: palette.count, by: 3).map { palette[$0] }
        let isGray = grays.indices.allSatisfy { palette[3 * $0 + 1] == grays[$0] && palette[3 * $0 + 2] == grays[$0] }
        return isGray ? grays : nil
    }
}

/// The meanings of the codes of `biCompression`, with their names.
private enum Compression: String {
    case plain = "none"
    case runs8 = "RLE8"
    case runs4 = "RLE4"
    case masks = "BITFIELDS"
    case huffman = "Huffman 1D"
    case runs24 = "RLE24"
    case jpeg = "JPEG"
    case png = "PNG"

    init?(_ code: UInt32, isOS2: Bool) {
        let meanings: [Compression] =
            isOS2
            ? [.plain, .runs8, .runs4, .huffman, .runs24, .png] : [.plain, .runs8, .runs4, .masks, .jpeg, .png, .masks]
        guard code < meanings.count else { return nil }
        self = meanings[Int(code)]
    }
}

/// The numbers of the headers, as they stand.
private struct Fields {
    let pixelOffset: Int
    /// The 12-byte header of Windows 2 and OS/2 1.
    let isCore: Bool
    let endOfHeader: Int
    let width, height: Int
    let bits: Int
    let compression: Compression?
    let code: UInt32
    let colorsUsed: Int
    let masks: [UInt32]
    /// Whether the masks stand after a header without room for them.
    let masksFollowHeader: Bool

    private static let sizes: Set<Int> = [40, 52, 56, 64, 108, 124]

    init(_ bytes: [UInt8], _ url: URL) throws {
        func number(_ place: Int, _ width: Int) throws -> UInt32 {
            guard place + width <= bytes.count else { throw ImageFileError.truncated(url, "it ends inside its header") }
            return UInt32(bytes[place..<place + width].number(.littleEndian))
        }
        func signed(_ place: Int) throws -> Int { Int(Int32(bitPattern: try number(place, 4))) }
        let size = Int(try number(14, 4))
        pixelOffset = Int(try number(10, 4))
        isCore = size == 12
        let end = 14 + size
        endOfHeader = end
        if isCore {
            width = Int(try number(18, 2))
            height = Int(try number(20, 2))
            bits = Int(try number(24, 2))
            (compression, code) = (.plain, 0)
            colorsUsed = 0
            masks = []
            masksFollowHeader = false
            return
        }
        // OS/2 2 may leave out any fields at the end; from 16 bytes on there is a bit count.
        guard Fields.sizes.contains(size) || (16..<64).contains(size) && size % 2 == 0 else {
            throw ImageFileError.corrupt(url, "its info header has \(size) bytes, which no version of BMP has")
        }
        func field(_ place: Int) throws -> UInt32 { place + 4 <= end ? try number(place, 4) : 0 }
        let isOS2 = size == 64 || size < 40
        width = try signed(18)
        height = try signed(22)
        bits = Int(try number(28, 2))
        code = try field(30)
        compression = Compression(code, isOS2: isOS2)
        colorsUsed = Int(try field(46))
        guard compression == .masks else {
            masks = []
            masksFollowHeader = false
            return
        }
        masksFollowHeader = size == 40
        // Code 6 and the headers from 56 bytes on have a mask for alpha.
        let count = code == 6 || size >= 56 ? 4 : 3
        masks = try (0..<count).map { try number(54 + 4 * $0, 4) }
    }
}
