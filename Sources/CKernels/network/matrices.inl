// Products of small matrices whose result stays in registers.

// Accumulators: as many vectors as the registers hold beside the operands.
constexpr int accumulators = CK_ACCUMULATORS;
// The widest panel of columns, in vectors.
constexpr int widest_panel = accumulators >= 16 ? 4 : 1;

// Vectors in a panel of so many columns, a multiple of 16.
inline int panel_vectors(int64_t columns) {
    if (widest_panel == 4 && columns % 64 == 0) return 4;
    if (widest_panel == 4 && columns % 32 == 0) return 2;
    return 1;
}

// Calls body(Constant<V>) with the vectors of a panel of so many columns.
template <typename Body> inline void with_panel(int64_t columns, Body &&body) {
    switch (panel_vectors(columns)) {
    case 4: body(Constant<widest_panel>{}); break;
    case 2: body(Constant<widest_panel / 2 ? widest_panel / 2 : 1>{}); break;
    default: body(Constant<1>{}); break;
    }
}

// c[Rows][16·Vectors] = a[Rows][depth] · b[depth][16·Vectors]; b is packed, strides are in floats.
template <int Rows, int Vectors>
inline void multiply(const float *a, int64_t a_stride, const float *b, int64_t depth, float *c, int64_t c_stride) {
    F sum[Rows][Vectors];
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) sum[r][v] = all(0.f);
    }
    for (int64_t k = 0; k < depth; k++) {
        F right[Vectors];
        for (int v = 0; v < Vectors; v++) right[v] = load_channels(b + (k * Vectors + v) * lanes);
#pragma clang loop unroll(full)
        for (int r = 0; r < Rows; r++) {
            const F left = all(a[r * a_stride + k]);
#pragma clang loop unroll(full)
            for (int v = 0; v < Vectors; v++) sum[r][v] += left * right[v];
        }
    }
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) store_channels(c + r * c_stride + v * lanes, sum[r][v]);
    }
}

// c[Rows][16·Vectors] += aᵀ · b over `depth` rows of a and b.
template <int Rows, int Vectors>
inline void accumulate(
    const float *a, int64_t a_stride, const float *b, int64_t b_stride, int64_t depth, float *c, int64_t c_stride) {
    F sum[Rows][Vectors];
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) sum[r][v] = load_channels(c + r * c_stride + v * lanes);
    }
    for (int64_t k = 0; k < depth; k++) {
        F right[Vectors];
        for (int v = 0; v < Vectors; v++) right[v] = load_channels(b + k * b_stride + v * lanes);
#pragma clang loop unroll(full)
        for (int r = 0; r < Rows; r++) {
            const F left = all(a[k * a_stride + r]);
#pragma clang loop unroll(full)
            for (int v = 0; v < Vectors; v++) sum[r][v] += left * right[v];
        }
    }
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) store_channels(c + r * c_stride + v * lanes, sum[r][v]);
    }
}

// Rows that fit beside a panel of so many vectors.
template <int Vectors> constexpr int product_rows = accumulators / Vectors;
// The same for `accumulate`, whose rows are channels: a power of two.
template <int Vectors> constexpr int gradient_rows = accumulators >= 16 ? 16 / Vectors : (accumulators >= 4 ? 4 : 2);
