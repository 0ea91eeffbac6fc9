import CaseTestSupport
import Foundation
import Testing

@testable import Sampling

struct GridFitTests {
    private static let sizes = [GridSize(height: 5, width: 8), GridSize(height: 6, width: 6), GridSize(height: 1, width: 3)]

    @Test(arguments: sizes)
    func paddingComesOffAgain(source: GridSize) throws {
        let fit = GridFit.pad(to: GridSize(height: 8, width: 9))
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
    func labelsSurviveWholeEnlargements(source: GridSize, factor: Int) {
        let fit = GridFit.resize(to: GridSize(height: source.height * factor, width: source.width * factor), by: .bicubic)
        let labels = (0..<source.count).map { UInt8($0 * 7 % 5) }
        #expect(fit.restore(labels: fit.apply(toLabels: labels, of: source), to: source) == labels)
    }

    @Test func smoothPlanesSurviveResizing() {
        let source = GridSize(height: 24, width: 31)
        let plane = (0..<source.count).map { Float($0 / 31) * 0.5 - Float($0 % 31) }
        for interpolation in [GridFit.Interpolation.bilinear, .bicubic] {
            let fit = GridFit.resize(to: GridSize(height: 48, width: 50), by: interpolation)
            let back = fit.restore(fit.apply(to: plane, of: source), to: source)
            let inner = plane.indices.filter { (3..<21).contains($0 / 31) && (3..<28).contains($0 % 31) }
            #expect(inner.allSatisfy { abs(back[$0] - plane[$0]) < 0.1 }, "\(interpolation)")
        }
    }

    @Test func sameSizeIsLeftAlone() {
        let size = GridSize(height: 2, width: 2)
        let fit = GridFit.resize(to: size, by: .bicubic)
        #expect(fit.apply(to: [1, 5, -3, 9], of: size) == [1, 5, -3, 9])
        #expect(fit.restore([1, 5, -3, 9], to: size) == [1, 5, -3, 9])
    }

    @Test(arguments: [GridSize(height: 9, width: 9), GridSize(height: 8, width: 10)])
    func refusesLargerPlanes(source: GridSize) {
        let fit = GridFit.pad(to: GridSize(height: 8, width: 9))
        #expect(
            message(of: { try fit.check(source, path: "a.nii") }) == "a.nii: planes of \(source.height)×\(source.width) "
                + "(rows × columns) do not fit into 8×9 (rows × columns); pad to at least that size, or resize")
    }

    @Test func survivesCoding() throws {
        for fit in [GridFit.pad(to: GridSize(height: 2, width: 3)), .resize(to: GridSize(height: 4, width: 5), by: .bicubic)] {
            #expect(try JSONDecoder().decode(GridFit.self, from: JSONEncoder().encode(fit)) == fit)
        }
    }
}
