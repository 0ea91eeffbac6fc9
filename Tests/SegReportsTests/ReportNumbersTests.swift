import SegReports
import Testing

struct ReportNumbersTests {
    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1\u{202F}000"), (2_634_146, "2\u{202F}634\u{202F}146"), (-12_345, "−12\u{202F}345"),
        ])
    func digitsStandInThrees(number: Int, text: String) {
        #expect(number.grouped == text)
    }

    @Test(arguments: [(7.6, "8 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (270_000, "3 d 3 h")])
    func timeIsInTheUnitThatMatters(seconds: Double, text: String) {
        #expect(ReportNumbers.duration(seconds) == text)
    }
}
