import Foundation
import TestSupport
import Testing
import Torch

/// Graphs of CUDA devices, as far as a machine without one shows them.
struct DeviceGraphTests {
    @Test func otherDevicesRecordNothing() throws {
        var isDone = false
        let error = try #require(throws: TorchError.self) {
            _ = try DeviceGraph.recorded(on: .cpu, drawing: []) { isDone = true }
        }
        #expect(error.description.contains("graphs are recorded by CUDA devices alone"))
        #expect(!isDone)
    }

    /// A CUDA build of libtorch, which need not be able to run.
    private static let libraries = [".libtorch/torch", ".libtorch/oldest/torch"]
        .map { TestFolders.package.appending(path: $0 + "/lib/libtorch_cuda.so") }
        .filter { FileManager.default.fileExists(atPath: $0.path) }

    /// The functions that the binding looks for by name.
    @Test(.enabled(if: !libraries.isEmpty, "no CUDA build of libtorch"))
    func theirFunctionsAreInLibtorch() throws {
        let source = try String(
            contentsOf: TestFolders.package.appending(path: "Sources/TorchBinding/graphs.cpp"), encoding: .utf8)
        let names = source.matches(of: /"(_ZN[^"]+)"/).map { String($0.1) }
        #expect(names.count == 6)
        for library in Self.libraries {
            let bytes = try Data(contentsOf: library, options: .alwaysMapped)
            for name in names { #expect(bytes.range(of: Data(name.utf8 + [0])) != nil, "\(library.path): \(name)") }
        }
    }
}
