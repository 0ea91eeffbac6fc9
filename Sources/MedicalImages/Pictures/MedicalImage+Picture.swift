extension MedicalImage {
    /// A picture: no scaling, no place.
    init(picture: PictureInfo, _ url: String, extent: Extent, samples: Samples, notes: [ImageNote] = []) {
        self.init(
            path: url, extent: extent, samples: samples, scaling: .identity, geometry: nil, source: .picture(picture),
            hasAlpha: picture.colorType.hasAlpha, notes: notes)
    }
}

extension ImageInfo {
    /// What is known of a picture: no scaling, no place.
    init(picture: PictureInfo, extent: Extent, voxelType: VoxelType, notes: [ImageNote] = []) {
        self.init(
            format: picture.format, extent: extent, voxelType: voxelType, scaling: .identity, geometry: nil,
            hasAlpha: picture.colorType.hasAlpha, notes: notes)
    }
}
