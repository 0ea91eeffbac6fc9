/// The order of the bytes of a number.
public enum ByteOrder: Sendable {
    case littleEndian, bigEndian

    /// The order of the machine that runs.
    public static var host: ByteOrder { UInt16(1).littleEndian == 1 ? .littleEndian : .bigEndian }
}
