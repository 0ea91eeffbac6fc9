// Vectors of channels, and how passes over images are cut into chunks.

constexpr int lanes = 16;
// Sixteen channels where their number allows, eight else: a bridge of sixteen channels has eight.
template <int Lanes> using Channels = float __attribute__((ext_vector_type(Lanes)));

template <int Lanes = lanes> inline Channels<Lanes> load_channels(const float *from) {
    Channels<Lanes> x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

template <int Lanes = lanes> inline void store_channels(float *to, Channels<Lanes> x) { std::memcpy(to, &x, sizeof x); }

// Images may lie in memory as bfloat16, the upper half of a float32. Sums are in float32 all the same.
template <int Lanes = lanes> inline Channels<Lanes> load_channels(const BFloat16 *from) {
    typedef uint16_t Halves __attribute__((ext_vector_type(Lanes)));
    typedef uint32_t Words __attribute__((ext_vector_type(Lanes)));
    Halves x;
    std::memcpy(&x, from, sizeof x);
    return __builtin_bit_cast(Channels<Lanes>, __builtin_convertvector(x, Words) << 16);
}

// To the nearest, ties to even; NaN stays NaN.
template <int Lanes = lanes> inline void store_channels(BFloat16 *to, Channels<Lanes> x) {
#if defined(CK_AVX512_BF16)
    if constexpr (Lanes == 16) {
        const auto halves = _mm512_cvtneps_pbh(__builtin_bit_cast(__m512, x));
        std::memcpy(to, &halves, sizeof halves);
    } else {
        const auto halves = _mm256_cvtneps_pbh(__builtin_bit_cast(__m256, x));
        std::memcpy(to, &halves, sizeof halves);
    }
#else
    typedef uint16_t Halves __attribute__((ext_vector_type(Lanes)));
    typedef uint32_t Words __attribute__((ext_vector_type(Lanes)));
    const auto bits = __builtin_bit_cast(Words, x);
    const Words nearest = (bits + Words(0x7fffu) + ((bits >> 16) & Words(1u))) >> 16;
    const auto halves = __builtin_convertvector(x == x ? nearest : Words(0x7fc0u), Halves);
    std::memcpy(to, &halves, sizeof halves);
#endif
}

inline float number(float x) { return x; }
inline float number(BFloat16 x) { return __builtin_bit_cast(float, static_cast<uint32_t>(x.bits) << 16); }

// The element nearest to a number.
template <typename Element> inline Element nearest(float x) {
    if constexpr (std::is_same_v<Element, float>) {
        return x;
    } else {
        const auto bits = __builtin_bit_cast(uint32_t, x);
        return {static_cast<uint16_t>(x == x ? (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16 : 0x7fc0u)};
    }
}

typedef Channels<lanes> F;

inline F all(float value) { return F(value); }

inline int64_t rounded_up(int64_t count, int64_t multiple) { return (count + multiple - 1) / multiple * multiple; }

template <int Value> struct Constant { static constexpr int value = Value; };

// Calls body(Constant<L>) with the lanes that divide the channels.
template <typename Body> inline void with_lanes(int64_t channels, Body &&body) {
    if (channels % lanes == 0) {
        body(Constant<lanes>{});
    } else {
        body(Constant<8>{});
    }
}

template <int Lanes, typename Element>
inline void widen_rows(const Element *from, int64_t rows, int64_t channels, float *to, int64_t to_stride) {
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t c = 0; c < channels; c += Lanes) {
            store_channels<Lanes>(to + row * to_stride + c, load_channels<Lanes>(from + row * channels + c));
        }
    }
}

// Rows of `channels` elements, a multiple of 8, as rows of floats.
template <typename Element>
inline void widen_rows(const Element *from, int64_t rows, int64_t channels, float *to, int64_t to_stride) {
    if (channels % lanes == 0) {
        widen_rows<lanes>(from, rows, channels, to, to_stride);
    } else {
        widen_rows<8>(from, rows, channels, to, to_stride);
    }
}

// The unit of work of a pass over [B, N, C]: always the same, so that sums do not depend on the number of threads, and
// short enough for sums in single precision.
class Chunks {
    int64_t pixels, length, each;

  public:
    Chunks(int64_t images, int64_t pixels, int64_t channels)
        : pixels(pixels), length(std::max<int64_t>(16384 / channels, 1)), each((pixels + length - 1) / length),
          count(images * each) {}

    const int64_t count;

    int64_t of_image() const { return each; }
    int64_t image(int64_t chunk) const { return chunk / each; }
    int64_t first(int64_t chunk) const { return chunk % each * length; }
    int64_t end(int64_t chunk) const { return std::min(first(chunk) + length, pixels); }
};

// Calls body(image, channel, first, end) for each vector of channels of each chunk of pixels, chunks in parallel. What
// belongs to the channels then stays in registers; a chunk stays in the cache from one vector of its channels to the next.
template <int Lanes, typename Body>
inline void for_chunks(int64_t images, int64_t pixels, int64_t channels, Body &&body) {
    const Chunks chunks(images, pixels, channels);
    parallel(chunks.count, [&](int64_t chunk) {
        for (int64_t c = 0; c < channels; c += Lanes) body(chunks.image(chunk), c, chunks.first(chunk), chunks.end(chunk));
    });
}

// Sums N quantities over the pixels of each image: sums[n] is [B, C]. terms_of(image, channel) makes a function that gives
// a pixel's: terms(pixel, out). Sums of a chunk are in single precision, over chunks in double.
template <int Lanes, int N, typename TermsOf>
void sum_over_pixels(int64_t images, int64_t pixels, int64_t channels, double *const (&sums)[N], TermsOf &&terms_of) {
    typedef Channels<Lanes> V;
    const Chunks chunks(images, pixels, channels);
    float *partial = scratch(Scratch::partial, chunks.count * N * channels);
    parallel(chunks.count, [&](int64_t chunk) {
        const int64_t first = chunks.first(chunk), end = chunks.end(chunk);
        for (int64_t channel = 0; channel < channels; channel += Lanes) {
            const auto terms_at = terms_of(chunks.image(chunk), channel);
            V total[N];
            for (int n = 0; n < N; n++) total[n] = V(0.f);
            for (int64_t pixel = first; pixel < end; pixel++) {
                V terms[N];
                terms_at(pixel, terms);
                for (int n = 0; n < N; n++) total[n] += terms[n];
            }
            for (int n = 0; n < N; n++) store_channels<Lanes>(partial + (chunk * N + n) * channels + channel, total[n]);
        }
    });
    for (int64_t image = 0; image < images; image++) {
        for (int n = 0; n < N; n++) {
            double *to = sums[n] + image * channels;
            std::fill(to, to + channels, 0);
            for (int64_t chunk = image * chunks.of_image(); chunk < (image + 1) * chunks.of_image(); chunk++) {
                const float *from = partial + (chunk * N + n) * channels;
                for (int64_t c = 0; c < channels; c++) to[c] += from[c];
            }
        }
    }
}
