extension TextTable {
    /// A `tabular` with the rules of the package booktabs; every line ends with a newline.
    public var latex: String {
        let alignment = columns.map { $0.isNumeric ? "r" : "l" }
        func line(_ cells: [String]) -> String { cells.map(\.texText).joined(separator: " & ") + " \\\\\n" }
        return "\\begin{tabular}{\(alignment.joined())}\n\\toprule\n" + line(columns.map(\.title)) + "\\midrule\n"
            + rows.map(line).joined() + "\\bottomrule\n\\end{tabular}\n"
    }

    /// The same as a float with a caption, a plain text.
    public func latexFloat(caption: String) -> String {
        "\\begin{table}\n\\caption{\(caption.texText)}\n\\centering\n\(latex)\\end{table}\n"
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
