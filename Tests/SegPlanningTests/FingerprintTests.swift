import Foundation
import MedicalImages
import Sampling
import Testing

@testable import DataSets
@testable import SegPlanning

@Suite struct FingerprintTests {
    /// Numbers 0 to 1000: every percentile by hand.
    @Test func intensitiesAreDescribed() throws {
        let found = try #require(Intensities((0...1000).map(Float.init).shuffled()))
        #expect(found.mean == 500 && found.median == 500 && found.minimum == 0 && found.maximum == 1000 && found.count == 1001)
        #expect(found.percentile005 == 5 && found.percentile995 == 995)
        #expect(abs(found.standardDeviation - (1001 * 1001 - 1.0).squareRoot() / 12.0.squareRoot()) < 1e-6)
        #expect(Intensities([]) == nil)
    }

    @Test(arguments: [(10, 4), (4, 10), (1, 5), (1000, 1000), (0, 7)])
    func eachPartOfTheForegroundIsDrawnFrom(count: Int, wanted: Int) {
        let places = ForegroundSample.places(of: count, wanted: wanted)
        #expect(places.count == (count == 0 ? 0 : wanted))
        #expect(places == places.sorted() && places.allSatisfy { (0..<max(1, count)).contains($0) })
        #expect(places == ForegroundSample.places(of: count, wanted: wanted), "the same each time")
        // Of few voxels each comes as often as another, to within one at either end.
        if count > 0, wanted >= 3 * count {
            for voxel in 0..<count { #expect(places.count { $0 == voxel } >= wanted / count - 2) }
        }
    }

    private static func survey() -> DataSurvey {
        DataSurvey([
            CaseSurvey(
                id: "b", split: .train, extent: Extent(width: 40, height: 30, depth: 20),
                croppedExtent: Extent(width: 20, height: 30, depth: 10), spacing: [0.5, 0.6, 3], orientation: "LPS",
                ranges: [0...9],
                labels: [0: 90, 1: 10], foreground: [[1, 2, 3]]),
            CaseSurvey(
                id: "a", split: .validation, extent: Extent(width: 40, height: 30, depth: 20), spacing: [0.5, 0.6, 3],
                ranges: [-1...5], labels: [0: 95, 1: 5, 7: 1], foreground: [[5]]),
            CaseSurvey(
                id: "secret", split: .test, extent: Extent(width: 99, height: 99, depth: 99), ranges: [-5...500], labels: [3: 1],
                foreground: [[77]]),
        ])
    }

    private static var fingerprint: Fingerprint {
        Fingerprint(
            of: survey(), program: "marginseg 1", data: "scans", layout: .folders, channelNames: ["T1"],
            className: { [0: "background", 1: "spot"][$0] })
    }

    /// Axes are planes, rows and columns; nothing is told of a case that tests.
    @Test func theFileSaysWhatWasFound() throws {
        let fingerprint = Self.fingerprint
        #expect(fingerprint.cases.map(\.id) == ["a", "b"])
        #expect(fingerprint.cases[1].size == [20, 30, 40] && fingerprint.cases[1].croppedSize == [10, 30, 20])
        #expect(fingerprint.cases[1].spacing == [3, 0.6, 0.5] && fingerprint.cases[1].orientation == "LPS")
        #expect(fingerprint.medianKeptShare == 0.625)
        #expect(fingerprint.channels[0].name == "T1" && fingerprint.channels[0].minimum == -1)
        #expect(fingerprint.channels[0].foreground?.mean == 2.75)
        #expect(fingerprint.labels.map(\.className) == ["background", "spot", nil])
        #expect(fingerprint.labels.map(\.voxels) == [185, 15, 1])
        let text = try fingerprint.json
        #expect(!text.contains("secret") && text.contains("\"number_of_cases\" : 2"))
        #expect(try JSONDecoder().decode(Fingerprint.self, from: Data(text.utf8)) == fingerprint)
    }

    @Test(arguments: [
        (AnatomicalPlane.axial, [20, 30, 40]), (.coronal, [30, 20, 40]), (.sagittal, [40, 20, 30]),
    ])
    func sizesLieAlongThePlanes(plane: AnatomicalPlane, expected: [Int]) {
        #expect(PlanGeometry.ordered([20, 30, 40], plane) == expected)
    }

    /// A header in another unit is told, and the case that has it.
    @Test func spacingsFarApartAreTold() {
        let cases = [0.8, 0.8, 80].enumerated().map { number, rows in
            CaseSurvey(
                id: "c\(number)", split: .train, extent: Extent(width: 64, height: 64, depth: 32), spacing: [0.8, rows, 2],
                ranges: [0...9], labels: [0: 1, 1: 1])
        }
        let fingerprint = Fingerprint(
            of: DataSurvey(cases), program: "", data: "", layout: .folders, channelNames: nil, className: { _ in nil })
        let geometry = PlanGeometry(fingerprint, plane: Choice(.axial, ""))
        #expect(
            geometry.warnings == [
                "rows lie from 0.8 mm (c0) to 80 mm (c2) apart, more than 20-fold: is a header wrong, or in another unit?",
                "c2 becomes 32×6400×64 voxels at the spacing of the plan, more than 50 times the median; look at its header, or leave "
                    + "it out",
            ])
        #expect(geometry.medianShape == [32, 64, 64])
    }
}
