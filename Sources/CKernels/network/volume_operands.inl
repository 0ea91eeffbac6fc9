// What the products of gathered neighbours read: floats, or where images lie as bfloat16 and the processor multiplies pairs of them,
// these as they lie. Their products are exact and their sums are in float32 either way; weights are rounded to what images lie as, as
// autocast rounds them, so that every processor computes the same.

#if defined(CK_AVX512_BF16)
template <typename Element> constexpr bool multiplies_pairs = std::is_same_v<Element, BFloat16>;
#else
template <typename Element> constexpr bool multiplies_pairs = false;
#endif

template <typename Element> using Operand = std::conditional_t<multiplies_pairs<Element>, Pair, float>;
// What a row of operands is written as.
template <typename Element> using Gathered = std::conditional_t<multiplies_pairs<Element>, Element, float>;
// Terms in an operand.
template <typename Element> constexpr int64_t terms = multiplies_pairs<Element> ? 2 : 1;

// A piece of scratch for so many rows' elements.
template <typename Type> inline Type *scratch_of(Scratch use, int64_t count) {
    return reinterpret_cast<Type *>(scratch(use, (count * static_cast<int64_t>(sizeof(Type)) + 3) / 4));
}

// Sixteen channels as they are read.
inline void read_channels(float *to, const float *from) { store_channels(to, load_channels(from)); }
inline void read_channels(float *to, const BFloat16 *from) { store_channels(to, load_channels(from)); }
inline void read_channels(BFloat16 *to, const BFloat16 *from) { std::memcpy(to, from, lanes * sizeof(BFloat16)); }
inline void read_number(float *to, float from) { *to = from; }
inline void read_number(float *to, BFloat16 from) { *to = number(from); }
inline void read_number(BFloat16 *to, BFloat16 from) { *to = from; }

// What stands at the taps of places first … first + count, zero outside: [place][tap][channel].
template <typename Element, typename To>
inline void gather(
    const Gathering &g, int64_t first, int64_t count, const Reach &reach, const Channeled<const Element> &source,
    int64_t first_channel, int64_t channels, To *to, int64_t to_row) {
    const int64_t step = source.step(first_channel), own = std::min(channels, source.first_count - first_channel);
    const Element *start = source.at(first_channel);
    auto place = g[first];
    for (int64_t row = 0; row < count; row++, g.advance(place)) {
        reach.from(place, [&](int64_t tap, int64_t voxel) {
            To *out = to + row * to_row + tap * channels;
            if (voxel < 0) {
                std::memset(out, 0, static_cast<size_t>(channels) * sizeof(To));
            } else if (channels < 8) {
                for (int64_t c = 0; c < channels; c++) read_number(out + c, start[voxel * step + c]);
            } else if (own == channels || own <= 0) {
                for (int64_t c = 0; c < channels; c += lanes) read_channels(out + c, start + voxel * step + c);
            } else {
                for (int64_t c = 0; c < channels; c += lanes) {
                    const int64_t channel = first_channel + c;
                    read_channels(out + c, source.at(channel) + voxel * source.step(channel));
                }
            }
        });
    }
}

// Two rows as pairs for a sum over rows; a last one without a neighbour has zeros for it.
inline void pairs_of_rows(const BFloat16 *from, int64_t from_row, int64_t rows, int64_t columns, Pair *to, int64_t to_row) {
    typedef uint16_t Halves __attribute__((ext_vector_type(lanes)));
    typedef uint32_t Words __attribute__((ext_vector_type(lanes)));
    const auto words = [](const BFloat16 *at) {
        Halves x;
        std::memcpy(&x, at, sizeof x);
        return __builtin_convertvector(x, Words);
    };
    for (int64_t row = 0; row < rows; row += 2) {
        const BFloat16 *first = from + row * from_row;
        for (int64_t c = 0; c < columns; c += lanes) {
            const Words pairs = words(first + c) | (row + 1 < rows ? words(first + from_row + c) << 16 : Words(0));
            std::memcpy(to + row / 2 * to_row + c, &pairs, sizeof pairs);
        }
    }
}
