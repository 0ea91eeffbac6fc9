import DataSets
import DurableFiles
import Foundation
import MedicalImages
import Sampling

extension CTPhantom {
    /// Writes the volumes as UESTC's COVID-19 data lie: `part1/image/case_1.nii.gz`, `part1/label/…`, `part2/…`.
    ///
    /// Intensities are float32, (clip(HU, −1400, 100) + 1400) / 1500, as published. Of each part's case numbers those are taken
    /// that put three fifths of the volumes into the paper's training split and a fifth each into validation and test.
    ///
    /// - Parameters:
    ///   - folder: missing or empty.
    ///   - workers: volumes made at the same time; the bytes do not depend on it.
    /// - Throws: `PhantomFolderError` where the folder holds something; `FileError`.
    /// - Precondition: six cases or more, which both parts share.
    public func writeUESTC(to folder: URL, workers: Int = 2) throws {
        precondition(cases >= 6, "each part needs a case in every split")
        try PhantomFolder.requireEmpty(folder)
        let half = cases / 2
        let numbered = UESTCLayout.Part.all.enumerated().flatMap { index, part in
            part.numbers(of: index == 0 ? cases - half : half).enumerated().map { place, number in
                (part: part, number: number, index: index * (cases - half) + place)
            }
        }
        for part in UESTCLayout.Part.all {
            for kind in ["image", "label"] { try FileSystem.makeFolder(folder.appending(path: "\(part.name)/\(kind)")) }
        }
        let extent = Extent(width: width, height: height, depth: depth)
        _ = try concurrentMap(numbered, workers: workers) { item in
            let volume = volume(item.index)
            let geometry = volume.geometry(extent)
            func file(_ kind: String) -> URL { folder.appending(path: "\(item.part.name)/\(kind)/case_\(item.number).nii.gz") }
            let windowed = volume.hounsfield.map { (Float(min(max($0, -1400), 100)) + 1400) / 1500 }
            try NIfTI.write(.float32(windowed), extent: extent, geometry: geometry, to: file("image"))
            try NIfTI.write(.uint8(volume.labels), extent: extent, geometry: geometry, to: file("label"))
        }
    }
}

extension UESTCLayout.Part {
    /// As many case numbers as asked for, from every split of the part: about three fifths of them train.
    fileprivate func numbers(of count: Int) -> [Int] {
        let held = max(1, count / 5)
        return Array(1...count - 2 * held) + (1...held).map { bounds[0] + $0 } + (1...held).map { bounds[1] + $0 }
    }
}
