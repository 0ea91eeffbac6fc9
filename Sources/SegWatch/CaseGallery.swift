import MedicalImages
import Sampling
import SegConfiguration
import SegReports
import SegTraining

/// Draws a few cases of a validation split, in every epoch the same, so that pictures of several epochs can be compared.
///
/// The cases are spread over the split, which is often in the order of patients; each is the first with foreground from its
/// place on. Of a volume the plane with the most foreground is drawn.
struct CaseGallery {
    private let labels: LabelMap
    private let watch: WatchConfiguration
    /// Numbers from which on cases are looked for; nil before the first validation.
    private var wanted: [Int]?
    /// The chosen cases' numbers with their planes.
    private var planes: [Int: Int] = [:]

    init(labels: LabelMap, watch: WatchConfiguration) {
        self.labels = labels
        self.watch = watch
    }

    /// A validation begins.
    mutating func begin(cases: Int) {
        guard wanted == nil else { return }
        let count = min(watch.pictures, cases)
        wanted = (0..<count).map { 1 + (2 * $0 + 1) * cases / (2 * count) }
    }

    /// The picture of a case; nil for those that are not chosen.
    mutating func picture(of validated: TrainingEvent.ValidatedCase) -> RGBImage? {
        guard let truth = validated.prepared.labels else { return nil }
        let extent = validated.prepared.extent
        if planes[validated.number] == nil, let next = wanted?.first, validated.number >= next {
            let counts = (0..<extent.depth).map {
                truth.plane($0, of: extent).count(where: labels.isForeground)
            }
            if let plane = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[plane] > 0 {
                planes[validated.number] = plane
                wanted?.removeFirst()
            }
        }
        guard let plane = planes[validated.number] else { return nil }
        let size = extent.plane
        return CasePicture(
            id: validated.prepared.id, note: "", width: size.width, height: size.height,
            planes: validated.prepared.pictured(plane: plane), truth: truth.plane(plane, of: extent),
            ignored: LabelMap.ignored, predictions: [validated.prediction.plane(plane, of: extent)],
            hasBackground: labels.hasBackground
        ).reduced(to: watch.side).sheet(side: watch.side)
    }
}
