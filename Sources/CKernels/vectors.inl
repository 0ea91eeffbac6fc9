// Sixteen lanes and the functions that the objectives need, in single precision.

constexpr int lanes = 16;
typedef float F __attribute__((ext_vector_type(16)));
typedef int32_t I __attribute__((ext_vector_type(16)));
typedef uint16_t H __attribute__((ext_vector_type(16)));
typedef uint32_t U __attribute__((ext_vector_type(16)));

constexpr float log2e = 1.44269504088896341f;
constexpr float ln2 = 0.693147180559945309f;

template <typename To, typename From> inline To bits(From value) { return __builtin_bit_cast(To, value); }

inline F all(float value) { return F(value); }
inline I all(int32_t value) { return I(value); }
inline F max(F a, F b) { return a > b ? a : b; }
inline F min(F a, F b) { return a < b ? a : b; }
inline F minus_abs(F a) { return bits<F>(bits<U>(a) | U(0x80000000u)); }

// To the nearest integer, for |x| < 2²²: adding 1.5·2²³ drops the fraction. SSE2 has no instruction for it.
inline F nearest(F x) { return (x + all(12582912.f)) - all(12582912.f); }

// 2^x for x ≤ 0, relative error 1e-7; below −126 it stays at 2^−126, and NaN stays NaN.
inline F exp2_of_negative(F x) {
    x = x < all(-126.f) ? all(-126.f) : x;
    const F whole = nearest(x);
    const F f = x - whole;
    F p = all(1.327647174e-03f);
    p = p * f + all(9.675541540e-03f);
    p = p * f + all(5.550713276e-02f);
    p = p * f + all(2.402211972e-01f);
    p = p * f + all(6.931469671e-01f);
    p = p * f + all(1.000000072f);
    const I exponent = __builtin_convertvector(whole, I) + all(int32_t{127});
    return p * bits<F>(exponent << 23);
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

// log2(x) for normal x > 0.
inline F log2(F x) {
    const I b = bits<I>(x);
    const F exponent = __builtin_convertvector((b >> 23) - all(int32_t{127}), F);
    const F mantissa = bits<F>((b & all(int32_t{0x007fffff})) | all(int32_t{0x3f800000}));
    return exponent + log2_of_one_plus(mantissa - all(1.f));
}

// x^y for x in [0, 1]; 0^y is 0 for y > 0 and 1 for y = 0.
inline F power(F x, float y) {
    const F positive = max(x, all(1.17549435e-38f));
    // log2 of a number just above 1, from rounding, must not become a positive exponent.
    const F value = exp2_of_negative(min(log2(positive) * all(y), all(0.f)));
    return x > all(0.f) ? value : all(y == 0 ? 1.f : 0.f);
}

// log2(1 + 2^x) and its derivative 2^x / (1 + 2^x), for any finite x.
inline void softplus2(F x, F &value, F &slope) {
    const F t = exp2_of_negative(minus_abs(x));
    value = max(x, all(0.f)) + log2_of_one_plus(t);
    const F r = all(1.f) / (t + all(1.f));
    slope = x >= all(0.f) ? r : t * r;
}

inline double sum(F x) {
    double total = 0;
    for (int i = 0; i < lanes; i++) total += x[i];
    return total;
}

// Sums in single precision for a while, then in double precision, so that a sum over millions keeps its digits.
class Sum {
    F recent;
    double settled = 0;
    int additions = 0;

  public:
    // Written out: an implicit constructor would lack the target attribute that vectors need.
    Sum() { recent = all(0.f); }

    void add(F x) {
        recent += x;
        if (++additions == 64) settle();
    }

    double total() {
        settle();
        return settled;
    }

  private:
    void settle() {
        settled += sum(recent);
        recent = all(0.f);
        additions = 0;
    }
};
