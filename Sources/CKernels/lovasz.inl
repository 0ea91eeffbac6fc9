// Lovász-softmax (Berman et al. 2018): for each class the errors |y − p| are sorted, falling, and weighted by the steps of the
// Jaccard loss along that order.
//
// Errors lie in [0, 1], where the bits of a float order as the float does; so a radix sort of the bits, least digit first and
// stable, replaces a comparison sort. Sorts are shared out whole: a class of an image (or of the batch) to a thread.

// Planes [B, C, N] of errors, later of d loss / d p: in the gradient's own memory where that is so laid out.
struct Planes {
    float *values;
    std::unique_ptr<float[]> own;
    bool failed = false;

    explicit Planes(const ck_batch &b) {
        if (b.gradient && b.float_type == CK_FLOAT32 && !b.channels_last) {
            values = static_cast<float *>(b.gradient);
        } else {
            own.reset(new (std::nothrow) float[static_cast<size_t>(b.images * b.classes * b.pixels)]);
            values = own.get();
            failed = !values;
        }
    }
};

// Keys and the places they came from, twice: a pass of the sort goes from one to the other.
struct SortBuffers {
    std::unique_ptr<uint32_t[]> keys[2], places[2];
    bool failed;

    explicit SortBuffers(int64_t count) {
        for (auto *buffer : {&keys[0], &keys[1], &places[0], &places[1]}) buffer->reset(new (std::nothrow) uint32_t[static_cast<size_t>(count)]);
        failed = !keys[0] || !keys[1] || !places[0] || !places[1];
    }

    // Rising and stable; the result stands in keys[0] and places[0].
    void sort(int64_t count) {
        constexpr int digits = 4, size = 256;
        uint32_t histogram[digits][size] = {};
        for (int64_t i = 0; i < count; i++) {
            const uint32_t key = keys[0][i];
            for (int d = 0; d < digits; d++) histogram[d][key >> (8 * d) & 255]++;
        }
        for (int d = 0; d < digits; d++) {
            uint32_t start = 0;
            bool is_sorted = false;
            for (auto &bucket : histogram[d]) {
                is_sorted |= bucket == static_cast<uint32_t>(count);   // all in one bucket: nothing would move
                const uint32_t held = bucket;
                bucket = start;
                start += held;
            }
            if (is_sorted) continue;
            const uint32_t *key = keys[0].get(), *place = places[0].get();
            uint32_t *to_key = keys[1].get(), *to_place = places[1].get();
            for (int64_t i = 0; i < count; i++) {
                const uint32_t to = histogram[d][key[i] >> (8 * d) & 255]++;
                to_key[to] = key[i];
                to_place[to] = place[i];
            }
            std::swap(keys[0], keys[1]);
            std::swap(places[0], places[1]);
        }
    }
};

// One class of a group of images: turns its errors into d loss / d p, and returns its loss before any averaging.
inline double lovasz_class(
    const ck_batch &b, float *planes, int64_t first_image, int64_t images, int k, int64_t labelled, double weight, SortBuffers &buffers) {
    int64_t count = 0;
    for (int64_t image = first_image; image < first_image + images; image++) {
        const float *errors = planes + (image * b.classes + k) * b.pixels;
        for (int64_t pixel = 0; pixel < b.pixels; pixel += lanes) {
            const int used = static_cast<int>(std::min<int64_t>(lanes, b.pixels - pixel));
            const I label = load_labels(b, image, pixel, used);
            for (int i = 0; i < used; i++) {
                if (label[i] < 0) continue;
                // Complemented, so that rising keys are falling errors; the lowest bit of the place says "has the label".
                buffers.keys[0][count] = ~bits<uint32_t>(errors[pixel + i]);
                buffers.places[0][count] = static_cast<uint32_t>((image - first_image) * b.pixels + pixel + i) << 1 | (label[i] == k);
                count++;
            }
        }
    }
    for (int64_t image = first_image; image < first_image + images; image++) {
        std::fill_n(planes + (image * b.classes + k) * b.pixels, b.pixels, 0.f);
    }
    buffers.sort(count);
    double loss = 0, before = 0;
    int64_t intersection = labelled, joined = labelled;
    for (int64_t i = 0; i < count; i++) {
        const uint32_t entry = buffers.places[0][i];
        const bool is_label = entry & 1;
        intersection -= is_label;
        joined += !is_label;
        const double jaccard = 1 - static_cast<double>(intersection) / static_cast<double>(joined);
        const double step = jaccard - before;
        before = jaccard;
        loss += bits<float>(~buffers.keys[0][i]) * step;
        const int64_t place = entry >> 1;
        const int64_t image = first_image + place / b.pixels;
        planes[(image * b.classes + k) * b.pixels + place % b.pixels] = static_cast<float>((is_label ? -step : step) * weight);
    }
    return loss;
}

template <int Classes> double lovasz_of(const ck_batch &b, bool per_image) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    const int64_t groups = per_image ? b.images : 1, images = per_image ? 1 : b.images;
    Planes planes(b);
    // The place and one more bit must fit 32.
    if (planes.failed || images * b.pixels > INT32_MAX) return std::numeric_limits<double>::quiet_NaN();

    std::vector<int64_t> labelled(static_cast<size_t>(b.images * chunks_of(b) * c));
    for_chunks(b, [&](int64_t chunk, int64_t image, int64_t first, int64_t end) {
        for (int64_t pixel = first; pixel < end; pixel += lanes) {
            Block<Classes> block;
            load(block, b, image, pixel, end);
            const Softmax<Classes> softmax(block, c);
            const F inverse = all(1.f) / softmax.total;
            for (int k = 0; k < c; k++) {
                const F p = softmax.e[k] * inverse;
                const I is_label = block.label == all(k);
                // 1 − p may round below 0 where p rounds above 1.
                const F difference = is_label ? all(1.f) - p : p;
                const F error = difference < all(0.f) ? all(0.f) : difference;
                store(reinterpret_cast<char *>(planes.values + (image * c + k) * b.pixels + pixel), error, CK_FLOAT32, block.used);
                for (int i = 0; i < block.used; i++) labelled[static_cast<size_t>(chunk * c + k)] -= is_label[i];
            }
        }
    });
    std::vector<int64_t> counts(static_cast<size_t>(groups * c), 0);
    for (int64_t chunk = 0; chunk < b.images * chunks_of(b); chunk++) {
        const int64_t group = per_image ? chunk / chunks_of(b) : 0;
        for (int k = 0; k < c; k++) counts[static_cast<size_t>(group * c + k)] += labelled[static_cast<size_t>(chunk * c + k)];
    }

    int64_t counted_groups = 0;   // images without a pixel that takes part are left out of the mean
    for (int64_t group = 0; group < groups; group++) {
        const auto *of = &counts[static_cast<size_t>(group * c)];
        counted_groups += std::any_of(of, of + c, [](int64_t count) { return count > 0; });
    }

    std::vector<double> losses(static_cast<size_t>(groups * c), 0);
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::vector<std::unique_ptr<SortBuffers>> idle;   // as many as threads sort at once
    parallel(groups * c, [&](int64_t task) {
        const int64_t group = task / c;
        const int k = static_cast<int>(task % c);
        int present = 0;
        for (int j = 0; j < c; j++) present += counts[static_cast<size_t>(group * c + j)] > 0;
        if (counts[static_cast<size_t>(task)] == 0) {
            for (int64_t image = group * images; image < (group + 1) * images; image++) {
                std::fill_n(planes.values + (image * c + k) * b.pixels, b.pixels, 0.f);
            }
            return;
        }
        std::unique_ptr<SortBuffers> buffers;
        {
            std::lock_guard<std::mutex> lock(mutex);
            if (!idle.empty()) {
                buffers = std::move(idle.back());
                idle.pop_back();
            }
        }
        if (!buffers) buffers = std::make_unique<SortBuffers>(images * b.pixels);
        if (buffers->failed) {
            failed = true;
            return;
        }
        const double weight = 1.0 / static_cast<double>(present * counted_groups);
        losses[static_cast<size_t>(task)] = weight * lovasz_class(
            b, planes.values, group * images, images, k, counts[static_cast<size_t>(task)], weight, *buffers);
        std::lock_guard<std::mutex> lock(mutex);
        idle.push_back(std::move(buffers));
    });
    if (failed) return std::numeric_limits<double>::quiet_NaN();

    if (b.gradient) {
        for_chunks(b, [&](int64_t, int64_t image, int64_t first, int64_t end) {
            for (int64_t pixel = first; pixel < end; pixel += lanes) {
                Block<Classes> block;
                load(block, b, image, pixel, end);
                const Softmax<Classes> softmax(block, c);
                F d[Block<Classes>::room];
                for (int k = 0; k < c; k++) {
                    d[k] = load(reinterpret_cast<const char *>(planes.values + (image * c + k) * b.pixels + pixel), CK_FLOAT32, block.used);
                }
                store_through_softmax(softmax, d, block, b, image, pixel);
            }
        });
    }
    double total = 0;
    for (double loss : losses) total += loss;
    return total;
}

double lovasz(const ck_batch &b, bool per_image) {
    return with_classes(b.classes, [&](auto count) { return lovasz_of<decltype(count)::value>(b, per_image); });
}
