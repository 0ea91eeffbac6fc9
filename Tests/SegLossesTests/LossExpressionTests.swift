import TestSupport
import Testing

@testable import SegLosses

struct LossExpressionTests {
    @Test(arguments: [
        ("margin", ["1.0*margin()"]),
        ("  margin  ", ["1.0*margin()"]),
        ("margin()", ["1.0*margin()"]),
        ("margin( )", ["1.0*margin()"]),
        ("0.5*dice", ["0.5*dice()"]),
        (".5 * dice", ["0.5*dice()"]),
        ("2e-1*dice", ["0.2*dice()"]),
        ("1E+2*dice", ["100.0*dice()"]),
        ("a+b+c", ["1.0*a()", "1.0*b()", "1.0*c()"]),
        ("margin(tau=10,nu=1)+0.5*tversky(fp=0.3,fn=0.7)", ["1.0*margin(tau=10.0,nu=1.0)", "0.5*tversky(fp=0.3,fn=0.7)"]),
        ("margin ( form = paper , sum=4 )  +  2 * x_1", ["1.0*margin(form=paper,sum=4.0)", "2.0*x_1()"]),
        ("f(x=-1.5e-3)", ["1.0*f(x=-0.0015)"]),
        ("f(x=+2)", ["1.0*f(x=2.0)"]),
        ("f(w=[1])", ["1.0*f(w=[1.0])"]),
        ("f(w=[ 1 , 2.5,-3 ], v=yes)", ["1.0*f(w=[1.0, 2.5, -3.0],v=yes)"]),
        ("f(x=1)+g", ["1.0*f(x=1.0)", "1.0*g()"]),
        ("f(x=nan,y=inf)", ["1.0*f(x=nan,y=inf)"]),  // words; no loss takes them for numbers
    ])
    func termsOfSoundExpressions(text: String, expected: [String]) throws {
        let expression = try LossExpression(text)
        #expect(expression.text == text)
        let terms = expression.terms.map { term in
            let arguments = term.arguments.map { argument in
                switch argument.value {
                case .number(let value): "\(argument.name)=\(value)"
                case .word(let word): "\(argument.name)=\(word)"
                case .list(let values): "\(argument.name)=\(values)"
                }
            }
            return "\(term.weight)*\(term.name)(\(arguments.joined(separator: ",")))"
        }
        #expect(terms == expected)
    }

    @Test(arguments: [
        ("", 1, "expected the name of a loss, found the end"),
        ("   ", 4, "expected the name of a loss, found the end"),
        ("+margin", 1, "expected the name of a loss, found '+'"),
        ("margin+", 8, "expected the name of a loss, found the end"),
        ("margin++dice", 8, "expected the name of a loss, found '+'"),
        ("margin dice", 8, "expected '+' or the end, found 'd'"),
        ("margin & dice", 8, "expected '+' or the end, found '&'"),
        ("margin-dice", 7, "expected '+' or the end, found '-'"),
        ("margin)", 7, "expected '+' or the end, found ')'"),
        ("margin(tau=1))", 14, "expected '+' or the end, found ')'"),
        ("0.5", 4, "expected '*', found the end"),
        ("0.5 margin", 5, "expected '*', found 'm'"),
        ("1-2*margin", 2, "expected '*', found '-'"),
        ("2*", 3, "expected the name of a loss, found the end"),
        ("2*3*margin", 3, "expected the name of a loss, found '3'"),
        ("0*margin", 1, "expected a weight above 0, found 0.0"),
        ("a + -1*margin", 5, "expected a weight above 0, found -1.0"),
        ("1..2*margin", 1, "expected a number, found '1'"),
        ("1e999*margin", 1, "expected a number, found '1'"),
        (".*margin", 1, "expected a number, found '.'"),
        ("½*margin", 1, "expected a number, found '½'"),
        ("(margin)", 1, "expected the name of a loss, found '('"),
        ("margin(", 8, "expected the name of a parameter, found the end"),
        ("margin(,)", 8, "expected the name of a parameter, found ','"),
        ("margin(=1)", 8, "expected the name of a parameter, found '='"),
        ("margin(1)", 8, "expected the name of a parameter, found '1'"),
        ("margin(tau", 11, "expected '=', found the end"),
        ("margin(tau 1)", 12, "expected '=', found '1'"),
        ("margin(tau=", 12, "expected a value, found the end"),
        ("margin(tau=)", 12, "expected a number, found ')'"),
        ("margin(tau=1", 13, "expected ')' or ',', found the end"),
        ("margin(tau=1 nu=1)", 14, "expected ')' or ',', found 'n'"),
        ("margin(tau=0x10)", 13, "expected ')' or ',', found 'x'"),
        ("margin(tau=1,)", 14, "expected the name of a parameter, found ')'"),
        ("margin(tau=1,tau=2)", 14, "'tau' was given already"),
        ("f(w=[])", 6, "expected a number, found ']'"),
        ("f(w=[1,)", 8, "expected a number, found ')'"),
        ("f(w=[1 2])", 8, "expected ']' or ',', found '2'"),
        ("f(w=[a])", 6, "expected a number, found 'a'"),
        ("f(w=[1", 7, "expected ']' or ',', found the end"),
    ])
    func unsoundExpressionsPointAtTheFault(text: String, column: Int, problem: String) throws {
        let error = try #require(throws: LossExpressionError.self) { try LossExpression(text) }
        #expect(error.description == "objective '\(text)', column \(column): \(problem)")
        #expect(error.column == column)
    }
}
