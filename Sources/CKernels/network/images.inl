// Vectors of channels, and how passes over images are cut into chunks.

// Sixteen channels where their number allows, eight else: a bridge of sixteen channels has eight.
template <int Lanes> using Channels = float __attribute__((ext_vector_type(Lanes)));

template <int Lanes> inline Channels<Lanes> load_channels(const float *from) {
    Channels<Lanes> x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

template <int Lanes> inline void store_channels(float *to, Channels<Lanes> x) { std::memcpy(to, &x, sizeof x); }

constexpr int lanes = 16;
typedef Channels<lanes> F;

inline F all(float value) { return F(value); }

inline F load_channels(const float *from) { return load_channels<lanes>(from); }
inline void store_channels(float *to, F x) { store_channels<lanes>(to, x); }

template <int Value> struct Constant { static constexpr int value = Value; };

// Calls body(Constant<L>) with the lanes that divide the channels.
template <typename Body> inline void with_lanes(int64_t channels, Body &&body) {
    if (channels % lanes == 0) {
        body(Constant<lanes>{});
    } else {
        body(Constant<8>{});
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

// Sums N quantities over the pixels of each image: sums[n] is [B, C]. body(image, pixel, channel, terms) gives those of a
// vector of channels. Sums of a chunk are in single precision, over chunks in double.
template <int Lanes, int N, int Together, typename Body>
void sum_over_pixels(int64_t images, int64_t pixels, int64_t channels, double *const (&sums)[N], Body &&body) {
    typedef Channels<Lanes> V;
    const Chunks chunks(images, pixels, channels);
    float *partial = scratch(Scratch::partial, chunks.count * N * channels);
    parallel(chunks.count, [&](int64_t chunk) {
        const int64_t image = chunks.image(chunk);
        for (int64_t channel = 0; channel < channels; channel += Together * Lanes) {
            V total[N][Together];
            for (int n = 0; n < N; n++) {
                for (int t = 0; t < Together; t++) total[n][t] = V(0.f);
            }
            for (int64_t pixel = chunks.first(chunk); pixel < chunks.end(chunk); pixel++) {
                for (int t = 0; t < Together; t++) {
                    V terms[N];
                    body(image, pixel, channel + t * Lanes, terms);
                    for (int n = 0; n < N; n++) total[n][t] += terms[n];
                }
            }
            for (int n = 0; n < N; n++) {
                for (int t = 0; t < Together; t++) {
                    store_channels<Lanes>(partial + (chunk * N + n) * channels + channel + t * Lanes, total[n][t]);
                }
            }
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

template <int Lanes, int N, typename Body>
inline void sum_over_pixels(int64_t images, int64_t pixels, int64_t channels, double *const (&sums)[N], Body &&body) {
    if (channels % (4 * Lanes) == 0) {
        sum_over_pixels<Lanes, N, 4>(images, pixels, channels, sums, body);
    } else {
        sum_over_pixels<Lanes, N, 1>(images, pixels, channels, sums, body);
    }
}
