import DurableFiles
import Foundation

/// A file that an option names, to be written once its results are there.
struct OutputOption {
    let option: String
    let url: URL

    /// Nil where the option was not given.
    init?(_ option: String, _ path: String?) {
        guard let path else { return nil }
        self.option = option
        url = URL(argument: path)
    }

    /// Refuses files that could not be written, that would be one file, or that are read by the same call, before any work.
    ///
    /// - Parameters:
    ///   - inputs: every file that the call reads.
    ///   - others: further files that the call writes.
    /// - Throws: `FileError`.
    static func check(_ options: [OutputOption?], inputs: [URL], beside others: [OutputFiles.Planned] = []) throws {
        try OutputFiles.check(
            options.compactMap(\.self).map { .init($0.url, of: $0.option) }, inputs: inputs, .replacing,
            advice: "name another file")
        let all = options.compactMap(\.self).map { OutputFiles.Planned($0.url, of: $0.option) } + others
        try OutputFiles.check(all, inputs: [], [.replacing, .makingFolders], advice: "name another file")
    }
}
