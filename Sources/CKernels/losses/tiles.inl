// How logits, labels and gradients come from memory and go back, whatever their type and layout.

constexpr int tile_pixels = 256;

// Neighbouring pixels of one image, as float32, class by class, in whole vectors. float32 logits [B, C, N] are read where they
// are and their gradient is written where it belongs; other types and layouts, and the end of an image, pass through a buffer
// that stays in the first cache.
struct Tile {
    int end;                     // a multiple of the lanes
    int classes;
    const float *x;              // of class k from x + k · x_stride
    int64_t x_stride;
    float *g;                    // the same for the gradient; null where none is asked for
    int64_t g_stride;
    bool is_in_place;            // scores and gradient are the batch's own memory
    const float *softmax;        // made before, where several terms want it: see softmax.inl
    int8_t label[tile_pixels];   // −1: ignored, or behind the end of the image
};

inline F load(const float *from) {
    F x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

inline I load_numbers(const int32_t *from) {
    I x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

inline void store(float *to, F x) { std::memcpy(to, &x, sizeof x); }

inline I load_labels(const Tile &tile, int i) {
    typedef int8_t B __attribute__((ext_vector_type(16)));
    B bytes;
    std::memcpy(&bytes, tile.label + i, sizeof bytes);
    return __builtin_convertvector(bytes, I);
}

inline Mask counted(I label) { return above(label, all(int32_t{-1})); }

// The scores of sixteen pixels. 0 where nothing counts: whatever stands there must not spread, and NaN times 0 is NaN.
template <int Classes> inline void load_scores(F *x, const Tile &tile, int i, Mask counts) {
    const int c = Classes ? Classes : tile.classes;
    for (int k = 0; k < c; k++) x[k] = where(counts, load(tile.x + k * tile.x_stride + i));
}

// Where a tile's gradient goes. A copy of what the tile knows, which the compiler need not read again after every store.
class GradientWriter {
    float *const g;
    const int64_t stride;

  public:
    explicit GradientWriter(const Tile &tile) : g(tile.g), stride(tile.g_stride) {}

    bool is_wanted() const { return g; }

    void store(int k, int i, F value) const { ck::CK_ISA::store(g + k * stride + i, value); }
};

// Vectors for each class: as many as the compiler knows of, or as there may be.
template <int Classes> constexpr int room = Classes ? Classes : CK_MAX_CLASSES;

inline int64_t element_size(const ck_batch &b) { return b.float_type == CK_FLOAT32 ? 4 : 2; }

inline float widen(uint16_t half) { return bits<float>(static_cast<uint32_t>(half) << 16); }

// Rounds to nearest, ties to even; NaN stays NaN.
inline uint16_t narrow(float x) {
    const auto b = bits<uint32_t>(x);
    const uint32_t rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16, quiet = (b >> 16) | 0x0040u;
    return static_cast<uint16_t>(x != x ? quiet : rounded);
}

// Copies `count` numbers of one type to the other, `from_step` and `to_step` apart.
inline void widen(float *to, int64_t to_step, const void *from, int64_t from_step, ck_float_type type, int count) {
    if (type == CK_FLOAT32) {
        const auto *values = static_cast<const float *>(from);
        for (int i = 0; i < count; i++) to[i * to_step] = values[i * from_step];
    } else {
        const auto *values = static_cast<const uint16_t *>(from);
        for (int i = 0; i < count; i++) to[i * to_step] = widen(values[i * from_step]);
    }
}

inline void narrow(void *to, int64_t to_step, ck_float_type type, const float *from, int64_t from_step, int count) {
    if (type == CK_FLOAT32) {
        auto *values = static_cast<float *>(to);
        for (int i = 0; i < count; i++) values[i * to_step] = from[i * from_step];
    } else {
        auto *values = static_cast<uint16_t *>(to);
        for (int i = 0; i < count; i++) values[i * to_step] = narrow(from[i * from_step]);
    }
}

template <typename Label> inline void take_labels(int8_t *to, const Label *from, int count, int64_t ignore) {
    if (ignore < 0) {
        for (int i = 0; i < count; i++) to[i] = static_cast<int8_t>(from[i]);
    } else {
        const auto ignored = static_cast<Label>(ignore);
        for (int i = 0; i < count; i++) to[i] = from[i] == ignored ? int8_t{-1} : static_cast<int8_t>(from[i]);
    }
}

// Makes tiles of pixels of a batch, and brings back what was written into those that were copied.
class TileMaker {
    const ck_batch &b;
    Vector<float> buffer;              // scores and gradient of a tile that is copied
    Tile tile;
    int used = 0;
    int64_t first = 0;                 // element of the tile's first pixel and class

    int64_t class_step() const { return b.channels_last ? 1 : b.pixels; }
    int64_t pixel_step() const { return b.channels_last ? b.classes : 1; }

  public:
    explicit TileMaker(const ck_batch &batch) : b(batch) {}

    Tile &take(int64_t image, int64_t pixel, int64_t end) {
        const int64_t size = element_size(b);
        used = static_cast<int>(std::min<int64_t>(tile_pixels, end - pixel));
        first = image * b.classes * b.pixels + pixel * pixel_step();
        tile.is_in_place = used % lanes == 0 && !b.channels_last && b.float_type == CK_FLOAT32;
        tile.end = (used + lanes - 1) / lanes * lanes;
        tile.classes = static_cast<int>(b.classes);
        tile.softmax = nullptr;
        const auto *logits = static_cast<const char *>(b.logits) + first * size;
        auto *gradient = b.gradient ? static_cast<char *>(b.gradient) + first * size : nullptr;
        if (!tile.is_in_place) {
            const int64_t half = b.classes * tile_pixels;
            if (buffer.empty()) buffer = Vector<float>(static_cast<size_t>(2 * half));
            for (int k = 0; k < tile.classes; k++) {
                const int64_t start = k * class_step() * size;
                widen(buffer.data() + k * tile_pixels, 1, logits + start, pixel_step(), b.float_type, used);
            }
            tile.x = buffer.data();
            tile.g = gradient ? buffer.data() + half : nullptr;
            tile.x_stride = tile.g_stride = tile_pixels;
        } else {
            tile.x = reinterpret_cast<const float *>(logits);
            tile.g = reinterpret_cast<float *>(gradient);
            tile.x_stride = tile.g_stride = b.pixels;
        }
        const int64_t label = image * b.pixels + pixel;
        if (!b.labels) {
            std::fill(tile.label, tile.label + used, int8_t{0});
        } else if (b.label_type == CK_LABEL_UINT8) {
            take_labels(tile.label, static_cast<const uint8_t *>(b.labels) + label, used, b.ignore);
        } else {
            take_labels(tile.label, static_cast<const int64_t *>(b.labels) + label, used, b.ignore);
        }
        std::fill(tile.label + used, tile.label + tile.end, int8_t{-1});
        return tile;
    }

    // After the gradient of the last tile was written.
    void give_back() {
        if (tile.is_in_place || !tile.g) return;
        auto *gradient = static_cast<char *>(b.gradient) + first * element_size(b);
        for (int k = 0; k < tile.classes; k++) {
            const int64_t start = k * class_step() * element_size(b);
            narrow(gradient + start, pixel_step(), b.float_type, tile.g + k * tile.g_stride, 1, used);
        }
    }
};

// The unit of work of a thread: small enough to share evenly, and always the same, so that sums do not depend on the
// number of threads.
constexpr int64_t chunk_pixels = 8192;

inline int64_t chunks_of(const ck_batch &b) { return (b.pixels + chunk_pixels - 1) / chunk_pixels; }

// Calls body(chunk, image, first pixel, the one after the last) for all chunks, which are numbered image by image.
template <typename Body> inline void for_chunks(const ck_batch &b, Body &&body) {
    const int64_t each = chunks_of(b);
    parallel(b.images * each, [&](int64_t chunk) {
        const int64_t image = chunk / each, first = chunk % each * chunk_pixels;
        body(chunk, image, first, std::min(first + chunk_pixels, b.pixels));
    });
}

// Calls body(tile, chunk, image, first pixel) for all tiles of all images.
template <typename Body> inline void for_tiles(const ck_batch &b, Body &&body) {
    for_chunks(b, [&](int64_t chunk, int64_t image, int64_t first, int64_t end) {
        TileMaker maker(b);
        for (int64_t pixel = first; pixel < end; pixel += tile_pixels) {
            body(maker.take(image, pixel, end), chunk, image, pixel);
            maker.give_back();
        }
    });
}

// Calls body(Count<C>) with the number of classes known to the compiler where it is a usual one, with Count<0> else.
template <int Value> struct Count { static constexpr int value = Value; };

template <typename Body> inline auto with_classes(int64_t classes, Body &&body) {
    switch (classes) {
    case 2: return body(Count<2>{});
    case 3: return body(Count<3>{});
    case 4: return body(Count<4>{});
    case 5: return body(Count<5>{});
    default: return body(Count<0>{});
    }
}
