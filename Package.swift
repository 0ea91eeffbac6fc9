// swift-tools-version: 6.2
import Foundation
import PackageDescription

// libtorch: the folder that holds `include/` and `lib/`. `Scripts/bootstrap` puts it into `.libtorch/torch`;
// the environment variable LIBTORCH points at another one. Changing it re-plans the build.
let libtorch = Context.environment["LIBTORCH"].flatMap { $0.isEmpty ? nil : $0 } ?? Context.packageDirectory + "/.libtorch/torch"

// GDCM, which reads DICOM: its installation's prefix, and the folder of its headers. Where there is none, all else is built; the
// environment variable GDCM points at another prefix.
let gdcm = (Context.environment["GDCM"].flatMap { $0.isEmpty ? nil : [$0] } ?? ["/usr", "/usr/local", "/opt/homebrew"])
    .flatMap { prefix in ["gdcm-3.0", "gdcm-3.2", "gdcm"].map { (prefix: prefix, headers: "\(prefix)/include/\($0)") } }
    .first { FileManager.default.fileExists(atPath: $0.headers + "/gdcmReader.h") }

// What the binding sees: libtorch's headers and, for training in several processes, Gloo's, where they are not among the system's:
// the environment variable GLOO names their prefix.
let gloo: [String] = Context.environment["GLOO"].flatMap { $0.isEmpty ? nil : [$0 + "/include"] } ?? []
let bindingHeaders: [String] = [libtorch + "/include", libtorch + "/include/torch/csrc/api/include"] + gloo

/// Where a program or shared library looks for shared libraries.
func searching(_ folders: [String]) -> LinkerSetting {
    .unsafeFlags(folders.flatMap { ["-Xlinker", "-rpath", "-Xlinker", $0] })
}

#if os(macOS)
    let here = "@loader_path"
#else
    let here = "$ORIGIN"
#endif

// Included by the kernels' files of each instruction set, or text for a device's compiler; not compiled by themselves.
let kernelParts =
    [
        "losses", "vectors", "tiles", "labels", "margin", "softmax", "cross_entropy", "overlap", "lovasz", "terms", "confusion",
    ].map { "losses/\($0).inl" }
    + [
        "network", "images", "matrices", "winograd", "direct", "convolution", "mixing", "normalization", "excitation",
        "activation",
        "resolution", "volume_shapes", "volume_transforms", "volume_weights",
        "volume_tiles", "volume_weight_gradient", "volume_gathering", "volume_operands", "volume_direct", "volume_head",
        "volumes",
    ].map { "network/\($0).inl" } + ["device/objectives.inl", "device/kernels.inl"]

/// A room that sees no libtorch.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies)
}

/// The tests of the room of the same name.
func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: room + "Tests", dependencies: [.byName(name: room), "TestSupport"] + dependencies)
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "MarginSeg",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "marginseg", targets: ["marginseg"]),
        .library(name: "MarginCalibration", targets: ["MarginCalibration"]),
        .library(name: "MedicalImages", targets: ["MedicalImages", "DicomBinding"]),
        .library(name: "SegMetrics", targets: ["SegMetrics"]),
        .library(name: "Torch", targets: ["Torch", "TorchBinding"]),
        .library(name: "TorchBinding", type: .dynamic, targets: ["TorchBinding"]),
        .library(name: "DicomBinding", type: .dynamic, targets: ["DicomBinding"]),
        .library(
            name: "SegTraining",
            targets: [
                "Torch", "TorchBinding", "DicomBinding", "TorchNN", "SegLosses", "SegModels", "DataSets", "Sampling",
                "SegConfiguration", "SegInference", "SegTraining",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C and C++ at the edge.
        .target(name: "CTorch", cSettings: [.unsafeFlags(["-isystem", "\(libtorch)/include"])]),
        // What is linked against libtorch. Whatever makes tensors needs it: as a part of itself, as tests and users of the
        // libraries have it, or as a shared library that is loaded with the first tensor, as `marginseg` does.
        .target(
            name: "TorchBinding", dependencies: ["CTorch"],
            // C++20 is stated here and not for the package, because the documentation's symbol graphs of C targets choke on it.
            cxxSettings: [
                .unsafeFlags(["-std=c++20", "-fno-cxx-modules"] + bindingHeaders.flatMap { ["-isystem", $0] })
            ],
            linkerSettings: [
                // An installed copy first, then where it was built.
                searching(["\(here)/torch/lib", "\(libtorch)/lib"]), .unsafeFlags(["-L", "\(libtorch)/lib"]),
                .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(name: "CLibTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"]), .brew(["libtiff"])]),
        .target(name: "CDicom"),
        // What is linked against GDCM: a part of tests and of users of the libraries, a shared library beside `marginseg`, which
        // loads it with the first DICOM file.
        .target(
            name: "DicomBinding", dependencies: ["CDicom"],
            cxxSettings: [
                .unsafeFlags(["-std=c++20", "-fno-cxx-modules"] + (gdcm.map { ["-isystem", $0.headers] } ?? []))
            ],
            linkerSettings: gdcm.map { found in
                [
                    .unsafeFlags(["-L", found.prefix + "/lib"]), .linkedLibrary("gdcmMSFF"), .linkedLibrary("gdcmDSED"),
                    .linkedLibrary("gdcmCommon"),
                    // An installed copy first, then where it was built.
                    searching(["\(here)/dicom", found.prefix + "/lib"]),
                    // An RPATH, unlike a RUNPATH, holds for what GDCM's libraries load too.
                    .unsafeFlags(["-Xlinker", "--disable-new-dtags"], .when(platforms: [.linux])),
                ]
            }),
        .target(name: "CImageCodecs", dependencies: ["CLibPNG", "CLibJPEG", "CLibTIFF"]),
        .target(name: "CKernels", exclude: kernelParts),

        // Rooms without torch, useful alone.
        room("DurableFiles"),
        room("MarginCalibration"),
        room("MedicalImages", ["CZlib", "CImageCodecs", "CDicom", "DurableFiles"]),
        room("Randomness"),
        room("SegMetrics", ["Randomness"]),
        room("PostProcessing", ["SegMetrics", "MedicalImages"]),
        room("DataSets", ["MedicalImages", "DurableFiles", "Randomness"]),
        room("Sampling", ["DataSets", "MedicalImages", "MarginCalibration", "DurableFiles", "Randomness"]),
        room("Phantoms", ["DataSets", "Sampling", "MedicalImages", "DurableFiles", "Randomness"]),
        // The page's template and style become part of the program: an installed one has no folder of resources to lose.
        .target(
            name: "SegReports",
            dependencies: [
                "MedicalImages", "DurableFiles", "SegMetrics", "PostProcessing", "MarginCalibration",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Page/Resources")]),
        .target(
            name: "TensorBoardEvents",
            dependencies: ["DurableFiles", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["events.proto"]),

        // Rooms on tensors.
        room("Torch", ["CTorch", "CZlib", "DurableFiles"]),
        room("TorchNN", ["Torch"]),
        room("SegLosses", ["Torch", "CKernels", "MarginCalibration"]),
        room("SegModels", ["Torch", "TorchNN", "CKernels"]),
        room(
            "SegConfiguration",
            [
                "Torch", "TorchNN", "SegLosses", "SegModels", "DataSets", "Sampling", "SegMetrics", "MarginCalibration",
                "MedicalImages", "DurableFiles", yams,
            ]),
        room(
            "SegInference",
            [
                "Torch", "TorchNN", "SegLosses", "SegModels", "DataSets", "Sampling", "SegConfiguration", "SegMetrics",
                "PostProcessing", "MedicalImages", "MarginCalibration", "DurableFiles", "Randomness",
            ]),
        // The example becomes part of the program, as the page of SegReports does.
        .target(
            name: "SegExport",
            dependencies: [
                "Torch", "TorchNN", "SegModels", "SegConfiguration", "SegInference", "DurableFiles",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["ONNX/onnx.proto"], resources: [.embedInCode("Python/example.py")]),
        room(
            "SegTraining",
            [
                "Torch", "TorchNN", "SegLosses", "SegModels", "DataSets", "Sampling", "SegConfiguration", "SegInference",
                "SegMetrics", "MarginCalibration", "DurableFiles", yams,
            ]),
        room(
            "SegPlanning",
            [
                "Torch", "TorchNN", "SegLosses", "SegModels", "DataSets", "Sampling", "SegConfiguration", "SegInference",
                "SegTraining", "MedicalImages", "MarginCalibration", "DurableFiles", "Randomness",
            ]),
        room(
            "SegImport",
            [
                "Torch", "SegModels", "Sampling", "SegConfiguration", "SegInference", "SegMetrics", "PostProcessing",
                "MarginCalibration", "DurableFiles",
            ]),
        room(
            "SegWatch",
            [
                "Sampling", "SegConfiguration", "SegInference", "SegTraining", "SegReports", "MedicalImages", "MarginCalibration",
                "TensorBoardEvents", "DurableFiles",
            ]),
        room(
            "SegStudies",
            [
                "Torch", "DataSets", "Sampling", "Phantoms", "SegConfiguration", "SegInference", "SegTraining", "SegPlanning",
                "SegReports", "SegMetrics", "MarginCalibration", "DurableFiles", yams,
            ]),

        .executableTarget(
            name: "marginseg",
            dependencies: [
                "Torch", "SegLosses", "SegModels", "DataSets", "Sampling", "Phantoms", "SegConfiguration", "SegInference",
                "SegExport", "SegTraining", "SegPlanning", "SegImport", "SegReports", "SegWatch", "SegStudies", "SegMetrics",
                "PostProcessing",
                "MedicalImages",
                "MarginCalibration", "DurableFiles",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            // As installed; where it was built, everything lies beside it, and there it looks anyway.
            linkerSettings: [searching(["\(here)/../lib/marginseg", "\(here)/../lib/marginseg/swift"])]),

        .executableTarget(
            name: "bench",
            dependencies: [
                "SegLosses", "SegModels", "SegConfiguration", "SegInference", "SegTraining", "Sampling", "CKernels", "Torch",
                "TorchBinding", "TorchNN", "MarginCalibration", "MedicalImages", "CZlib", "DataSets", "Phantoms",
            ],
            path: "Benchmarks/Sources"),

        .executableTarget(
            name: "fuzz",
            dependencies: [
                "MedicalImages", "DicomBinding", "Torch", "TorchBinding", "DurableFiles", "TestSupport", "Randomness",
            ],
            path: "Tests/Fuzz"),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(name: "TorchTestSupport", dependencies: ["Torch", "TorchBinding"], path: "Tests/TorchTestSupport"),
        .target(
            name: "CaseTestSupport", dependencies: ["DataSets", "MedicalImages", "DurableFiles"], path: "Tests/CaseTestSupport"),
        .target(name: "RunTestSupport", dependencies: ["SegTraining", "Phantoms", "TorchBinding"], path: "Tests/RunTestSupport"),
        tests("DurableFiles"), tests("MarginCalibration", ["Randomness"]),
        tests("MedicalImages", ["Randomness", "DicomBinding"]),
        tests("Randomness"), tests("SegMetrics", ["Randomness"]), tests("PostProcessing", ["Randomness"]),
        tests("DataSets", ["Sampling", "CaseTestSupport"]), tests("Sampling", ["CaseTestSupport"]),
        tests("Phantoms", ["CaseTestSupport"]),
        tests("SegReports", ["SegMetrics", "PostProcessing", "MarginCalibration", "MedicalImages", "Randomness"]),
        tests("TensorBoardEvents"),
        tests("Torch", ["TorchTestSupport"]), tests("TorchNN", ["TorchTestSupport"]),
        .target(name: "KernelsOnHost", dependencies: ["CKernels"], path: "Tests/KernelsOnHost"),
        tests("SegLosses", ["TorchTestSupport", "CKernels", "KernelsOnHost"]),
        tests("SegModels", ["TorchTestSupport", "CKernels"]),
        tests("SegConfiguration", ["RunTestSupport", yams]),
        tests("SegInference", ["RunTestSupport", "TorchTestSupport", "CaseTestSupport", "Randomness"]),
        tests("SegExport", ["RunTestSupport", "TorchTestSupport"]),
        tests("SegTraining", ["RunTestSupport", "TorchTestSupport"]), tests("SegPlanning", ["RunTestSupport"]),
        tests("SegWatch", ["TensorBoardEvents", "TorchBinding", "Phantoms"]),
        tests("SegImport", ["TorchBinding"]),
        tests("SegStudies", ["RunTestSupport", "TorchBinding"]),
        .testTarget(
            name: "LibraryPageTests",
            dependencies: ["MarginCalibration", "SegLosses", "SegModels", "Torch", "TorchBinding", "TorchNN"]),
        .testTarget(name: "FuzzTests", dependencies: ["fuzz", "TestSupport"]),
        .testTarget(
            name: "marginsegTests",
            dependencies: ["marginseg", "Sampling", "MedicalImages", "DicomBinding", "TestSupport", "Randomness"]),
    ],
    swiftLanguageModes: [.v6]
)

// The tensors alone, to try another libtorch in minutes: Scripts/oldest-torch.
if Context.environment["TENSORS_ONLY"] != nil {
    let kept: Set = [
        "CTorch", "TorchBinding", "CZlib", "DurableFiles", "Torch", "TorchNN", "TestSupport", "TorchTestSupport", "TorchTests",
        "TorchNNTests",
    ]
    package.targets.removeAll { !kept.contains($0.name) }
    package.products = []
    package.dependencies = []
}
