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

// Two neighbours of a sum's terms, multiplied in one instruction where there is one.
struct Pair { BFloat16 first, second; };

inline F load_operands(const float *from) { return load_channels(from); }
inline F broadcast(const float *from) { return all(*from); }
inline F plus_product(F sum, F a, F b) { return sum + a * b; }

#if defined(CK_AVX512_BF16)
inline __m512bh load_operands(const Pair *from) {
    __m512bh x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

inline __m512bh broadcast(const Pair *from) {
    return __builtin_bit_cast(__m512bh, _mm512_set1_epi32(__builtin_bit_cast(int, *from)));
}

inline F plus_product(F sum, __m512bh a, __m512bh b) {
    return __builtin_bit_cast(F, _mm512_dpbf16_ps(__builtin_bit_cast(__m512, sum), a, b));
}
#endif

// c[Rows][16·Vectors] = a[Rows][depth] · b[depth][16·Vectors]; b is packed, strides are in operands: floats, or pairs along depth.
template <int Rows, int Vectors, typename Operand>
inline void multiply(const Operand *a, int64_t a_stride, const Operand *b, int64_t depth, float *c, int64_t c_stride) {
    F sum[Rows][Vectors];
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) sum[r][v] = all(0.f);
    }
    for (int64_t k = 0; k < depth; k++) {
        decltype(load_operands(b)) right[Vectors];
        for (int v = 0; v < Vectors; v++) right[v] = load_operands(b + (k * Vectors + v) * lanes);
#pragma clang loop unroll(full)
        for (int r = 0; r < Rows; r++) {
            const auto left = broadcast(a + r * a_stride + k);
#pragma clang loop unroll(full)
            for (int v = 0; v < Vectors; v++) sum[r][v] = plus_product(sum[r][v], left, right[v]);
        }
    }
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) store_channels(c + r * c_stride + v * lanes, sum[r][v]);
    }
}

// c[Rows][16·Vectors] += aᵀ · b over `depth` rows of a and b, of floats or of pairs of two rows' numbers.
template <int Rows, int Vectors, typename Operand>
inline void accumulate(
    const Operand *a, int64_t a_stride, const Operand *b, int64_t b_stride, int64_t depth, float *c, int64_t c_stride) {
    F sum[Rows][Vectors];
    for (int r = 0; r < Rows; r++) {
        for (int v = 0; v < Vectors; v++) sum[r][v] = load_channels(c + r * c_stride + v * lanes);
    }
    for (int64_t k = 0; k < depth; k++) {
        decltype(load_operands(b)) right[Vectors];
        for (int v = 0; v < Vectors; v++) right[v] = load_operands(b + k * b_stride + v * lanes);
#pragma clang loop unroll(full)
        for (int r = 0; r < Rows; r++) {
            const auto left = broadcast(a + k * a_stride + r);
#pragma clang loop unroll(full)
            for (int v = 0; v < Vectors; v++) sum[r][v] = plus_product(sum[r][v], left, right[v]);
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

// Of two vectors' groups of 2·Width lanes the lower or the upper halves, so that the result has groups of Width, first a's,
// then b's.
template <int Width> inline F lower_halves(F a, F b) {
    if constexpr (Width == 8) return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    if constexpr (Width == 4) return __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    if constexpr (Width == 2) return __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    return __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
}

template <int Width> inline F upper_halves(F a, F b) {
    if constexpr (Width == 8) return __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    if constexpr (Width == 4) return __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    if constexpr (Width == 2) return __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    return __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
}

// Lane i becomes the sum of the lanes of x[i].
inline F sums_of_lanes(const F (&x)[lanes]) {
    F a[8], b[4], c[2];
    for (int i = 0; i < 8; i++) a[i] = lower_halves<8>(x[i], x[i + 8]) + upper_halves<8>(x[i], x[i + 8]);
    for (int i = 0; i < 4; i++) b[i] = lower_halves<4>(a[i], a[i + 4]) + upper_halves<4>(a[i], a[i + 4]);
    for (int i = 0; i < 2; i++) c[i] = lower_halves<2>(b[i], b[i + 2]) + upper_halves<2>(b[i], b[i + 2]);
    return lower_halves<1>(c[0], c[1]) + upper_halves<1>(c[0], c[1]);
}

template <int Width> inline void swap_halves(F (&x)[lanes]) {
    for (int i = 0; i < lanes; i++) {
        if (i & Width) continue;
        const F a = x[i], b = x[i + Width];
        x[i] = lower_halves<Width>(a, b);
        x[i + Width] = upper_halves<Width>(a, b);
    }
}

// Sixteen rows become sixteen columns.
inline void transpose(F (&x)[lanes]) {
    swap_halves<8>(x);
    swap_halves<4>(x);
    swap_halves<2>(x);
    swap_halves<1>(x);
}
