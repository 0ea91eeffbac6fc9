// Chooses the instruction set, once, and forwards.

#include "../memory.h"
#include "table.h"

#include <atomic>
#include <cstring>

namespace {

const ck::Table *best() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        return &ck::avx512_table;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &ck::avx2_table;
#endif
    return &ck::portable_table;
}

std::atomic<const ck::Table *> &chosen() {
    static std::atomic<const ck::Table *> table{best()};
    return table;
}

const ck::Table &table() { return *chosen().load(std::memory_order_relaxed); }

} // namespace

const char *ck_instruction_set(void) { return table().name; }

bool ck_use_instruction_set(const char *name) {
    const ck::Table *candidates[] = {
        &ck::portable_table,
#if defined(__x86_64__)
        &ck::avx2_table, &ck::avx512_table,
#endif
    };
    for (const auto *candidate : candidates) {
        if (std::strcmp(candidate->name, name) == 0) {
            chosen() = candidate;
            return true;
        }
        if (candidate == best()) return false;   // those after it need more than the machine has
    }
    return false;
}

ck_status ck_count_labels(const ck_batch *batch, const float *weights, ck_label_count *count) {
    return ck::guarded("counting labels", [&] { *count = table().count_labels(*batch, weights); });
}

ck_status ck_overlap_sums(const ck_batch *batch, float noise_gamma, ck_overlap *sums) {
    return ck::guarded("the sums of a loss of overlap", [&] { table().overlap_sums(*batch, noise_gamma, sums); });
}

ck_status ck_bound_sums(const ck_batch *batch, const ck_bound_ramp *ramp, ck_bound *sums) {
    return ck::guarded("the sums of a margin bound", [&] { table().bound_sums(*batch, *ramp, sums); });
}

ck_status ck_terms(const ck_batch *batch, const ck_term *terms, int64_t count, double *value) {
    return ck::guarded("an objective and its gradient", [&] { *value = table().terms(*batch, terms, count); });
}

ck_status ck_lovasz(const ck_batch *batch, bool per_image, double scale, float *derivatives, double *value) {
    return ck::guarded("sorting for Lovász-softmax", [&] { *value = table().lovasz(*batch, per_image, scale, derivatives); });
}

ck_status ck_confusion(const ck_batch *batch, uint8_t *predicted, int64_t *counts, int64_t *outside) {
    return ck::guarded("finding the largest scores", [&] { *outside = table().confusion(*batch, predicted, counts); });
}

void ck_memory_floor(const ck_batch *batch) { table().memory_floor(*batch); }
