/// nnU-Net's names of the channels' files: `CASE_0000`, `CASE_0001`, ….
enum ChannelName {
    /// The case and the channel of a file's stem; nil for one that does not end in `_` and four digits.
    static func parts(of stem: String) -> (name: String, channel: Int)? {
        let digits = stem.suffix(4)
        guard stem.count > 5, stem.dropLast(4).hasSuffix("_"), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let channel = Int(digits)
        else { return nil }
        return (String(stem.dropLast(5)), channel)
    }
}
