import SegMetrics

/// One change of a label map that needs no image.
///
/// Objects are components by all neighbours (8 in a plane, 26 in a volume) of the whole case: in three dimensions for a volume,
/// whatever the network sees. What is removed becomes background.
public enum PostProcessingStep: Sendable, Hashable {
    /// Gives holes, components of background by faces that do not reach the image's border, to the class that encloses them. For
    /// single classes these are the holes that touch no other class; for the foreground, each takes the class that most of
    /// its faces touch.
    case fillHoles(of: StepClasses, within: ConnectedWithin)
    /// Removes all components but the largest; of equally large ones all are kept. As nnU-Net v2's
    /// `remove_all_but_largest_component_from_segmentation`.
    case keepLargest(of: StepClasses)
    /// Removes components that are smaller than a size. As scikit-image's `remove_small_objects`.
    case removeSmall(of: StepClasses, below: ObjectSize)

    /// The classes that the step is about.
    public var classes: StepClasses {
        switch self {
        case .fillHoles(let classes, _), .keepLargest(let classes), .removeSmall(let classes, _): classes
        }
    }

    /// For logs and tables: `keep the largest component of liver`.
    public func words(_ scored: ScoredClasses) -> String {
        let name = classes.words(scored)
        return switch self {
        case .fillHoles(_, .volume): "fill holes of \(name)"
        case .fillHoles(_, .planes): "fill holes of \(name) in planes"
        case .keepLargest: "keep the largest component of \(name)"
        case .removeSmall(_, let size): "remove objects of \(name) below \(size.words)"
        }
    }

    /// - Parameter voxelVolume: in mm³; nil for an image that states no spacing.
    /// - Returns: nil for a size in mm³ of an image without spacing.
    func apply(to map: LabelRuns, voxelVolume: Double?) -> LabelRuns? {
        switch self {
        case .fillHoles(let classes, let within):
            return map.fillingHoles(of: classes.contains, within: within)
        case .keepLargest(let classes):
            let components = ConnectedComponents(map, where: classes.contains)
            let largest = components.sizes.max() ?? 0
            return map.removing(components) { $0 < largest }
        case .removeSmall(let classes, let size):
            guard let volume = size.unit == .voxels ? 1 : voxelVolume else { return nil }
            return map.removing(ConnectedComponents(map, where: classes.contains)) { Double($0) * volume < size.value }
        }
    }
}

extension LabelRuns {
    /// With background in place of the components of some sizes.
    fileprivate func removing(_ components: ConnectedComponents, where isRemoved: (Int) -> Bool) -> LabelRuns {
        let removed = components.sizes.map(isRemoved)
        guard removed.contains(true) else { return self }
        return LabelRuns(self) { place in components.component(ofRun: place).flatMap { removed[$0] ? 0 : nil } }
    }
}

/// In writing an object with the step's name and its settings: `{"step": "remove_small", "of": [1], "below": 12.5, "unit": "mm3"}`.
extension PostProcessingStep: Codable {
    private enum Name: String, Codable {
        case fillHoles = "fill_holes"
        case keepLargest = "keep_largest"
        case removeSmall = "remove_small"
    }

    enum CodingKeys: String, CodingKey { case step, of, within, below, unit }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let classes = try container.decode(StepClasses.self, forKey: .of)
        switch try container.decode(Name.self, forKey: .step) {
        case .fillHoles:
            self = .fillHoles(of: classes, within: try container.decode(ConnectedWithin.self, forKey: .within))
        case .keepLargest: self = .keepLargest(of: classes)
        case .removeSmall:
            let value = try container.decode(Double.self, forKey: .below)
            guard value > 0, value.isFinite else {
                throw DecodingError.dataCorruptedError(
                    forKey: .below, in: container, debugDescription: "expected a size above 0, found \(value)")
            }
            self = .removeSmall(
                of: classes, below: ObjectSize(value, try container.decode(ObjectSize.Unit.self, forKey: .unit)))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(classes, forKey: .of)
        switch self {
        case .fillHoles(_, let within):
            try container.encode(Name.fillHoles, forKey: .step)
            try container.encode(within, forKey: .within)
        case .keepLargest: try container.encode(Name.keepLargest, forKey: .step)
        case .removeSmall(_, let size):
            try container.encode(Name.removeSmall, forKey: .step)
            try container.encode(size.value, forKey: .below)
            try container.encode(size.unit, forKey: .unit)
        }
    }
}
