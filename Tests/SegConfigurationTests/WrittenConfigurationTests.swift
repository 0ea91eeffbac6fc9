import Foundation
import TestSupport
import Testing

@testable import SegConfiguration

/// `configuration.yaml`: numbers as people write them, and the same values when it is read.
@Suite struct WrittenConfigurationTests {
    static let numbers: [(value: Double, text: String)] = [
        (10, "10"), (0, "0"), (1, "1"), (0.001, "0.001"), (0.0005, "0.0005"), (1e-4, "0.0001"), (1e-5, "1e-05"), (0.33, "0.33"),
        (2.5, "2.5"), (1000000, "1000000"), (0.1 + 0.2, "0.30000000000000004"), (1.0 / 3, "0.3333333333333333"),
    ]

    @Test(arguments: numbers)
    func aNumberIsWrittenAsAPersonDoes(_ row: (value: Double, text: String)) throws {
        var configuration = try ConfigurationReader(file: nil).configuration()
        configuration.training.saveMinutes = row.value
        let lines = try configuration.yaml.split(separator: "\n")
        #expect(lines.contains("  save_minutes: \(row.text)"), "\(lines)")
    }

    static let overrides = [
        [], ["input.normalization={window: [-1400, 0.1]}"], ["input.normalization={range: [0.1, 255]}"],
        ["input.normalization={percentiles: [0.1, 99.9]}", "input.spacing=[0.3, 0.7]", "input.crop=[1, 2, 3, 4]"],
        ["training.stages.0.learning_rate=0.30000000000000004", "network.dropout=[0, 0.1, 1e-7, 0.3333333333333333, 0]"],
        [
            "training.augmentation.warp={rotation: {probability: 0.2, degrees: 30}, scale: {probability: 0.2, factor: [0.7, 1.4]}}",
            "training.augmentation.gamma=[{probability: 0.1, exponent: [0.7, 1.5], inverted: true}]",
            "training.augmentation.noise={probability: 0.1, variance: [0, 0.1]}", "training.steps_per_epoch=250",
            "input.fit={crop: [8, 8], foreground: 0.33, about: class}", "training.stages.0.optimizer=sgd",
            "training.stages.0.momentum=0.99",
        ],
        ["data.split={random: {seed: 18446744073709551615, test: 0.1}}", "data.labels=[*_a.png, 'null', '1', yes]"],
        ["data.classes=[{name: 'no', values: [0]}, {name: '1: a', values: [-3, 7]}]", "data.overlaps=[30, 20]"],
    ]

    /// Presets of planes and five levels take every override.
    static let rows: [(preset: String, overrides: [String])] =
        ["quick", "paper-ct", "paper-instruments"].flatMap { preset in overrides.map { (preset, $0) } }
        + Preset.all.map { ($0.name, []) }

    @Test(arguments: rows)
    func readingItGivesTheSame(_ preset: String, _ overrides: [String]) throws {
        let configuration = try ConfigurationReader(file: nil, preset: preset, overrides: overrides).configuration()
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "configuration.yaml")
            try Data(configuration.yaml.utf8).write(to: file)
            #expect(try ConfigurationReader(file: file).configuration() == configuration)
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(!text.contains(/e\+/), "\(text)")
        }
    }
}
