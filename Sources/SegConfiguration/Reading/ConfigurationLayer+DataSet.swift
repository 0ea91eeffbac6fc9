import DataSets
import Foundation
import Yams

extension ConfigurationLayer {
    /// What a data set says of itself, or what its files show: its layout, its patterns, and where it names them its classes.
    init(_ finding: LayoutFinding, root: URL) {
        func list(_ values: [String]) -> Node { .sequence(.init(values.map { Node($0) })) }
        func list(_ values: [Int]) -> Node { .sequence(.init(values.map { Node("\($0)", Tag(.int)) })) }
        func named(_ items: [LayoutFinding.ClassValues]) -> [Node] {
            items.map { .mapping(.init([(Node("name"), Node($0.name)), (Node("values"), list($0.values))])) }
        }
        let settings = finding.settings
        var data: [(Node, Node)] = [(Node("layout"), Node(finding.layout.rawValue))]
        if !settings.images.isEmpty { data.append((Node("images"), list(settings.images))) }
        if !settings.labels.isEmpty { data.append((Node("labels"), list(settings.labels))) }
        if let task = settings.task { data.append((Node("task"), Node(task))) }
        if let overlaps = settings.overlaps {
            let node: Node =
                switch overlaps {
                case .ignore: Node("ignore")
                case .sum: Node("sum")
                case .priority(let values): list(values)
                }
            data.append((Node("overlaps"), node))
        }
        data.append((Node("label_grid"), Node(finding.labelGrid.rawValue)))
        if let classes = finding.classes {
            data.append((Node("classes"), .sequence(.init(named(classes)))))
            if !finding.regions.isEmpty { data.append((Node("regions"), .sequence(.init(named(finding.regions))))) }
            data.append((Node("ignored_values"), list(finding.ignoredValues)))
        }
        var layer: [(Node, Node)] = [(Node("data"), .mapping(.init(data)))]
        if let range = finding.window {
            let window = Node.sequence(.init([range.lowerBound, range.upperBound].map { Node("\($0)", Tag(.float)) }))
            let normalization = Node.mapping(.init([(Node("window"), window)]))
            layer.append((Node("input"), .mapping(.init([(Node("normalization"), normalization)]))))
        }
        self.init(origin: "the data set \(root.path)", isFile: false, node: .mapping(.init(layer)))
    }
}
