import Foundation

extension Recipe {
    /// How training sees the images, in words: every table of label counts names it, since counts of other sizes are others.
    public func trainingView(_ selection: SampleStore.Selection) -> String {
        func words(_ size: GridSize) -> String { size.lengths.map(String.init).joined(separator: "×") }
        let samples = (dimensions == 3 ? "volumes" : plane.words) + (selection == .foregroundOnly ? " with foreground" : "")
        let cut = crop.map { ", of \($0.width)×\($0.height) pixels at \($0.x), \($0.y)" } ?? ""
        let spaced = spacing.map { ", at " + $0.lengths.map { String(format: "%g", $0) }.joined(separator: " × ") + " mm" } ?? ""
        let fitted =
            switch fit {
            case .resize(let size, _): "resized to \(words(size))"
            case .pad(let size): "framed to \(words(size))"
            case .crop(let size, let foreground):
                String(
                    format: "in random windows of \(words(size)), %g %% of them about foreground; means of an epoch",
                    foreground * 100)
            }
        return "\(samples)\(cut)\(spaced), \(fitted)"
    }
}
