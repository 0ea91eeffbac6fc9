extension String {
    /// The name that takes the fewest edits to become this one, if that is few.
    package func nearestName(among names: [String]) -> String? {
        names.map { ($0, edits(to: $0)) }.filter { $0.1 <= Swift.max(2, count / 3) }.min { $0.1 < $1.1 }?.0
    }

    /// Levenshtein's distance.
    private func edits(to other: String) -> Int {
        var row = Array(0...other.count)
        for (i, letter) in enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, otherLetter) in other.enumerated() {
                let substitution = diagonal + (letter == otherLetter ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(substitution, row[j + 1] + 1, row[j] + 1)
            }
        }
        return row[other.count]
    }
}
