import Foundation
import SegData

extension DataSetCensus {
    /// What is wrong with the cases, one by one and together.
    static func problems(
        _ known: [DataSetProblem], _ dataSet: DataSet, _ placed: [(split: Split, dataCase: DataCase)],
        _ found: [CaseCensus], splits: [SplitCensus],
        classes: [ClassConfiguration], isProposed: Bool, unknown: [Int]
    ) -> [DataSetProblem] {
        var problems = known + joined(found.flatMap(\.problems))
        if !unknown.isEmpty {
            let files = found.filter { !$0.values.keys.filter(unknown.contains).isEmpty }.map(\.path)
            problems.append(
                .init(
                    .error,
                    "label values without a class: \(unknown.map(String.init).joined(separator: ", "))",
                    files: files))
        }
        if isProposed {
            problems.append(
                .init(
                    .warning,
                    "the classes are a proposal from the values found; state them with data.classes to train")
            )
        }
        problems += channelProblems(found) + duplicates(placed, found) + absentClasses(splits, classes)
        if splits.first(where: { $0.split == .train }) == nil {
            problems.append(.init(.error, "no case trains"))
        }
        // Where nothing could be split, that is said already.
        if known.isEmpty, splits.first(where: { $0.split == .validation }) == nil {
            problems.append(
                .init(.error, "no case validates: no best checkpoint could be chosen; choose a split with data.split"))
        }
        let undecided = found.filter { $0.undecided > 0 }
        if !undecided.isEmpty {
            let pixels = undecided.reduce(0) { $0 + $1.undecided }
            problems.append(
                .init(
                    .note, "\(pixels) pixels where masks overlap are ignored (data.overlaps)",
                    files: undecided.map(\.path)))
        }
        problems += dataSet.notes.map { .init(.note, $0) }
        // Stable: equal severities stay in the order in which they were found.
        return DataSetProblem.Severity.allCases.flatMap { severity in
            problems.filter { $0.severity == severity }
        }
    }

    /// One entry for all files with the same complaint.
    private static func joined(_ problems: [DataSetProblem]) -> [DataSetProblem] {
        var order: [DataSetProblem] = []
        var files: [DataSetProblem: [String]] = [:]
        for problem in problems {
            let key = DataSetProblem(problem.severity, problem.text)
            if files[key] == nil { order.append(key) }
            files[key, default: []] += problem.files
        }
        return order.map { DataSetProblem($0.severity, $0.text, files: files[$0] ?? []) }
    }

    private static func channelProblems(_ found: [CaseCensus]) -> [DataSetProblem] {
        let counts = Dictionary(grouping: found.filter { $0.extent != nil }) {
            $0.extent?.channels ?? 0
        }
        guard counts.count > 1, let usual = counts.max(by: { $0.value.count < $1.value.count }) else {
            return []
        }
        return counts.filter { $0.key != usual.key }.sorted { $0.key < $1.key }.map {
            .init(
                .error, "\($0.key) channels, where most images have \(usual.key)",
                files: $0.value.map(\.path))
        }
    }

    /// Images with equal intensities; worse where one of them trains and the other tests.
    private static func duplicates(
        _ placed: [(split: Split, dataCase: DataCase)], _ found: [CaseCensus]
    ) -> [DataSetProblem] {
        struct Content: Hashable {
            let fingerprint: UInt64
            let extent: [Int]
        }
        let readable = zip(placed, found).filter { $0.1.extent != nil }
        let same = Dictionary(grouping: readable) { item in
            let extent = item.1.extent.map { [$0.width, $0.height, $0.depth, $0.channels] } ?? []
            return Content(fingerprint: item.1.fingerprint, extent: extent)
        }
        let doubled = same.values.filter { $0.count > 1 }.sorted { $0[0].1.path < $1[0].1.path }
        let across = doubled.filter { Set($0.map(\.0.split)).count > 1 }
        let within = doubled.filter { Set($0.map(\.0.split)).count == 1 }
        var problems: [DataSetProblem] = []
        if !across.isEmpty {
            problems.append(
                .init(
                    .warning,
                    "\(across.count) image\(across.count == 1 ? "" : "s") with equal content in several splits",
                    files: across.flatMap { $0.map { "\($0.0.split.rawValue): \($0.1.path)" } }))
        }
        if !within.isEmpty {
            problems.append(
                .init(
                    .note,
                    "\(within.count) image\(within.count == 1 ? "" : "s") with equal content within a split",
                    files: within.flatMap { $0.map(\.1.path) }))
        }
        return problems
    }

    private static func absentClasses(_ splits: [SplitCensus], _ classes: [ClassConfiguration])
        -> [DataSetProblem]
    {
        splits.flatMap { split in
            classes.enumerated().compactMap { number, item in
                guard split.labels.counts[number] == 0 else { return nil }
                return split.split == .train
                    ? .init(.error, "no pixel of class '\(item.name)' trains: its margin-offset is infinite")
                    : .init(.warning, "no pixel of class '\(item.name)' in the \(split.split.rawValue) split")
            }
        }
    }
}
