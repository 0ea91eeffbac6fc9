import Foundation

/// What an `HTMLPage` that is written again and again does in a browser: it loads itself anew while somebody looks at it, at
/// the place where they look, and says so when it has not been written for long.
public struct PageLife: Sendable, Hashable {
    /// When this page was written.
    public let written: Date
    /// Seconds after which it loads itself anew.
    public let reload: Int
    /// Seconds without a new page after which it says so.
    public let silence: Int

    /// A page that expects to be followed by another.
    public init(written: Date, reload: Int, silence: Int) {
        self.written = written
        self.reload = reload
        self.silence = silence
    }

    /// What the template reads.
    var context: [String: Any] {
        ["written": "\(Int(written.timeIntervalSince1970))", "reload": "\(reload)", "silence": "\(silence)"]
    }
}
