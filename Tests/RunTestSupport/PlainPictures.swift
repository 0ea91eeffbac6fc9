import Foundation
import MedicalImages

/// Grey pictures of 8×8: `a` and `b` with foreground and `c` without for training, `v` for validation, `t` for the test.
package enum PlainPictures {
    package static func write(to folder: URL) throws {
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
        }
        for name in ["a", "b", "c", "t", "v"] {
            let picture = (0..<64).map { $0 % 8 < 4 || name == "c" ? UInt8(10) : 200 }
            try PNG.write(gray: picture, width: 8, height: 8, to: folder.appending(path: "images/\(name).png"))
            try PNG.write(
                gray: picture.map { $0 == 200 ? 1 : 0 }, width: 8, height: 8, to: folder.appending(path: "labels/\(name).png"))
        }
        try Data("file,split\na.png,train\nb.png,train\nc.png,train\nt.png,test\nv.png,val\n".utf8).write(
            to: folder.appending(path: "split.csv"))
    }
}
