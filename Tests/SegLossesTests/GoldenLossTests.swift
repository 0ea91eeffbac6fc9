import Foundation
import MarginCalibration
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

/// Values and gradients against the reference vectors: values 1e-5 relative, gradients 1e-5 absolute, in float32.
struct GoldenLossTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let ignore: Int
        let tau: Double
        let nu: Double
        let class_counts: [Int]
        let losses: [String: Double]
        var testDescription: String { name }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let reference: String
        /// The authors' implementations of some losses know no ignore label.
        var labels = "labels"
        let make: @Sendable (Case, MarginOffsets) -> any SegmentationLoss
        var testDescription: String { reference }
    }

    static let cases: [Case] = {
        struct File: Decodable { let cases: [Case] }
        guard let data = try? Data(contentsOf: TestFolders.golden.appending(path: "losses.json")),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [] }
        return file.cases
    }()

    static let rows = [
        Row(reference: "mc_paper") { MarginCalibrationLoss(form: .paper, offsets: $1, ignoreLabel: $0.ignore) },
        Row(reference: "mc_authors") { MarginCalibrationLoss(form: .authors, offsets: $1, ignoreLabel: $0.ignore) },
        Row(reference: "cross_entropy") { loss, _ in CrossEntropyLoss(ignoreLabel: loss.ignore) },
        Row(reference: "lovasz_softmax_batch") { loss, _ in LovaszSoftmaxLoss(ignoreLabel: loss.ignore) },
        Row(reference: "lovasz_softmax_per_image") { loss, _ in LovaszSoftmaxLoss(perImage: true, ignoreLabel: loss.ignore) },
        Row(reference: "generalized_dice", labels: "labels_without_ignore") { _, _ in DiceLoss(form: .generalized) },
        Row(reference: "tversky_a0.3_b0.7_s1", labels: "labels_without_ignore") { _, _ in TverskyLoss(fp: 0.3, fn: 0.7) },
        Row(reference: "focal_gamma0_detached_weight", labels: "labels_without_ignore") { _, _ in
            FocalLoss(gamma: 0, detached: true)
        },
        Row(reference: "focal_gamma2_detached_weight", labels: "labels_without_ignore") { _, _ in
            FocalLoss(gamma: 2, detached: true)
        },
        Row(reference: "focal_gamma2_lin2017", labels: "labels_without_ignore") { _, _ in FocalLoss(gamma: 2) },
    ]

    @Test func everyVectorHasARow() {
        #expect(!Self.cases.isEmpty)
        for reference in Self.cases {
            #expect(Set(reference.losses.keys) == Set(Self.rows.map(\.reference)), "\(reference.name)")
        }
    }

    @Test(arguments: cases, rows)
    func valueAndGradient(_ reference: Case, _ row: Row) throws {
        let golden = try Safetensors(contentsOf: TestFolders.golden.appending(path: "losses.safetensors")).tensors
        let rho0k: [Double] = try #require(golden["\(reference.name).rho_0k"]).elements()
        let rhoK0: [Double] = try #require(golden["\(reference.name).rho_k0"]).elements()
        let labels = try #require(golden["\(reference.name).\(row.labels)"])
        let logits = try #require(golden["\(reference.name).logits"]).clone()
        try logits.setRequiresGradient()

        let loss = try row.make(reference, MarginOffsets(rho0k: rho0k, rhoK0: rhoK0))
        let value = try loss(logits: logits, labels: labels)
        try value.backward()

        let expected = try #require(reference.losses[row.reference])
        let found = try value.item()
        #expect(abs(found - expected) <= 1e-5 * abs(expected))
        let gradient = try #require(logits.gradient)
        let expectedGradient = try #require(golden["\(reference.name).\(row.reference).grad"])
        #expect(try gradient.largestDifference(to: expectedGradient) <= 1e-5)
    }
}
