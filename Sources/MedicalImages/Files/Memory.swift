import Foundation

/// Asks whether memory is to be had before an array takes it: an array that finds none traps.
enum Memory {
    /// - Throws: `ImageFileError` where the system refuses so many bytes.
    static func require(_ bytes: Int, for url: URL) throws {
        // Not by malloc: the optimiser takes a malloc that is freed at once for one that succeeds.
        let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard memory != MAP_FAILED else {
            throw ImageFileError(
                url, .unsupported, "its samples need \(bytes) bytes of memory, which are not to be had",
                advice: "crop the image, or use a machine with more memory")
        }
        munmap(memory, bytes)
    }
}
