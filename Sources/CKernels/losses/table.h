// The kernels of one instruction set.

#pragma once

#include "../include/CKernels.h"

namespace ck {

struct Table {
    const char *name;
    ck_label_count (*count_labels)(const ck_batch &, const float *);
    void (*overlap_sums)(const ck_batch &, float, ck_overlap *);
    void (*bound_sums)(const ck_batch &, const ck_bound_ramp &, ck_bound *);
    double (*terms)(const ck_batch &, const ck_term *, int64_t);
    double (*lovasz)(const ck_batch &, bool, double, float *);
    int64_t (*confusion)(const ck_batch &, uint8_t *, int64_t *);
    void (*memory_floor)(const ck_batch &);
};

extern const Table portable_table;
#if defined(__x86_64__)
extern const Table avx2_table;
extern const Table avx512_table;
#endif

} // namespace ck
