@testable import Phantoms

/// FNV-1a over 64 bits, to compare contents.
func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

func hash(_ volume: CTPhantom.Volume) -> UInt64 {
    hash(volume.hounsfield.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } + volume.labels)
}

func hash(_ frames: [SurgicalPhantom.Frame]) -> UInt64 {
    hash(frames.flatMap { $0.colours + $0.labels })
}
