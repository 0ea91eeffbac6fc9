/// A picture of an `HTMLPage` with its caption.
public struct PageFigure: Sendable {
    enum Picture: Sendable {
        case svg(String)
        case pixels(RGBImage, alternative: String)
    }

    /// The figure's anchor in the page and its file's name without ending; unique in the page.
    public let name: String
    /// What there is to see, and of what.
    public let caption: String
    let picture: Picture

    /// A drawing.
    ///
    /// - Parameter svg: an SVG document without an XML declaration, such as `ChartSheet.svg`.
    public init(name: String, svg: String, caption: String) {
        self.name = name
        self.caption = caption
        picture = .svg(svg)
    }

    /// Pixels.
    ///
    /// - Parameter alternative: what is said of the picture to somebody who cannot see it.
    public init(name: String, image: RGBImage, alternative: String, caption: String) {
        self.name = name
        self.caption = caption
        picture = .pixels(image, alternative: alternative)
    }
}
