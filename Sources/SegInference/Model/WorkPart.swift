import Foundation

/// One of several equal parts of independent work, such as the second of eight, for machines that share it without a word to each
/// other.
public struct WorkPart: Sendable, Hashable {
    /// 1 ... `count`.
    public let number: Int
    public let count: Int

    /// - Precondition: 1 ≤ `number` ≤ `count`.
    public init(number: Int, of count: Int) {
        precondition((1...max(count, 1)).contains(number), "part \(number) of \(count)")
        self.number = number
        self.count = count
    }

    /// Every `count`-th element.
    public func of<Element>(_ elements: [Element]) -> [Element] {
        stride(from: number - 1, to: elements.count, by: count).map { elements[$0] }
    }

    /// Reads `2/8`, or takes the place among a launcher's processes, a step's tasks or a job's array for `auto`.
    ///
    /// - Throws: `WorkPartError`.
    public init(_ text: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        if text == "auto" {
            self = try Self.given(by: environment)
            return
        }
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.count == 2, numbers[0] >= 1, numbers[0] <= numbers[1] else {
            throw WorkPartError("expected a part such as 2/8, the second of eight, or auto")
        }
        self.init(number: numbers[0], of: numbers[1])
    }

    private static func given(by environment: [String: String]) throws -> WorkPart {
        func value(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
        // Arrays may begin anywhere and go by steps.
        let (first, step) = (value("SLURM_ARRAY_TASK_MIN") ?? 0, max(1, value("SLURM_ARRAY_TASK_STEP") ?? 1))
        let places: [(number: String, first: Int, step: Int, count: String)] = [
            ("RANK", 0, 1, "WORLD_SIZE"), ("SLURM_ARRAY_TASK_ID", first, step, "SLURM_ARRAY_TASK_COUNT"),
            ("SLURM_PROCID", 0, 1, "SLURM_STEP_NUM_TASKS"),
        ]
        for place in places where environment[place.number] != nil || environment[place.count] != nil {
            guard let number = value(place.number), let count = value(place.count), (number - place.first) % place.step == 0,
                (0..<count).contains((number - place.first) / place.step)
            else {
                let of = place.number.contains("ARRAY") ? ", from \(place.first) in steps of \(place.step)," : ""
                throw WorkPartError(
                    "\(place.number) is \(environment[place.number] ?? "not set") and \(place.count) \(environment[place.count] ?? "not set")\(of) which say no part; name it, such as --part 2/8"
                )
            }
            return WorkPart(number: (number - place.first) / place.step + 1, of: count)
        }
        throw WorkPartError(
            "auto takes the part from RANK and WORLD_SIZE, SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT, or SLURM_PROCID and "
                + "SLURM_STEP_NUM_TASKS, and none is set")
    }
}

/// A part that cannot be understood.
public struct WorkPartError: Error, CustomStringConvertible, Equatable {
    public let description: String

    init(_ description: String) { self.description = description }
}
