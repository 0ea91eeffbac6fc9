import Foundation
import MedicalImages

/// How the names of images and of their labels go together where they are not equal: `a.jpg` with `a_segmentation.png`,
/// `a_0000.nii.gz` with `a.nii.gz`, or `volume-1.nii` with `segmentation-1.nii`.
struct NamePairing: Hashable {
    /// Patterns with one star.
    let image: String
    let label: String

    /// Nil unless every label has an image by one rule.
    init?(images: [String], labels: [String]) {
        let images = images.map(ImageFile.parts), labels = labels.map(ImageFile.parts)
        guard let first = labels.first, Set(labels.map(\.ending)).count == 1 else { return nil }
        let stems = Set(images.map(\.stem))
        /// The ending of those images that have a label; others, such as `superpixels.png`, are of another kind.
        func ending(_ image: (String) -> Bool) -> String? {
            let endings = Set(images.filter { image($0.stem) }.map(\.ending))
            return endings.count == 1 ? endings.first : nil
        }
        for length in (1..<max(2, first.stem.count)).reversed() where stems.contains(String(first.stem.prefix(length))) {
            let suffix = String(first.stem.dropFirst(length))
            let bases = Set(labels.filter { $0.stem.hasSuffix(suffix) }.map { String($0.stem.dropLast(suffix.count)) })
            guard bases.count == Set(labels.map(\.stem)).count, bases.isSubset(of: stems), let ending = ending(bases.contains)
            else {
                continue
            }
            self.image = "*\(ending)"
            label = "*\(suffix)\(first.ending)"
            return
        }
        // The other way round, where that leaves no image out: `a_0001` would be another channel.
        let labelled = Set(labels.map(\.stem))
        if let stem = images.first?.stem, let ending = ending({ _ in true }) {
            for length in (1..<max(2, stem.count)).reversed() where labelled.contains(String(stem.prefix(length))) {
                let suffix = stem.dropFirst(length)
                guard
                    images.allSatisfy({ $0.stem.hasSuffix(suffix) && labelled.contains(String($0.stem.dropLast(suffix.count))) })
                else { continue }
                image = "*\(suffix)\(ending)"
                label = "*\(first.ending)"
                return
            }
        }
        func head(_ stem: String) -> String { String(stem.prefix { !$0.isNumber }) }
        let heads = (image: Set(images.map { head($0.stem) }), label: Set(labels.map { head($0.stem) }))
        guard heads.image.count == 1, heads.label.count == 1, let imageHead = heads.image.first,
            let labelHead = heads.label.first,
            let ending = ending({ _ in true })
        else { return nil }
        let rests = Set(images.map { $0.stem.dropFirst(imageHead.count) })
        guard labels.allSatisfy({ rests.contains($0.stem.dropFirst(labelHead.count)) }) else { return nil }
        self.image = "\(imageHead)*\(ending)"
        label = "\(labelHead)*\(first.ending)"
    }
}
