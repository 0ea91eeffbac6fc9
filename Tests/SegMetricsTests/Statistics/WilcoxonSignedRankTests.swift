import Foundation
import Testing

@testable import SegMetrics

struct WilcoxonSignedRankTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let differences: [Double]
        let method: WilcoxonSignedRank.Method
        let rankSums: [Double]
        let zeros: Int
        let pValue: Double
    }

    /// Darwin's plants (Fisher 1935).
    private static let darwin: [Double] = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
    private static let fortyFive: [Double] = (0..<45).map { k in
        let size: Double = (Double(k * 37 % 101) - 40.5) / 10
        return size * pow(1.001, Double(k))
    }
    private static let eighty: [Double] = (0..<80).map { k in Double(k * 37 % 101 - 40) / 10 }
    private static let tied: [Double] = [0.5, -0.5, 1.5, 2, 0, 2, -1, 3, 1, 0, 2.5]

    /// scipy 1.17.1 `wilcoxon(…, method, correction=False)`; the exact one with ties by counting all 2⁹ signs in Python.
    static let rows: [Row] = [
        Row(
            testDescription: "no ties", differences: darwin, method: .exact, rankSums: [96, 24], zeros: 0,
            pValue: 0.041259765625),
        Row(
            testDescription: "no ties, approximated", differences: darwin, method: .normal, rankSums: [96, 24], zeros: 0,
            pValue: 0.04088813291185591),
        Row(
            testDescription: "ties and zeros", differences: tied, method: .exact, rankSums: [40, 5], zeros: 2, pValue: 0.04296875),
        Row(
            testDescription: "ties and zeros, approximated", differences: tied, method: .normal, rankSums: [40, 5], zeros: 2,
            pValue: 0.03764506651294004),
        Row(
            testDescription: "45", differences: fortyFive, method: .exact, rankSums: [666, 369], zeros: 0,
            pValue: 0.09504939207556617),
        Row(
            testDescription: "80 with ties", differences: eighty, method: .normal,
            rankSums: [2144.5, 1015.5], zeros: 1, pValue: 0.0058005955515858035),
        Row(testDescription: "all zero", differences: [0, 0, 0], method: .exact, rankSums: [0, 0], zeros: 3, pValue: 1),
        Row(
            testDescription: "five alike", differences: [1, 2, 3, 4, 5], method: .exact, rankSums: [15, 0], zeros: 0,
            pValue: 0.0625),
    ]

    @Test(arguments: rows)
    func agreesWithSciPy(_ row: Row) {
        let test = WilcoxonSignedRank(row.differences, exactUpTo: row.method == .exact ? 50 : 0)
        #expect(test.method == row.method)
        #expect([test.positiveRankSum, test.negativeRankSum] == row.rankSums)
        #expect(test.zeros == row.zeros && test.count == row.differences.count - row.zeros)
        #expect(abs(test.pValue - row.pValue) < 1e-12, "\(test.pValue)")
    }

    @Test func fiftyAreCountedOutAndMoreApproximated() {
        let differences = (1...51).map { Double($0 * 37 % 101) - 50.5 }
        #expect(WilcoxonSignedRank(Array(differences.dropLast())).method == .exact)
        #expect(WilcoxonSignedRank(differences).method == .normal)
        // Where both are known they agree.
        let (exact, normal) = (WilcoxonSignedRank(differences, exactUpTo: 51), WilcoxonSignedRank(differences))
        #expect(abs(exact.pValue - normal.pValue) < 5e-3)
    }

    @Test func theEffectIsTheBalanceOfRanks() {
        #expect(WilcoxonSignedRank(Self.darwin).rankBiserial == 72.0 / 120)
        #expect(WilcoxonSignedRank([0]).rankBiserial == nil)
        #expect(WilcoxonSignedRank([-1, -2]).rankBiserial == -1)
    }
}
