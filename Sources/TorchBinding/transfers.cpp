// Copies between the host and a device that nobody waits for, and a count of those that somebody does.

#include "guarded.h"

#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

static ct_result upload(
    const void *bytes, size_t byte_count, const int64_t *sizes, size_t dim, ct_dtype dtype, ct_device device, ct_tensor *out) {
    return ct::guarded([&] {
        const auto target = ct::device(device);
        // From pageable memory a copy to a GPU waits for it.
        const auto options = at::TensorOptions().dtype(ct::scalar_type(dtype)).pinned_memory(target.is_cuda());
        auto host = at::empty(ct::ints(sizes, dim), options);
        TORCH_CHECK(host.nbytes() == byte_count, "the shape needs ", host.nbytes(), " bytes, found ", byte_count);
        if (byte_count > 0) std::memcpy(host.mutable_data_ptr(), bytes, byte_count);
        ct::give(out, target.is_cpu() ? std::move(host) : host.to(target, /*non_blocking=*/true));
    });
}

struct ct_host_copy {
    at::Tensor host;
    std::optional<c10::Event> done;
};

static ct_result host_copy_begin(ct_tensor self, ct_host_copy **out) {
    return ct::guarded([&] {
        const auto source = ct::get(self).detach();
        auto copy = std::make_unique<ct_host_copy>();
        if (source.is_cuda()) {
            copy->host = at::empty(source.sizes(), source.options().device(at::kCPU).pinned_memory(true));
            copy->host.copy_(source, /*non_blocking=*/true);
            copy->done.emplace(source.device().type());
            copy->done->record(c10::impl::VirtualGuardImpl(source.device().type()).getStream(source.device()));
        } else {
            // The tensor may change before somebody asks.
            copy->host = source.to(at::kCPU, source.scalar_type(), /*non_blocking=*/false, /*copy=*/true).contiguous();
        }
        *out = copy.release();
    });
}

static ct_result host_copy_read(ct_host_copy *self, void *bytes, size_t byte_count) {
    return ct::guarded([&] {
        TORCH_CHECK(self->host.nbytes() == byte_count, "the tensor has ", self->host.nbytes(), " bytes, the buffer ", byte_count);
        if (self->done) self->done->synchronize();
        if (byte_count > 0) std::memcpy(bytes, self->host.const_data_ptr(), byte_count);
    });
}

static void host_copy_free(ct_host_copy *self) { delete self; }

// MARK: Counting

namespace {

// Of a thread that counts, and of those that libtorch takes for its backward passes, to which such information goes along.
struct Counts : c10::DebugInfoBase {
    std::atomic<int64_t> waits{0}, uploads{0};
    at::CallbackHandle callback = 0;
};

const auto &kind = c10::DebugInfoKind::TEST_INFO;

Counts *current() { return static_cast<Counts *>(c10::ThreadLocalDebugInfo::get(kind)); }

// What waits for a device, within an operation of several as well; on the CPU they are called alike.
bool waits_for_its_device(std::string_view name) {
    for (const auto known :
         {"aten::_local_scalar_dense", "aten::nonzero", "aten::bincount", "aten::equal", "aten::_unique2", "aten::unique_dim",
          "aten::repeat_interleave"}) {
        if (name == known) return true;
    }
    return false;
}

std::unique_ptr<at::ObserverContext> look_at(const at::RecordFunction &call) {
    const std::string_view name = call.name();
    if (waits_for_its_device(name)) ct::note_wait();
    if (name == "aten::copy_" && call.inputs().size() >= 3) {
        const auto &values = call.inputs();
        const bool crosses = values[0].toTensor().device() != values[1].toTensor().device();
        if (crosses && !values[2].toBool()) ct::note_wait();
    }
    return nullptr;
}

} // namespace

void ct::note_wait() {
    if (auto *counts = current()) counts->waits++;
}

void ct::note_upload() {
    if (auto *counts = current()) counts->uploads++;
}

static ct_result transfers_begin(void) {
    return ct::guarded([&] {
        TORCH_CHECK(!current(), "this thread counts its transfers already");
        const auto counts = std::make_shared<Counts>();
        counts->callback = at::addThreadLocalCallback(
            at::RecordFunctionCallback(look_at).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
        c10::ThreadLocalDebugInfo::_push(kind, counts);
    });
}

static ct_transfers transfers_end(void) {
    const auto info = c10::ThreadLocalDebugInfo::_pop(kind);
    auto &counts = static_cast<Counts &>(*info);
    at::removeCallback(counts.callback);
    return {counts.waits, counts.uploads};
}

void ct::add_transfers(ct_functions &table) {
    table.upload = upload;
    table.host_copy_begin = host_copy_begin;
    table.host_copy_read = host_copy_read;
    table.host_copy_free = host_copy_free;
    table.transfers_begin = transfers_begin;
    table.transfers_end = transfers_end;
}
