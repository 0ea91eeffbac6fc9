import ArgumentParser
import SegLosses

/// A word of the command line that stands where a subcommand should, and is none.
struct UnknownSubcommand {
    private let word: String
    /// The words before it, from the program's name.
    private let path: [String]
    private let known: [String]

    /// nil where every word that should name a subcommand does.
    static func first(in arguments: [String], of root: any ParsableCommand.Type) -> UnknownSubcommand? {
        var command: any ParsableCommand.Type = root
        var path = [root.configuration.commandName ?? ""]
        // `help` is ArgumentParser's own, and takes the names of subcommands.
        for word in arguments where !(path.count == 1 && word == "help") {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !word.hasPrefix("-") else { return nil }
            guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
                return UnknownSubcommand(
                    word: word, path: path, known: subcommands.compactMap { $0.configuration.commandName })
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
