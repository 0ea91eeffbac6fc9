import SegReports
import Testing

struct IntGroupedTests {
    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1\u{202F}000"), (2_634_146, "2\u{202F}634\u{202F}146"), (-12_345, "−12\u{202F}345"),
        ])
    func digitsStandInThrees(number: Int, text: String) {
        #expect(number.grouped == text)
    }
}
