import DataSets
import Sampling

/// One case as several models see it, plane by plane at native size: for pictures.
public struct CaseStudy: Sendable {
    /// The case's name in the data set.
    public let id: String
    /// Rows and columns of a plane.
    public let size: GridSize
    /// Planes as the first model cuts them.
    public let planeCount: Int
    private let labels: LabelMap
    private let prepared: PreparedCase
    private let truth: [UInt8]
    private let predictions: [[UInt8]]

    /// Reads the case and lets each model label it; the image is as the first model's settings prepare it.
    ///
    /// - Throws: `CaseError` for a case that cannot be read or has no labels.
    /// - Precondition: a model or more, all of the same classes.
    public init(_ dataCase: DataCase, models: [SegmentationModel]) throws {
        precondition(!models.isEmpty, "a study has a model")
        let cases = try models.map { try $0.read(dataCase) }
        prepared = cases[0]
        guard let truth = prepared.labels else { throw CaseError.noLabel(path: prepared.id) }
        self.truth = truth
        predictions = try zip(models, cases).map { try $0.predict($1) }
        self.labels = models[0].recipe.labels
        id = prepared.id
        size = prepared.extent.plane
        planeCount = prepared.extent.depth
    }

    /// One grey plane or three of colour, the intensities of the file; of other channels, the first.
    public func image(_ plane: Int) -> [[Float]] { prepared.pictured(plane: plane) }

    /// Whether class 0 is the background.
    public var hasBackground: Bool { labels.hasBackground }

    /// True classes, and `LabelMap.ignored`.
    public func truth(_ plane: Int) -> [UInt8] { truth.plane(plane, of: prepared.extent) }

    /// Predicted classes of each model.
    public func predictions(_ plane: Int) -> [[UInt8]] {
        predictions.map { $0.plane(plane, of: prepared.extent) }
    }

    /// The plane with the most foreground, the first of equals.
    public var fullestPlane: Int {
        let content = content
        return content.indices.max { (content[$0], $1) < (content[$1], $0) } ?? 0
    }

    /// For each plane, the pixels with foreground in the truth or the first model's prediction.
    public var content: [Int] {
        (0..<planeCount).map { plane in
            zip(truth(plane), predictions[0].plane(plane, of: prepared.extent))
                .count { labels.isForeground($0) || labels.isForeground($1) }
        }
    }
}
