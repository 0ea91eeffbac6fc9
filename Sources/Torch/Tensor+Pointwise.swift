import CTorch

extension Tensor {
    private func unary(_ name: String, _ operation: ct_unary) throws(TorchError) -> Tensor {
        try make(name, [self]) { libtorch.unary_apply(operation, raw, $0) }
    }

    public func abs() throws(TorchError) -> Tensor { try unary("abs", CT_ABS) }
    public func exp() throws(TorchError) -> Tensor { try unary("exp", CT_EXP) }
    public func log() throws(TorchError) -> Tensor { try unary("log", CT_LOG) }
    public func log2() throws(TorchError) -> Tensor { try unary("log2", CT_LOG2) }
    /// ln(1 + x), exact near 0.
    public func log1p() throws(TorchError) -> Tensor { try unary("log1p", CT_LOG1P) }
    public func sqrt() throws(TorchError) -> Tensor { try unary("sqrt", CT_SQRT) }
    public func sigmoid() throws(TorchError) -> Tensor { try unary("sigmoid", CT_SIGMOID) }
    public func tanh() throws(TorchError) -> Tensor { try unary("tanh", CT_TANH) }
    public func relu() throws(TorchError) -> Tensor { try unary("relu", CT_RELU) }
    /// ln(1 + eˣ), linear above 20 as in PyTorch.
    public func softplus() throws(TorchError) -> Tensor { try unary("softplus", CT_SOFTPLUS) }
    public func floor() throws(TorchError) -> Tensor { try unary("floor", CT_FLOOR) }
    public func rounded() throws(TorchError) -> Tensor { try unary("round", CT_ROUND) }
    /// Bool: neither NaN nor infinite.
    public func isFinite() throws(TorchError) -> Tensor { try unary("isfinite", CT_ISFINITE) }
    public func logicalNot() throws(TorchError) -> Tensor { try unary("logical_not", CT_LOGICAL_NOT) }

    /// x for x > 0, `negativeSlope`·x elsewhere.
    public func leakyReLU(negativeSlope: Double = 0.01) throws(TorchError) -> Tensor {
        try make("leaky_relu", [self]) { libtorch.leaky_relu(raw, negativeSlope, $0) }
    }

    public func clamped(to range: ClosedRange<Double>) throws(TorchError) -> Tensor {
        try make("clamp", [self]) { libtorch.clamp(raw, range.lowerBound, range.upperBound, $0) }
    }

    /// Element by element: from `self` where the Bool tensor `mask` is false, `value` where it is true.
    public func masked(where mask: Tensor, with value: Double) throws(TorchError) -> Tensor {
        try make("masked_fill", [self, mask]) { libtorch.masked_fill(raw, mask.raw, value, $0) }
    }

    /// Element by element: from `self` where the Bool tensor `condition` is true, from `other` elsewhere.
    public func chosen(where condition: Tensor, otherwise other: Tensor) throws(TorchError) -> Tensor {
        try make("where", [condition, self, other]) { libtorch.where(condition.raw, raw, other.raw, $0) }
    }

    public func maximum(_ other: Tensor) throws(TorchError) -> Tensor { try binary("maximum", CT_MAXIMUM, other) }
    public func minimum(_ other: Tensor) throws(TorchError) -> Tensor { try binary("minimum", CT_MINIMUM, other) }
    public func power(_ exponent: Double) throws(TorchError) -> Tensor { try binary("pow", CT_POW, exponent) }

    // Comparisons make Bool tensors; named, since `==` would promise a Bool.
    public func equal(_ other: Tensor) throws(TorchError) -> Tensor { try binary("eq", CT_EQ, other) }
    public func equal(_ other: Double) throws(TorchError) -> Tensor { try binary("eq", CT_EQ, other) }
    public func notEqual(_ other: Double) throws(TorchError) -> Tensor { try binary("ne", CT_NE, other) }
    public func less(_ other: Double) throws(TorchError) -> Tensor { try binary("lt", CT_LT, other) }
    public func greater(_ other: Double) throws(TorchError) -> Tensor { try binary("gt", CT_GT, other) }
    public func logicalAnd(_ other: Tensor) throws(TorchError) -> Tensor { try binary("logical_and", CT_LOGICAL_AND, other) }
    public func logicalOr(_ other: Tensor) throws(TorchError) -> Tensor { try binary("logical_or", CT_LOGICAL_OR, other) }

    func binary(_ name: String, _ operation: ct_binary, _ other: Tensor) throws(TorchError) -> Tensor {
        try make(name, [self, other]) { libtorch.binary_apply(operation, raw, other.raw, $0) }
    }

    func binary(_ name: String, _ operation: ct_binary, _ scalar: Double) throws(TorchError) -> Tensor {
        try make(name, [self]) { libtorch.binary_scalar(operation, raw, scalar, $0) }
    }
}

/// Arithmetic on what may be too large for the memory that is left.
extension Tensor {
    /// The sum, with broadcasting.
    public func adding(_ other: Tensor) throws(TorchError) -> Tensor { try binary("+", CT_ADD, other) }

    /// The product, with broadcasting.
    public func multiplied(by other: Tensor) throws(TorchError) -> Tensor { try binary("*", CT_MUL, other) }
}

/// Arithmetic with broadcasting. Traps, with libtorch's message, where shapes do not fit.
extension Tensor {
    public static func + (left: Tensor, right: Tensor) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("+", CT_ADD, right) }
    }
    public static func - (left: Tensor, right: Tensor) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("-", CT_SUB, right) }
    }
    public static func * (left: Tensor, right: Tensor) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("*", CT_MUL, right) }
    }
    public static func / (left: Tensor, right: Tensor) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("/", CT_DIV, right) }
    }

    public static func + (left: Tensor, right: Double) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("+", CT_ADD, right) }
    }
    public static func - (left: Tensor, right: Double) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("-", CT_SUB, right) }
    }
    public static func * (left: Tensor, right: Double) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("*", CT_MUL, right) }
    }
    public static func / (left: Tensor, right: Double) -> Tensor {
        trapping { () throws(TorchError) in try left.binary("/", CT_DIV, right) }
    }
    public static func * (left: Double, right: Tensor) -> Tensor { right * left }
    public static func + (left: Double, right: Tensor) -> Tensor { right + left }
    public static func - (left: Double, right: Tensor) -> Tensor { -right + left }

    public static prefix func - (operand: Tensor) -> Tensor {
        trapping { () throws(TorchError) in try operand.unary("-", CT_NEG) }
    }
}
