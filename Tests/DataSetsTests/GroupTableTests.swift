import CaseTestSupport
import Testing

@testable import DataSets

struct GroupTableTests {
    @Test func readsTheGroupOfEachFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("file,split,patient\na/scan_1.nii.gz,test,p1\nscan_2.png,test,p1\nscan_3,,p2\n", to: "t.csv")
        let table = try GroupTable(folder("t.csv"))
        #expect(table.groups == ["scan_1": "p1", "scan_2": "p1", "scan_3": "p2"])
    }

    @Test(arguments: [
        (
            "name,split\na,b\n",
            "DIR/t.csv:1: no column \(CSVTable.groupNames.map { "'\($0)'" }.joined(separator: ", ")); found name, split"
        ),
        ("path,group\na,b\n", "DIR/t.csv:1: no column 'file', 'image', 'name'; found path, group"),
        ("file,video\na,\n", "DIR/t.csv:2: no video for 'a'; name one"),
    ])
    func saysWhatIsMissing(text: String, expected: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "t.csv")
        #expect(folder.message { _ = try GroupTable(folder("t.csv")) } == expected)
    }
}
