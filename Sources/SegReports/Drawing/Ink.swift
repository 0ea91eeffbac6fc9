/// What a mark is drawn with: a fixed colour, or a role whose colour a dark page inverts.
enum Ink: Sendable, Hashable {
    /// The sheet itself.
    case paper
    case text
    /// Text of lesser weight.
    case faint
    /// Behind the data.
    case grid
    case color(RGB)

    /// On a light sheet.
    var rgb: RGB {
        switch self {
        case .paper: RGB(255, 255, 255)
        case .text: RGB(34, 34, 34)
        case .faint: RGB(89, 98, 110)
        case .grid: RGB(221, 221, 221)
        case .color(let color): color
        }
    }

    /// The name under which the page's style changes it in the dark; nil for what stays.
    var role: String? {
        switch self {
        case .paper: "paper"
        case .text: "text"
        case .faint: "faint"
        case .grid: "grid"
        case .color: nil
        }
    }
}
