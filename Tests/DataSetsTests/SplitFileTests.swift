import CaseTestSupport
import Testing

@testable import DataSets

struct SplitFileTests {
    private func read(_ text: String) throws -> SplitFile {
        try SplitFile(CSVTable(Array(text.utf8), path: "split.csv"))
    }

    @Test(
        arguments: [
            ("file,group,split\na.nii.gz,p1,train\n", "a", Split.train, "p1"),
            ("Name,Split\n./sub/a.png,VAL\n", "sub/a", .validation, nil),
            ("image,video,case,suggested_split\na,v,c,valid\n", "a", .validation, "c"),
            ("file,case,patient,lesion_px,suggested_split_in_this_subset\r\n0001.png,c1,p1,9,test\r\n", "0001", .test, "p1"),
            ("file,PatientID,split\na,p1,train\n", "a", .train, "p1"), ("file,subject_id,split\na,s1,\n", "a", nil, "s1"),
            ("file,split,split_by_size\na,training,test\n", "a", .train, nil),
            ("file,patient,split\na,,\n", "a", nil, ""),
        ] as [(String, String, Split?, String?)])
    func understands(text: String, name: String, split: Split?, group: String?) throws {
        #expect(try read(text).entries == [SplitFile.Entry(name: name, split: split, group: group)])
    }

    @Test(arguments: [
        ("case,split\na,train\n", "split.csv:1: no column 'file', 'image', 'name' or 'id'; found case, split"),
        ("file,set\na,train\n", "split.csv:1: no column 'split', nor a single one with 'split' in its name; found file, set"),
        (
            "file,split_a,split_b\na,train,test\n",
            "split.csv:1: no column 'split', nor a single one with 'split' in its name; found file, split_a, split_b"
        ),
        (
            "file,split\na,train\nb,dev\n",
            "split.csv:3: split 'dev'; expected train, validation or test, or nothing to leave the file out"
        ),
        ("file,split\na.png,train\na.nii.gz,test\n", "split.csv:3: 'a' stands on line 2 already; keep one row a file"),
        ("file,split\n,train\n", "split.csv:2: no file name; name a file or remove the row"),
        ("file,patient,split\na,,train\n", "split.csv:2: no patient for 'a'; name one, or remove the column"),
    ])
    func refuses(text: String, expected: String) {
        #expect(message(of: { _ = try read(text) }) == expected)
    }
}
