// Between resolutions: 2×2 pooling by maximum and mean, and bilinear enlarging.

template <typename Element> void pool(const ck_pooling &s, const Element *input, Element *output) {
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        const int64_t low = s.width / 2, wide = s.means ? 2 * s.channels : s.channels, below = s.width * s.channels;
        parallel(s.images * (s.height / 2), [&](int64_t row) {
            for (int64_t x = 0; x < low; x++) {
                const Element *from = input + (2 * row * s.width + 2 * x) * s.channels;
                Element *to = output + (row * low + x) * wide;
                for (int64_t c = 0; c < s.channels; c += L, from += L, to += L) {
                    const auto a = load_channels<L>(from), b = load_channels<L>(from + s.channels);
                    const auto d = load_channels<L>(from + below), e = load_channels<L>(from + below + s.channels);
                    const auto top = a > b ? a : b, bottom = d > e ? d : e;
                    store_channels<L>(to, top > bottom ? top : bottom);
                    if (s.means) store_channels<L>(to + s.channels, (a + b + d + e) * Channels<L>(0.25f));
                }
            }
        });
    });
}

// The maximum's gradient goes to the first of equals, row by row, as in libtorch.
template <typename Element>
void pool_backward(const ck_pooling &s, const Element *input, const Element *incoming, Element *gradient) {
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        typedef Channels<L> V;
        typedef int32_t M __attribute__((ext_vector_type(L)));
        const int64_t low = s.width / 2, wide = s.means ? 2 * s.channels : s.channels, below = s.width * s.channels;
        parallel(s.images * (s.height / 2), [&](int64_t row) {
            for (int64_t x = 0; x < low; x++) {
                for (int64_t c = 0; c < s.channels; c += L) {
                    const int64_t corner = (2 * row * s.width + 2 * x) * s.channels + c;
                    const Element *from = incoming + (row * low + x) * wide + c;
                    const int64_t places[] = {corner, corner + s.channels, corner + below, corner + below + s.channels};
                    V values[4], largest;
                    for (int i = 0; i < 4; i++) values[i] = load_channels<L>(input + places[i]);
                    largest = values[0];
                    for (int i = 1; i < 4; i++) largest = values[i] > largest ? values[i] : largest;
                    const V by_maximum = load_channels<L>(from);
                    const V by_mean = s.means ? load_channels<L>(from + s.channels) * V(0.25f) : V(0.f);
                    M waiting = M(-1);
                    for (int i = 0; i < 4; i++) {
                        const M here = (values[i] == largest) & waiting;
                        waiting &= ~here;
                        store_channels<L>(gradient + places[i], by_mean + (here ? by_maximum : V(0.f)));
                    }
                }
            }
        });
    });
}

// Where an axis of the large image reads the small one: index, and the share of the next.
struct Reading {
    int64_t index;
    float next;
};

inline Vector<Reading> readings(int64_t low, int64_t high) {
    Vector<Reading> all(static_cast<size_t>(high));
    const float ratio = high > 1 ? static_cast<float>(low - 1) / static_cast<float>(high - 1) : 0;
    for (int64_t i = 0; i < high; i++) {
        const float place = ratio * static_cast<float>(i);
        const auto index = std::min(static_cast<int64_t>(place), low - 1);
        all[static_cast<size_t>(i)] = {index, index + 1 < low ? place - static_cast<float>(index) : 0};
    }
    return all;
}

template <typename Element>
void enlarge(const ck_enlarging &s, const Element *input, Element *output, int64_t output_stride) {
    const auto rows = readings(s.low_height, s.high_height), columns = readings(s.low_width, s.high_width);
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        typedef Channels<L> V;
        const int64_t length = s.low_width * s.channels;
        parallel(s.images * s.high_height, [&](int64_t row) {
            const auto y = rows[static_cast<size_t>(row % s.high_height)];
            const Element *upper = input + (row / s.high_height * s.low_height + y.index) * length;
            const Element *lower = y.next > 0 ? upper + length : upper;
            // Between the rows first, then between the columns. The last pixel stands twice, for its missing neighbour.
            float *between = scratch(Scratch::row, length + s.channels);
            for (int64_t i = 0; i < length; i += L) {
                const V a = load_channels<L>(upper + i);
                store_channels<L>(between + i, a + V(y.next) * (load_channels<L>(lower + i) - a));
            }
            std::copy(between + length - s.channels, between + length, between + length);
            for (int64_t x = 0; x < s.high_width; x++) {
                const auto reading = columns[static_cast<size_t>(x)];
                const float *from = between + reading.index * s.channels;
                Element *to = output + (row * s.high_width + x) * output_stride;
                for (int64_t c = 0; c < s.channels; c += L) {
                    const V a = load_channels<L>(from + c);
                    store_channels<L>(to + c, a + V(reading.next) * (load_channels<L>(from + s.channels + c) - a));
                }
            }
        });
    });
}

// Each row of the small image gathers from those rows of the large one that read it.
template <typename Element>
void enlarge_backward(const ck_enlarging &s, const Element *incoming, int64_t incoming_stride, Element *gradient) {
    const auto rows = readings(s.low_height, s.high_height), columns = readings(s.low_width, s.high_width);
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        typedef Channels<L> V;
        parallel(s.images * s.low_height, [&](int64_t row) {
            const int64_t image = row / s.low_height, low = row % s.low_height;
            float *gathered = scratch(Scratch::row, s.high_width * s.channels);
            std::fill(gathered, gathered + s.high_width * s.channels, 0.f);
            const auto reads_before = [&](const Reading &reading, int64_t index) { return reading.index < index; };
            auto y = std::lower_bound(rows.begin(), rows.end(), low - 1, reads_before);
            for (; y != rows.end() && y->index <= low; ++y) {
                const float share = y->index == low ? 1 - y->next : y->next;
                if (share == 0) continue;
                const Element *from = incoming + (image * s.high_height + (y - rows.begin())) * s.high_width * incoming_stride;
                for (int64_t x = 0; x < s.high_width; x++) {
                    for (int64_t c = 0; c < s.channels; c += L) {
                        float *to = gathered + x * s.channels + c;
                        store_channels<L>(
                            to, load_channels<L>(to) + V(share) * load_channels<L>(from + x * incoming_stride + c));
                    }
                }
            }
            const int64_t length = s.low_width * s.channels;
            float *sums = scratch(Scratch::sums, length);
            std::fill(sums, sums + length, 0.f);
            for (int64_t x = 0; x < s.high_width; x++) {
                const auto reading = columns[static_cast<size_t>(x)];
                for (int64_t c = 0; c < s.channels; c += L) {
                    const V d = load_channels<L>(gathered + x * s.channels + c);
                    float *here = sums + reading.index * s.channels + c, *next = here + s.channels;
                    store_channels<L>(here, load_channels<L>(here) + V(1 - reading.next) * d);
                    if (reading.next > 0) store_channels<L>(next, load_channels<L>(next) + V(reading.next) * d);
                }
            }
            for (int64_t i = 0; i < length; i += L) {
                store_channels<L>(gradient + row * length + i, load_channels<L>(sums + i));
            }
        });
    });
}

template <typename Element>
void copy_channels(
    int64_t pixels, int64_t channels, const Element *input, int64_t input_stride, Element *output, int64_t output_stride) {
    constexpr int64_t together = 1024;
    with_lanes(channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        parallel((pixels + together - 1) / together, [=](int64_t chunk) {
            for (int64_t pixel = chunk * together; pixel < std::min(pixels, (chunk + 1) * together); pixel++) {
                for (int64_t c = 0; c < channels; c += L) {
                    std::memcpy(output + pixel * output_stride + c, input + pixel * input_stride + c, sizeof(Element) * L);
                }
            }
        });
    });
}
