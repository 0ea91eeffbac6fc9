import ArgumentParser
import SegLosses

/// A word of the command line that stands where a subcommand should, and is none.
struct UnknownSubcommand {
    private let word: String
    /// The words before it, from the program's name.
    private let path: [String]
    private let known: [String]

    /// nil where every word that should name a subcommand does.
    init?(_ arguments: some Sequence<String>, of root: any ParsableCommand.Type) {
        var command = root
        var path = [root.configuration.commandName ?? ""]
        // `help` is ArgumentParser's own, and takes the names of subcommands.
        for word in arguments where !(path.count == 1 && word == "help") {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !word.hasPrefix("-") else { return nil }
            guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
                self.word = word
                self.path = path
                known = subcommands.compactMap(\.configuration.commandName)
                return
            }
            command = next
            path.append(word)
        }
        return nil
    }

    var error: ValidationError {
        let names = known.joined(separator: ", ")
        let guess = word.nearestName(among: known).map { "did you mean '\($0)'? (known: \(names))" } ?? "known: \(names)"
        return ValidationError("\(path.joined(separator: " ")) has no subcommand '\(word)'; \(guess)")
    }
}
