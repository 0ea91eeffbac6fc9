import MedicalImages

/// A digest of an image's values: equal images have equal ones, whatever the names and the compression of their files.
package struct ImageContent: Sendable, Hashable {
    private let extent: [Int]
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Of no value yet.
    ///
    /// - Parameter extent: with the channels of all files.
    package init(_ extent: Extent) { self.extent = [extent.width, extent.height, extent.depth, extent.channels] }

    /// Of prepared intensities.
    init(_ prepared: PreparedCase) {
        self.init(prepared.extent)
        prepared.image.values.withUnsafeBytes { add($0) }
    }

    /// Adds the samples of a file, as FNV-1a over words of eight bytes, which is fast enough for volumes.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let words = bytes.count / 8
        for word in 0..<words {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)) &* 0x100_0000_01b3
            hash ^= hash >> 29
        }
        for index in words * 8..<bytes.count { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
    }
}

/// An image file with what it holds.
package struct KnownImage: Sendable {
    package let path: String
    package let content: ImageContent

    package init(path: String, content: ImageContent) {
        self.path = path
        self.content = content
    }
}
