import DurableFiles
import Foundation
import MedicalImages

/// Small data sets in the layouts of the wild, with their quirks.
extension TemporaryFolder {
    /// A volume of one value's worth of content: voxel i holds `values[i % count]`.
    package func volume(_ values: [Int16], channels: Int = 1, spacing: [Double] = [1, 1, 2], to path: String) throws {
        let extent = Extent(width: 6, height: 5, depth: 4, channels: channels)
        let samples = (0..<extent.sampleCount).map { values[$0 % values.count] }
        try write(.int16(samples), extent, geometry: VoxelGeometry(spacing: spacing), to: path)
    }

    /// Noise that no reader takes for labels.
    package func scan(_ seed: Int, channels: Int = 1, to path: String) throws {
        try volume((0..<97).map { Int16(($0 * 37 + seed * 11) % 4001 - 900) }, channels: channels, to: path)
    }

    /// nnU-Net v2: two channels, a region, an ignored value, two folds, a labelled test case.
    package func writeNNUNet() throws {
        try write(
            """
            {"channel_names": {"0": "T1", "1": "FLAIR"}, "numTraining": 3, "file_ending": ".nii.gz",
             "labels": {"background": 0, "whole tumour": [1, 2], "core": [2], "ignore": 3}, "regions_class_order": [1, 2]}
            """, to: "dataset.json")
        try write(
            #"[{"train": ["p_1", "p_2"], "val": ["p_10"]}, {"train": ["p_10"], "val": ["p_1"]}]"#, to: "splits_final.json")
        for name in ["p_1", "p_2", "p_10"] {
            try scan(1, to: "imagesTr/\(name)_0000.nii.gz")
            try scan(2, to: "imagesTr/\(name)_0001.nii.gz")
            try volume([0, 1, 2, 3], to: "labelsTr/\(name).nii.gz")
        }
        try scan(1, to: "imagesTs/q_1_0000.nii.gz")
        try scan(2, to: "imagesTs/q_1_0001.nii.gz")
        try volume([0, 1], to: "labelsTs/q_1.nii.gz")
    }

    /// Decathlon: four-dimensional images, paths that begin with a point, a resource fork of macOS.
    package func writeDecathlon() throws {
        let pairs = (1...6).map { #"{"image": "./imagesTr/b_\#($0).nii.gz", "label": "./labelsTr/b_\#($0).nii.gz"}"# }
        try write(
            """
            {"modality": {"0": "FLAIR", "1": "T1w"}, "labels": {"1": "edema", "0": "background"}, "numTraining": 6,
             "training": [\(pairs.joined(separator: ","))], "test": ["./imagesTs/b_9.nii.gz"]}
            """, to: "dataset.json")
        for number in 1...6 {
            try scan(number, channels: 2, to: "imagesTr/b_\(number).nii.gz")
            try volume([0, 0, 1], to: "labelsTr/b_\(number).nii.gz")
            try write("", to: "imagesTr/._b_\(number).nii.gz")
        }
    }

    /// UESTC: labels whose headers state another grid.
    package func writeUESTC(part: String, numbers: [Int]) throws {
        for number in numbers {
            try scan(number, to: "\(part)/image/case_\(number).nii.gz")
            try volume([0, 1], spacing: [3, 3, 3], to: "\(part)/label/case_\(number).nii.gz")
        }
    }

    /// EndoVis: folders with and without `_labels`, a mask in colour, two instruments that overlap.
    package func writeEndoVis(videos: [Int] = [1, 2, 3], frames: [Int] = [0, 149, 150, 174, 175, 224]) throws {
        for video in videos {
            for frame in frames {
                let name = String(format: "frame%03d.png", frame)
                let root = "instrument_dataset_\(video)"
                try write(gray: (0..<12).map { UInt8(($0 * 19 + frame) % 251) }, width: 4, to: "\(root)/left_frames/\(name)")
                try write(
                    gray: [10, 10, 20, 20, 0, 0, 0, 0, 0, 0, 0, 0], width: 4,
                    to: "\(root)/ground_truth/Left_Prograsp_Forceps_labels/\(name)")
                let second: [UInt8] = [20, 10, 10, 0, 0, 0, 0, 0, 40, 0, 30, 0]
                let folder = video == 1 ? "Other" : "Other_labels"
                if video == 1 {
                    try FileSystem.makeFolder(self("\(root)/ground_truth/\(folder)"))
                    try PNG.write(
                        rgb: second.flatMap { [$0, $0, $0] }, width: 4, height: 3,
                        to: self("\(root)/ground_truth/\(folder)/\(name)"))
                } else {
                    try write(gray: second, width: 4, to: "\(root)/ground_truth/\(folder)/\(name)")
                }
            }
        }
    }

    /// One mask a nucleus, which touch and overlap.
    package func writeObjects() throws {
        for name in ["aa", "bb", "cc", "dd"] {
            try write(gray: (0..<12).map { UInt8($0 * 20) }, width: 4, to: "stage1_train/\(name)/images/\(name).png")
            try write(gray: [255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], width: 4, to: "stage1_train/\(name)/masks/0f.png")
            try write(gray: [0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0], width: 4, to: "stage1_train/\(name)/masks/a1.png")
        }
        try write(
            "id,width,suggested_split\n"
                + zip(["aa", "bb", "cc", "dd"], ["train", "train", "valid", "test"]).map {
                    "\($0),4,\($1)\n"
                }.joined(), to: "images.csv")
    }

    /// Images and two folders of masks under names that say nothing.
    package func writeSiblings() throws {
        for number in 1...4 {
            try write(gray: (0..<96).map { UInt8(($0 * 2 + number) % 256) }, width: 8, to: "pics/\(number).png")
            try write(gray: (0..<96).map { $0 < 48 ? 255 : 0 }, width: 8, to: "big/\(number).png")
            try write(gray: (0..<96).map { $0 < 8 ? 255 : 0 }, width: 8, to: "small/\(number).png")
        }
    }

    /// A folder a patient below the folders of the splits, with a second mask of fewer values.
    package func writeCases() throws {
        for (split, name) in [("train", "p1"), ("train", "p2"), ("validation", "p3"), ("test", "p4")] {
            try scan(1, to: "\(split)/\(name)/Flair.nii.gz")
            try scan(2, to: "\(split)/\(name)/T1c.nii.gz")
            let mask = (0..<120).map { $0 % 2 == 0 ? 0 : 0.999_999_97 }
            try write(.float64(mask), Extent(width: 6, height: 5, depth: 4), to: "\(split)/\(name)/brainmask.nii.gz")
            try volume([0, 1, 2], to: "\(split)/\(name)/Classes.nii.gz")
            try write("free", to: "\(split)/\(name)/License.txt")
        }
    }

    /// Volumes and labels in one folder that only their grids bring together.
    package func writeGrids() throws {
        try scan(1, to: "ct.nii.gz")
        try volume([0, 5, 7], to: "seg.nii.gz")
        let other = Extent(width: 10, height: 5, depth: 2)
        try write(.int16((0..<100).map { Int16($0 * 13) }), other, to: "mr.nii")
        try write(.float32((0..<100).map { $0 < 3 ? 2 : 0 }), other, to: "seg_mr.nii")
        try write(.float32((0..<66).map { Float($0) + 0.5 }), Extent(width: 6, height: 11), to: "alone.nii")
    }
}
