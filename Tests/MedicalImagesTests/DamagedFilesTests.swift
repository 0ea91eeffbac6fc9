import Foundation
import MedicalImages
import TestSupport
import Testing

/// Files that were cut off or changed: refused with an error, or read as something else that is sound; never a crash.
@Suite struct DamagedFilesTests {
    private func volume(_ name: String, _ folder: URL) throws -> [UInt8] {
        let samples = Samples.int16((0..<60).map { $0 * 7 })
        let geometry = VoxelGeometry(affine: Affine(rowMajor: [-2, 0, 0, 9, 0, 2, 0, 8, 0, 0, 2, 7, 0, 0, 0, 1]))
        try NIfTI.write(samples, extent: Extent(width: 3, height: 4, depth: 5), geometry: geometry, to: folder.file(name))
        return Array(try Data(contentsOf: folder.file(name)))
    }

    private func picture(_ folder: URL) throws -> [UInt8] {
        try PNG.write(rgb: (0..<105).map { UInt8($0 * 2) }, width: 7, height: 5, to: folder.file("a.png"))
        return Array(try Data(contentsOf: folder.file("a.png")))
    }

    @Test(arguments: ["a.nii", "a.nii.gz", "a.png"])
    func aFileThatIsCutOffAnywhereIsRefused(_ name: String) throws {
        try withTemporaryFolder { folder in
            let whole = name == "a.png" ? try picture(folder) : try volume(name, folder)
            for count in 0..<whole.count {
                let url = try folder.file(name, whole[..<count])
                #expect(imageFileError { _ = try ImageFile.read(url) } != nil, "after \(count) of \(whole.count) bytes")
            }
        }
    }

    @Test func aPairWhoseVoxelsAreCutOffIsRefused() throws {
        try withTemporaryFolder { folder in
            var bytes = try volume("a.nii", folder)
            bytes.replaceSubrange(344..<348, with: Array("ni1\0".utf8))
            bytes.replaceSubrange(108..<112, with: [0, 0, 0, 0])
            let header = try folder.file("b.hdr", bytes[..<352])
            for count in 1...120 {
                let voxels = try folder.file("b.img", bytes[352..<352 + count])
                let error = imageFileError { _ = try ImageFile.read(header) }
                #expect(error?.path == (count == 120 ? nil : voxels.path))
            }
            #expect(try ImageFile.read(folder.file("b.img")).samples == (try NIfTI.read(folder.file("a.nii")).samples))
        }
    }

    @Test(arguments: [("a.nii", 352, 3000), ("a.nii.gz", 1000, 1500), ("a.png", 1000, 1500)])
    func aChangedByteNeverCrashes(_ name: String, _ range: Int, _ rounds: Int) throws {
        try withTemporaryFolder { folder in
            let whole = name == "a.png" ? try picture(folder) : try volume(name, folder)
            var numbers = SeededNumbers(state: 20_240_517)
            for _ in 0..<rounds {
                var bytes = whole
                let place = Int.random(in: 0..<min(range, whole.count), using: &numbers)
                bytes[place] ^= UInt8.random(in: 1 ... .max, using: &numbers)
                let url = try folder.file(name, bytes)
                do {
                    let image = try ImageFile.read(url)
                    #expect(image.samples.count == image.extent.sampleCount)
                    #expect(image.realValues().count == image.extent.sampleCount)
                } catch let error as ImageFileError {
                    #expect(error.path.hasPrefix(folder.path) && !error.description.contains("\n"))
                }
            }
        }
    }

    @Test func severalGzipMembersAreOneStreamAndPaddingIsPassedOver() throws {
        try withTemporaryFolder { folder in
            let plain = try volume("a.nii", folder)
            let members = [plain[..<100], plain[100..<400], plain[400...]].map { gzip(Array($0)) }
            let url = try folder.file("b.nii.gz", members.joined() + [0, 0, 0, 0])
            #expect(try NIfTI.read(url).samples == (try NIfTI.read(folder.file("a.nii")).samples))
            let cut = try folder.file("c.nii.gz", members[..<2].joined())
            #expect(imageFileError { _ = try NIfTI.read(cut) }?.kind == .truncated)
        }
    }

    @Test func aWrongChecksumIsRefused() throws {
        try withTemporaryFolder { folder in
            var bytes = try volume("a.nii.gz", folder)
            bytes[bytes.count - 8] ^= 1
            let error = imageFileError { _ = try NIfTI.read(try folder.file("a.nii.gz", bytes)) }
            #expect(error?.kind == .corrupt)
            #expect(error?.reason == "its gzip stream is damaged (incorrect data check); make or fetch the file again")
        }
    }

    @Test func contentFarBeyondTheHeaderIsRefusedWithoutBeingInflated() throws {
        try withTemporaryFolder { folder in
            let plain = try volume("a.nii", folder)
            let padded = try folder.file("b.nii.gz", gzip(plain + [UInt8](repeating: 0, count: 1000)))
            #expect(try NIfTI.read(padded).extent.depth == 5)
            let bomb = try folder.file("c.nii.gz", gzip(plain + [UInt8](repeating: 0, count: 3 << 20)))
            let error = imageFileError { _ = try NIfTI.read(bomb) }
            #expect(error?.kind == .corrupt)
            let reason = try #require(error?.reason)
            #expect(reason.hasPrefix("its content goes on for more than 1048576 bytes after what its header states"))
        }
    }

    @Test func aHeaderThatAsksForMoreThanTheFileCanHoldIsRefusedAtOnce() throws {
        try withTemporaryFolder { folder in
            var bytes = try volume("a.nii", folder)
            bytes.replaceSubrange(40..<48, with: [3, 0, 0xff, 0x7f, 0xff, 0x7f, 0xff, 0x7f])
            let url = try folder.file("b.nii.gz", gzip(bytes))
            for read in [{ _ = try NIfTI.read(url) }, { _ = try NIfTI.readInfo(url) }] {
                #expect(imageFileError(read)?.kind == .truncated)
            }
        }
    }

    @Test func aPictureLargerThanItsBytesCanHoldIsRefusedAtOnce() throws {
        try withTemporaryFolder { folder in
            func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
                let body = Array(name.utf8) + bytes
                return bigEndian(UInt32(bytes.count)) + body + bigEndian(checksum(body))
            }
            let header = chunk("IHDR", bigEndian(100_000) + bigEndian(100_000) + [8, 0, 0, 0, 0])
            let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
            let url = try folder.file("a.png", signature + header + chunk("IDAT", []) + chunk("IEND", []))
            for read in [{ _ = try ImageFile.read(url) }, { _ = try ImageFile.readInfo(url) }] {
                let error = try #require(imageFileError(read))
                #expect(error.kind == .truncated)
                #expect(error.reason.hasPrefix("its 57 bytes cannot hold 100000 × 100000 pixels"))
            }
        }
    }

    /// One gzip member, in stored blocks (RFC 1951, 3.2.4), which need no compressor.
    private func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var member: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        let blocks = stride(from: 0, to: bytes.count, by: 65535).map { Array(bytes[$0..<min($0 + 65535, bytes.count)]) }
        for (i, block) in blocks.enumerated() {
            let length = UInt16(block.count)
            member.append(i == blocks.count - 1 ? 1 : 0)
            for word in [length, ~length] { member += [UInt8(word & 255), UInt8(word >> 8)] }
            member += block
        }
        for word in [checksum(bytes), UInt32(bytes.count)] { member += (0..<4).map { UInt8(word >> (8 * $0) & 255) } }
        return member
    }

    private func bigEndian(_ word: UInt32) -> [UInt8] { withUnsafeBytes(of: word.bigEndian, Array.init) }

    /// CRC-32 as gzip and PNG have it.
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table = (0..<256).map { byte -> UInt32 in
            (0..<8).reduce(UInt32(byte)) { c, _ in (c & 1) * 0xedb8_8320 ^ c >> 1 }
        }
        var c = UInt32.max
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes { c = table[Int((c ^ UInt32(byte)) & 255)] ^ c >> 8 }
        }
        return ~c
    }
}
