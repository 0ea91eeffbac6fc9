// Sixteen lanes and the functions that the objectives need, in single precision.

constexpr int lanes = 16;
typedef float F __attribute__((ext_vector_type(16)));
typedef int32_t I __attribute__((ext_vector_type(16)));
typedef uint16_t H __attribute__((ext_vector_type(16)));
typedef uint32_t U __attribute__((ext_vector_type(16)));
typedef double D __attribute__((ext_vector_type(16)));

// Before loops over classes whose body is so long that the compiler would leave their vectors in memory. Where it does not know
// the number of classes it is right to.
template <int Classes> constexpr int unrolled = Classes ? Classes : 1;
#define CK_UNROLLED _Pragma("clang loop unroll_count(unrolled<Classes>)")

constexpr float log2e = 1.44269504088896341f;
constexpr float ln2 = 0.693147180559945309f;

template <typename To, typename From> inline To bits(From value) { return __builtin_bit_cast(To, value); }

inline F all(float value) { return F(value); }
inline I all(int32_t value) { return I(value); }
inline D all(double value) { return D(value); }

// Lanes that are chosen. AVX-512 has registers for them, which a compiler does not find by itself wherever a mask is used
// twice; elsewhere each lane is −1 or 0. `above_or_nan` orders NaN above every number.
#if defined(CK_AVX512)
struct Mask { __mmask16 of; };
inline Mask above(F a, F b) { return {_mm512_cmp_ps_mask(bits<__m512>(a), bits<__m512>(b), _CMP_GT_OQ)}; }
inline Mask above_or_nan(F a, F b) {
    const auto not_below = _mm512_cmp_ps_mask(bits<__m512>(a), bits<__m512>(b), _CMP_NLE_UQ);
    return {_mm512_mask_cmp_ps_mask(not_below, bits<__m512>(b), bits<__m512>(b), _CMP_ORD_Q)};
}
inline Mask same(I a, I b) { return {_mm512_cmpeq_epi32_mask(bits<__m512i>(a), bits<__m512i>(b))}; }
inline Mask above(I a, I b) { return {_mm512_cmpgt_epi32_mask(bits<__m512i>(a), bits<__m512i>(b))}; }
inline F choose(Mask m, F yes, F no) { return bits<F>(_mm512_mask_blend_ps(m.of, bits<__m512>(no), bits<__m512>(yes))); }
inline I choose(Mask m, I yes, I no) { return bits<I>(_mm512_mask_blend_epi32(m.of, bits<__m512i>(no), bits<__m512i>(yes))); }
#else
struct Mask { I of; };
inline Mask above(F a, F b) { return {a > b}; }
inline Mask above_or_nan(F a, F b) { return {~(a <= b) & (b == b)}; }
inline Mask same(I a, I b) { return {a == b}; }
inline Mask above(I a, I b) { return {a > b}; }
inline F choose(Mask m, F yes, F no) { return m.of ? yes : no; }
inline I choose(Mask m, I yes, I no) { return m.of ? yes : no; }
#endif

// A class for each lane, in numbers as narrow as masks allow.
#if defined(CK_AVX512)
typedef int8_t Index __attribute__((ext_vector_type(16)));
inline Mask same(Index a, Index b) { return {_mm_cmpeq_epi8_mask(bits<__m128i>(a), bits<__m128i>(b))}; }
inline Index choose(Mask m, Index yes, Index no) { return bits<Index>(_mm_mask_blend_epi8(m.of, bits<__m128i>(no), bits<__m128i>(yes))); }
#else
typedef I Index;
#endif
inline Index index(int k) { return Index(k); }

inline D choose(Mask m, D yes, D no) {
#if defined(CK_AVX512)
    typedef double Half __attribute__((ext_vector_type(8)));
    const auto low = _mm512_mask_blend_pd(static_cast<__mmask8>(m.of), bits<__m512d>(Half(no.lo)), bits<__m512d>(Half(yes.lo)));
    const auto high = _mm512_mask_blend_pd(static_cast<__mmask8>(m.of >> 8), bits<__m512d>(Half(no.hi)), bits<__m512d>(Half(yes.hi)));
    D result;
    result.lo = bits<Half>(low);
    result.hi = bits<Half>(high);
    return result;
#else
    typedef int64_t Wide __attribute__((ext_vector_type(16)));
    return __builtin_convertvector(m.of, Wide) ? yes : no;
#endif
}

inline F where(Mask m, F value) { return choose(m, value, all(0.f)); }

// Of NaN and a number, the second argument.
inline F max(F a, F b) { return a > b ? a : b; }
inline F min(F a, F b) { return a < b ? a : b; }
inline F minus_abs(F a) { return bits<F>(bits<U>(a) | U(0x80000000u)); }

// x/y for y from 1 on, to the last bit or two. Division takes seven times as long as an estimate of 14 bits and a step of
// Newton's.
inline F quotient(F x, F y) {
#if defined(CK_AVX512)
    const F estimate = bits<F>(_mm512_rcp14_ps(bits<__m512>(y)));
    return (x * estimate) * (all(2.f) - y * estimate);
#else
    return x / y;
#endif
}

inline F reciprocal(F x) { return quotient(all(1.f), x); }

// 2^(x · factor) for x · factor ≤ 0, relative error 1.7e-7 and exact at 0; 0 where it would be no normal number, or soon
// after, and NaN stays NaN.
inline F exp2_of_negative(F x, float factor = 1) {
#if defined(CK_AVX512)
    x = max(all(-152.f / factor), x);
    constexpr int to_nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    const F whole = bits<F>(_mm512_roundscale_ps(bits<__m512>(x * all(factor)), to_nearest));
    const F f = x * all(factor) - whole;
    F p = all(1.326470877e-03f);
    p = p * f + all(9.671511466e-03f);
    p = p * f + all(5.550733776e-02f);
    p = p * f + all(2.402224210e-01f);
    p = p * f + all(6.931469776e-01f);
    p = p * f + all(1.f);
    return bits<F>(_mm512_scalef_ps(bits<__m512>(p), bits<__m512>(whole)));
#else
    // Adding 1.5 · 2²³ drops the fraction, and leaves in the lowest bits the whole number, here with the exponent's bias: 0,
    // which scales with 0, for −127.
    const F magic = all(12582912.f + 127.f);
    x = max(all(-127.f / factor), x);
    const F shifted = x * all(factor) + magic;
    const F f = x * all(factor) - (shifted - magic);
    // Halves of the polynomial side by side: the chain of each pixel is long.
    const F square = f * f, scale = bits<F>(bits<U>(shifted) << 23);
    const F low = (all(2.402224210e-01f) * f + all(6.931469776e-01f)) * f + all(1.f);
    const F high = (all(1.326470877e-03f) * f + all(9.671511466e-03f)) * f + all(5.550733776e-02f);
    return (high * (square * f) + low) * scale;
#endif
}

// log2(1 + t) for t in [0, 1], relative error 7e-8.
inline F log2_of_one_plus(F t) {
    F p = all(7.549176915e-03f);
    p = p * t + all(-4.256704743e-02f);
    p = p * t + all(1.128561819e-01f);
    p = p * t + all(-1.971189731e-01f);
    p = p * t + all(2.756414216e-01f);
    p = p * t + all(-3.584084778e-01f);
    p = p * t + all(4.806929586e-01f);
    p = p * t + all(-7.213402081e-01f);
    p = p * t + all(1.442694997e+00f);
    return p * t;
}

// log2(x) for normal x > 0; NaN stays NaN, although its exponent and mantissa are numbers.
inline F log2(F x) {
    const I b = bits<I>(x);
    const F exponent = __builtin_convertvector((b >> 23) - all(int32_t{127}), F);
    const F mantissa = bits<F>((b & all(int32_t{0x007fffff})) | all(int32_t{0x3f800000}));
    return exponent + log2_of_one_plus(mantissa - all(1.f)) + (x - x);
}

// x^y for x in [0, 1]; 0^y is 0 for y > 0 and 1 for y = 0.
inline F power(F x, float y) {
    const F positive = max(all(1.17549435e-38f), x);
    // log2 of a number just above 1, from rounding, must not become a positive exponent.
    const F value = exp2_of_negative(min(log2(positive) * all(y), all(0.f)));
    return choose(above(x, all(0.f)), value, all(y == 0 ? 1.f : 0.f));
}

// 2^−|x|, of which log2(1 + 2^x) = max(0, x) + log2(1 + t) and its derivative are made.
inline F softplus2_remainder(F x) {
#if defined(CK_AVX512)
    // The fraction above the whole number below, and a scaling that takes that whole number itself: with no factor before it
    // the fraction is exact. Relative error 1.5e-7, 1 at 0.
    const F exponent = minus_abs(x);
    const F f = bits<F>(_mm512_reduce_ps(bits<__m512>(exponent), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
    F p = all(1.867130166e-03f);
    p = p * f + all(9.017029777e-03f);
    p = p * f + all(5.579991266e-02f);
    p = p * f + all(2.401644439e-01f);
    p = p * f + all(6.931512952e-01f);
    p = p * f + all(1.f);
    return bits<F>(_mm512_scalef_ps(bits<__m512>(p), bits<__m512>(exponent)));
#else
    return exp2_of_negative(minus_abs(x));
#endif
}

// The derivative of log2(1 + 2^x): 1 / (1 + t) for positive x, t / (1 + t) else.
inline F softplus2_slope(F x, F t, F one_plus_t) { return quotient(choose(above(x, all(0.f)), all(1.f), t), one_plus_t); }

template <typename Vector> inline double sum(Vector x) {
    double total = 0;
    for (int i = 0; i < lanes; i++) total += x[i];
    return total;
}

// log2(Π (1 + t)) of many t in [0, 1]: one logarithm for all. What is kept is the product less 1, so that small t keep their
// digits. Up to 120 factors are sure to be finite.
struct OnePlusProduct {
    static constexpr int room = 120;
    F value;

    // Written out: an implicit constructor would lack the target attribute that vectors need.
    OnePlusProduct() { value = all(0.f); }

    void multiply(F t, F one_plus_t) { value = value * one_plus_t + t; }

    F log2() const {
        const F whole = value + all(1.f);
        const F exponent = __builtin_convertvector((bits<I>(whole) >> 23) - all(int32_t{127}), F);
        const F mantissa = bits<F>((bits<I>(whole) & all(int32_t{0x007fffff})) | all(int32_t{0x3f800000}));
        const F rest = choose(above(exponent, all(0.f)), mantissa - all(1.f), value);
        // The exponent and mantissa of NaN are numbers; the difference brings it back.
        return exponent + log2_of_one_plus(rest) + (value - value);
    }
};
