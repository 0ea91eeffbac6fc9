import Foundation

/// A series of a DICOM folder: planes that were acquired or made together, and the volumes that they are.
public struct DICOMSeries: Sendable {
    /// Its number in the list of its folder, from 1.
    public let number: Int
    /// What made it, such as `CT`, or `unknown`.
    public let modality: String
    /// What is told of its acquisition in the standard's own terms, such as `AXIAL, CHEST, 120 kV`; nothing that a person typed.
    public let acquisition: String
    /// The files that belong to it.
    public let fileCount: Int
    /// What its planes make, one entry for each set of planes that are alike.
    public let parts: [Part]
    private let firstFile: URL

    /// The folder of its first file, by its path from a place on; `.` for the place itself.
    public func folder(from place: URL) -> String {
        let base = place.standardizedFileURL.pathComponents
        let own = firstFile.deletingLastPathComponent().standardizedFileURL.pathComponents
        let shared = zip(base, own).prefix { $0 == $1 }.count
        return own.count > shared ? own[shared...].joined(separator: "/") : "."
    }

    /// SeriesInstanceUID, for whoever asks for it.
    public let uid: String
    /// Whether it holds segments in place of an image.
    public let isSegmentation: Bool

    /// Planes of a series that are alike in size, spacing and direction, of one time and one echo.
    public struct Part: Sendable {
        /// What chooses it: the number of its series, and its own where there are several, such as `2` or `2.1`.
        public let name: String
        /// Where `ImageFile` reads it.
        public let location: URL
        /// Columns, rows and planes.
        public let extent: Extent
        /// Nil where the planes do not say it, or are no volume.
        public let geometry: VoxelGeometry?
        /// Why it is no volume; nil for one.
        public let problem: String?
        /// Whether it shows where other planes lie.
        public let isLocalizer: Bool
        /// Of its planes.
        let files: [URL]
        /// The folder of its first file.
        public var folder: URL { files[0].deletingLastPathComponent() }

        let volume: Result<DICOMVolume, DICOMVolume.NoVolume>
    }

    /// - Parameter headers: of one series, in the order of their names.
    init(_ headers: [DICOMHeader], number: Int, in place: URL) {
        let first = headers[0]
        self.number = number
        (modality, uid) = (first.modality, first.series)
        acquisition = first.acquisition.joined(separator: ", ")
        fileCount = headers.count
        firstFile = first.url
        isSegmentation = headers.allSatisfy(\.isSegmentation)
        guard !isSegmentation else {
            parts = []
            return
        }
        let groups = Self.groups(headers.flatMap(\.planes))
        parts = groups.enumerated().map { index, planes in
            let name = groups.count == 1 ? "\(number)" : "\(number).\(index + 1)"
            let volume = Result { () throws(DICOMVolume.NoVolume) in try DICOMVolume(planes) }
            let whole = try? volume.get()
            let storage = planes[0].storage
            var problem: String?
            if case .failure(let refusal) = volume { problem = refusal.problem }
            return Part(
                name: name, location: place.naming(series: first.series, part: groups.count == 1 ? nil : index + 1),
                extent: Extent(width: storage.columns, height: storage.rows, depth: planes.count), geometry: whole?.geometry,
                problem: problem, isLocalizer: planes[0].isLocalizer,
                files: planes.map(\.file), volume: volume)
        }
    }

    /// Planes that can be of one volume, in the order in which they are met; where several lie at one place, what tells them apart
    /// parts them.
    private static func groups(_ planes: [DICOMPlane]) -> [[DICOMPlane]] {
        var groups: [[DICOMPlane]] = []
        for plane in planes {
            if let place = groups.firstIndex(where: { $0[0].isLike(plane) }) {
                groups[place].append(plane)
            } else {
                groups.append([plane])
            }
        }
        return groups.flatMap(parted)
    }

    private static func parted(_ planes: [DICOMPlane]) -> [[DICOMPlane]] {
        guard hasDoubles(planes) else { return [planes] }
        var ways: [(DICOMPlane) -> String] = (0..<(planes.map(\.moments.count).min() ?? 0)).map { index in { $0.moments[index] } }
        ways.append { $0.file.path }
        for way in ways {
            var groups: [[DICOMPlane]] = []
            var places: [String: Int] = [:]
            for plane in planes {
                let key = way(plane)
                if let place = places[key] {
                    groups[place].append(plane)
                } else {
                    places[key] = groups.count
                    groups.append([plane])
                }
            }
            let areWhole =
                groups.count > 1 && groups.allSatisfy { $0.count == groups[0].count && $0.count > 1 && !hasDoubles($0) }
            if areWhole { return groups }
        }
        return [planes]
    }

    private static func hasDoubles(_ planes: [DICOMPlane]) -> Bool {
        let heights = planes.compactMap(\.height).sorted()
        return zip(heights, heights.dropFirst()).contains { $1 - $0 < 1e-3 }
    }
}

extension URL {
    /// A place and which of its series is meant.
    package func naming(series: String, part: Int? = nil) -> URL {
        guard var components = URLComponents(url: self, resolvingAgainstBaseURL: true) else { return self }
        components.fragment = series + (part.map { "/\($0)" } ?? "")
        return components.url ?? self
    }

    /// The series that is named.
    var seriesName: String? { fragment.flatMap { $0.isEmpty ? nil : $0 } }

    /// The place without the series that it names.
    package var withoutSeries: URL {
        guard fragment != nil, var components = URLComponents(url: self, resolvingAgainstBaseURL: true) else { return self }
        components.fragment = nil
        return components.url ?? self
    }
}
