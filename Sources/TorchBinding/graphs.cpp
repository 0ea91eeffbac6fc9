// CUDA graphs: work that a device records once and repeats at one call. libtorch's own class is found by the names of its functions in
// libtorch's CUDA part, because its header wants NVIDIA's, which are not at hand where this is built.

#include "guarded.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <dlfcn.h>

#include <cstddef>
#include <memory>

namespace {

// Of at::cuda::CUDAGraph, what is used; `self` is its memory.
struct Functions {
    void (*construct)(void *self, bool keeps_graph);
    void (*destroy)(void *self);
    // From 2.14 on generators come along by themselves.
    void (*add_generator)(void *self, const at::Generator &);
    void (*begin)(void *self, c10::MempoolId_t pool, int mode);
    void (*end)(void *self);
    void (*replay)(void *self);

    Functions() {
        find(construct, "_ZN2at4cuda9CUDAGraphC1Eb");
        find(destroy, "_ZN2at4cuda9CUDAGraphD1Ev");
        add_generator = reinterpret_cast<decltype(add_generator)>(
            dlsym(RTLD_DEFAULT, "_ZN2at4cuda9CUDAGraph24register_generator_stateERKNS_9GeneratorE"));
        find(begin, "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
        find(end, "_ZN2at4cuda9CUDAGraph11capture_endEv");
        find(replay, "_ZN2at4cuda9CUDAGraph6replayEv");
    }

    template <typename Function> static void find(Function &function, const char *name) {
        function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
        TORCH_CHECK(function, "libtorch's CUDA part has no ", name);
    }
};

} // namespace

struct ct_graph {
    const Functions functions;
    const at::Device device;
    const c10::impl::VirtualGuardImpl streams;
    const c10::Stream before;
    std::vector<at::Generator> generators;
    bool is_recording = false;
    // The class has some hundred bytes; there is no way to ask.
    alignas(64) std::byte memory[8192];

    ct_graph(at::Device device, std::vector<at::Generator> generators)
        : device(device), streams(device.type()), before(streams.getStream(device)), generators(std::move(generators)) {
        functions.construct(memory, /*keeps_graph=*/false);
    }

    ~ct_graph() {
        if (is_recording) {
            // What was begun has to be ended, whatever came of it.
            try {
                end();
            } catch (...) {
            }
        }
        functions.destroy(memory);
    }

    void begin() {
        const c10::DeviceGuard guard(device);
        for (const auto &generator : generators) {
            if (functions.add_generator) functions.add_generator(memory, generator);
        }
        // The steps before hold memory that the graph needs for itself.
        c10::getDeviceAllocator(device.type())->emptyCache();
        const auto side = streams.getStreamFromGlobalPool(device);
        c10::Event ready(device.type());
        ready.record(before);
        ready.block(side);
        streams.exchangeStream(side);
        is_recording = true;
        // What other threads do meanwhile is not recorded, and does no harm.
        constexpr int of_this_thread = 1;
        functions.begin(memory, {0, 0}, of_this_thread);
    }

    void end() {
        const c10::DeviceGuard guard(device);
        is_recording = false;
        try {
            functions.end(memory);
        } catch (...) {
            streams.exchangeStream(before);
            // Some releases leave them believing that they are recorded.
            for (auto &generator : generators) generator.graphsafe_set_state(generator.clone());
            throw;
        }
        c10::Event ready(device.type());
        ready.record(streams.exchangeStream(before));
        ready.block(before);
    }

    void replay() {
        const c10::DeviceGuard guard(device);
        functions.replay(memory);
    }
};

static ct_result graph_begin(ct_device handle, const ct_generator *generators, size_t count, ct_graph **out) {
    return ct::guarded([&] {
        const auto device = ct::device(handle);
        TORCH_CHECK(device.is_cuda(), "graphs are recorded by CUDA devices alone");
        std::vector<at::Generator> drawn;
        for (size_t i = 0; i < count; i++) {
            drawn.push_back(ct::get(generators[i]));
            TORCH_CHECK(drawn.back().device() == device, "a generator of ", drawn.back().device(), " in a graph of ", device);
        }
        auto graph = std::make_unique<ct_graph>(device, std::move(drawn));
        graph->begin();
        *out = graph.release();
    });
}

static ct_result graph_end(ct_graph *self) {
    return ct::guarded([&] { self->end(); });
}

static ct_result graph_replay(ct_graph *self) {
    return ct::guarded([&] { self->replay(); });
}

static void graph_free(ct_graph *self) { delete self; }

void ct::add_graphs(ct_functions &table) {
    table.graph_begin = graph_begin;
    table.graph_end = graph_end;
    table.graph_replay = graph_replay;
    table.graph_free = graph_free;
}
