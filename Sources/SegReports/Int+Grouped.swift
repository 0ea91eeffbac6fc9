extension Int {
    /// With a narrow space before each three digits, as SI writes large numbers: 2 634 146.
    package var grouped: String {
        var text = String(magnitude)
        var place = text.count - 3
        while place > 0 {
            text.insert("\u{202F}", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return self < 0 ? "−" + text : text
    }
}
