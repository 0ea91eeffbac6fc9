// Operations element by element.

#include "guarded.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/where.h>

static at::Tensor unary(ct_unary operation, const at::Tensor &x) {
    switch (operation) {
    case CT_NEG: return x.neg();
    case CT_ABS: return x.abs();
    case CT_EXP: return x.exp();
    case CT_LOG: return x.log();
    case CT_LOG2: return x.log2();
    case CT_LOG1P: return at::log1p(x);
    case CT_SQRT: return x.sqrt();
    case CT_SIGMOID: return x.sigmoid();
    case CT_TANH: return x.tanh();
    case CT_RELU: return x.relu();
    case CT_SOFTPLUS: return at::softplus(x);
    case CT_FLOOR: return x.floor();
    case CT_ROUND: return x.round();
    case CT_ISFINITE: return at::isfinite(x);
    case CT_LOGICAL_NOT: return at::logical_not(x);
    }
    TORCH_CHECK_VALUE(false, "no unary operation has the number ", static_cast<int>(operation));
}

// `Other` is a tensor or a scalar; comparisons, arithmetic and powers take either.
template <typename Other> static at::Tensor binary_any(ct_binary operation, const at::Tensor &x, const Other &y) {
    switch (operation) {
    case CT_ADD: return x.add(y);
    case CT_SUB: return x.sub(y);
    case CT_MUL: return x.mul(y);
    case CT_DIV: return x.div(y);
    case CT_POW: return x.pow(y);
    case CT_EQ: return x.eq(y);
    case CT_NE: return x.ne(y);
    case CT_LT: return x.lt(y);
    case CT_LE: return x.le(y);
    case CT_GT: return x.gt(y);
    case CT_GE: return x.ge(y);
    default: break;
    }
    TORCH_CHECK_VALUE(false, "no such binary operation: ", static_cast<int>(operation));
}

static at::Tensor binary(ct_binary operation, const at::Tensor &x, const at::Tensor &y) {
    switch (operation) {
    case CT_MAXIMUM: return at::maximum(x, y);
    case CT_MINIMUM: return at::minimum(x, y);
    case CT_LOGICAL_AND: return x.logical_and(y);
    case CT_LOGICAL_OR: return x.logical_or(y);
    default: return binary_any(operation, x, y);
    }
}

static ct_result unary_apply(ct_unary operation, ct_tensor self, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, unary(operation, ct::get(self))); });
}

static ct_result binary_apply(ct_binary operation, ct_tensor self, ct_tensor other, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, binary(operation, ct::get(self), ct::get(other))); });
}

static ct_result binary_scalar(ct_binary operation, ct_tensor self, double scalar, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(self);
        ct::give(out, binary_any(operation, x, ct::scalar(scalar, x)));
    });
}

static ct_result leaky_relu(ct_tensor self, double negative_slope, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::leaky_relu(ct::get(self), negative_slope)); });
}

static ct_result clamp(ct_tensor self, double low, double high, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(self);
        ct::give(out, at::clamp(x, ct::scalar(low, x), ct::scalar(high, x)));
    });
}

static ct_result where(ct_tensor condition, ct_tensor self, ct_tensor other, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::where(ct::get(condition), ct::get(self), ct::get(other))); });
}

static ct_result masked_fill(ct_tensor self, ct_tensor mask, double value, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::masked_fill(ct::get(self), ct::get(mask), value)); });
}

void ct::add_pointwise(ct_functions &table) {
    table.unary_apply = unary_apply;
    table.binary_apply = binary_apply;
    table.binary_scalar = binary_scalar;
    table.leaky_relu = leaky_relu;
    table.clamp = clamp;
    table.where = where;
    table.masked_fill = masked_fill;
}
