import Foundation
import MedicalImages
import TestSupport
import Testing

@Suite struct ImageFileTests {
    @Test(arguments: [
        ("case_1.nii.gz", "case_1", true), ("case_1.nii", "case_1", true), ("Case.1.NII.GZ", "Case.1", true),
        ("a.hdr", "a", true), ("a.hdr.gz", "a", true), ("a.img", "a", false), ("a.img.gz", "a", false),
        ("a.jpg", "a", true), ("a.JPEG", "a", true), ("a.bmp", "a", true), ("a.dib", "a", true), ("a.tif", "a", true),
        ("a.tiff", "a", true), ("frame000.png", "frame000", true), ("frame.PNG", "frame", true),
        ("notes.txt", "notes.txt", false),
        ("archive.tar.gz", "archive.tar.gz", false), (".png", ".png", false), (".nii.gz", ".nii.gz", false),
        ("nii", "nii", false),
    ])
    func namesAreKnownByTheirEndings(_ name: String, _ stem: String, _ isRecognized: Bool) {
        let url = URL(fileURLWithPath: "/data").appendingPathComponent(name)
        #expect(ImageFile.stem(of: url) == stem)
        #expect(ImageFile.isRecognized(url) == isRecognized)
    }

    @Test func aNameOfNoKnownFormatIsRefusedWithTheKnownOnes() {
        let url = URL(fileURLWithPath: "/data/scan.xyz")
        let error = imageFileError { _ = try ImageFile.read(url) }
        #expect(
            error?.description == """
                /data/scan.xyz: the name has no known ending; \
                known are .bmp, .dcm, .dib, .dicom, .hdr, .hdr.gz, .ima, .img, .img.gz, .jfif, .jpe, .jpeg, .jpg, .nii, .nii.gz, \
                .png, .tif, .tiff
                """)
        #expect(error?.kind == .unsupported)
    }

    @Test(arguments: [
        ("a.mha", "MetaImage", "sitk.WriteImage"), ("a.MHD", "MetaImage", "sitk.WriteImage"), ("a.seg.nrrd", "NRRD", "SimpleITK"),
        ("a.rec", "Philips PAR/REC", "dcm2niix -z y FILE"), ("a.gif", "GIF", "magick FILE NAME.png"),
        ("a.webp", "WebP", "magick"),
        ("a.HEIC", "HEIF", "magick"), ("a.npy", "NumPy", "nibabel"), ("a.mat", "MATLAB", "nibabel"), ("a.h5", "HDF5", "nibabel"),
        ("a.svs", "whole slides", "QuPath"), ("a.mgz", "FreeSurfer", "mri_convert"), ("a.nii.xz", "packed NIfTI", "gzip"),
        ("a.tar.gz", "archives", "unpack"), ("a.mp4", "films", "ffmpeg"),
    ])
    func otherFormatsAreNamedWithTheWayOut(_ name: String, _ format: String, _ remedy: String) throws {
        let url = URL(fileURLWithPath: "/data").appendingPathComponent(name)
        for read in [{ _ = try ImageFile.read(url) }, { _ = try ImageFile.readInfo(url) }] {
            let error = try #require(imageFileError(read))
            #expect(error.description.hasPrefix("/data/\(name): its ending says that it is of \(format), which is not read; "))
            #expect(error.reason.contains(remedy), "\(error)")
            #expect(error.kind == .unsupported)
        }
    }

    @Test func aFolderOfAnotherFormatIsNamedByItsCommonestFiles() {
        #expect(
            ForeignFormat.remark(on: ["a.par", "b.rec", "notes.txt", "c.zip"])
                == "it holds 2 files of Philips PAR/REC, which are not read; convert to NIfTI: dcm2niix -z y FILE")
        #expect(
            ForeignFormat.remark(on: ["a.gif"])?.hasPrefix("it holds 1 file of GIF, which is not read; convert to PNG") == true)
        #expect(ForeignFormat.remark(on: ["notes.txt", "a.png", ""]) == nil)
    }

    @Test func aPipeIsRefusedInsteadOfWaitedFor() throws {
        try withTemporaryFolder { folder in
            let url = folder.file("pipe.nii")
            #expect(mkfifo(url.path, 0o600) == 0)
            #expect(imageFileError { _ = try ImageFile.read(url) }?.reason == "it is a device or pipe; give a regular file")
        }
    }

    @Test func whatIsKnownOfAnImageSurvivesJSON() throws {
        try withTemporaryFolder { folder in
            let url = folder.file("a.nii.gz")
            try NIfTI.write(
                .uint8([1, 2]), extent: Extent(width: 2, height: 1), geometry: VoxelGeometry(spacing: [1, 2, 3]), to: url)
            let info = try ImageFile.readInfo(url)
            #expect(try JSONDecoder().decode(ImageInfo.self, from: JSONEncoder().encode(info)) == info)
        }
    }
}
