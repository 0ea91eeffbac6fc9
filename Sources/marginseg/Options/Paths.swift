import Foundation

extension URL {
    /// A path as a person writes it.
    init(argument: String) {
        self = URL(filePath: NSString(string: argument).expandingTildeInPath).standardizedFileURL
    }
}

/// A path for messages: short where it lies below the working folder.
func shown(_ url: URL) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return url.path.hasPrefix(here) ? String(url.path.dropFirst(here.count)) : url.path
}
