// Counting labels, and the pass that only moves memory.

template <typename Label>
ck_label_count count_labels(const ck_batch &b, const Label *labels, const float *weights) {
    const int64_t total = b.images * b.pixels;
    constexpr int64_t chunk_labels = 1 << 19;   // a thread takes longer to wake than to count fewer
    const int64_t chunks = (total + chunk_labels - 1) / chunk_labels;
    std::vector<ck_label_count> partial(static_cast<size_t>(chunks));
    const auto classes = static_cast<Label>(b.classes);
    const bool ignores = b.ignore >= 0;
    const auto ignore = static_cast<Label>(ignores ? b.ignore : 0);
    parallel(chunks, [&](int64_t chunk) {
        ck_label_count count = {0, 0, 0};
        const int64_t end = std::min((chunk + 1) * chunk_labels, total);
        for (int64_t first = chunk * chunk_labels; first < end; first += 128) {
            // Counted in a number of the labels' own width, so that a register holds as many of them as it can.
            const auto size = static_cast<int>(std::min<int64_t>(128, end - first));
            const Label *of = labels + first;
            Label inside = 0, ignored = 0;
            for (int i = 0; i < size; i++) {
                const bool is_ignored = ignores & (of[i] == ignore);
                ignored += is_ignored;
                inside += !is_ignored & (of[i] >= 0) & (of[i] < classes);
            }
            count.counted += inside;
            count.outside += size - inside - ignored;
            if (!weights) continue;
            for (int i = 0; i < size; i++) {
                if ((!ignores || of[i] != ignore) && of[i] >= 0 && of[i] < classes) count.weight += weights[of[i]];
            }
        }
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
