import ArgumentParser

extension ExitCode {
    /// Some cases were left out, each of which was named; the others are done.
    static let someLeftOut = ExitCode(2)
}
