extension String {
    /// The text as one word of a command that somebody copies into a shell.
    package var shellWord: String {
        let isPlain = allSatisfy { $0.isLetter || $0.isNumber || "/._-+=,:@%".contains($0) }
        return isPlain && !isEmpty ? self : "'" + replacing("'", with: #"'\''"#) + "'"
    }
}
