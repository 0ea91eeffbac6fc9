// Processes that train together: c10d's process groups over Gloo, their store, and the reducer behind DistributedDataParallel.
//
// c10d is a part of libtorch. Only the headers of Gloo, which its own name, are Debian's (libgloo-dev); nothing of that
// library is linked. Without them all else is built, and a group says why it cannot be made.

#include "guarded.h"

#if __has_include(<gloo/transport/device.h>)

#define USE_C10D_GLOO

#include <ATen/ops/empty.h>
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>

struct ct_group {
    c10::intrusive_ptr<c10d::Store> store;
    // The same store by a connection of its own, which a process that waits for others does not hold up.
    c10::intrusive_ptr<c10d::Store> notes;
    c10::intrusive_ptr<c10d::ProcessGroup> processes;
    int size;
};

namespace {

using Milliseconds = std::chrono::milliseconds;

Milliseconds milliseconds(double seconds) { return Milliseconds(static_cast<int64_t>(seconds * 1000)); }

c10::intrusive_ptr<c10d::Store> meet(const ct_group_place &place) {
    c10d::TCPStoreOptions options;
    options.port = place.port;
    options.isServer = place.serves;
    options.timeout = milliseconds(place.timeout);
    options.waitWorkers = false;
    auto store = c10::make_intrusive<c10d::TCPStore>(place.host, options);
    return c10::make_intrusive<c10d::PrefixStore>(place.prefix, std::move(store));
}

c10::intrusive_ptr<c10d::Backend> connect(const c10::intrusive_ptr<c10d::Store> &store, const ct_group_place &place) {
    auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(place.timeout));
    const bool is_here = std::string(place.host) == "localhost" || std::string(place.host).starts_with("127.");
    options->devices.push_back(
        place.interface ? c10d::ProcessGroupGloo::createDeviceForInterface(place.interface)
        : is_here       ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                        : c10d::ProcessGroupGloo::createDefaultDevice());
    return c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, std::move(options));
}

void wait(const c10::intrusive_ptr<c10d::Work> &work) { work->wait(); }

} // namespace

static ct_result group_new(const ct_group_place *place, ct_group **out) {
    return ct::guarded([&] {
        // What c10d logs of a network that fails are pages of its own stack; errors say the same in a line. TORCH_CPP_LOG_LEVEL
        // brings them back.
        static const bool is_quiet = [] {
            setenv("TORCH_CPP_LOG_LEVEL", "FATAL", /*overwrite=*/0);
            c10::initLogging();
            return true;
        }();
        (void)is_quiet;
        auto group = std::make_unique<ct_group>();
        group->size = place->size;
        group->store = meet(*place);
        group->notes = group->store->clone();
        group->processes = c10::make_intrusive<c10d::ProcessGroup>(group->store, place->rank, place->size);
        const auto backend = connect(group->store, *place);
        const auto type = c10d::ProcessGroup::BackendType::GLOO;
        for (const auto device : {at::kCPU, at::kCUDA}) group->processes->setBackend(device, type, backend);
        group->processes->setDefaultBackend(type);
        *out = group.release();
    });
}

static void group_free(ct_group *self) { delete self; }
static void group_disconnect(ct_group *self) { self->processes.reset(); }

static ct_result group_sum(ct_group *self, ct_tensor tensor) {
    return ct::guarded([&] {
        std::vector<at::Tensor> tensors{ct::get(tensor)};
        wait(self->processes->allreduce(tensors));
    });
}

static ct_result group_gather(ct_group *self, ct_tensor tensor, ct_tensor *out) {
    return ct::guarded([&] {
        auto own = ct::get(tensor).detach().contiguous();
        auto shape = own.sizes().vec();
        shape.insert(shape.begin(), self->size);
        auto all = at::empty(shape, own.options());
        // As bytes: Gloo does not know every dtype.
        std::vector<std::vector<at::Tensor>> outputs{all.view({self->size, -1}).view(at::kByte).unbind()};
        std::vector<at::Tensor> inputs{own.view({-1}).view(at::kByte)};
        if (own.numel() > 0) wait(self->processes->allgather(outputs, inputs));
        ct::give(out, std::move(all));
    });
}

static ct_result group_broadcast(ct_group *self, ct_tensor tensor, int32_t from) {
    return ct::guarded([&] {
        std::vector<at::Tensor> tensors{ct::get(tensor)};
        c10d::BroadcastOptions options;
        options.rootRank = from;
        wait(self->processes->broadcast(tensors, options));
    });
}

static ct_result group_post(ct_group *self, const char *key, const void *bytes, size_t byte_count, double timeout) {
    return ct::guarded([&] {
        const auto *first = static_cast<const uint8_t *>(bytes);
        self->notes->setTimeout(milliseconds(timeout));
        self->notes->set(key, std::vector<uint8_t>(first, first + byte_count));
        // A store does not answer to that; to this it does, after it.
        self->notes->check({key});
    });
}

static ct_result group_posted(ct_group *self, const char *key, double timeout, ct_tensor *out) {
    return ct::guarded([&] {
        self->notes->setTimeout(milliseconds(timeout));
        out->impl = nullptr;
        if (!self->notes->check({key})) return;
        const auto value = self->notes->get(key);
        auto tensor = at::empty({static_cast<int64_t>(value.size())}, at::kByte);
        if (!value.empty()) std::memcpy(tensor.mutable_data_ptr(), value.data(), value.size());
        ct::give(out, std::move(tensor));
    });
}

namespace {

using Buckets = std::vector<std::vector<size_t>>;

// What libtorch says once about parameters that a pass does not reach is no news to its user.
class Silence final : public c10::WarningHandler {
    void process(const c10::Warning &) override {}
};

// The parameters in the order of their gradients, which is nearly the reverse of their own, in parts of 1 MB first and 25 MB
// then, as PyTorch has them. They are never made anew: sums over other parts would have other last bits.
Buckets in_buckets(const std::vector<at::Tensor> &parameters) {
    std::vector<at::Tensor> reversed(parameters.rbegin(), parameters.rend());
    auto [buckets, limits] = c10d::compute_bucket_assignment_by_size(
        reversed, {c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap});
    for (auto &bucket : buckets) {
        for (auto &index : bucket) index = parameters.size() - 1 - index;
    }
    return buckets;
}

// Other versions of libtorch ask for more: whether unused parameters are left out, whether Python reduces, limits of buckets,
// and whether gradients are copied together.
template <typename Reducer>
std::unique_ptr<Reducer> make_reducer(
    std::vector<at::Tensor> parameters, Buckets buckets, c10::intrusive_ptr<c10d::ProcessGroup> processes) {
    std::vector<bool> sparse(parameters.size(), false);
    std::unordered_map<size_t, std::string> names;
    for (size_t i = 0; i < parameters.size(); i++) names[i] = std::to_string(i);
    const bool finds_unused = true, shares_memory = false;
    const int64_t cap = c10d::kDefaultBucketBytesCap, first = c10d::kDefaultFirstBucketBytes;
    const auto made = [&](auto... more) {
        return std::make_unique<Reducer>(
            parameters, buckets, processes, sparse, cap, finds_unused, shares_memory, names, first, more...);
    };
    if constexpr (std::is_constructible_v<
                      Reducer, std::vector<at::Tensor>, Buckets, c10::intrusive_ptr<c10d::ProcessGroup>, std::vector<bool>,
                      int64_t, bool, bool, std::unordered_map<size_t, std::string>, int64_t, bool, bool,
                      std::vector<int64_t>>) {
        return made(false, false, std::vector<int64_t>());
    } else if constexpr (std::is_constructible_v<
                             Reducer, std::vector<at::Tensor>, Buckets, c10::intrusive_ptr<c10d::ProcessGroup>,
                             std::vector<bool>, int64_t, bool, bool, std::unordered_map<size_t, std::string>, int64_t, bool,
                             bool>) {
        return made(false, false);
    } else {
        return made();
    }
}

} // namespace

struct ct_reducer {
    std::unique_ptr<c10d::Reducer> reducer;
};

static ct_result reducer_new(ct_group *group, const ct_tensor *parameters, size_t count, ct_reducer **out) {
    return ct::guarded([&] {
        const auto tensors = ct::list(parameters, count);
        auto reducer = make_reducer<c10d::Reducer>(tensors, in_buckets(tensors), group->processes);
        *out = new ct_reducer{std::move(reducer)};
    });
}

static void reducer_free(ct_reducer *self) {
    // After a process was lost it throws.
    try {
        self->reducer->remove_autograd_hooks();
        self->reducer.reset();
    } catch (...) {
    }
    delete self;
}

static ct_result reducer_prepare(ct_reducer *self, ct_tensor value) {
    return ct::guarded([&] {
        Silence silence;
        const c10::WarningUtils::WarningHandlerGuard guard(&silence);
        self->reducer->prepare_for_forward();
        self->reducer->prepare_for_backward({ct::get(value)});
    });
}

#else

static ct_result no_groups() {
    return ct::make_error(
        CT_ERROR_NOT_IMPLEMENTED,
        "this build has no process groups, for it was made without Gloo's headers: run Scripts/bootstrap, or install "
        "libgloo-dev, and build again");
}
static ct_result group_new(const ct_group_place *, ct_group **) { return no_groups(); }
static void group_free(ct_group *) {}
static void group_disconnect(ct_group *) {}
static ct_result group_sum(ct_group *, ct_tensor) { return no_groups(); }
static ct_result group_gather(ct_group *, ct_tensor, ct_tensor *) { return no_groups(); }
static ct_result group_broadcast(ct_group *, ct_tensor, int32_t) { return no_groups(); }
static ct_result group_post(ct_group *, const char *, const void *, size_t, double) { return no_groups(); }
static ct_result group_posted(ct_group *, const char *, double, ct_tensor *) { return no_groups(); }
static ct_result reducer_new(ct_group *, const ct_tensor *, size_t, ct_reducer **) { return no_groups(); }
static void reducer_free(ct_reducer *) {}
static ct_result reducer_prepare(ct_reducer *, ct_tensor) { return no_groups(); }

#endif

void ct::add_processes(ct_functions &table) {
    table.group_new = group_new;
    table.group_free = group_free;
    table.group_disconnect = group_disconnect;
    table.group_sum = group_sum;
    table.group_gather = group_gather;
    table.group_broadcast = group_broadcast;
    table.group_post = group_post;
    table.group_posted = group_posted;
    table.reducer_new = reducer_new;
    table.reducer_free = reducer_free;
    table.reducer_prepare = reducer_prepare;
}
