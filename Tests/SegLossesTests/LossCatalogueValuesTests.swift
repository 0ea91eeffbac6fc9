import MarginCalibration
import TestSupport
import Testing

@testable import SegLosses

/// What expressions make of each parameter, and what they refuse.
struct LossCatalogueValuesTests {
    private func make(_ text: String, counts: [Int]? = [900, 90, 10]) throws -> any SegmentationLoss {
        try LossExpression(text).makeLoss(
            LossContext(classCount: 3, distribution: try counts.map { try LabelDistribution(counts: $0) }, ignoreLabel: 7))
    }

    @Test(arguments: [
        ("dice", "DiceLoss(form: SegLosses.DiceLoss.Form.soft, background: true, ignoreLabel: Optional(7))"),
        ("dice(background=false)", "DiceLoss(form: SegLosses.DiceLoss.Form.soft, background: false, ignoreLabel: Optional(7))"),
        (
            "dice(form=generalized_safe)",
            "DiceLoss(form: SegLosses.DiceLoss.Form.generalizedSafe, background: true, ignoreLabel: Optional(7))"
        ),
        ("tversky", "TverskyLoss(fp: 0.3, fn: 0.7, smooth: 1.0, gamma: 1.0, ignoreLabel: Optional(7))"),
        (
            "tversky(fp=1,fn=0,smooth=0,gamma=2)",
            "TverskyLoss(fp: 1.0, fn: 0.0, smooth: 0.0, gamma: 2.0, ignoreLabel: Optional(7))"
        ),
        ("focal", "FocalLoss(gamma: 2.0, detached: false, ignoreLabel: Optional(7))"),
        ("focal(gamma=0, detached=true)", "FocalLoss(gamma: 0.0, detached: true, ignoreLabel: Optional(7))"),
        ("lovasz", "LovaszSoftmaxLoss(perImage: false, ignoreLabel: Optional(7))"),
        ("lovasz(per_image=true)", "LovaszSoftmaxLoss(perImage: true, ignoreLabel: Optional(7))"),
        ("jaccard", "JaccardLoss(perImage: false, ignoreLabel: Optional(7))"),
        ("jaccard()", "JaccardLoss(perImage: false, ignoreLabel: Optional(7))"),
        ("jaccard(per_image=true)", "JaccardLoss(perImage: true, ignoreLabel: Optional(7))"),
        ("cross_entropy", "CrossEntropyLoss(weights: nil, ignoreLabel: Optional(7))"),
        (
            "cross_entropy(weights=effective, beta=0)",
            "CrossEntropyLoss(weights: Optional([1.0, 1.0, 1.0]), ignoreLabel: Optional(7))"
        ),
        ("logit_adjusted(tau=0)", "LogitAdjustedLoss(adjustments: [-0.0, -0.0, -0.0], ignoreLabel: Optional(7))"),
        ("nr_dice", "NRDiceLoss(gamma: 1.5, ignoreLabel: Optional(7))"),
        ("ldam(max=1, scale=2)", "LDAMLoss(margins: [0.3247, 0.5774, 1.0], scale: 2.0, ignoreLabel: Optional(7))"),
    ])
    func parametersReachTheLoss(text: String, expected: String) throws {
        var found = "\(try make(text))"
        if let ldam = try make(text) as? LDAMLoss {
            found =
                "LDAMLoss(margins: \(ldam.margins.map { ($0 * 1e4).rounded() / 1e4 }), scale: \(ldam.scale), ignoreLabel: Optional(7))"
        }
        #expect(found == expected)
    }

    @Test func boundsAreMade() throws {
        let offsets = try MarginOffsets(LabelDistribution(counts: [900, 90, 10]), scale: .sum(2))
        let image = try #require(try make("margin(form=bound, sum=2)") as? MarginBoundLoss)
        #expect(image.offsets == offsets && image.marginOffsets == [offsets] && image.ramp == .smooth(temperature: 1))
        #expect(image.runningMeans.isEmpty)
        let hard = try #require(try make("margin(form=bound, ramp=hard)") as? MarginBoundLoss)
        #expect(hard.ramp == .hard)
        let data = try #require(try make("margin(form=bound, over=data, temperature=0.5)") as? MarginBoundLoss)
        #expect(data.ramp == .smooth(temperature: 0.5) && data.runningMeans.map(\.decay) == [0.95])
        // Each loss of a data set begins anew, also as one of a sum.
        let sum = try make("margin(form=bound, over=data, decay=0.5) + dice")
        #expect(sum.runningMeans.map(\.decay) == [0.5])
        #expect(try make("margin(form=bound, over=data, decay=0.5) + dice").runningMeans[0] !== sum.runningMeans[0])
    }

    @Test func offsetsByHandAndExclusions() throws {
        let distribution = try LabelDistribution(counts: [900, 90, 10])
        let rows: [(String, MarginOffsets)] = try [
            ("margin(rho_0k=[0, 1, 2.5], rho_k0=[3, 0, 1])", MarginOffsets(rho0k: [0, 1, 2.5], rhoK0: [3, 0, 1])),
            ("margin(background=exclude)", MarginOffsets(distribution, excluding: [0])),
            ("margin(background=include)", MarginOffsets(distribution)),
            ("margin(exclude=[2], tau=3)", MarginOffsets(distribution, scale: .absolute(tau: 3), excluding: [2])),
            ("margin(exclude=[2], background=exclude, sum=1)", MarginOffsets(distribution, scale: .sum(1), excluding: [0, 2])),
        ]
        for (text, expected) in rows {
            let offsets = try make(text).marginOffsets
            #expect(offsets == [expected], "\(text)")
        }
        // By hand, nothing needs to be counted.
        #expect(try make("margin(rho_0k=[0, 0, 0], rho_k0=[0, 0, 0])", counts: nil).marginOffsets.count == 1)
        // A class that is absent from the training labels can be left out.
        #expect(try make("margin(exclude=[2])", counts: [900, 100, 0]).marginOffsets[0].rho0k[2] == 0)
    }

    /// Column and problem, all of them found without data.
    @Test(arguments: [
        ("tversky(fp=-1)", 12, "expected a number of 0 or more for fp, found -1"),
        ("tversky(fp=0, fn=0)", 15, "fp and fn are both 0; give one of them a weight"),
        ("tversky(gamma=0)", 15, "expected a number above 0 for gamma, found 0"),
        ("tversky(smooth=some)", 16, "expected a number of 0 or more for smooth"),
        ("focal(gamma=-0.5)", 13, "expected a number of 0 or more for gamma, found -0.5"),
        ("focal(detached=1)", 16, "expected true or false for detached"),
        ("lovasz(per_image=yes)", 18, "expected true or false for per_image"),
        ("nr_dice(gamma=0.5)", 15, "expected a number of 1 or more for gamma, found 0.5"),
        ("ldam(scale=0)", 12, "expected a number above 0 for scale, found 0"),
        ("dice(form=hard)", 11, "expected soft or generalized or generalized_safe for form"),
        ("margin(exclude=[0.5])", 16, "expected the numbers of classes for exclude, found [0.5]"),
        ("margin(background=none)", 19, "expected include or exclude for background"),
        ("margin(rho_0k=[1, 2])", 8, "rho_0k and rho_k0 belong together; give both"),
        ("margin(rho_k0=[1, 2])", 8, "rho_0k and rho_k0 belong together; give both"),
        ("margin(rho_0k=[1, 2], rho_k0=[1, 2], tau=1)", 8, "tau and rho_0k exclude each other; give one"),
        ("margin(form=bound, positive=2)", 20, "positive belongs to form=paper or form=authors"),
        ("margin(temperature=2)", 8, "temperature belongs to form=bound"),
        ("margin(form=authors, over=image)", 22, "over belongs to form=bound"),
        ("margin(form=bound, decay=0.5)", 20, "decay belongs to over=data"),
        ("margin(form=bound, over=data, decay=1)", 37, "expected a number from 0 to below 1 for decay, found 1"),
        ("margin(form=bound, ramp=hard, temperature=1)", 31, "temperature belongs to ramp=smooth"),
        ("margin(form=bound, temperature=0)", 32, "expected a number above 0 for temperature, found 0"),
        ("margin(form=bound, over=batch)", 25, "expected image or data for over"),
        ("margin(sum=1, tau=1)", 8, "tau and sum exclude each other; give one"),
        ("cross_entropy(weights=[-1, 1])", 15, "expected weights of 0 or more, one of them above 0"),
        ("cross_entropy(weights=[0, 0])", 15, "expected weights of 0 or more, one of them above 0"),
        ("cross_entropy(weights=median)", 23, "expected inverse, effective or a list such as [1, 2] for weights"),
        ("cross_entropy(beta=0.9)", 15, "beta belongs to weights=effective"),
        ("cross_entropy(weights=inverse, beta=0.9)", 32, "beta belongs to weights=effective"),
        ("cross_entropy(weights=effective, beta=1)", 39, "expected a number from 0 to below 1 for beta, found 1"),
        ("logit_adjusted(tau=-1)", 20, "expected a number of 0 or more for tau, found -1"),
        ("tverski", 1, "there is no loss 'tverski'; did you mean 'tversky'? known: "),
        ("2*crossentropy", 3, "there is no loss 'crossentropy'; did you mean 'cross_entropy'? known: "),
        ("hinge", 1, "there is no loss 'hinge'; known: "),
        ("tversky(alpha=1)", 9, "there is no parameter of tversky 'alpha'; known: fn, fp, gamma, smooth"),
        ("focal(gama=1)", 7, "there is no parameter of focal 'gama'; did you mean 'gamma'? known: detached, gamma"),
        ("jaccard(smooth=1)", 9, "there is no parameter of jaccard 'smooth'; known: per_image"),
    ])
    func mistakesAreFoundWithoutData(text: String, column: Int, problem: String) throws {
        let message = try #require(messageThrown { try LossExpression(text).check() })
        let expected = "objective '\(text)', column \(column): \(problem)"
        #expect(problem.hasSuffix("known: ") ? message.hasPrefix(expected) : message == expected)
    }

    /// What only the data shows.
    @Test(arguments: [
        ("margin(rho_0k=[1, 2], rho_k0=[1, 2])", "column 8: expected 3 numbers, one for each class, found 2"),
        (
            "margin(rho_0k=[1, 2, -3], rho_k0=[1, 2, 1])",
            "rho_0k = -3.0 of class number 2 (counted from 0): expected a finite number of 0 or more"
        ),
        ("margin(exclude=[3])", "class number 3 (counted from 0) cannot be excluded or overridden: expected 0 to 2"),
        (
            "margin(exclude=[0, 1, 2])",
            "every class is excluded or overridden: leave one for the margin-offsets to be computed for"
        ),
        ("cross_entropy(weights=[1, 2])", "column 15: expected 3 numbers, one for each class, found 2"),
    ])
    func mistakesAreFoundWithData(text: String, problem: String) throws {
        let message = try #require(messageThrown { _ = try make(text) })
        #expect(message == problem || message == "objective '\(text)', \(problem)")
    }

    @Test(arguments: [
        "ldam", "margin", "logit_adjusted", "cross_entropy(weights=inverse)", "cross_entropy(weights=effective)",
    ])
    func countsAreNeeded(text: String) {
        let message = messageThrown { _ = try make(text, counts: nil) }
        let name = text.prefix { $0 != "(" }
        #expect(message == "objective '\(text)', column 1: \(name) needs the class counts of the training labels")
    }

    @Test(arguments: [
        ("logit_adjusted", "adjustment in logit_adjusted"), ("cross_entropy(weights=inverse)", "weight in cross_entropy"),
        ("cross_entropy(weights=effective)", "weight in cross_entropy"), ("ldam", "margin in ldam"),
    ])
    func everyClassNeedsAPixel(text: String, quantity: String) {
        let remedy = "join the class with another one or take another objective"
        let message = messageThrown { _ = try make(text, counts: [9, 0, 1]) }
        #expect(message == "class 1 has no pixel: its \(quantity) would be infinite; \(remedy)")
    }

    @Test(arguments: [("dice", "dise"), ("lovasz", "lovasc"), ("nr_dice", "nrdice"), (nil, "hinge"), (nil, "")])
    func nearestNames(expected: String?, name: String) {
        #expect(name.nearestName(among: ["dice", "lovasz", "nr_dice"]) == expected)
    }
}
