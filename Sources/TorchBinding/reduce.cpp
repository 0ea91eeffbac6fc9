// Reductions, sorting, softmax.

#include "guarded.h"

#include <ATen/Context.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <c10/util/ScopeExit.h>

#include <numeric>

static ct_result reduce(ct_reduction reduction, ct_tensor self, const int64_t *axes, size_t dim, bool keep, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(self);
        std::vector<int64_t> over(axes, axes + dim);
        if (dim == 0) {
            over.resize(static_cast<size_t>(x.dim()));
            std::iota(over.begin(), over.end(), 0);
        }
        switch (reduction) {
        case CT_SUM: return ct::give(out, x.sum(over, keep));
        case CT_MEAN: return ct::give(out, x.mean(over, keep));
        case CT_AMAX: return ct::give(out, x.amax(over, keep));
        case CT_AMIN: return ct::give(out, x.amin(over, keep));
        case CT_LOGSUMEXP: return ct::give(out, at::logsumexp(x, over, keep));
        }
    });
}

static ct_result argmax(ct_tensor self, int64_t axis, bool keep, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).argmax(axis, keep)); });
}

// Not `bincount`, which waits for a device to learn the largest number.
static ct_result bin_counts(ct_tensor self, int64_t count, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &places = ct::get(self);
        auto counts = at::zeros({count}, places.options());
        // Whole numbers add up to the same in any order; the deterministic form sorts.
        auto &context = at::globalContext();
        const auto restore = c10::make_scope_exit([&, was = context.deterministicAlgorithms()] {
            context.setDeterministicAlgorithms(was, /*warn_only=*/false);
        });
        context.setDeterministicAlgorithms(false, /*warn_only=*/false);
        counts.scatter_add_(0, places, at::ones_like(places));
        ct::give(out, std::move(counts));
    });
}

static ct_result topk(ct_tensor self, int64_t k, int64_t axis, ct_tensor *values, ct_tensor *indices) {
    return ct::guarded([&] {
        auto [top, where] = at::topk(ct::get(self), k, axis, /*largest=*/true, /*sorted=*/true);
        ct::give(values, std::move(top));
        ct::give(indices, std::move(where));
    });
}

static ct_result sort(ct_tensor self, int64_t axis, bool descending, ct_tensor *values, ct_tensor *indices) {
    return ct::guarded([&] {
        auto [sorted, where] = at::sort(ct::get(self), /*stable=*/true, axis, descending);
        ct::give(values, std::move(sorted));
        ct::give(indices, std::move(where));
    });
}

static ct_result cumsum(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).cumsum(axis)); });
}

static ct_result log_softmax(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::log_softmax(ct::get(self), axis)); });
}

static ct_result softmax(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::softmax(ct::get(self), axis)); });
}

static ct_result total_norm(const ct_tensor *tensors, size_t count, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::stack(at::_foreach_norm(ct::list(tensors, count))).norm()); });
}

void ct::add_reduce(ct_functions &table) {
    table.reduce = reduce;
    table.argmax = argmax;
    table.bin_counts = bin_counts;
    table.topk = topk;
    table.sort = sort;
    table.cumsum = cumsum;
    table.log_softmax = log_softmax;
    table.softmax = softmax;
    table.total_norm = total_norm;
}
