// Generators and the draws that take one.

#include "guarded.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/detail/MPSHooksInterface.h>
#include <ATen/ops/randperm.h>

static at::Generator new_generator(ct_device device) {
    const auto index = static_cast<c10::DeviceIndex>(device.index);
    switch (device.type) {
    case CT_CUDA: return at::detail::getCUDAHooks().getNewGenerator(index);
    case CT_MPS: return at::detail::getMPSHooks().getNewGenerator(index);
    case CT_CPU: break;
    }
    return at::detail::createCPUGenerator();
}

static ct_result generator_new(ct_device device, uint64_t seed, ct_generator *out) {
    return ct::guarded([&] {
        auto generator = new_generator(device);
        generator.set_current_seed(seed);
        out->impl = new at::Generator(std::move(generator));
    });
}

static void generator_free(ct_generator self) { delete static_cast<at::Generator *>(self.impl); }

static ct_result generator_get_state(ct_generator self, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).get_state()); });
}

static ct_result generator_set_state(ct_generator self, ct_tensor state) {
    return ct::guarded([&] { ct::get(self).set_state(ct::get(state)); });
}

static ct_result uniform_in_place(ct_tensor self, double low, double high, ct_generator generator) {
    return ct::guarded([&] { ct::get(self).uniform_(low, high, ct::get(generator)); });
}

static ct_result normal_in_place(ct_tensor self, double mean, double standard_deviation, ct_generator generator) {
    return ct::guarded([&] { ct::get(self).normal_(mean, standard_deviation, ct::get(generator)); });
}

static ct_result bernoulli_in_place(ct_tensor self, double probability, ct_generator generator) {
    return ct::guarded([&] { ct::get(self).bernoulli_(probability, ct::get(generator)); });
}

static ct_result random_permutation(int64_t count, ct_generator generator, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::randperm(count, ct::get(generator), at::kLong)); });
}

void ct::add_random(ct_functions &table) {
    table.generator_new = generator_new;
    table.generator_free = generator_free;
    table.generator_get_state = generator_get_state;
    table.generator_set_state = generator_set_state;
    table.uniform_in_place = uniform_in_place;
    table.normal_in_place = normal_in_place;
    table.bernoulli_in_place = bernoulli_in_place;
    table.random_permutation = random_permutation;
}
