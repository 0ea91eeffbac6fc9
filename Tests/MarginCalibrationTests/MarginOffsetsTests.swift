import Foundation
import MarginCalibration
import Testing

struct MarginOffsetsTests {
    @Test(arguments: try Golden.offsets())
    func agreeWithTheReference(row: Golden.OffsetsRow) throws {
        let distribution = try LabelDistribution(counts: row.class_counts)
        let scale = MarginOffsets.Scale.absolute(tau: row.tau)
        guard row.rho_k0.allSatisfy({ $0 > 0 }) else { return try isRefused(row, distribution, scale) }
        let offsets = try MarginOffsets(distribution, scale: scale, nu: row.nu)
        for (found, expected) in zip(offsets.rho0k + offsets.rhoK0, row.rho_0k + row.rho_k0) {
            #expect(abs(found - expected) <= 1e-12 * abs(expected))
        }
    }

    /// The reference implementation lets ρ_k0 turn negative; here the smallest ν is named and any ν above it is accepted.
    private func isRefused(_ row: Golden.OffsetsRow, _ distribution: LabelDistribution, _ scale: MarginOffsets.Scale) throws {
        let culprit = try #require(row.rho_k0.indices.min { row.rho_k0[$0] < row.rho_k0[$1] })
        let smallest = try MarginOffsets.smallestNu(distribution, scale: scale)
        let error = try #require(throws: MarginOffsetsError.self) {
            try MarginOffsets(distribution, scale: scale, nu: row.nu)
        }
        #expect(error.kind == .nuTooSmall(row.nu, class: culprit, smallest: smallest))
        #expect(error.description.contains("take nu > \(smallest) or exclude the class"))
        #expect(row.nu < smallest)
        for nu in [smallest.nextUp, smallest * (1 + 1e-9), smallest * 1.01] {
            let offsets = try MarginOffsets(distribution, scale: scale, nu: nu)
            #expect(offsets.rhoK0.allSatisfy { $0 > 0 && $0.isFinite }, "nu = \(nu)")
        }
    }

    @Test func theReferenceHasRowsToRefuse() throws {
        #expect(try Golden.offsets().contains { !$0.rho_k0.allSatisfy { $0 > 0 } })
    }

    static let distributions: [[Int]] = [[39_500_000, 480_000], [1000, 10, 3], [7, 7, 7], [5, 900, 70, 1, 24]]

    /// ρ_0i / ρ_0j = n_j √(n − n_i) / (n_i √(n − n_j)).
    @Test func aSumOfZeroMeansNoOffsets() throws {
        let offsets = try MarginOffsets(LabelDistribution(counts: [900, 60, 40]), scale: .sum(0))
        #expect(offsets.rho0k == [0, 0, 0] && offsets.rhoK0 == [0, 0, 0])
    }

    @Test(arguments: distributions, [MarginOffsets.Scale.absolute(tau: 3), .sum(5)])
    func proportionsFollowEquation23(counts: [Int], scale: MarginOffsets.Scale) throws {
        let offsets = try MarginOffsets(LabelDistribution(counts: counts), scale: scale)
        let n = Double(counts.reduce(0, +))
        for (i, a) in counts.map(Double.init).enumerated() {
            for (j, b) in counts.map(Double.init).enumerated() {
                let expected = b * (n - a).squareRoot() / (a * (n - b).squareRoot())
                #expect(abs(offsets.rho0k[i] / offsets.rho0k[j] - expected) <= 1e-12 * expected)
            }
        }
    }

    @Test(arguments: distributions, [nil, 20.0])
    func aSumIsFreeOfScale(counts: [Int], nu: Double?) throws {
        let one = try MarginOffsets(LabelDistribution(counts: counts), scale: .sum(4), nu: nu)
        #expect(abs(one.rho0k.reduce(0, +) - 4) < 1e-12)
        for factor in [2, 10, 12_345] {
            let many = try MarginOffsets(LabelDistribution(counts: counts.map { $0 * factor }), scale: .sum(4), nu: nu)
            for (a, b) in zip(one.rho0k + one.rhoK0, many.rho0k + many.rhoK0) {
                #expect(abs(a - b) <= 1e-12 * a, "factor \(factor)")
            }
        }
    }

    /// The two scales are one formula: S = Σ ρ_0k of τ, ν in units of 1/√n.
    @Test(arguments: distributions)
    func theTwoScalesMeet(counts: [Int]) throws {
        let distribution = try LabelDistribution(counts: counts)
        let absolute = try MarginOffsets(distribution, scale: .absolute(tau: 7), nu: 3)
        let sum = try MarginOffsets(
            distribution, scale: .sum(absolute.rho0k.reduce(0, +)), nu: 3 * Double(distribution.total).squareRoot())
        for (a, b) in zip(absolute.rho0k + absolute.rhoK0, sum.rho0k + sum.rhoK0) { #expect(abs(a - b) <= 1e-11 * a) }
    }

    @Test func excludedClassesHaveNoOffsetAndNoShareOfTheSum() throws {
        let offsets = try MarginOffsets(LabelDistribution(counts: [900, 60, 0, 40]), scale: .sum(4), excluding: [0, 2])
        #expect(offsets.rho0k[0] == 0 && offsets.rhoK0[0] == 0)
        #expect(offsets.rho0k[2] == 0 && offsets.rhoK0[2] == 0)
        #expect(abs(offsets.rho0k[1] + offsets.rho0k[3] - 4) < 1e-12)
        #expect(offsets.rhoK0[1] > 0 && offsets.rhoK0[3] > 0)
    }

    @Test func overriddenClassesTakeTheirOffsetsAsGiven() throws {
        let distribution = try LabelDistribution(counts: [900, 0, 60])
        let given = MarginOffsets.Pair(rho0k: 1.5, rhoK0: 0.25)
        let offsets = try MarginOffsets(distribution, scale: .absolute(tau: 2), overriding: [1: given])
        #expect(offsets.rho0k[1] == 1.5 && offsets.rhoK0[1] == 0.25)
        #expect(offsets.rho0k[2] == 2 * 900.0.squareRoot() / 60)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let counts: [Int]
        var scale = MarginOffsets.Scale.absolute(tau: 10)
        var nu: Double?
        var excluding: Set<Int> = []
        var overriding: [Int: MarginOffsets.Pair] = [:]
        let message: String
        var testDescription: String { message }
    }

    static let refusals = [
        Refusal(counts: [9], message: "margin-offsets need two classes or more, found 1"),
        Refusal(counts: [0, 0], message: "no pixel has been counted: margin-offsets need the labels of the training set"),
        Refusal(
            counts: [9, 1, 0],
            message: """
                class 'probe' has no pixel: its margin-offset would be infinite; exclude the class or give its offsets by hand
                """),
        Refusal(
            counts: [9, 0],
            message: "class 'ground' covers every pixel: its margin-offset would be 0; check the labels or exclude the class"),
        Refusal(
            counts: [9, 1], nu: 0.5,
            message:
                "nu = 0.5 is too small for class 'ground': rho_k0 would not be positive; take nu > 0.9 or exclude the class"),
        Refusal(
            counts: [9, 1], nu: 0.9,
            message:
                "nu = 0.9 is too small for class 'ground': rho_k0 would not be positive; take nu > 0.9 or exclude the class"),
        Refusal(counts: [9, 1], nu: 0, message: "nu = 0.0: expected a finite number above 0"),
        Refusal(counts: [9, 1], nu: .infinity, message: "nu = inf: expected a finite number above 0"),
        Refusal(counts: [9, 1], scale: .absolute(tau: -1), message: "tau = -1.0: expected a finite number above 0"),
        Refusal(counts: [9, 1], scale: .sum(.nan), message: "sum = nan: expected a finite number of 0 or more"),
        Refusal(counts: [9, 1], scale: .sum(-1), message: "sum = -1.0: expected a finite number of 0 or more"),
        Refusal(
            counts: [9, 1], excluding: [2],
            message: "class number 2 (counted from 0) cannot be excluded or overridden: expected 0 to 1"),
        Refusal(
            counts: [9, 1], excluding: [0, 1],
            message: "every class is excluded or overridden: leave one for the margin-offsets to be computed for"),
        Refusal(
            counts: [9, 1], excluding: [1], overriding: [1: .init(rho0k: 1, rhoK0: 1)],
            message: "class 'shaft' is both excluded and overridden: do one of the two"),
        Refusal(
            counts: [9, 1], overriding: [1: .init(rho0k: -1, rhoK0: 1)],
            message: "rho_0k = -1.0 of class 'shaft': expected a finite number of 0 or more"),
    ]

    @Test(arguments: refusals)
    func whatHasNoOffsetsIsRefused(row: Refusal) throws {
        let error = #expect(throws: MarginOffsetsError.self) {
            try MarginOffsets(
                LabelDistribution(counts: row.counts), scale: row.scale, nu: row.nu, excluding: row.excluding,
                overriding: row.overriding, classNames: ["ground", "shaft", "probe"])
        }
        #expect(error?.description == row.message)
    }

    @Test func anUnnamedClassIsNamedByItsNumber() throws {
        let error = #expect(throws: MarginOffsetsError.self) { try MarginOffsets(LabelDistribution(counts: [9, 1, 0])) }
        #expect(error?.kind == .absentClass(2))
        #expect(error?.className == nil)
        #expect(error?.description.hasPrefix("class number 2 (counted from 0) has no pixel") == true)
    }

    @Test(
        arguments: [
            ([0, 1], [0], "2 offsets rho_0k and 1 offsets rho_k0: expected one of each for every class"),
            ([1], [1], "margin-offsets need two classes or more, found 1"),
            ([0, 1], [0, -0.5], "rho_k0 = -0.5 of class number 1 (counted from 0): expected a finite number of 0 or more"),
            ([.infinity, 1], [0, 0], "rho_0k = inf of class number 0 (counted from 0): expected a finite number of 0 or more"),
        ] as [([Double], [Double], String)])
    func badOffsetsByHandAreRefused(rho0k: [Double], rhoK0: [Double], message: String) {
        let error = #expect(throws: MarginOffsetsError.self) { try MarginOffsets(rho0k: rho0k, rhoK0: rhoK0) }
        #expect(error?.description == message)
    }

    @Test func offsetsAndScalesRoundTripThroughJSON() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let offsets = try MarginOffsets(rho0k: [0.5, 2], rhoK0: [0, 1])
        let data = try encoder.encode(offsets)
        #expect(String(decoding: data, as: UTF8.self) == #"{"rho_0k":[0.5,2],"rho_k0":[0,1]}"#)
        #expect(try JSONDecoder().decode(MarginOffsets.self, from: data) == offsets)
        for (scale, text) in [(MarginOffsets.Scale.absolute(tau: 10), #"{"tau":10}"#), (.sum(4), #"{"sum":4}"#)] {
            let data = try encoder.encode(scale)
            #expect(String(decoding: data, as: UTF8.self) == text)
            #expect(try JSONDecoder().decode(MarginOffsets.Scale.self, from: data) == scale)
        }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(MarginOffsets.Scale.self, from: Data(#"{"tau":1,"sum":2}"#.utf8))
        }
        #expect(throws: MarginOffsetsError.self) {
            try JSONDecoder().decode(MarginOffsets.self, from: Data(#"{"rho_0k":[-1,2],"rho_k0":[0,1]}"#.utf8))
        }
    }
}
