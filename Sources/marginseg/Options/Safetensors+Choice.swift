import Foundation
import SegLosses
import Torch

extension Safetensors {
    /// The tensor of this name, or the file's only one.
    ///
    /// - Parameter option: how to name a tensor, for errors.
    /// - Throws: `TensorChoiceError`, `FileError`.
    static func tensor(named name: String?, in url: URL, option: String) throws -> Tensor {
        let tensors = try Safetensors(contentsOf: url).tensors
        let names = tensors.keys.sorted()
        if let name {
            guard let tensor = tensors[name] else {
                let guess = name.nearestName(among: names).map { "; did you mean '\($0)'?" } ?? ""
                throw TensorChoiceError(path: url.path, problem: "has no tensor '\(name)'\(guess)", names: names)
            }
            return tensor
        }
        guard names.count == 1, let tensor = tensors[names[0]] else {
            throw TensorChoiceError(
                path: url.path, problem: "holds \(names.count) tensors; name one with \(option)", names: names)
        }
        return tensor
    }
}

/// A file of tensors in which none, or more than one, is meant.
struct TensorChoiceError: Error, CustomStringConvertible, Equatable {
    let path: String
    let problem: String
    let names: [String]

    var description: String {
        let some = names.prefix(8).joined(separator: ", ")
        return
            "\(path) \(problem) (\(names.isEmpty ? "it is empty" : some)\(names.count > 8 ? " and \(names.count - 8) more" : ""))"
    }
}
