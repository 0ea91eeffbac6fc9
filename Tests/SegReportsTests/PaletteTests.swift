import SegReports
import Testing

struct PaletteTests {
    @Test func theBackgroundIsTransparentAndEveryClassHasItsOwnColour() {
        #expect(Palette.color(ofClass: 0) == nil)
        #expect(Palette.color(ofClass: 1) == RGB(230, 159, 0))
        let colors = (1...255).compactMap { Palette.color(ofClass: $0) }
        #expect(Set(colors).count == 255)
    }

    @Test func errorsHaveColoursThatTheFirstClassesHaveNot() {
        let errors: Set = [Palette.falsePositive, Palette.falseNegative, Palette.wrongClass, Palette.ignored]
        #expect(errors.count == 4)
        #expect(errors.isDisjoint(with: (1...4).compactMap { Palette.color(ofClass: $0) }))
    }

    @Test func neighboursInNumberAreFarApart() {
        for index in 1..<60 {
            guard let a = Palette.color(ofClass: index), let b = Palette.color(ofClass: index + 1) else { return }
            let distance = zip([a.red, a.green, a.blue], [b.red, b.green, b.blue]).map { abs(Int($0) - Int($1)) }.reduce(0, +)
            #expect(distance > 90, "classes \(index) and \(index + 1)")
        }
    }
}
