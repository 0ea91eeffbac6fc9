import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import Sampling

struct GridRouteTests {
    private func recipe(_ spacing: GridSpacing?, _ fit: GridFit) throws -> Recipe {
        Recipe(labels: try LabelMap([0: 0, 1: 1]), normalization: .zScore, spacing: spacing, fit: fit)
    }

    private static let extent = Extent(width: 20, height: 10, depth: 6)
    private static let geometry = VoxelGeometry(spacing: [0.5, 1, 3])

    /// Sizes before the network, for planes of 10 × 20 pixels of 1 × 0.5 mm (across z).
    @Test(
        arguments: [
            (nil, .pad(to: GridSize(height: 16, width: 24)), [16, 24]),
            (GridSpacing(rows: 2, columns: 1), .pad(to: GridSize(height: 16, width: 24)), [16, 24]),
            (GridSpacing(rows: 0.5, columns: 0.5), .crop(to: GridSize(height: 8, width: 30), foreground: 0), [20, 30]),
            (GridSpacing(rows: 100, columns: 100), .crop(to: GridSize(height: 1, width: 1), foreground: 0), [1, 1]),
        ] as [(GridSpacing?, GridFit, [Int])])
    func inputSizes(spacing: GridSpacing?, fit: GridFit, expected: [Int]) throws {
        let route = try recipe(spacing, fit).route(of: Self.extent, geometry: Self.geometry, path: "f")
        #expect([route.inputSize.height, route.inputSize.width] == expected)
    }

    @Test func smoothPlanesComeBack() throws {
        let route = try recipe(GridSpacing(rows: 0.5, columns: 0.4), .crop(to: GridSize(height: 32, width: 16), foreground: 0))
            .route(of: Self.extent, geometry: Self.geometry, path: "f")
        let plane = (0..<200).map { Float($0 / 20) * 0.5 - Float($0 % 20) }
        let back = route.restore(route.apply(toPlanes: [plane]))
        #expect(back.count == 200 && route.interpolates)
        let inner = plane.indices.filter { (2..<8).contains($0 / 20) && (2..<18).contains($0 % 20) }
        #expect(inner.allSatisfy { abs(back[$0] - plane[$0]) < 0.1 })
        let labels = (0..<200).map { UInt8($0 % 20 < 9 ? 0 : 1) }
        #expect(route.restore(labels: route.apply(toLabels: labels)) == labels)
    }

    @Test(
        arguments: [
            (.pad(to: GridSize(height: 12, width: 24)), nil, "no error"),
            (
                .pad(to: GridSize(height: 12, width: 24)), GridSpacing(rows: 0.5, columns: 0.5),
                "f: planes of 20×20 (rows × columns) do not fit into 12×24 (rows × columns); pad to at least that size, or resize"
            ),
        ] as [(GridFit, GridSpacing?, String)])
    func planesMustFitAfterResampling(fit: GridFit, spacing: GridSpacing?, expected: String) throws {
        let recipe = try recipe(spacing, fit)
        #expect(message(of: { _ = try recipe.route(of: Self.extent, geometry: Self.geometry, path: "f") }) == expected)
    }

    @Test func aFileWithoutSpacingIsNamed() throws {
        let recipe = try recipe(GridSpacing(rows: 1, columns: 1), .resize(to: GridSize(height: 4, width: 4), by: .bicubic))
        #expect(
            message(of: { _ = try recipe.route(of: Self.extent, geometry: nil, path: "f.png") })
                == "f.png: this file states no spacing in mm, and planes are to be resampled to one; leave input.spacing out")
    }

    @Test(arguments: ["[1.5, 0.75]", "[1]", "[0, 1]"])
    func spacingIsWrittenAsRowsAndColumns(text: String) throws {
        let spacing = try? JSONDecoder().decode(GridSpacing.self, from: Data(text.utf8))
        #expect((spacing == nil) == (text == "[1]"))
        guard let spacing else { return }
        #expect(try JSONDecoder().decode(GridSpacing.self, from: JSONEncoder().encode(spacing)) == spacing)
        let expected = text == "[0, 1]" ? "spacing: [0.0, 1.0]; expected lengths above 0 mm" : "no error"
        #expect(message(of: { try spacing.validate() }) == expected)
    }
}
