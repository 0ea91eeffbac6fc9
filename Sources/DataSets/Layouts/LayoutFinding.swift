import MedicalImages

/// What recognising a data set found out.
public struct LayoutFinding: Sendable {
    /// A class or a region that the data set itself names.
    public struct ClassValues: Sendable, Hashable {
        public let name: String
        /// Values in label files.
        public let values: [Int]

        public init(_ name: String, _ values: [Int]) {
            self.name = name
            self.values = values
        }
    }

    public let layout: LayoutName
    /// Why it was recognised, on one line.
    public let reason: String
    /// With the patterns that were found.
    public let settings: LayoutSettings
    /// Nil where the data set does not name its classes.
    public let classes: [ClassValues]?
    /// What the data set wants scored as a whole, by label values; empty where it is the classes.
    public let regions: [ClassValues]
    /// Values that the data set itself wants ignored.
    public let ignoredValues: [Int]
    /// Where the data set's labels lie.
    public let labelGrid: LabelGrid
    /// The range of intensities that the data set was windowed to; nil where it does not say.
    public let window: ClosedRange<Float>?
    /// What the data set calls the channels of its images, such as `CT`; nil where it does not say.
    public let channelNames: [String]?

    init(
        _ layout: LayoutName, reason: String, settings: LayoutSettings, classes: [ClassValues]? = nil,
        regions: [ClassValues] = [], ignoring: [Int] = [],
        labelGrid: LabelGrid = .own, window: ClosedRange<Float>? = nil,
        channelNames: [String]? = nil
    ) {
        self.layout = layout
        self.reason = reason
        var settings = settings
        settings.layout = layout
        self.settings = settings
        self.classes = classes
        self.regions = regions
        ignoredValues = ignoring
        self.labelGrid = labelGrid
        self.window = window
        self.channelNames = channelNames
    }
}
