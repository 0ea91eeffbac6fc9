import CDicom
import Foundation

/// The grey pixels of a file, frame by frame.
final class DICOMPixels {
    private let file: DICOMFile
    private let storage: DICOMPlane.Storage
    private let frameCount: Int
    /// Of a frame.
    private let size: Int
    /// All frames of a file that a codec packed, once one was asked for.
    private var unpacked: Samples?

    /// What a file may claim to hold whatever its size, and what no codec packs more tightly.
    private static let (harmless, largestExpansion) = (64 << 20, 2000)

    /// - Throws: `ImageFileError` unless its pixels are as they were when the header was read, and can be as many as it says;
    ///   `FileError`.
    init(_ url: URL, as storage: DICOMPlane.Storage) throws {
        file = try DICOMFile(url)
        self.storage = storage
        frameCount = max(1, file.elements.integer(.frameCount) ?? 1)
        let bits = storage.rows.multipliedReportingOverflow(by: storage.columns * storage.bitsAllocated)
        let all = (bits.partialValue / 8).multipliedReportingOverflow(by: frameCount)
        guard try DICOMHeader.storage(of: file.elements, url) == storage, !bits.overflow, !all.overflow else {
            throw ImageFileError.corrupt(url, "it changed while it was read, or its frames cannot be counted")
        }
        size = bits.partialValue / 8
        if file.syntax.isPacked {
            let most = file.byteCount.multipliedReportingOverflow(by: Self.largestExpansion)
            guard all.partialValue <= max(Self.harmless, most.overflow ? .max : most.partialValue) else {
                throw ImageFileError.corrupt(url, "it claims to hold \(all.partialValue) bytes of pixels in \(file.byteCount)")
            }
        } else {
            // What is stored as it is must be there before memory is asked for it.
            try file.requirePixels(all.partialValue)
        }
    }

    /// Fills a buffer with a frame.
    ///
    /// - Throws: `ImageFileError` where pixels are damaged or fewer.
    /// - Precondition: the buffer has the size of a frame.
    func read(frame: Int, into target: UnsafeMutableRawBufferPointer) throws {
        precondition(target.count == size, "a buffer of a frame")
        guard frame < frameCount else {
            throw ImageFileError.corrupt(file.url, "it describes \(frame + 1) frames and holds \(frameCount)")
        }
        guard file.syntax.isPacked else {
            try file.fill(target, from: frame * size)
            if file.syntax.isBigEndian { storage.swapBytes(of: target) }
            return
        }
        if frameCount == 1 { return try unpack(into: target) }
        let all = try unpacked ?? Samples.filled(.uint8, count: size * frameCount, for: file.url) { try unpack(into: $0) }
        unpacked = all
        all.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[frame * size..<(frame + 1) * size])) }
    }

    private func unpack(into target: UnsafeMutableRawBufferPointer) throws {
        let fragments = try file.fragments()
        guard fragments.count > 1 else { throw ImageFileError.corrupt(file.url, "it holds no pixels") }
        if file.syntax.isRunLengths {
            guard fragments.count == frameCount + 1 else {
                throw ImageFileError.corrupt(file.url, "it holds \(fragments.count - 1) fragments for \(frameCount) frames")
            }
            for (frame, fragment) in fragments.dropFirst().enumerated() {
                let part = UnsafeMutableRawBufferPointer(rebasing: target[frame * size..<(frame + 1) * size])
                try DICOMRunLengths(fragment, of: file.url).unpack(bytesPerPixel: storage.bitsAllocated / 8, into: part)
            }
            return
        }
        if file.syntax.isJPEG { try requireFrames(in: fragments) }
        let functions = try DICOMLibrary.functions(for: file.url)
        // Side by side, so that one pointer leads to all.
        let all = fragments.flatMap(\.self)
        let lengths = fragments.map(\.count)
        var format = cd_pixel_format(storage, frames: frameCount)
        let status = all.withUnsafeBufferPointer { all in
            var place = 0
            // An empty one needs an address too.
            let none: [UInt8] = [0]
            return none.withUnsafeBufferPointer { none in
                let starts: [UnsafePointer<UInt8>?] = lengths.map { length in
                    defer { place += length }
                    return length == 0 ? none.baseAddress : all.baseAddress.map { $0 + place }
                }
                return functions.decode(&format, file.syntax.uid, starts, lengths, starts.count, target.baseAddress, target.count)
            }
        }
        switch Int(status) {
        case 0: return
        case CD_UNSUPPORTED:
            throw ImageFileError(
                file.url, .unsupported,
                "its pixels are packed in a way that is not read (transfer syntax \(file.syntax.uid.prefix(64)))",
                advice: "have its sender give it uncompressed")
        case CD_OUT_OF_MEMORY:
            throw ImageFileError(
                file.url, .unsupported, "there is not enough memory to unpack its pixels",
                advice: "use a machine with more memory")
        default: throw ImageFileError.truncated(file.url, "its packed pixels are damaged or break off")
        }
    }
}

extension DICOMPixels {
    /// JPEG streams of all kinds say again how large they are, and GDCM writes beyond its buffers, or ends the process, where they
    /// say otherwise than the header.
    private func requireFrames(in fragments: [[UInt8]]) throws {
        // A frame may go on in the next fragment, where its start is not.
        let starts = fragments.dropFirst().filter(JPEGFrame.isStart)
        let areFrames = starts.allSatisfy { stream in
            guard let frame = JPEGFrame(stream) else { return false }
            let bits = frame.precision <= 8 ? 8 : frame.precision <= 16 ? 16 : 32
            return (frame.rows, frame.columns, frame.components, bits) == (
                storage.rows, storage.columns, 1, storage.bitsAllocated
            )
        }
        guard starts.count == frameCount, areFrames else {
            throw ImageFileError.corrupt(file.url, "its JPEG streams are not the frames that its header states")
        }
        // What comes before the next start, or is the last.
        let ends = fragments.indices.dropFirst().filter { $0 + 1 == fragments.count || JPEGFrame.isStart(fragments[$0 + 1]) }
        guard ends.allSatisfy({ JPEGFrame.isEnd(fragments[$0]) }) else {
            throw ImageFileError.truncated(file.url, "one of its JPEG streams breaks off")
        }
    }
}

extension cd_pixel_format {
    fileprivate init(_ storage: DICOMPlane.Storage, frames: Int) {
        self.init(
            rows: UInt32(storage.rows), columns: UInt32(storage.columns), frames: UInt32(frames),
            bits_allocated: UInt16(storage.bitsAllocated), bits_stored: UInt16(storage.bitsStored),
            high_bit: UInt16(storage.highBit), is_signed: storage.isSigned, is_inverted: storage.isInverted)
    }
}

extension DICOMPlane.Storage {
    /// Brings stored pixels to numbers of their type: leaves out bits that are not theirs, and turns grey that counts from white.
    func repair(_ bytes: UnsafeMutableRawBufferPointer) {
        switch bitsAllocated {
        case 8: repair(bytes.bindMemory(to: UInt8.self))
        case 16: repair(bytes.bindMemory(to: UInt16.self))
        default: repair(bytes.bindMemory(to: UInt32.self))
        }
    }

    /// Brings words of a big-endian file into the host's order.
    func swapBytes(of bytes: UnsafeMutableRawBufferPointer) {
        func swap<Word: FixedWidthInteger>(_ words: UnsafeMutableBufferPointer<Word>) {
            for index in words.indices { words[index] = words[index].byteSwapped }
        }
        switch bitsAllocated {
        case 16: swap(bytes.bindMemory(to: UInt16.self))
        case 32: swap(bytes.bindMemory(to: UInt32.self))
        default: return
        }
    }

    private func repair<Word: FixedWidthInteger & UnsignedInteger>(_ pixels: UnsafeMutableBufferPointer<Word>) {
        guard bitsStored < bitsAllocated || isInverted else { return }
        for index in pixels.indices { pixels[index] = repaired(pixels[index]) }
    }

    @inline(__always)
    private func repaired<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word) -> Word {
        let mask = bitsStored >= Word.bitWidth ? Word.max : (1 << Word(bitsStored)) - 1
        var value = word &>> Word(max(0, highBit + 1 - bitsStored)) & mask
        if isInverted { value = mask - value }
        let sign: Word = 1 << Word(bitsStored - 1)
        return isSigned && value & sign != 0 ? value | ~mask : value
    }
}
