// Counting labels, and the pass that only moves memory.

template <typename Label>
ck_label_count count_labels(const ck_batch &b, const Label *labels, const float *weights) {
    const int64_t total = b.images * b.pixels;
    const int64_t chunks = (total + chunk_pixels - 1) / chunk_pixels;
    std::vector<ck_label_count> partial(static_cast<size_t>(chunks));
    parallel(chunks, [&](int64_t chunk) {
        const int64_t first = chunk * chunk_pixels, end = std::min(first + chunk_pixels, total);
        int64_t inside = 0, ignored = 0;
        for (int64_t i = first; i < end; i++) {
            const int64_t label = static_cast<int64_t>(labels[i]);
            const bool is_ignored = label == b.ignore && b.ignore >= 0;
            ignored += is_ignored;
            inside += !is_ignored && label >= 0 && label < b.classes;
        }
        double weight = static_cast<double>(inside);
        if (weights) {
            weight = 0;
            for (int64_t i = first; i < end; i++) {
                const int64_t label = static_cast<int64_t>(labels[i]);
                if (label != b.ignore && label >= 0 && label < b.classes) weight += weights[label];
            }
        }
        partial[static_cast<size_t>(chunk)] = {inside, end - first - inside - ignored, weight};
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
