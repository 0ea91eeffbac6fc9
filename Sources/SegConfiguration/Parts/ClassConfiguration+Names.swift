extension ClassConfiguration {
    /// What classes are called that nobody has named, the same wherever they are shown: `background`, `foreground` where there is
    /// one class beside it, else `class_` and the value.
    ///
    /// - Parameters:
    ///   - values: one of each class.
    ///   - background: the value of the background; nil where there is none.
    public static func names(ofUnnamed values: [Int], background: Int?) -> [String] {
        let isOneOther = background != nil && values.count { $0 != background } == 1
        return values.map { $0 == background ? "background" : isOneOther ? "foreground" : "class_\($0)" }
    }
}
