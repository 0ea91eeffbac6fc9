import Foundation
import MedicalImages

/// What one image file holds.
public struct ImageCensus: Codable, Sendable {
    public let file: String
    public let info: ImageInfo
    /// Of the scaled values; nil where a value is NaN.
    public let minimum: Double?
    public let maximum: Double?
    public let mean: Double?
    /// Values that are NaN or infinite.
    public let notFinite: Int

    enum CodingKeys: String, CodingKey {
        case file, info, minimum, maximum, mean
        case notFinite = "not_finite"
    }

    public init(of url: URL) throws {
        let values = try ImageFile.read(url).realValues()
        file = url.path
        info = try ImageFile.readInfo(url)
        let finite = values.lazy.filter(\.isFinite)
        notFinite = values.count - finite.count
        minimum = finite.min().map(Double.init)
        maximum = finite.max().map(Double.init)
        mean = notFinite < values.count ? finite.reduce(0.0) { $0 + Double($1) } / Double(values.count - notFinite) : nil
    }
}
