import SegReports
import Testing

struct PaletteTests {
    @Test func theBackgroundIsTransparentAndEveryClassHasItsOwnColour() {
        #expect(Palette.color(ofClass: 0) == nil)
        #expect(Palette.color(ofClass: 1) == RGB(230, 159, 0))
        let colors = (1...255).compactMap { Palette.color(ofClass: $0) }
        #expect(Set(colors).count == 255)
    }

    /// A colour means a class or an error, never both, however many classes there are.
    @Test func noClassHasAnErrorsColour() {
        let errors = [Palette.falsePositive, Palette.falseNegative, Palette.wrongClass, Palette.ignored]
        #expect(Set(errors).count == 4)
        for index in 1...255 {
            guard let color = Palette.color(ofClass: index) else { continue }
            for error in errors {
                let distance = zip([color.red, color.green, color.blue], [error.red, error.green, error.blue])
                    .map { abs(Int($0) - Int($1)) }.reduce(0, +)
                #expect(distance > (index > 4 ? 120 : 80), "class \(index)")
            }
        }
    }

    @Test func withoutABackgroundClass0HasAColour() {
        #expect(Palette.color(ofClass: 0, hasBackground: false) == Palette.color(ofClass: 1))
        #expect(Palette.color(ofClass: 255, hasBackground: false) != nil)
    }

    @Test func neighboursInNumberAreFarApart() {
        for index in 1..<60 {
            guard let a = Palette.color(ofClass: index), let b = Palette.color(ofClass: index + 1) else { return }
            let distance = zip([a.red, a.green, a.blue], [b.red, b.green, b.blue]).map { abs(Int($0) - Int($1)) }.reduce(0, +)
            #expect(distance > 90, "classes \(index) and \(index + 1)")
        }
    }
}
