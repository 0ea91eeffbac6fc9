import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import MedicalImages

/// Segmentation objects that are written here, as others read them.
@Suite(.enabled(if: PeerPython.has("highdicom"), Comment(rawValue: PeerPython.missing("highdicom"))))
struct DICOMSegmentationTests {
    private static let segments = [
        DICOMSegment(label: "liver", code: .init(scheme: "SCT", value: "10200004", meaning: "Liver")),
        DICOMSegment(label: "lesion", code: nil),
    ]

    /// What dicom_seg_check.py says.
    private struct Check: Decodable {
        struct Segment: Decodable {
            let number: Int
            let label: String
        }

        let shape: [Int]
        let segments: [Segment]
        let counts: [String: Int]
        let sha256: String
        let references_complete, frame_of_reference_equal, patient_copied, series_referenced, new_uids: Bool
        let by_references, by_volume: Bool?
    }

    private struct Validation: Decodable {
        let dciodvfy, modules: [String]?
    }

    private func peer<Answer: Decodable>(_ script: String, _ arguments: [String]) throws -> Answer {
        let result = try PeerPython.run([PeerPython.modules.appending(path: script).path] + arguments)
        try #require(result.status == 0, "\(script) \(arguments)")
        return try JSONDecoder().decode(Answer.self, from: result.output)
    }

    /// Labels of both segments, with planes that have none, on the grid of a series.
    private func labels(_ extent: Extent) -> [UInt8] {
        (0..<extent.voxelCount).map { index in
            let plane = index / extent.planeSize
            let pixel = index % extent.planeSize
            guard extent.depth < 3 || plane != 1 else { return 0 }
            return (pixel / 5 + plane) % 7 == 0 ? 1 : pixel % 11 == 3 ? 2 : 0
        }
    }

    private func written(_ place: URL, as type: DICOMSegmentationType, to url: URL) throws -> (labels: [UInt8], extent: Extent) {
        let image = try ImageFile.read(place)
        guard case .dicom(let series) = image.source else { throw CancellationError() }
        let labels = labels(image.extent)
        try series.writeSegmentation(
            labels, segments: Self.segments, algorithm: ("marginseg", "0.1"), as: type, to: url)
        // And back.
        let grid = ImageGrid(image.extent, image.geometry, path: place.path)
        #expect(try ImageFile.readLabels(url, on: grid).labelValues() == labels.map(Int32.init))
        return (labels, image.extent)
    }

    @Test(arguments: DICOMSegmentationType.allCases)
    func objectsAreReadBackByOthers(_ type: DICOMSegmentationType) throws {
        try withTemporaryFolder { folder in
            try #require(try PeerPython.run([PeerPython.modules.appending(path: "dicom_make.py").path, folder.path]).status == 0)
            var places = [
                "explicit-little", "implicit-little", "explicit-big", "oblique", "gantry-tilt", "falling", "one-plane",
                "enhanced-ct",
            ]
            .map { folder.appending(path: $0) }
            if let real = TestFolders.realData { places.append(real.appending(path: "dicom-series-seg/dcmqi/ct-3slice")) }
            for place in places {
                let name = place.lastPathComponent
                let url = folder.appending(path: "\(name)-\(type.rawValue).dcm")
                let (labels, extent) = try written(place, as: type, to: url)
                let check: Check = try peer("dicom_seg_check.py", [url.path, place.path])
                #expect(check.shape == [extent.depth, extent.height, extent.width], "\(name)")
                #expect(check.sha256.hasPrefix(labels.withUnsafeBytes(SHA256.prefix)), "\(name)")
                #expect(check.counts["1"] == labels.count { $0 == 1 } && check.counts["2"] == labels.count { $0 == 2 }, "\(name)")
                #expect(check.segments.filter { $0.number > 0 }.map(\.label) == ["liver", "lesion"], "\(name)")
                #expect(check.references_complete && check.frame_of_reference_equal && check.patient_copied, "\(name)")
                #expect(check.series_referenced && check.new_uids && check.by_references != false, "\(name)")
                #expect(check.by_volume != false, "\(name)")
                guard type == .binary else { continue }
                let validation: Validation = try peer("dicom_validate.py", [url.path])
                #expect(validation.dciodvfy ?? [] == [], "\(name)")
                #expect(validation.modules ?? [] == [], "\(name)")
            }
        }
    }

    /// Probabilities as a fractional object, read by others and by us from half on.
    @Test func probabilitiesAreReadBackByOthers() throws {
        try withTemporaryFolder { folder in
            try #require(try PeerPython.run([PeerPython.modules.appending(path: "dicom_make.py").path, folder.path]).status == 0)
            for name in ["explicit-little", "oblique", "enhanced-ct"] {
                let place = folder.appending(path: name)
                let image = try ImageFile.read(place)
                guard case .dicom(let series) = image.source else { throw CancellationError() }
                let url = folder.appending(path: "\(name)-probabilities.dcm")
                let probabilities = [1: 3, 2: 5].mapValues { step in
                    (0..<image.extent.voxelCount).map {
                        Float($0 * step % 101) / 100 * ($0 / image.extent.planeSize == 1 ? 0 : 1)
                    }
                }
                try series.writeProbabilities(segments: Self.segments, algorithm: ("marginseg", "0.1"), to: url) {
                    try #require(probabilities[$0])
                }
                let expected = (0..<image.extent.voxelCount).map { index in
                    UInt8([2, 1].first { (probabilities[$0]![index] * 255).rounded() >= 127.5 } ?? 0)
                }
                let grid = ImageGrid(image.extent, image.geometry, path: name)
                #expect(try ImageFile.readLabels(url, on: grid).labelValues() == expected.map(Int32.init), "\(name)")
                let check: Check = try peer("dicom_seg_check.py", [url.path, place.path])
                #expect(check.sha256.hasPrefix(expected.withUnsafeBytes(SHA256.prefix)), "\(name)")
                #expect(check.references_complete && check.patient_copied && check.new_uids, "\(name)")
                let validation: Validation = try peer("dicom_validate.py", [url.path])
                #expect(validation.dciodvfy ?? [] == [] && validation.modules ?? [] == [], "\(name)")
            }
        }
    }

    /// dcmqi's own reader, and a PACS that takes the object and gives it back.
    @Test func dcmqiAndAPACSTakeThem() throws {
        try withTemporaryFolder { folder in
            try #require(try PeerPython.run([PeerPython.modules.appending(path: "dicom_make.py").path, folder.path]).status == 0)
            let url = folder.appending(path: "object.dcm")
            let (labels, _) = try written(folder.appending(path: "explicit-little"), as: .binary, to: url)
            struct Counts: Decodable { let counts: [String: Int] }
            let found: Counts = try peer("dicom_seg_check.py", ["--dcmqi", url.path, folder.appending(path: "nrrd").path])
            #expect(found.counts == ["1": labels.count { $0 == 1 }, "2": labels.count { $0 == 2 }])
            guard ["/usr/sbin/Orthanc", "/usr/bin/Orthanc"].contains(where: FileManager.default.isExecutableFile) else { return }
            struct Same: Decodable { let same: [Bool] }
            let returned: Same = try peer("dicom_orthanc.py", [url.path])
            #expect(returned.same == [true])
        }
    }

    /// Labels come in the order of any grid that covers the series, and by their value in label files.
    @Test func labelsFollowTheGridAndTheirValues() throws {
        try withTemporaryFolder { folder in
            try #require(try PeerPython.run([PeerPython.modules.appending(path: "dicom_make.py").path, folder.path]).status == 0)
            let image = try ImageFile.read(folder.appending(path: "oblique"))
            guard case .dicom(let series) = image.source, let geometry = image.geometry else { throw CancellationError() }
            let url = folder.appending(path: "object.dcm")
            let segments = [
                DICOMSegment(label: "Gef\u{e4}\u{df} \\ \u{8840}", code: nil, value: 5),
                DICOMSegment(label: "lesion", code: nil, value: -3),
            ]
            let numbers = labels(image.extent)
            try series.writeSegmentation(numbers, segments: segments, algorithm: ("marginseg", "0.1"), to: url)
            let values = numbers.map { Int32([0, 5, -3][Int($0)]) }
            for directions in [geometry.orientation, "RAS", "LPI", "SAR", "PIL"] {
                let order = AxisOrder(towards: directions, from: geometry.orientation)
                let (extent, place) = (order.extent(of: image.extent), order.geometry(of: geometry, extent: image.extent))
                let read = try ImageFile.readLabels(url, on: ImageGrid(extent, place, path: directions))
                let found = try read.labelValues()
                #expect(read.extent == extent && found == order.apply(to: values, of: image.extent), "\(directions)")
            }
            let check: Check = try peer("dicom_seg_check.py", [url.path, folder.appending(path: "oblique").path])
            #expect(
                check.segments.map(\.label) == ["Gefa_ _ _", "lesion"] || check.segments.map(\.label) == ["Gefass _ _", "lesion"])
            let validation: Validation = try peer("dicom_validate.py", [url.path])
            #expect(validation.dciodvfy ?? [] == [] && validation.modules ?? [] == [])
        }
    }

    /// An object of nothing found has a frame still, and the file appears whole.
    @Test func nothingFoundIsAnObjectToo() throws {
        try withTemporaryFolder { folder in
            try #require(try PeerPython.run([PeerPython.modules.appending(path: "dicom_make.py").path, folder.path]).status == 0)
            let image = try ImageFile.read(folder.appending(path: "explicit-little"))
            guard case .dicom(let series) = image.source else { throw CancellationError() }
            let url = folder.appending(path: "empty.dcm")
            let nothing = [UInt8](repeating: 0, count: image.extent.voxelCount)
            try series.writeSegmentation(nothing, segments: Self.segments, algorithm: ("marginseg", "0.1"), to: url)
            let grid = ImageGrid(image.extent, image.geometry, path: "x")
            #expect(try ImageFile.readLabels(url, on: grid).labelValues().allSatisfy { $0 == 0 })
            let validation: Validation = try peer("dicom_validate.py", [url.path])
            #expect(validation.dciodvfy ?? [] == [] && validation.modules ?? [] == [])
        }
    }
}
