import Mustache

/// The page's template, style and script. They are files of their own in the sources, and part of the program after the build, so that
/// an installed program has no folder of resources to lose.
struct PageTemplate: Sendable {
    static let shared = PageTemplate()
    static let style = text(PackageResources.page_css)
    /// Only pages with a `SliceBrowser` have it.
    static let script = text(PackageResources.page_js)

    private let library: MustacheLibrary

    private init() {
        do {
            library = MustacheLibrary(templates: [
                "page": try MustacheTemplate(string: Self.text(PackageResources.page_mustache)),
                "block": try MustacheTemplate(string: Self.text(PackageResources.block_mustache)),
            ])
        } catch {
            preconditionFailure("a template of the program is malformed: \(error)")
        }
    }

    /// - Parameter context: a value for each name in the template; nil for what the page does not have.
    func render(_ context: [String: Any?]) -> String {
        guard let page = library.render(context.compactMapValues { $0 }, withTemplate: "page") else {
            preconditionFailure("the template 'page' is in the library")
        }
        return page
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
