/// The arrangements of data sets on disk, in the order in which they are tried.
public enum LayoutName: String, Sendable, Hashable, Codable, CaseIterable {
    /// A comma-separated list of images and labels.
    case csv
    /// nnU-Net's raw format, version 2.
    case nnunet
    /// The Medical Segmentation Decathlon.
    case decathlon
    /// UESTC COVID-19: `part1/` and `part2/`.
    case uestc
    /// EndoVis 2017: `instrument_dataset_1/` and so on.
    case endovis
    /// A folder a case, with a folder that has one mask for each object.
    case objects
    /// A folder of images, and one or more of labels with equal names.
    case folders
    /// Images and labels side by side, distinguished by how their names end.
    case pairs
    /// A folder a case, with the same file names in each.
    case cases
    /// Label volumes beside the only image on the same grid.
    case grids
}
