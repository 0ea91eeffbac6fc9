import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import MedicalImages

/// Series that pydicom and others made, and what a correct reader gives for them.
struct DICOMReadingTests {
    /// A volume as the peers describe it.
    struct Expected: Decodable {
        let uid: String?
        /// Planes, rows, columns.
        let shape: [Int]
        /// RAS, row by row.
        let affine: [Double]
        /// Of the real values as float32.
        let sha256: String
        /// ImagePositionPatient of each plane, LPS.
        let positions: [[Double]]?
    }

    private struct Manifest: Decodable {
        struct Input: Decodable {
            let name: String
            let kind: String
            let why: String
            let volumes: [Expected]?
            let volume: Expected?

            enum CodingKeys: String, CodingKey { case name, kind, why, volumes }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                name = try container.decode(String.self, forKey: .name)
                kind = try container.decode(String.self, forKey: .kind)
                why = try container.decode(String.self, forKey: .why)
                volumes = try container.decodeIfPresent([Expected].self, forKey: .volumes)
                volume = kind == "volume" ? try Expected(from: decoder) : nil
            }
        }

        let inputs: [Input]
    }

    /// Series of scanners, each with pydicom's word on it and, where it can read them, SimpleITK's.
    static let real = [
        ("dicom-series-seg/torchio-ct", true), ("dicom-series-seg/dcmqi/ct-3slice", true),
        ("dicom-series-seg/dcmqi/23x38x3/image", true), ("dicom-series-seg/dcmqi/24x38x3/image", true),
        ("dicom-series-seg/dcmqi/23x38x3/multiframe", true), ("ct-mr-totalsegmentator/example_ct_dicom", true),
        ("dicom-series-seg/pydicom-dicomdirtests/98892001/CT5N", true),
        // ITK leaves its shear out.
        ("dicom-enhanced-and-tilted/philips-ct-tilted", false),
    ]

    @Test(
        .enabled(if: TestFolders.realData != nil, Comment(rawValue: TestFolders.noRealData)),
        .enabled(if: PeerPython.has("pydicom"), Comment(rawValue: PeerPython.missing("pydicom"))), arguments: real)
    func seriesOfScannersAreAsPeersReadThem(_ path: String, _ agrees: Bool) throws {
        let place = try #require(TestFolders.realData).appending(path: path)
        for option in agrees ? [[], ["--itk"]] : [[]] {
            let script = PeerPython.modules.appending(path: "dicom_series.py").path
            let result = try PeerPython.run([script] + option + [place.path])
            try #require(result.status == 0, "\(path) \(option)")
            let expected = try JSONDecoder().decode(Expected.self, from: result.output)
            #expect(try difference(place, from: expected) == nil, "\(path) \(option)")
        }
    }

    /// Four time points in four files: each the volume that dcm2niix made of it.
    @Test(.enabled(if: TestFolders.realData != nil, Comment(rawValue: TestFolders.noRealData)))
    func timePointsAreVolumesEach() throws {
        let folder = try #require(TestFolders.realData).appending(path: "dicom-enhanced-and-tilted/siemens-xa10-enhanced")
        let reference = try ImageFile.read(folder.appending(path: "reference.nii"))
        let parts = try DICOMFolder(folder).images
        #expect(parts.count == 4)
        let stated = try #require(reference.geometry)
        let volumes = try parts.map { part -> [Float] in
            let image = try ImageFile.read(part.location)
            let geometry = try #require(image.geometry)
            let order = AxisOrder(towards: stated.orientation, from: geometry.orientation)
            #expect(order.geometry(of: geometry, extent: image.extent).isClose(to: stated, tolerance: 1e-3))
            return order.apply(to: image.realValues(), of: image.extent)
        }
        let all = reference.realValues()
        let size = reference.extent.voxelCount
        for time in 0..<4 {
            #expect(volumes.contains(Array(all[time * size..<(time + 1) * size])), "time point \(time)")
        }
    }

    /// What is no volume is told with the places concerned.
    @Test(.enabled(if: TestFolders.realData != nil, Comment(rawValue: TestFolders.noRealData)))
    func whatIsNoVolumeIsListedWithItsReason() throws {
        let folder = try #require(TestFolders.realData).appending(path: "dicom-series-seg/pydicom-dicomdirtests")
        let series = try DICOMFolder(folder).series
        #expect(series.map(\.parts.count) == [1, 2, 1, 7])
        #expect(
            series[0].parts[0].problem
                == "161 planes are missing: 202.5 mm between 17106 (at -99.48 mm) and 17136 (at 103.02 mm), 1.25 mm elsewhere")
        #expect(series[2].parts[0].problem == nil && series[2].parts[0].extent.depth == 5)
        #expect(series[1].parts.allSatisfy { $0.isLocalizer })
    }

    /// The objects that others made, with the pixels that are known of them.
    @Test(
        .enabled(if: TestFolders.realData != nil, Comment(rawValue: TestFolders.noRealData)),
        arguments: [
            ("dcmqi/liver.dcm", "dcmqi/ct-3slice", [1: 107098]),
            ("dcmqi/23x38x3/seg/label.seg", "dcmqi/23x38x3/image", [1: 322]),
            ("dcmqi/24x38x3/seg/label.seg", "dcmqi/24x38x3/image", [1: 315]),
        ])
    func segmentsOfOthersLieOnTheirSeries(_ object: String, _ series: String, _ counts: [Int: Int]) throws {
        let folder = try #require(TestFolders.realData).appending(path: "dicom-series-seg")
        let info = try ImageFile.readInfo(folder.appending(path: series))
        let grid = ImageGrid(info.extent, info.geometry, path: series)
        let labels = try ImageFile.readLabels(folder.appending(path: object), on: grid)
        #expect(labels.extent == info.extent && labels.geometry == info.geometry)
        let found = Dictionary(grouping: try labels.labelValues().filter { $0 != 0 }) { Int($0) }.mapValues(\.count)
        #expect(found == counts)
        let other = try ImageFile.readInfo(folder.appending(path: "torchio-ct"))
        let message = messageThrown {
            _ = try ImageFile.readLabels(
                folder.appending(path: object), on: ImageGrid(other.extent, other.geometry, path: "another"))
        }
        #expect(
            message?.contains("another") == true && message?.contains("give the object that was drawn on this series") == true)
    }

    /// Nil where a series agrees with what a peer says of it.
    private func difference(_ url: URL, from expected: Expected) throws -> String? {
        let image = try ImageFile.read(url)
        let info = try ImageFile.readInfo(url)
        let shape = [image.extent.depth, image.extent.height, image.extent.width]
        guard shape == expected.shape else { return "\(shape), expected \(expected.shape)" }
        guard info.extent == image.extent, info.geometry == image.geometry, info.scaling == image.scaling,
            info.voxelType == image.samples.type
        else { return "the header says \(info)" }
        let affine = image.geometry?.affine.rowMajor ?? []
        guard zip(affine, expected.affine).allSatisfy({ abs($0 - $1) < 1e-3 }), affine.count == 16 else {
            return "\(affine), expected \(expected.affine)"
        }
        let hash = image.realValues().withUnsafeBytes(SHA256.prefix)
        guard expected.sha256.hasPrefix(hash) else { return "values differ" }
        for (plane, position) in (expected.positions ?? []).enumerated() {
            let place = image.geometry?.affine.applied(to: [0, 0, Double(plane)]) ?? []
            let ras = [-position[0], -position[1], position[2]]
            guard zip(place, ras).allSatisfy({ abs($0 - $1) < 1e-3 }) else {
                return "plane \(plane) lies at \(place), not \(ras)"
            }
        }
        return nil
    }

    @Test(.enabled(if: PeerPython.has("pydicom"), Comment(rawValue: PeerPython.missing("pydicom"))))
    func whatPydicomWroteIsReadOrRefused() throws {
        try withTemporaryFolder { folder in
            let script = PeerPython.modules.appending(path: "dicom_make.py").path
            try #require(try PeerPython.run([script, folder.path]).status == 0)
            let manifest = try JSONDecoder().decode(
                Manifest.self, from: Data(contentsOf: folder.appending(path: "manifest.json")))
            #expect(manifest.inputs.count > 40)
            for input in manifest.inputs {
                let place = folder.appending(path: input.name)
                let words = Comment(rawValue: "\(input.name): \(input.why)")
                if let volume = input.volume {
                    do {
                        if let difference = try difference(place, from: volume) { Issue.record("\(difference) \(words)") }
                    } catch {
                        Issue.record("\(error) \(words)")
                    }
                } else if let volumes = input.volumes {
                    let message = messageThrown { _ = try ImageFile.read(place) }
                    #expect(message?.contains("it holds \(volumes.count) images") == true, "\(message ?? "read") \(words)")
                    let parts = try DICOMFolder(place).images
                    #expect(parts.count == volumes.count)
                    // Numbers go by the files' own; volumes of a peer's list are found by their values.
                    for volume in volumes {
                        #expect(parts.count { (try? difference($0.location, from: volume)) == .some(nil) } == 1, words)
                    }
                } else {
                    let message = messageThrown { _ = try ImageFile.read(place) }
                    #expect(message?.contains(place.path) == true, "\(message ?? "it is read"), \(words)")
                    #expect(message?.contains("\n") == false)
                }
            }
        }
    }
}
