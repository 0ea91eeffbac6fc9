import Testing

@testable import TensorBoardEvents

struct CRC32CTests {
    /// RFC 3720, B.4, and the check value of the catalogue of parametrised CRCs.
    @Test(
        arguments: [
            ([], 0), (Array(repeating: 0, count: 32), 0x8A91_36AA), (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), ((0..<32).reversed(), 0x113F_DB5C), (Array("123456789".utf8), 0xE306_9283),
        ] as [([UInt8], UInt32)])
    func agreesWithPublishedValues(bytes: [UInt8], expected: UInt32) {
        #expect(CRC32C.checksum(bytes) == expected)
    }

    /// tensorboard.compat.tensorflow_stub.pywrap_tensorflow: `masked_crc32c(b"123456789")`
    @Test func maskIsTensorFlows() {
        #expect(CRC32C.masked(Array("123456789".utf8)) == 0xC78A_B0E5)
    }
}
