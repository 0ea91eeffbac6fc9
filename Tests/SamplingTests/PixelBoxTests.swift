import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct PixelBoxTests {
    private let whole = Extent(width: 5, height: 4, depth: 2)
    private let box = PixelBox(x: 1, y: 2, width: 3, height: 2)

    @Test func imageAndLabelsAreCroppedTogether() throws {
        let folder = try TemporaryFolder()
        try folder.write(.int16((0..<40).map { Int16($0) }), whole, to: "i.nii")
        try folder.write(.uint8((0..<40).map { $0 % 2 }), whole, to: "l.nii")
        var recipe = Recipe(
            labels: LabelMap(identity: 2), normalization: .range(low: 0, high: 1), fit: .pad(to: GridSize(height: 2, width: 3)),
            crop: .box(box))
        let dataCase = DataCase(id: "i", group: "i", image: ImageLocation(folder("i.nii")), label: folder("l.nii"))
        let reader = try CaseReader(recipe)
        let prepared = try reader.read(dataCase)
        #expect(prepared.extent == Extent(width: 3, height: 2, depth: 2))
        #expect(try reader.outline(of: dataCase).extent == prepared.extent)
        #expect(prepared.image.values == [11, 12, 13, 16, 17, 18, 31, 32, 33, 36, 37, 38])
        #expect(prepared.labels == prepared.image.values.map { UInt8($0) % 2 })
        let (classes, extent) = prepared.onFileGrid(prepared.labels ?? [])
        #expect(extent == whole && classes.count == 40 && classes[11] == 1 && classes[1] == 0)
        let statistics = try LabelStatistics(counting: [dataCase], recipe: recipe, selection: .all)
        #expect(statistics.labels.counts == [6, 6])

        recipe.crop = .box(PixelBox(x: 3, y: 0, width: 3, height: 2))
        #expect(
            folder.message { _ = try CaseReader(recipe).read(dataCase) }
                == "DIR/i.nii: 5×4 pixels, but it is to be cropped to 3×2 at x 3, y 0; crop less, or not at all")
    }

    @Test(arguments: ["[320,28,1280,1024]", "[0,0,1,1]"])
    func isWrittenAsRead(text: String) throws {
        let box = try JSONDecoder().decode(PixelBox.self, from: Data(text.utf8))
        #expect(String(decoding: try JSONEncoder().encode(box), as: UTF8.self) == text)
    }

    @Test(arguments: ["[1,2,3]", "[-1,0,1,1]", "[0,0,0,1]", "7"])
    func refuses(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(PixelBox.self, from: Data(text.utf8)) }
    }
}
