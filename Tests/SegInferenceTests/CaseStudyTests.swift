import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegInference

@Suite struct CaseStudyTests {
    private func dataCase(in folder: URL, hasLabel: Bool = true) throws -> DataCase {
        let (image, label) = (folder.appending(path: "image.png"), folder.appending(path: "label.png"))
        try PNG.write(gray: [0, 1, 2, 0, 1, 1], width: 3, height: 2, to: image)
        try PNG.write(gray: [0, 1, 1, 9, 0, 1], width: 3, height: 2, to: label)
        return DataCase(id: "a", group: "a", image: ImageLocation(image), label: hasLabel ? LabelSource(file: label) : nil)
    }

    @Test func showsWhatEachModelMakesOfACase() throws {
        try withTemporaryFolder { folder in
            let models = [[0.0, 1], [0, 4]].map { levels in
                Result { try LevelNetwork.model(levels, overrides: ["data.ignored_values=[9]"]) }
            }
            let study = try CaseStudy(try dataCase(in: folder), models: models.map { try $0.get() })
            #expect(study.id == "a")
            #expect(study.planeCount == 1)
            #expect(study.size == GridSize(height: 2, width: 3))
            #expect(study.image(0) == [[0, 1, 2, 0, 1, 1]])
            #expect(study.truth(0) == [0, 1, 1, 255, 0, 1])
            // The nearest level: 1 from an intensity above 0.5, and above 2.
            #expect(study.predictions(0) == [[0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0]])
            // Foreground in the truth or the first prediction; an ignored pixel is none.
            #expect(study.content == [4])
        }
    }

    @Test func aCaseWithoutLabelsIsRefused() throws {
        try withTemporaryFolder { folder in
            let unlabelled = try dataCase(in: folder, hasLabel: false)
            let model = try LevelNetwork.model([0, 1])
            #expect(messageThrown { _ = try CaseStudy(unlabelled, models: [model]) } == "\(CaseError.noLabel(path: "a"))")
        }
    }
}
