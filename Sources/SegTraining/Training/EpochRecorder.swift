import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegMetrics

/// Records the numbers of epochs: as lines of `metrics.jsonl`, and as events for the observer.
final class EpochRecorder {
    private let metrics: JSONLines
    private let observe: (TrainingEvent) -> Void
    private var neverPredicted: [String] = []
    private var isFailureTold = false

    init(_ url: URL, observe: @escaping (TrainingEvent) -> Void) throws {
        metrics = try JSONLines(url)
        self.observe = observe
    }

    /// Removes the lines of epochs after a position, which will be done again; nil: all lines.
    static func cut(_ url: URL, after position: TrainingPosition?) throws {
        struct Place: Decodable {
            let stage: Int
            let epoch: Int
        }
        try JSONLines.cut(url) { line in
            guard let position, let place = try? JSONDecoder().decode(Place.self, from: line) else { return false }
            return (place.stage, place.epoch) <= (position.stage, position.epoch)
        }
    }

    /// Writes the line of an epoch.
    func write(_ record: EpochRecord) throws {
        do {
            try metrics.append(record)
        } catch let error as FileError {
            // The weights are worth more than a line about them.
            if !isFailureTold { observe(.warned("\(error); the run goes on, without this line of its metrics")) }
            isFailureTold = true
        }
    }

    /// Tells of an epoch that is saved.
    func tell(_ record: EpochRecord, of classes: ScoredClasses, at place: String) {
        observe(.epochFinished(record))
        if record.neverPredicted != neverPredicted,
            let warning = BackgroundCollapse.warning(record.neverPredicted, of: classes)
        {
            observe(.warned("\(place): \(warning)"))
        }
        neverPredicted = record.neverPredicted
    }
}
