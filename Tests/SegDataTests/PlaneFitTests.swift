import Foundation
import Testing

@testable import SegData

struct PlaneFitTests {
    private static let sizes = [PlaneSize(height: 5, width: 8), PlaneSize(height: 6, width: 6), PlaneSize(height: 1, width: 3)]

    @Test(arguments: sizes)
    func paddingComesOffAgain(source: PlaneSize) throws {
        let fit = PlaneFit.pad(to: PlaneSize(height: 8, width: 9))
        let plane = (0..<source.count).map { Float($0) + 3 }
        let labels = (0..<source.count).map { UInt8($0 % 4) }
        try fit.check(source, path: "x")
        let padded = fit.apply(to: plane, of: source)
        #expect(padded.count == 72)
        #expect(padded.count { $0 == 3 } == 72 - source.count + 1, "the frame has the plane's least value")
        #expect(fit.restore(padded, to: source) == plane)
        let paddedLabels = fit.apply(toLabels: labels, of: source)
        #expect(paddedLabels.count { $0 == LabelMap.ignored } == 72 - source.count)
        #expect(fit.restore(labels: paddedLabels, to: source) == labels)
    }

    @Test(arguments: sizes, [1, 2, 3])
    func labelsSurviveWholeEnlargements(source: PlaneSize, factor: Int) {
        let fit = PlaneFit.resize(to: PlaneSize(height: source.height * factor, width: source.width * factor), by: .bicubic)
        let labels = (0..<source.count).map { UInt8($0 * 7 % 5) }
        #expect(fit.restore(labels: fit.apply(toLabels: labels, of: source), to: source) == labels)
    }

    @Test func smoothPlanesSurviveResizing() {
        let source = PlaneSize(height: 24, width: 31)
        let plane = (0..<source.count).map { Float($0 / 31) * 0.5 - Float($0 % 31) }
        for interpolation in [PlaneFit.Interpolation.bilinear, .bicubic] {
            let fit = PlaneFit.resize(to: PlaneSize(height: 48, width: 50), by: interpolation)
            let back = fit.restore(fit.apply(to: plane, of: source), to: source)
            let inner = plane.indices.filter { (3..<21).contains($0 / 31) && (3..<28).contains($0 % 31) }
            #expect(inner.allSatisfy { abs(back[$0] - plane[$0]) < 0.1 }, "\(interpolation)")
        }
    }

    @Test func sameSizeIsLeftAlone() {
        let size = PlaneSize(height: 2, width: 2)
        let fit = PlaneFit.resize(to: size, by: .bicubic)
        #expect(fit.apply(to: [1, 5, -3, 9], of: size) == [1, 5, -3, 9])
        #expect(fit.restore([1, 5, -3, 9], to: size) == [1, 5, -3, 9])
    }

    @Test(arguments: [PlaneSize(height: 9, width: 9), PlaneSize(height: 8, width: 10)])
    func refusesLargerPlanes(source: PlaneSize) {
        let fit = PlaneFit.pad(to: PlaneSize(height: 8, width: 9))
        #expect(
            message(of: { try fit.check(source, path: "a.nii") }) == "a.nii: planes of \(source.height)×\(source.width) "
                + "(rows × columns) do not fit into 8×9 (rows × columns); pad to at least that size, or resize")
    }

    @Test func survivesCoding() throws {
        for fit in [PlaneFit.pad(to: PlaneSize(height: 2, width: 3)), .resize(to: PlaneSize(height: 4, width: 5), by: .bicubic)] {
            #expect(try JSONDecoder().decode(PlaneFit.self, from: JSONEncoder().encode(fit)) == fit)
        }
    }
}
