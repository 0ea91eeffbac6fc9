import DurableFiles
import Foundation

/// An open file, read front to back straight into the caller's memory.
final class InputFile {
    let url: URL
    /// The file's bytes when it was opened.
    let size: Int
    let descriptor: Int32

    /// - Throws: `FileError` where there is no such file or it cannot be opened; `ImageFileError` for devices and pipes.
    init(_ url: URL) throws {
        try FileSystem.requireFile(url)
        // Opening a pipe without a writer would otherwise wait for ever.
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError.now(url, "cannot be read") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = FileError.now(url, "cannot be read")
            close(descriptor)
            throw failure
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ImageFileError(url, .notAnImage, "it is a device or pipe", advice: "give a regular file")
        }
        self.url = url
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from where the last read stopped; the result is smaller than the buffer only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            // A buffer with bytes has an address.
            let count = Foundation.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError.now(url, "cannot be read") }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// The next read starts at this byte of the file.
    func seek(to offset: Int) throws {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw FileError.now(url, "cannot be read") }
    }

}

/// Asks for memory before an array takes it: an array that finds none traps.
enum Memory {
    /// - Throws: `ImageFileError` where the system does not give that many bytes.
    static func require(_ bytes: Int, for url: URL) throws {
        // Not by malloc: the optimiser takes a malloc that is freed at once for one that succeeds.
        let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard memory != MAP_FAILED else {
            throw ImageFileError(
                url, .unsupported, "its samples need \(bytes) bytes of memory, which the system does not give",
                advice: "crop the image, or use a machine with more memory")
        }
        munmap(memory, bytes)
    }
}
