import Sampling

/// Random changes that do not make another thing of what is seen.
extension DataSurvey {
    /// Mild turns and scales, mirror images where no class has a side, and small changes of the intensities.
    func augmentation(classNames: [String]) -> Choice<Augmentation> {
        let sided = classNames.firstOfOneSide
        // Pictures in colour are of microscopes, endoscopes and cameras, which are held in any way.
        let isColour = channels == 3 && cases.allSatisfy { $0.isEightBit && $0.extent.depth == 1 }
        let flips =
            switch sided {
            case let name?: "no mirror images, since '\(name)' is of one side"
            case nil where isColour: "mirror images both ways, since colour pictures seldom have an upside"
            case nil: "mirror images of left and right, not of top and bottom"
            }
        return Choice(
            Augmentation(
                horizontalFlip: sided == nil ? 0.5 : 0, verticalFlip: sided == nil && isColour ? 0.5 : 0,
                warp: Warp(probability: 0.5, rotation: 10, scale: 0.1), brightness: 0.1, contrast: 0.1, noise: 0.02),
            "\(flips); half of the planes are turned and scaled a little, and intensities change a little")
    }
}

extension [String] {
    /// The first name of a class that has a side.
    var firstOfOneSide: String? {
        first { name in
            name.lowercased().split { !$0.isLetter }.contains { ["left", "right", "l", "r"].contains($0) }
        }
    }
}
