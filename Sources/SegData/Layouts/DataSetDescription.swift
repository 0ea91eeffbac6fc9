import DurableFiles
import Foundation

/// The `dataset.json` of nnU-Net and of the Medical Segmentation Decathlon.
struct DataSetDescription {
    let url: URL
    /// nnU-Net's `channel_names`; nil in the Decathlon's form.
    let channelNames: [String]?
    let fileEnding: String?
    /// Class 0 first; nil where there are none, or none that can be understood.
    let classes: [LayoutFinding.ClassValues]
    let ignored: [Int]
    /// The Decathlon's pairs; nil in nnU-Net's form.
    let training: [(image: String, label: String)]?
    /// nnU-Net's explicit list of cases, where it has one.
    let listed: [String: (images: [String], label: String?)]?
    let caseCount: Int?

    static func url(in root: URL) -> URL { root.appending(path: "dataset.json") }

    /// - Throws: `LayoutError` for a description that contradicts itself, `FileError`.
    init(_ url: URL) throws {
        self.url = url
        let data = try FileSystem.read(url)
        guard let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
            throw LayoutError(url, "it is no JSON object; expected the description of a data set")
        }
        channelNames = (object["channel_names"] as? [String: Any]).map { names in
            names.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map { "\($0.value)" }
        }
        fileEnding = object["file_ending"] as? String
        caseCount = (object["numTraining"] as? NSNumber)?.intValue
        training = (object["training"] as? [Any]).map { list in
            list.compactMap { item in
                guard let pair = item as? [String: Any], let image = pair["image"] as? String,
                    let label = pair["label"] as? String
                else { return nil }
                return (image, label)
            }
        }
        listed = (object["dataset"] as? [String: [String: Any]]).map { cases in
            cases.compactMapValues { item in
                (item["images"] as? [String]).map { (images: $0, label: item["label"] as? String) }
            }
        }
        guard let labels = object["labels"] as? [String: Any] else { throw LayoutError(url, "it has no 'labels'") }
        (classes, ignored) = try Self.classes(labels, url: url)
    }

    /// Both forms: `{"0": "background"}` and `{"background": 0, "whole tumour": [1, 2, 3], "ignore": 4}`.
    ///
    /// Regions overlap: one that lies within another is in front, so that every value belongs to the smallest region with it.
    private static func classes(_ labels: [String: Any], url: URL) throws -> ([LayoutFinding.ClassValues], [Int]) {
        if labels.keys.allSatisfy({ Int($0) != nil }) {
            let named = try labels.map { key, name -> LayoutFinding.ClassValues in
                guard let name = name as? String else { throw LayoutError(url, "label '\(key)' has no name") }
                return LayoutFinding.ClassValues(name, [Int(key) ?? 0])
            }
            return (named.sorted { $0.values[0] < $1.values[0] }, [])
        }
        var ignored: [Int] = []
        var regions: [(name: String, values: [Int])] = []
        for (name, value) in labels {
            let values =
                (value as? NSNumber).map { [$0.intValue] } ?? (value as? [Any])?.compactMap { ($0 as? NSNumber)?.intValue }
            guard let values, !values.isEmpty else {
                throw LayoutError(url, "label '\(name)' has no value; expected a whole number or a list of them")
            }
            if name == "ignore" { ignored = values } else { regions.append((name, values)) }
        }
        // A region within another has fewer values, and comes later.
        regions.sort {
            ($0.values.contains(0) ? 0 : 1, -$0.values.count, $0.values[0]) < (
                $1.values.contains(0) ? 0 : 1, -$1.values.count, $1.values[0]
            )
        }
        for (number, inner) in regions.enumerated() {
            for outer in regions[..<number] {
                let common = Set(inner.values).intersection(outer.values).count
                guard common == 0 || common == inner.values.count else {
                    throw LayoutError(
                        url,
                        "regions '\(outer.name)' and '\(inner.name)' overlap, but neither holds the other; name classes instead")
                }
            }
        }
        var owner: [Int: Int] = [:]
        for (number, region) in regions.enumerated() { for value in region.values { owner[value] = number } }
        let classes = regions.enumerated().map { number, region in
            LayoutFinding.ClassValues(region.name, region.values.filter { owner[$0] == number }.sorted())
        }
        if let empty = classes.first(where: \.values.isEmpty) {
            throw LayoutError(url, "region '\(empty.name)' lies behind others in all its values; no pixel would belong to it")
        }
        guard classes.first?.values.contains(0) == true else {
            throw LayoutError(url, "no label has value 0; expected the background")
        }
        return (classes, ignored)
    }
}
