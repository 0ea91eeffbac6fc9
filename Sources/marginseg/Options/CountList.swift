import ArgumentParser

/// Whole numbers in writing: `39500000,480000`, the pixels of each class with the background first, or `50,30`.
struct CountList: ExpressibleByArgument, Sendable {
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
