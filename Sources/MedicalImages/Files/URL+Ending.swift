import Foundation

extension URL {
    /// The longest of some endings that the name has, whatever its case; a name that is nothing but an ending has none.
    ///
    /// - Parameter endings: in lower case, each with its point.
    func ending(among endings: [String]) -> String? {
        let name = lastPathComponent.lowercased()
        return endings.filter { name.hasSuffix($0) && name.count > $0.count }.max { $0.count < $1.count }
    }
}
