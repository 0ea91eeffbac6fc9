import ArgumentParser
import DataSets
import Foundation
import SegConfiguration

/// How to read the files of a data set.
struct ReadingOptions: ParsableArguments {
    @Option(help: "Take this layout instead of recognising it.")
    var layout: LayoutName?

    @Option(help: ArgumentHelp("YAML file that says where images and labels lie and which classes there are.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set one key of the configuration, such as data.split; docs/CONFIGURATION.md has them all. May be repeated.",
            valueName: "key=value"))
    var overrides: [String] = []

    /// The file of `--config`, if there is one.
    var files: [URL] { [config].compactMap(\.self).map(URL.init(argument:)) }

    /// Reads the configuration of the data set in a folder.
    ///
    /// - Throws: `ConfigurationError`, `FileError`.
    func reader(of data: URL) throws -> ConfigurationReader {
        try ConfigurationReader(
            file: files.first, overrides: overrides + (layout.map { ["data.layout=\($0.rawValue)"] } ?? []), data: data)
    }
}

extension LayoutName: ExpressibleByArgument {}
