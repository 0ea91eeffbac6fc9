import Foundation

/// Reads BMP of Windows and OS/2: 1, 4, 8, 16, 24 and 32 bits, run lengths, bit masks, bottom-up and top-down.
///
/// A palette of greys alone is a way of writing grey, so its values are given; other palette images give indices.
public enum BMP: ImageFormat {
    static let endings = [".bmp", ".dib"]

    public static func read(_ url: URL) throws -> MedicalImage { try BMPFile(url).image() }
    public static func readInfo(_ url: URL) throws -> ImageInfo { try BMPFile(url).info }
}

/// The bytes of a BMP file whose header has been read and checked.
struct BMPFile: PictureFile {
    let url: URL
    let bytes: [UInt8]
    let header: BMPHeader

    init(_ url: URL) throws {
        self.url = url
        bytes = Array(try PictureFormat.bmp.read(url))
        header = try BMPHeader(bytes, url)
    }

    var picture: PictureInfo { header.picture }
    var extent: Extent { header.extent }

    func samples() throws -> Samples {
        try Memory.require(extent.sampleCount, for: url)
        var samples = [UInt8](repeating: 0, count: extent.sampleCount)
        switch header.pixels {
        case .indices:
            unpackIndices(into: &samples)
        case .runs:
            try BMPRuns(bytes: bytes, start: header.pixelOffset, bits: header.bits).fill(&samples, header, url)
        case .masks(let masks):
            for (channel, mask) in masks.enumerated() {
                unpack(mask, into: &samples, from: channel * extent.planeSize)
            }
        }
        if let grays = header.grays {
            // Checked by the header's reader: as many greys as indices can say.
            for i in samples.indices { samples[i] = grays[Int(samples[i])] }
        }
        return .uint8(samples)
    }

    private func unpackIndices(into samples: inout [UInt8]) {
        let (width, bits) = (header.extent.width, header.bits)
        let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
        for row in 0..<header.extent.height {
            let start = header.pixelOffset + row * header.rowBytes
            let target = header.row(row) * width
            for x in 0..<width {
                let bit = x * bits
                samples[target + x] = bytes[start + bit / 8] >> UInt8(8 - bits - bit % 8) & mask
            }
        }
    }

    /// One channel of pixels of 16, 24 or 32 bits.
    private func unpack(_ mask: BMPMask, into samples: inout [UInt8], from first: Int) {
        let (width, size) = (header.extent.width, header.bits / 8)
        for row in 0..<header.extent.height {
            var place = header.pixelOffset + row * header.rowBytes
            let target = first + header.row(row) * width
            for x in 0..<width {
                var word: UInt32 = 0
                for byte in 0..<size { word |= UInt32(bytes[place + byte]) << UInt32(8 * byte) }
                samples[target + x] = mask.value(of: word)
                place += size
            }
        }
    }
}

extension PictureFormat {
    static let bmp = PictureFormat(name: "BMP", signatures: [Array("BM".utf8)])
}
