import CaseTestSupport
import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import DataSets

struct SplitRuleTests {
    /// Cases `a1 a2 b1 …`: the letter is the patient.
    private func listing(_ places: [String: CaseListing.Place], paper: [String: Split] = [:]) -> CaseListing {
        CaseListing(
            origin: "DIR",
            entries: places.map { id, place in
                .init(
                    dataCase: DataCase(
                        id: id, group: String(id.prefix(1)), image: ImageLocation(URL(filePath: "/\(id)")), label: nil),
                    place: place, paperSplit: paper[id])
            })
    }

    private func split(_ rule: SplitRule, _ listing: CaseListing, seed: UInt64 = 1) throws -> DataSet {
        try rule.dataSet(of: listing, layout: .folders, classNames: ["x", "y"], root: URL(filePath: "/"), seed: seed)
    }

    private func open(_ groups: String, each: Int = 2) -> [String: CaseListing.Place] {
        Dictionary(uniqueKeysWithValues: groups.flatMap { group in (1...each).map { ("\(group)\($0)", .open) } })
    }

    @Test func foldsKeepPatientsTogetherAndMeetEachOnce() throws {
        let listing = listing(open("abcdefg").merging(["t1": .split(.test), "z1": .leftOut]) { $1 })
        var validated: [String] = []
        for fold in 0..<3 {
            let data = try split(.folds(FoldSplit(count: 3, fold: fold, seed: 4)), listing)
            let validation = try data.cases(of: .validation)
            validated += validation.map(\.id)
            #expect(try data.cases(of: .test).map(\.id) == ["t1"], "the data set's own test stays")
            #expect(Set(validation.map(\.group)).isDisjoint(with: try data.cases(of: .train).map(\.group)))
            #expect([2, 3].contains(Set(validation.map(\.group)).count), "folds differ by one patient at most")
        }
        #expect(validated.sorted() == open("abcdefg").keys.sorted())
    }

    /// Where a fold tests, the data set's own test cases are dealt too, and each case tests once.
    @Test func aFoldMayTest() throws {
        let listing = listing(open("abcdefg").merging(["t1": .split(.test), "z1": .leftOut]) { $1 })
        var tested: [String] = []
        for fold in 0..<3 {
            let data = try split(.folds(FoldSplit(count: 3, fold: (fold + 1) % 3, seed: 4, test: fold)), listing)
            let next = try split(.folds(FoldSplit(count: 3, fold: (fold + 2) % 3, seed: 4, test: (fold + 1) % 3)), listing)
            tested += try data.cases(of: .test).map(\.id)
            #expect(try data.cases(of: .validation) == next.cases(of: .test))
            #expect(data.splits.train.count + data.splits.validation.count + data.splits.test.count == 15)
        }
        #expect(tested.sorted() == (open("abcdefg").keys + ["t1"]).sorted())
    }

    /// A table's test cases stay out of the folds, and a split at random takes no notice of what a written one tests.
    @Test func foldsAreDealtOfWhatAnotherRuleLeavesThem() throws {
        try withTemporaryFolder { folder in
            let places = open("abcdef").merging(["t1": .split(.test)]) { $1 }
            let rows = places.keys.sorted().map {
                "\($0),\($0.hasPrefix("a") ? "test" : $0.hasPrefix("b") ? "validation" : "train")"
            }
            try Data("file,split\n\(rows.joined(separator: "\n"))\n".utf8).write(to: folder.appending(path: "mine.csv"))
            func cases(_ rule: SplitRule?, _ listing: CaseListing, fold: Int) throws -> (validation: [String], test: [String]) {
                let data = try SplitRule.folds(FoldSplit(count: 3, fold: fold, seed: 4, of: rule)).dataSet(
                    of: listing, layout: .folders, classNames: ["x", "y"], root: folder)
                return (data.splits.validation, data.splits.test)
            }
            let written = CaseListing(origin: "DIR", entries: listing(places).entries, isFinal: true)
            let expected: [(SplitRule?, CaseListing, test: [String], dealt: [String])] = [
                (nil, written, ["t1"], open("abcdef").keys.sorted()),
                (.table("mine.csv"), written, ["a1", "a2"], (Array(open("bcdef").keys) + ["t1"]).sorted()),
                (.random(SeededSplit(seed: 1, test: 0)), written, [], places.keys.sorted()),
                (.random(SeededSplit(seed: 1, test: 0)), listing(places), ["t1"], open("abcdef").keys.sorted()),
                (.folds(FoldSplit(count: 2, fold: 0, seed: 1)), written, ["t1"], open("abcdef").keys.sorted()),
            ]
            for (rule, listing, test, dealt) in expected {
                let folds = try (0..<3).map { try cases(rule, listing, fold: $0) }
                #expect(folds.allSatisfy { $0.test.sorted() == test }, "\(String(describing: rule))")
                #expect(folds.flatMap(\.validation).sorted() == dealt, "\(String(describing: rule))")
            }
        }
    }

    @Test func theSameSeedDealsTheSameFolds() throws {
        let listing = listing(open("abcdefgh"))
        let rule = SplitRule.folds(FoldSplit(count: 4, fold: 1, seed: 9))
        #expect(try split(rule, listing) == split(rule, listing, seed: 2))
        #expect(try split(rule, listing) != split(.folds(FoldSplit(count: 4, fold: 1, seed: 10)), listing))
    }

    @Test func ownPlacesAreCompletedAndSaidSo() throws {
        let open = try split(.own, listing(open("abcdefgh")))
        #expect(Split.allCases.map(open.count) == [10, 2, 4])
        #expect(open.notes == ["the data set names no split for 16 cases: they were split at random, seed 1"])

        let noValidation = try split(
            .own, listing(self.open("abcdefgh").mapValues { _ in .split(.train) }.merging(["t1": .split(.test)]) { $1 }))
        #expect(Split.allCases.map(noValidation.count) == [14, 2, 1])
        #expect(
            noValidation.notes
                == ["the data set names no validation split: part of the training cases validate, at random, seed 1"])
    }

    /// Splits that are drawn fall out otherwise with one case more or less; those that a run began with stand.
    @Test(arguments: [
        SplitRule.own, .random(SeededSplit(seed: 5)), .folds(FoldSplit(count: 4, fold: 1, seed: 9)),
        .folds(FoldSplit(count: 2, fold: 1, seed: 9, of: .random(SeededSplit(seed: 5)))),
    ])
    func whatWasDrawnOnceStands(_ rule: SplitRule) throws {
        func dataSet(_ listing: CaseListing, keeping kept: CaseSplits?) throws -> DataSet {
            try rule.dataSet(
                of: listing, layout: .folders, classNames: ["x", "y"], root: URL(filePath: "/"), keeping: kept)
        }
        let places = open("abcdefgh")
        let first = try dataSet(listing(places), keeping: nil)
        #expect(try dataSet(listing(places), keeping: first.splits) == first)
        let without = listing(places.filter { $0.key != "c2" }.merging(open("ijk", each: 1)) { $1 })
        let second = try dataSet(without, keeping: first.splits)
        for split in Split.allCases { #expect(second.splits[split] == first.splits[split].filter { $0 != "c2" }) }
        let home = try #require(Split.allCases.first { first.splits[$0].contains("c2") }).rawValue
        #expect(
            Array(second.notes.suffix(2)) == [
                "3 cases left out, because they came after the run had drawn its splits: i1, j1, k1",
                "1 case of the run not there any more: c2 (\(home))",
            ])
        #expect(try dataSet(without, keeping: nil).splits != second.splits, "the draw would be another")
        let other = try rule.dataSet(
            of: listing(open("stuv")), layout: .folders, classNames: ["x", "y"], root: URL(filePath: "/"),
            keeping: first.splits, isOwnData: false)
        #expect(other.notes.last == "none of the cases that the model knows by name is in DIR: it is split as data.split says")
    }

    /// Renamed files could be scored as new ones.
    @Test func theRunsOwnDataHoldItsCases() throws {
        let first = try split(.own, listing(open("abcdefgh", each: 1)))
        #expect(
            message(of: {
                _ = try SplitRule.own.dataSet(
                    of: listing(open("stuv")), layout: .folders, classNames: ["x", "y"], root: URL(filePath: "/"),
                    keeping: first.splits)
            }).hasPrefix("DIR: none of the run's 8 cases is here by its name (a1, b1, c1, d1, e1, …): were they renamed"))
    }

    /// A table that moves a case cannot make the model forget it; new cases that it states are taken.
    @Test func statedPlacesOfNewCasesAreTaken() throws {
        func places(_ test: String) -> [String: CaseListing.Place] {
            Dictionary(
                uniqueKeysWithValues: "abcdef".map { letter in
                    ("\(letter)1", .split(test.contains(letter) ? .test : letter == "a" ? .validation : .train))
                })
        }
        let first = try split(.own, listing(places("f")))
        let moved = listing(places("ef").merging(["n1": .split(.test)]) { $1 })
        let second = try SplitRule.own.dataSet(
            of: moved, layout: .folders, classNames: ["x", "y"], root: URL(filePath: "/"), keeping: first.splits)
        #expect(second.splits.test == ["f1", "n1"])
        #expect(second.splits.train == first.splits.train)
        #expect(
            second.notes
                == ["1 case in the splits that the run began with, where the data set says otherwise now: e1 (train)"])
    }

    @Test func testCasesKeptApartAreNotDealtAnew() throws {
        let places = open("abcdefgh", each: 1).merging(["t1": .split(.test), "t2": .split(.test), "z1": .leftOut]) { $1 }
        let rule = SplitRule.random(SeededSplit(seed: 5))
        let data = try split(rule, listing(places))
        #expect(try data.cases(of: .test).map(\.id) == ["t1", "t2"])
        #expect(Split.allCases.map(data.count) == [7, 1, 2])
        #expect(data.notes == ["the data set's own 2 test cases test: the others are split at random"])

        let table = try split(rule, CaseListing(origin: "DIR/split.csv", entries: listing(places).entries, isFinal: true))
        #expect(Split.allCases.map(table.count) == [6, 1, 3])
        #expect(try table.cases(of: .test).map(\.id) != ["t1", "t2"])
        #expect(table.notes == ["2 test cases of DIR/split.csv take part in the random split"])
    }

    @Test func onlyThePapersSplitMayPartAVideo() throws {
        let places = open("v", each: 3)
        let paper: [String: Split] = ["v1": .train, "v2": .validation, "v3": .test]
        let data = try split(.paper, listing(places, paper: paper))
        #expect(Split.allCases.map(data.count) == [1, 1, 1])
        #expect(
            data.notes
                == ["the paper's split puts frames of the same video into several splits: scores say little about a new video"])
        #expect(
            message { _ = try split(.own, listing(paper.mapValues { .split($0) })) }
                == "DIR: group 'v' stands in 'train' and in 'validation'; keep all cases of a patient or video in one split")
        #expect(
            message { _ = try split(.paper, listing(places)) }
                == "DIR: the paper names no split for this data set; take another rule than 'paper'")
    }

    @Test func aTableGoesWithAnyLayout() throws {
        let folder = try TemporaryFolder()
        try folder.write("file,split,patient\na1,train,p\nb1,val,q\nc1,,\n", to: "my.csv")
        let rule = SplitRule.table("my.csv")
        let data = try rule.dataSet(
            of: listing(["a1": .open, "b1": .split(.test), "c1": .open]), layout: .nnunet, classNames: ["x", "y"],
            root: folder.url,
            seed: 1)
        #expect(Split.allCases.map(data.count) == [1, 1, 0])
        #expect(try data.cases(of: .train).map(\.group) == ["p"])
    }

    @Test(
        arguments: [
            (FoldSplit(count: 1, fold: 0, seed: 1), "fold 0 of 1; expected 2 folds or more, counted from 0"),
            (FoldSplit(count: 3, fold: 3, seed: 1), "fold 3 of 3; expected 2 folds or more, counted from 0"),
            (
                FoldSplit(count: 3, fold: 1, seed: 1, test: 1),
                "fold 1 of 3 tests and fold 1 validates; expected 3 folds or more, counted from 0, and two of them"
            ),
            (
                FoldSplit(count: 5, fold: 0, seed: 1),
                "DIR: 2 groups cannot be split, expected at least 5; add cases or ask for fewer splits"
            ),
        ])
    func refusesFolds(folds: FoldSplit, expected: String) {
        #expect(message { _ = try split(.folds(folds), listing(open("ab"))) } == expected)
    }

    @Test(arguments: [
        #""own""#, #""paper""#, #""lists\/one.csv""#, #"{"folds":{"count":5,"fold":2,"seed":1}}"#,
        #"{"folds":{"count":5,"fold":2,"seed":1,"test":3}}"#,
        #"{"random":{"seed":3,"test":0,"validation":0.5}}"#,
    ])
    func isWrittenAsRead(text: String) throws {
        let rule = try JSONDecoder().decode(SplitRule.self, from: Data(text.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(String(decoding: try encoder.encode(rule), as: UTF8.self) == text)
    }
}
