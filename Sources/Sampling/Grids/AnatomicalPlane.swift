import MedicalImages

/// The planes that volumes are cut into.
///
/// Planes of a scan lie as radiologists look at them, whatever the order in which its file stores the axes: rows grow to the
/// patient's back or feet, columns to the left or, of sagittal planes, to the back. So one scan gives the same planes from every
/// file. A file that does not say how its voxels lie in the patient is taken for LPS, as ITK does: x runs to the left, y to the
/// back, z to the head. A file of a single plane that is another one keeps it.
public enum AnatomicalPlane: String, Sendable, Codable, CaseIterable {
    /// Across the axis from feet to head.
    case axial
    /// Across the axis from back to front.
    case coronal
    /// Across the axis from side to side.
    case sagittal
    /// Across z as stored, whatever the file says of the patient.
    case file
    /// Across x as stored: rows along z, columns along y.
    case fileX = "file-x"
    /// Across y as stored: rows along z, columns along x.
    case fileY = "file-y"

    /// In which columns, rows and planes grow; nil for planes of the file.
    private var directions: String? {
        switch self {
        case .axial: "LPS"
        case .coronal: "LIP"
        case .sagittal: "PIL"
        case .file, .fileX, .fileY: nil
        }
    }

    /// `axial planes or pictures`, or `planes across z of the file`.
    public var words: String {
        switch self {
        case .axial: "axial planes or pictures"
        case .coronal, .sagittal: "\(rawValue) planes"
        case .file: "planes across z of the file"
        case .fileX: "planes across x of the file"
        case .fileY: "planes across y of the file"
        }
    }

    /// Whether what a file says of the patient decides how its planes lie.
    public var isAnatomical: Bool { directions != nil }

    /// The order of a volume's axes in which its planes are those across z.
    ///
    /// - Parameter extent: as stored.
    public func order(of extent: Extent, _ geometry: VoxelGeometry?) -> AxisOrder {
        guard let directions else { return storedOrder }
        let stated = geometry.flatMap { $0.source == .pixdim ? nil : $0.orientation }
        let order = AxisOrder(towards: directions, from: stated ?? Self.unstated)
        return extent.depth == 1 && order.extent(of: extent).depth > 1 ? .stored : order
    }

    /// The sizes of a volume cut into these planes, from those of its axial planes.
    package func extent(fromAxial axial: Extent) -> Extent { storedOrder.extent(of: axial) }

    /// What is taken for the orientation of a file that does not state one.
    private static let unstated = "LPS"

    /// The order of axes, none of them turned round.
    private var storedOrder: AxisOrder {
        switch self {
        case .axial, .file: .stored
        case .coronal, .fileY: AxisOrder(0, 2, 1)
        case .sagittal, .fileX: AxisOrder(1, 2, 0)
        }
    }
}
