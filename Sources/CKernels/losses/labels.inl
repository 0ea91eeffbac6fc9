// Counting labels, and the pass that only moves memory.

// Counted in numbers of the labels' own width, so that a register holds as many of them as it can.
template <typename Label> class LabelCounter {
    static constexpr int width = 64 / sizeof(Label);
    typedef Label Labels __attribute__((ext_vector_type(width)));
    const Label classes, ignore;
    const bool ignores;

  public:
    static constexpr int block = 64 * width;   // a count of 64 fits a byte

    LabelCounter(int64_t classes, int64_t ignore)
        : classes(static_cast<Label>(classes)), ignore(static_cast<Label>(ignore < 0 ? 0 : ignore)), ignores(ignore >= 0) {}

    bool is_ignored(Label label) const { return ignores && label == ignore; }
    bool is_class(Label label) const { return label >= 0 && label < classes && !is_ignored(label); }

    // Adds those of a block.
    void add_block(const Label *labels, int64_t &inside, int64_t &ignored) const {
        Labels in = Labels(0), out = Labels(0);
        for (int i = 0; i < block; i += width) {
            Labels label;
            std::memcpy(&label, labels + i, sizeof label);
            const auto is_ignored = (label == Labels(ignore)) & (Labels(ignores) != Labels(0));
            const auto is_inside = (label >= Labels(0)) & (label < Labels(classes)) & ~is_ignored;
            // A lane that holds is −1.
            in -= bits<Labels>(is_inside);
            out -= bits<Labels>(is_ignored);
        }
        for (int lane = 0; lane < width; lane++) {
            inside += in[lane];
            ignored += out[lane];
        }
    }
};

template <typename Label>
ck_label_count count_labels(const ck_batch &b, const Label *labels, const float *weights) {
    const int64_t total = b.images * b.pixels;
    constexpr int64_t chunk_labels = 1 << 19;   // a thread takes longer to wake than to count fewer
    const int64_t chunks = (total + chunk_labels - 1) / chunk_labels;
    Vector<ck_label_count> partial(static_cast<size_t>(chunks));
    const LabelCounter<Label> counter(b.classes, b.ignore);
    parallel(chunks, [&](int64_t chunk) {
        ck_label_count count = {0, 0, 0};
        int64_t ignored = 0, label = chunk * chunk_labels;
        const int64_t end = std::min(label + chunk_labels, total);
        for (int64_t i = label; weights && i < end; i++) {
            if (counter.is_class(labels[i])) count.weight += weights[labels[i]];
        }
        const int64_t size = end - label;
        for (; label + counter.block <= end; label += counter.block) counter.add_block(labels + label, count.counted, ignored);
        for (; label < end; label++) {
            count.counted += counter.is_class(labels[label]);
            ignored += counter.is_ignored(labels[label]);
        }
        count.outside = size - count.counted - ignored;
        if (!weights) count.weight = static_cast<double>(count.counted);
        partial[static_cast<size_t>(chunk)] = count;
    });
    ck_label_count count = {0, 0, 0};
    for (const auto &part : partial) {
        count.counted += part.counted;
        count.outside += part.outside;
        count.weight += part.weight;
    }
    return count;
}

ck_label_count count_labels(const ck_batch &b, const float *weights) {
    return b.label_type == CK_LABEL_UINT8 ? count_labels(b, static_cast<const uint8_t *>(b.labels), weights)
                                          : count_labels(b, static_cast<const int64_t *>(b.labels), weights);
}

void memory_floor(const ck_batch &b) {
    const int64_t bytes = b.images * b.classes * b.pixels * element_size(b);
    const int64_t label_bytes = b.images * b.pixels * (b.label_type == CK_LABEL_UINT8 ? 1 : 8);
    constexpr int64_t step = 1 << 16;
    const int64_t chunks = (bytes + step - 1) / step;
    const auto *from = static_cast<const char *>(b.logits);
    const auto *labels = static_cast<const char *>(b.labels);
    auto *to = static_cast<char *>(b.gradient);
    parallel(chunks, [&](int64_t chunk) {
        I seen = all(int32_t{0});
        const int64_t first = label_bytes * chunk / chunks, end = label_bytes * (chunk + 1) / chunks;
        for (int64_t i = first; i + 64 <= end; i += 64) {
            I label;
            std::memcpy(&label, labels + i, sizeof label);
            seen ^= label;
        }
        // The labels must be read, and must not matter.
        const F bias = bits<F>(seen & all(int32_t{0}));
        for (int64_t i = chunk * step; i + 64 <= std::min((chunk + 1) * step, bytes); i += 64) {
            F x;
            std::memcpy(&x, from + i, sizeof x);
            x = x * all(1.0001f) + bias;
            std::memcpy(to + i, &x, sizeof x);
        }
        __asm__ volatile("" : : "x"(seen[0]) : "memory");
    });
}
