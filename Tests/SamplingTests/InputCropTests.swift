import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct InputCropTests {
    private let whole = Extent(width: 5, height: 4, depth: 3)

    /// Ones from x 1 to 3, y 2, z 1 to 2, with a zero among them.
    private var values: [Int16] {
        (0..<60).map { index in
            let (x, y, z) = (index % 5, index / 5 % 4, index / 20)
            return (1...3).contains(x) && y == 2 && z > 0 && !(x == 2 && z == 1) ? Int16(10 * z + x) : 0
        }
    }

    private func recipe(_ plane: AnatomicalPlane = .axial, dimensions: Int = 2) -> Recipe {
        Recipe(
            labels: LabelMap(identity: 2), normalization: .unchanged,
            fit: .pad(to: GridSize(Array(repeating: 6, count: dimensions))), plane: plane, crop: .nonzero)
    }

    private func dataCase(_ folder: TemporaryFolder) throws -> DataCase {
        try folder.write(.int16(values), whole, to: "i.nii")
        try folder.write(.uint8((0..<60).map { $0 == 31 || $0 == 0 ? 1 : 0 }), whole, to: "l.nii")
        return DataCase(id: "i", group: "i", image: ImageLocation(folder("i.nii")), label: folder("l.nii"))
    }

    @Test(arguments: [AnatomicalPlane.axial, .coronal, .sagittal, .file], [2, 3])
    func whatIsNotZeroIsLeftAndComesBack(plane: AnatomicalPlane, dimensions: Int) throws {
        let folder = try TemporaryFolder()
        let dataCase = try dataCase(folder)
        let recipe = recipe(plane, dimensions: dimensions)
        let reader = try CaseReader(recipe)
        let prepared = try reader.read(dataCase)
        #expect(prepared.extent.voxelCount == 6)
        #expect(try reader.outline(of: dataCase) == prepared.grid)
        #expect(prepared.image.values.sorted() == [0, 11, 13, 21, 22, 23])
        // Of the two labelled voxels the one at 0, 0, 0 is cut away.
        #expect(prepared.labels?.reduce(0, +) == 1)
        let back = prepared.onFileGrid(Array(repeating: UInt8(1), count: 6))
        #expect(back.extent == whole && back.classes.reduce(0) { $0 + Int($1) } == 6)
        #expect(zip(back.classes, values).allSatisfy { $0 == 1 || $1 == 0 })
        let statistics = try LabelStatistics(counting: [dataCase], recipe: recipe, selection: .all)
        #expect(statistics.labels.counts == [5, 1])
    }

    @Test func zerosAloneStayWhole() throws {
        let folder = try TemporaryFolder()
        try folder.write(.int16(Array(repeating: 0, count: 60)), whole, to: "i.nii")
        let dataCase = DataCase(id: "i", group: "i", image: ImageLocation(folder("i.nii")), label: nil)
        #expect(try CaseReader(recipe()).read(dataCase).extent == whole)
    }

    /// Channels in files of their own are cropped to what any of them holds.
    @Test func everyChannelCounts() throws {
        let folder = try TemporaryFolder()
        let extent = Extent(width: 4, height: 1, depth: 1)
        try folder.write(.int16([0, 0, 1, 0]), extent, to: "a.nii")
        try folder.write(.int16([0, 5, 0, 0]), extent, to: "b.nii")
        let dataCase = DataCase(id: "i", group: "i", image: ImageLocation([folder("a.nii"), folder("b.nii")]), label: nil)
        #expect(try CaseReader(recipe()).read(dataCase).image.values == [0, 1, 5, 0])
    }

    @Test(arguments: ["\"nonzero\"", "[320,28,1280,1024]"])
    func isWrittenAsRead(text: String) throws {
        let crop = try JSONDecoder().decode(InputCrop.self, from: Data(text.utf8))
        #expect(String(decoding: try JSONEncoder().encode(crop), as: UTF8.self) == text)
    }

    @Test(arguments: ["\"zero\"", "[1,2,3]", "7"])
    func refuses(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(InputCrop.self, from: Data(text.utf8)) }
    }
}
