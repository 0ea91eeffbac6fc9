import Testing

@testable import SegInference

@Suite struct WorkPartTests {
    @Test func partsMakeTheWhole() throws {
        let parts = try (1...3).map { try WorkPart("\($0)/3") }
        #expect(parts.map { $0.of(Array(0..<7)) } == [[0, 3, 6], [1, 4], [2, 5]])
    }

    @Test(arguments: [
        (["RANK": "0", "WORLD_SIZE": "4"], WorkPart(number: 1, of: 4)),
        (["SLURM_ARRAY_TASK_ID": "12", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_COUNT": "5"], WorkPart(number: 3, of: 5)),
        (["SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_PROCID": "0"], WorkPart(number: 1, of: 2)),
        (
            [
                "SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_STEP": "2",
                "SLURM_ARRAY_TASK_COUNT": "3",
            ],
            WorkPart(number: 3, of: 3)
        ),
        (["SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4"], WorkPart(number: 4, of: 4)),
    ])
    func autoTakesTheLaunchersPlace(environment: [String: String], expected: WorkPart) throws {
        #expect(try WorkPart("auto", environment: environment) == expected)
    }

    @Test(arguments: [
        ("0/2", [:], "such as 2/8"), ("3/2", [:], "such as 2/8"), ("x", [:], "such as 2/8"), ("auto", [:], "none is set"),
        ("auto", ["RANK": "1"], "RANK is 1 and WORLD_SIZE not set"),
        ("auto", ["RANK": "2", "WORLD_SIZE": "2"], "which say no part"),
        ("auto", ["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "4"], "which say no part"),
    ])
    func othersAreRefused(text: String, environment: [String: String], words: String) {
        let error = #expect(throws: WorkPartError.self) { try WorkPart(text, environment: environment) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
