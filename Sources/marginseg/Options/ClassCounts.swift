import ArgumentParser

/// The pixels of each class in writing: `39500000,480000`, the background first.
struct ClassCounts: ExpressibleByArgument, Sendable {
    let values: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0.filter { $0 != " " && $0 != "_" })
        }
        let values = parts.compactMap { $0 }
        guard values.count == parts.count else { return nil }
        self.values = values
    }
}
