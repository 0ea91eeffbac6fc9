import MarginCalibration
import SegLosses
import TestSupport
import Testing

struct LossExplanationTests {
    @Test func everyLossIsDescribed() {
        for entry in LossCatalogue.entries {
            let texts =
                [entry.summary, entry.reduction, entry.source] + entry.formula
                + entry.parameters.flatMap { [$0.meaning, $0.standard] }
            #expect(!entry.formula.isEmpty && texts.allSatisfy { !$0.isEmpty }, "\(entry.name)")
            let names = entry.parameters.map(\.name)
            #expect(entry.parameters.flatMap(\.excludes).allSatisfy(names.contains), "\(entry.name)")
        }
    }

    @Test func givenValuesAndStandards() throws {
        let terms = try LossExpression("margin(tau=1.5, background=exclude)+0.5*tversky(fp=1)").explanation()
        #expect(terms.map(\.weight) == [1, 0.5])
        #expect(terms.map(\.entry.name) == ["margin", "tversky"])
        let tversky = terms[1].settings
        #expect(tversky.map(\.parameter.name) == ["fp", "fn", "smooth", "gamma"])
        #expect(tversky.map(\.value) == ["1", "0.7", "1", "1"])
        #expect(tversky.map(\.isGiven) == [true, false, false, false])
        #expect(terms[0].settings.first { $0.parameter.name == "tau" }?.value == "1.5")
        #expect(terms[0].settings.first { $0.parameter.name == "background" }?.value == "exclude")
    }

    @Test(arguments: [
        (
            "margin(sum=4)",
            [
                "form", "nu", "sum", "positive", "over", "decay", "ramp", "temperature", "background", "exclude", "rho_0k",
                "rho_k0",
            ]
        ),
        (
            "margin(rho_0k=[0, 1], rho_k0=[2, 0])",
            ["form", "positive", "over", "decay", "ramp", "temperature", "rho_0k", "rho_k0"]
        ),
    ])
    func parametersWithoutMeaningAreLeftOut(text: String, names: [String]) throws {
        let settings = try LossExpression(text).explanation()[0].settings
        #expect(settings.map(\.parameter.name) == names)
    }

    @Test func unknownNamesAreRefused() {
        #expect(throws: LossExpressionError.self) { try LossExpression("dise").explanation() }
    }

    @Test(arguments: [
        ("[1, 2.5,-3e-2]", "[1, 2.5, -0.03]"), ("paper", "paper"), ("1e20", "1e+20"), ("10", "10"), ("0.25", "0.25"),
    ])
    func valuesAreWrittenAsTheyMayBeRead(text: String, expected: String) throws {
        let value = try LossExpression("x(a=\(text))").terms[0].arguments[0].value
        #expect(value.description == expected)
        #expect(try LossExpression("x(a=\(expected))").terms[0].arguments[0].value == value)
    }
}
