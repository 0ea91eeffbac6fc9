import MarginCalibration
import TestSupport
import Testing
import Torch

@testable import SegLosses

struct LossCatalogueTests {
    private func context(_ counts: [Int]? = [900, 90, 10], ignoreLabel: Int? = nil) throws -> LossContext {
        LossContext(
            classNames: ["background", "lesion", "tool"], distribution: try counts.map { try LabelDistribution(counts: $0) },
            ignoreLabel: ignoreLabel)
    }

    private func message(_ text: String, _ context: LossContext) -> String? {
        messageThrown { _ = try LossExpression(text).makeLoss(context) }
    }

    @Test func namesAreUnique() {
        #expect(Set(LossCatalogue.entries.map(\.name)).count == LossCatalogue.entries.count)
        for entry in LossCatalogue.entries {
            #expect(Set(entry.parameters.map(\.name)).count == entry.parameters.count, "\(entry.name)")
        }
    }

    /// Each loss has defaults for all of its parameters and honours the ignore label.
    @Test(arguments: LossCatalogue.entries.map(\.name))
    func everyLossIsMadeByItsName(name: String) throws {
        let loss = try LossExpression(name).makeLoss(context(ignoreLabel: 255))
        let problem = LossProblem(shape: [2, 3, 4, 4], ignoreLabel: 255)
        let (value, gradient) = try loss.valueAndGradient(problem.logits(), problem.labels())
        #expect(value.isFinite)
        #expect(try gradient.abs().max().item() > 0)
        let ignored = try Tensor(problem.labelValues, shape: problem.labelShape).equal(255).unsqueezed(1)
        let ofIgnored = try gradient.maskedSelected(ignored.expanded(problem.shape))
        #expect(try ofIgnored.abs().max().item() == 0)
    }

    @Test func marginTakesItsOffsetsFromTheDistribution() throws {
        let problem = LossProblem(shape: [2, 3, 4, 4])
        let (logits, labels) = try (problem.logits(), problem.labels())
        let distribution = try LabelDistribution(counts: [900, 90, 10])
        let rows: [(String, MarginCalibrationLoss)] = [
            ("margin", MarginCalibrationLoss(offsets: try MarginOffsets(distribution))),
            ("margin(tau=10, nu=1, form=paper)", MarginCalibrationLoss(offsets: try MarginOffsets(distribution))),
            (
                "margin(tau=1, nu=10)",
                MarginCalibrationLoss(offsets: try MarginOffsets(distribution, scale: .absolute(tau: 1), nu: 10))
            ),
            ("margin(sum=4)", MarginCalibrationLoss(offsets: try MarginOffsets(distribution, scale: .sum(4)))),
            (
                "margin(tau=1, positive=3)",
                MarginCalibrationLoss(offsets: try MarginOffsets(distribution, scale: .absolute(tau: 1)), positiveWeight: 3)
            ),
            ("margin(sum=4, nu=20)", MarginCalibrationLoss(offsets: try MarginOffsets(distribution, scale: .sum(4), nu: 20))),
            ("margin(form=authors)", MarginCalibrationLoss(form: .authors, offsets: try MarginOffsets(distribution))),
        ]
        let context = try context()
        for (text, expected) in rows {
            let loss = try LossExpression(text).makeLoss(context)
            let made = try #require(loss as? MarginCalibrationLoss, "\(text)")
            #expect(made.form == expected.form && made.offsets == expected.offsets, "\(text)")
            #expect(try made.value(logits, labels) == expected.value(logits, labels), "\(text)")
        }
    }

    @Test func sumsAddUpTheirParts() throws {
        let problem = LossProblem(shape: [2, 3, 4, 4], ignoreLabel: 255)
        let (logits, labels, context) = try (problem.logits(), problem.labels(), context(ignoreLabel: 255))
        let margin = try LossExpression("margin(tau=1)").makeLoss(context).value(logits, labels)
        let entropy = try LossExpression("cross_entropy(weights=[1, 2, 3])").makeLoss(context).value(logits, labels)
        let sum = try LossExpression("margin(tau=1) + 0.5*cross_entropy(weights=[1, 2, 3])").makeLoss(context)
        #expect(try abs(sum.value(logits, labels) - (margin + 0.5 * entropy)) < 1e-12)
        let twice = try LossExpression("2*margin(tau=1)").makeLoss(context)
        #expect(try abs(twice.value(logits, labels) - 2 * margin) < 1e-12)
    }

    @Test func unknownLossesAreListed() throws {
        let known = LossCatalogue.entries.map(\.name).sorted().joined(separator: ", ")
        let expected = "objective 'margin + 2*dise', column 12: there is no loss 'dise'; did you mean 'dice'? known: \(known)"
        #expect(try message("margin + 2*dise", context()) == expected)
        #expect(messageThrown { try LossExpression("margin + 2*dise").check() } == expected)
    }

    @Test func checkingNeedsNoData() throws {
        try LossExpression("margin(tau=1) + cross_entropy").check()
        #expect(throws: LossExpressionError.self) { try LossExpression("margin(tao=1)").check() }
    }

    @Test(arguments: [
        (
            "margin(tao=1)", 8,
            "there is no parameter of margin 'tao'; did you mean 'tau'? "
                + "known: background, decay, exclude, form, nu, over, positive, ramp, rho_0k, rho_k0, sum, tau, temperature"
        ),
        ("cross_entropy(tau=1)", 15, "there is no parameter of cross_entropy 'tau'; known: beta, weights"),
        ("margin(tau=ten)", 12, "expected a number for tau"),
        ("margin(tau=nan)", 12, "expected a number for tau"),
        ("margin(nu=[1])", 11, "expected a number for nu"),
        ("margin(form=printed)", 13, "expected paper or authors or bound for form"),
        ("margin(form=1)", 13, "expected paper or authors or bound for form"),
        ("margin(tau=1, sum=4)", 15, "tau and sum exclude each other; give one"),
        ("margin(sum=4, tau=1)", 8, "tau and sum exclude each other; give one"),
        ("cross_entropy(weights=1)", 23, "expected inverse, effective or a list such as [1, 2] for weights"),
        ("cross_entropy(weights=[1, 2])", 15, "expected 3 numbers, one for each class, found 2"),
    ])
    func argumentsAreChecked(text: String, column: Int, problem: String) throws {
        #expect(try message(text, context()) == "objective '\(text)', column \(column): \(problem)")
    }

    @Test func marginNeedsCounts() throws {
        let context = try context(nil)
        #expect(
            message("cross_entropy + margin", context)
                == "objective 'cross_entropy + margin', column 17: margin needs the class counts of the training labels")
        #expect(message("cross_entropy", context) == nil)
    }

    @Test func offsetsThatDoNotExistAreExplained() throws {
        #expect(try message("margin(tau=0)", context()) == "tau = 0.0: expected a finite number above 0")
        let absent = try #require(message("margin", context([900, 100, 0])))
        #expect(absent.hasPrefix("class 'tool' has no pixel"))
        let small = try #require(message("margin(nu=0.001)", context()))
        #expect(small.hasPrefix("nu = 0.001 is too small for class 'background'"))
    }
}
