import Foundation
import TestSupport
import Testing
import Torch

@Suite struct LossCommandTests {
    private struct Report: Decodable {
        struct Offsets: Decodable {
            let rho_0k: [Double]
            let rho_k0: [Double]
        }

        let objective: String
        let loss: Double
        let pixels: Int
        let ignored: Int
        let counts: [Int]
        let margin_offsets: [Offsets]
    }

    private static let vectors = TestFolders.golden.appending(path: "losses.safetensors")

    private func arguments(_ expression: String, logits: String = "loss1.logits", labels: String = "loss1.labels") -> [String] {
        [
            "loss", "eval", expression, "--logits", Self.vectors.path, "--logits-name", logits, "--labels", Self.vectors.path,
            "--labels-name", labels,
        ]
    }

    private func report(_ command: Command) throws -> Report {
        #expect(command.status == 0 && command.errors.isEmpty, "\(command.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(command.output.utf8))
    }

    // MARK: eval

    /// The names of the reference vectors, and the objectives that they are of.
    @Test(arguments: [
        ("mc_paper", "margin(tau=10, nu=1)", "labels"), ("mc_authors", "margin(form=authors)", "labels"),
        ("cross_entropy", "cross_entropy", "labels"), ("lovasz_softmax_batch", "lovasz", "labels"),
        ("lovasz_softmax_per_image", "lovasz(per_image=true)", "labels"),
        ("generalized_dice", "dice(form=generalized)", "labels_without_ignore"),
        ("tversky_a0.3_b0.7_s1", "tversky(fp=0.3, fn=0.7)", "labels_without_ignore"),
        ("focal_gamma2_lin2017", "focal", "labels_without_ignore"),
    ])
    func evaluatesTheReferenceVectors(name: String, expression: String, labels: String) throws {
        struct File: Decodable {
            struct Case: Decodable { let name: String, losses: [String: Double] }
            let cases: [Case]
        }
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: TestFolders.golden.appending(path: "losses.json")))
        let expected = try #require(file.cases.first { $0.name == "loss1" }?.losses[name])
        try withTemporaryFolder { folder in
            let gradient = folder.appending(path: "gradient.safetensors")
            let command = try Command.run(
                arguments(expression, labels: "loss1.\(labels)") + ["--ignore", "255", "--json", "--gradient", gradient.path])
            let found = try report(command)
            #expect(abs(found.loss - expected) < 1e-5 * expected)
            #expect(found.objective == expression)
            let written = try Safetensors(contentsOf: gradient)
            #expect(written.metadata == ["objective": expression])
            let reference = try Safetensors(contentsOf: Self.vectors).tensors["loss1.\(name).grad"]
            let (ours, theirs) = try (#require(written.tensors["gradient"]), #require(reference))
            #expect(ours.shape == theirs.shape && ours.dtype == .float32)
            let difference = try (ours - theirs.to(.float32)).abs().max().item()
            #expect(difference < 1e-5)
        }
    }

    @Test func countsAreThoseOfTheLabelsUnlessGiven() throws {
        let own = try report(Command.run(arguments("margin") + ["--ignore", "255", "--json"]))
        #expect(own.counts == [234, 58, 39, 27, 30] && own.pixels == 388 && own.ignored == 54)
        let given = try report(Command.run(arguments("margin") + ["--ignore", "255", "--json", "--counts", "9,8,7,6,5"]))
        #expect(given.counts == [9, 8, 7, 6, 5])
        #expect(given.margin_offsets.count == 1 && given.margin_offsets[0].rho_0k.count == 5)
        #expect(given.loss != own.loss)
    }

    @Test func textForPeople() throws {
        let command = try Command.run(arguments("margin+dice") + ["--ignore", "255"])
        #expect(command.status == 0)
        let headings = command.output.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(headings == ["loss", "pixels", "counts", "rho_0k", "rho_k0"])
        #expect(command.output.contains("\npixels  388, and 54 ignored\n"))
    }

    @Test func aFileWithOneTensorNeedsNoName() throws {
        try withTemporaryFolder { folder in
            let (logits, labels) = (folder.appending(path: "a.safetensors"), folder.appending(path: "b.safetensors"))
            try Safetensors(tensors: ["x": .zeros([1, 2, 3, 4, 5])]).write(to: logits)
            try Safetensors(tensors: ["y": .zeros([1, 3, 4, 5], dtype: .uint8)]).write(to: labels)
            let command = try Command.run(
                ["loss", "eval", "cross_entropy", "--logits", "a.safetensors", "--labels", "b.safetensors", "--json"], in: folder)
            let found = try report(command)
            #expect(abs(found.loss - log(2)) < 1e-6)
        }
    }

    @Test(arguments: [
        (
            "dice", "loss1.logit", "loss1.labels", [],
            "VECTORS has no tensor 'loss1.logit'; did you mean 'loss1.logits'? (loss0.cross"
        ),
        (
            "dice", "loss1.logits", "loss1.labels", [],
            "54 labels lie outside the classes 0 to 4, first 255 at [0, 0, 9]; map or ignore them"
        ),
        (
            "dice", "loss1.logits", "loss0.labels", [],
            "logits of shape [2, 5, 13, 17] and labels of shape [2, 16, 20] do not fit: expected [B, C, …] and [B, …]"
        ),
        (
            "dice", "loss1.logits", "loss1.labels", ["--ignore", "255", "--counts", "1,2"],
            "the counts are for 2 classes, the logits have 5"
        ),
        (
            "margin", "loss1.logits", "loss1.labels", ["--ignore", "255", "--counts", "1,2,0,1,1"],
            "class number 2 (counted from 0) has no pixel: its margin-offset would be infinite; exclude the class or give its offsets by hand"
        ),
        (
            "dice(", "loss1.logits", "loss1.labels", [],
            "objective 'dice(', column 6: expected the name of a parameter, found the end"
        ),
        (
            "dise", "loss1.logits", "loss1.labels", [],
            "objective 'dise', column 1: there is no loss 'dise'; did you mean 'dice'? known: "
        ),
    ])
    func mistakes(expression: String, logits: String, labels: String, more: [String], says: String) throws {
        let command = try Command.run(arguments(expression, logits: logits, labels: labels) + more)
        #expect(command.status == 1)
        #expect(command.output.isEmpty)
        #expect(command.errorLines.count == 1)
        #expect(
            command.errors.hasPrefix("Error: " + says.replacingOccurrences(of: "VECTORS", with: Self.vectors.path)),
            "\(command.errors)")
    }

    @Test func ambiguousFiles() throws {
        let command = try Command.run(["loss", "eval", "dice", "--logits", Self.vectors.path, "--labels", Self.vectors.path])
        #expect(command.status == 1)
        #expect(
            command.errors.hasPrefix(
                "Error: \(Self.vectors.path) holds 75 tensors; name one with --logits-name (loss0.cross_entropy.grad, "))
        #expect(command.errors.hasSuffix(" and 67 more)\n"))
    }

    // MARK: list and explain

    @Test func listShowsEveryLoss() throws {
        let list = try Command.run(["loss", "list"])
        #expect(list.status == 0)
        let blocks = list.output.components(separatedBy: "\n\n")
        let names = blocks.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "margin", "cross_entropy", "logit_adjusted", "focal", "dice", "tversky", "jaccard", "lovasz", "nr_dice", "ldam",
            ])
        for (name, block) in zip(names, blocks) {
            for heading in ["formula", "parameters", "reduction", "source"] {
                #expect(block.contains("\n  \(heading) "), "\(name)")
            }
        }
    }

    @Test func explainShowsTheValuesThatHold() throws {
        let explained = try Command.run(["loss", "explain", "tversky(fp=1)+0.5*lovasz(per_image=true)"])
        #expect(
            explained.output == """
                tversky: Dice with false positives and false negatives weighed apart, to the power gamma
                  formula     (1 - TI)^gamma,  TI = (TP + smooth) / (TP + fp FP + fn FN + smooth)
                              TP = sum of p y, FP = sum of p (1 - y), FN = sum of (1 - p) y;  p = softmax(s), y the one-hot label
                  parameters  fp = 1                weight of false positives, 0 or more
                              fn = 0.7 (default)    weight of false negatives, 0 or more
                              smooth = 1 (default)  added above and below, 0 or more
                              gamma = 1 (default)   power, above 0; 0.75 is the focal Tversky loss with Abraham and Khan's 4/3
                  reduction   sums over the pixels not ignored of an image; mean over images and classes, with background
                  source      Salehi et al. 2017: Tversky loss function; Abraham and Khan 2019: focal Tversky, whose power is written 1/gamma

                0.5 * lovasz: Lovász-softmax, the convex extension of the Jaccard loss at the errors of the softmax
                  formula     sum over i of m_i (J_i - J_(i-1)), m = |y - p| of a class in falling order;  p = softmax(s), y the one-hot label
                              J_i is one minus the intersection over union where the first i pixels are wrong
                  parameters  per_image = true  true or false: each image a set of its own (the authors of the margin calibration), or the batch
                  reduction   the pixels not ignored of a set; mean over the classes present in its labels, then over the sets
                  source      Berman et al. 2018: The Lovász-Softmax loss

                """)
        let wrong = try Command.run(["loss", "explain", "margin + "])
        #expect(
            (wrong.status, wrong.errors) == (
                1, "Error: objective 'margin + ', column 10: expected the name of a loss, found the end\n"
            ))
    }
}
