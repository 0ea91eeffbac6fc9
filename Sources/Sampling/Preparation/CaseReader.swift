import DataSets
import Foundation
import MedicalImages

/// Reads cases: joins channels, maps labels, normalises; every file that does not fit is named.
public struct CaseReader: Sendable {
    public let recipe: Recipe
    /// Of every case that is wanted; nil: any number.
    private let channels: Int?

    /// - Parameter channels: that every case should have: a grey picture stored as RGB is then read as one channel, where that
    ///   makes it so. Whoever needs the number checks it.
    /// - Throws: `SettingError` for an invalid recipe.
    public init(_ recipe: Recipe, channels: Int? = nil) throws {
        try recipe.validate()
        self.recipe = recipe
        self.channels = channels
    }

    /// Whether files with this many channels together should be read as grey ones, with a channel each.
    private func wantsGrey(_ found: Int, files: Int) -> Bool { channels == files && found > files }

    /// The grid of a case's image, with the channels of all its files: from the headers alone, unless the recipe crops to what is
    /// not 0.
    ///
    /// - Throws: `CaseError` where channels, label and fit do not go together; `ImageFileError`, `FileError`.
    public func outline(of dataCase: DataCase) throws -> CaseGrid {
        let infos = try dataCase.image.files.map { try ImageFile.readInfo($0) }
        var extents = infos.map(\.extent)
        if wantsGrey(extents.reduce(0) { $0 + $1.channels }, files: extents.count) {
            // Only the samples tell.
            for (index, url) in dataCase.image.files.enumerated()
            where try extents[index].channels == 3 && ImageFile.read(url).isGreyInColour {
                extents[index].channels = 1
            }
        }
        let extent = try Self.join(extents, infos.map(\.geometry), of: dataCase.image.files)
        let nonzero = try recipe.needsImage ? GridBox(nonzeroOf: dataCase.image.files.map { try ImageFile.read($0) }) : nil
        let grid = try recipe.grid(of: extent, infos[0].geometry, path: dataCase.image.path, nonzero: nonzero)
        for layer in dataCase.label?.layers ?? [] {
            let info = try ImageFile.readLabelInfo(
                layer.url, on: recipe.labelGrid.of(extent, infos[0].geometry, path: dataCase.image.path))
            try recipe.labelGrid.require(
                info.extent, info.geometry, at: layer.url.path, asOf: extent, infos[0].geometry, dataCase.image.path)
        }
        return grid
    }

    /// - Throws: `CaseError` for a file that does not fit the recipe or the other files; `ImageFileError`, `FileError`.
    public func read(_ dataCase: DataCase) throws -> PreparedCase {
        var images = try dataCase.image.files.map { url in
            let image = try ImageFile.read(url)
            if case .picture(let info) = image.source, info.colorType == .palette { throw CaseError.palette(path: url.path) }
            if case .segmentation = image.source { throw CaseError.segments(path: url.path) }
            return image
        }
        if wantsGrey(images.reduce(0) { $0 + $1.extent.channels }, files: images.count) {
            for index in images.indices where images[index].isGreyInColour { images[index].makeGrey() }
        }
        let extent = try Self.join(images.map(\.extent), images.map(\.geometry), of: dataCase.image.files)
        let grid = try recipe.grid(
            of: extent, images[0].geometry, path: dataCase.image.path,
            nonzero: recipe.needsImage ? GridBox(nonzeroOf: images) : nil)
        var labels: [UInt8]?
        var labelNotes: [ImageNote] = []
        if let source = dataCase.label {
            let reading = try LabelReading(source, on: recipe.labelGrid.of(extent, images[0].geometry, path: dataCase.image.path))
            try recipe.labelGrid.require(
                reading.extent, reading.geometry, at: source.first.path, asOf: extent, images[0].geometry,
                dataCase.image.path)
            labels = try grid.apply(to: reading.classes(recipe.labels, path: source.first.path))
            labelNotes = reading.notes
        }
        return PreparedCase(
            dataCase: dataCase, grid: grid, source: images[0].source,
            image: try prepared(images, dataCase, on: grid), labels: labels, labelNotes: labelNotes)
    }

    /// In the order of the grid, so that sums over a scan are the same to the bit in whatever order it was stored.
    private func prepared(_ images: [MedicalImage], _ dataCase: DataCase, on grid: CaseGrid) throws -> CaseImage {
        do {
            let files = zip(images, dataCase.image.files).map { image, url in
                CaseImage.File(samples: grid.apply(to: image.samples), scaling: image.scaling, path: url.path)
            }
            return try CaseImage(files, extent: grid.extent, recipe.normalization)
        } catch CaseError.notFinite(let path, let count, let first) {
            throw CaseError.notFinite(path: path, count: count, first: grid.storedPosition(of: first))
        }
    }

    /// The common grid of a case's files, with the sum of their channels.
    private static func join(_ extents: [Extent], _ geometries: [VoxelGeometry?], of urls: [URL]) throws -> Extent {
        var joined = extents[0]
        for (extent, (geometry, url)) in zip(extents, zip(geometries, urls)).dropFirst() {
            guard extent.sizes == joined.sizes else {
                throw CaseError.channelSizes(path: url.path, extent: extent, first: urls[0].path, firstExtent: extents[0])
            }
            if let geometry, let first = geometries[0] {
                let grids = GridComparison(geometry, with: first, extent: extent)
                guard grids.areEqual else {
                    throw CaseError.channelGrids(
                        path: url.path, first: urls[0].path, found: grids.words.distance, allowed: grids.words.allowed)
                }
            }
            joined.channels += extent.channels
        }
        return joined
    }

}
