import Foundation

/// Stock PyTorch in a process of its own that works on request, so that both sides can take turns.
final class StockPeer {
    struct Greeting: Decodable {
        let settings: [String]
        let version: String
        let threads: Int
        /// Which setting was asked for in vain, with the reason.
        let leftOut: String?

        enum CodingKeys: String, CodingKey {
            case settings, version, threads
            case leftOut = "left_out"
        }
    }

    /// The Python that PYTHON names, or `python3`.
    static var python: String { ProcessInfo.processInfo.environment["PYTHON"] ?? "python3" }

    struct PeerError: Error, CustomStringConvertible {
        let description: String
    }

    let greeting: Greeting
    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var unread = Data()

    /// Nil where Python has no torch.
    init?(script: String, arguments: [String]) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Self.python, script] + arguments
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        try process.run()
        let (answers, start) = (answers, Data())
        guard let (line, rest) = Self.line(from: answers, after: start) else { return nil }
        greeting = try JSONDecoder().decode(Greeting.self, from: Data(line.utf8))
        unread = rest
    }

    deinit { process.terminate() }

    /// Sends a request and waits until it is done.
    func request(_ object: some Encodable) throws {
        try requests.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(object) + Data("\n".utf8))
        guard let (line, rest) = Self.line(from: answers, after: unread), line == "done" else {
            throw PeerError(description: "stock PyTorch ended on \(object)")
        }
        unread = rest
    }

    private static func line(from pipe: Pipe, after start: Data) -> (String, rest: Data)? {
        var data = start
        while true {
            if let end = data.firstIndex(of: UInt8(ascii: "\n")) {
                return (String(decoding: data[..<end], as: UTF8.self), Data(data[data.index(after: end)...]))
            }
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            data += more
        }
    }
}
