import Foundation
import SegConfiguration
import SegInference
import SegModels

/// The checkpoints that stages start from because their configuration names them, such as a pre-training that several
/// objectives share.
struct StartingWeights {
    /// By the stage's number.
    private let checkpoints: [Int: URL]

    /// - Throws: `FileError` for a run without a best checkpoint.
    init(_ configuration: RunConfiguration) throws {
        var checkpoints: [Int: URL] = [:]
        for (index, stage) in configuration.training.stages.enumerated() {
            guard let path = stage.from else { continue }
            checkpoints[index + 1] = try RunFolder.checkpoint(at: URL(filePath: path))
        }
        self.checkpoints = checkpoints
    }

    /// Reads them once, so that a damaged file is found before the data are.
    ///
    /// - Throws: `FileError`.
    func verify() throws {
        for (_, url) in checkpoints.sorted(by: { $0.key < $1.key }) {
            if ForeignWeights.isForeign(url) {
                _ = try ForeignWeights(contentsOf: url)
            } else {
                _ = try Checkpoint(contentsOf: url)
            }
        }
    }

    /// - Throws: `TrainingError.otherNetwork` for weights of another kind of network. Others' weights do not say of which they are.
    func require(channels: Int, _ configuration: RunConfiguration) throws {
        for (_, url) in checkpoints.sorted(by: { $0.key < $1.key }) where !ForeignWeights.isForeign(url) {
            let other = try Checkpoint.manifest(of: url)
            let (ours, theirs) = (configuration.network, other.configuration.network)
            let pairs = [
                ("network.architecture", ours.architecture.rawValue, theirs.architecture.rawValue),
                ("network.dimensions", "\(ours.dimensions)", "\(theirs.dimensions)"),
                ("network.features", "\(ours.features)", "\(theirs.features)"),
                // Strides leave no trace in the weights.
                ("network.kernels", "\(ours.levels.map(\.kernel))", "\(theirs.levels.map(\.kernel))"),
                ("network.strides", "\(ours.levels.map(\.stride))", "\(theirs.levels.map(\.stride))"),
                ("network.blocks", "\(ours.encoderBlocks)", "\(theirs.encoderBlocks)"),
                ("network.decoder_blocks", "\(ours.blocksOfDecoder)", "\(theirs.blocksOfDecoder)"),
                ("network.normalization", ours.normalization.rawValue, theirs.normalization.rawValue),
                ("the number of channels", "\(channels)", "\(other.channels)"),
                ("the number of classes", "\(configuration.data.classes.count)", "\(other.configuration.data.classes.count)"),
            ]
            for (key, expected, found) in pairs where expected != found {
                throw TrainingError.otherNetwork(path: url.path, key: key, expected: expected, found: found)
            }
        }
    }

    /// Loads what a stage names; false where it names nothing.
    ///
    /// - Parameter tell: gets what was taken of another program's file, in words.
    func load(stage: Int, into network: any SegmentationNetwork, tell: (String) -> Void) throws -> Bool {
        guard let url = checkpoints[stage] else { return false }
        if ForeignWeights.isForeign(url) {
            tell(try ForeignWeights(contentsOf: url).load(into: network))
        } else {
            try Checkpoint(contentsOf: url).load(into: network)
        }
        return true
    }
}
