import DurableFiles
import Foundation
import PostProcessing
import Sampling
import SegConfiguration
import SegModels
import TestSupport
import Testing

@testable import SegImport
@testable import SegInference

/// What plans and data sets say, and what is refused by name.
@Suite struct NnUNetFolderTests {
    static let dataSet = #"{"channel_names": {"0": "CT", "1": "MRI"}, "labels": {"b": 2, "background": 0, "a": 1, "ignore": 3}}"#

    static let architecture = """
        {"network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet", "arch_kwargs": {
        "n_stages": 3, "features_per_stage": [32, 64, 128], "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": [[1, 3, 3], [3, 3, 3], [3, 3, 3]], "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
        "n_conv_per_stage": [2, 2, 2], "n_conv_per_stage_decoder": [2, 2], "conv_bias": true,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d", "norm_op_kwargs": {"eps": 1e-05, "affine": true},
        "dropout_op": null, "dropout_op_kwargs": null, "nonlin": "torch.nn.LeakyReLU", "nonlin_kwargs": {"inplace": true}}}
        """

    static func plans(
        architecture: String = #""architecture": \#(architecture)"#, transpose: String = "[0, 1, 2]", extra: String = "",
        schemes: String = #"["CTNormalization", "ZScoreNormalization"]"#
    ) -> String {
        """
        {"image_reader_writer": "SimpleITKIO", "transpose_forward": \(transpose), "configurations": {
        "3d_fullres": {"batch_size": 2, "patch_size": [32, 64, 64], "spacing": [3, 1, 0.5], "normalization_schemes": \(schemes),
          "use_mask_for_norm": [false, true], "resampling_fn_data": "resample_data_or_seg_to_shape",
          "resampling_fn_data_kwargs": {"is_seg": false, "order": 3, "order_z": 0, "force_separate_z": null}\(extra),
          \(architecture)},
        "3d_lowres": {"inherits_from": "3d_fullres", "spacing": [6, 2, 1]},
        "3d_cascade_fullres": {"inherits_from": "3d_fullres", "previous_stage": "3d_lowres"}},
        "foreground_intensity_properties_per_channel": {
          "0": {"mean": 40.5, "std": 20, "percentile_00_5": -50, "percentile_99_5": 150}}}
        """
    }

    static func configuration(
        _ plans: String = plans(), _ name: String = "3d_fullres", dataSet: String = dataSet, mirror: [Int]? = [0, 2]
    ) throws -> RunConfiguration {
        try withTemporaryFolder { folder in
            func node(_ name: String, _ text: String) throws -> JSONNode {
                try Data(text.utf8).write(to: folder.appending(path: name))
                return try JSONNode(file: folder.appending(path: name))
            }
            let data = try NnUNetDataSet(node("dataset.json", dataSet))
            return try NnUNetPlan(name, in: node("plans.json", plans), channels: data.channelCount)
                .configuration(data, mirror: mirror, epochs: 1000)
        }
    }

    @Test func aPlanBecomesAConfiguration() throws {
        let found = try Self.configuration()
        #expect(found.data.classNames == ["background", "a", "b"] && found.data.ignoredValues == [3])
        #expect(found.input.normalization == .channels([.clip(low: -50, high: 150, mean: 40.5, deviation: 20), .zScoreNonzero]))
        #expect(found.input.spacing == GridSpacing(planes: 3, rows: 1, columns: 0.5) && found.input.resampling == .spline)
        #expect(found.input.fit == .crop(to: GridSize([32, 64, 64]), foreground: 0.33, about: .class, frame: .zero))
        #expect(found.input.plane == .file && found.input.crop == .nonzero)
        #expect(found.network.architecture == .plainConvUNet && found.network.dimensions == 3)
        #expect(found.network.kernels?[0] == [1, 3, 3] && found.network.strides?[1] == [1, 2, 2])
        #expect(found.inference?.mirror == [.depth, .horizontal])
        #expect(try Self.configuration(mirror: nil).inference == nil)
        #expect(try Self.configuration(Self.plans(), "3d_lowres").input.spacing == GridSpacing(planes: 6, rows: 2, columns: 1))
        #expect(try Self.configuration(Self.plans(transpose: "[1, 0, 2]")).input.plane == .fileY)
        #expect(try Self.configuration(Self.plans(transpose: "[2, 0, 1]")).input.plane == .fileX)
    }

    @Test func plansOfBeforeNameTheirNetworkOtherwise() throws {
        let old = """
            "UNet_class_name": "ResidualEncoderUNet", "UNet_base_num_features": 32, "unet_max_num_features": 64,
            "conv_kernel_sizes": [[3, 3, 3], [3, 3, 3], [3, 3, 3]], "pool_op_kernel_sizes": [[1, 1, 1], [2, 2, 2], [2, 2, 2]],
            "n_conv_per_stage_encoder": [1, 3, 4], "n_conv_per_stage_decoder": [1, 1]
            """
        let network = try Self.configuration(Self.plans(architecture: old)).network
        #expect(network.features == [32, 64, 64] && network.architecture == .residualEncoderUNet)
        #expect(network.blocks == [1, 3, 4] && network.decoderBlocks == [1, 1])
        let data = #"{"modality": {"0": "CT", "1": "MRI"}, "labels": {"0": "background", "1": "a"}}"#
        #expect(try Self.configuration(dataSet: data).data.classNames == ["background", "a"])
    }

    static let refusals: [(plans: String, name: String, dataSet: String, says: String)] = [
        (
            plans(), "3d_cascade_fullres", dataSet,
            "configurations.3d_cascade_fullres.previous_stage is '3d_lowres'; expected none: a stage of a cascade, which sees the "
                + "labels of another, cannot be imported"
        ),
        (plans(), "2d", dataSet, "it has no configuration '2d', but 3d_cascade_fullres, 3d_fullres, 3d_lowres"),
        (
            plans(), "3d_fullres", dataSet.replacing("\"a\": 1", with: "\"a\": [1, 2]"),
            "labels.a is [1, 2]; expected one value: networks for regions, which overlap, cannot be imported"
        ),
        (plans(), "3d_fullres", dataSet.replacing("\"a\": 1", with: "\"a\": 5"), "labels is an object; expected values from 0"),
        (
            plans(), "3d_fullres", dataSet.replacing(", \"1\": \"MRI\"", with: ""),
            "it normalises 2 channels, and dataset.json has 1"
        ),
        (
            plans().replacing("PlainConvUNet", with: "Primus"), "3d_fullres", dataSet,
            "Primus'; expected PlainConvUNet or ResidualEncoderUNet"
        ),
        (
            plans().replacing("instancenorm.InstanceNorm3d", with: "batchnorm.BatchNorm3d"), "3d_fullres", dataSet,
            "BatchNorm3d'; expected InstanceNorm"
        ),
        (
            plans().replacing("[32, 64, 128]", with: "[30, 60, 120]"), "3d_fullres", dataSet,
            "features: expected 2 to 8 positive multiples"
        ),
        (
            plans(schemes: #"["RescaleTo01Normalization", "ZScoreNormalization"]"#), "3d_fullres", dataSet,
            "normalization_schemes[0] is 'RescaleTo01Normalization'; expected ZScoreNormalization, CTNormalization"
        ),
        (
            plans(transpose: "[2, 1, 0]"), "3d_fullres", dataSet,
            "transpose_forward is [2, 1, 0]; expected [0, 1, 2], [1, 0, 2] or [2, 0, 1]"
        ),
        (
            plans().replacing("SimpleITKIO", with: "NibabelIOWithReorient"), "3d_fullres", dataSet,
            "image_reader_writer is 'NibabelIOWithReorient'; expected a reader that keeps the order"
        ),
        (
            plans().replacing("\"order\": 3", with: "\"order\": 1"), "3d_fullres", dataSet,
            "resampling_fn_data_kwargs.order is 1; expected 3"
        ),
        (
            plans().replacing(
                "\"3d_lowres\": {\"inherits_from\": \"3d_fullres\"", with: "\"3d_lowres\": {\"inherits_from\": \"3d_lowres\""),
            "3d_lowres", dataSet, "expected no circle of configurations"
        ),
        (plans().replacing("\"patch_size\"", with: "\"size\""), "3d_fullres", dataSet, "has no 'patch_size'"),
        ("{", "3d_fullres", dataSet, "line 1, column 2: this is no JSON: it ends too early"),
        (
            plans().replacing("[3, 1, 0.5]", with: "[3, 0, 0.5]"), "3d_fullres", dataSet,
            "spacing is [3, 0, 0.5]; expected 3 lengths"
        ),
        (plans().replacing("[3, 1, 0.5]", with: "[1, 0.5]"), "3d_fullres", dataSet, "spacing is [1, 0.5]; expected 3 lengths"),
        (
            plans().replacing("[32, 64, 64]", with: "[32, 64, 62]"), "3d_fullres", dataSet,
            "patch_size is [32, 64, 62]; expected multiples of ["
        ),
        (
            plans().replacing("\"features_per_stage\"", with: "\"n_stages\": 4, \"features_per_stage\""), "3d_fullres", dataSet,
            "n_stages is 4; expected 3, as many as features_per_stage has"
        ),
    ]

    @Test(arguments: refusals) func othersAreRefusedByName(_ row: (plans: String, name: String, dataSet: String, says: String)) {
        let message = messageThrown { _ = try Self.configuration(row.plans, row.name, dataSet: row.dataSet) }
        #expect(message?.contains(row.says) == true, "\(row.says): \(message ?? "taken")")
    }

    static let processing: [(name: String, arguments: String, steps: [PostProcessingStep]?, says: String)] = [
        (
            "remove_all_but_largest_component_from_segmentation", #"{"labels_or_regions": [2, 1]}"#,
            [.keepLargest(of: .foreground)], ""
        ),
        (
            "remove_all_but_largest_component_from_segmentation", #"{"labels_or_regions": 2}"#, [.keepLargest(of: .classes([2]))],
            ""
        ),
        (
            "remove_all_but_largest_component_from_segmentation", #"{"labels_or_regions": 5}"#, nil,
            "postprocessing_kwargs[0].labels_or_regions is 5; expected values of classes, of 1, 2"
        ),
        (
            "remove_all_but_largest_component_from_segmentation", #"{"labels_or_regions": 1, "background_label": 3}"#, nil,
            "postprocessing_kwargs[0].background_label is 3; expected 0"
        ),
        ("os.system", "{}", nil, "postprocessing_fns[0] is 'os.system'; expected"),
    ]

    @Test(arguments: processing)
    func postProcessing(_ row: (name: String, arguments: String, steps: [PostProcessingStep]?, says: String)) throws {
        try withTemporaryFolder { folder in
            #expect(try NnUNetPostProcessing(in: folder, foreground: [1, 2]) == nil)
            let text = """
                {"input_folder": {"foreground_mean": {"Dice": 0.5}}, "postprocessed": {"foreground_mean": {"Dice": 0.75}},
                "postprocessing_fns": ["\(row.name)"], "postprocessing_kwargs": [\(row.arguments)]}
                """
            try Data(text.utf8).write(to: folder.appending(path: "postprocessing.json"))
            try Data(#"{"metric_per_case": [{}, {}, {}]}"#.utf8).write(to: folder.appending(path: "summary.json"))
            var found: NnUNetPostProcessing?
            let message = messageThrown { found = try NnUNetPostProcessing(in: folder, foreground: [1, 2]) }
            #expect(
                found?.learned.steps.steps == row.steps && message?.contains(row.says) ?? row.says.isEmpty, "\(message ?? "")")
            guard let found else { return }
            #expect(found.dice == (0.5, 0.75) && found.learned.caseCount == 3)
            let decision = found.decision(weights: ["b", "a"], classNames: ["x", "y", "z"])
            #expect(decision.weights == ["a", "b"] && decision.decision(.iou) == nil && decision.decision(.calibrated) == nil)
            #expect(decision.postProcessing(after: .argmax) == found.learned)
        }
    }

    @Test func folders() throws {
        try withTemporaryFolder { folder in
            func message(_ name: String = "A__B__2d") -> String? {
                messageThrown { _ = try NnUNetFolder(folder.appending(path: name), checkpoint: "checkpoint_final.pth") }
            }
            func make(_ path: String) throws {
                let url = folder.appending(path: path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("{}".utf8).write(to: url)
            }
            #expect(message()?.contains("there is no plans.json in it; it should be TRAINER__PLANS__CONFIGURATION") == true)
            try make("A__B__2d/plans.json")
            #expect(message("")?.hasSuffix("holds trainings of nnU-Net's and is none: name one: A__B__2d") == true)
            #expect(message()?.hasSuffix("there is no fold_0 to fold_4 and no fold_all in it") == true)
            try make("A__B__2d/fold_0/checkpoint_best.pth")
            #expect(
                message()?.hasSuffix(
                    "is missing: the fold has checkpoint_best.pth; --checkpoint names one of a training that is not over")
                    == true)
            for name in ["fold_0", "fold_10", "fold_2", "fold_all"] { try make("A__B__2d/\(name)/checkpoint_final.pth") }
            let found = try NnUNetFolder(folder.appending(path: "A__B__2d"), checkpoint: "checkpoint_final.pth")
            #expect(found.folds.map(\.name) == ["0", "2", "10"] && found.configuration == "2d" && found.trainer == "A")
            #expect(found.leavesAll && found.crossValidation.lastPathComponent == "crossval_results_folds_0_2_10")
            try make("other/plans.json")
            #expect(message("other")?.hasSuffix("expected TRAINER__PLANS__CONFIGURATION") == true)
        }
    }
}
