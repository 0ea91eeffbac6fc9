import MarginCalibration
import PostProcessing
import SegMetrics

/// What there is to show of one or several runs on one split, as a page.
///
/// All numbers come from `Evaluation` and `EmpiricalMarginBounds`; here they are only arranged. With several runs, the first is
/// the one that the others are compared with, and its ranking chooses the cases that are shown.
public struct RunReport: Sendable {
    /// A run with its results on the split.
    public struct Run: Sendable {
        /// Short, unlike the others'.
        public let name: String
        /// What it was made of: label and value, the same labels in all runs.
        public let facts: [(label: String, value: String)]
        /// In their order.
        public let stages: [Stage]
        public let evaluation: Evaluation
        public let margins: Margins
        /// How its label maps are changed after the network; nil where they are not.
        public let postProcessing: LearnedPostProcessing?

        public init(
            name: String, facts: [(label: String, value: String)], stages: [Stage], evaluation: Evaluation, margins: Margins,
            postProcessing: LearnedPostProcessing? = nil
        ) {
            self.name = name
            self.facts = facts
            self.stages = stages
            self.evaluation = evaluation
            self.margins = margins
            self.postProcessing = postProcessing
        }
    }

    /// A stage of training with its epochs.
    public struct Stage: Sendable, Hashable {
        public let name: String
        public let objective: String
        /// From the first; fewer than planned for a run that was cut off.
        public let epochs: [Epoch]

        public init(name: String, objective: String, epochs: [Epoch]) {
            self.name = name
            self.objective = objective
            self.epochs = epochs
        }
    }

    public struct Epoch: Sendable, Hashable {
        /// The mean of the objective over the epoch's steps.
        public let trainingLoss: Double
        /// The objective on the validation split; nil where it was not recorded.
        public let validationLoss: Double?
        /// Foreground mIoU over the epoch's training batches, 0…1; nil where it was not recorded.
        public let trainingMIoU: Double?
        /// Foreground mIoU on the validation split, 0…1; nil where it is not defined.
        public let validationMIoU: Double?
        /// Whether its checkpoint was the stage's best when it was written.
        public let isBest: Bool

        public init(
            trainingLoss: Double, validationLoss: Double?, trainingMIoU: Double?, validationMIoU: Double?, isBest: Bool
        ) {
            self.trainingLoss = trainingLoss
            self.validationLoss = validationLoss
            self.trainingMIoU = trainingMIoU
            self.validationMIoU = validationMIoU
            self.isBest = isBest
        }
    }

    /// What the run's margins say (Eqs. 4–8), at native resolution.
    public struct Margins: Sendable {
        public let bounds: EmpiricalMarginBounds
        public let byClass: ClassMargins
        /// A description of where the offsets come from.
        public let offsetsFrom: String

        public init(bounds: EmpiricalMarginBounds, byClass: ClassMargins, offsetsFrom: String) {
            self.bounds = bounds
            self.byClass = byClass
            self.offsetsFrom = offsetsFrom
        }
    }

    /// The part of the data set that was scored.
    public enum Part: String, Sendable { case train, validation, test }

    /// The name of the data set.
    public let dataSet: String
    public let part: Part
    /// One or more, all with the same classes and cases.
    public let runs: [Run]
    /// Of all runs with the first; nil for one run.
    public let comparison: Comparison?
    /// Worst, median and best of the first run.
    public let cases: [CasePicture]
    public let browsers: [SliceBrowser]
    /// What to type to get this again.
    public let commands: [String]
    /// Program and version.
    public let program: String

    /// - Precondition: one run or more.
    public init(
        dataSet: String, part: Part, runs: [Run], comparison: Comparison?, cases: [CasePicture], browsers: [SliceBrowser],
        commands: [String], program: String
    ) {
        precondition(!runs.isEmpty, "a report is of a run")
        self.dataSet = dataSet
        self.part = part
        self.runs = runs
        self.comparison = comparison
        self.cases = cases
        self.browsers = browsers
        self.commands = commands
        self.program = program
    }

    /// The page with all its figures.
    public var page: HTMLPage {
        let scores = runs[0].evaluation.native
        let title = runs.count == 1 ? "\(runs[0].name) on \(dataSet)" : "\(runs.count) runs on \(dataSet)"
        return HTMLPage(
            title: title,
            subtitle: "\(part.rawValue) split · \(scores.groupCount) \(units(scores.groupCount)) · "
                + "\(counted(scores.caseCount, "case")) · \(counted(scores.imageCount, "image"))",
            sections: [
                summary, measured, curves, classScores, confusion, postProcessing, margins, examples, slices, comparisonSection,
                making,
            ].compactMap { $0 },
            footer: "Made by \(program). Not a medical device; not for clinical use.")
    }
}

extension RunReport {
    var classes: ScoredClasses { runs[0].evaluation.classes }
    var classNames: [String] { classes.names }
    /// What the mean over the foreground goes over.
    var foreground: String { classes.foregroundWord }

    /// The colour of a run in every chart: Okabe and Ito's, those dark enough for lines on white first.
    func color(_ run: Int) -> RGB { Self.colors[run % Self.colors.count] }

    private static let colors: [RGB] = [.blue, .vermilion, .bluishGreen, .reddishPurple, .orange, .skyBlue]

    /// An entry for each run; none for one, which needs no name.
    var runLegend: Legend {
        Legend(runs.count == 1 ? [] : runs.enumerated().map { .init($1.name, color: color($0)) })
    }

    /// What the intervals resample.
    func units(_ count: Int) -> String { count == 1 ? "patient or video" : "patients or videos" }

    func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
