extension Int {
    /// Bytes in GB, for people.
    package var gigabytes: String { "\((Double(self) / 1e8).rounded() / 10) GB" }
}
