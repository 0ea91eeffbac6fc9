import CDicom
import Foundation

/// GDCM's functions, which are loaded with the first DICOM file that needs them.
enum DICOMLibrary {
    /// The functions, or why there are none.
    private static let loaded: Result<cd_functions, Missing> = {
        var problem = [CChar](repeating: 0, count: 512)
        guard let functions = cd_load(&problem, problem.count) else {
            return .failure(
                Missing(reason: String(decoding: problem.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)))
        }
        return .success(functions.pointee)
    }()

    private struct Missing: Error { let reason: String }

    /// - Throws: `ImageFileError` where there is no GDCM, with the way to it.
    static func functions(for url: URL) throws -> cd_functions {
        do {
            return try loaded.get()
        } catch {
            throw ImageFileError(
                url, .unsupported, "JPEG in DICOM, and objects that are written, need GDCM, and \(error.reason)",
                advice:
                    "install GDCM (apt-get install libgdcm-dev, dnf install gdcm-devel or brew install gdcm) and build marginseg "
                    + "again: make build")
        }
    }

    /// Calls a function that gives a status.
    ///
    /// - Throws: `ImageFileError` unless it succeeds.
    static func check(_ url: URL, _ status: Int32) throws {
        switch Int(status) {
        case 0: return
        case CD_OUT_OF_MEMORY:
            throw ImageFileError(
                url, .unsupported, "there is not enough memory for its content",
                advice: "make or fetch the file again if it should be small, or use a machine with more memory")
        default: throw ImageFileError.corrupt(url, "it lacks what every DICOM file has")
        }
    }
}
