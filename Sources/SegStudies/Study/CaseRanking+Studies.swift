import DataSets
import Sampling
import SegInference
import SegReports

extension CaseRanking {
    /// A ranked case, read and labelled by models.
    public struct Study {
        public let place: Place
        public let study: CaseStudy

        /// A plane of it for a page.
        ///
        /// - Parameter plane: nil: the one with the most foreground, whose number of several stands in the note.
        public func picture(plane: Int? = nil) -> CasePicture {
            let number = plane ?? study.fullestPlane
            let slice = plane == nil && study.planeCount > 1 ? ", slice \(number + 1) of \(study.planeCount)" : ""
            return CasePicture(
                id: study.id, note: place.note + slice, width: study.size.width, height: study.size.height,
                planes: study.image(number), truth: study.truth(number), ignored: LabelMap.ignored,
                predictions: study.predictions(number), hasBackground: study.hasBackground)
        }
    }

    /// Reads the chosen ones among the cases that were ranked; a case is named by its group and name.
    ///
    /// - Throws: `CaseError`, `ImageFileError`, `FileError` for a case that cannot be read; `ScoresNotFinite`.
    /// - Precondition: a model or more, all of the same classes.
    public func studies(among cases: [DataCase], models: [SegmentationModel]) throws -> [Study] {
        try chosen.compactMap { place in
            try cases.first { $0.id == place.id && $0.group == place.group }.map {
                Study(place: place, study: try CaseStudy($0, models: models))
            }
        }
    }
}
