import Testing

@testable import SegTraining

@Suite struct ProcessPlaceTests {
    @Test func oneProcessHasNoPlace() throws {
        #expect(try ProcessPlace.given(by: [:]) == nil)
        #expect(try ProcessPlace.given(by: ["RANK": "0", "WORLD_SIZE": "1"]) == nil)
        #expect(
            try ProcessPlace.given(by: ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4"]) == nil, "a batch script is no task of a step")
    }

    @Test func variablesAreThoseOfPyTorch() throws {
        let place = try #require(
            try ProcessPlace.given(by: [
                "RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4", "MASTER_ADDR": "node1",
                "MASTER_PORT": "29500", "TORCHELASTIC_USE_AGENT_STORE": "True", "TORCHELASTIC_RESTART_COUNT": "2",
                "GLOO_SOCKET_IFNAME": "eth1",
            ]))
        #expect(
            place
                == ProcessPlace(
                    rank: 5, count: 8, localRank: 1, localCount: 4, address: "node1", port: 29500, isServedByLauncher: true,
                    attempt: 2, interface: "eth1"))
        let meeting = place.meeting(timeout: 9)
        #expect(!meeting.serves && meeting.prefix == "marginseg/2" && meeting.timeout == 9)
    }

    @Test func variablesAreThoseOfSlurm() throws {
        let place = try #require(
            try ProcessPlace.given(by: [
                "SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_STEP_NUM_NODES": "2",
                "SLURM_STEP_NODELIST": "gpu[07-09,12]", "SLURM_JOB_ID": "123456",
            ]))
        #expect(
            place
                == ProcessPlace(
                    rank: 0, count: 8, localRank: 0, localCount: 4, address: "gpu07", port: 23456, isServedByLauncher: false,
                    attempt: 0, interface: nil))
        #expect(place.meeting(timeout: 9).serves)
    }

    @Test(arguments: [
        ("node1", "node1"), ("node1,node2", "node1"), ("n[3]", "n3"), ("n[03-04,7],m1", "n03"), ("n[3,5]", "n3"), ("", nil),
    ])
    func firstHost(list: String, expected: String?) {
        #expect(ProcessPlace.firstHost(of: list) == expected)
    }

    @Test(arguments: [
        (["WORLD_SIZE": "2"], "WORLD_SIZE is set, and RANK is not"),
        (["RANK": "0"], "RANK is set, and WORLD_SIZE is not"),
        (["RANK": "2", "WORLD_SIZE": "2"], "RANK is '2'; expected 0 to 1"),
        (["RANK": "x", "WORLD_SIZE": "2"], "RANK is 'x'"),
        (["RANK": "0", "WORLD_SIZE": "0"], "WORLD_SIZE is '0'"),
        (["RANK": "0", "WORLD_SIZE": "2"], "MASTER_ADDR is not"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "a"], "MASTER_PORT is not"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "a", "MASTER_PORT": "70000"], "MASTER_PORT is '70000'"),
        (["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"], "names no hosts"),
        (["SLURM_STEP_NUM_TASKS": "2"], "SLURM_PROCID is not"),
    ])
    func contradictionsAreErrors(environment: [String: String], words: String) throws {
        let error = #expect(throws: ProcessesError.self) { try ProcessPlace.given(by: environment) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "no error")")
    }
}
