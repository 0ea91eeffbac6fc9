import CaseTestSupport
import Testing

@testable import DataSets

struct CSVTableTests {
    @Test(arguments: [
        ("a,b\n1,2\n", [["1", "2"]], [2]),
        ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]], [2, 3]),
        ("\u{feff}a,b\n 1 ,\" 2 \"\n", [["1", " 2 "]], [2]),
        ("a,b\n\n\"x,\"\"y\"\"\nz\",2\n3,4\n", [["x,\"y\"\nz", "2"], ["3", "4"]], [3, 5]),
        ("a,b\n,\n\"\",\"\"", [["", ""], ["", ""]], [2, 3]),
        ("a,b", [], []),
        ("a;b\r\n1,5;2\r\n", [["1,5", "2"]], [2]),
        ("a\tb\n1;2\t3\n", [["1;2", "3"]], [2]),
        ("\u{feff}sep=;\r\na;b\r\n1;2\r\n", [["1", "2"]], [3]),
        ("\"a\",b\n1;2,3\n", [["1;2", "3"]], [2]),
    ])
    func reads(text: String, rows: [[String]], lines: [Int]) throws {
        let table = try CSVTable(Array(text.utf8), path: "t.csv")
        #expect(table.header == ["a", "b"])
        #expect(table.rows.map(\.fields) == rows)
        #expect(table.rows.map(\.line) == lines)
    }

    @Test(arguments: [
        ("", "t.csv: it is empty; expected a header line"),
        ("\n\n", "t.csv: it is empty; expected a header line"),
        ("a,b\n1\n", "t.csv:2: 1 field, expected 2 as in the header"),
        ("a,b\n1,2\n\n1,2,3\n", "t.csv:4: 3 fields, expected 2 as in the header"),
        ("a,b\n\"1,2\n", "t.csv:2: a quoted field has no end; close its quotes"),
        ("a,b\n1\"x,2\n", "t.csv:2: a quote inside a field; put quotes round the whole field and double those within"),
        ("a,b\n\"1\"x,2\n", "t.csv:2: a quote inside a field; put quotes round the whole field and double those within"),
    ])
    func refuses(text: String, expected: String) {
        #expect(message(of: { _ = try CSVTable(Array(text.utf8), path: "t.csv") }) == expected)
    }

    @Test func refusesOtherEncodings() {
        let bytes = Array("a,b\nx,".utf8) + [0xe9, 0x0a]
        #expect(
            message(of: { _ = try CSVTable(bytes, path: "t.csv") }) == "t.csv:2: the text is not UTF-8; save the file as UTF-8")
    }

}
