import DurableFiles
import Foundation

/// Where an export goes, and in which form.
public enum ExportPlace: Sendable, Hashable {
    /// A network as a graph, in a file that ends in `.onnx`.
    case onnx(URL)
    /// The weights alone, in a file that ends in `.safetensors`.
    case safetensors(URL)
    /// Several networks as graphs, in a folder.
    case folder(URL)

    /// - Parameters:
    ///   - url: whose ending tells the form; without one, or with a slash behind it, it is a folder.
    ///   - models: how many networks there are.
    /// - Throws: `FileError` for another ending, and for several networks in a file.
    public init(_ url: URL, models: Int) throws {
        func refused(_ reason: String) -> FileError { FileError(url, "cannot be written", reason: reason) }
        switch url.hasDirectoryPath ? "" : url.pathExtension.lowercased() {
        case "onnx", "safetensors":
            guard models == 1 else {
                throw refused(
                    "a file takes one network, found \(models); name a folder for the ensemble, such as "
                        + "\(url.deletingPathExtension().lastPathComponent)/, or one of the models")
            }
            self = url.pathExtension.lowercased() == "onnx" ? .onnx(url) : .safetensors(url)
        case "": self = .folder(url)
        default:
            throw refused("its ending is .\(url.pathExtension); expected .onnx, .safetensors, or a folder, whose name has none")
        }
    }

    /// The files that are written, the one that names the others last.
    public func files(models: Int, withExample: Bool) -> [URL] {
        switch self {
        case .onnx(let url):
            let base = url.deletingPathExtension()
            return (withExample ? [base.appendingPathExtension("py")] : []) + [base.appendingPathExtension("json"), url]
        case .safetensors(let url): return [url]
        case .folder(let folder):
            let members = (0..<models).flatMap { number in
                ExportPlace.onnx(folder.appending(path: Self.member(number))).files(models: 1, withExample: false)
            }
            return members + (withExample ? [folder.appending(path: "ensemble.py")] : [])
                + [folder.appending(path: "ensemble.json")]
        }
    }

    /// The file of a network in a folder, counted from 0.
    static func member(_ number: Int) -> String { "model-\(number + 1).onnx" }
}
