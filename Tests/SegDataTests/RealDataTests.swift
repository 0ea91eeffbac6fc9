import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import SegData

/// Public data sets, read where they lie.
struct RealDataTests {
    /// MARGINSEG_DATA, or `shared/data` beside the package.
    private static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["MARGINSEG_DATA"] { return URL(fileURLWithPath: path) }
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { package.deleteLastPathComponent() }
        return package.appendingPathComponent("../shared/data").standardizedFileURL
    }()

    private static func has(_ name: String) -> Bool {
        FileSystem.kind(of: root.appendingPathComponent(name)) == .folder
    }

    @Test(.enabled(if: has("hippocampus-mr-nifti"), "needs hippocampus-mr-nifti in MARGINSEG_DATA"))
    func hippocampus() throws {
        let folder = Self.root.appendingPathComponent("hippocampus-mr-nifti")
        let data = try dataSet(at: folder, classNames: ["background", "anterior", "posterior"])
        #expect(Split.allCases.map(data.count) == [182, 26, 52])
        let recipe = PlaneRecipe(
            labels: LabelMap(identity: 3), normalization: .zScore, fit: .pad(to: PlaneSize(height: 64, width: 48)))
        let plan = try PlanePlan(data.cases(of: .validation), recipe: recipe, workers: 2)
        #expect(plan.planeCount > 26 * 24)
        let few = try PlanePlan(Array(data.cases(of: .validation).prefix(3)), recipe: recipe)
        let store = try PlaneStore(few, workers: 2)
        #expect(store.count == few.planeCount)
        let shares = store.labelDistribution.frequencies
        #expect((0.90...0.97).contains(shares[0]) && shares[1] > 0.01 && shares[2] > 0.01, "\(shares)")
        #expect(store.samples.allSatisfy { $0.image.allSatisfy(\.isFinite) })
    }

    @Test(.enabled(if: has("covid19-ct-slices"), "needs covid19-ct-slices in MARGINSEG_DATA"))
    func covidSlices() throws {
        let folder = Self.root.appendingPathComponent("covid19-ct-slices")
        let data = try dataSet(
            at: folder, classNames: ["background", "lesion"], LayoutSettings(images: ["ct"], labels: ["covid"]))
        #expect(Split.allCases.map(data.count) == [324, 46, 153])
        let recipe = PlaneRecipe(
            labels: try LabelMap([0: 0, 255: 1]), normalization: .range(low: 0, high: 255),
            fit: .resize(to: PlaneSize(height: 64, width: 64), by: .bicubic))
        let few = Array(try data.cases(of: .test).prefix(4))
        let store = try PlaneStore(PlanePlan(few, recipe: recipe), workers: 2)
        #expect(store.count == 4)
        #expect((0.0001...0.11).contains(store.labelDistribution.frequencies[1]))
    }
}
