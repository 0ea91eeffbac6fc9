import Foundation
import SegConfiguration
import SegLosses
import TestSupport
import Testing

/// Everything a person can write wrongly, and the whole message that says so.
@Suite struct ConfigurationMessagesTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let yaml: String
        let message: String
        var testDescription: String { yaml.replacingOccurrences(of: "\n", with: "⏎") }

        init(_ yaml: String, _ message: String) {
            self.yaml = yaml
            self.message = message
        }
    }

    private static let stage = "name: a, objective: cross_entropy, epochs: 1"
    private static let stageKeys =
        "clip_norm, epochs, from, learning_rate, momentum, name, objective, optimizer, patience, schedule, weight_decay"
    private static let metrics =
        "miou_foreground, miou_all, dice_foreground, dice_all, recall_foreground, pixel_accuracy, per_group_miou_foreground, per_group_miou_all, per_group_dice_foreground, per_case_miou_foreground, "
        + "per_case_miou_all, per_case_dice_foreground, per_image_miou_foreground, per_image_miou_all, per_image_dice_foreground"

    /// What libyaml refuses.
    static let noYAML = [
        Mistake("data: [1\n", "run.yaml:2:1: no valid YAML: did not find expected ',' or ']'"),
        Mistake("a:\n  - b\n c: d\n", "run.yaml:3:2: no valid YAML: did not find expected key"),
        Mistake("\ttraining: 1\n", "run.yaml:1:1: no valid YAML: found character that cannot start any token"),
        Mistake(
            "a: *b\n",
            "run.yaml:1:4: no valid YAML: found undefined alias; put a value that begins with * into quotes"),
        Mistake(
            "data:\n  labels: *_mask.png\n",
            "run.yaml:2:17: no valid YAML: did not find expected alphabetic or numeric character; put a value that begins with * into quotes"
        ),
        Mistake("a: 1\n---\nb: 2\n", "run.yaml:2:1: no valid YAML: but found another document"),
        Mistake("data:\n  folder: a\u{1}b\n", "run.yaml:2:12: no valid YAML: control characters are not allowed"),
        Mistake("- data\n- input\n", "run.yaml:1:1: expected keys and values"),
        Mistake("just words", "run.yaml:1:1: expected keys and values"),
        Mistake("training:\n  seed: 1\n  seed: 2\n", "run.yaml:2:3: in the keys that begin here, 'seed' stands twice"),
    ]

    /// Keys that nobody reads, or that are missing.
    static let keys = [
        Mistake(
            "dat: 1",
            "run.yaml:1:1: unknown key 'dat'; did you mean 'data'? (known: data, inference, input, network, preset, training)"),
        Mistake("zebra: 1", "run.yaml:1:1: unknown key 'zebra' (known: data, inference, input, network, preset, training)"),
        Mistake(
            "data:\n  folders: x\n",
            "run.yaml:2:3: data: unknown key 'folders'; did you mean 'folder'? (known: background, classes, fold, folder, ignored_values, images, label_grid, labels, layout, overlaps, regions, split, task)"
        ),
        Mistake(
            "training:\n  batchsize: 3\n",
            "run.yaml:2:3: training: unknown key 'batchsize'; did you mean 'batch_size'? "
                + "(known: accumulate, augmentation, batch_size, deterministic, memory_format, planes, precision, save_minutes, seed, select_by, stages, step_graph, steps_per_epoch, watch, weight_average)"
        ),
        Mistake(
            "input:\n  fit: {resise: [64, 64]}",
            "run.yaml:2:9: input.fit: unknown key 'resise'; did you mean 'resize'? (known: by, crop, pad, resize)"),
        Mistake(
            "training:\n  stages:\n    - {\(stage), learningrate: 1}\n",
            "run.yaml:3:54: training.stages[0]: unknown key 'learningrate'; did you mean 'learning_rate'? (known: \(stageKeys))"),
        // Keys of which no trace is left where they are not given.
        Mistake(
            "input:\n  spacng: [1, 1]\n",
            "run.yaml:2:3: input: unknown key 'spacng'; did you mean 'spacing'? (known: crop, fit, normalization, plane, resampling, spacing)"
        ),
        Mistake(
            "input: {fit: {crop: [64, 64], foregound: 0.5}}",
            "run.yaml:1:31: input.fit: unknown key 'foregound'; did you mean 'foreground'? (known: about, crop, foreground, frame, pad, resize)"
        ),
        Mistake(
            "input: {fit: {pad: [64, 64], by: bilinear}}",
            "run.yaml:1:30: input.fit: unknown key 'by' (known: crop, pad, resize)"),
        Mistake(
            "data:\n  split: {random: {seed: 1, tests: 0.2}}\n",
            "run.yaml:2:29: data.split.random: unknown key 'tests'; did you mean 'test'? (known: seed, test, validation)"),
        Mistake(
            "input: {normalization: {window: [0, 1], cut: 1}}",
            "run.yaml:1:41: input.normalization: unknown key 'cut' (known: clip, percentiles, range, window, z_score)"),
        Mistake(
            "training:\n  stages:\n    - {name: a, objectiv: cross_entropy, epochs: 1}\n",
            "run.yaml:3:7: training.stages[0].objective: this key is needed; is 'objectiv' meant for it?"),
        Mistake(
            "training:\n  stages:\n    - name: a\n      epochs: 3\n",
            "run.yaml:3:7: training.stages[0].objective: this key is needed"),
        Mistake(
            "training: {stages: {4: {epochs: 1}}}",
            "run.yaml:1:21: training.stages: there is no element '4'; there are 2, counted from 0"),
        Mistake(
            "preset: fast",
            "run.yaml:1:9: preset: there is no preset 'fast'; known: quick, paper-ct, paper-instruments, volumes, planes"),
        Mistake("preset: [quick]", "run.yaml:1:9: preset: expected a name"),
    ]

    /// Values of another kind.
    static let kinds = [
        Mistake("training: 5", "run.yaml:1:11: training: expected keys and values, found '5'"),
        Mistake("training: [5]", "run.yaml:1:11: training: expected keys and values, found a list"),
        Mistake("training:", "run.yaml:1:10: training: expected keys and values, found nothing"),
        Mistake("training: {stages: {}}", "run.yaml:1:20: training.stages: expected a list, found keys and values"),
        Mistake("data:\n  classes: 3\n", "run.yaml:2:12: data.classes: expected a list, found '3'"),
        Mistake("data: {folder: [x]}", "run.yaml:1:16: data.folder: expected a single value, found a list"),
        Mistake("training:\n  batch_size: many\n", "run.yaml:2:15: training.batch_size: expected a whole number, found 'many'"),
        Mistake("training:\n  batch_size: 1.5\n", "run.yaml:2:15: training.batch_size: expected a whole number, found '1.5'"),
        Mistake("training: {batch_size: }", "run.yaml:1:24: training.batch_size: expected a whole number, found nothing"),
        Mistake("training: {seed: -1}", "run.yaml:1:18: training.seed: expected a whole number from 0, found '-1'"),
        Mistake("network: {dropout: [0, 0, 0, 0, half]}", "run.yaml:1:33: network.dropout[4]: expected a number, found 'half'"),
        Mistake(
            "network: {architecture: unett}",
            "run.yaml:1:25: network.architecture: expected one of coplenet, unet, plain_conv_unet, residual_encoder_unet, found 'unett'"
        ),
        Mistake(
            "network: {normalization: layer}",
            "run.yaml:1:26: network.normalization: expected one of group, batch, instance, found 'layer'"
        ),
        Mistake(
            "network: {execution: fast}", "run.yaml:1:22: network.execution: expected one of fused, composed, found 'fast'"
        ),
        Mistake(
            "input: {plane: w}",
            "run.yaml:1:16: input.plane: expected one of axial, coronal, sagittal, file, file-x, file-y, found 'w'"),
        Mistake(
            "input: {fit: {resize: [8, 8], by: cubic}}",
            "run.yaml:1:35: input.fit.by: expected one of bilinear, bicubic, found 'cubic'"),
        Mistake("training: {planes: some}", "run.yaml:1:20: training.planes: expected one of all, foreground_only, found 'some'"),
        Mistake("training: {select_by: iou}", "run.yaml:1:23: training.select_by: expected one of \(metrics), found 'iou'"),
        Mistake(
            "training: {stages: [{\(stage), optimizer: adam}]}",
            "run.yaml:1:79: training.stages[0].optimizer: expected one of adamw, sgd, found 'adam'"),
        Mistake(
            "training: {stages: [{\(stage), schedule: step}]}",
            "run.yaml:1:78: training.stages[0].schedule: expected one of poly, cosine, constant, found 'step'"),
        Mistake(
            "input: {normalization: z-score}",
            "run.yaml:1:24: input.normalization: expected z_score, {z_score: nonzero}, imagenet, none, one of window, percentiles, range with [low, high], or clip with [low, high], mean and deviation; or a list of them, one for each channel, found 'z-score'"
        ),
        Mistake(
            "input: {normalization: {window: [1]}}",
            "run.yaml:1:24: input.normalization: expected z_score, {z_score: nonzero}, imagenet, none, one of window, percentiles, range with [low, high], or clip with [low, high], mean and deviation; or a list of them, one for each channel, found keys and values"
        ),
        Mistake(
            "input: {fit: {resize: [0, 8]}}",
            "run.yaml:1:14: input.fit: expected resize, pad or crop with [rows, columns] of 1 or more, or for networks of 3 dimensions [planes, rows, columns], found keys and values"
        ),
    ]

    /// Values of the right kind that cannot be meant.
    static let values = [
        Mistake("training: {batch_size: 0}", "run.yaml:1:24: training.batch_size: expected 1 to 1000000, found 0"),
        Mistake("training: {stages: []}", "run.yaml:1:20: training.stages: expected at least one stage"),
        Mistake(
            "training: {stages: {0: {epochs: 0}}}", "run.yaml:1:33: training.stages[0].epochs: expected 1 to 1000000, found 0"),
        Mistake(
            "training: {stages: [{\(stage), learning_rate: 0}]}",
            "run.yaml:1:83: training.stages[0].learning_rate: expected a number above 0, found 0.0"),
        Mistake(
            "training: {stages: [{\(stage), learning_rate: .inf}]}",
            "run.yaml:1:83: training.stages[0].learning_rate: expected a number above 0, found inf"),
        Mistake(
            "training: {stages: [{\(stage), weight_decay: -1}]}",
            "run.yaml:1:82: training.stages[0].weight_decay: expected 0 or more, found -1.0"),
        Mistake(
            "training: {stages: [{\(stage), momentum: 0.9}]}",
            "run.yaml:1:78: training.stages[0].momentum: expected no momentum with adamw, which has moments of its own, found 0.9; write optimizer: sgd, or leave it out"
        ),
        Mistake(
            "training: {stages: [{\(stage), optimizer: sgd, momentum: 1}]}",
            "run.yaml:1:94: training.stages[0].momentum: expected 0 or more and less than 1, found 1.0"),
        Mistake(
            "training: {steps_per_epoch: 0}", "run.yaml:1:29: training.steps_per_epoch: expected 1 to 1000000, found 0"),
        Mistake(
            "training: {augmentation: {noise: -1}}",
            "run.yaml:1:26: training.augmentation: augmentation noise: -1.0; expected a finite number from 0"),
        Mistake(
            "data: {classes: [{name: a, values: [0]}]}",
            "run.yaml:1:17: data.classes: expected two classes or more, of which one may be the background, found 1"),
        Mistake(
            "data:\n  classes:\n    - {name: a, values: [0]}\n    - {name: b, values: [1, 0]}\n",
            "run.yaml:4:7: data.classes[1]: label value 0 stands for 'b' and for 'a'"),
        Mistake("data: {classes: {1: {values: []}}}", "run.yaml:1:21: data.classes[1]: class 'foreground' has no values"),
        Mistake("data: {classes: {1: {name: background}}}", "run.yaml:1:17: data.classes: two classes have the same name"),
        Mistake(
            "data: {classes: {1: {values: [4294967296]}}}",
            "run.yaml:1:21: data.classes[1]: label value 4294967296 does not fit into 32 bits"),
        Mistake(
            "data:\n  ignored_values: [7, 1]\n", "run.yaml:2:19: data.ignored_values: label value 1 is both ignored and a class"),
        Mistake(
            "input:\n  normalization: {window: [10, -10]}\n",
            "run.yaml:2:18: input.normalization: expected low below high, found low 10.0, high -10.0"),
        Mistake(
            "input:\n  normalization: {percentiles: [0, 101]}\n",
            "run.yaml:2:18: input.normalization: expected 0 to 100, low below high, found percentiles 0.0 and 101.0"),
        Mistake(
            "input: {fit: {pad: [99999, 8]}}",
            "run.yaml:1:14: input.fit: expected 65536 of each at most, found 99999×8 (rows × columns)"),
        Mistake(
            "network: {dropout: [0, 0, 0, 0, 1]}",
            "run.yaml:1:20: network.dropout: expected 5 probabilities in [0, 1), one for each of the features, found [0.0, 0.0, 0.0, 0.0, 1.0]"
        ),
        Mistake(
            "network: {features: [8, 16, 32, 64, 100]}",
            "run.yaml:1:21: network.features: expected 2 to 8 positive multiples of 8, found [8, 16, 32, 64, 100]"),
        Mistake(
            "network: {features: [8, 16, 32, 64, 120]}",
            "run.yaml:1:21: network.features: expected each twice the one before for coplenet, found [8, 16, 32, 64, 120]"),
        Mistake(
            "network: {architecture: unet, deep_supervision: true}",
            "run.yaml:1:49: network.deep_supervision: expected plain_conv_unet or residual_encoder_unet (network.architecture), as unet has none, found true"
        ),
        Mistake(
            "network: {architecture: plain_conv_unet, blocks: [2, 2]}",
            "run.yaml:1:50: network.blocks: expected a list of 5 whole numbers from 1 to 32, one for each of the features, found [2, 2]"
        ),
        Mistake(
            """
            input: {fit: {pad: [16, 16]}}
            network: {architecture: plain_conv_unet, normalization: instance, features: [8, 16, 32, 64, 128]}
            """,
            "run.yaml:2:77: network.features: expected fewer levels, or network.strides of 1, as 16×16 (rows × columns) of input.fit leave the last level one pixel, of which InstanceNorm makes 0; found 5 levels"
        ),
    ]

    /// What the losses' own room says of an objective.
    private static func problem(of objective: String) -> String {
        messageThrown { try LossExpression(objective).check() } ?? "no error"
    }

    /// Objectives, with the column in the expression too.
    static let objectives = [
        Mistake(
            "training:\n  stages:\n    - name: a\n      objective: marginn(tau=1)\n      epochs: 3\n",
            "run.yaml:4:18: training.stages[0].objective: \(problem(of: "marginn(tau=1)"))"),
        Mistake(
            "training: {stages: {1: {objective: cross_entropy + margin(rho=1)}}}",
            "run.yaml:1:36: training.stages[1].objective: \(problem(of: "cross_entropy + margin(rho=1)"))"),
        Mistake(
            "training: {stages: {1: {objective: margin(tau=ten)}}}",
            "run.yaml:1:36: training.stages[1].objective: objective 'margin(tau=ten)', column 12: expected a number for tau"),
        Mistake(
            "training: {stages: {1: {objective: margin(tau=-1)}}}",
            "run.yaml:1:36: training.stages[1].objective: objective 'margin(tau=-1)': tau = -1.0: expected a finite number above 0"
        ),
        Mistake(
            "training: {stages: {1: {objective: 'cross_entropy(weights=[1])'}}}",
            "run.yaml:1:36: training.stages[1].objective: objective 'cross_entropy(weights=[1])', column 15: expected 2 numbers, one for each class, found 1"
        ),
        Mistake(
            "training: {stages: {1: {objective: ''}}}",
            "run.yaml:1:36: training.stages[1].objective: objective '', column 1: expected the name of a loss, found the end"),
    ]

    @Test(arguments: noYAML + keys + kinds + values + objectives)
    func saysWhereAndWhat(_ row: Mistake) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.yaml")
            try Data(row.yaml.utf8).write(to: file)
            let message = messageThrown { _ = try ConfigurationReader(file: file).configuration() }
            #expect(message?.replacingOccurrences(of: file.path, with: "run.yaml") == row.message)
        }
    }

    /// Arguments stand for their own place.
    static let arguments = [
        Mistake("training.batch_size", "expected key=value, such as training.batch_size=4"),
        Mistake("=3", "expected key=value, such as training.batch_size=4"),
        Mistake("training.batch_size=", "training.batch_size: expected a whole number, found nothing"),
        Mistake("training..seed=3", "expected key=value, such as training.batch_size=4"),
        Mistake("training.seed=[", "no valid YAML: did not find expected node content"),
        Mistake("data.images=[a.png, 'b.png]", "no valid YAML: found unexpected end of stream"),
        Mistake("training.seed=*", "training.seed: expected a whole number from 0, found '*'"),
        Mistake("preset=paper-ct", "name a preset with --preset, or in the file"),
        Mistake("training=3", "training: expected keys and values, found '3'"),
        Mistake("training.seed=x", "training.seed: expected a whole number from 0, found 'x'"),
        Mistake("training.seed.x=3", "training.seed: expected a single value, found keys and values"),
        Mistake("training.stages.2.epochs=3", "training.stages: there is no element '2'; there are 2, counted from 0"),
        Mistake("training.stages.-1.epochs=3", "training.stages: there is no element '-1'; there are 2, counted from 0"),
        Mistake(
            "training.stages.0.epocs=3", "training.stages[0]: unknown key 'epocs'; did you mean 'epochs'? (known: \(stageKeys))"),
        Mistake("training.stages.0.epochs=0", "training.stages[0].epochs: expected 1 to 1000000, found 0"),
        Mistake(
            "trainin.seed=3",
            "unknown key 'trainin'; did you mean 'training'? (known: data, inference, input, network, preset, training)"),
    ]

    @Test(arguments: arguments)
    func saysWhichArgument(_ row: Mistake) {
        let message = messageThrown {
            _ = try ConfigurationReader(file: nil, overrides: ["training.seed=4", row.yaml]).configuration()
        }
        #expect(message == "--set \(row.yaml): \(row.message)")
    }

    @Test func theArgumentIsBlamedNotTheFileBelowIt() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.yaml")
            try Data("training: {batch_size: 4}".utf8).write(to: file)
            let message = messageThrown {
                _ = try ConfigurationReader(file: file, overrides: ["training.batch_size=0"]).configuration()
            }
            #expect(message == "--set training.batch_size=0: training.batch_size: expected 1 to 1000000, found 0")
        }
    }

    @Test func anUnknownPresetOfTheCommandLine() {
        let message = messageThrown { _ = try ConfigurationReader(file: nil, preset: "fast") }
        #expect(
            message
                == "--preset fast: preset: there is no preset 'fast'; known: quick, paper-ct, paper-instruments, volumes, planes")
    }

    @Test func aFileThatIsNoText() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.yaml")
            try Data([0xff, 0xfe, 0x00]).write(to: file)
            #expect(messageThrown { _ = try ConfigurationReader(file: file) } == "\(file.path): the file is no UTF-8 text")
        }
    }
}
