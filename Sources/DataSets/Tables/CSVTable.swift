import DurableFiles
import Foundation

/// A comma-separated file with a header line (RFC 4180; lines may end in LF or CRLF, a byte order mark is passed over).
///
/// A header without a comma may have semicolons or tabs instead, as spreadsheets of many countries write them; so may a first line
/// `sep=;`.
struct CSVTable {
    /// A row and the line of the file on which it starts, counted from 1.
    struct Row: Equatable {
        var line: Int
        var fields: [String]
    }

    let path: String
    let header: [String]
    let rows: [Row]

    /// - Throws: `LayoutError` with the line, or `FileError` where the file cannot be read.
    init(_ url: URL) throws {
        try self.init([UInt8](FileSystem.read(url)), path: url.path)
    }

    init(_ bytes: [UInt8], path: String) throws {
        self.path = path
        let isMarked = bytes.starts(with: [0xef, 0xbb, 0xbf])
        let separator = Self.separator(bytes[(isMarked ? 3 : 0)...])
        var records = try Self.records(bytes[(isMarked ? 3 : 0)...], separatedBy: separator.byte, path: path)
        if separator.isStated { records.removeFirst() }
        guard !records.isEmpty else { throw LayoutError(path, "it is empty; expected a header line") }
        header = records.removeFirst().fields
        rows = records
        for row in rows where row.fields.count != header.count {
            throw LayoutError(
                path, line: row.line,
                "\(row.fields.count) field\(row.fields.count == 1 ? "" : "s"), expected \(header.count) as in the header"
            )
        }
    }

    /// The separator of the fields, and whether the first line only states it.
    private static func separator(_ bytes: ArraySlice<UInt8>) -> (byte: UInt8, isStated: Bool) {
        let lines = bytes.split(maxSplits: 1, omittingEmptySubsequences: true) { $0 == UInt8(ascii: "\n") }
        var header = lines.first ?? []
        if header.last == UInt8(ascii: "\r") { header = header.dropLast() }
        if header.count == 5, header.starts(with: Array("sep=".utf8)), let byte = header.last { return (byte, true) }
        var isQuoted = false
        let found = header.filter { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return !isQuoted
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        return (candidates.first(where: found.contains) ?? candidates[0], false)
    }

    private static func records(_ bytes: ArraySlice<UInt8>, separatedBy separator: UInt8, path: String) throws -> [Row] {
        let quote = UInt8(ascii: "\""), lf = UInt8(ascii: "\n"), cr = UInt8(ascii: "\r")
        var records: [Row] = []
        var fields: [String] = [], field: [UInt8] = []
        var line = 1, start = 1
        var isQuoted = false, wasQuoted = false
        func endField() throws {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw LayoutError(path, line: start, "the text is not UTF-8; save the file as UTF-8")
            }
            fields.append(wasQuoted ? text : text.trimmingCharacters(in: .whitespaces))
            field = []
            wasQuoted = false
        }
        func endRecord() throws {
            try endField()
            // A blank line is no row.
            if fields != [""] { records.append(Row(line: start, fields: fields)) }
            fields = []
        }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if isQuoted {
                if byte == quote, index < bytes.endIndex, bytes[index] == quote {
                    field.append(quote)
                    index += 1
                } else if byte == quote {
                    isQuoted = false
                } else {
                    if byte == lf { line += 1 }
                    field.append(byte)
                }
            } else if byte == quote, field.isEmpty, !wasQuoted {
                isQuoted = true
                wasQuoted = true
            } else if byte == separator {
                try endField()
            } else if byte == lf {
                try endRecord()
                line += 1
                start = line
            } else if byte == cr, index == bytes.endIndex || bytes[index] == lf {
                continue
            } else if wasQuoted || byte == quote {
                throw LayoutError(
                    path, line: line, "a quote inside a field; put quotes round the whole field and double those within")
            } else {
                field.append(byte)
            }
        }
        guard !isQuoted else { throw LayoutError(path, line: start, "a quoted field has no end; close its quotes") }
        if !field.isEmpty || !fields.isEmpty || wasQuoted { try endRecord() }
        return records
    }
}
