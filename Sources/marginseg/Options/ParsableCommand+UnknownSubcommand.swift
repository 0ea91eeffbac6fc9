import ArgumentParser
import SegLosses

extension ParsableCommand {
    /// What is wrong with the first word that stands where a subcommand should and is none; nil where every such word names one.
    static func unknownSubcommand(in arguments: [String]) -> ValidationError? {
        var command: any ParsableCommand.Type = self
        var path = [configuration.commandName ?? ""]
        // `help` is ArgumentParser's own, and takes the names of subcommands.
        for word in arguments where !(path.count == 1 && word == "help") {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !word.hasPrefix("-") else { return nil }
            guard
                let next = subcommands.first(where: {
                    $0.configuration.commandName == word || $0.configuration.aliases.contains(word)
                })
            else {
                let known = subcommands.compactMap { $0.configuration.commandName }
                let names = known.joined(separator: ", ")
                let guess = word.nearestName(among: known).map { "did you mean '\($0)'? (known: \(names))" } ?? "known: \(names)"
                return ValidationError("\(path.joined(separator: " ")) has no subcommand '\(word)'; \(guess)")
            }
            command = next
            path.append(word)
        }
        return nil
    }
}
