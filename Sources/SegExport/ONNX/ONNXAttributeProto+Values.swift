import Foundation

extension ONNXAttributeProto {
    static func integer(_ name: String, _ value: Int64) -> Self {
        var attribute = named(name, .int)
        attribute.i = value
        return attribute
    }

    static func integers(_ name: String, _ values: [Int]) -> Self {
        var attribute = named(name, .ints)
        attribute.ints = values.map(Int64.init)
        return attribute
    }

    static func float(_ name: String, _ value: Double) -> Self {
        var attribute = named(name, .float)
        attribute.f = Float(value)
        return attribute
    }

    static func string(_ name: String, _ value: String) -> Self {
        var attribute = named(name, .string)
        attribute.s = Data(value.utf8)
        return attribute
    }

    private static func named(_ name: String, _ type: AttributeType) -> Self {
        var attribute = Self()
        attribute.name = name
        attribute.type = type
        return attribute
    }
}
