// GroupNorm (Wu & He 2018), LeakyReLU and dropout, as far as forward and backward share them.
//
// With the statistics of a group known, the norm is u = x·scale + shift, one factor and one shift for each image and
// channel. Dropout is a hash of the element's number and the seed, so that no mask is stored. The variance is
// E[x²] − E[x]², from sums in double precision of chunks in single precision; what a convolution makes has a mean of the
// size of its deviation.

enum NormRow { scale_row, shift_row, mean_row, inverse_row, channel_mean_row };

inline int64_t row_of(const ck_activation &s, NormRow row) { return row * s.images * s.channels; }

// Mixes the bits of an element's number so that every bit of the result depends on all (Wellons' lowbias32), with the
// seed between the rounds: other seeds give other sequences, not the same shifted.
template <int Lanes> inline auto dropout_bits(int64_t first, uint32_t seed) {
    typedef uint32_t N __attribute__((ext_vector_type(Lanes)));
    N x;
    for (int lane = 0; lane < Lanes; lane++) x[lane] = static_cast<uint32_t>(lane);
    x += N(static_cast<uint32_t>(first));
    x ^= x >> 16;
    x *= N(0x7feb352du);
    x ^= (x >> 15) ^ N(seed);
    x *= N(0x846ca68bu);
    x ^= x >> 16;
    x *= N(0x7feb352du);
    return x ^ (x >> 15);
}

// The factors of dropout, 0 or 1/(1 − p).
template <int Lanes> class Dropout {
    typedef decltype(dropout_bits<Lanes>(0, 0)) Numbers;
    Numbers limit;
    Channels<Lanes> kept;
    uint32_t seed;
    int64_t before;

  public:
    explicit Dropout(const ck_activation &s) {
        limit = Numbers(static_cast<uint32_t>(s.dropout * 4294967296.0));
        kept = Channels<Lanes>(1 / (1 - s.dropout));
        seed = s.seed;
        before = s.images_before * s.pixels * s.channels;
    }

    // Of elements from `first` on.
    Channels<Lanes> operator()(int64_t first) const {
        return dropout_bits<Lanes>(before + first, seed) >= limit ? kept : Channels<Lanes>(0.f);
    }
};

// A vector of channels of an image as its norm and LeakyReLU see it.
template <int Lanes> struct Normalized {
    typedef Channels<Lanes> V;
    V scale, shift, slope;

    Normalized(const ck_activation &s, const float *norm, int64_t image, int64_t c) {
        const float *row = norm + image * s.channels + c;
        scale = load_channels<Lanes>(row);
        shift = load_channels<Lanes>(row + row_of(s, shift_row));
        slope = V(s.slope);
    }

    V operator()(V x) const { return x * scale + shift; }
    V slope_at(V u) const { return u > V(0.f) ? V(1.f) : slope; }
    V leaky(V u) const { return u > V(0.f) ? u : u * slope; }
};

template <typename Element>
void normalize(const ck_activation &s, const Element *x, const float *weight, const float *bias, float *norm) {
    const auto count = static_cast<size_t>(s.images * s.channels);
    Vector<double> plain(count), squared(count);
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        double *const sums[] = {plain.data(), squared.data()};
        sum_over_pixels<L, 2>(s.images, s.pixels, s.channels, sums, [&](int64_t image, int64_t c) {
            const Element *from = x + image * s.pixels * s.channels + c;
            return [from, step = s.channels](int64_t pixel, Channels<L> *terms) {
                terms[0] = load_channels<L>(from + pixel * step);
                terms[1] = terms[0] * terms[0];
            };
        });
    });
    const int64_t members = s.channels / s.groups;
    const auto size = static_cast<double>(members * s.pixels);
    for (int64_t group = 0; group < s.images * s.groups; group++) {
        const int64_t first = group * members;   // [B, groups, members] is [B, C]
        double sum = 0, square = 0;
        for (int64_t i = first; i < first + members; i++) {
            sum += plain[static_cast<size_t>(i)];
            square += squared[static_cast<size_t>(i)];
        }
        const double mean = sum / size, variance = std::max(square / size - mean * mean, 0.0);
        const double inverse = 1 / std::sqrt(variance + s.epsilon);
        for (int64_t i = first; i < first + members; i++) {
            const int64_t c = i % s.channels;
            norm[row_of(s, scale_row) + i] = static_cast<float>(inverse * weight[c]);
            norm[row_of(s, shift_row) + i] = static_cast<float>(bias[c] - mean * inverse * weight[c]);
            norm[row_of(s, mean_row) + i] = static_cast<float>(mean);
            norm[row_of(s, inverse_row) + i] = static_cast<float>(inverse);
            norm[row_of(s, channel_mean_row) + i] = static_cast<float>(plain[static_cast<size_t>(i)] / s.pixels);
        }
    }
}
