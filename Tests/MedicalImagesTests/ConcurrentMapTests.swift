import Testing

@testable import MedicalImages

struct ConcurrentMapTests {
    private struct Failure: Error, Equatable { var element: Int }

    @Test(arguments: [1, 2, 7])
    func keepsTheOrder(workers: Int) throws {
        #expect(try concurrentMap(Array(0..<40), workers: workers) { $0 * $0 } == (0..<40).map { $0 * $0 })
        #expect(try concurrentMap([Int](), workers: workers) { $0 } == [])
    }

    @Test(arguments: [1, 2, 7])
    func throwsTheEarliestFailure(workers: Int) {
        #expect(throws: Failure(element: 5)) {
            _ = try concurrentMap(Array(0..<40), workers: workers) { element in
                if element >= 5 { throw Failure(element: element) }
                return element
            }
        }
    }
}
