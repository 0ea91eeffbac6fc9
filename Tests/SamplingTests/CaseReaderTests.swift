import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct CaseReaderTests {
    private let extent = Extent(width: 4, height: 3, depth: 2)
    private let recipe = Recipe(
        labels: LabelMap(identity: 2), normalization: .range(low: 0, high: 1), fit: .pad(to: GridSize(height: 4, width: 4)),
        plane: .file)

    private func geometry(shift: Double = 0, spacing: Double = 1) -> VoxelGeometry {
        VoxelGeometry(affine: Affine(rowMajor: [-spacing, 0, 0, 5 + shift, 0, spacing, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]))
    }

    private func dataCase(_ folder: TemporaryFolder, images: [String] = ["i.nii"], label: String? = "l.nii") -> DataCase {
        DataCase(
            id: "one", group: "p", image: ImageLocation(images.map { folder($0) }),
            label: label.map { LabelSource(file: folder($0)) })
    }

    /// A picture of the case has the intensities of the file, whatever its channels were normalised by.
    @Test(arguments: [
        IntensityNormalization.imageNet, .zScore, .percentiles(low: 0, high: 100), .range(low: 0, high: 255),
        .window(low: 0, high: 255),
    ])
    func picturesHaveTheColoursOfTheFile(_ normalization: IntensityNormalization) throws {
        let folder = try TemporaryFolder()
        let colors: [UInt8] = [30, 30, 30, 30, 30, 30, 200, 10, 90, 0, 255, 128]
        try PNG.write(rgb: colors, width: 2, height: 2, to: folder("i.png"))
        var recipe = recipe
        recipe.normalization = normalization
        let prepared = try CaseReader(recipe).read(
            DataCase(id: "c", group: "c", image: ImageLocation(folder("i.png")), label: nil))
        let planes = prepared.pictured(plane: 0)
        #expect(planes.count == 3)
        for channel in 0..<3 {
            for pixel in 0..<4 { #expect(abs(planes[channel][pixel] - Float(colors[3 * pixel + channel])) < 0.01) }
        }
    }

    @Test func joinsChannelsAndMapsLabels() throws {
        let folder = try TemporaryFolder()
        let first = (0..<24).map { Float($0) }
        try folder.write(.float32(first), extent, geometry: geometry(), to: "a.nii")
        try folder.write(.int16(first.map { Int16($0) * 2 }), extent, geometry: geometry(), to: "b.nii.gz")
        try folder.write(.uint8((0..<24).map { $0 % 2 }), extent, geometry: geometry(), to: "l.nii")
        let reader = try CaseReader(recipe)
        let dataCase = dataCase(folder, images: ["a.nii", "b.nii.gz"])
        let prepared = try reader.read(dataCase)
        #expect(prepared.extent == Extent(width: 4, height: 3, depth: 2, channels: 2))
        #expect(try reader.outline(of: dataCase) == prepared.grid)
        #expect(prepared.image.values == first + first.map { $0 * 2 })
        #expect(prepared.labels == (0..<24).map { $0 % 2 })
        #expect(prepared.grid.storedGeometry?.orientation == "LAS")

        let sample = try #require(prepared.sample(1))
        #expect(sample.id == SampleID(caseID: "one", plane: 1))
        #expect(sample.image.count == 2 * 16)
        #expect(Array(sample.image[..<12]) == first[12...].map { $0 }, "three rows of the plane, then one of the frame")
        #expect(sample.image[16] == 24)
        #expect(Array(sample.labels[12...]) == [255, 255, 255, 255])
        #expect(sample.sourceSize == GridSize(height: 3, width: 4))
    }

    @Test func colouredMasksAreReadWhereChannelsAgree() throws {
        let folder = try TemporaryFolder()
        try folder.write(gray: [0, 1, 2, 3], width: 2, to: "i.png")
        try PNG.write(rgb: [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0], width: 2, height: 2, to: folder("same.png"))
        try PNG.write(rgb: [0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0], width: 2, height: 2, to: folder("other.png"))
        let reader = try CaseReader(recipe)
        #expect(try reader.read(dataCase(folder, images: ["i.png"], label: "same.png")).labels == [0, 1, 1, 0])
        #expect(
            folder.message { _ = try reader.read(dataCase(folder, images: ["i.png"], label: "other.png")) }
                == "DIR/other.png: 3 channels that differ, first at x 0, y 1, z 0, channel 1; expected one label a pixel; "
                + "save the labels with one channel")
    }

    @Test(arguments: [0, 1e-4, 0.0105])
    func headersMayRound(shift: Double) throws {
        let folder = try TemporaryFolder()
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: geometry(), to: "i.nii")
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: geometry(shift: shift), to: "l.nii")
        #expect(try CaseReader(recipe).read(dataCase(folder)).labels?.count == 24)
    }

    /// A label that stores the same places along other axes than its image is taken in the image's order, and one that lies
    /// elsewhere is refused.
    @Test func axesThatDisagreeAreBroughtIntoTheImagesOrder() throws {
        let folder = try TemporaryFolder()
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: geometry(), to: "i.nii")
        let image = try ImageFile.read(folder("i.nii"))
        let stored = try #require(image.geometry)
        let drawn = (0..<24).map { UInt8($0 % 2) }
        let reader = try CaseReader(recipe)
        let plain = try reader.read(dataCase(folder, label: "same.nii", written: drawn, extent, stored))
        for order in ["RPI", "LAS", "ASR", "SLP"] {
            let axes = AxisOrder(towards: order, from: stored.orientation)
            let (turned, place) = (axes.extent(of: extent), axes.geometry(of: stored, extent: extent))
            let read = try reader.read(
                dataCase(folder, label: "l.nii", written: axes.apply(to: drawn, of: extent), turned, place))
            #expect(read.labels == plain.labels, "\(order)")
        }
        try folder.write(.uint8(drawn), extent, geometry: geometry(spacing: -1), to: "l.nii")
        #expect(
            folder.message { _ = try reader.read(dataCase(folder)) }.hasPrefix(
                "DIR/l.nii: its grid lies up to 3.6056 mm off that of its image DIR/i.nii, allowed"))
    }

    private func dataCase(
        _ folder: TemporaryFolder, label: String, written values: [UInt8], _ extent: Extent, _ geometry: VoxelGeometry
    ) throws -> DataCase {
        try folder.write(.uint8(values), extent, geometry: geometry, to: label)
        return dataCase(folder, label: label)
    }

    /// Channels whose voxels lie elsewhere would be laid over each other as if they did not.
    @Test func channelsLieOnOneGrid() throws {
        let folder = try TemporaryFolder()
        let values = Samples.uint8(Array(repeating: 1, count: 24))
        for (name, geometry) in [
            ("a.nii", geometry()), ("near.nii", geometry(shift: 1e-4)), ("shifted.nii", geometry(shift: 3)),
            ("coarse.nii", geometry(spacing: 1.5)), ("bare.nii", VoxelGeometry(spacing: [1, 1, 2])),
        ] { try folder.write(values, extent, geometry: geometry, to: name) }
        let reader = try CaseReader(recipe)
        func message(_ name: String) -> [String?] {
            let dataCase = dataCase(folder, images: ["a.nii", name], label: nil)
            return [folder.message { _ = try reader.read(dataCase) }, folder.message { _ = try reader.outline(of: dataCase) }]
        }
        for name in ["near.nii", "bare.nii"] { #expect(message(name) == ["no error", "no error"]) }
        for (name, distance) in [("shifted.nii", "3.0"), ("coarse.nii", "1.8028")] {
            let expected =
                "DIR/\(name): its grid lies up to \(distance) mm off that of DIR/a.nii of the same case, allowed are 0.011 mm; "
                + "resample the channels to one grid, or mend the header that is wrong"
            #expect(message(name) == [expected, expected])
        }
    }

    @Test func theGridCanBeTakenFromTheImage() throws {
        let folder = try TemporaryFolder()
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: geometry(), to: "i.nii")
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: geometry(shift: 3), to: "l.nii")
        let spacing = VoxelGeometry(spacing: [1, 1, 2])
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: spacing, to: "bare.nii")
        let expected =
            "DIR/l.nii: its grid lies up to 3.0 mm off that of its image DIR/i.nii, allowed are 0.011 mm; "
            + "resample the label, or take the grid from the image if the label's header is wrong: data.label_grid=fromImage"
        let reader = try CaseReader(recipe)
        #expect(folder.message { _ = try reader.read(dataCase(folder)) } == expected)
        #expect(folder.message { _ = try reader.outline(of: dataCase(folder)) } == expected, "the header tells")
        #expect(try reader.read(dataCase(folder, label: "bare.nii")).labels != nil, "a spacing alone states no place")
        var lenient = recipe
        lenient.labelGrid = .fromImage
        #expect(try CaseReader(lenient).read(dataCase(folder)).labels != nil)
    }

    @Test(arguments: [
        (
            "short.nii",
            "DIR/short.nii: 4×3×1 voxels, but its image DIR/i.nii has 4×3×2; "
                + "give the label that was drawn on this image"
        ),
        (
            "values.nii",
            "DIR/values.nii: 1 label value without a class: 9 on 24 pixels, first at x 0, y 0, z 0; expected 0, 1; "
                + "the file holds 9: give each a class, or ignore it"
        ),
        ("missing.nii", "DIR/missing.nii cannot be read: no such file"),
    ])
    func refusesLabels(name: String, expected: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(.uint8(Array(repeating: 1, count: 24)), extent, geometry: geometry(), to: "i.nii")
        try folder.write(
            .uint8(Array(repeating: 0, count: 12)), Extent(width: 4, height: 3), geometry: geometry(), to: "short.nii")
        try folder.write(.uint8(Array(repeating: 9, count: 24)), extent, geometry: geometry(), to: "values.nii")
        let reader = try CaseReader(recipe)
        #expect(folder.message { _ = try reader.read(dataCase(folder, label: name)) } == expected)
    }

    @Test(arguments: [
        (
            ["i.nii", "small.nii"],
            "DIR/small.nii: 4×3×1 voxels, but DIR/i.nii of the same case has 4×3×2; "
                + "resample the channels to one grid"
        ),
        (
            ["wide.nii"],
            "DIR/wide.nii: planes of 3×5 (rows × columns) do not fit into 4×4 (rows × columns); "
                + "pad to at least that size, or resize"
        ),
        (
            ["i.nii", "nan.nii"],
            "DIR/nan.nii: 1 voxel NaN or infinite, first at x 1, y 2, z 1; "
                + "expected finite intensities; repair the file"
        ),
    ])
    func refusesImages(names: [String], expected: String) throws {
        let folder = try TemporaryFolder()
        var values = [Float](repeating: 1, count: 24)
        try folder.write(.float32(values), extent, geometry: geometry(), to: "i.nii")
        values[21] = .nan
        try folder.write(.float32(values), extent, geometry: geometry(), to: "nan.nii")
        try folder.write(
            .uint8(Array(repeating: 0, count: 12)), Extent(width: 4, height: 3), geometry: geometry(), to: "small.nii")
        try folder.write(
            .uint8(Array(repeating: 0, count: 15)), Extent(width: 5, height: 3), geometry: geometry(), to: "wide.nii")
        let reader = try CaseReader(recipe)
        #expect(folder.message { _ = try reader.read(dataCase(folder, images: names, label: nil)) } == expected)
    }

    @Test func refusesRecipes() {
        var recipe = recipe
        recipe.normalization = .window(low: 1, high: 0)
        #expect(message(of: { _ = try CaseReader(recipe) }) == "normalization: low 1.0, high 0.0; expected low below high")
    }

    /// Pictures of two pixels: grey, grey as RGB, colour; the number of channels that is wanted, and the image that comes of it.
    @Test(
        arguments: [
            ("grey", 1, 1), ("same", 1, 1), ("colour", 1, 3), ("same", 3, 3), ("same", nil, 3), ("colour", 3, 3),
        ] as [(String, Int?, Int)])
    func greyPicturesInColourHaveOneChannel(_ name: String, _ wanted: Int?, _ found: Int) throws {
        let folder = try TemporaryFolder()
        try PNG.write(gray: [7, 200], width: 2, height: 1, to: folder("grey.png"))
        try PNG.write(rgb: [7, 7, 7, 200, 200, 200], width: 2, height: 1, to: folder("same.png"))
        try PNG.write(rgb: [7, 7, 8, 200, 200, 200], width: 2, height: 1, to: folder("colour.png"))
        let recipe = Recipe(
            labels: LabelMap(identity: 2), normalization: .range(low: 0, high: 1),
            fit: .pad(to: GridSize(height: 1, width: 2)))
        let reader = try CaseReader(recipe, channels: wanted)
        let dataCase = DataCase(id: name, group: name, image: ImageLocation(folder("\(name).png")), label: nil)
        let prepared = try reader.read(dataCase)
        let outlined = try reader.outline(of: dataCase).extent.channels
        #expect((prepared.extent.channels, outlined) == (found, found))
        if found == 1 { #expect(prepared.image.values.count == 2) }
    }

    @Test func oneGreyPictureInColourAmongGreyOnesIsGrey() throws {
        let folder = try TemporaryFolder()
        func dataCase(_ name: String) throws -> DataCase {
            try PNG.write(gray: [0, 1], width: 2, height: 1, to: folder("\(name)_label.png"))
            return DataCase(
                id: name, group: name, image: ImageLocation(folder("\(name).png")), label: folder("\(name)_label.png"))
        }
        for name in ["a", "b"] { try PNG.write(gray: [7, 200], width: 2, height: 1, to: folder("\(name).png")) }
        try PNG.write(rgb: [7, 7, 7, 200, 200, 200], width: 2, height: 1, to: folder("c.png"))
        let recipe = Recipe(
            labels: LabelMap(identity: 2), normalization: .range(low: 0, high: 1),
            fit: .pad(to: GridSize(height: 1, width: 2)))
        let plan = try SamplePlan(["c", "a", "b"].map(dataCase), recipe: recipe)
        #expect(plan.channels == 1)
        let store = try SampleStore(plan)
        #expect(store.channels == 1 && store.count == 3)
        let (first, second) = (try store.sample(at: 0).whole(), try store.sample(at: 1).whole())
        #expect(first.image == second.image)

        try PNG.write(rgb: [7, 7, 8, 200, 200, 200], width: 2, height: 1, to: folder("c.png"))
        #expect(
            folder.message { _ = try SamplePlan(["a", "b", "c"].map(dataCase), recipe: recipe) }
                == "DIR/c.png: 3 channels, expected 1 as in DIR/a.png; a network takes one number of channels")
    }
}
