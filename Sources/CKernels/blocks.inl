// How logits, labels and gradients of sixteen pixels come from memory and go back, whatever their type and layout.

// Sixteen pixels of one image. `Classes` is the number of classes where it is known to the compiler, else 0.
template <int Classes> struct Block {
    static constexpr int room = Classes ? Classes : CK_MAX_CLASSES;
    F x[room];             // a vector for each class
    I label;               // −1 where ignored or behind the end
    int used;              // pixels of the sixteen that exist
};

inline int64_t element_size(const ck_batch &b) { return b.float_type == CK_FLOAT32 ? 4 : 2; }

inline F widen(H half) { return bits<F>(__builtin_convertvector(half, U) << 16); }

// Rounds to nearest, ties to even; NaN stays NaN.
inline H narrow(F x) {
    const U b = bits<U>(x);
    const U rounded = (b + U(0x7fffu) + ((b >> 16) & U(1u))) >> 16;
    const U quiet = (b >> 16) | U(0x0040u);
    const U chosen = bits<U>(x != x ? bits<I>(quiet) : bits<I>(rounded));
    return __builtin_convertvector(chosen, H);
}

inline F load(const char *from, ck_float_type type, int used) {
    if (type == CK_FLOAT32) {
        F x = all(0.f);
        std::memcpy(&x, from, used == lanes ? sizeof(F) : sizeof(float) * static_cast<size_t>(used));
        return x;
    }
    H half = H(0);
    std::memcpy(&half, from, used == lanes ? sizeof(H) : sizeof(uint16_t) * static_cast<size_t>(used));
    return widen(half);
}

inline void store(char *to, F x, ck_float_type type, int used) {
    if (type == CK_FLOAT32) {
        std::memcpy(to, &x, used == lanes ? sizeof(F) : sizeof(float) * static_cast<size_t>(used));
    } else {
        const H half = narrow(x);
        std::memcpy(to, &half, used == lanes ? sizeof(H) : sizeof(uint16_t) * static_cast<size_t>(used));
    }
}

// [pixel][class] in memory, [class][pixel] in registers.
template <int Classes> inline void load_transposed(F *x, const char *from, ck_float_type type, int classes, int used) {
    const int c = Classes ? Classes : classes;
    float buffer[Block<Classes>::room * lanes];
    const int count = c * used;
    if (type == CK_FLOAT32) {
        std::memcpy(buffer, from, sizeof(float) * static_cast<size_t>(count));
    } else {
        for (int i = 0; i < count; i++) {
            uint16_t half;
            std::memcpy(&half, from + 2 * i, 2);
            buffer[i] = bits<float>(static_cast<uint32_t>(half) << 16);
        }
    }
    for (int k = 0; k < c; k++) {
        x[k] = all(0.f);
        for (int i = 0; i < used; i++) x[k][i] = buffer[i * c + k];
    }
}

template <int Classes> inline void store_transposed(char *to, const F *x, ck_float_type type, int classes, int used) {
    const int c = Classes ? Classes : classes;
    if (type == CK_FLOAT32) {
        float buffer[Block<Classes>::room * lanes];
        for (int k = 0; k < c; k++) {
            for (int i = 0; i < used; i++) buffer[i * c + k] = x[k][i];
        }
        std::memcpy(to, buffer, sizeof(float) * static_cast<size_t>(c * used));
    } else {
        uint16_t buffer[Block<Classes>::room * lanes];
        for (int k = 0; k < c; k++) {
            const H half = narrow(x[k]);
            for (int i = 0; i < used; i++) buffer[i * c + k] = half[i];
        }
        std::memcpy(to, buffer, sizeof(uint16_t) * static_cast<size_t>(c * used));
    }
}

inline I load_labels(const ck_batch &b, int64_t image, int64_t pixel, int used) {
    const int64_t first = image * b.pixels + pixel;
    I label = all(int32_t{-1});
    if (b.label_type == CK_LABEL_UINT8) {
        typedef uint8_t B __attribute__((ext_vector_type(16)));
        const auto *from = static_cast<const uint8_t *>(b.labels) + first;
        if (used == lanes) {
            B bytes;
            std::memcpy(&bytes, from, sizeof bytes);
            label = __builtin_convertvector(bytes, I);
        } else {
            for (int i = 0; i < used; i++) label[i] = from[i];
        }
    } else {
        typedef int64_t L __attribute__((ext_vector_type(16)));
        const auto *from = static_cast<const int64_t *>(b.labels) + first;
        if (used == lanes) {
            L wide;
            std::memcpy(&wide, from, sizeof wide);
            label = __builtin_convertvector(wide, I);
        } else {
            for (int i = 0; i < used; i++) label[i] = static_cast<int32_t>(from[i]);
        }
    }
    return b.ignore >= 0 ? (label == all(static_cast<int32_t>(b.ignore)) ? all(int32_t{-1}) : label) : label;
}

template <int Classes> inline void load(Block<Classes> &block, const ck_batch &b, int64_t image, int64_t pixel, int64_t end) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    block.used = end - pixel >= lanes ? lanes : static_cast<int>(end - pixel);
    const int64_t size = element_size(b);
    const char *start = static_cast<const char *>(b.logits) + image * b.classes * b.pixels * size;
    if (b.channels_last) {
        load_transposed<Classes>(block.x, start + pixel * c * size, b.float_type, c, block.used);
    } else {
        for (int k = 0; k < c; k++) block.x[k] = load(start + (k * b.pixels + pixel) * size, b.float_type, block.used);
    }
    block.label = load_labels(b, image, pixel, block.used);
    // Whatever stands where nothing counts must not spread: NaN times a weight of 0 is NaN.
    for (int k = 0; k < c; k++) block.x[k] = block.label >= all(int32_t{0}) ? block.x[k] : all(0.f);
}

// `g` holds a vector for each class.
template <int Classes> inline void store(const F *g, const ck_batch &b, int64_t image, int64_t pixel, int used) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    const int64_t size = element_size(b);
    char *start = static_cast<char *>(b.gradient) + image * b.classes * b.pixels * size;
    if (b.channels_last) {
        store_transposed<Classes>(start + pixel * c * size, g, b.float_type, c, used);
    } else {
        for (int k = 0; k < c; k++) store(start + (k * b.pixels + pixel) * size, g[k], b.float_type, used);
    }
}

// The unit of work of a thread: small enough to share evenly, and always the same, so that sums do not depend on the
// number of threads.
constexpr int64_t chunk_pixels = 8192;

inline int64_t chunks_of(const ck_batch &b) { return (b.pixels + chunk_pixels - 1) / chunk_pixels; }

// Calls body(chunk, image, first pixel, end) for all chunks of all images.
template <typename Body> inline void for_chunks(const ck_batch &b, Body &&body) {
    const int64_t each = chunks_of(b);
    parallel(b.images * each, [&](int64_t chunk) {
        const int64_t first = chunk % each * chunk_pixels;
        body(chunk, chunk / each, first, std::min(first + chunk_pixels, b.pixels));
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

// Sums what body(block, image, pixel) makes of every sixteen pixels: a Sum is handed to it.
template <int Classes, typename Body> inline double sum_over_blocks(const ck_batch &b, Body &&body) {
    std::vector<double> partial(static_cast<size_t>(b.images * chunks_of(b)));
    for_chunks(b, [&](int64_t chunk, int64_t image, int64_t first, int64_t end) {
        Sum total;
        for (int64_t pixel = first; pixel < end; pixel += lanes) {
            Block<Classes> block;
            load(block, b, image, pixel, end);
            body(block, image, pixel, total);
        }
        partial[static_cast<size_t>(chunk)] = total.total();
    });
    double sum = 0;
    for (double part : partial) sum += part;
    return sum;
}
