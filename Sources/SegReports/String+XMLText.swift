extension String {
    /// A text that XML can hold: control characters become the replacement character.
    var xmlText: String {
        String(
            UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 9, 10, 13, 0x20...0xFFFD, 0x10000...: scalar
                    default: "\u{FFFD}"
                    }
                }))
    }
}
