import SegMetrics

/// Which class is the background, and what is scored.
extension DataConfiguration {
    /// The word that says that every class is sought.
    public static let noBackground = "none"

    /// Whether class 0 is the background; a class that is itself called `none` can be it.
    public var hasBackground: Bool { background != Self.noBackground || classNames.contains(Self.noBackground) }

    /// What an evaluation scores.
    ///
    /// - Precondition: `validate()` holds.
    public var scoredClasses: ScoredClasses {
        let regions = (regions ?? []).map { region in
            ScoredClasses.Region(
                name: region.name, classes: classes.indices.filter { region.values.contains(classes[$0].values[0]) })
        }
        return ScoredClasses(classNames, hasBackground: hasBackground, regions: regions)
    }

    /// Moves the class that `background` names to the front.
    ///
    /// - Precondition: `validate()` holds.
    mutating func moveBackgroundToFront() {
        guard let background, let place = classNames.firstIndex(of: background) else { return }
        classes.insert(classes.remove(at: place), at: 0)
    }

    /// Another background than the one that was read.
    ///
    /// - Throws: `ConfigurationError` for a name of no class.
    public mutating func setBackground(_ name: String) throws {
        background = name
        try validate()
        moveBackgroundToFront()
    }

    func validateBackground() throws {
        guard let background, hasBackground, !classNames.contains(background) else { return }
        throw ConfigurationError(
            ["data", "background"],
            "no class is called '\(background)'; expected one of \(classNames.joined(separator: ", ")), or none")
    }

    func validateRegions() throws {
        let background = hasBackground ? classes.first { $0.name == self.background } ?? classes[0] : nil
        for (index, region) in (regions ?? []).enumerated() {
            func error(_ problem: String) -> ConfigurationError {
                ConfigurationError(["data", "regions", String(index)], "region '\(region.name)' \(problem)")
            }
            guard !region.values.isEmpty else { throw error("has no values") }
            if let value = region.values.first(where: { value in !classes.contains { $0.values.contains(value) } }) {
                throw error("holds the label value \(value), which stands for no class")
            }
            for item in classes {
                let held = item.values.filter(region.values.contains)
                guard held.isEmpty || held.count == item.values.count else {
                    throw error(
                        "holds a part of class '\(item.name)': \(held.map(String.init).joined(separator: ", ")) of "
                            + "\(item.values.map(String.init).joined(separator: ", ")); a region is of whole classes")
                }
                if item == background, !held.isEmpty { throw error("holds the background, '\(item.name)'") }
                if item.name == region.name, Set(item.values) != Set(region.values) {
                    throw error("has the name of a class of other values; name the class for what it is")
                }
            }
            if regions?.prefix(index).contains(where: { $0.name == region.name }) == true { throw error("stands twice") }
        }
    }
}
