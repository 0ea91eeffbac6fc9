import SegReports
import Testing

struct TextTableTests {
    private func table() -> TextTable {
        var table = TextTable([.words("class"), .numbers("IoU"), .numbers("pixels"), .words("rule")])
        table.append(["shaft", TextTable.cell(0.88214, decimals: 3), "120", "one"])
        table.append(["ultrasound probe", TextTable.cell(nil, decimals: 3), "0", "a|b"])
        return table
    }

    @Test func plainColumnsAreAligned() {
        #expect(
            table().plain == """
                class               IoU  pixels  rule
                ----------------  -----  ------  ----
                shaft             0.882     120  one
                ultrasound probe    n/a       0  a|b

                """)
    }

    @Test func markdownHoldsTheSameRows() {
        #expect(
            table().markdown == """
                | class | IoU | pixels | rule |
                | --- | ---: | ---: | --- |
                | shaft | 0.882 | 120 | one |
                | ultrasound probe | n/a | 0 | a\\|b |

                """)
    }

    @Test func wideAndCombiningCharactersStayAligned() {
        var table = TextTable([.words("name"), .numbers("n")])
        table.append(["肝臓", "1"])
        table.append(["e\u{301}tat", "2"])
        #expect(table.plain == "name  n\n----  -\n肝臓  1\ne\u{301}tat  2\n")
    }

    @Test func aCellIsASingleLine() {
        var table = TextTable([.words("message")])
        table.append(["two\nlines\tand a tab"])
        #expect(table.plain == "message\n-------------------\ntwo lines and a tab\n")
    }

    @Test(
        arguments: [
            (0.5, 0, "0"), (1.25, 1, "1.2"), (-3, 2, "-3.00"), (.nan, 2, "n/a"), (nil, 1, "n/a"),
        ] as [(Double?, Int, String)])
    func numbersHaveTheirDecimals(value: Double?, decimals: Int, cell: String) {
        #expect(TextTable.cell(value, decimals: decimals) == cell)
    }
}

@Suite struct TextTableFormatsTests {
    private var table: TextTable {
        var table = TextTable([.words("objective, name"), .numbers("mIoU")])
        table.append(["τ = 1 & \"half\"", "71.3 ± 0.4"])
        return table
    }

    @Test func commaSeparatedValuesAreQuotedWhereNeeded() {
        #expect(table.csv == "\"objective, name\",mIoU\n\"τ = 1 & \"\"half\"\"\",71.3 ± 0.4\n")
    }

    @Test func latexEscapesItsOwnCharacters() {
        #expect(
            table.latex == """
                \\begin{tabular}{lr}
                \\toprule
                objective, name & mIoU \\\\
                \\midrule
                $\\tau$ = 1 \\& "half" & 71.3 $\\pm$ 0.4 \\\\
                \\bottomrule
                \\end{tabular}

                """)
        #expect("50 % of a_b {c} \\ −2".texText == "50 \\% of a\\_b \\{c\\} \\textbackslash{} $-$2")
    }
}
