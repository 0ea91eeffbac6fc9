// Views, joins, indexing, padding, the matrix product.

#include "guarded.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/stack.h>

static ct_result reshape(ct_tensor self, const int64_t *sizes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).reshape(ct::ints(sizes, dim))); });
}

static ct_result permute(ct_tensor self, const int64_t *axes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).permute(ct::ints(axes, dim))); });
}

static ct_result expand(ct_tensor self, const int64_t *sizes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).expand(ct::ints(sizes, dim))); });
}

static ct_result unsqueeze(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).unsqueeze(axis)); });
}

static ct_result squeeze(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).squeeze(axis)); });
}

static ct_result select(ct_tensor self, int64_t axis, int64_t index, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).select(axis, index)); });
}

static ct_result narrow(ct_tensor self, int64_t axis, int64_t start, int64_t length, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).narrow(axis, start, length)); });
}

static ct_result flip(ct_tensor self, const int64_t *axes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).flip(ct::ints(axes, dim))); });
}

static ct_result cat(const ct_tensor *tensors, size_t count, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::cat(ct::list(tensors, count), axis)); });
}

static ct_result stack(const ct_tensor *tensors, size_t count, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::stack(ct::list(tensors, count), axis)); });
}

static ct_result gather(ct_tensor self, int64_t axis, ct_tensor index, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).gather(axis, ct::get(index))); });
}

static ct_result scatter_value(ct_tensor self, int64_t axis, ct_tensor index, double value, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::scatter(ct::get(self), axis, ct::get(index), value)); });
}

static ct_result index_select(ct_tensor self, int64_t axis, ct_tensor index, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).index_select(axis, ct::get(index))); });
}

static ct_result masked_select(ct_tensor self, ct_tensor mask, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).masked_select(ct::get(mask))); });
}

static ct_result pad(ct_tensor self, const int64_t *amounts, size_t count, ct_pad_mode mode, double value, ct_tensor *out) {
    return ct::guarded([&] {
        if (mode == CT_PAD_CONSTANT) return ct::give(out, at::pad(ct::get(self), ct::ints(amounts, count), "constant", value));
        const char *name = mode == CT_PAD_REPLICATE ? "replicate" : "reflect";
        ct::give(out, at::pad(ct::get(self), ct::ints(amounts, count), name));
    });
}

static ct_result matmul(ct_tensor self, ct_tensor other, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::matmul(ct::get(self), ct::get(other))); });
}

void ct::add_shape(ct_functions &table) {
    table.reshape = reshape;
    table.permute = permute;
    table.expand = expand;
    table.unsqueeze = unsqueeze;
    table.squeeze = squeeze;
    table.select = select;
    table.narrow = narrow;
    table.flip = flip;
    table.cat = cat;
    table.stack = stack;
    table.gather = gather;
    table.scatter_value = scatter_value;
    table.index_select = index_select;
    table.masked_select = masked_select;
    table.pad = pad;
    table.matmul = matmul;
}
