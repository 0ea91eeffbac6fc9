import MedicalImages
import SegData
import SegReports
import SegTraining

/// Draws a few cases of a validation split, in every epoch the same, so that pictures of several epochs can be compared.
///
/// The cases are spread over the split, which is often in the order of patients; each is the first with foreground from its
/// place on. Of a volume the plane with the most foreground is drawn.
struct CaseGallery {
    private let axis: PlaneAxis
    /// Numbers from which on cases are looked for; nil before the first validation.
    private var wanted: [Int]?
    /// The chosen cases' numbers with their planes.
    private var planes: [Int: Int] = [:]

    private static let size = 3

    init(axis: PlaneAxis) { self.axis = axis }

    /// A validation begins.
    mutating func begin(cases: Int) {
        guard wanted == nil else { return }
        wanted = (0..<min(Self.size, cases)).map { 1 + (2 * $0 + 1) * cases / (2 * min(Self.size, cases)) }
    }

    /// The picture of a case; nil for those that are not chosen.
    mutating func picture(of validated: TrainingEvent.ValidatedCase) -> RGBImage? {
        guard let truth = validated.prepared.labels else { return nil }
        let extent = validated.prepared.extent
        if planes[validated.number] == nil, let next = wanted?.first, validated.number >= next {
            func foreground(_ plane: Int) -> Int {
                axis.plane(plane, of: truth, extent: extent).count { $0 != 0 && $0 != LabelMap.ignored }
            }
            let counts = (0..<axis.planeCount(of: extent)).map(foreground)
            if let plane = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[plane] > 0 {
                planes[validated.number] = plane
                wanted?.removeFirst()
            }
        }
        guard let plane = planes[validated.number] else { return nil }
        let size = axis.planeSize(of: extent)
        let channels = extent.channels == 3 ? 0..<3 : 0..<1
        let image = channels.map { axis.plane(plane, channel: $0, of: validated.prepared.image, extent: extent) }
        // Normalised intensities have no fixed range.
        let low = image.compactMap { $0.min() }.min() ?? 0, high = image.compactMap { $0.max() }.max() ?? 1
        let scale = high > low ? 1 / (high - low) : 0
        return OverlayPanel(
            planes: image.map { $0.map { ($0 - low) * scale } }, width: size.width, height: size.height,
            truth: axis.plane(plane, of: truth, extent: extent),
            prediction: axis.plane(plane, of: validated.prediction, extent: extent), ignoring: LabelMap.ignored
        ).render()
    }
}
