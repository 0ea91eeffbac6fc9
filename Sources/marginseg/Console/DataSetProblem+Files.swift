import SegConfiguration

extension DataSetProblem {
    /// The files without the folders that they all lie in.
    var shortFiles: [String] {
        guard files.count > 1 else { return files }
        var common = files[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
        for file in files.dropFirst() {
            let parts = file.split(separator: "/", omittingEmptySubsequences: false)
            while !parts.starts(with: common) { common = common.dropLast() }
        }
        guard common.count > 1 else { return files }
        let length = common.joined(separator: "/").count + 1
        return files.map { String($0.dropFirst(length)) }
    }
}
