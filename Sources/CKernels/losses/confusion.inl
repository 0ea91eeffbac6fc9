// Which class has the largest score, and how often it is each where each class is true: one pass over the logits.

// Of equal scores the first is the largest, and NaN is above every number, as libtorch has it.
template <int Classes> void find_largest(const Tile &tile, uint8_t *largest_class) {
    typedef uint8_t B __attribute__((ext_vector_type(16)));
    const int c = Classes ? Classes : tile.classes;
    for (int i = 0; i < tile.end; i += lanes) {
        F largest = load(tile.x + i);
        I of_largest = all(int32_t{0});
        CK_UNROLLED for (int k = 1; k < c; k++) {
            const F x = load(tile.x + k * tile.x_stride + i);
            const Mask beats = above_or_nan(x, largest);
            largest = choose(beats, x, largest);
            of_largest = choose(beats, all(k), of_largest);
        }
        const B bytes = __builtin_convertvector(of_largest, B);
        std::memcpy(largest_class + i, &bytes, sizeof bytes);
    }
}

// How often each pair of label and prediction occurs in a chunk. Neighbouring pixels tend to be of one pair, and an increment
// that waits for the one before takes several times as long; so there are four counters of each pair, taken in turn.
class PairCounts {
    static constexpr int turns = 4;
    const ck_batch &b;
    const int classes, size;
    Vector<uint32_t> counts;

    // Labels that are no class have a row after those of the classes, and what is ignored one more.
    template <typename Label> void take_rows(uint16_t *rows, const Label *labels, int count) const {
        const auto end = static_cast<Label>(classes);
        const auto outside = static_cast<uint16_t>(classes), left_out = static_cast<uint16_t>(classes + 1);
        const bool ignores = b.ignore >= 0;
        const auto ignored = static_cast<Label>(ignores ? b.ignore : 0);
        for (int i = 0; i < count; i++) {
            const bool is_class = (labels[i] >= 0) & (labels[i] < end), is_ignored = ignores & (labels[i] == ignored);
            const uint16_t row = is_class ? static_cast<uint16_t>(labels[i]) : outside;
            rows[i] = is_ignored ? left_out : row;
        }
    }

  public:
    explicit PairCounts(const ck_batch &batch)
        : b(batch), classes(static_cast<int>(batch.classes)), size((classes + 2) * classes),
          counts(static_cast<size_t>(turns * size), 0) {}

    // place: of the first pixel in the batch.
    void add(int64_t place, const uint8_t *predicted, int count) {
        uint16_t pairs[tile_pixels];
        if (b.label_type == CK_LABEL_UINT8) {
            take_rows(pairs, static_cast<const uint8_t *>(b.labels) + place, count);
        } else {
            take_rows(pairs, static_cast<const int64_t *>(b.labels) + place, count);
        }
        for (int i = 0; i < count; i++) pairs[i] = static_cast<uint16_t>(pairs[i] * classes + predicted[i]);
        uint32_t *const of = counts.data();
        const int whole = count / turns * turns;
        for (int i = 0; i < whole; i += turns) {
            of[pairs[i]]++;
            of[size + pairs[i + 1]]++;
            of[2 * size + pairs[i + 2]]++;
            of[3 * size + pairs[i + 3]]++;
        }
        for (int i = whole; i < count; i++) of[pairs[i]]++;
    }

    int64_t at(int row, int prediction) const {
        int64_t total = 0;
        for (int turn = 0; turn < turns; turn++) total += counts[static_cast<size_t>(turn * size + row * classes + prediction)];
        return total;
    }
};

int64_t confusion(const ck_batch &batch, uint8_t *predicted, int64_t *counts) {
    ck_batch b = batch;
    b.gradient = nullptr;
    const int c = static_cast<int>(b.classes);
    if (counts) std::fill_n(counts, b.images * c * c, int64_t{0});
    int64_t outside = 0;
    with_classes(c, [&](auto count) {
        for_chunks(b, [&](int64_t, int64_t image, int64_t first, int64_t end) {
            TileMaker maker(b);
            PairCounts pairs(b);
            for (int64_t pixel = first; pixel < end; pixel += tile_pixels) {
                const auto used = static_cast<int>(std::min<int64_t>(tile_pixels, end - pixel));
                const int64_t place = image * b.pixels + pixel;
                uint8_t largest_class[tile_pixels];
                find_largest<decltype(count)::value>(maker.take(image, pixel, end), largest_class);
                if (predicted) std::copy_n(largest_class, used, predicted + place);
                if (counts) pairs.add(place, largest_class, used);
            }
            if (!counts) return;
            // Whole numbers: their sum is the same in any order.
            for (int prediction = 0; prediction < c; prediction++) {
                for (int truth = 0; truth < c; truth++) {
                    int64_t *const cell = counts + (image * c + truth) * c + prediction;
                    __atomic_fetch_add(cell, pairs.at(truth, prediction), __ATOMIC_RELAXED);
                }
                __atomic_fetch_add(&outside, pairs.at(/*outside*/ c, prediction), __ATOMIC_RELAXED);
            }
        });
    });
    return outside;
}
