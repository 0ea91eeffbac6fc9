// The kernels of one instruction set.

#pragma once

#include "include/CKernels.h"

namespace ck {

struct Table {
    const char *name;
    ck_label_count (*count_labels)(const ck_batch &, const float *);
    double (*margin)(const ck_batch &, const float *, const float *, bool, double);
    double (*cross_entropy)(const ck_batch &, const float *, const float *, float, double);
    double (*focal)(const ck_batch &, float, bool, double);
    void (*overlap_sums)(const ck_batch &, float, ck_overlap *);
    void (*overlap_backward)(const ck_batch &, float, const ck_overlap_gradient *);
    double (*lovasz)(const ck_batch &, bool, double);
    int64_t (*confusion)(const ck_batch &, uint8_t *, int64_t *);
    void (*memory_floor)(const ck_batch &);
};

extern const Table portable_table;
#if defined(__x86_64__)
extern const Table avx2_table;
extern const Table avx512_table;
#endif

} // namespace ck
