import Foundation
import TestSupport
import Testing
import Torch

/// onnxruntime and ONNX's checker, where `PeerPython` has them.
enum ONNXPeer {
    static let isThere = PeerPython.has("onnx, onnxruntime, safetensors, nibabel, scipy")
    static let missing = Comment(rawValue: PeerPython.missing("onnx, onnxruntime, safetensors, nibabel and scipy"))

    /// Checks the model with shape inference; gives each output for each input, `OUTPUT/INPUT`.
    private static let script = """
        import sys
        import onnx, onnxruntime
        from safetensors.numpy import load_file, save_file

        model, inputs, outputs = sys.argv[1:]
        onnx.checker.check_model(onnx.load(model), full_check=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        results = {}
        for key, image in load_file(inputs).items():
            for name, value in zip(names, session.run(None, {"image": image})):
                results[f"{name}/{key}"] = value
        save_file(results, outputs)
        """

    static func run(_ model: URL, _ inputs: [String: Tensor]) throws -> [String: Tensor] {
        let folder = model.deletingLastPathComponent()
        let (images, outputs) = (folder.appending(path: "i.safetensors"), folder.appending(path: "o.safetensors"))
        try Safetensors(tensors: inputs).write(to: images)
        let status = try PeerPython.run(["-c", script, model.path, images.path, outputs.path]).status
        try #require(status == 0, "onnxruntime refused \(model.lastPathComponent)")
        return try Safetensors(contentsOf: outputs).tensors
    }
}
