import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Phantoms

struct CTPhantomTests {
    private let small = CTPhantom(cases: 8, width: 48, height: 40, depth: 3, seed: 7)

    @Test func sameSeedSameBytes() {
        let first = hash(small.volume(2))
        #expect(first == hash(small.volume(2)))
        #expect(first != hash(small.volume(3)))
        #expect(first != hash(CTPhantom(cases: 8, width: 48, height: 40, depth: 3, seed: 8).volume(2)))
        // Promised to be the same everywhere and in every release.
        #expect(first == 9_617_475_643_103_840_512, "the phantom's bytes have changed")
    }

    @Test(arguments: [1, 2] as [UInt64])
    func lesionsTakeOneToThreePercent(seed: UInt64) {
        let phantom = CTPhantom(cases: 16, width: 48, height: 48, depth: 4, seed: seed)
        let shares = (0..<phantom.cases).map { index in
            let labels = phantom.volume(index).labels
            return Double(labels.reduce(0) { $0 + Int($1) }) / Double(labels.count)
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect((0.01...0.03).contains(mean), "\(shares)")
        #expect(shares.filter { $0 < 0.003 }.count >= 2, "almost empty volumes: \(shares)")
        #expect((shares.max() ?? 0) > 0.03, "a severe volume: \(shares)")
    }

    @Test func intensitiesAreThoseOfAChest() {
        let volume = small.volume(0)
        #expect(volume.hounsfield.allSatisfy { -1024...3071 ~= $0 })
        let total = Double(volume.hounsfield.count)
        let air = Double(volume.hounsfield.count { $0 < -940 }) / total
        let lung = Double(volume.hounsfield.count { -940 ..< -500 ~= $0 }) / total
        let soft = Double(volume.hounsfield.count { -200..<150 ~= $0 }) / total
        let bone = Double(volume.hounsfield.count { $0 >= 150 }) / total
        #expect(air > 0.15 && lung > 0.08 && soft > 0.15 && bone > 0.005, "air \(air), lung \(lung), soft \(soft), bone \(bone)")
    }

    /// A threshold must not do: the lesions' intensities lie among those of vessels, borders and dense lung.
    @Test func noThresholdFindsTheLesions() {
        let phantom = CTPhantom(cases: 4, width: 64, height: 64, depth: 3, seed: 3)
        let volumes = (0..<phantom.cases).map(phantom.volume)
        var best = 0.0
        for low in stride(from: -900 as Int16, through: -300, by: 50) {
            for high in stride(from: low + 50, through: 0, by: 50) {
                var hit = 0, either = 0
                for volume in volumes {
                    for (value, label) in zip(volume.hounsfield, volume.labels) {
                        let inside = low...high ~= value
                        if inside && label == 1 { hit += 1 }
                        if inside || label == 1 { either += 1 }
                    }
                }
                best = max(best, Double(hit) / Double(either))
            }
        }
        #expect(best < 0.5, "IoU of the best window of intensities")
    }

    @Test func writesADataSetInPlace() throws {
        let folder = try TemporaryFolder()
        let phantom = CTPhantom(cases: 8, width: 32, height: 32, depth: 2, seed: 1)
        try phantom.write(to: folder("one"), workers: 1)
        try phantom.write(to: folder("two"), workers: 3)
        let data = try dataSet(at: folder("one"), classNames: CTPhantom.classNames)
        #expect(Split.allCases.map(data.count) == [6, 1, 1])
        for dataCase in try data.cases(of: .train) {
            let label = try #require(dataCase.label?.first)
            let image = try ImageFile.read(dataCase.image.first)
            #expect(image.extent == Extent(width: 32, height: 32, depth: 2))
            #expect(image.samples.type == .int16)
            #expect(Set(try ImageFile.read(label).labelValues()).isSubset(of: [0, 1]))
            let other = folder("two/images/\(dataCase.id).nii.gz")
            #expect(try FileSystem.read(dataCase.image.first) == FileSystem.read(other), "the bytes do not depend on the workers")
        }
        #expect(String(decoding: try FileSystem.read(folder("one/README.txt")), as: UTF8.self).hasPrefix("Synthetic chest CT."))
    }

    @Test func gridsAreThoseOfRealScans() throws {
        let extent = Extent(width: 48, height: 40, depth: 3)
        let geometries = (0..<8).map { small.volume($0).geometry(extent) }
        #expect(geometries.map(\.orientation) == ["LPS", "LPS", "LPS", "LAS", "LPS", "LPS", "LPS", "LPS"])
        for geometry in geometries {
            // A matrix of 512 would have these pixels.
            #expect((0.61...0.93).contains(geometry.spacing[0] * 48 / 512), "\(geometry.spacing)")
            #expect((0.625...8).contains(geometry.spacing[2]), "\(geometry.spacing)")
        }
        #expect(Set(geometries.map { $0.spacing[2] }).count > 3, "the hospitals differ")
    }

    @Test func touchesNoOtherData() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "notes.txt")
        let message = folder.message { try small.write(to: folder.url) }
        #expect(message == "DIR: this folder is not empty; name a new folder for the data set")
    }
}
