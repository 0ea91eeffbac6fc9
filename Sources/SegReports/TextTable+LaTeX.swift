extension TextTable {
    /// A `tabular` with the rules of the package booktabs; every line ends with a newline.
    public var latex: String {
        let alignment = columns.map { column in
            switch column {
            case .words: "l"
            case .numbers: "r"
            }
        }
        func line(_ cells: [String]) -> String { cells.map(\.texText).joined(separator: " & ") + " \\\\\n" }
        return "\\begin{tabular}{\(alignment.joined())}\n\\toprule\n" + line(columns.map(\.title)) + "\\midrule\n"
            + rows.map(line).joined() + "\\bottomrule\n\\end{tabular}\n"
    }
}

extension String {
    /// The text as TeX sets it: its own characters escaped, signs and Greek letters as mathematics.
    public var texText: String { map { Self.texSubstitutes[$0] ?? String($0) }.joined() }

    private static let texSubstitutes: [Character: String] = [
        "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "&": "\\&", "%": "\\%", "$": "\\$",
        "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}", "<": "$<$", ">": "$>$", "±": "$\\pm$", "−": "$-$", "×": "$\\times$",
        "τ": "$\\tau$", "ν": "$\\nu$", "ρ": "$\\rho$", "γ": "$\\gamma$", "λ": "$\\lambda$", "μ": "$\\mu$", "Σ": "$\\Sigma$",
        "≤": "$\\le$", "≥": "$\\ge$",
    ]
}
