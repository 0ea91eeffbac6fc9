extension PreparedCase {
    /// - Parameter path: the file, for the message.
    /// - Throws: `CaseError.channels` for another number of channels than a network was made for.
    public func requireChannels(_ expected: Int, path: String) throws {
        guard extent.channels == expected else {
            throw CaseError.channels(path: path, found: extent.channels, expected: expected, reason: "as in training")
        }
    }
}
