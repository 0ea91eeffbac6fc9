import Foundation

/// A terminal that a test sits at: what a program writes to `slave` can be read here.
final class PseudoTerminal {
    let slave: FileHandle
    private let master: FileHandle

    init() throws {
        var (near, far): (Int32, Int32) = (-1, -1)
        guard openpty(&near, &far, nil, nil, nil) == 0 else { throw POSIXError(.EIO) }
        master = FileHandle(fileDescriptor: near, closeOnDealloc: false)
        slave = FileHandle(fileDescriptor: far, closeOnDealloc: false)
    }

    /// What was written so far, with the terminal's line ends as `\n`.
    func read() -> String {
        var data = Data()
        var request = pollfd(fd: master.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while poll(&request, 1, 0) == 1, request.revents & Int16(POLLIN) != 0 { data += master.availableData }
        return String(decoding: data, as: UTF8.self).replacing("\r\n", with: "\n")
    }

    /// The terminal is gone, as after a lost connection.
    func close() {
        try? slave.close()
        try? master.close()
    }

    deinit { close() }
}
