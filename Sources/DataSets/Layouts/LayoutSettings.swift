/// What a user says of a data set's layout, or what recognising it found.
public struct LayoutSettings: Sendable, Hashable {
    /// Nil: recognise it.
    public var layout: LayoutName?
    /// Patterns of the image files, one a channel file; empty: recognise them.
    public var images: [String]
    /// Patterns of the label files; several are masks, of which the later lie in front.
    public var labels: [String]
    /// Which task of a layout that offers several.
    public var task: String?
    /// What holds where masks overlap; nil: the layout's own rule.
    public var overlaps: OverlapRule?
    /// Which entry of nnU-Net's `splits_final.json`, or which `fold` of a MONAI list, validates.
    public var fold: Int

    /// Nothing is known, all is recognised.
    public init(
        layout: LayoutName? = nil, images: [String] = [], labels: [String] = [], task: String? = nil,
        overlaps: OverlapRule? = nil, fold: Int = 0
    ) {
        self.layout = layout
        self.images = images
        self.labels = labels
        self.task = task
        self.overlaps = overlaps
        self.fold = fold
    }
}
