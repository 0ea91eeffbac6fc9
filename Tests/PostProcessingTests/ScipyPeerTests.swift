import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import PostProcessing

/// Components and steps against scipy.ndimage, where `PeerPython` has it.
struct ScipyPeerTests {
    private struct Job: Encodable {
        let shape: [Int]
        let labels: [UInt8]
    }

    private struct Reading: Decodable {
        /// Of the foreground, by faces and by all neighbours.
        let faces: [Int]
        let all: [Int]
        let counts: [Int]
        let filled: [UInt8]
        let largest: [UInt8]
        let withoutSmall: [UInt8]
    }

    private static let script = """
        import json, sys
        import numpy as np
        from scipy import ndimage

        def read(job):
            labels = np.array(job["labels"], np.uint8).reshape(job["shape"])
            mask = labels > 0
            faces, count = ndimage.label(mask)
            all_, count_all = ndimage.label(mask, np.ones([3] * mask.ndim))
            sizes = np.bincount(all_.ravel())
            sizes[0] = 0
            keep = lambda wanted: np.where(np.isin(all_, np.flatnonzero(wanted)), labels, 0)
            return dict(faces=faces.ravel().tolist(), all=all_.ravel().tolist(), counts=[count, count_all],
                        filled=ndimage.binary_fill_holes(mask).astype(int).ravel().tolist(),
                        largest=keep((sizes == sizes.max()) & (sizes > 0)).ravel().tolist(),
                        withoutSmall=keep(sizes >= 5).ravel().tolist())

        json.dump([read(job) for job in json.load(open(sys.argv[1]))], sys.stdout)
        """

    private static func readByScipy(_ pictures: [LabelPicture]) throws -> [Reading] {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "jobs.json")
            let jobs = pictures.map { picture in
                let (extent, plane) = (picture.extent, [picture.extent.height, picture.extent.width])
                return Job(shape: extent.depth == 1 ? plane : [extent.depth] + plane, labels: picture.labels)
            }
            try JSONEncoder().encode(jobs).write(to: file)
            let (status, output) = try PeerPython.run(["-c", script, file.path])
            try #require(status == 0, "the Python script failed")
            return try JSONDecoder().decode([Reading].self, from: output)
        }
    }

    /// Numbers from 1 on in the order of their first places.
    private func renumbered(_ numbers: [Int]) -> [Int] {
        var found: [Int: Int] = [0: 0]
        return numbers.map { number in
            if found[number] == nil { found[number] = found.count }
            return found[number] ?? 0
        }
    }

    @Test(.enabled(if: PeerPython.has("scipy"), "\(PeerPython.missing("scipy"))"))
    func componentsAndStepsAreThoseOfScipy() throws {
        let large = LabelPicture.random(Extent(width: 40, height: 35, depth: 20), classes: 2, background: 0.75, seed: 91)
        let wide = LabelPicture.random(Extent(width: 150, height: 120), classes: 1, background: 0.42, seed: 92)
        let pictures = LabelPicture.all + [large, wide]
        for (picture, reading) in zip(pictures, try Self.readByScipy(pictures)) {
            let name = Comment(rawValue: picture.testDescription)
            let (faces, all) = (picture.numbers(.faces) { $0 > 0 }, picture.numbers(.all) { $0 > 0 })
            #expect([faces.max() ?? 0, all.max() ?? 0] == reading.counts, name)
            #expect(faces == renumbered(reading.faces), name)
            #expect(all == renumbered(reading.all), name)
            func apply(_ step: PostProcessingStep) throws -> [UInt8] {
                try PostProcessing([step]).apply(to: picture.labels, of: "a", extent: picture.extent, voxelVolume: nil)
            }
            #expect(
                try apply(.fillHoles(of: .foreground, within: .volume)).map { $0 > 0 ? 1 : 0 } == reading.filled, name)
            #expect(try apply(.keepLargest(of: .foreground)) == reading.largest, name)
            #expect(try apply(.removeSmall(of: .foreground, below: .init(5, .voxels))) == reading.withoutSmall, name)
        }
    }
}
