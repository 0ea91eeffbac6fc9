import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Elements, attributes and texts of a page, as an XML parser reads them.
final class PageOutline: NSObject, XMLParserDelegate {
    private(set) var names: [String] = []
    private(set) var texts: [String: [String]] = [:]
    private var attributes: [[String: String]] = []
    private var open: [(name: String, text: String)] = []

    /// - Throws: unless the page is well-formed.
    init(_ html: String) throws {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        let isWellFormed = parser.parse()
        try #require(isWellFormed, "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        names.append(name)
        self.attributes.append(attributes)
        open.append((name, ""))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for index in open.indices { open[index].text += text }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        texts[name, default: []].append(open.removeLast().text)
    }

    /// The values of an attribute on the elements of a name.
    func values(_ attribute: String, of name: String) -> [String] {
        zip(names, attributes).filter { $0.0 == name }.compactMap { $0.1[attribute] }
    }
}
